//! Policies and waivers as people write them, and what they are told about their mistakes.
#![allow(clippy::unwrap_used)]

use crate::config::document;
use crate::config::source::SourceText;
use crate::model::place::Problem;
use crate::model::policy::{OnUndecided, Policy, Required, Waiver};
use std::time::Duration;

const GOOD: &str = "\
apiVersion: proofhouse/gate/v1
subject: {git: required, artifact: required, allow_dirty: false}
freshness: {max_age: 24h, future_skew: 5m}
required:
  - {suite: contract_*, kind: contract, min_suites: 3, min_tests: 40}
  - {suite: checkout, min_sessions: 3, sessions_max: 5, checks: [\"*/p95/*\"]}
  - {junit: target/nextest/*/junit.xml, allow_unbound: true}
optional: [{suite: lighthouse, on_missing: pass}]
rules:
  - {id: p95, check: \"*/p95/*\", fail: \"ratio > 1.20\", warn: \"ratio > 1.10\"}
  - {id: err, check: \"*/errors/*\", fail: current > 0.05, severity: warn, missing: fail}
outcomes: {warn: pass, inconclusive: fail}
waivers_file: release.waivers.yaml
waiver_owners: [ada]
";

fn policy(text: &str) -> (Option<Policy>, Vec<Problem>) {
    let source = SourceText::from_bytes("a.gate.yaml", text.as_bytes().to_vec()).unwrap();
    let mut problems = Vec::new();
    let policy = document::policy(&source, &mut problems);
    (policy, problems)
}

fn waivers(text: &str) -> (Option<Vec<Waiver>>, Vec<Problem>) {
    let source = SourceText::from_bytes("a.waivers.yaml", text.as_bytes().to_vec()).unwrap();
    let mut problems = Vec::new();
    let waivers = document::waivers(&source, &mut problems);
    (waivers, problems)
}

#[test]
fn a_policy_is_read() {
    let (policy, problems) = policy(GOOD);
    assert_eq!(problems, []);
    let policy = policy.unwrap();
    assert!(policy.subject.artifact_required && policy.subject.git_required);
    assert_eq!(policy.freshness.max_age, Duration::from_secs(86_400));
    assert_eq!(policy.required.len(), 3);
    let Required::Suite(first) = &policy.required[0] else {
        unreachable!()
    };
    assert_eq!((first.min_suites, first.min_tests), (3, 40));
    assert_eq!((first.min_sessions, first.sessions_max), (1, None));
    let Required::Suite(second) = &policy.required[1] else {
        unreachable!()
    };
    assert_eq!((second.min_sessions, second.sessions_max), (3, Some(5)));
    assert!(!policy.optional[0].warn_missing);
    assert!(policy.rules[0].blocks && !policy.rules[1].blocks);
    assert_eq!(policy.rules[1].missing, OnUndecided::Fail);
    assert_eq!(policy.outcomes.inconclusive, OnUndecided::Fail);
    assert_eq!(policy.outcomes.invalid, OnUndecided::Fail);
}

#[test]
fn reports_are_judged_again_unless_the_policy_says_otherwise() {
    for (more, rejudge) in [
        ("", true),
        ("rejudge: true\n", true),
        ("rejudge: false\n", false),
    ] {
        let (policy, problems) = policy(&format!("{GOOD}{more}"));
        assert_eq!(problems, []);
        assert_eq!(policy.unwrap().rejudge, rejudge, "`{more}`");
    }
}

/// A blank condition is told once, and every fault of a condition says what to write instead.
#[test]
fn faults_of_conditions_say_what_to_do() {
    for (condition, help) in [
        ("", "write `fail: \"ratio > 1.20\"`"),
        (
            "ratio > 20%",
            "20 % more than the baseline is `ratio > 1.20`",
        ),
        ("current > 500ms", "in the unit of the check"),
        ("ratio > 1,2", "with a point"),
        ("ratio > 1 && samples > 9", "by `and`"),
        ("ratio > 1 || samples > 9", "by `or`"),
        ("reason == 'a'", "without quotes"),
        ("ratio >", "a whole condition is"),
        ("ratio > 1 samples > 9", "a whole condition is"),
        ("1 > 2", "compare a number of the check"),
        ("(ratio > 1 ratio", "close the bracket"),
    ] {
        let text = GOOD.replacen("ratio > 1.20", condition, 1);
        let (_, problems) = policy(&text);
        assert_eq!(problems.len(), 1, "{condition}: {problems:?}");
        let told = problems[0].help.as_deref().unwrap_or_default();
        assert!(told.contains(help), "{condition}: {told}");
    }
}

#[test]
fn mistakes_are_told_at_their_place() {
    for (good, bad, place, words) in [
        ("ratio > 1.20", "ratoi > 1.20", "10:40", "named `ratoi`"),
        (
            "ratio > 1.20",
            "confidence > 1",
            "10:40",
            "reports do not carry it",
        ),
        ("current > 0.05", "current >> 0.05", "11:51", "named `>`"),
        (
            "min_tests: 40",
            "min_confidence: medium",
            "5:56",
            "does not say how sure",
        ),
        (
            "sessions_max: 5",
            "sessions_max: 2",
            "6:54",
            "fewer runs than `min_sessions: 3` needs",
        ),
        ("sessions_max: 5", "sessions_max: 0", "6:54", "from 1"),
        (
            "allow_unbound: true",
            "allow_unbound: true, min_sessions: 2",
            "7:62",
            "says nothing of `junit`",
        ),
        (
            "min_suites: 3",
            "min_files: 3",
            "5:41",
            "says nothing of `suite`",
        ),
        (
            "allow_unbound: true",
            "min_tests: 3",
            "7:6",
            "nothing binds",
        ),
        (
            "target/nextest/*/junit.xml",
            "../x.xml",
            "7:13",
            "leaves the working directory",
        ),
        ("id: err", "id: p95", "11:10", "a second rule named `p95`"),
        ("max_age: 24h", "max_age: 1", "3:22", "must be a time"),
        ("gate/v1", "gate/v2", "1:13", "no version of policies"),
        (
            "allow_dirty: false",
            "allow_dirt: false",
            "2:46",
            "unknown key `allow_dirt`",
        ),
        (
            "allow_dirty: false",
            "git: optional",
            "2:46",
            "written twice",
        ),
        (
            "waiver_owners: [ada]",
            "self_waive: true",
            "13:1",
            "without `waiver_owners`",
        ),
        (
            "release.waivers.yaml",
            "../x.yaml",
            "13:15",
            "beside the policy",
        ),
        ("max_age: 24h", "max_age: 0s", "3:22", "never open"),
        (
            "kind: contract",
            "kind: contracts",
            "5:31",
            "no kind of reports named `contracts`",
        ),
        (
            "suite: contract_*",
            "suite: contract/*",
            "5:13",
            "no name of a suite has a `/`",
        ),
        (
            "suite: lighthouse",
            "suite: a/b",
            "8:20",
            "no name of a suite has a `/`",
        ),
        (
            "suite: contract_*",
            "suite: contract_x",
            "5:53",
            "is one name, and cannot be 3",
        ),
        ("ratio > 1.20", "", "10:39", "`fail` must not be empty"),
        (
            "suite: checkout, ",
            "suite: checkout, junit: a.xml, ",
            "6:23",
            "exclude each other",
        ),
    ] {
        assert!(GOOD.contains(good), "{good}");
        let (_, problems) = policy(&GOOD.replacen(good, bad, 1));
        let told = problems
            .iter()
            .find(|problem| problem.message.contains(words));
        let told = told.unwrap_or_else(|| unreachable!("{bad}: {problems:?}"));
        let at = told.place.as_ref().unwrap();
        assert_eq!(
            format!("{}:{}", at.line, at.column),
            place,
            "{bad}: {problems:?}"
        );
    }
}

