//! The limits of users, against programmed runs.

#![allow(clippy::unwrap_used)]

use crate::judge::chaos::testdata::{
    self, CALLED, HEALED, MS, PRE, finish_load, plan_of, respond, with_journeys,
};
use crate::judge::judge;
use crate::model::baseline::Memory;
use crate::model::chaos::Phase;
use crate::model::check::CheckResult;
use crate::model::evidence::{Event, Evidence, FailureClass};
use crate::model::promise::Metric;
use crate::model::verdict::Verdict;

const P99: &str = "journeys/shop/p99";
const ERRORS: &str = "journeys/shop/errors";

fn result(evidence: &Evidence, id: &str) -> CheckResult {
    let judged = judge(evidence, &Memory::new(), "f");
    let id = format!("nats_partition_mesh/{id}");
    judged.checks.into_iter().find(|c| c.id == id).unwrap()
}

fn of(evidence: &Evidence, id: &str) -> (&'static str, String) {
    let check = result(evidence, id);
    (check.verdict.word(), check.reason_code.unwrap_or_default())
}

fn is(verdict: &'static str, code: &str) -> (&'static str, String) {
    (verdict, code.to_owned())
}

/// Responses sent every 20 ms from a time to another, each changed by its number.
fn evidence(change: impl Fn(u64, &mut crate::model::evidence::Response)) -> Evidence {
    let mut evidence = with_journeys();
    for n in 0..700 {
        respond(&mut evidence, PRE + n * 20 * MS, |response| {
            change(n, response)
        });
    }
    finish_load(&mut evidence, |_| ());
    evidence
}

/// Number of the first response that is sent at or after a time.
fn number(t_us: u64) -> u64 {
    (t_us - PRE).div_ceil(20 * MS)
}

#[test]
fn within_its_limits_in_every_phase() {
    let good = evidence(|_, _| ());
    for phase in Phase::ALL.map(Phase::word) {
        for id in [P99, ERRORS] {
            let check = result(&good, &format!("{id}/{phase}"));
            assert_eq!(check.verdict, Verdict::Pass, "{id}/{phase}: {}", check.saw);
        }
    }
    assert_eq!(of(&good, "load/users"), is("pass", ""));
    assert_eq!(judge(&good, &Memory::new(), "f").verdict(), Verdict::Pass);
}

#[test]
fn slow_or_failed_during_the_fault_is_a_failure_of_that_phase_alone() {
    let (from, to) = (number(CALLED), number(HEALED.1));
    let slow = evidence(|n, response| {
        if (from..to).contains(&n) && n % 20 == 0 {
            response.complete_us += 600 * MS;
        }
    });
    assert_eq!(of(&slow, &format!("{P99}/pre")), is("pass", ""));
    assert_eq!(of(&slow, &format!("{P99}/during")), is("fail", "SLO_LOST"));
    assert_eq!(of(&slow, &format!("{P99}/post")), is("pass", ""));
    let failed = evidence(|n, response| {
        if (from..to).contains(&n) && n % 20 == 0 {
            response.failure = Some(FailureClass::Status);
        }
    });
    assert_eq!(of(&failed, &format!("{P99}/during")), is("pass", ""));
    assert_eq!(
        of(&failed, &format!("{ERRORS}/during")),
        is("fail", "SLO_LOST")
    );
    assert_eq!(of(&failed, &format!("{ERRORS}/post")), is("pass", ""));
}

#[test]
fn the_end_of_the_last_phase_decides_and_who_waits_for_ever_is_seen() {
    let back = number(HEALED.1 + 2_000 * MS);
    let late = evidence(|n, response| {
        if (number(CALLED)..back).contains(&n) {
            response.failure = Some(FailureClass::Connection);
        }
    });
    assert_eq!(of(&late, &format!("{ERRORS}/post")), is("pass", ""));
    // Five users who never got an answer after the heal: they sent nothing since.
    let hung = evidence(|n, response| {
        if (back..back + 5).contains(&n) {
            response.failure = Some(FailureClass::Timeout);
            response.complete_us = PRE + 15_000 * MS;
        }
    });
    for id in [P99, ERRORS] {
        assert_eq!(
            of(&hung, &format!("{id}/post")),
            is("fail", "SLO_NOT_REGAINED")
        );
    }
}

