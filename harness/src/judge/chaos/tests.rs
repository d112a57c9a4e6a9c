//! A healthy run passes, and every way in which it can be broken or prove nothing is told apart.

#![allow(clippy::unwrap_used)]

use super::testdata::{self, BACK, CALLED, HEALED, MS, ONSET, change, element, plan_of, step};
use crate::judge::judge;
use crate::model::baseline::Memory;
use crate::model::chaos::*;
use crate::model::check::CheckResult;
use crate::model::evidence::{Event, Evidence};
use crate::model::verdict::Verdict;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

fn checks(evidence: &Evidence) -> BTreeMap<String, CheckResult> {
    let judged = judge(evidence, &Memory::new(), "f");
    let of = |check: CheckResult| {
        let id = check.id.strip_prefix("nats_partition_mesh/");
        (id.unwrap_or(&check.id).to_owned(), check)
    };
    judged.checks.into_iter().map(of).collect()
}

/// Verdict and reason of one check.
fn of(evidence: &Evidence, id: &str) -> (&'static str, String) {
    let checks = checks(evidence);
    let check = checks
        .get(id)
        .unwrap_or_else(|| panic!("{id} of {:?}", checks.keys()));
    (
        check.verdict.word(),
        check.reason_code.clone().unwrap_or_default(),
    )
}

fn whole(evidence: &Evidence) -> Verdict {
    judge(evidence, &Memory::new(), "f").verdict()
}

fn is(verdict: &'static str, code: &str) -> (&'static str, String) {
    (verdict, code.to_owned())
}

/// A run that was changed.
fn with(mut edit: impl FnMut(&mut ChaosEvent) -> bool) -> Evidence {
    let mut evidence = testdata::pass();
    change(&mut evidence, &mut edit);
    evidence
}

fn without_step(wanted: impl Fn(&FaultStep) -> bool) -> Evidence {
    with(|event| !matches!(event, ChaosEvent::Fault { step, .. } if wanted(step)))
}

fn plus(t_us: u64, event: ChaosEvent) -> Evidence {
    let mut evidence = testdata::pass();
    testdata::add(&mut evidence, t_us, event);
    evidence
}

fn attempts(edit: impl Fn(&mut Attempt)) -> Evidence {
    with(|event| {
        if let ChaosEvent::Attempt(attempt) = event {
            edit(attempt);
        }
        true
    })
}

fn rows(store: Store, edit: impl Fn(&mut Vec<Row>)) -> Evidence {
    with(|event| {
        if let ChaosEvent::Read(read) = event
            && read.store == store
        {
            edit(&mut read.rows);
        }
        true
    })
}

fn number(name: &str, value: f64) -> Evidence {
    let wanted = name;
    with(move |event| {
        if let ChaosEvent::Number { name, value: seen } = event
            && name == wanted
        {
            *seen = value;
        }
        true
    })
}

#[test]
fn a_healthy_run_passes_every_check() {
    let evidence = testdata::pass();
    for (id, check) in checks(&evidence) {
        assert_eq!(check.verdict, Verdict::Pass, "{id}: {}", check.saw);
    }
    let ids: Vec<String> = checks(&evidence).into_keys().collect();
    for id in [
        "guards",
        "completed",
        "environment/left_as_found",
        "steady_state/api/pre",
        "steady_state/api/post",
        "fault/cut/witnessed",
        "fault/cut/lasted",
        "fault/cut/healed",
        "load/orders",
        "ledger/stream",
        "validation/no_data_loss",
        "run/finished",
    ] {
        assert!(ids.contains(&id.to_owned()), "{id} in {ids:?}");
    }
    assert_eq!(whole(&evidence), Verdict::Pass);
}

#[test]
fn a_refused_guard_is_an_error_and_nothing_else_is_judged() {
    let evidence = testdata::refused();
    assert_eq!(of(&evidence, "guards"), is("error", "GUARD_REFUSED"));
    for (id, check) in checks(&evidence) {
        let apart = id == "run/finished" || id.ends_with("/healed");
        assert!(
            apart || check.verdict == Verdict::Error,
            "{id} {}",
            check.saw
        );
    }
    assert_eq!(whole(&evidence), Verdict::Error);
    let silent = with(|event| !matches!(event, ChaosEvent::Guard { .. }));
    assert_eq!(of(&silent, "guards"), is("error", "NOT_EXECUTED"));
    let partial = with(|event| {
        !matches!(
            event,
            ChaosEvent::Guard {
                guard: GuardName::Label,
                ..
            }
        )
    });
    assert_eq!(of(&partial, "guards"), is("error", "GUARD_MISSING"));
}

