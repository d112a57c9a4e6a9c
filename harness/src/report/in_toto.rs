//! What a suite came to as an in-toto statement with a test-result predicate, `test-result/v0.1`.
//!
//! The format is that of the in-toto attestation framework: statement v1, predicate test-result v0.1.

use super::clean;
use super::sheet::{Sheet, State};
use crate::model::attestation::{STATEMENT, TEST_RESULT};
use crate::model::report::Report;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The whole statement.
pub(crate) fn render(sheet: &Sheet<'_>) -> Vec<u8> {
    let report = sheet.report;
    statement(&subject(report), TEST_RESULT, &predicate(sheet))
}

/// A statement, v1; keys in one order, two spaces, a newline at the end: the same statement is the same bytes.
pub(super) fn statement(subject: &[Value], kind: &str, predicate: &Value) -> Vec<u8> {
    let statement = json!({
        "_type": STATEMENT,
        "subject": subject,
        "predicateType": kind,
        "predicate": predicate,
    });
    // A value of strings and lists has no way to fail.
    let mut bytes = serde_json::to_vec_pretty(&statement).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// What was tested: the commit, where nothing was changed since, and the programs that ran.
///
/// A statement must have a subject. Without any of these it is about the evidence, and in the
/// end about the report itself.
fn subject(report: &Report) -> Vec<Value> {
    let mut subjects = Vec::new();
    if let (Some(commit), false) = (&report.subject.commit, report.subject.dirty) {
        subjects.push(git(commit));
    }
    let services = report.environment.services.iter();
    subjects.extend(
        services
            .filter_map(|service| descriptor(&service.name, service.program_digest.as_deref()?)),
    );
    if subjects.is_empty() {
        let files = report.evidence.iter();
        subjects.extend(files.map(|file| hashed(&file.path, &file.sha256)));
    }
    if subjects.is_empty() {
        let digest = Sha256::digest(super::json::render(report));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        subjects.push(hashed("report.json", &hex));
    }
    subjects
}

/// A commit as a subject.
pub(super) fn git(commit: &str) -> Value {
    json!({"name": "git", "digest": {"gitCommit": clean::line(commit, 64)}})
}

/// A resource descriptor of `sha256:` and hex digits.
pub(super) fn descriptor(name: &str, digest: &str) -> Option<Value> {
    Some(hashed(name, digest.strip_prefix("sha256:")?))
}

fn hashed(name: &str, hex: &str) -> Value {
    json!({"name": clean::line(name, 200), "digest": {"sha256": clean::line(hex, 64)}})
}

fn predicate(sheet: &Sheet<'_>) -> Value {
    let report = sheet.report;
    let files = report.config.iter();
    let configuration: Vec<Value> = files
        .filter_map(|source| descriptor(&source.path, &source.digest))
        .collect();
    let mut predicate = json!({
        "result": result(sheet),
        "configuration": configuration,
        "passedTests": ids(sheet, &[State::Passed]),
        "warnedTests": ids(sheet, &[State::Warned, State::Waived]),
        "failedTests": ids(sheet, &[State::Failed, State::Undecided]),
    });
    let url = report.run.ci.as_ref().and_then(|ci| ci.url.as_ref());
    if let Some(url) = url {
        predicate["url"] = Value::from(clean::line(url, 500));
    }
    predicate
}

/// `PASSED` only where something passed: what could not be decided is no pass, and neither is nothing.
fn result(sheet: &Sheet<'_>) -> &'static str {
    let has = |states: &[State]| {
        let mut checks = sheet.report.checks.iter();
        checks.any(|check| states.contains(&sheet.state(check)))
    };
    if has(&[State::Failed, State::Undecided]) {
        "FAILED"
    } else if has(&[State::Warned, State::Waived]) {
        "WARNED"
    } else if has(&[State::Passed]) {
        "PASSED"
    } else {
        "FAILED"
    }
}

fn ids(sheet: &Sheet<'_>, states: &[State]) -> Vec<String> {
    let checks = sheet.report.checks.iter();
    let meant = checks.filter(|check| states.contains(&sheet.state(check)));
    meant.map(|check| clean::line(&check.id, 300)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::report::schema_check::problems;
    use crate::report::testdata;
    use std::collections::BTreeMap;

    fn statement(report: &Report) -> Value {
        serde_json::from_slice(&render(&Sheet::from(report))).unwrap()
    }

    #[test]
    fn results_are_what_was_decided() {
        for (name, wanted) in [
            ("pass", "PASSED"),
            ("fail", "FAILED"),
            ("killed", "FAILED"),
            ("never_up", "FAILED"),
            ("chaos_pass", "PASSED"),
        ] {
            let report = testdata::report(name);
            let read = statement(&report);
            assert_eq!(read["predicate"]["result"], wanted, "{name}");
            let lists = ["passedTests", "warnedTests", "failedTests"];
            let told = lists.map(|key| read["predicate"][key].as_array().unwrap().len() as u64);
            assert_eq!(
                told.iter().sum::<u64>() + report.counts.skipped,
                report.counts.checks
            );
        }
        let mut nothing = testdata::report("pass");
        nothing.checks.clear();
        assert_eq!(statement(&nothing)["predicate"]["result"], "FAILED");
    }

    #[test]
    fn every_statement_has_its_shape() {
        let schema = include_str!("../../tests/schema/test-result.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        for name in testdata::REPORTS {
            let read = statement(&testdata::report(name));
            assert_eq!(problems(&schema, &read), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn a_waived_failure_is_a_warning() {
        let report = testdata::report("fail");
        let ids = report.checks.iter().map(|check| check.id.clone());
        let waived: BTreeMap<String, String> = ids.map(|id| (id, "known".into())).collect();
        let sheet = Sheet {
            waived: Some(&waived),
            ..Sheet::from(&report)
        };
        let read: Value = serde_json::from_slice(&render(&sheet)).unwrap();
        assert_eq!(read["predicate"]["result"], "WARNED");
    }

    /// A changed work tree is not its commit.
    #[test]
    fn there_is_always_a_subject_and_it_is_what_was_tested() {
        let mut report = testdata::report("pass");
        let read = statement(&report);
        assert_eq!(
            read["subject"][0]["digest"]["gitCommit"],
            "a1b2c3d4".repeat(5)
        );
        assert_eq!(read["subject"][1]["name"], "orders");
        report.subject.dirty = true;
        assert_eq!(statement(&report)["subject"][0]["name"], "orders");
        report.environment.services.clear();
        assert_eq!(statement(&report)["subject"][0]["name"], "evidence.jsonl");
        report.evidence.clear();
        let read = statement(&report);
        let hex = read["subject"][0]["digest"]["sha256"].as_str().unwrap();
        assert_eq!(hex.len(), 64);
    }
}
