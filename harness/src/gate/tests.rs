//! The gate as a whole: what opens it, and everything that must not.
#![allow(clippy::unwrap_used)]

use super::testdata::{
    COMMIT, bad, check, closing, decide, decide_with, input, place, policy, question, report, rule,
    suite, time, with,
};
use super::{Case, replay, rerun};
use crate::model::check::Severity;
use crate::model::decision::{
    Answer, Decision, Standing, State, WaiverHistory, WaiverOutcome, WaiverState, Waivers,
};
use crate::model::expression::Condition;
use crate::model::facts::{
    AbandonedFacts, Allowed, Content, Input, JUnitFacts, Refusal, ReportFacts,
};
use crate::model::plan::Profile;
use crate::model::policy::{OnUndecided, Policy, Required, RequiredJUnit, Waiver};
use crate::model::report::DIRTY_REASON;
use crate::model::verdict::Verdict;

fn with_report(facts: ReportFacts) -> Decision {
    decide(&policy(), vec![input("runs/a/report.json", facts)])
}

#[test]
fn a_passed_fresh_bound_report_opens_it() {
    let decision = with_report(report("checkout"));
    assert_eq!(decision.verdict, State::Pass, "{:?}", decision.findings);
    assert_eq!((decision.exit_code, decision.counts.checks), (0, 2));
    assert_eq!(decision.inputs[0].age_s, Some(33 * 60));
}

#[test]
fn evidence_that_is_not_there_closes_it_with_4() {
    let stale = ReportFacts {
        finished_at: Some(time("2026-03-13T09:59:59Z")),
        started_at: time("2026-03-13T09:00:00Z"),
        ..report("checkout")
    };
    let future = ReportFacts {
        finished_at: Some(time("2026-03-14T10:05:01Z")),
        ..report("checkout")
    };
    let killed = ReportFacts {
        finished_at: None,
        ..report("checkout")
    };
    let backwards = ReportFacts {
        finished_at: Some(time("2026-03-14T09:25:00Z")),
        ..report("checkout")
    };
    let unbound = ReportFacts {
        commit: None,
        ..report("checkout")
    };
    let other = ReportFacts {
        commit: Some("b".repeat(40)),
        ..report("checkout")
    };
    let quick = ReportFacts {
        profile: Profile::Quick,
        unfit_reasons: vec!["quick profile: durations were shortened".into()],
        ..report("checkout")
    };
    let dirty = ReportFacts {
        dirty: true,
        unfit_reasons: vec![DIRTY_REASON.into()],
        ..report("checkout")
    };
    let skipped = bad("a/p95/slo", Verdict::Skipped, "FIRST_RUN");
    for (facts, code) in [
        (stale, "STALE"),
        (future, "FUTURE"),
        (killed, "INCOMPLETE"),
        (backwards, "IMPOSSIBLE_TIME"),
        (unbound, "UNBOUND"),
        (other, "WRONG_COMMIT"),
        (quick, "UNFIT"),
        (dirty, "UNFIT"),
        (report("check-out"), "MISSING"),
        (with("checkout", Vec::new()), "NO_TESTS"),
        (
            ReportFacts {
                verdict: Verdict::Pass,
                ..with("checkout", vec![skipped])
            },
            "NO_TESTS",
        ),
    ] {
        let decision = with_report(facts);
        assert!(
            closing(&decision).contains(&code),
            "{code}: {:?}",
            decision.findings
        );
        assert!(matches!(decision.exit_code, 1 | 4), "{code}");
    }
    assert_eq!(closing(&decide(&policy(), Vec::new())), ["MISSING"]);
    assert_eq!(decide(&policy(), Vec::new()).exit_code, 4);
}

#[test]
fn exactly_at_the_limit_is_still_fresh() {
    let old = ReportFacts {
        finished_at: Some(time("2026-03-13T10:00:00Z")),
        started_at: time("2026-03-13T09:00:00Z"),
        ..report("checkout")
    };
    assert_eq!(with_report(old).exit_code, 0);
    let ahead = ReportFacts {
        finished_at: Some(time("2026-03-14T10:05:00Z")),
        ..report("checkout")
    };
    assert_eq!(with_report(ahead).exit_code, 0);
}