#[test]
fn a_fault_without_a_witness_proves_nothing() {
    let unseen = without_step(|step| matches!(step, FaultStep::Witnessed { .. }));
    assert_eq!(
        of(&unseen, "fault/cut/witnessed"),
        is("error", "FAULT_UNWITNESSED")
    );
    let recovery = "validation/http_recovery_time_max_seconds";
    assert_eq!(of(&unseen, recovery), is("error", "FAULT_NOT_PROVED"));
    assert_eq!(whole(&unseen), Verdict::Error);
    let reason = "no packet was dropped".to_owned();
    let said = plus(ONSET.1, step(FaultStep::Unwitnessed { reason }));
    assert_eq!(
        of(&said, "fault/cut/witnessed"),
        is("error", "FAULT_UNWITNESSED")
    );
}

#[test]
fn a_fault_that_stays_is_a_failure() {
    let stays = without_step(|step| matches!(step, FaultStep::Healed { .. }));
    assert_eq!(
        of(&stays, "fault/cut/healed"),
        is("fail", "FAULT_NOT_HEALED")
    );
    let recovery = "validation/http_recovery_time_max_seconds";
    assert_eq!(of(&stays, recovery), is("error", "FAULT_NOT_HEALED"));
    let reason = "permission denied".to_owned();
    let mut failed = stays.clone();
    testdata::add(
        &mut failed,
        HEALED.0,
        step(FaultStep::HealFailed { reason }),
    );
    assert_eq!(of(&failed, "fault/cut/healed"), is("fail", "HEAL_FAILED"));
    let mut killed = stays;
    killed.events.pop();
    assert_eq!(of(&killed, "fault/cut/healed"), is("error", "RUN_KILLED"));
}

#[test]
fn a_fault_that_vanished_was_ungraceful_or_too_short_is_an_error() {
    let reason = "the container was started anew".to_owned();
    let vanished = plus(
        7_000 * MS,
        step(FaultStep::Vanished {
            at_us: 7_000 * MS,
            reason,
        }),
    );
    assert_eq!(
        of(&vanished, "fault/cut/lasted"),
        is("error", "FAULT_VANISHED")
    );
    assert_eq!(
        of(&vanished, "validation/no_data_loss"),
        is("error", "FAULT_NOT_PROVED")
    );
    let remark = FaultStep::Remark {
        code: "NOT_GRACEFUL".into(),
        detail: "exit code 137 after SIGTERM".into(),
    };
    let killed = plus(7_000 * MS, step(remark));
    assert_eq!(of(&killed, "fault/cut/lasted"), is("error", "NOT_GRACEFUL"));
    let mut short = testdata::pass();
    plan_of(&mut short).actions[0].lasts = Duration::from_secs(15);
    assert_eq!(
        of(&short, "fault/cut/lasted"),
        is("error", "FAULT_TOO_SHORT")
    );
}

#[test]
fn a_steady_state_that_never_was_makes_everything_after_it_an_error() {
    let wrong_port = attempts(|attempt| {
        if attempt.probe == "api" {
            attempt.outcome = AttemptOutcome::Bad;
        }
    });
    assert_eq!(
        of(&wrong_port, "steady_state/api/pre"),
        is("error", "STEADY_STATE_NOT_MET")
    );
    for id in [
        "steady_state/api/post",
        "validation/no_data_loss",
        "load/orders",
    ] {
        assert_eq!(
            of(&wrong_port, id),
            is("error", "STEADY_STATE_NOT_MET"),
            "{id}"
        );
    }
    assert_eq!(of(&wrong_port, "fault/cut/healed"), is("pass", ""));
    let silent = with(|event| !matches!(event, ChaosEvent::Attempt(_)));
    assert_eq!(
        of(&silent, "steady_state/api/pre"),
        is("error", "TOO_FEW_ATTEMPTS")
    );
}