const WAIVER: &str = "\
apiVersion: proofhouse/waivers/v1
waivers:
  - id: W-1
    check: search/typical_load/p95/last_passed
    reason: the index is built on first use
    owner: ada
    issue: PLAT-118
    created: 2026-11-03
    expires: 2026-12-03
    limit: ratio <= 1.35
    commits: 4f2c1e0..9b1d7aa
";

#[test]
fn waivers_are_read_and_bounded() {
    let (read, problems) = waivers(WAIVER);
    assert_eq!(problems, []);
    let waiver = &read.unwrap()[0];
    assert_eq!(waiver.expires.to_string(), "2026-12-03");
    assert_eq!(waiver.commits.as_ref().unwrap().up_to, "9b1d7aa");
    let (none, problems) = waivers("apiVersion: proofhouse/waivers/v1\nwaivers: []\n");
    assert_eq!((none.unwrap().len(), problems.len()), (0, 0));
    for (good, bad, words) in [
        ("2026-12-03", "2026-12-04", "31 days; at most 30"),
        ("2026-12-03", "2026-11-02", "ends before it begins"),
        ("2026-12-03", "soon", "is not a day"),
        ("2026-12-03", "2026-02-30", "is not a day"),
        ("ratio <= 1.35", "big", "no number or word"),
        ("4f2c1e0..9b1d7aa", "main", "not a range"),
        (
            "search/typical_load/p95/last_passed",
            "'*/p95/*'",
            "is a pattern; a waiver names one check",
        ),
        ("    owner: ada\n", "", "`owner` is missing"),
    ] {
        let (_, problems) = waivers(&WAIVER.replacen(good, bad, 1));
        assert!(
            problems.iter().any(|p| p.message.contains(words)),
            "{bad}: {problems:?}"
        );
    }
}
