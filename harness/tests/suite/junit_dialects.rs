//! JUnit files of made-up reports, hostile ones most of all, before readers that are not ours.

use crate::pages_samples::golden;
use crate::python::python;
use crate::support::Project;
use crate::{gate_formats, gate_world};
use proofhouse::model::report::Report;
use proofhouse::model::verdict::Verdict;
use proofhouse::report::{Dialect, Format, Sheet, Style, render};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Made-up reports; each is written in both dialects.
const REPORTS: u64 = 150;

/// What breaks formats: control bytes, markup, ends of markup, odd Unicode, escapes, lonely marks.
const PIECES: [&str; 26] = [
    "\u{0}",
    "\u{8}",
    "\u{b}",
    "\u{1b}[31m",
    "\u{1b}]0;t\u{7}",
    "\u{7f}",
    "\u{85}",
    "\u{9b}1m",
    "\u{fffe}",
    "\u{ffff}",
    "\u{feff}",
    "\u{202e}",
    "\u{1f4a5}",
    "e\u{301}",
    "<a href=\"x\">",
    "</testsuite>",
    "]]>",
    "<![CDATA[",
    "&amp;",
    "&#0;",
    "&undefined;",
    "\"'",
    "\r\n",
    "\t",
    "-->",
    " plain words ",
];

/// What was counted, and what every reader must count.
#[derive(Debug, PartialEq, Eq, serde::Deserialize)]
struct Counts {
    tests: u64,
    failures: u64,
    errors: u64,
    skipped: u64,
}

fn hostile(random: &mut StdRng) -> String {
    let many = random.random_range(0..12);
    (0..many)
        .map(|_| PIECES[random.random_range(0..PIECES.len())])
        .collect()
}

/// A report whose every word is made up, and failures of it that were waived.
fn made_up(seed: u64) -> (Report, BTreeMap<String, String>) {
    let mut random = StdRng::seed_from_u64(seed);
    let names = ["fail", "zero_requests", "chaos_fail", "killed"];
    let mut report = golden(names[random.random_range(0..names.len())]);
    report.suite = hostile(&mut random);
    report.kind = hostile(&mut random);
    report.environment.machine.runner_image = hostile(&mut random);
    report.notes = vec![hostile(&mut random)];
    let keep = random.random_range(0..=report.checks.len());
    report.checks.truncate(keep);
    let verdicts = [
        Verdict::Pass,
        Verdict::Warn,
        Verdict::Fail,
        Verdict::Error,
        Verdict::Skipped,
    ];
    let mut waived = BTreeMap::new();
    for check in &mut report.checks {
        check.verdict = verdicts[random.random_range(0..verdicts.len())];
        for text in [
            &mut check.id,
            &mut check.title,
            &mut check.wanted,
            &mut check.saw,
        ] {
            *text = hostile(&mut random);
        }
        check.reason_code = random.random_bool(0.5).then(|| hostile(&mut random));
        check.service = random.random_bool(0.5).then(|| hostile(&mut random));
        if random.random_bool(0.2) {
            waived.insert(check.id.clone(), hostile(&mut random));
        }
    }
    (report, waived)
}

fn wanted(report: &Report, waived: &BTreeMap<String, String>) -> Counts {
    let count = |of: Verdict| {
        report
            .checks
            .iter()
            .filter(|check| check.verdict == of)
            .count() as u64
    };
    let forgiven = report
        .checks
        .iter()
        .filter(|check| check.verdict == Verdict::Fail && waived.contains_key(&check.id));
    let forgiven = forgiven.count() as u64;
    Counts {
        tests: report.checks.len() as u64,
        failures: count(Verdict::Fail) - forgiven,
        errors: count(Verdict::Error),
        skipped: count(Verdict::Skipped) + forgiven,
    }
}

/// Writes all reports in a dialect; file and what must be read from it.
fn written(folder: &Path, dialect: Dialect) -> Vec<(PathBuf, Counts)> {
    (0..REPORTS)
        .map(|seed| {
            let (report, waived) = made_up(seed);
            let sheet = Sheet {
                waived: Some(&waived),
                dialect,
                ..Sheet::from(&report)
            };
            let files = render(&sheet, Format::Junit, Style::default());
            assert_eq!(files.len(), 1);
            let path = folder.join(format!("{}-{seed}.xml", dialect.word()));
            std::fs::write(&path, &files[0]).unwrap();
            (path, wanted(&report, &waived))
        })
        .collect()
}

/// Whether a program is there; where everything is required, its absence fails the test.
fn there(test: &str, program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .output()
        .is_ok_and(|o| o.status.success());
    missing(test, program, found)
}

fn missing(test: &str, what: &str, found: bool) -> bool {
    if !found {
        let required = std::env::var_os("PROOFHOUSE_REQUIRE_DOCKER").is_some();
        assert!(!required, "{what} is required here");
        let _ = writeln!(std::io::stderr(), "skipped {test}: no {what}");
    }
    found
}

fn schema(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/xsd/{name}.xsd"))
}