#[test]
fn a_steady_state_that_is_not_regained_is_a_failure() {
    let bad = attempts(|attempt| {
        if attempt.probe == "api" && attempt.invoke_us > 14_000 * MS {
            attempt.outcome = AttemptOutcome::Bad;
        }
    });
    assert_eq!(
        of(&bad, "steady_state/api/post"),
        is("fail", "STEADY_STATE_NOT_REGAINED")
    );
    let never = with(|event| !matches!(event, ChaosEvent::PhaseStarted { phase: Phase::Post }));
    assert_eq!(
        of(&never, "steady_state/api/post"),
        is("error", "NOT_EXECUTED")
    );
    assert_eq!(of(&never, "completed"), is("error", "NOT_EXECUTED"));
}

#[test]
fn recovery_is_an_interval_after_the_heal_and_the_slower_connection_counts() {
    let check = &checks(&testdata::pass())["validation/http_recovery_time_max_seconds"];
    assert!(
        check.saw.contains("api (fresh) was good after"),
        "{}",
        check.saw
    );
    let to = check.current.unwrap();
    let truth = (BACK + 400 * MS - HEALED.0) as f64 / 1e6;
    assert!(to >= truth && to <= truth + 0.05, "{to} {truth}");
    let recovery = "validation/http_recovery_time_max_seconds";
    let mut tight = testdata::pass();
    if let ValidationKind::RecoveryTimeMax { max, .. } = &mut plan_of(&mut tight).validation[0].kind
    {
        *max = Duration::from_millis(500);
    }
    assert_eq!(of(&tight, recovery), is("fail", "RECOVERED_TOO_LATE"));
    let never = attempts(|a| {
        if a.probe == "api" && a.invoke_us > ONSET.0 {
            a.outcome = AttemptOutcome::Info;
        }
    });
    assert_eq!(of(&never, recovery), is("fail", "NEVER_RECOVERED"));
    let flaps = attempts(|a| {
        if a.probe == "api" && a.invoke_us > BACK && a.invoke_us % (1_000 * MS) < 100 * MS {
            a.outcome = AttemptOutcome::Bad;
        }
    });
    assert_eq!(of(&flaps, recovery), is("fail", "FLAPPING"));
    let unhurt = attempts(|a| a.outcome = AttemptOutcome::Ok);
    assert_eq!(of(&unhurt, recovery), is("pass", ""));
    let saw = &checks(&unhurt)[recovery].saw;
    assert!(saw.contains("never bad during the outage"), "{saw}");
}

#[test]
fn decisions_are_judged_only_within_the_confirmed_outage() {
    let id = "validation/decisions_during_outage";
    let allowed = |from: u64, to: u64| {
        attempts(move |a| {
            if a.probe == "decide" && (from..to).contains(&a.invoke_us) {
                a.value = Some(json!(true));
            }
        })
    };
    assert_eq!(
        of(&allowed(7_000 * MS, 7_021 * MS), id),
        is("fail", "ALLOWED_DURING_OUTAGE")
    );
    // Between the call and the confirmed onset, and around the heal: on the edge.
    assert_eq!(of(&allowed(CALLED, ONSET.1), id), is("pass", ""));
    assert_eq!(of(&allowed(9_000 * MS, HEALED.1 + MS), id), is("pass", ""));
    let silent = attempts(|a| {
        if a.probe == "decide" {
            a.value = None;
        }
    });
    assert_eq!(of(&silent, id), is("error", "TOO_FEW_DECISIONS"));
    let odd = attempts(|a| {
        if a.probe == "decide" && a.value == Some(json!(false)) {
            a.value = Some(json!("perhaps"));
        }
    });
    assert_eq!(of(&odd, id), is("fail", "NOT_A_DENY"));
}

#[test]
fn redelivery_is_counted_from_what_was_in_flight() {
    let id = "validation/nats_message_redelivery";
    assert_eq!(
        of(&number("redelivered", 0.0), id),
        is("fail", "NOT_REDELIVERED")
    );
    assert_eq!(
        of(&number("unacked", 1.0), id),
        is("fail", "NOT_ALL_ACKNOWLEDGED")
    );
    let mut idle = number("redelivered", 0.0);
    change(&mut idle, |event| {
        if let ChaosEvent::Number { name, value } = event
            && name == "in_flight_at_onset"
        {
            *value = 0.0;
        }
        true
    });
    assert_eq!(of(&idle, id), is("error", "NOTHING_IN_FLIGHT"));
    let unread = with(|event| !matches!(event, ChaosEvent::Number { .. }));
    assert_eq!(of(&unread, id), is("error", "NOT_EXECUTED"));
}