#[test]
fn unwell_before_the_blow_nothing_is_proved() {
    let unwell = evidence(|n, response| {
        if n < number(CALLED) && n % 20 == 0 {
            response.complete_us += 600 * MS;
        }
    });
    assert_eq!(
        of(&unwell, &format!("{P99}/pre")),
        is("error", "STEADY_STATE_NOT_MET")
    );
    assert_eq!(
        of(&unwell, &format!("{P99}/post")),
        is("error", "STEADY_STATE_NOT_MET")
    );
    assert_eq!(
        of(&unwell, "validation/no_data_loss"),
        is("error", "STEADY_STATE_NOT_MET")
    );
}

#[test]
fn no_requests_or_too_few_are_an_error_and_a_sure_breach_is_a_failure() {
    let mut none = with_journeys();
    finish_load(&mut none, |_| ());
    assert_eq!(of(&none, "load/users").0, "error");
    assert_eq!(
        of(&none, &format!("{P99}/pre")),
        is("error", "ZERO_REQUESTS")
    );
    let (from, to) = (number(CALLED), number(HEALED.1));
    let during = |keep: u64, slow: u64| {
        let mut evidence = with_journeys();
        for n in (0..700).filter(|n| !(from..to).contains(n) || *n < from + keep) {
            respond(&mut evidence, PRE + n * 20 * MS, |response| {
                if (from..from + slow).contains(&n) {
                    response.complete_us += 600 * MS;
                }
            });
        }
        finish_load(&mut evidence, |_| ());
        evidence
    };
    let id = format!("{P99}/during");
    assert_eq!(of(&during(0, 0), &id), is("error", "ZERO_REQUESTS"));
    assert_eq!(
        of(&during(0, 0), "load/users"),
        is("error", "ZERO_REQUESTS")
    );
    assert_eq!(of(&during(50, 0), &id), is("error", "TOO_FEW_REQUESTS"));
    assert_eq!(of(&during(50, 1), &id), is("error", "TOO_FEW_REQUESTS"));
    assert_eq!(of(&during(50, 2), &id), is("fail", "SLO_LOST"));
}

#[test]
fn a_load_that_was_not_there_or_measured_itself_is_an_error() {
    let id = "load/users";
    let mut never = evidence(|_, _| ());
    never
        .events
        .retain(|t| !matches!(t.event, Event::ScenarioFinished(_)));
    assert_eq!(of(&never, id), is("error", "NOT_EXECUTED"));
    let with = |change: fn(&mut crate::model::evidence::ScenarioFinished)| {
        let mut evidence = evidence(|_, _| ());
        evidence
            .events
            .retain(|t| !matches!(t.event, Event::ScenarioFinished(_)));
        finish_load(&mut evidence, change);
        of(&evidence, id)
    };
    assert_eq!(
        with(|f| f.users_reached = 4),
        is("error", "USERS_NOT_REACHED")
    );
    assert_eq!(
        with(|f| f.generator_cpu_share = 0.86),
        is("error", "GENERATOR_SATURATED")
    );
    assert_eq!(
        with(|f| f.generator_cpu_share = f64::NAN),
        is("error", "GENERATOR_SATURATED")
    );
    assert_eq!(
        with(|f| f.lag_p99_us = 50_000),
        is("pass", ""),
        "a tenth of 500 ms"
    );
    assert_eq!(
        with(|f| f.lag_p99_us = 50_001),
        is("error", "GENERATOR_LATE")
    );
}

#[test]
fn throughput_counts_good_answers_of_the_phase() {
    let mut evidence = evidence(|_, _| ());
    let journeys = plan_of(&mut evidence).journeys.as_mut().unwrap();
    journeys.slos[0].metric = Metric::ThroughputRps;
    journeys.slos[0].limit = 49.0;
    let id = "journeys/shop/throughput/during";
    assert_eq!(of(&evidence, id), is("pass", ""));
    let journeys = plan_of(&mut evidence).journeys.as_mut().unwrap();
    journeys.slos[0].limit = 52.0;
    assert_eq!(
        of(&evidence, id).0,
        "error",
        "before the blow it was too slow already"
    );
    let journeys = plan_of(&mut evidence).journeys.as_mut().unwrap();
    journeys.phases.remove(&Phase::Pre);
    assert_eq!(of(&evidence, id), is("fail", "SLO_LOST"));
}

#[test]
fn the_table_of_probes_has_a_row_for_each_target() {
    let evidence = evidence(|_, _| ());
    let chaos = judge(&evidence, &Memory::new(), "f").chaos.unwrap();
    let row = &chaos.probe_results["during_chaos"]["users/shop"];
    assert!(row.attempts > 100 && row.ok == row.attempts, "{row:?}");
    assert!(testdata::pass().started.plan.targets().is_empty());
    assert_eq!(evidence.started.plan.targets().len(), 1);
}