#[test]
fn what_the_policy_allows_is_allowed_and_nothing_else() {
    let mut lenient = policy();
    lenient.subject.allow_dirty = true;
    let dirty = ReportFacts {
        dirty: true,
        unfit_reasons: vec![DIRTY_REASON.into()],
        ..report("checkout")
    };
    assert_eq!(
        decide(&lenient, vec![input("a", dirty.clone())]).exit_code,
        0
    );
    let seeded = ReportFacts {
        unfit_reasons: vec![
            DIRTY_REASON.into(),
            "search ran with a deliberate defect: x".into(),
        ],
        ..dirty
    };
    assert_eq!(
        closing(&decide(&lenient, vec![input("a", seeded)])),
        ["UNFIT"]
    );
}

#[test]
fn two_reports_for_one_attempt_are_ambiguous_and_the_latest_attempt_wins() {
    let first = report("checkout");
    let twin = ReportFacts {
        id: "other".into(),
        ..report("checkout")
    };
    let same_id = ReportFacts {
        started_at: time("2026-03-14T09:40:00Z"),
        finished_at: Some(time("2026-03-14T09:41:00Z")),
        ..report("checkout")
    };
    let later = ReportFacts {
        id: "later".into(),
        ..same_id.clone()
    };
    let overlapping = ReportFacts {
        id: "o".into(),
        started_at: time("2026-03-14T09:26:30Z"),
        ..report("checkout")
    };
    let other_config = ReportFacts {
        config: "sha256:d".into(),
        ..later.clone()
    };
    for second in [twin, same_id, overlapping, other_config] {
        let decision = decide(
            &policy(),
            vec![input("a", first.clone()), input("b", second)],
        );
        assert!(
            closing(&decision).contains(&"AMBIGUOUS"),
            "{:?}",
            decision.findings
        );
        assert_eq!(decision.exit_code, 4);
    }
    let failed = with(
        "checkout",
        vec![bad("a/p95/slo", Verdict::Fail, "P95_ABOVE_SLO")],
    );
    let decision = decide(
        &policy(),
        vec![input("a", failed.clone()), input("b", later)],
    );
    assert_eq!(decision.exit_code, 0);
    assert_eq!(decision.inputs[0].standing, Standing::Superseded);
    assert_eq!(decision.findings[0].code, "FLAKY");
    let failed_later = ReportFacts {
        id: "z".into(),
        started_at: time("2026-03-14T09:50:00Z"),
        finished_at: Some(time("2026-03-14T09:51:00Z")),
        ..failed
    };
    let decision = decide(&policy(), vec![input("a", first), input("b", failed_later)]);
    assert_eq!(decision.exit_code, 1);
}

#[test]
fn a_try_on_a_changed_work_tree_is_no_earlier_attempt() {
    let tried = ReportFacts {
        id: "tried".into(),
        dirty: true,
        unfit_reasons: vec![DIRTY_REASON.into()],
        config: "sha256:d".into(),
        started_at: time("2026-03-14T08:00:00Z"),
        finished_at: Some(time("2026-03-14T08:01:00Z")),
        ..with(
            "checkout",
            vec![bad("a/p95/slo", Verdict::Fail, "P95_ABOVE_SLO")],
        )
    };
    let decision = decide(
        &policy(),
        vec![input("a", tried.clone()), input("b", report("checkout"))],
    );
    assert_eq!(decision.verdict, State::Pass, "{:?}", decision.findings);
    // But the latest attempt is the one that counts, whatever it is.
    let tried_later = ReportFacts {
        started_at: time("2026-03-14T09:40:00Z"),
        finished_at: Some(time("2026-03-14T09:41:00Z")),
        ..tried
    };
    let decision = decide(
        &policy(),
        vec![input("a", tried_later), input("b", report("checkout"))],
    );
    assert!(closing(&decision).contains(&"UNFIT"));
}

#[test]
fn a_run_that_was_killed_after_a_pass_closes_it() {
    let abandoned = |commit: &str, at: &str| Input {
        path: "runs/b/evidence.jsonl".into(),
        sha256: None,
        content: Content::Abandoned(AbandonedFacts {
            id: "b".into(),
            suite: "checkout".into(),
            commit: Some(commit.into()),
            started_at: time(at),
        }),
    };
    let passed = || input("runs/a/report.json", report("checkout"));
    let decision = decide(
        &policy(),
        vec![passed(), abandoned(COMMIT, "2026-03-14T09:50:00Z")],
    );
    assert_eq!(closing(&decision), ["ABANDONED", "MISSING"]);
    let decision = decide(
        &policy(),
        vec![passed(), abandoned(COMMIT, "2026-03-14T09:00:00Z")],
    );
    assert_eq!(
        (decision.exit_code, decision.findings[0].code.as_str()),
        (0, "FLAKY")
    );
    let decision = decide(
        &policy(),
        vec![passed(), abandoned("ff", "2026-03-14T09:50:00Z")],
    );
    assert_eq!(decision.verdict, State::Pass);
}