#[test]
fn the_ledger_names_the_class() {
    let (data, events) = ("validation/no_data_loss", "validation/no_event_loss");
    assert_eq!(
        of(&testdata::fail(), data),
        is("fail", "MARK_BEFORE_PUBLISH")
    );
    let torn = rows(Store::Outbox, |rows| {
        rows.retain(|r| r.element != element(3))
    });
    assert_eq!(of(&torn, data), is("fail", "TORN_TRANSACTION"));
    let skipped = with(|event| {
        if let ChaosEvent::Read(read) = event {
            match read.store {
                Store::Outbox => read.rows[50].sent = Some(false),
                Store::Stream | Store::Effects => read.rows.retain(|r| r.element != element(50)),
                Store::Business => {}
            }
            read.drained = read.store < Store::Stream;
        }
        true
    });
    assert_eq!(of(&skipped, data), is("fail", "POSITION_SKIPPED"));
    let saw = &checks(&skipped)[data].saw;
    assert!(saw.contains("not known"), "{saw}");
    assert_eq!(of(&skipped, "ledger/stream"), is("error", "NOT_DRAINED"));
    let unapplied = rows(Store::Effects, |rows| {
        rows.retain(|r| r.element != element(9))
    });
    assert_eq!(of(&unapplied, events), is("fail", "EVENTS_LOST"));
    assert_eq!(of(&unapplied, data), is("pass", ""));
    let twice = rows(Store::Effects, |rows| rows[4].copies = 2);
    assert_eq!(of(&twice, events), is("fail", "DUPLICATE_EFFECT"));
    let stored = rows(Store::Stream, |rows| {
        let again = Row {
            position: Some(999),
            ..rows[4].clone()
        };
        rows.push(again);
    });
    assert_eq!(of(&stored, events), is("fail", "DUPLICATE_STORED"));
    let swapped = rows(Store::Stream, |rows| {
        let (a, b) = (rows[0].position, rows[4].position);
        (rows[0].position, rows[4].position) = (b, a);
    });
    assert_eq!(of(&swapped, data), is("fail", "EVENTS_REORDERED"));
}

#[test]
fn a_budget_of_duplicates_is_counted_in_copies() {
    let mut twice = rows(Store::Effects, |rows| rows[4].copies = 3);
    let events = "validation/no_event_loss";
    for (policy, wanted) in [
        (DuplicatePolicy::Budget(1), is("fail", "DUPLICATE_EFFECT")),
        (DuplicatePolicy::Budget(2), is("pass", "")),
        (DuplicatePolicy::Allowed, is("pass", "")),
    ] {
        plan_of(&mut twice).validation[3].kind = ValidationKind::NoEventLoss { duplicates: policy };
        assert_eq!(of(&twice, events), wanted);
    }
}

#[test]
fn what_was_not_read_is_not_known() {
    let data = "validation/no_data_loss";
    let unread = with(|event| !matches!(event, ChaosEvent::Read(r) if r.store == Store::Stream));
    assert_eq!(of(&unread, data), is("error", "LEDGER_INCOMPLETE"));
    assert_eq!(of(&unread, "ledger/stream"), is("error", "READ_FAILED"));
    let missing = with(|event| {
        if let ChaosEvent::Read(read) = event
            && read.store == Store::Stream
        {
            read.drained = false;
            read.rows.retain(|row| row.element != element(150));
        }
        if let ChaosEvent::Read(read) = event
            && read.store == Store::Outbox
        {
            read.rows.iter_mut().for_each(|row| row.sent = None);
        }
        true
    });
    assert_eq!(of(&missing, data), is("error", "LEDGER_INCOMPLETE"));
    let idle =
        with(|event| !matches!(event, ChaosEvent::Operation(_) | ChaosEvent::Invoked { .. }));
    assert_eq!(of(&idle, data), is("error", "NO_EVENTS"));
    assert_eq!(of(&idle, "load/orders"), is("error", "ZERO_LOAD"));
}

