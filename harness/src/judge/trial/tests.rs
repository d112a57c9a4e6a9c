//! What facts, twins and waivers decide.

#![allow(clippy::unwrap_used)]
use crate::judge::judge;
use crate::judge::testdata;
use crate::model::baseline::Memory;
use crate::model::check::CheckResult;
use crate::model::evidence::{Event, Evidence, Timed};
use crate::model::trial::auth::AuthPlan;
use crate::model::trial::plan::{Asks, Comes, ListedCheck, TargetPlan, TrialPlan, Waiver};
use crate::model::trial::{Fact, Level, Saw, Trial, TrialEvent, Twin};
use crate::model::verdict::Verdict;
use std::time::Duration;

fn plan(level: Level) -> TrialPlan {
    let place = testdata::place(1);
    TrialPlan {
        asks: Asks::Auth(Box::<AuthPlan>::default()),
        target: TargetPlan {
            comes: Comes::Attached {
                url: "http://127.0.0.1:1".into(),
            },
            ready_path: None,
            ready_timeout: Duration::from_secs(1),
            log_file: None,
            metrics_path: None,
            place: place.clone(),
        },
        strict: false,
        checks: vec![ListedCheck {
            id: "AL-5".into(),
            level,
            meaning: "alg none".into(),
            source: "CVE-2015-9235".into(),
            catches: Vec::new(),
        }],
        partial: false,
        waivers: Vec::new(),
        place,
    }
}

fn evidence(plan: TrialPlan, events: Vec<TrialEvent>) -> Evidence {
    let mut evidence = testdata::pass();
    evidence.started.plan.performance.scenarios.clear();
    evidence.started.plan.performance.targets.clear();
    evidence.started.plan.performance.slos.clear();
    evidence.started.plan.trials = Some(Box::new(plan));
    let keep = |timed: &Timed| {
        matches!(
            timed.event,
            Event::RunStarted(_) | Event::EnvironmentUp { .. } | Event::RunFinished { .. }
        )
    };
    evidence.events.retain(keep);
    let at = evidence.events.len() - 1;
    for event in events.into_iter().rev() {
        let event = Event::Trial(event);
        evidence.events.insert(at, Timed { t_us: 1, event });
    }
    evidence
}

fn trial(saw: Saw, twins: &[bool]) -> TrialEvent {
    TrialEvent::Trial(Box::new(Trial {
        check: "AL-5".into(),
        case: "upper case".into(),
        facts: vec![Fact::one_of("status", ["401"], saw)],
        twins: twins
            .iter()
            .map(|green| Twin {
                green: *green,
                saw: "200 in 3 ms".into(),
            })
            .collect(),
        curl: Some("curl http://127.0.0.1:1".into()),
    }))
}

fn text(status: &str) -> Saw {
    Saw::Text(status.into())
}

fn result(plan: TrialPlan, events: Vec<TrialEvent>) -> CheckResult {
    results(plan, events)
        .into_iter()
        .find(|check| check.id == "AL-5")
        .unwrap()
}

fn results(plan: TrialPlan, events: Vec<TrialEvent>) -> Vec<CheckResult> {
    judge(&evidence(plan, events), &Memory::new(), "f").checks
}

fn verdict(events: Vec<TrialEvent>) -> (Verdict, Option<String>) {
    let result = result(plan(Level::Must), events);
    (result.verdict, result.reason_code)
}

fn code(code: &str) -> Option<String> {
    Some(code.to_owned())
}

#[test]
fn nothing_asked_is_an_error_and_no_pass() {
    assert_eq!(verdict(vec![]), (Verdict::Error, code("NOT_EXECUTED")));
    let empty = TrialEvent::Trial(Box::new(Trial {
        check: "AL-5".into(),
        ..Trial::default()
    }));
    assert_eq!(verdict(vec![empty]), (Verdict::Error, code("NO_EVIDENCE")));
    let silent = trial(Saw::Unknown("no scrape".into()), &[]);
    assert_eq!(
        verdict(vec![silent]),
        (Verdict::Error, code("INCONCLUSIVE"))
    );
    let number = trial(Saw::Number(401.0), &[]);
    assert_eq!(
        verdict(vec![number]),
        (Verdict::Error, code("EVIDENCE_INCONSISTENT"))
    );
}

