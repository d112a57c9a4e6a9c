//! Sessions that are there, that are missing, that failed, and that were too many.
#![allow(clippy::unwrap_used)]

use crate::gate::testdata::{
    COMMIT, bad, check, closing, decide, decide_with, input, place, policy_with, question, report,
    rule, time, with,
};
use crate::gate::{Case, rerun};
use crate::model::decision::{
    Answer, Decision, Finding, State, WaiverHistory, WaiverOutcome, WaiverState, Waivers,
};
use crate::model::expression::Condition;
use crate::model::facts::{AbandonedFacts, Content, Input, ReportFacts};
use crate::model::plan::Profile;
use crate::model::policy::{OnUndecided, Policy, Waiver};
use crate::model::report::DIRTY_REASON;
use crate::model::verdict::Verdict;

/// Wants so many sessions of `checkout`, and forbids more runs than that where told.
fn wants(min_sessions: u64, sessions_max: Option<u64>) -> Policy {
    policy_with(|entry| {
        entry.min_sessions = min_sessions;
        entry.sessions_max = sessions_max;
    })
}

/// The facts as of a run that began at this hour and minute of the day, and took a minute.
fn at(clock: &str, facts: ReportFacts) -> ReportFacts {
    let started_at = time(&format!("2026-03-14T{clock}:00Z"));
    ReportFacts {
        id: format!("run-{clock}"),
        started_at,
        finished_at: Some(started_at + jiff::SignedDuration::from_secs(60)),
        ..facts
    }
}

fn passed(clock: &str) -> ReportFacts {
    at(clock, report("checkout"))
}

fn failed(clock: &str) -> ReportFacts {
    let checks = vec![bad("a/p95/slo", Verdict::Fail, "P95_ABOVE_SLO"), check("b")];
    at(clock, with("checkout", checks))
}

fn inputs(runs: &[ReportFacts]) -> Vec<Input> {
    let inputs = runs.iter().enumerate();
    inputs
        .map(|(n, run)| input(&format!("runs/{n}/report.json"), run.clone()))
        .collect()
}

fn ask(policy: &Policy, runs: &[ReportFacts]) -> Decision {
    decide(policy, inputs(runs))
}

fn told<'a>(decision: &'a Decision, code: &str) -> &'a Finding {
    let found = decision.findings.iter().find(|told| told.code == code);
    found.unwrap_or_else(|| unreachable!("{code}: {:?}", decision.findings))
}

#[test]
fn as_many_sessions_as_are_asked_for_open_it_and_one_fewer_does_not() {
    let three = [passed("08:00"), passed("08:10"), passed("08:20")];
    let decision = ask(&wants(3, Some(3)), &three);
    assert_eq!(decision.verdict, State::Pass, "{:?}", decision.findings);
    let decision = ask(&wants(3, None), &three[1..]);
    assert_eq!(
        (decision.exit_code, closing(&decision)),
        (3, vec!["TOO_FEW_SESSIONS"])
    );
    let missing = told(&decision, "TOO_FEW_SESSIONS");
    assert_eq!(
        (missing.saw.as_str(), missing.next.as_str()),
        ("2 sessions", "run checkout once more")
    );
    let plan = &rerun(&decision).suites[0];
    assert_eq!((plan.suite.as_str(), plan.runs), ("checkout", 1));
    assert_eq!(plan.command, ["proofhouse", "run", "checkout"]);
    let decision = ask(&wants(3, None), &three[2..]);
    let missing = told(&decision, "TOO_FEW_SESSIONS");
    assert_eq!(missing.next, "run checkout 2 times more");
    assert_eq!(rerun(&decision).suites[0].runs, 2);
    // As nothing is there, everything is missing.
    let decision = ask(&wants(3, None), &[]);
    assert_eq!(
        (decision.exit_code, rerun(&decision).suites[0].runs),
        (4, 3)
    );
    // The policy may take a want of data for a failure, and never for a pass.
    let mut strict = wants(3, None);
    strict.outcomes.inconclusive = OnUndecided::Fail;
    assert_eq!(ask(&strict, &three[1..]).exit_code, 1);
}

