//! The JUnit file of another tool.

use super::{Damage, Named, cut};
use crate::gate_world::{COMMIT, Files, JUNIT};
use rand::Rng;

/// Each alone must close the gate.
pub const DAMAGES: &[Named] = &[
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
];

fn replace(files: &mut Files, good: &str, bad: &str) {
    let text = String::from_utf8(files[JUNIT].clone()).unwrap();
    assert!(text.contains(good), "{good}");
    files.insert(JUNIT.into(), text.replace(good, bad).into_bytes());
}