#[test]
fn the_outbox_must_resume_and_drain() {
    let id = "validation/outbox_processing_resumes_within_seconds";
    let saw = &checks(&testdata::pass())[id].saw;
    assert!(saw.contains("the backlog was drained after"), "{saw}");
    let never = rows(Store::Stream, |rows| {
        rows.retain(|row| row.at_us.unwrap() < testdata::wall(HEALED.0));
    });
    assert_eq!(of(&never, id), is("fail", "OUTBOX_NEVER_RESUMED"));
    let stuck = rows(Store::Stream, |rows| {
        rows.retain(|row| row.element != element(100))
    });
    assert_eq!(of(&stuck, id), is("fail", "BACKLOG_NOT_DRAINED"));
    let late = rows(Store::Stream, |rows| {
        for row in rows {
            let at = row.at_us.unwrap();
            let waited = at >= testdata::wall(HEALED.0);
            row.at_us = Some(if waited { at + 11_000_000 } else { at });
        }
    });
    assert_eq!(of(&late, id), is("fail", "RESUMED_TOO_LATE"));
}

#[test]
fn telemetry_that_is_gone_is_a_failure() {
    let id = "validation/telemetry_accounted_within_seconds";
    assert_eq!(
        of(&number("telemetry_arrived", 790.0), id),
        is("fail", "TELEMETRY_LOST")
    );
    let name = "telemetry".to_owned();
    let reason = "connection refused".to_owned();
    let mut unread = with(|event| !matches!(event, ChaosEvent::Number { .. }));
    testdata::add(
        &mut unread,
        17_000 * MS,
        ChaosEvent::ReadFailed { name, reason },
    );
    assert_eq!(of(&unread, id), is("error", "READ_FAILED"));
}

#[test]
fn an_abort_leaves_failures_and_makes_the_rest_an_error() {
    let abort = || ChaosEvent::Aborted {
        reason: "bystander_http bad for 2 s".into(),
    };
    let ended = plus(8_000 * MS, abort());
    assert_eq!(of(&ended, "completed"), is("error", "ABORTED"));
    assert_eq!(
        of(&ended, "validation/no_data_loss"),
        is("error", "ABORTED")
    );
    let mut lost = testdata::fail();
    testdata::add(&mut lost, 8_000 * MS, abort());
    assert_eq!(
        of(&lost, "validation/no_data_loss"),
        is("fail", "MARK_BEFORE_PUBLISH")
    );
    assert_eq!(whole(&lost), Verdict::Fail);
}

#[test]
fn the_environment_is_compared_item_by_item() {
    let id = "environment/left_as_found";
    let after = |name: &'static str, value: &'static str| {
        with(move |event| {
            if let ChaosEvent::Fingerprint { when, items } = event
                && when == "after"
            {
                items.insert(name.to_owned(), value.to_owned());
            }
            true
        })
    };
    let rules = after("host/nft", "table inet proofhouse_cut");
    assert_eq!(of(&rules, id), is("fail", "ENVIRONMENT_CHANGED"));
    assert!(checks(&rules)[id].saw.starts_with("host/nft: "));
    let unread = after("host/nft", "could not be read: nft: no such file");
    assert_eq!(of(&unread, id), is("error", "NO_FINGERPRINT"));
    let mut again = after(
        "container/proofhouse-nats-1/started_at",
        "2026-03-14T09:00:00Z",
    );
    assert_eq!(of(&again, id), is("error", "CONTAINER_RESTARTED"));
    plan_of(&mut again).actions[0].fault = FaultKind::RestartContainer { stop: Stop::Kill };
    assert_eq!(of(&again, id), is("pass", ""));
    let unseen = with(|event| !matches!(event, ChaosEvent::Fingerprint { .. }));
    assert_eq!(of(&unseen, id), is("error", "NO_FINGERPRINT"));
}

#[test]
fn interrupted_and_killed_runs_prove_nothing() {
    let mut interrupted = testdata::pass();
    let signal = "SIGINT".to_owned();
    let last = interrupted.events.len() - 1;
    let event = crate::judge::testdata::at(19_500 * MS, Event::Interrupted { signal });
    interrupted.events.insert(last, event);
    assert_eq!(
        of(&interrupted, "validation/no_data_loss"),
        is("error", "NOT_EXECUTED")
    );
    assert_eq!(of(&interrupted, "fault/cut/healed"), is("pass", ""));
    assert_eq!(of(&interrupted, "run/finished"), is("error", "INTERRUPTED"));
    let mut killed = testdata::pass();
    killed.events.retain(|timed| timed.t_us < 7_000 * MS);
    assert_eq!(of(&killed, "validation/no_data_loss").0, "error");
    assert_eq!(whole(&killed), Verdict::Error);
}