/// What could not release by itself is no session, whatever else is good about it.
#[test]
fn runs_that_could_not_release_are_no_sessions() {
    let unfit = |reason: &str| ReportFacts {
        unfit_reasons: vec![reason.into()],
        ..passed("08:00")
    };
    let stale = ReportFacts {
        started_at: time("2026-03-13T09:00:00Z"),
        finished_at: Some(time("2026-03-13T09:59:59Z")),
        ..passed("08:00")
    };
    let cases = [
        (
            ReportFacts {
                profile: Profile::Quick,
                ..unfit("quick profile: durations were shortened")
            },
            "1 UNFIT",
        ),
        (unfit("search ran with a deliberate defect: x"), "1 UNFIT"),
        (unfit(DIRTY_REASON), "1 UNFIT"),
        (stale, "1 STALE"),
        (
            ReportFacts {
                finished_at: None,
                ..passed("08:00")
            },
            "1 INCOMPLETE",
        ),
        (at("08:00", with("checkout", Vec::new())), "1 NO_TESTS"),
        (
            at("08:00", with("checkout", vec![check("a")])),
            "1 TOO_FEW_TESTS",
        ),
        (
            at("08:00", with("checkout", vec![check("a"), check("c")])),
            "1 REQUIRED_CHECK",
        ),
        (
            ReportFacts {
                config: "sha256:d".into(),
                ..passed("08:00")
            },
            "1 OTHER_CONFIG",
        ),
        (
            ReportFacts {
                kind: "drift".into(),
                ..passed("08:00")
            },
            "1 OTHER_CONFIG",
        ),
        (
            ReportFacts {
                id: "run-08:30".into(),
                ..passed("08:00")
            },
            "1 SAME_RUN",
        ),
    ];
    let mut wanted = policy_with(|entry| {
        (entry.min_sessions, entry.min_tests) = (2, 2);
        entry.checks = vec!["b/*".into()];
    });
    for (first, why) in cases {
        let decision = ask(&wanted, &[first, passed("08:30")]);
        let missing = told(&decision, "TOO_FEW_SESSIONS");
        assert_eq!(missing.exit_code, 3);
        assert_eq!(missing.saw, format!("1 session; runs that are none: {why}"));
    }
    let of_other_commit = ReportFacts {
        commit: Some("b".repeat(40)),
        ..passed("08:00")
    };
    let decision = ask(&wanted, &[of_other_commit, passed("08:30")]);
    assert_eq!(closing(&decision), ["TOO_FEW_SESSIONS"]);
    // What the policy allows of the latest run, it allows of every session.
    wanted.subject.allow_dirty = true;
    let decision = ask(&wanted, &[unfit(DIRTY_REASON), passed("08:30")]);
    assert_eq!(decision.verdict, State::Pass, "{:?}", decision.findings);
}

#[test]
fn a_run_of_another_artifact_is_no_session() {
    let other = ReportFacts {
        programs: vec![format!("sha256:{}", "7b".repeat(32))],
        ..passed("08:00")
    };
    let ask = |first: ReportFacts| {
        let mut question = question();
        question.artifact = Some(format!("sha256:{}", "7a".repeat(32)));
        let case = Case {
            question,
            inputs: inputs(&[first, passed("08:10")]),
            waivers: Waivers::default(),
        };
        crate::gate::decide(&wants(2, None), case)
    };
    assert_eq!(ask(passed("08:00")).exit_code, 0);
    let decision = ask(other);
    let missing = told(&decision, "TOO_FEW_SESSIONS");
    assert_eq!(
        missing.saw,
        "1 session; runs that are none: 1 WRONG_ARTIFACT"
    );
}

#[test]
fn a_run_that_was_killed_is_no_session() {
    let killed = |clock: &str| Input {
        path: "runs/x/evidence.jsonl".into(),
        sha256: None,
        content: Content::Abandoned(AbandonedFacts {
            id: "killed".into(),
            suite: "checkout".into(),
            commit: Some(COMMIT.into()),
            started_at: time(&format!("2026-03-14T{clock}:00Z")),
        }),
    };
    let mut before = inputs(&[passed("08:30")]);
    before.push(killed("08:00"));
    let decision = decide(&wants(2, None), before);
    assert_eq!(closing(&decision), ["TOO_FEW_SESSIONS"]);
    // Where the latest one was killed, the earlier sessions are not run for a second time.
    let mut after = inputs(&[passed("08:00"), passed("08:10")]);
    after.push(killed("08:30"));
    let decision = decide(&wants(3, None), after);
    assert_eq!(
        closing(&decision),
        ["ABANDONED", "MISSING", "TOO_FEW_SESSIONS"]
    );
    assert_eq!(rerun(&decision).suites[0].runs, 1);
}

