//! In Markdown: what passed, folded, as far as it fits, and how to look again.

use super::markdown::escaped;
use super::text::run;
use crate::model::report::Report;
use crate::model::verdict::Verdict;

/// What the frame and the count take at most, in bytes.
const FRAME: usize = 200;

/// A folded list of the checks that passed, in at most `room` bytes; the rest is counted.
pub(crate) fn passed(report: &Report, room: usize) -> String {
    let checks = report.checks.iter();
    let passed: Vec<_> = checks
        .filter(|check| check.verdict == Verdict::Pass)
        .collect();
    if passed.is_empty() || room < FRAME * 2 {
        return String::new();
    }
    let count = passed.len();
    let word = if count == 1 { "check" } else { "checks" };
    let mut out = format!("<details><summary>{count} {word} passed</summary>\n\n");
    for (at, check) in passed.iter().enumerate() {
        let line = format!(
            "- {}: {}\n",
            escaped(&check.id, 160),
            escaped(&check.saw, 160)
        );
        if out.len() + line.len() + FRAME > room {
            out.push_str(&format!("- {} more in report.json\n", count - at));
            break;
        }
        out.push_str(&line);
    }
    out.push_str("\n</details>\n\n");
    out
}

/// The commands that look again; they need no network and run nothing.
pub(crate) fn again(report: &Report) -> String {
    let told = run(report);
    let id = escaped(told.split(',').next().unwrap_or_default(), 64);
    format!(
        "Again: `proofhouse judge {id}`; the seconds behind a check: \
         `proofhouse judge {id} --check ID --detail`.\n"
    )
}