#[test]
fn a_refusal_counts_only_between_green_twins() {
    assert_eq!(
        verdict(vec![trial(text("401"), &[true, true])]),
        (Verdict::Pass, None)
    );
    let red = verdict(vec![trial(text("401"), &[true, false])]);
    assert_eq!(red, (Verdict::Error, code("INCONCLUSIVE")));
    let accepted = verdict(vec![trial(text("200"), &[true, true])]);
    assert_eq!(accepted, (Verdict::Fail, code("CHECK_FAILED")));
}

#[test]
fn no_answer_is_not_a_refusal() {
    let gone = verdict(vec![trial(Saw::Nothing("reset".into()), &[true, true])]);
    assert_eq!(gone, (Verdict::Fail, code("CHECK_FAILED")));
}

#[test]
fn one_bad_case_of_many_is_told_with_its_command() {
    let events = vec![trial(text("401"), &[true]), trial(text("200"), &[true])];
    let result = result(plan(Level::Must), events);
    assert_eq!(result.verdict, Verdict::Fail);
    assert_eq!(result.wanted, "status: 401");
    assert_eq!(result.saw, "upper case: status: 200");
    assert_eq!(result.next.unwrap(), "curl http://127.0.0.1:1");
    assert_eq!(result.source.unwrap(), "CVE-2015-9235");
}

#[test]
fn a_should_warns_and_fails_a_strict_run() {
    let bad = || vec![trial(text("200"), &[true])];
    assert_eq!(result(plan(Level::Should), bad()).verdict, Verdict::Warn);
    let strict = TrialPlan {
        strict: true,
        ..plan(Level::Should)
    };
    assert_eq!(result(strict, bad()).verdict, Verdict::Fail);
}

#[test]
fn what_was_not_asked_is_skipped_unless_the_run_is_strict() {
    let not_run = || {
        vec![TrialEvent::NotRun {
            check: "AL-5".into(),
            reason: "not declared".into(),
        }]
    };
    assert_eq!(verdict(not_run()).0, Verdict::Skipped);
    let nothing = evidence(plan(Level::Must), not_run());
    let judged = judge(&nothing, &Memory::new(), "f");
    assert_eq!(judged.verdict(), Verdict::Error, "no data is never a pass");
    let strict = TrialPlan {
        strict: true,
        ..plan(Level::Must)
    };
    assert_eq!(result(strict, not_run()).verdict, Verdict::Fail);
    let offered = TrialPlan {
        strict: true,
        ..plan(Level::Offered)
    };
    assert_eq!(result(offered, not_run()).verdict, Verdict::Skipped);
}

#[test]
fn a_waiver_allows_a_failure_until_its_day_and_warns_when_idle() {
    let waived = |expires: &str| TrialPlan {
        waivers: vec![Waiver {
            check: "AL-5".into(),
            reason: "known".into(),
            expires: expires.parse().unwrap(),
            place: testdata::place(1),
        }],
        ..plan(Level::Must)
    };
    let bad = || vec![trial(text("200"), &[true])];
    let allowed = result(waived("2999-01-01"), bad());
    assert_eq!(
        (allowed.verdict, allowed.reason_code),
        (Verdict::Warn, code("WAIVED"))
    );
    assert_eq!(allowed.waiver.unwrap().reason, "known");
    let over = result(waived("2020-01-01"), bad());
    assert_eq!(
        (over.verdict, over.reason_code),
        (Verdict::Fail, code("WAIVER_EXPIRED"))
    );
    let idle = results(waived("2999-01-01"), vec![trial(text("401"), &[true])]);
    let idle = idle.iter().find(|check| check.id == "waiver/AL-5").unwrap();
    assert_eq!(idle.reason_code.as_deref(), Some("WAIVER_UNUSED"));
    assert_eq!(idle.verdict, Verdict::Warn);
}
