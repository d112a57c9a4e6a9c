//! Reports that were edited after the run, held against real evidence of it.
#![allow(clippy::unwrap_used)]

use super::rejudge::judged_again;
use super::{Places, gather};
use crate::gate::testdata::{COMMIT, policy_with, question};
use crate::gate::{Case, decide};
use crate::judge::testdata;
use crate::model::decision::{Decision, Waivers};
use crate::model::evidence::Evidence;
use crate::model::policy::Policy;
use crate::store::{self, EvidenceWriter};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Wants the run, and has it judged again.
fn policy() -> Policy {
    policy_with(|entry| entry.kind = Some("performance".into()))
}

/// Writes a run as the harness does; its folder.
fn run(root: &Path, evidence: &Evidence) -> PathBuf {
    let folder = root.join("runs/20260314T092620Z-checkout-3c4e9a3f");
    fs::create_dir_all(&folder).unwrap();
    let mut writer = EvidenceWriter::create(&folder).unwrap();
    for timed in &evidence.events {
        writer.append(timed).unwrap();
    }
    writer.finish().unwrap();
    let report = judged_again(evidence, store::evidence_files(&folder).unwrap());
    write(&folder, &serde_json::to_value(report).unwrap());
    folder
}

fn write(folder: &Path, report: &Value) {
    let bytes = serde_json::to_vec_pretty(report).unwrap();
    fs::write(folder.join("report.json"), bytes).unwrap();
}

fn edit(folder: &Path, change: impl FnOnce(&mut Value)) {
    let bytes = fs::read(folder.join("report.json")).unwrap();
    let mut report: Value = serde_json::from_slice(&bytes).unwrap();
    change(&mut report);
    write(folder, &report);
}

fn ask(root: &Path, policy: &Policy) -> Decision {
    let places = Places {
        folder: root,
        working: root,
    };
    let case = Case {
        question: question(),
        inputs: gather(places, policy, COMMIT).unwrap(),
        waivers: Waivers::default(),
    };
    decide(policy, case)
}

fn codes(decision: &Decision) -> Vec<&str> {
    let findings = decision.findings.iter();
    findings.map(|finding| finding.code.as_str()).collect()
}

/// Turns every failure of a report into a pass, as somebody would who wants the gate open.
fn whitewash(report: &mut Value) {
    let checks = report["checks"].as_array_mut().unwrap();
    let mut turned = 0;
    for check in checks {
        if !matches!(check["verdict"].as_str(), Some("pass" | "skipped")) {
            check["verdict"] = json!("pass");
            check["reason_code"] = Value::Null;
            turned += 1;
        }
    }
    assert!(turned > 0, "nothing to turn");
    let pass = report["counts"]["pass"].as_u64().unwrap();
    report["counts"]["pass"] = json!(pass + turned);
    for key in ["warn", "fail", "error"] {
        report["counts"][key] = json!(0);
    }
    report["verdict"] = json!("pass");
}

#[test]
fn a_failure_that_was_made_a_pass_is_found_out() {
    let root = tempfile::tempdir().unwrap();
    let folder = run(root.path(), &testdata::fail());
    assert_eq!(ask(root.path(), &policy()).exit_code, 1);
    edit(&folder, whitewash);
    let decision = ask(root.path(), &policy());
    assert_eq!(decision.exit_code, 4, "{:?}", decision.findings);
    assert!(codes(&decision).contains(&"REPORT_MISMATCH"));
    let told = &decision.findings[0];
    assert!(told.saw.contains("where the report says pass"), "{told:?}");
    // Who says so believes reports.
    let trusting = Policy {
        rejudge: false,
        ..policy()
    };
    assert_eq!(ask(root.path(), &trusting).exit_code, 0);
}

