//! What a report claims of itself: the commit, the work tree, the time, the suite, the verdict.

use super::{Damage, Named, set, suite_of};
use crate::gate_world::{COMMIT, Files, change};
use rand::Rng;
use serde_json::{Value, json};

/// Each alone must close the gate.
pub const DAMAGES: &[Named] = &[
    (
        "another commit",
        Damage::Files(|files, run, random| {
            let mut commit = COMMIT.to_owned().into_bytes();
            let at = random.random_range(0..commit.len());
            commit[at] = if commit[at] == b'0' { b'1' } else { b'0' };
            set(
                files,
                run,
                "/subject/commit",
                json!(String::from_utf8(commit).unwrap()),
            );
        }),
    ),
    (
        "half a commit",
        Damage::Files(|files, run, random| {
            set(
                files,
                run,
                "/subject/commit",
                json!(&COMMIT[..random.random_range(0..40)]),
            )
        }),
    ),
    (
        "no commit",
        Damage::Files(|files, run, _| set(files, run, "/subject/commit", Value::Null)),
    ),
    (
        "a changed work tree",
        Damage::Files(|files, run, _| {
            set(files, run, "/subject/dirty", json!(true));
            set(files, run, "/fit_for_release", json!(false));
            set(
                files,
                run,
                "/unfit_reasons",
                json!(["changed work tree: tracked files differ from the commit"]),
            );
        }),
    ),
    (
        "a changed work tree that says it is fit",
        Damage::Files(|files, run, _| set(files, run, "/subject/dirty", json!(true))),
    ),
    (
        "a quick profile",
        Damage::Files(|files, run, _| set(files, run, "/profile", json!("quick"))),
    ),
    (
        "a seeded fault",
        Damage::Files(|files, run, _| {
            set(
                files,
                run,
                "/environment/services",
                json!([{"name": "a", "url": "", "pid": null, "container": null, "program_digest": null, "variant": "PLATFORM_FAULT=x"}]),
            );
        }),
    ),
    (
        "stale",
        Damage::Files(|files, run, random| moved(files, run, -random.random_range(24..100_000))),
    ),
    (
        "of the future",
        Damage::Files(|files, run, random| moved(files, run, random.random_range(1..100_000))),
    ),
    (
        "without an end",
        Damage::Files(|files, run, _| set(files, run, "/run/finished_at", Value::Null)),
    ),
    (
        "ended before it began",
        Damage::Files(|files, run, _| {
            set(
                files,
                run,
                "/run/finished_at",
                json!("2026-03-14T09:26:19Z"),
            )
        }),
    ),
    (
        "no time at all",
        Damage::Files(|files, run, random| {
            let bad = [
                json!(""),
                json!("today"),
                json!(0),
                json!("2026-03-14"),
                json!("9999999-01-01T00:00:00Z"),
            ];
            set(
                files,
                run,
                "/run/started_at",
                bad[random.random_range(0..bad.len())].clone(),
            );
        }),
    ),
    (
        "another suite",
        Damage::Files(|files, run, random| {
            let name = [
                "",
                "Checkout",
                "checkout ",
                " checkout",
                "check*",
                "../checkout",
                "other",
            ][random.random_range(0..7)];
            set(files, run, "/suite", json!(name));
        }),
    ),
    (
        "another kind",
        Damage::Files(|files, run, _| set(files, run, "/kind", json!("guard"))),
    ),
    (
        "a failed report over passed checks",
        Damage::Files(|files, run, random| {
            set(
                files,
                run,
                "/verdict",
                json!(["fail", "error", "skipped", "PASS", ""][random.random_range(0..5)]),
            );
        }),
    ),
    (
        "a key gone",
        Damage::Files(|files, run, random| {
            let keys = [
                "schema",
                "id",
                "kind",
                "suite",
                "subject",
                "config",
                "environment",
                "run",
                "profile",
                "fit_for_release",
                "unfit_reasons",
                "verdict",
                "checks",
                "evidence",
                "counts",
            ];
            change(files, run, |report| {
                drop(
                    report
                        .as_object_mut()
                        .unwrap()
                        .remove(keys[random.random_range(0..keys.len())]),
                )
            });
        }),
    ),
    (
        "another schema",
        Damage::Files(|files, run, random| {
            set(
                files,
                run,
                "/schema",
                json!(
                    ["proofhouse.report/2", "proofhouse.report/", "", "x"]
                        [random.random_range(0..4)]
                ),
            );
        }),
    ),
    (
        "a quick profile, and a report that says so",
        Damage::Files(|files, run, _| {
            set(files, run, "/profile", json!("quick"));
            set(files, run, "/fit_for_release", json!(false));
            let reason = "quick profile: durations were shortened";
            set(files, run, "/unfit_reasons", json!([reason]));
        }),
    ),
    (
        "a seeded fault, and a report that says so",
        Damage::Files(|files, run, _| {
            set(files, run, "/fit_for_release", json!(false));
            let reason = "a ran with a deliberate defect: PLATFORM_FAULT=x";
            set(files, run, "/unfit_reasons", json!([reason]));
        }),
    ),
    (
        "a name that only looks like one",
        Damage::Files(|files, run, random| {
            let suite = suite_of(run);
            let name = [
                suite.replacen('h', "\u{4bb}", 1),
                format!("{suite}\u{200b}"),
                format!("\u{a0}{suite}"),
                format!("{suite}\u{202e}"),
            ][random.random_range(0..4)]
            .clone();
            set(files, run, "/suite", json!(name));
        }),
    ),
];

/// Times below are moved by so many hours from the morning of the run.
fn moved(files: &mut Files, run: &str, hours: i64) {
    change(files, run, |report| {
        for key in ["started_at", "finished_at"] {
            let time: jiff::Timestamp = report["run"][key].as_str().unwrap().parse().unwrap();
            let time = time + jiff::SignedDuration::from_hours(hours);
            report["run"][key] = json!(time.to_string());
        }
    });
}
