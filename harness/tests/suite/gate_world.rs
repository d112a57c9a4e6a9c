//! A folder of evidence that opens the gate, for the tests that damage it.

use proofhouse::config::document;
use proofhouse::config::source::SourceText;
use proofhouse::gate::{Case, decide};
use proofhouse::model::decision::{Decision, Question, Waivers};
use proofhouse::model::facts::Input;
use proofhouse::model::policy::Policy;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

pub const COMMIT: &str = "a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4";
pub const NOW: &str = "2026-03-14T10:00:00Z";
pub const POLICY: &str = "\
apiVersion: proofhouse/gate/v1
freshness: {max_age: 24h, future_skew: 5m}
required:
  - {suite: checkout, kind: performance, min_tests: 20, checks: [\"*/p95/slo\"]}
  - {suite: nats_partition_mesh, kind: chaos, min_tests: 10}
  - {junit: \"unit/*.xml\", commit_property: git.commit, min_tests: 2}
rules:
  - {id: p95, check: \"*/p95/slo\", fail: \"current > 500\"}
# Only what the gate itself does is tried with these: their evidence is no run's.
rejudge: false
";
pub const PERFORMANCE: &str = "target/proofhouse/runs/20260314T092620Z-checkout-3c4e9a3f";
pub const CHAOS: &str = "target/proofhouse/runs/20260314T092620Z-nats_partition_mesh-5d4e9a3f";
pub const JUNIT: &str = "unit/junit.xml";

/// Files by path, as they are to lie in a folder.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Evidence of two suites and of another tool's tests.
pub fn files() -> Files {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/report");
    let mut files = Files::new();
    for (run, name, id) in [
        (PERFORMANCE, "pass.json", "one"),
        (CHAOS, "chaos_pass.json", "two"),
    ] {
        let text = std::fs::read(golden.join(name)).unwrap();
        let mut report: Value = serde_json::from_slice(&text).unwrap();
        let evidence = format!("{{\"run\":\"{id}\"}}\n").into_bytes();
        report["id"] = json!(id);
        report["subject"] = json!({"commit": COMMIT, "dirty": false});
        report["evidence"] = json!([{
            "path": "evidence.jsonl",
            "sha256": proofhouse::store::sha256_hex(&evidence),
            "bytes": evidence.len(),
        }]);
        // What the gate does not read would only make thousands of rounds slow.
        report["measurements"] = json!([]);
        report["notes"] = json!([]);
        files.insert(format!("{run}/report.json"), bytes(&report));
        files.insert(format!("{run}/evidence.jsonl"), evidence);
    }
    files.insert(JUNIT.into(), junit().into_bytes());
    files
}

/// The policy that wants three sessions of every suite.
pub fn sessions_policy() -> String {
    POLICY
        .replace("min_tests: 20", "min_tests: 20, min_sessions: 3")
        .replace("min_tests: 10", "min_tests: 10, min_sessions: 3")
}

/// A policy without mistakes, as the gate reads it.
pub fn policy(text: &str) -> Policy {
    let source = SourceText::from_bytes("release.gate.yaml", text.into()).unwrap();
    let mut problems = Vec::new();
    let policy = document::policy(&source, &mut problems);
    assert_eq!(problems, []);
    policy.unwrap()
}

/// What the gate says of such evidence, asked for [`COMMIT`] at [`NOW`].
pub fn decided(policy: &Policy, inputs: Vec<Input>) -> Decision {
    let question = Question {
        commit: COMMIT.into(),
        artifact: None,
        now: NOW.parse().unwrap(),
    };
    let case = Case {
        question,
        inputs,
        waivers: Waivers::default(),
    };
    decide(policy, case)
}

/// Evidence of three sessions of each suite; the runs of [`files`] are the first ones.
pub fn sessions() -> Files {
    let mut files = files();
    for (name, minute) in [("second", 28), ("third", 30)] {
        for run in [PERFORMANCE, CHAOS] {
            again(&mut files, run, name, minute);
        }
    }
    files
}

/// A run once more, `RUN-NAME`, from that minute past nine on.
pub fn again(files: &mut Files, run: &str, name: &str, minute: u8) {
    let later = format!("{run}-{name}");
    for file in ["report.json", "evidence.jsonl"] {
        let bytes = files[&format!("{run}/{file}")].clone();
        files.insert(format!("{later}/{file}"), bytes);
    }
    change(files, &later, |report| {
        report["id"] = json!(format!("{}-{name}", report["id"].as_str().unwrap()));
        report["run"]["started_at"] = json!(format!("2026-03-14T09:{minute:02}:00Z"));
        report["run"]["finished_at"] = json!(format!("2026-03-14T09:{minute:02}:33Z"));
    });
}

pub fn junit() -> String {
    format!(
        "<testsuites><testsuite name=\"unit\" tests=\"3\" failures=\"0\" errors=\"0\" timestamp=\"2026-03-14T09:00:00\">\
         <properties><property name=\"git.commit\" value=\"{COMMIT}\"/></properties>\
         <testcase name=\"a\"/><testcase name=\"b\"/><testcase name=\"c\"/></testsuite></testsuites>"
    )
}

pub fn bytes(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

pub fn write(root: &Path, files: &Files) {
    for (name, bytes) in files {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// Changes a report of some files.
pub fn change(files: &mut Files, run: &str, how: impl FnOnce(&mut Value)) {
    let file = files.get_mut(&format!("{run}/report.json")).unwrap();
    let mut report: Value = serde_json::from_slice(file).unwrap();
    how(&mut report);
    *file = bytes(&report);
}
