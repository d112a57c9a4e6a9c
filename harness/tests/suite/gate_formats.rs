//! A decision in every format: on the screen, in a folder, and told again from the file that is kept.

use crate::gate_world::{self as world, CHAOS, COMMIT, NOW, PERFORMANCE, change};
use crate::support::{Project, Screen};
use proofhouse::report::{Format, decision};
use serde_json::{Value, json};

/// Words of `--format`, the file of `--reports`, what it begins with and what it holds.
const FORMATS: [(&str, &str, &str, &str); 7] = [
    ("text", "decision.txt", "CLOSED", "P95_ABOVE_SLO"),
    ("json", "decision.json", "{", "proofhouse.decision/1"),
    ("junit", "decision.xml", "<?xml", "<failure message="),
    (
        "markdown",
        "decision.md",
        "## ❌ Release gate closed: fail",
        "P95\\_ABOVE\\_SLO",
    ),
    ("html", "decision.html", "<!doctype html>", "✗ CLOSED"),
    (
        "ctrf",
        "decision.ctrf.json",
        "{",
        "\"reportFormat\": \"CTRF\"",
    ),
    (
        "annotations",
        "decision.annotations.txt",
        "::error ",
        "title=release gate%3A P95_ABOVE_SLO",
    ),
];

fn project() -> Project {
    let project = Project::new();
    project.write("suites/release.gate.yaml", world::POLICY);
    project
}

fn gate(project: &Project, more: &[&str]) -> Screen {
    let words = ["gate", "--commit", COMMIT, "--now", NOW];
    project.run(&[&words, more].concat())
}

/// The checkout's p95 does not hold.
pub fn failing() -> world::Files {
    let mut files = world::files();
    change(&mut files, PERFORMANCE, |report| {
        decided(report, "fail", "P95_ABOVE_SLO")
    });
    files
}

/// Gives one check another verdict, and the report with it.
fn decided(report: &mut Value, verdict: &str, code: &str) {
    let checks = report["checks"].as_array_mut().unwrap();
    let mut ids = checks.iter_mut();
    let check = ids
        .find(|check| check["id"] == "search/typical_load/p95/slo")
        .unwrap();
    check["verdict"] = json!(verdict);
    check["reason_code"] = json!(code);
    check["current"] = json!(612.0);
    report["verdict"] = json!(verdict);
    let pass = report["counts"]["pass"].as_u64().unwrap();
    report["counts"]["pass"] = json!(pass - 1);
    report["counts"][verdict] = json!(1);
}

#[test]
fn every_format_tells_the_same_decision_and_changes_no_exit_code() {
    let project = project();
    world::write(project.path(), &failing());
    let kept = gate(&project, &["--reports", "out", "--json", "kept.json"]);
    kept.expect_code(1);
    for (word, file, begins, holds) in FORMATS {
        let screen = gate(&project, &["--format", word]);
        screen.expect_code(1);
        let written = std::fs::read_to_string(project.path().join("out").join(file)).unwrap();
        let again = project.run(&["gate", "show", "kept.json", "--format", word]);
        again.expect_code(1);
        let to_file = ["gate", "show", "kept.json", "--format", word, "-o", "again"];
        project.run(&to_file).expect_code(1);
        let to_file = std::fs::read_to_string(project.path().join("again")).unwrap();
        for text in [&screen.out, &written, &again.out, &to_file] {
            assert!(text.starts_with(begins), "{word}: {text}");
            assert!(text.contains(holds), "{word}: {text}");
        }
        if word != "text" {
            assert_eq!(screen.out, written, "{word}");
            assert_eq!(screen.out, again.out, "{word}");
            assert!(screen.err.contains("decision  target"), "{}", screen.err);
        }
    }
    gate(&project, &["--format", "openmetrics"])
        .expect_code(2)
        .expect(&["no format of decisions named `openmetrics`", "annotations"]);
}

/// The p95 of the checkout fails by itself, and the policy's rule closes the gate for it, too.
#[test]
fn a_failing_check_is_one_failure_of_a_dashboard() {
    let project = project();
    world::write(project.path(), &failing());
    gate(&project, &["--format", "junit"]).expect_code(1).expect(&[
        "failures=\"1\" errors=\"0\" skipped=\"1\"",
        "name=\"checkout: search/typical_load/p95/slo\"",
        "rule p95 closes for it, too",
        "message=\"closes the gate because of checkout: search/typical_load/p95/slo, told there\" type=\"told_at_check\"",
    ]);
    let ctrf = gate(&project, &["--format", "ctrf"]);
    let told: Value = serde_json::from_str(&ctrf.out).unwrap();
    assert_eq!(told["results"]["summary"]["failed"], 1);
}

/// A glob that is too wide meets the gate's own answer: it is refused, and never decides anything.
#[test]
fn a_decision_is_never_evidence() {
    let project = project();
    world::write(project.path(), &world::files());
    gate(&project, &["--reports", "out"]).expect_code(0);
    // Said at once, and not only when the answer lies there.
    for folder in ["unit", "./out/../unit"] {
        gate(&project, &["--reports", folder])
            .expect_code(2)
            .expect(&[
                "unit/decision.xml",
                "`junit: unit/*.xml`",
                "files of other tools",
            ]);
    }
    assert!(!project.path().join("unit/decision.xml").exists());
    let written = std::fs::read_to_string(project.path().join("out/decision.xml")).unwrap();
    project.write("unit/yesterday.xml", &written);
    gate(&project, &[]).expect_code(4);
    let closed = gate(&project, &["--format", "json"]);
    let told: Value = serde_json::from_str(&closed.out).unwrap();
    assert_eq!(told["findings"][0]["code"], "OWN_DECISION");
    assert_eq!(told["findings"][0]["input"], "unit/yesterday.xml");
    std::fs::remove_file(project.path().join("unit/yesterday.xml")).unwrap();
    gate(&project, &[]).expect_code(0);
}