#[test]
fn whatever_cannot_be_believed_closes_it() {
    let broken = Input {
        path: "runs/b/report.json".into(),
        sha256: None,
        content: Content::Refused(Refusal::new(
            "DIGEST_MISMATCH",
            "evidence.jsonl: it differs",
        )),
    };
    let decision = decide(
        &policy(),
        vec![input("runs/a/report.json", report("checkout")), broken],
    );
    assert_eq!(
        (decision.exit_code, closing(&decision)),
        (4, vec!["DIGEST_MISMATCH"])
    );
}

#[test]
fn verdicts_of_checks_have_their_exit_codes() {
    let generator = || {
        let mut check = bad("generator/cpu", Verdict::Error, "GENERATOR_SATURATED");
        check.class = crate::model::check::CheckClass::Generator;
        check
    };
    for (check, code, state) in [
        (bad("a", Verdict::Fail, "P95_ABOVE_SLO"), 1, State::Fail),
        (
            bad("a", Verdict::Error, "TOO_FEW_REQUESTS"),
            3,
            State::Inconclusive,
        ),
        (generator(), 1, State::Invalid),
        (bad("a", Verdict::Warn, "X"), 0, State::Warn),
        (bad("a", Verdict::Skipped, "FIRST_RUN"), 0, State::Warn),
        (
            bad("a", Verdict::Skipped, "BASELINE_DISABLED"),
            1,
            State::Fail,
        ),
    ] {
        let decision = with_report(with("checkout", vec![check, self::check("b")]));
        assert_eq!(
            (decision.exit_code, decision.verdict),
            (code, state),
            "{:?}",
            decision.findings
        );
    }
    let fails = with("checkout", vec![bad("a", Verdict::Fail, "P95_ABOVE_SLO")]);
    let next = &with_report(fails).findings[0].next;
    assert_eq!(
        next,
        "bring it from 612 ms to the limit of 500 ms (-18.3 %)"
    );
    let worse = ReportFacts {
        verdict: Verdict::Fail,
        ..report("checkout")
    };
    assert_eq!(closing(&with_report(worse)), ["REPORT_VERDICT"]);
    // A check that only warns could not be decided, and its report says so.
    let mut soft = bad("a", Verdict::Error, "INCONCLUSIVE");
    soft.severity = Severity::Warn;
    let decision = with_report(with("checkout", vec![soft, check("b")]));
    assert_eq!(
        (decision.exit_code, closing(&decision)),
        (3, vec!["REPORT_VERDICT"])
    );
}

#[test]
fn what_a_suite_allows_for_a_time_is_waived_and_then_fails() {
    for (expires, code, state) in [
        ("2026-03-14", 0, State::Waived),
        ("2026-03-13", 1, State::Fail),
    ] {
        let mut check = bad("a", Verdict::Warn, "SIGNATURE_NOT_CHECKED");
        let told = check.told.as_mut().unwrap();
        told.allowed = Some(Allowed {
            reason: "until the library is mended".into(),
            expires: expires.parse().unwrap(),
        });
        let decision = with_report(with("checkout", vec![check]));
        assert_eq!((decision.exit_code, decision.verdict), (code, state));
    }
}

#[test]
fn outcomes_of_the_policy_are_followed() {
    let mut strict = policy();
    strict.outcomes.warn = OnUndecided::Fail;
    strict.outcomes.inconclusive = OnUndecided::Fail;
    strict.outcomes.invalid = OnUndecided::Rerun;
    for verdict in [Verdict::Warn, Verdict::Error] {
        let facts = with("checkout", vec![bad("a", verdict, "X")]);
        assert_eq!(decide(&strict, vec![input("a", facts)]).exit_code, 1);
    }
    let Required::Suite(entry) = &mut strict.required[0] else {
        unreachable!()
    };
    entry.may_skip = vec!["a*".into()];
    let skipped = with(
        "checkout",
        vec![bad("a", Verdict::Skipped, "X"), check("b")],
    );
    assert_eq!(decide(&strict, vec![input("a", skipped)]).exit_code, 0);
}