/// No best of several: one that failed closes the gate as long as it is among those that are needed.
#[test]
fn a_failed_session_closes_it_until_enough_others_followed() {
    for failing in 0..3 {
        let mut runs = ["08:00", "08:10", "08:20"].map(passed);
        runs[failing] = failed(["08:00", "08:10", "08:20"][failing]);
        let decision = ask(&wants(3, None), &runs);
        assert_eq!(decision.exit_code, 1, "{failing}");
        let session = told(&decision, "SESSION_FAILED");
        let path = format!("runs/{failing}/report.json");
        assert_eq!(session.input.as_deref(), Some(path.as_str()));
        let id = &runs[failing].id;
        let saw = format!(
            "run {id} of {} failed: P95_ABOVE_SLO of a/p95/slo",
            runs[failing].started_at
        );
        assert_eq!(
            (session.saw.as_str(), session.check.as_ref()),
            (saw.as_str(), None)
        );
        assert!(rerun(&decision).suites.is_empty());
        // What is told to do takes it away, and no less does.
        let times = ["once more", "2 times more", "3 times more"][failing];
        let next = format!("find out what differed; then run checkout {times}");
        assert_eq!(session.next, next);
        let mut more = runs.to_vec();
        for clock in &["08:30", "08:40", "08:50"][..=failing] {
            assert_eq!(ask(&wants(3, None), &more).exit_code, 1, "{clock}");
            more.push(passed(clock));
        }
        let decision = ask(&wants(3, None), &more);
        assert_eq!(closing(&decision), Vec::<&str>::new());
        assert_eq!(told(&decision, "FLAKY").state, State::Warn);
    }
}

#[test]
fn a_session_that_is_too_short_to_count_is_not_too_short_to_fail() {
    let wanted = policy_with(|entry| {
        (entry.min_sessions, entry.min_tests) = (2, 2);
    });
    let short = with(
        "checkout",
        vec![bad("a/p95/slo", Verdict::Fail, "P95_ABOVE_SLO")],
    );
    let runs = [passed("08:00"), at("08:10", short), passed("08:20")];
    assert_eq!(closing(&ask(&wanted, &runs)), ["SESSION_FAILED"]);
}

#[test]
fn a_session_that_could_not_be_decided_is_run_again() {
    let undecided = with(
        "checkout",
        vec![bad("a", Verdict::Error, "TOO_FEW_REQUESTS"), check("b")],
    );
    let runs = [at("08:00", undecided.clone()), passed("08:10")];
    let decision = ask(&wants(2, None), &runs);
    assert_eq!(
        (decision.exit_code, closing(&decision)),
        (3, vec!["SESSION_UNDECIDED"])
    );
    assert_eq!(rerun(&decision).suites[0].runs, 1);
    // As the latest one it must be followed by two.
    let runs = [passed("08:00"), at("08:10", undecided.clone())];
    let decision = ask(&wants(2, None), &runs);
    assert_eq!(
        (decision.exit_code, rerun(&decision).suites[0].runs),
        (3, 2)
    );
    let mut strict = wants(2, None);
    strict.outcomes.inconclusive = OnUndecided::Fail;
    let runs = [at("08:00", undecided), passed("08:10")];
    assert_eq!(closing(&ask(&strict, &runs)), ["SESSION_FAILED"]);
}

/// The policy's rules are asked of every session, and rules for other suites of none.
#[test]
fn a_session_that_breaks_a_rule_closes_it() {
    let mut wanted = wants(2, None);
    wanted.rules = vec![rule("current > 500")];
    wanted.rules[0].suite = Some("check*".into());
    let mut slow = passed("08:00");
    slow.checks[0].current = Some(501.0);
    let decision = ask(&wanted, &[slow.clone(), passed("08:10")]);
    assert_eq!(closing(&decision), ["SESSION_FAILED"]);
    assert!(
        told(&decision, "SESSION_FAILED")
            .saw
            .contains("RULE_FAILED")
    );
    wanted.rules[0].blocks = false;
    let decision = ask(&wanted, &[slow.clone(), passed("08:10")]);
    assert_eq!(closing(&decision), Vec::<&str>::new());
    wanted.rules[0].suite = Some("search".into());
    wanted.rules[0].blocks = true;
    let mut inputs = inputs(&[slow, passed("08:10")]);
    inputs.push(input("runs/s/report.json", report("search")));
    let decision = decide(&wanted, inputs);
    assert_eq!(closing(&decision), Vec::<&str>::new());
}