#[test]
fn the_documentation_names_every_format_and_its_file() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/howto/gate.md");
    let text = std::fs::read_to_string(page).unwrap();
    let words = FORMATS.map(|(word, ..)| word);
    assert_eq!(words, decision::FORMATS.map(Format::word));
    for (word, file, ..) in FORMATS {
        let row = format!("| `{word}` | `{file}` |");
        assert!(text.contains(&row), "lacks {row}");
    }
}

#[test]
fn only_a_decision_is_shown() {
    let project = project();
    let show = |file: &str| project.run(&["gate", "show", file]);
    show("none.json").expect_code(4);
    project.write("other.json", "{\"schema\": \"proofhouse.report/1\"}");
    show("other.json")
        .expect_code(4)
        .expect(&["not a decision"]);
}

#[test]
fn every_suite_and_rule_is_a_line_of_a_dashboard_also_when_the_gate_is_open() {
    let project = project();
    world::write(project.path(), &world::files());
    let junit = gate(&project, &["--format", "junit"]);
    junit.expect_code(0).expect(&[
        "failures=\"0\" errors=\"0\" skipped=\"0\"",
        "<testcase classname=\"gate.evidence\" name=\"checkout\" time=\"0.000\"/>",
        "<testcase classname=\"gate.evidence\" name=\"nats_partition_mesh\" time=\"0.000\"/>",
        "<testcase classname=\"gate.evidence\" name=\"unit/junit.xml\" time=\"0.000\"/>",
        "<testcase classname=\"gate.rules\" name=\"p95\" time=\"0.000\"/>",
    ]);
    let markdown = gate(&project, &["--format", "markdown"]);
    markdown.expect_code(0).expect(&["Release gate open"]);
    std::fs::remove_dir_all(project.path().join(CHAOS)).unwrap();
    let junit = gate(&project, &["--format", "junit"]);
    junit.expect_code(4).expect(&[
        "<testcase classname=\"gate.evidence\" name=\"nats_partition_mesh\" time=\"0.000\">",
        "<error message=",
        "type=\"MISSING\"",
    ]);
}

/// What could not be decided ends with 3, is planned again, and is an error in a dashboard.
#[test]
fn an_undecided_check_is_3_and_its_suite_is_planned_again() {
    let project = project();
    let mut files = world::files();
    change(&mut files, PERFORMANCE, |report| {
        decided(report, "error", "INCONCLUSIVE")
    });
    world::write(project.path(), &files);
    let screen = gate(
        &project,
        &["--emit-rerun", "plan.json", "--format", "junit"],
    );
    screen
        .expect_code(3)
        .expect(&["<error message=", "type=\"inconclusive\""]);
    let plan = std::fs::read(project.path().join("plan.json")).unwrap();
    let plan: Value = serde_json::from_slice(&plan).unwrap();
    assert_eq!(plan["schema"], "proofhouse.rerun/1");
    assert_eq!(plan["commit"], COMMIT);
    assert_eq!(plan["suites"].as_array().unwrap().len(), 1, "{plan:#}");
    let suite = &plan["suites"][0];
    assert_eq!(suite["suite"], "checkout");
    assert_eq!(suite["kind"], "performance");
    assert_eq!(suite["command"], json!(["proofhouse", "run", "checkout"]));
    assert_eq!(suite["reasons"], json!(["INCONCLUSIVE"]));
    let markdown = gate(&project, &["--format", "markdown"]);
    markdown.expect(&["--emit-rerun plan.json`"]);
    // An open gate needs nothing again.
    world::write(project.path(), &world::files());
    gate(&project, &["--emit-rerun", "plan.json"]).expect_code(0);
    let plan = std::fs::read_to_string(project.path().join("plan.json")).unwrap();
    assert!(plan.contains("\"suites\": []"), "{plan}");
}

/// Looked at after `release.waivers` forgave the failed check of the project.
pub fn a_waived_check_is_no_pass_anywhere(project: &Project) {
    let told = |format: &str| {
        let screen = project.run(&["gate", "--now", NOW, "--format", format]);
        screen.expect_code(0).out.clone()
    };
    let check = "search/typical_load/p95/slo";
    assert!(told("text").contains("of them waived"));
    let junit = told("junit");
    assert!(junit.contains("type=\"waived\"/>") && junit.contains("message=\"waived by W-1: "));
    assert!(
        !junit.contains(&format!("{check}\" time=\"0.000\"/>")),
        "{junit}"
    );
    assert!(!junit.contains("skipped=\"0\""), "{junit}");
    let ctrf: Value = serde_json::from_str(&told("ctrf")).unwrap();
    let tests = ctrf["results"]["tests"].as_array().unwrap().iter();
    let named = tests.filter(|test| test["name"].as_str().unwrap().ends_with(check));
    let statuses: Vec<&Value> = named.map(|test| &test["status"]).collect();
    assert!(!statuses.is_empty() && statuses.iter().all(|status| *status == "skipped"));
    assert!(told("markdown").contains("## ⚠️ Release gate open: "));
    assert!(told("markdown").contains("〰️ waived"));
    assert!(told("annotations").contains("waived by W-1: "));
    let page = told("html");
    assert!(page.contains("of them waived") && page.contains("~ waived</span>"));
    assert!(
        !page.contains("✓ OPEN"),
        "an open gate with something waived is no plain pass"
    );
}