#[test]
fn whatever_is_edited_in_a_report_is_found_out() {
    type Change = (&'static str, fn(&mut Value));
    let changes: [Change; 9] = [
        ("another limit", |report| {
            report["checks"][0]["limit"] = json!(9.0e9);
        }),
        ("another number", |report| {
            report["checks"][0]["current"] = json!(0.25);
        }),
        ("another severity", |report| {
            report["checks"][0]["severity"] = json!("info");
        }),
        ("a check fewer", |report| {
            let gone = report["checks"].as_array_mut().unwrap().pop().unwrap();
            let verdict = gone["verdict"].as_str().unwrap();
            for key in ["checks", verdict] {
                let count = report["counts"][key].as_u64().unwrap();
                report["counts"][key] = json!(count - 1);
            }
        }),
        ("a later end", |report| {
            report["run"]["finished_at"] = json!("2026-03-14T09:59:00Z");
        }),
        ("an earlier begin", |report| {
            report["run"]["started_at"] = json!("2026-03-14T09:00:00Z");
        }),
        ("another id", |report| report["id"] = json!("another")),
        ("another suite's file", |report| {
            report["config"][0]["digest"] = json!("sha256:other");
        }),
        ("a program that never ran", |report| {
            report["environment"]["services"] = json!([{
                "name": "a", "url": "", "pid": null, "container": null,
                "program_digest": format!("sha256:{}", "ee".repeat(32)), "variant": null,
            }]);
        }),
    ];
    for (name, change) in changes {
        let root = tempfile::tempdir().unwrap();
        let folder = run(root.path(), &testdata::pass());
        let whole = ask(root.path(), &policy());
        assert_eq!(whole.exit_code, 0, "{:?}", whole.findings);
        edit(&folder, change);
        let decision = ask(root.path(), &policy());
        assert_eq!(decision.exit_code, 4, "{name}: {:?}", decision.findings);
        assert!(codes(&decision).contains(&"REPORT_MISMATCH"), "{name}");
    }
}

/// What cannot release anything says so in its evidence, too.
#[test]
fn a_changed_work_tree_cannot_be_hidden() {
    let root = tempfile::tempdir().unwrap();
    let mut evidence = testdata::pass();
    evidence.started.subject.dirty = true;
    let started = Box::new(evidence.started.clone());
    evidence.events[0].event = crate::model::evidence::Event::RunStarted(started);
    let folder = run(root.path(), &evidence);
    let decision = ask(root.path(), &policy());
    assert_eq!(decision.exit_code, 4);
    assert!(codes(&decision).contains(&"UNFIT"));
    edit(&folder, |report| {
        report["subject"]["dirty"] = json!(false);
        report["fit_for_release"] = json!(true);
        report["unfit_reasons"] = json!([]);
    });
    let decision = ask(root.path(), &policy());
    assert_eq!(decision.exit_code, 4);
    assert!(codes(&decision).contains(&"REPORT_MISMATCH"));
}

/// An attempt that failed is not hidden behind an earlier one by calling it one of another commit.
#[test]
fn a_report_cannot_leave_its_commit() {
    let root = tempfile::tempdir().unwrap();
    let folder = run(root.path(), &testdata::fail());
    edit(&folder, |report| {
        report["subject"]["commit"] = json!("b".repeat(40));
    });
    let decision = ask(root.path(), &policy());
    assert_eq!(decision.exit_code, 4);
    assert!(
        codes(&decision).contains(&"INCONSISTENT"),
        "{:?}",
        codes(&decision)
    );
}

#[test]
fn evidence_that_is_no_run_makes_no_report() {
    let root = tempfile::tempdir().unwrap();
    let folder = run(root.path(), &testdata::pass());
    let text = "{\"run\":\"one\"}\n";
    fs::write(folder.join("evidence.jsonl"), text).unwrap();
    edit(&folder, |report| {
        report["evidence"] = json!([{
            "path": "evidence.jsonl",
            "sha256": store::sha256_hex(text.as_bytes()),
            "bytes": text.len(),
        }]);
    });
    let decision = ask(root.path(), &policy());
    assert_eq!(decision.exit_code, 4);
    assert!(codes(&decision).contains(&"UNREADABLE"));
}