#[test]
fn a_waiver_forgives_a_failure_in_every_session_or_in_none() {
    let waiver = |limit: &str| Waivers {
        file: None,
        list: vec![WaiverOutcome {
            waiver: Waiver {
                id: "W-1".into(),
                check: "a/p95/slo".into(),
                suite: None,
                reason: "r".into(),
                owner: "ada".into(),
                issue: "i".into(),
                created: "2026-03-01".parse().unwrap(),
                expires: "2026-03-14".parse().unwrap(),
                limit: Condition::parse(limit).unwrap(),
                commits: None,
                place: place(),
            },
            history: WaiverHistory {
                came_with_code: Answer::No,
                in_range: Answer::Yes,
            },
            state: WaiverState::Unused,
            forgave: Vec::new(),
        }],
    };
    let mut slower = failed("08:00");
    slower.checks[0].current = Some(651.0);
    let wanted = wants(2, None);
    let ask = |first: ReportFacts, limit: &str| {
        decide_with(&wanted, inputs(&[first, failed("08:10")]), waiver(limit))
    };
    let decision = ask(failed("08:00"), "current <= 650");
    assert_eq!((decision.verdict, decision.exit_code), (State::Waived, 0));
    assert_eq!(decision.waivers.list[0].forgave, ["checkout: a/p95/slo"]);
    let decision = ask(slower, "current <= 650");
    assert_eq!(closing(&decision), ["SESSION_FAILED"]);
}

#[test]
fn more_runs_than_are_allowed_close_it() {
    let runs = ["08:00", "08:10", "08:20"].map(passed);
    assert_eq!(ask(&wants(1, Some(3)), &runs).exit_code, 0);
    let decision = ask(&wants(1, Some(2)), &runs);
    assert_eq!(
        (decision.exit_code, closing(&decision)),
        (1, vec!["TOO_MANY_SESSIONS"])
    );
    let many = told(&decision, "TOO_MANY_SESSIONS");
    assert_eq!(many.saw, "3 complete runs, of which 0 did not pass");
    assert!(many.next.ends_with("`sessions_max: 3`"), "{}", many.next);
    // Neither age nor failure makes a run one that was not made.
    let mut old = failed("08:00");
    old.started_at = time("2026-03-10T08:00:00Z");
    old.finished_at = Some(time("2026-03-10T08:01:00Z"));
    let runs = [old, failed("08:10"), passed("08:20")];
    let decision = ask(&wants(1, Some(2)), &runs);
    let many = told(&decision, "TOO_MANY_SESSIONS");
    assert_eq!(many.saw, "3 complete runs, of which 2 did not pass");
    // A try that could not release was none.
    let tried = ReportFacts {
        unfit_reasons: vec![DIRTY_REASON.into()],
        ..failed("08:00")
    };
    let runs = [tried, failed("08:10"), passed("08:20")];
    assert_eq!(ask(&wants(1, Some(2)), &runs).exit_code, 0);
}

/// Nobody is sent to run what would then be one run too many.
#[test]
fn the_way_out_respects_the_most_runs() {
    let runs = [failed("08:00"), passed("08:10")];
    let decision = ask(&wants(2, Some(2)), &runs);
    let next = &told(&decision, "SESSION_FAILED").next;
    assert_eq!(
        next,
        "find out what differed; then make a new commit, which may be run anew; or allow as many runs: `sessions_max: 3`"
    );
    let decision = ask(&wants(2, Some(3)), &runs);
    let next = &told(&decision, "SESSION_FAILED").next;
    assert_eq!(next, "find out what differed; then run checkout once more");
}

/// Every suite that an entry means needs its own sessions; those of another count for nothing.
#[test]
fn each_matching_suite_needs_its_own() {
    let wanted = policy_with(|entry| {
        entry.suite = "check*".into();
        entry.min_sessions = 2;
    });
    let mut runs = vec![passed("08:00"), passed("08:10")];
    runs.push(ReportFacts {
        id: "z".into(),
        ..at("08:00", report("checkin"))
    });
    let decision = ask(&wanted, &runs);
    assert_eq!(closing(&decision), ["TOO_FEW_SESSIONS"]);
    let missing = told(&decision, "TOO_FEW_SESSIONS");
    assert_eq!(missing.suite.as_deref(), Some("checkin"));
}
