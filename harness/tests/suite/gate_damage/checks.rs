//! The checks of a report, and how many it says that there are.

use super::{Damage, Named, set};
use crate::gate_world::change;
use rand::Rng;
use serde_json::{Value, json};

/// Each alone must close the gate.
pub const DAMAGES: &[Named] = &[
    (
        "no checks",
        Damage::Files(|files, run, _| {
            set(files, run, "/checks", json!([]));
            set(
                files,
                run,
                "/counts",
                json!({"checks": 0, "pass": 0, "warn": 0, "fail": 0, "error": 0, "skipped": 0}),
            );
        }),
    ),
    (
        "nearly no checks",
        Damage::Files(|files, run, _| {
            change(files, run, |report| {
                report["checks"].as_array_mut().unwrap().truncate(1)
            });
            set(
                files,
                run,
                "/counts",
                json!({"checks": 1, "pass": 1, "warn": 0, "fail": 0, "error": 0, "skipped": 0}),
            );
        }),
    ),
    (
        "a check fewer than counted",
        Damage::Files(|files, run, random| {
            change(files, run, |report| {
                let checks = report["checks"].as_array_mut().unwrap();
                checks.remove(random.random_range(0..checks.len()));
            });
        }),
    ),
    (
        "everything skipped",
        Damage::Files(|files, run, _| {
            change(files, run, |report| {
                let checks = report["checks"].as_array_mut().unwrap();
                checks
                    .iter_mut()
                    .for_each(|check| check["verdict"] = json!("skipped"));
                let n = checks.len();
                report["counts"] =
                    json!({"checks": n, "pass": 0, "warn": 0, "fail": 0, "error": 0, "skipped": n});
            });
        }),
    ),
    (
        "a failed check under a passed report",
        Damage::Files(|files, run, random| {
            change(files, run, |report| {
                let checks = report["checks"].as_array_mut().unwrap();
                let at = random.random_range(0..checks.len());
                let word = ["fail", "error"][random.random_range(0..2)];
                checks[at]["verdict"] = json!(word);
                let n = checks.len() - 1;
                let pass = |word: &str| i32::from(word == "fail");
                report["counts"] = json!({"checks": n + 1, "pass": n, "warn": 0, "fail": pass(word), "error": 1 - pass(word), "skipped": 0});
            });
        }),
    ),
    (
        "two checks of one id",
        Damage::Files(|files, run, _| {
            change(files, run, |report| {
                report["checks"][1]["id"] = report["checks"][0]["id"].clone()
            });
        }),
    ),
    (
        "a key of a check gone",
        Damage::Files(|files, run, random| {
            let keys = [
                "id",
                "class",
                "severity",
                "verdict",
                "reason_code",
                "title",
                "wanted",
                "saw",
                "current",
                "limit",
                "baseline",
                "ratio",
                "samples",
            ];
            change(files, run, |report| {
                drop(
                    report["checks"][0]
                        .as_object_mut()
                        .unwrap()
                        .remove(keys[random.random_range(0..keys.len())]),
                )
            });
        }),
    ),
    (
        "a key that nobody knows in a check",
        Damage::Files(|files, run, _| {
            change(files, run, |report| {
                report["checks"][0]["verdikt"] = json!("pass")
            });
        }),
    ),
    (
        "a check that did not pass, and a report that says so",
        Damage::Files(|files, run, random| {
            change(files, run, |report| {
                let word = ["fail", "error"][random.random_range(0..2)];
                let checks = report["checks"].as_array_mut().unwrap();
                let blocks = |check: &&mut Value| check["severity"] == "block";
                let check = checks.iter_mut().find(blocks).unwrap();
                let before = check["verdict"].as_str().unwrap().to_owned();
                check["verdict"] = json!(word);
                report["verdict"] = json!(word);
                for (of, by) in [(before.as_str(), -1), (word, 1)] {
                    let number = report["counts"][of].as_i64().unwrap();
                    report["counts"][of] = json!(number + by);
                }
            });
        }),
    ),
];
