//! Every way to damage a set of evidence that the gate was tried with.

use crate::gate_world::{CHAOS, COMMIT, Files, JUNIT, PERFORMANCE, change};
use rand::Rng;
use rand::rngs::SmallRng;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// What is done to the files before they are written, or to the folder after.
pub enum Damage {
    Files(fn(&mut Files, &str, &mut SmallRng)),
    Folder(fn(&Path, &str, &mut SmallRng)),
}

fn report_of(run: &str) -> String {
    format!("{run}/report.json")
}

fn suite_of(run: &str) -> &'static str {
    if run == CHAOS {
        "nats_partition_mesh"
    } else {
        "checkout"
    }
}

fn set(files: &mut Files, run: &str, pointer: &str, value: Value) {
    change(files, run, |report| {
        *report.pointer_mut(pointer).unwrap() = value
    });
}

/// Cuts a text so that something of it is lost, not only blank space at its end.
fn cut(text: &mut Vec<u8>, random: &mut SmallRng) {
    let whole = text.trim_ascii_end().len();
    text.truncate(random.random_range(0..whole));
}

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

/// Every way to damage a set of evidence; each one alone must close the gate.
pub const DAMAGES: &[(&str, Damage)] = &[
    (
        "drop the report",
        Damage::Files(|files, run, _| drop(files.remove(&report_of(run)))),
    ),
    (
        "drop the run",
        Damage::Files(|files, run, _| files.retain(|name, _| !name.starts_with(run))),
    ),
    (
        "drop the evidence",
        Damage::Files(|files, run, _| drop(files.remove(&format!("{run}/evidence.jsonl")))),
    ),
    (
        "empty the report",
        Damage::Files(|files, run, _| files.get_mut(&report_of(run)).unwrap().clear()),
    ),
    (
        "truncate the report",
        Damage::Files(|files, run, random| cut(files.get_mut(&report_of(run)).unwrap(), random)),
    ),
    (
        "truncate the evidence",
        Damage::Files(|files, run, random| {
            cut(
                files.get_mut(&format!("{run}/evidence.jsonl")).unwrap(),
                random,
            )
        }),
    ),
    (
        "flip a bit of the evidence",
        Damage::Files(|files, run, random| {
            let evidence = files.get_mut(&format!("{run}/evidence.jsonl")).unwrap();
            let at = random.random_range(0..evidence.len());
            evidence[at] ^= 1 << random.random_range(0..8);
        }),
    ),
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
        "NaN for a number",
        Damage::Files(|files, run, random| {
            let text = String::from_utf8(files[&report_of(run)].clone()).unwrap();
            let word =
                ["NaN", "Infinity", "-Infinity", "1e999", ".5", "0x1"][random.random_range(0..6)];
            let key = ["\"current\": ", "\"samples\": "][random.random_range(0..2)];
            let starts: Vec<usize> = text
                .match_indices(key)
                .map(|(at, _)| at + key.len())
                .collect();
            let start = starts[random.random_range(0..starts.len())];
            let end = start + text[start..].find([',', '\n']).unwrap();
            files.insert(
                report_of(run),
                format!("{}{word}{}", &text[..start], &text[end..]).into_bytes(),
            );
        }),
    ),
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
        "two checks of one id",
        Damage::Files(|files, run, _| {
            change(files, run, |report| {
                report["checks"][1]["id"] = report["checks"][0]["id"].clone()
            });
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
        "a key twice",
        Damage::Files(|files, run, _| {
            let text = String::from_utf8(files[&report_of(run)].clone()).unwrap();
            files.insert(
                report_of(run),
                text.replacen('{', "{\"verdict\": \"pass\",", 1)
                    .into_bytes(),
            );
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
        "NUL somewhere",
        Damage::Files(|files, run, random| {
            let text = files.get_mut(&report_of(run)).unwrap();
            let at = random.random_range(0..=text.len());
            text.insert(at, 0);
        }),
    ),
    (
        "a byte order mark",
        Damage::Files(|files, run, _| {
            let text = files.get_mut(&report_of(run)).unwrap();
            drop(text.splice(0..0, *b"\xef\xbb\xbf"));
        }),
    ),
    (
        "no UTF-8",
        Damage::Files(|files, run, _| {
            let text = String::from_utf8(files[&report_of(run)].clone()).unwrap();
            let mut bytes = text.into_bytes();
            let at = bytes
                .windows(9)
                .position(|window| window == b"\"suite\": ")
                .unwrap()
                + 11;
            bytes[at] = 0xff;
            files.insert(report_of(run), bytes);
        }),
    ),
    (
        "a second document behind it",
        Damage::Files(|files, run, _| {
            let text = files.get_mut(&report_of(run)).unwrap();
            let again = text.clone();
            text.extend(again);
        }),
    ),
    (
        "nested without end",
        Damage::Files(|files, run, random| {
            let depth = random.random_range(200..20_000);
            files.insert(
                report_of(run),
                format!("{{\"a\":{}", "[".repeat(depth)).into_bytes(),
            );
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
        "the report is a link",
        Damage::Folder(|root, run, _| {
            let report = root.join(report_of(run));
            fs::rename(&report, root.join("elsewhere.json")).unwrap();
            symlink(root.join("elsewhere.json"), report).unwrap();
        }),
    ),
    (
        "the evidence is a link",
        Damage::Folder(|root, run, _| {
            let evidence = root.join(run).join("evidence.jsonl");
            fs::rename(&evidence, root.join("elsewhere")).unwrap();
            symlink(root.join("elsewhere"), evidence).unwrap();
        }),
    ),
    (
        "the run is a link",
        Damage::Folder(|root, run, random| {
            fs::rename(root.join(run), root.join("elsewhere")).unwrap();
            let name = if random.random() {
                root.join(run)
            } else {
                root.join(run).with_file_name("latest")
            };
            symlink(root.join("elsewhere"), name).unwrap();
        }),
    ),
    (
        "the run is inside another run",
        Damage::Folder(|root, run, _| {
            let other = if run == CHAOS { PERFORMANCE } else { CHAOS };
            fs::rename(root.join(run), root.join(other).join("nested")).unwrap();
        }),
    ),
    (
        "the report is a folder",
        Damage::Folder(|root, run, _| {
            let report = root.join(report_of(run));
            fs::remove_file(&report).unwrap();
            fs::create_dir(report).unwrap();
        }),
    ),
    (
        "the report is a pipe",
        Damage::Folder(|root, run, _| {
            let report = root.join(report_of(run));
            fs::remove_file(&report).unwrap();
            nix::unistd::mkfifo(&report, nix::sys::stat::Mode::S_IRUSR).unwrap();
        }),
    ),
    (
        "the report is huge",
        Damage::Folder(|root, run, _| {
            let report = fs::OpenOptions::new()
                .write(true)
                .open(root.join(report_of(run)))
                .unwrap();
            report.set_len(40 << 20).unwrap();
        }),
    ),
    (
        "no JUnit file",
        Damage::Files(|files, _, _| drop(files.remove(JUNIT))),
    ),
    (
        "an empty JUnit file",
        Damage::Files(|files, _, _| files.get_mut(JUNIT).unwrap().clear()),
    ),
    (
        "half a JUnit file",
        Damage::Files(|files, _, random| cut(files.get_mut(JUNIT).unwrap(), random)),
    ),
    (
        "a JUnit file with a failure",
        Damage::Files(|files, _, random| {
            let (good, bad) = [
                (
                    "<testcase name=\"b\"/>",
                    "<testcase name=\"b\"><failure/></testcase>",
                ),
                (
                    "<testcase name=\"b\"/>",
                    "<testcase name=\"b\"><error/></testcase>",
                ),
                ("failures=\"0\"", "failures=\"1\""),
                ("errors=\"0\"", "errors=\"2\""),
                (
                    "<testcase name=\"b\"/>",
                    "<testcase name=\"b\" status=\"failed\"/>",
                ),
                (
                    "<testcase name=\"b\"/>",
                    "<testcase name=\"b\"/><error message=\"no database\"/>",
                ),
                (
                    "<testcase name=\"b\"/>",
                    "<testsuite failures=\"1\"><testcase name=\"b\"/></testsuite>",
                ),
                ("tests=\"3\"", "tests=\"4\""),
                ("<testcase name=\"c\"/>", ""),
            ][random.random_range(0..9)];
            replace(files, good, bad);
        }),
    ),
    (
        "a JUnit file that is not bound, not dated or not one",
        Damage::Files(|files, _, random| {
            let (good, bad) = [
                (COMMIT, "b1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4"),
                ("git.commit", "git.branch"),
                (" timestamp=\"2026-03-14T09:00:00\"", ""),
                ("2026-03-14T09:00:00", "2026-03-13T09:00:00"),
                ("2026-03-14T09:00:00", "2026-03-14T10:06:00"),
                ("2026-03-14T09:00:00", "soon"),
                (
                    "<testsuites>",
                    "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><testsuites>",
                ),
                ("name=\"b\"", "name=\"&e;\""),
                ("<testcase name=\"a\"/><testcase name=\"b\"/>", ""),
                (
                    "<testcase name=\"a\"/><testcase name=\"b\"/>",
                    "<testcase name=\"a\"><skipped/></testcase><testcase name=\"b\"><skipped/></testcase>",
                ),
                ("<testsuites>", "<html>"),
                ("<testsuites>", "\u{0}<testsuites>"),
            ][random.random_range(0..12)];
            replace(files, good, bad);
        }),
    ),
    (
        "a JUnit file without end",
        Damage::Files(|files, _, random| {
            let depth = random.random_range(100..5_000);
            files.insert(JUNIT.into(), "<testsuite>".repeat(depth).into_bytes());
        }),
    ),
    (
        "a JUnit file that is a link",
        Damage::Folder(|root, _, _| {
            fs::rename(root.join(JUNIT), root.join("elsewhere.xml")).unwrap();
            symlink(root.join("elsewhere.xml"), root.join(JUNIT)).unwrap();
        }),
    ),
    (
        "everything gone",
        Damage::Files(|files, _, _| files.clear()),
    ),
];

fn replace(files: &mut Files, good: &str, bad: &str) {
    let text = String::from_utf8(files[JUNIT].clone()).unwrap();
    assert!(text.contains(good), "{good}");
    files.insert(JUNIT.into(), text.replace(good, bad).into_bytes());
}