#[test]
fn required_entries_count_suites_tests_and_checks() {
    let mut three = policy();
    three.required = vec![Required::Suite(crate::model::policy::RequiredSuite {
        kind: Some("contract".into()),
        min_suites: 2,
        min_tests: 2,
        checks: vec!["*/p95/*".into(), "*/p99/*".into()],
        ..suite("contract_*")
    })];
    let contract = |name: &str| ReportFacts {
        kind: "contract".into(),
        ..report(name)
    };
    let decision = decide(
        &three,
        vec![
            input("a", contract("contract_auth")),
            input("b", report("contract_github")),
        ],
    );
    assert_eq!(closing(&decision), ["MISSING", "REQUIRED_CHECK"]);
    let one = ReportFacts {
        checks: vec![check("a/p95/slo")],
        ..contract("contract_github")
    };
    let decision = decide(
        &three,
        vec![input("a", contract("contract_auth")), input("b", one)],
    );
    assert_eq!(
        closing(&decision),
        ["REQUIRED_CHECK", "REQUIRED_CHECK", "TOO_FEW_TESTS"]
    );
}

#[test]
fn a_report_that_no_entry_names_is_told_and_counts() {
    let scratch = with("scratch", vec![bad("a", Verdict::Fail, "X")]);
    let decision = decide(
        &policy(),
        vec![input("a", report("checkout")), input("b", scratch)],
    );
    assert_eq!(closing(&decision), ["X"]);
    assert!(
        decision
            .findings
            .iter()
            .any(|finding| finding.code == "UNLISTED")
    );
}

#[test]
fn rules_close_it_beyond_the_reports_verdict() {
    let mut ruled = policy();
    ruled.rules = vec![rule("current > 200")];
    let decision = decide(&ruled, vec![input("a", report("checkout"))]);
    assert_eq!((decision.exit_code, decision.rules[0].failed), (1, 2));
    assert_eq!(
        decision.findings[0].next,
        "bring `current` from 212 to at most 200 (-5.7 %)"
    );
    ruled.rules = vec![rule("ratio > 1.2")];
    let decision = decide(&ruled, vec![input("a", report("checkout"))]);
    assert_eq!((decision.exit_code, decision.rules[0].undecided), (3, 2));
    ruled.rules[0].missing = OnUndecided::Warn;
    assert_eq!(
        decide(&ruled, vec![input("a", report("checkout"))]).exit_code,
        0
    );
    ruled.rules[0].check = "*/p59/*".into();
    let decision = decide(&ruled, vec![input("a", report("checkout"))]);
    assert_eq!(
        (decision.exit_code, closing(&decision)),
        (4, vec!["RULE_UNMATCHED"])
    );
}

#[test]
fn the_artifact_must_have_run() {
    let mut bound = policy();
    bound.subject.artifact_required = true;
    let ask = |artifact: Option<String>| {
        let mut question = question();
        question.artifact = artifact;
        let inputs = vec![input("a", report("checkout"))];
        super::decide(
            &bound,
            Case {
                question,
                inputs,
                waivers: Waivers::default(),
            },
        )
        .exit_code
    };
    assert_eq!(ask(Some(format!("sha256:{}", "7a".repeat(32)))), 0);
    assert_eq!(ask(Some(format!("sha256:{}", "7b".repeat(32)))), 4);
    assert_eq!(ask(None), 4);
}

fn waiver(change: impl Fn(&mut WaiverOutcome)) -> Waivers {
    let mut outcome = WaiverOutcome {
        waiver: Waiver {
            id: "W-1".into(),
            check: "a".into(),
            suite: None,
            reason: "r".into(),
            owner: "ada".into(),
            issue: "i".into(),
            created: "2026-03-01".parse().unwrap(),
            expires: "2026-03-14".parse().unwrap(),
            limit: Condition::parse("current <= 650").unwrap(),
            commits: None,
            place: place(),
        },
        history: WaiverHistory {
            came_with_code: Answer::No,
            in_range: Answer::Yes,
        },
        state: WaiverState::Unused,
        forgave: Vec::new(),
    };
    change(&mut outcome);
    Waivers {
        file: None,
        list: vec![outcome],
    }
}