#[test]
fn two_validations_of_one_key_have_ids_of_their_own() {
    let mut evidence = testdata::pass();
    let again = plan_of(&mut evidence).validation[0].clone();
    plan_of(&mut evidence).validation.push(again);
    assert_eq!(
        of(&evidence, "validation/http_recovery_time_max_seconds/2"),
        is("pass", "")
    );
}

#[test]
fn the_outcome_has_the_seeds_keys() {
    let judged = judge(&testdata::pass(), &Memory::new(), "f");
    let outcome = judged.chaos.unwrap();
    assert_eq!(outcome.outcome, Verdict::Pass);
    let phases: Vec<&String> = outcome.probe_results.keys().collect();
    assert_eq!(phases, ["during_chaos", "post_chaos", "pre_chaos"]);
    let pre = &outcome.probe_results["pre_chaos"]["api"];
    assert_eq!((pre.ok, pre.attempts), (500, 500));
    assert!(pre.p99_ms.unwrap() < 3.0);
    assert_eq!(outcome.validation.len(), 7);
    assert_eq!(outcome.recovery.len(), 2);
    assert!(outcome.recovery.iter().all(|r| r.held && r.probe == "api"));
    let onset = outcome
        .timeline
        .iter()
        .find(|s| s.what.starts_with("in effect"))
        .unwrap();
    assert_eq!(onset.plus_minus_ms, Some(0.5));
    assert!((onset.at_ms - 5002.5).abs() < 0.001, "{}", onset.at_ms);
    assert_eq!(outcome.ledger[&Store::Stream].counts["unresolved"], 7);
    let failed = judge(&testdata::fail(), &Memory::new(), "f").chaos.unwrap();
    let stream = &failed.ledger[&Store::Stream];
    assert_eq!(stream.counts["mark_before_publish"], 2);
    assert_eq!(
        stream.examples["mark_before_publish"],
        [element(100), element(102)]
    );
}

/// The decisions of the made-up run, which are denied while NATS is away, expected to be allowed.
fn with_allowed(phases: &[Phase]) -> Evidence {
    let mut evidence = testdata::pass();
    let plan = plan_of(&mut evidence);
    let place = plan.steady_state[0].place.clone();
    plan.steady_state.push(Expectation {
        id: "decide".into(),
        probe: "decide".into(),
        conditions: vec![Condition {
            of: Measure::Value,
            is: Comparison::Equals(json!(true)),
            place: place.clone(),
        }],
        hold_for: Duration::from_secs(2),
        phases: phases.iter().copied().collect(),
        place: place.clone(),
    });
    plan.validation.push(Validation {
        key: "recovery_time_max_seconds".into(),
        kind: ValidationKind::RecoveryTimeMax {
            probe: "decide".into(),
            connection: None,
            max: Duration::from_secs(10),
            hold_for: Duration::from_secs(2),
        },
        place,
    });
    evidence
}

/// How the decisions came back, as the results have it.
fn decisions_back(evidence: &Evidence) -> Option<(f64, f64)> {
    let chaos = judge(evidence, &Memory::new(), "f").chaos.unwrap();
    let mut recovery = chaos.recovery.into_iter();
    let back = recovery.find(|back| back.probe == "decide")?;
    Some((back.from_ms, back.to_ms))
}

#[test]
fn recovery_is_counted_in_what_the_steady_state_wants_and_not_in_answers_alone() {
    let id = "validation/recovery_time_max_seconds";
    // Nothing is expected of its value: every answer is good, deny or allow.
    let any = testdata::pass();
    assert_eq!(decisions_back(&any), None);
    let wanted = with_allowed(&[Phase::Pre, Phase::Post]);
    assert_eq!(of(&wanted, id), is("pass", ""));
    // Denied until the heal, though every answer came with a 200.
    let (from, to) = decisions_back(&wanted).unwrap();
    assert!(from <= 20.0 && to > 0.0 && to <= 30.0, "{from} {to}");
    let mut denied = wanted.clone();
    change(&mut denied, |event| {
        if let ChaosEvent::Attempt(attempt) = event
            && attempt.probe == "decide"
            && attempt.due_us > CALLED
        {
            attempt.value = Some(json!(false));
        }
        true
    });
    assert_eq!(of(&denied, id), is("fail", "NEVER_RECOVERED"));
    // What is expected of the fault alone says nothing about the state afterwards.
    let during = with_allowed(&[Phase::During]);
    assert_eq!(decisions_back(&during), None);
}
