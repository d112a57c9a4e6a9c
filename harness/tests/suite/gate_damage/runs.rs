//! Whole runs: gone, there twice, or beside later and broken ones.

use super::{Damage, Named, report_of, set, suite_of};
use crate::gate_world::COMMIT;
use rand::Rng;
use serde_json::json;

/// Each alone must close the gate.
pub const DAMAGES: &[Named] = &[
    (
        "drop the run",
        Damage::Files(|files, run, _| files.retain(|name, _| !name.starts_with(run))),
    ),
    (
        "a copy of the run",
        Damage::Files(|files, run, _| {
            for name in ["report.json", "evidence.jsonl"] {
                let bytes = files[&format!("{run}/{name}")].clone();
                files.insert(format!("{run}-copy/{name}"), bytes);
            }
        }),
    ),
    (
        "a second report of the same attempt",
        Damage::Files(|files, run, random| {
            for name in ["report.json", "evidence.jsonl"] {
                let bytes = files[&format!("{run}/{name}")].clone();
                files.insert(format!("{run}-twin/{name}"), bytes);
            }
            let twin = format!("{run}-twin");
            set(files, &twin, "/id", json!("another"));
            let second = random.random_range(20..53);
            set(
                files,
                &twin,
                "/run/started_at",
                json!(format!("2026-03-14T09:26:{second}Z")),
            );
        }),
    ),
    (
        "a later attempt at something else",
        Damage::Files(|files, run, _| {
            for name in ["report.json", "evidence.jsonl"] {
                let bytes = files[&format!("{run}/{name}")].clone();
                files.insert(format!("{run}-later/{name}"), bytes);
            }
            let later = format!("{run}-later");
            set(files, &later, "/id", json!("another"));
            set(files, &later, "/config/0/digest", json!("sha256:other"));
            set(
                files,
                &later,
                "/run/started_at",
                json!("2026-03-14T09:27:00Z"),
            );
            set(
                files,
                &later,
                "/run/finished_at",
                json!("2026-03-14T09:28:00Z"),
            );
        }),
    ),
    (
        "a later attempt that was killed",
        Damage::Files(|files, run, _| {
            let suite = suite_of(run);
            let line = json!({"t_us": 0, "event": {"kind": "run_started", "run_id": "killed", "at": "2026-03-14T09:40:00Z", "subject": {"commit": COMMIT, "dirty": false}, "plan": {"suite": suite}}});
            files.insert(
                format!("{run}-killed/evidence.jsonl"),
                line.to_string().into_bytes(),
            );
        }),
    ),
    (
        "a run without a beginning",
        Damage::Files(|files, run, random| {
            let texts: [&[u8]; 4] = [b"", b"{", b"{}\n", b"\0"];
            files.insert(
                format!("{run}-x/evidence.jsonl"),
                texts[random.random_range(0..4)].to_vec(),
            );
        }),
    ),
    (
        "broken reports beside it",
        Damage::Files(|files, run, _| {
            files.insert(format!("{run}-x/report.json"), b"{}".to_vec());
        }),
    ),
    (
        "everything gone",
        Damage::Files(|files, _, _| files.clear()),
    ),
    (
        "a run in the place of all runs",
        Damage::Files(|files, run, _| {
            for name in ["report.json", "evidence.jsonl"] {
                let bytes = files[&format!("{run}/{name}")].clone();
                files.insert(format!("target/proofhouse/runs/{name}"), bytes);
            }
        }),
    ),
    (
        "a later attempt that says it is of another commit",
        Damage::Files(|files, run, _| {
            let suite = suite_of(run);
            let line = json!({"t_us": 0, "event": {"kind": "run_started", "run_id": "later", "at": "2026-03-14T09:40:00Z", "subject": {"commit": COMMIT, "dirty": false}, "plan": {"suite": suite}}});
            let later = format!("{run}-later");
            let report = files[&report_of(run)].clone();
            files.insert(report_of(&later), report);
            files.insert(
                format!("{later}/evidence.jsonl"),
                line.to_string().into_bytes(),
            );
            set(files, &later, "/id", json!("later"));
            set(files, &later, "/subject/commit", json!("b".repeat(40)));
        }),
    ),
];
