//! The evidence that a report names, and what it says of it.

use super::{Damage, Named, report_of, set};
use crate::gate_world::{CHAOS, PERFORMANCE, change};
use rand::Rng;
use serde_json::{Value, json};

/// Each alone must close the gate.
pub const DAMAGES: &[Named] = &[
    (
        "swap the evidence of two runs",
        Damage::Files(|files, _, _| {
            let [one, two] = [PERFORMANCE, CHAOS].map(|run| format!("{run}/evidence.jsonl"));
            let first = files[&one].clone();
            let second = files.insert(two, first).unwrap();
            files.insert(one, second);
        }),
    ),
    (
        "another digest",
        Damage::Files(|files, run, _| {
            set(files, run, "/evidence/0/sha256", json!("00".repeat(32)))
        }),
    ),
    (
        "the digest of the other run",
        Damage::Files(|files, run, _| {
            let other = if run == CHAOS { PERFORMANCE } else { CHAOS };
            let report: Value = serde_json::from_slice(&files[&report_of(other)]).unwrap();
            set(files, run, "/evidence", report["evidence"].clone());
        }),
    ),
    (
        "another size",
        Damage::Files(|files, run, _| set(files, run, "/evidence/0/bytes", json!(1))),
    ),
    (
        "no evidence named",
        Damage::Files(|files, run, _| set(files, run, "/evidence", json!([]))),
    ),
    (
        "evidence elsewhere",
        Damage::Files(|files, run, random| {
            let own = run.rsplit('/').next().unwrap();
            let path = [
                format!("../{own}/evidence.jsonl"),
                "/etc/hostname".into(),
                "./evidence.jsonl".into(),
                String::new(),
                "a/../evidence.jsonl".into(),
                "evidence.jsonl\u{0}".into(),
            ];
            set(
                files,
                run,
                "/evidence/0/path",
                json!(path[random.random_range(0..path.len())]),
            );
        }),
    ),
    (
        "evidence named twice",
        Damage::Files(|files, run, _| {
            change(files, run, |report| {
                let first = report["evidence"][0].clone();
                report["evidence"].as_array_mut().unwrap().push(first);
            });
        }),
    ),
    (
        "only a log named",
        Damage::Files(|files, run, _| {
            let log = b"started\n".to_vec();
            let named = json!([{
                "path": "logs/search.log",
                "sha256": proofhouse::store::sha256_hex(&log),
                "bytes": log.len(),
            }]);
            files.insert(format!("{run}/logs/search.log"), log);
            set(files, run, "/evidence", named);
        }),
    ),
];
