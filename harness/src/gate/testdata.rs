//! Small facts for the tests of the gate.
#![allow(clippy::unwrap_used)]

use crate::model::check::{CheckClass, Severity};
use crate::model::decision::{Decision, Question, Waivers};
use crate::model::facts::{CheckFacts, Content, Input, ReportFacts, Told};
use crate::model::place::Place;
use crate::model::plan::{Profile, Source};
use crate::model::policy::{
    Freshness, GateRule, OnUndecided, Outcomes, Policy, Required, RequiredSuite, SubjectPolicy,
};
use crate::model::verdict::Verdict;
use jiff::Timestamp;
use std::time::Duration;

pub(crate) const COMMIT: &str = "a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4";

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn place() -> Place {
    Place {
        file: "release.gate.yaml".into(),
        line: 7,
        column: 5,
        length: 5,
        key_path: String::new(),
    }
}

/// A check that passed.
pub(crate) fn check(id: &str) -> CheckFacts {
    CheckFacts {
        id: id.to_owned(),
        class: CheckClass::Slo,
        severity: Severity::Block,
        verdict: Verdict::Pass,
        reason: None,
        current: Some(212.0),
        limit: Some(500.0),
        baseline: None,
        ratio: None,
        samples: Some(5_812),
        told: None,
    }
}

/// A check with another verdict.
pub(crate) fn bad(id: &str, verdict: Verdict, reason: &str) -> CheckFacts {
    CheckFacts {
        verdict,
        reason: Some(reason.to_owned()),
        current: Some(612.0),
        told: Some(Box::new(Told {
            title: "p95 stays within 500 ms".into(),
            wanted: "at most 500 ms".into(),
            saw: "612 ms".into(),
            next: None,
            unit: Some("ms".into()),
            place: Some(place()),
            allowed: None,
        })),
        ..check(id)
    }
}

/// A report that passed, from 09:26 to 09:27.
pub(crate) fn report(suite: &str) -> ReportFacts {
    ReportFacts {
        id: format!("run-{suite}"),
        kind: "performance".into(),
        suite: suite.to_owned(),
        commit: Some(COMMIT.to_owned()),
        dirty: false,
        config: "sha256:c".into(),
        programs: vec![format!("sha256:{}", "7a".repeat(32))],
        profile: Profile::Full,
        unfit_reasons: Vec::new(),
        started_at: time("2026-03-14T09:26:00Z"),
        finished_at: Some(time("2026-03-14T09:27:00Z")),
        verdict: Verdict::Pass,
        checks: vec![check("a/p95/slo"), check("b/p95/slo")],
    }
}

/// As [`report`], with these checks and their worst verdict.
pub(crate) fn with(suite: &str, checks: Vec<CheckFacts>) -> ReportFacts {
    ReportFacts {
        verdict: Verdict::over(checks.iter().map(|check| check.verdict)),
        checks,
        ..report(suite)
    }
}

pub(crate) fn input(path: &str, facts: ReportFacts) -> Input {
    Input {
        path: path.to_owned(),
        sha256: Some("00".into()),
        content: Content::Report(Box::new(facts)),
    }
}

pub(crate) fn suite(glob: &str) -> RequiredSuite {
    RequiredSuite {
        suite: glob.to_owned(),
        kind: None,
        min_suites: 1,
        min_tests: 1,
        min_sessions: 1,
        sessions_max: None,
        checks: Vec::new(),
        may_skip: Vec::new(),
        place: place(),
    }
}

/// Wants `checkout`, at most a day old.
pub(crate) fn policy() -> Policy {
    Policy {
        source: Source {
            path: "release.gate.yaml".into(),
            digest: "sha256:p".into(),
        },
        subject: SubjectPolicy {
            git_required: true,
            artifact_required: false,
            allow_dirty: false,
            suites_committed: false,
        },
        freshness: Freshness {
            max_age: Duration::from_secs(86_400),
            future_skew: Duration::from_secs(300),
        },
        required: vec![Required::Suite(suite("checkout"))],
        optional: Vec::new(),
        rules: Vec::new(),
        outcomes: Outcomes::default(),
        waivers_file: None,
        waiver_owners: vec!["ada".into()],
        self_waive: false,
        rejudge: true,
    }
}

/// As [`policy`], with this changed of what it wants of `checkout`.
pub(crate) fn policy_with(change: impl FnOnce(&mut RequiredSuite)) -> Policy {
    let mut entry = suite("checkout");
    change(&mut entry);
    Policy {
        required: vec![Required::Suite(entry)],
        ..policy()
    }
}

pub(crate) fn rule(fail: &str) -> GateRule {
    GateRule {
        id: "p95".into(),
        check: "*/p95/*".into(),
        suite: None,
        fail: Some(crate::model::expression::Condition::parse(fail).unwrap()),
        warn: None,
        blocks: true,
        missing: OnUndecided::Rerun,
        place: place(),
    }
}

pub(crate) fn question() -> Question {
    Question {
        commit: COMMIT.to_owned(),
        artifact: None,
        now: time("2026-03-14T10:00:00Z"),
    }
}

pub(crate) fn decide(policy: &Policy, inputs: Vec<Input>) -> Decision {
    decide_with(policy, inputs, Waivers::default())
}

pub(crate) fn decide_with(policy: &Policy, inputs: Vec<Input>, waivers: Waivers) -> Decision {
    let question = question();
    super::decide(
        policy,
        super::Case {
            question,
            inputs,
            waivers,
        },
    )
}

/// Codes of the closing findings, sorted.
pub(crate) fn closing(decision: &Decision) -> Vec<&str> {
    let closing = decision
        .findings
        .iter()
        .filter(|finding| finding.exit_code != 0);
    let mut codes: Vec<&str> = closing.map(|finding| finding.code.as_str()).collect();
    codes.sort_unstable();
    codes
}