/// What `xmllint` says against some files; empty where all are valid.
fn invalid(name: &str, files: &[PathBuf]) -> String {
    let output = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schema(name))
        .args(files)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines = told.lines().filter(|line| !line.ends_with(" validates"));
    let lines: Vec<&str> = lines.collect();
    assert_eq!(output.status.success(), lines.is_empty(), "{told}");
    lines.join("\n")
}

#[test]
fn every_file_is_valid_under_the_schemas_of_its_dialect() {
    if !there("every_file_is_valid", "xmllint") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (dialect, schemas) in [
        (Dialect::Ant, &["jenkins", "ant"][..]),
        (Dialect::Surefire, &["surefire"][..]),
    ] {
        let files = written(folder.path(), dialect).into_iter();
        let files: Vec<PathBuf> = files.map(|(path, _)| path).collect();
        for name in schemas {
            assert_eq!(invalid(name, &files), "", "{name}");
        }
    }
}

/// The gate's decisions are held against the same schemas: open, closed, and about nothing.
#[test]
fn every_decision_is_valid_for_jenkins_and_ant() {
    if !there("every_decision_is_valid", "xmllint") {
        return;
    }
    let project = Project::new();
    project.write("suites/release.gate.yaml", gate_world::POLICY);
    let evidence = [
        gate_world::files(),
        gate_formats::failing(),
        gate_world::Files::new(),
    ];
    let mut written = Vec::new();
    for (at, files) in evidence.iter().enumerate() {
        let folder = format!("evidence-{at}");
        gate_world::write(&project.path().join(&folder), files);
        let (commit, now) = (gate_world::COMMIT, gate_world::NOW);
        let reports = format!("out-{at}");
        let evidence = format!("{folder}/target/proofhouse");
        let words = [
            "gate",
            &evidence,
            "--commit",
            commit,
            "--now",
            now,
            "--reports",
            &reports,
        ];
        let screen = project.run(&words);
        assert_ne!(screen.code, 2, "{}", screen.err);
        written.push(project.path().join(reports).join("decision.xml"));
    }
    for name in ["jenkins", "ant"] {
        assert_eq!(invalid(name, &written), "", "{name}");
    }
}

/// The schemas themselves refuse what the readers refuse.
#[test]
fn the_schemas_can_be_broken() {
    if !there("the_schemas_can_be_broken", "xmllint") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let report = golden("fail");
    let bytes = |dialect| {
        let sheet = Sheet {
            dialect,
            ..Sheet::from(&report)
        };
        String::from_utf8(render(&sheet, Format::Junit, Style::default()).concat()).unwrap()
    };
    let (ant, surefire) = (bytes(Dialect::Ant), bytes(Dialect::Surefire));
    for (name, broken) in [
        (
            "jenkins",
            ant.replace("time=\"33.000\"", "time=\"33.00000001\""),
        ),
        (
            "jenkins",
            ant.replace("<testsuites>", "<testsuites skipped=\"0\">"),
        ),
        ("ant", ant.replace("T09:26:20\"", "T09:26:20Z\"")),
        ("ant", ant.replace(" type=\"P95_ABOVE_SLO\"", "")),
        ("ant", surefire.clone()),
        ("surefire", ant.clone()),
        ("surefire", surefire.replace(" skipped=\"0\"", "")),
    ] {
        let path = folder.path().join("broken.xml");
        std::fs::write(&path, &broken).unwrap();
        assert_ne!(invalid(name, &[path]), "", "{name} allows it");
    }
}

/// Reads with a Python program what `junitparser` counts.
const READER: &str = r#"
import json, sys
from junitparser import JUnitXml, Failure, Error, Skipped
for path in sys.argv[1:]:
    xml = JUnitXml.fromfile(path)
    suites = [xml] if xml._tag == "testsuite" else list(xml)
    told = dict(tests=0, failures=0, errors=0, skipped=0)
    seen = dict(told)
    names = set()
    for suite in suites:
        for key in told:
            told[key] += int(getattr(suite, key) or 0)
        for case in suite:
            seen["tests"] += 1
            names.add((case.classname, case.name))
            for result in case.result:
                kinds = (("failures", Failure), ("errors", Error), ("skipped", Skipped))
                for key, kind in kinds:
                    seen[key] += isinstance(result, kind)
    assert told == seen, (path, told, seen)
    assert len(names) == seen["tests"], path
    print(json.dumps(seen))
"#;

#[test]
fn junitparser_counts_what_was_counted() {
    let folder = tempfile::tempdir().unwrap();
    let Some(python) = python("junitparser", &["junitparser==5.0.3"], "junitparser") else {
        return;
    };
    for dialect in Dialect::ALL {
        let files = written(folder.path(), dialect);
        let output = Command::new(&python)
            .args(["-c", READER])
            .args(files.iter().map(|(path, _)| path))
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let read = String::from_utf8(output.stdout).unwrap();
        let read: Vec<Counts> = read
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let wanted: Vec<Counts> = files.into_iter().map(|(_, counts)| counts).collect();
        assert_eq!(read, wanted, "{}", dialect.word());
    }
}
