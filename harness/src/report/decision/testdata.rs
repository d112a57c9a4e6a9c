//! Small decisions for the tests of their reporters.

#![allow(clippy::unwrap_used)]

use crate::model::decision::{
    Answer, Decision, DecisionCounts, Finding, Question, RuleOutcome, Standing, State,
    WaiverHistory, WaiverOutcome, WaiverState, Waivers, Weighed,
};
use crate::model::expression::Condition;
use crate::model::facts::{Content, Input, JUnitFacts, ReportFacts};
use crate::model::place::Place;
use crate::model::plan::{Profile, Source};
use crate::model::policy::Waiver;
use crate::model::verdict::Verdict;
use jiff::Timestamp;
use jiff::civil::date;

/// A finding about a check of `checkout` in which every text is this one.
pub(crate) fn finding(state: State, exit_code: u8, text: &str) -> Finding {
    Finding {
        state,
        exit_code,
        code: "P95_ABOVE_SLO".into(),
        title: format!("checkout: {text}"),
        wanted: text.into(),
        saw: text.into(),
        next: text.into(),
        suite: Some("checkout".into()),
        check: Some(text.into()),
        rule: None,
        input: Some(text.into()),
        place: None,
        waiver: None,
        runs: None,
    }
}

/// A closed decision over one file of evidence: a failed check, and a warning.
pub(crate) fn closed(text: &str) -> Decision {
    Decision {
        schema: String::new(),
        engine: String::new(),
        policy: Source {
            path: "suites/release.gate.yaml".into(),
            digest: format!("sha256:{}", "ab".repeat(32)),
        },
        question: Question {
            commit: "a1".repeat(20),
            artifact: None,
            now: Timestamp::UNIX_EPOCH,
        },
        verdict: State::Fail,
        exit_code: 1,
        counts: DecisionCounts {
            closing: 1,
            open: 1,
            ..DecisionCounts::default()
        },
        findings: vec![finding(State::Fail, 1, text), finding(State::Warn, 0, text)],
        rules: Vec::new(),
        waivers: Waivers::default(),
        inputs: Vec::new(),
    }
}

/// Another text everywhere.
fn about(told: Finding, check: Option<&str>, code: &str, text: &str) -> Finding {
    Finding {
        code: code.into(),
        title: format!("checkout: {text}"),
        check: check.map(str::to_owned),
        ..told
    }
}

/// Closed by a failure and by a suite that is missing; one failure of a rule is waived, one
/// waiver is unused, a warning is told, and one suite, one file and one rule pass.
pub(crate) fn sample() -> Decision {
    let text = "p95 stays within 500 ms";
    let failed = finding(State::Fail, 1, text);
    let missing = Finding {
        suite: Some("mesh".into()),
        input: None,
        ..about(
            finding(State::NoEvidence, 4, "nothing of it"),
            None,
            "MISSING",
            "`mesh` is there",
        )
    };
    let warned = finding(State::Warn, 0, "errors stay below 1 %");
    let forgiven = Finding {
        rule: Some("p95".into()),
        waiver: Some("W-7".into()),
        ..finding(State::Waived, 0, text)
    };
    let idle = Finding {
        suite: None,
        input: None,
        waiver: Some("W-8".into()),
        ..finding(State::Warn, 0, "it has nothing to forgive")
    };
    Decision {
        verdict: State::Fail,
        exit_code: 1,
        counts: DecisionCounts {
            inputs: 3,
            counted: 3,
            checks: 12,
            open: 3,
            closing: 2,
        },
        findings: vec![
            about(failed, Some("cart/p95/slo"), "P95_ABOVE_SLO", text),
            missing,
            about(warned, Some("cart/errors/slo"), "ERRORS", "errors"),
            about(idle, None, "WAIVER_UNUSED", "waiver W-8 is needed"),
            about(forgiven, Some("cart/p95/slo"), "RULE_FAILED", text),
        ],
        rules: vec![
            rule("p95", State::Waived, 1),
            rule("errors", State::Pass, 0),
        ],
        waivers: Waivers {
            file: None,
            list: vec![
                waiver("W-7", WaiverState::Used),
                waiver("W-8", WaiverState::Unused),
            ],
        },
        inputs: vec![
            counted("runs/one/report.json", report("checkout", Verdict::Fail)),
            counted("runs/two/report.json", report("search", Verdict::Pass)),
            counted("unit/junit.xml", Content::JUnit(JUnitFacts::default())),
        ],
        ..closed(text)
    }
}

fn rule(id: &str, state: State, failed: u64) -> RuleOutcome {
    RuleOutcome {
        id: id.into(),
        state,
        checks: 6,
        failed,
        warned: 0,
        undecided: 0,
        not_asked: 0,
    }
}

fn waiver(id: &str, state: WaiverState) -> WaiverOutcome {
    let forgave = match state {
        WaiverState::Used => vec!["checkout: cart/p95/slo".to_owned()],
        _ => Vec::new(),
    };
    WaiverOutcome {
        waiver: Waiver {
            id: id.into(),
            check: "cart/p95/slo".into(),
            suite: None,
            reason: "the index is built on first use".into(),
            owner: "ada".into(),
            issue: "PLAT-118".into(),
            created: date(2026, 3, 10),
            expires: date(2026, 3, 20),
            limit: Condition::parse("current <= 650").unwrap(),
            commits: None,
            place: Place {
                file: "release.waivers.yaml".into(),
                line: 3,
                column: 9,
                length: 3,
                key_path: String::new(),
            },
        },
        history: WaiverHistory {
            came_with_code: Answer::No,
            in_range: Answer::Yes,
        },
        state,
        forgave,
    }
}

fn report(suite: &str, verdict: Verdict) -> Content {
    Content::Report(Box::new(ReportFacts {
        id: format!("run-{suite}"),
        kind: "performance".into(),
        suite: suite.into(),
        commit: Some("a1".repeat(20)),
        dirty: false,
        config: "sha256:c".into(),
        programs: Vec::new(),
        profile: Profile::Full,
        unfit_reasons: Vec::new(),
        started_at: Timestamp::UNIX_EPOCH,
        finished_at: Some(Timestamp::UNIX_EPOCH),
        verdict,
        checks: Vec::new(),
    }))
}

fn counted(path: &str, content: Content) -> Weighed {
    Weighed {
        input: Input {
            path: path.into(),
            sha256: Some("cd".repeat(32)),
            content,
        },
        standing: Standing::Counted,
        age_s: Some(2_040),
    }
}

/// The same with one text in every place that comes from files.
pub(crate) fn hostile(text: &str) -> Decision {
    let mut decision = sample();
    decision.policy.path = text.into();
    decision.engine = text.into();
    decision.question.commit = text.into();
    decision.question.artifact = Some(text.into());
    for told in &mut decision.findings {
        *told = Finding {
            title: text.into(),
            code: text.into(),
            check: told.check.as_ref().map(|_| text.into()),
            suite: told.suite.as_ref().map(|_| text.into()),
            rule: told.rule.as_ref().map(|_| text.into()),
            waiver: told.waiver.as_ref().map(|_| text.into()),
            ..finding(told.state, told.exit_code, text)
        };
    }
    for outcome in &mut decision.waivers.list {
        outcome.waiver.reason = text.into();
        outcome.waiver.owner = text.into();
    }
    for weighed in &mut decision.inputs {
        weighed.input.path = text.into();
    }
    decision
}