#[test]
fn a_waiver_lowers_a_failure_and_never_more() {
    let failed = || {
        vec![input(
            "x",
            with("checkout", vec![bad("a", Verdict::Fail, "P95_ABOVE_SLO")]),
        )]
    };
    let decision = decide_with(&policy(), failed(), waiver(|_| ()));
    assert_eq!((decision.verdict, decision.exit_code), (State::Waived, 0));
    assert_eq!(decision.waivers.list[0].forgave, ["checkout: a"]);
    type Change = fn(&mut WaiverOutcome);
    let changes: [(Change, WaiverState); 8] = [
        (
            |w| w.waiver.expires = "2026-03-13".parse().unwrap(),
            WaiverState::Expired,
        ),
        (
            |w| w.waiver.created = "2026-03-15".parse().unwrap(),
            WaiverState::NotYet,
        ),
        (|w| w.waiver.owner = "eve".into(), WaiverState::NotAllowed),
        (
            |w| w.waiver.limit = Condition::parse("current <= 600").unwrap(),
            WaiverState::Exceeded,
        ),
        (
            |w| w.waiver.limit = Condition::parse("ratio <= 600").unwrap(),
            WaiverState::Exceeded,
        ),
        (
            |w| w.history.came_with_code = Answer::Yes,
            WaiverState::SelfWaived,
        ),
        (
            |w| w.history.came_with_code = Answer::Unknown,
            WaiverState::SelfWaived,
        ),
        (|w| w.waiver.check = "b".into(), WaiverState::Unused),
    ];
    for (change, state) in changes {
        let decision = decide_with(&policy(), failed(), waiver(change));
        assert_eq!(
            (decision.exit_code, decision.waivers.list[0].state),
            (1, state)
        );
        assert!(
            decision
                .findings
                .iter()
                .any(|f| f.code.starts_with("WAIVER_"))
        );
    }
    let undecided = vec![input(
        "x",
        with("checkout", vec![bad("a", Verdict::Error, "X")]),
    )];
    assert_eq!(
        decide_with(&policy(), undecided, waiver(|_| ())).exit_code,
        3
    );
    assert_eq!(
        decide_with(&policy(), Vec::new(), waiver(|_| ())).exit_code,
        4
    );
}

#[test]
fn junit_files_must_be_bound_dated_and_good() {
    let mut foreign = policy();
    foreign.required = vec![Required::JUnit(RequiredJUnit {
        path: "target/*.xml".into(),
        min_files: 1,
        min_tests: 3,
        commit_property: Some("git.commit".into()),
        allow_unbound: false,
        allow_undated: false,
        place: place(),
    })];
    let good = JUnitFacts {
        tests: 4,
        skipped: 1,
        timestamp: Some(time("2026-03-14T09:00:00Z")),
        properties: [("git.commit".to_owned(), COMMIT.to_owned())].into(),
        ..JUnitFacts::default()
    };
    let ask = |facts: JUnitFacts| {
        let content = Content::JUnit(facts);
        let decision = decide(
            &foreign,
            vec![Input {
                path: "target/a.xml".into(),
                sha256: None,
                content,
            }],
        );
        (decision.exit_code, closing(&decision).join(" "))
    };
    assert_eq!(ask(good.clone()), (0, String::new()));
    assert_eq!(
        ask(JUnitFacts {
            failures: 1,
            ..good.clone()
        })
        .0,
        1
    );
    assert_eq!(
        ask(JUnitFacts {
            errors: 1,
            ..good.clone()
        })
        .0,
        1
    );
    assert_eq!(
        ask(JUnitFacts {
            skipped: 2,
            ..good.clone()
        }),
        (4, "TOO_FEW_TESTS".into())
    );
    assert_eq!(
        ask(JUnitFacts {
            timestamp: None,
            ..good.clone()
        }),
        (4, "UNDATED".into())
    );
    assert_eq!(
        ask(JUnitFacts {
            timestamp: Some(time("2026-03-12T09:00:00Z")),
            ..good.clone()
        }),
        (4, "STALE".into())
    );
    assert_eq!(
        ask(JUnitFacts {
            properties: Default::default(),
            ..good
        }),
        (4, "UNBOUND".into())
    );
    assert_eq!(closing(&decide(&foreign, Vec::new())), ["MISSING"]);
}

/// A file that lies there twice has its tests once.
#[test]
fn copies_of_a_junit_file_count_once() {
    let mut foreign = policy();
    foreign.required = vec![Required::JUnit(RequiredJUnit {
        path: "target/*.xml".into(),
        min_files: 2,
        min_tests: 3,
        commit_property: Some("git.commit".into()),
        allow_unbound: false,
        allow_undated: false,
        place: place(),
    })];
    let file = |name: &str, sha256: &str| Input {
        path: format!("target/{name}.xml"),
        sha256: Some(sha256.to_owned()),
        content: Content::JUnit(JUnitFacts {
            tests: 2,
            timestamp: Some(time("2026-03-14T09:00:00Z")),
            properties: [("git.commit".to_owned(), COMMIT.to_owned())].into(),
            ..JUnitFacts::default()
        }),
    };
    let two = decide(&foreign, vec![file("a", "01"), file("b", "02")]);
    assert_eq!(two.exit_code, 0, "{:?}", two.findings);
    let copied = decide(&foreign, vec![file("a", "01"), file("b", "01")]);
    assert_eq!(closing(&copied), ["MISSING", "TOO_FEW_TESTS"]);
}

