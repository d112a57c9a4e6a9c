//! The reports of a real run, by the real program: every format, the page, the page over all runs.

use crate::attestations;
use crate::support::Project;
use serde_json::Value;
use std::path::Path;

/// Words of `--format`, and what its output must begin with and hold.
const FORMATS: [(&str, &str, &str); 9] = [
    ("text", "PASS", "p95"),
    ("json", "{", "proofhouse.report/1"),
    ("junit", "<?xml", "<testsuites>"),
    ("markdown", "## ", "Again: `proofhouse judge "),
    ("html", "<!doctype html>", "Content-Security-Policy"),
    ("ctrf", "{", "\"reportFormat\": \"CTRF\""),
    ("annotations", "", ""),
    ("openmetrics", "# TYPE proofhouse_run_info gauge", "# EOF"),
    ("in-toto", "{", "test-result/v0.1"),
];

/// What every run leaves, looked at after two passed runs of the suite of `journey`.
pub fn of_a_real_run(project: &Project) {
    every_format(project);
    the_page_has_what_the_run_saw(project);
    the_page_over_all_runs(project);
    a_page_is_found_again(project);
    attestations::of_a_real_run(project);
}

fn every_format(project: &Project) {
    for (word, begins, holds) in FORMATS {
        let screen = project.run(&["report", "--format", word]);
        screen.expect_code(0);
        assert!(screen.out.starts_with(begins), "{word}: {}", screen.out);
        assert!(screen.out.contains(holds), "{word}: {}", screen.out);
    }
    let surefire = [
        "report",
        "--format",
        "junit",
        "--junit-dialect",
        "surefire",
        "-o",
        "s.xml",
    ];
    project.run(&surefire).expect_code(0);
    let text = std::fs::read_to_string(project.path().join("s.xml")).unwrap();
    assert!(text.contains("<testsuite name=") && !text.contains("<testsuites"));
    project.run(&["report", "--format", "xml"]).expect_code(2);
    // Reports are made from evidence, and never become it.
    let report: Value =
        serde_json::from_str(&project.run(&["report", "--format", "json"]).out).unwrap();
    let files = report["evidence"].as_array().unwrap().iter();
    let names: Vec<&str> = files.map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(names, ["evidence.jsonl"]);
}

fn the_page_has_what_the_run_saw(project: &Project) {
    let page = std::fs::read_to_string(project.latest().join("report.html")).unwrap();
    let words = [
        "✓ PASS",
        "<strong>Response time</strong>",
        "nine tenths of the baseline",
        "<strong>Throughput</strong>",
        "<strong>Response time by percentile</strong>: this run thick; baseline dashed",
        "<strong>Earlier runs</strong>",
        "These charts as numbers",
        "Evidence beside this report",
    ];
    for word in words {
        assert!(page.contains(word), "{word} is not in the page");
    }
}

fn the_page_over_all_runs(project: &Project) {
    let page =
        std::fs::read_to_string(project.path().join("target/proofhouse/index.html")).unwrap();
    assert!(page.contains("2 runs: 2 pass."), "{page}");
    for link in page.split("<a href=\"runs/").skip(1) {
        let target = link.split('"').next().unwrap();
        let file = project.path().join("target/proofhouse/runs").join(target);
        assert!(file.is_file(), "{}", file.display());
    }
}

fn a_page_is_found_again(project: &Project) {
    let file = project.latest().join("report.html");
    std::fs::remove_file(&file).unwrap();
    let screen = project.run(&["report", "open", "--print"]);
    screen.expect_code(0);
    let path = screen.out.trim().strip_prefix("file://").unwrap();
    assert_eq!(
        Path::new(path).canonicalize().unwrap(),
        file.canonicalize().unwrap()
    );
    let index = project.run(&["report", "open", "--index", "--print"]);
    index
        .expect_code(0)
        .expect(&["target/proofhouse/index.html"]);
    project
        .run(&["report", "open", "zz", "--print"])
        .expect_code(4);
}

#[test]
fn the_documentation_names_every_format_and_its_file() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");
    for page in ["reference/report.md", "howto/reports.md"] {
        let text = std::fs::read_to_string(format!("{folder}/{page}")).unwrap();
        for format in proofhouse::report::Format::ALL {
            let (word, file) = (format.word(), format.file_name());
            let row = text.lines().any(|line| {
                line.starts_with('|')
                    && line.contains(&format!("`{word}`"))
                    && line.contains(&format!("`{file}`"))
            });
            assert!(row, "{page} lacks {word} with {file}");
        }
    }
}

#[test]
fn the_schema_in_the_documentation_is_the_one_that_is_tested() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/reference/schema/report.json"
    );
    let schema = proofhouse::report::schema::SCHEMA;
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(file, schema).unwrap();
    }
    let written = std::fs::read_to_string(file).unwrap_or_default();
    assert_eq!(written, schema, "run with UPDATE_GOLDEN=1");
    let printed = Project::new().run(&["schema", "report"]);
    assert_eq!(printed.expect_code(0).out, schema);
}
