//! JUnit files that the policy asks for: enough of them, fresh, of this commit, and without failures.

use super::finding::{Desk, count, finding};
use super::fitness::timely;
use super::glob::path_matches;
use crate::model::decision::{Finding, Question, Weighed};
use crate::model::facts::{Content, JUnitFacts};
use crate::model::policy::{Required, RequiredJUnit};
use std::collections::BTreeSet;

/// Holds JUnit files against the policy.
pub(super) fn foreign(question: &Question, weighed: &[Weighed], desk: &mut Desk<'_>) {
    let policy = desk.policy;
    for entry in &policy.required {
        if let Required::JUnit(entry) = entry {
            one(entry, question, weighed, desk);
        }
    }
}

fn one(entry: &RequiredJUnit, question: &Question, weighed: &[Weighed], desk: &mut Desk<'_>) {
    // A copy of a file is the same tests once more, and they were executed once.
    let mut digests = BTreeSet::new();
    let files: Vec<(&JUnitFacts, &str)> = weighed
        .iter()
        .filter(|one| path_matches(&entry.path, &one.input.path))
        .filter_map(
            |one| match (&one.input.content, one.input.sha256.as_deref()) {
                (Content::JUnit(_), Some(sha256)) if !digests.insert(sha256) => None,
                (Content::JUnit(facts), _) => Some((facts, one.input.path.as_str())),
                _ => None,
            },
        )
        .collect();
    if (files.len() as u64) < entry.min_files {
        let wanted = format!("at least {}", count(entry.min_files, "file"));
        let saw = count(files.len() as u64, "file that can be read");
        let told = finding("MISSING", format!("`{}` is there", entry.path));
        desk.no_evidence(
            told.told(wanted, saw, "run the tests that write it")
                .at(&entry.place),
        );
    }
    for (facts, path) in &files {
        bound(entry, question, facts, path, desk);
        dated(entry, question, facts, path, desk);
        passed(facts, path, entry, desk);
    }
    let executed = files
        .iter()
        .map(|(facts, _)| facts.tests.saturating_sub(facts.skipped))
        .fold(0, u64::saturating_add);
    if executed < entry.min_tests && !files.is_empty() {
        let wanted = format!("at least {}", count(entry.min_tests, "executed test"));
        let told = finding(
            "TOO_FEW_TESTS",
            format!("`{}` has tests enough", entry.path),
        );
        let next = "find out which tests are gone";
        desk.no_evidence(
            told.told(wanted, count(executed, "executed test"), next)
                .at(&entry.place),
        );
    }
}

fn about(code: &str, title: &str, path: &str, entry: &RequiredJUnit) -> Finding {
    let mut told = finding(code, format!("{path} {title}")).at(&entry.place);
    told.input = Some(path.to_owned());
    told
}

fn bound(
    entry: &RequiredJUnit,
    question: &Question,
    facts: &JUnitFacts,
    path: &str,
    desk: &mut Desk<'_>,
) {
    let Some(property) = &entry.commit_property else {
        let told = about("UNBOUND_ALLOWED", "is of this commit", path, entry);
        let saw = "nothing in the file says which commit it is of; the policy allows that";
        return desk.warn(told.told(
            "a commit",
            saw,
            "let the tests write the commit, and name its property",
        ));
    };
    let found = facts.properties.get(property).map(|commit| commit.trim());
    if found.is_some_and(|commit| commit.eq_ignore_ascii_case(&question.commit)) {
        return;
    }
    let (code, saw) = match found {
        None => ("UNBOUND", format!("no property `{property}`")),
        Some(commit) => ("WRONG_COMMIT", format!("commit {commit:.64}")),
    };
    let told = about(code, "is of this commit", path, entry);
    desk.no_evidence(told.told(
        format!("commit {}", question.commit),
        saw,
        "run the tests of this commit",
    ));
}

fn dated(
    entry: &RequiredJUnit,
    question: &Question,
    facts: &JUnitFacts,
    path: &str,
    desk: &mut Desk<'_>,
) {
    let told = |code| about(code, "is of today", path, entry);
    match facts.timestamp {
        None if entry.allow_undated => {
            let saw = "no `timestamp`; the policy allows that";
            desk.warn(told("UNDATED_ALLOWED").told("a time", saw, "let the tests write one"));
        }
        None => {
            let next = "let the tests write one, or allow it with `allow_undated: true`";
            desk.no_evidence(told("UNDATED").told("a time", "no `timestamp`", next));
        }
        Some(time) => {
            if let Some((code, wanted, saw)) = timely(question.now, time, desk) {
                desk.no_evidence(told(code).told(wanted, saw, "run the tests again"));
            }
        }
    }
}

fn passed(facts: &JUnitFacts, path: &str, entry: &RequiredJUnit, desk: &mut Desk<'_>) {
    if facts.failures == 0 && facts.errors == 0 {
        return;
    }
    let saw = format!(
        "{}, {} of {}: {}",
        count(facts.failures, "failure"),
        count(facts.errors, "error"),
        count(facts.tests, "test"),
        if facts.bad.is_empty() {
            "no case names them".to_owned()
        } else {
            facts.bad.join(", ")
        }
    );
    let told = about("TESTS_FAILED", "passes", path, entry);
    desk.fail(told.told("no failure and no error", saw, "mend the tests that failed"));
}