/// What cannot close the gate and has no answer is nothing that a release could rest on.
#[test]
fn checks_without_an_answer_decide_nothing() {
    let mut asks = policy();
    asks.required = vec![Required::Suite(crate::model::policy::RequiredSuite {
        checks: vec!["a/*".into()],
        ..suite("checkout")
    })];
    for severity in [Severity::Warn, Severity::Info] {
        let mut undecided = bad("a/p95/slo", Verdict::Error, "TOO_FEW_SAMPLES");
        undecided.severity = severity;
        let of = |checks| ReportFacts {
            verdict: Verdict::Warn,
            ..with("checkout", checks)
        };
        let alone = with_report(of(vec![undecided.clone()]));
        assert_eq!(closing(&alone), ["NO_TESTS"], "{severity:?}");
        assert_eq!(alone.exit_code, 4);
        let beside = || of(vec![undecided.clone(), check("b/p95/slo")]);
        assert_eq!(with_report(beside()).exit_code, 0);
        let required = decide(&asks, vec![input("a", beside())]);
        assert_eq!(closing(&required), ["REQUIRED_CHECK"], "{severity:?}");
        assert_eq!(required.exit_code, 3);
    }
}

/// A rule that closes the gate does not go without a number because a check only warns.
#[test]
fn a_rule_is_undecided_where_an_undecided_check_cannot_close_the_gate() {
    let mut ruled = policy();
    ruled.rules = vec![rule("current > 500")];
    for severity in [Severity::Warn, Severity::Info] {
        let mut undecided = bad("a/p95/slo", Verdict::Error, "TOO_FEW_SAMPLES");
        undecided.severity = severity;
        let mut facts = with("checkout", vec![undecided, check("b/p95/slo")]);
        facts.verdict = Verdict::Warn;
        let ask = |policy: &Policy| decide(policy, vec![input("a", facts.clone())]);
        let closed = ask(&ruled);
        assert_eq!(closing(&closed), ["RULE_UNDECIDED"], "{severity:?}");
        assert_eq!((closed.exit_code, closed.rules[0].undecided), (3, 1));
        ruled.rules[0].blocks = false;
        assert_eq!(ask(&ruled).exit_code, 0);
        ruled.rules[0].blocks = true;
    }
}

#[test]
fn a_stored_decision_is_made_again_byte_for_byte_and_simulated_under_another_policy() {
    let mut ruled = policy();
    ruled.rules = vec![rule("current > 700")];
    let inputs = || {
        vec![
            input("b", report("other")),
            input(
                "a",
                with("checkout", vec![bad("a/p95/slo", Verdict::Warn, "X")]),
            ),
        ]
    };
    let first = decide(&ruled, inputs());
    let stored = serde_json::to_vec(&first).unwrap();
    let mut turned = inputs();
    turned.reverse();
    assert_eq!(serde_json::to_vec(&decide(&ruled, turned)).unwrap(), stored);
    let read: Decision = serde_json::from_slice(&stored).unwrap();
    let again = replay(&ruled, read.clone());
    assert_eq!(serde_json::to_vec(&again.now).unwrap(), stored);
    assert!(!again.flips());
    let mut strict = ruled.clone();
    strict.rules = vec![rule("current > 600")];
    let changed = replay(&strict, read);
    assert!(changed.flips());
    assert_eq!(changed.appeared, ["RULE_FAILED a/p95/slo (rule p95)"]);
}

#[test]
fn what_a_second_run_can_change_is_planned() {
    let undecided = with(
        "checkout",
        vec![bad("a", Verdict::Error, "TOO_FEW_REQUESTS")],
    );
    let plan = rerun(&with_report(undecided));
    assert_eq!(plan.suites[0].command, ["proofhouse", "run", "checkout"]);
    assert_eq!(plan.suites[0].reasons, ["TOO_FEW_REQUESTS"]);
    let failed = with("checkout", vec![bad("a", Verdict::Fail, "X")]);
    assert!(rerun(&with_report(failed)).suites.is_empty());
}
