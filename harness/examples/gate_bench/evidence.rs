//! Reports as the harness writes them, but in one line each, with their evidence and a JUnit twin of another tool.

use proofhouse::model::report::Report;
use proofhouse::store::sha256_hex;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

pub const COMMIT: &str = "a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4";
pub const NOW: &str = "2026-03-14T10:00:00Z";
const POLICY: &str = "\
apiVersion: proofhouse/gate/v1
rejudge: false
freshness: {max_age: 24h}
required:
  - {suite: \"suite_*\", kind: performance, min_tests: 20, checks: [\"*/p95/*\"]}
rules:
  - {id: p95, check: \"*/p95/*\", fail: \"ratio > 1.20\", warn: \"ratio > 1.10\"}
  - {id: errors, check: \"*/errors/*\", fail: \"current > 0.05\"}
  - {id: samples, check: \"*/p95/*\", fail: \"samples < 100 and verdict != skipped\"}
";
const CHECKS: usize = 20;
const TWINS: &str = "  - {junit: \"junit/*/junit.xml\", commit_property: git.commit}\n";

/// The policy, with or without the JUnit files.
pub fn policy(twins: bool) -> String {
    match twins {
        true => POLICY.replacen("rules:\n", &format!("{TWINS}rules:\n"), 1),
        false => POLICY.to_owned(),
    }
}

pub fn make(folder: &Path, reports: usize) -> std::io::Result<()> {
    for at in 0..reports {
        let run = folder.join(format!("runs/20260314T092600Z-suite_{at:05}-3c4e9a3f"));
        fs::create_dir_all(&run)?;
        let evidence =
            format!("{{\"t_us\":0,\"event\":{{\"kind\":\"run_started\",\"run_id\":\"{at}\"}}}}\n")
                .repeat(8);
        fs::write(run.join("evidence.jsonl"), &evidence)?;
        fs::write(run.join("report.json"), report(at, &evidence)?)?;
        let twin = folder.join(format!("junit/{at:05}"));
        fs::create_dir_all(&twin)?;
        fs::write(twin.join("junit.xml"), junit(at))?;
    }
    Ok(())
}

/// Through the type of a report, so that its keys stand in the order in which the harness writes them.
fn report(at: usize, evidence: &str) -> serde_json::Result<String> {
    let mut checks: Vec<Value> = (0..CHECKS).map(check).collect();
    // As judges sort them.
    checks.sort_by_key(|check| check["id"].as_str().map(str::to_owned));
    let report: Report = serde_json::from_value(json!({
        "schema": "proofhouse.report/1",
        "id": format!("0195f2d4-7c1a-7b3e-9d21-{at:012}"),
        "kind": "performance",
        "suite": format!("suite_{at:05}"),
        "tool": {"name": "proofhouse", "version": "0.1.0", "digest": format!("sha256:{}", "c0".repeat(32))},
        "subject": {"commit": COMMIT, "dirty": false},
        "config": [{"path": "suites/checkout.yaml", "digest": format!("sha256:{}", "ab".repeat(32))}],
        "environment": {"fingerprint": "39".repeat(32), "machine": {"cpu_model": "c", "cores": 2, "memory_gib": 8, "kernel": "6", "runner_image": "local", "generator": "g"}, "services": []},
        "run": {"started_at": "2026-03-14T09:26:20Z", "finished_at": "2026-03-14T09:26:53Z", "ci": null},
        "profile": "full",
        "fit_for_release": true,
        "unfit_reasons": [],
        "verdict": "pass",
        "reason_codes": [],
        "checks": checks,
        "measurements": [],
        "notes": [],
        "failures": [],
        "evidence": [{"path": "evidence.jsonl", "sha256": sha256_hex(evidence.as_bytes()), "bytes": evidence.len()}],
        "counts": {"checks": CHECKS, "pass": CHECKS, "warn": 0, "fail": 0, "error": 0, "skipped": 0},
    }))?;
    serde_json::to_string(&report)
}

fn check(at: usize) -> Value {
    let service = at / 4;
    let metric = ["p95", "errors", "throughput", "p99"][at % 4];
    json!({
        "id": format!("service{service}/typical_load/{metric}/last_passed"),
        "class": "regression",
        "severity": "block",
        "verdict": "pass",
        "reason_code": null,
        "service": format!("service{service}"),
        "scenario": "typical_load",
        "metric": null,
        "title": "p95 latency stays within 20 %",
        "wanted": "at most +20 %",
        "saw": "+2.1 %: 29.4 ms",
        "when": null,
        "next": null,
        "unit": "ms",
        "current": 0.0294,
        "limit": 1.2,
        "baseline": {"value": 28.8, "mode": "last_passed", "run_id": "1", "commit": null},
        "ratio": 1.021,
        "samples": 5812,
        "place": null,
    })
}

fn junit(at: usize) -> String {
    let mut cases = String::new();
    for case in 0..CHECKS {
        // Writing to a string cannot fail.
        let _ = write!(
            cases,
            "<testcase classname=\"suite_{at:05}\" name=\"case {case}\" time=\"0.012\"/>"
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites><testsuite name=\"s{at}\" tests=\"{CHECKS}\" failures=\"0\" errors=\"0\" timestamp=\"2026-03-14T09:26:20\"><properties><property name=\"git.commit\" value=\"{COMMIT}\"/></properties>{cases}</testsuite></testsuites>\n"
    )
}
