//! A made-up chaos run with every number known: a partition of NATS for three seconds, then a kill of the relay.

#![allow(clippy::unwrap_used)]

use crate::judge::testdata::{at, ended, place, started};
use crate::model::chaos::*;
use crate::model::evidence::{Event, Evidence, Response, ScenarioFinished, Timed};
use crate::model::promise::{Metric, Slo};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub(crate) const MS: u64 = 1000;
/// Start of each phase and of each step, in microseconds.
pub(crate) const PRE: u64 = 1_000 * MS;
pub(crate) const CALLED: u64 = 6_000 * MS;
pub(crate) const ONSET: (u64, u64) = (6_002 * MS, 6_003 * MS);
pub(crate) const HEAL_CALLED: u64 = 9_001 * MS;
pub(crate) const HEALED: (u64, u64) = (9_004 * MS, 9_005 * MS);
pub(crate) const BACK: u64 = 9_300 * MS;
pub(crate) const READ: u64 = 16_000 * MS;
/// The end on both clocks.
const END: u64 = 20_000 * MS;
const WALL_AT_END: &str = "2026-03-14T09:26:53Z";

/// The run's clock on the wall.
pub(crate) fn wall(t_us: u64) -> i64 {
    let end: jiff::Timestamp = WALL_AT_END.parse().unwrap();
    end.as_microsecond() - END as i64 + t_us as i64
}

/// A healthy run, every promise kept.
pub(crate) fn pass() -> Evidence {
    let mut started = started();
    started.plan.suite = "nats_partition_mesh".into();
    started.plan.performance = crate::model::plan::PerformancePlan::default();
    started.plan.chaos = Some(Box::new(plan()));
    let mut events = vec![at(0, Event::RunStarted(Box::new(started.clone())))];
    events.push(at(500 * MS, Event::EnvironmentUp { services: vec![] }));
    let mut seen = guards();
    seen.push((900 * MS, fingerprint("before")));
    for (t, phase) in [
        (PRE, Phase::Pre),
        (CALLED, Phase::During),
        (HEALED.1, Phase::Post),
    ] {
        seen.push((t, ChaosEvent::PhaseStarted { phase }));
    }
    seen.extend(fault_steps());
    seen.extend(attempts());
    seen.extend(operations());
    seen.extend(reads());
    seen.extend(numbers());
    seen.push((19_000 * MS, fingerprint("after")));
    events.extend(seen.into_iter().map(|(t, e)| at(t, Event::Chaos(e))));
    events.sort_by_key(|timed| timed.t_us);
    events.push(at(END, ended()));
    Evidence { started, events }
}

/// The relay marks rows as sent that it never published.
pub(crate) fn fail() -> Evidence {
    let mut evidence = pass();
    change(&mut evidence, |event| match event {
        ChaosEvent::Read(read) if matches!(read.store, Store::Stream | Store::Effects) => {
            read.rows
                .retain(|row| row.element != element(100) && row.element != element(102));
            true
        }
        _ => true,
    });
    evidence
}

/// A guard said no.
pub(crate) fn refused() -> Evidence {
    let mut evidence = pass();
    keep(&mut evidence, |event| {
        matches!(event, ChaosEvent::Guard { .. })
    });
    change(&mut evidence, |event| {
        if let ChaosEvent::Guard {
            guard: GuardName::ExplicitEnable,
            passed,
            detail,
        } = event
        {
            *passed = false;
            *detail = "CHAOS_ENABLED is not true and --enable-chaos was not given".into();
        }
        true
    });
    evidence
}

/// Changes chaos events; `false` drops one.
pub(crate) fn change(evidence: &mut Evidence, mut with: impl FnMut(&mut ChaosEvent) -> bool) {
    evidence
        .events
        .retain_mut(|timed: &mut Timed| match &mut timed.event {
            Event::Chaos(event) => with(event),
            _ => true,
        });
}

/// Keeps only some chaos events.
pub(crate) fn keep(evidence: &mut Evidence, wanted: impl Fn(&ChaosEvent) -> bool) {
    change(evidence, |event| wanted(event));
}

/// Adds a chaos event at a time.
pub(crate) fn add(evidence: &mut Evidence, t_us: u64, event: ChaosEvent) {
    let after = evidence.events.iter().position(|timed| timed.t_us > t_us);
    let n = after.unwrap_or(evidence.events.len() - 1);
    evidence.events.insert(n, at(t_us, Event::Chaos(event)));
}

/// The scenario's plan.
pub(crate) fn plan_of(evidence: &mut Evidence) -> &mut ChaosPlan {
    evidence.started.plan.chaos.as_mut().unwrap()
}

/// One step of the only action.
pub(crate) fn step(step: FaultStep) -> ChaosEvent {
    let action = "cut".to_owned();
    ChaosEvent::Fault { action, step }
}

/// The healthy run with five users of a shop beside it, who have sent nothing yet.
pub(crate) fn with_journeys() -> Evidence {
    let mut evidence = pass();
    let limit = |metric, limit, line| Slo {
        service: "shop".into(),
        metric,
        limit,
        place: place(line),
    };
    let mut scenario = crate::judge::testdata::scenario();
    scenario.users = 5;
    plan_of(&mut evidence).journeys = Some(JourneyPlan {
        id: "users".into(),
        scenario,
        targets: vec![crate::judge::testdata::target("shop")],
        slos: vec![
            limit(Metric::P99LatencyMs, 500.0, 31),
            limit(Metric::ErrorRate, 0.01, 32),
        ],
        phases: Phase::ALL.into(),
        hold_for: Duration::from_secs(2),
        minimum_requests: 100,
        seed: 1,
        place: place(30),
    });
    evidence
}

/// Adds a request that is answered well after 5 ms, changed by the caller.
pub(crate) fn respond(evidence: &mut Evidence, invoke_us: u64, with: impl FnOnce(&mut Response)) {
    let mut response = Response {
        service: "shop".into(),
        step: "list".into(),
        invoke_us,
        complete_us: invoke_us + 5 * MS,
        failure: None,
    };
    with(&mut response);
    let last = evidence.events.len() - 1;
    let event = at(response.complete_us, Event::Response(response));
    evidence.events.insert(last, event);
}

/// Adds the end of the load, changed by the caller.
pub(crate) fn finish_load(evidence: &mut Evidence, with: impl FnOnce(&mut ScenarioFinished)) {
    let mut finished = ScenarioFinished {
        scenario: "typical_load".into(),
        steady_us: 15_000_000,
        users_wanted: 5,
        users_reached: 5,
        generator_cpu_share: 0.05,
        lag_p99_us: 900,
        lag_max_us: 4_000,
        open_files_limit: 1024,
    };
    with(&mut finished);
    let last = evidence.events.len() - 1;
    let event = at(READ, Event::ScenarioFinished(finished));
    evidence.events.insert(last, event);
}

fn guards() -> Vec<(u64, ChaosEvent)> {
    use GuardName::*;
    let all = [
        Environment,
        ExplicitEnable,
        TargetExists,
        Network,
        Label,
        Namespace,
        MaxTargets,
        MaxDuration,
        Capability,
    ];
    all.into_iter()
        .map(|guard| {
            let detail = "as it should be".to_owned();
            let passed = true;
            (
                600 * MS,
                ChaosEvent::Guard {
                    guard,
                    passed,
                    detail,
                },
            )
        })
        .collect()
}

fn fingerprint(when: &str) -> ChaosEvent {
    let items = [
        (
            "container/proofhouse-nats-1/started_at",
            "2026-03-14T08:00:00Z",
        ),
        ("container/proofhouse-nats-1/state", "running"),
        (
            "container/proofhouse-relay-1/started_at",
            "2026-03-14T08:00:01Z",
        ),
        ("host/links", "lo eth0 br-chaos"),
        ("host/nft", ""),
    ];
    let items = items.map(|(name, value)| (name.to_owned(), value.to_owned()));
    ChaosEvent::Fingerprint {
        when: when.into(),
        items: BTreeMap::from(items),
    }
}

fn fault_steps() -> Vec<(u64, ChaosEvent)> {
    vec![
        (
            CALLED - MS,
            step(FaultStep::Journalled {
                scheduled_us: CALLED - 300,
                container: "4f2c1e".into(),
                undo: "remove the table `proofhouse_cut` from its network namespace".into(),
            }),
        ),
        (CALLED, step(FaultStep::Called { at_us: CALLED })),
        (
            ONSET.1 + 10 * MS,
            step(FaultStep::Witnessed {
                onset_from_us: ONSET.0,
                onset_to_us: ONSET.1,
                witness: "14 packets dropped".into(),
            }),
        ),
        (
            HEAL_CALLED,
            step(FaultStep::HealCalled {
                at_us: HEAL_CALLED,
                why: "schedule".into(),
            }),
        ),
        (
            HEALED.1,
            step(FaultStep::Healed {
                from_us: HEALED.0,
                to_us: HEALED.1,
            }),
        ),
    ]
}

/// `api` every 20 ms over both kinds of connection, bad while NATS is away; `decide` every 50 ms denies then.
fn attempts() -> Vec<(u64, ChaosEvent)> {
    let mut all = Vec::new();
    for seq in 0..750 {
        for connection in [Connection::Fresh, Connection::Pooled] {
            let due = PRE + seq * 20 * MS;
            let back = BACK
                + if connection == Connection::Pooled {
                    400 * MS
                } else {
                    0
                };
            let bad = (ONSET.0..back).contains(&due);
            all.push(attempt("api", seq, due, bad, Some(connection), json!("ok")));
        }
        let due = PRE + seq * 20 * MS;
        let away = (ONSET.0..HEALED.0).contains(&due);
        all.push(attempt(
            "decide",
            seq,
            due,
            false,
            Some(Connection::Fresh),
            json!(!away),
        ));
    }
    all
}

fn attempt(
    probe: &str,
    seq: u64,
    due_us: u64,
    bad: bool,
    connection: Option<Connection>,
    value: Value,
) -> (u64, ChaosEvent) {
    let complete_us = due_us
        + if bad {
            500 * MS
        } else {
            2 * MS + seq % 7 * 100
        };
    let attempt = Attempt {
        probe: probe.into(),
        seq,
        due_us,
        invoke_us: due_us + 100,
        complete_us,
        outcome: if bad {
            AttemptOutcome::Info
        } else {
            AttemptOutcome::Ok
        },
        class: bad.then_some(AttemptClass::Timeout),
        connection,
        status: (!bad).then_some(200),
        value: (!bad).then_some(value),
        detail: None,
    };
    (complete_us, ChaosEvent::Attempt(attempt))
}

/// Name of the n-th event.
pub(crate) fn element(n: u64) -> String {
    format!("0195f2d4.{}.{}", n % 4, n / 4 + 1)
}

/// 20 a second for ten seconds; in the outage every fourth is unknown.
fn operations() -> Vec<(u64, ChaosEvent)> {
    let mut all = Vec::new();
    for n in 0..200 {
        let invoke_us = 2_000 * MS + n * 50 * MS;
        let unknown = is_unknown(n);
        let complete_us = invoke_us + if unknown { 1_000 * MS } else { 3 * MS };
        all.push((
            invoke_us,
            ChaosEvent::Invoked {
                element: element(n),
                attempt: 1,
            },
        ));
        let operation = Operation {
            element: element(n),
            key: format!("0195f2d4-orders-{}", n % 4),
            worker: (n % 4) as u32,
            counter: n / 4 + 1,
            attempt: 1,
            invoke_us,
            complete_us,
            outcome: if unknown {
                OperationOutcome::Info
            } else {
                OperationOutcome::Ok
            },
            detail: None,
        };
        all.push((complete_us, ChaosEvent::Operation(operation)));
    }
    all
}

fn is_unknown(n: u64) -> bool {
    (80..140).contains(&n) && n % 4 == 1
}

/// Every event is everywhere, but for half of the unknown ones, which never happened.
fn reads() -> Vec<(u64, ChaosEvent)> {
    let there = |n: &u64| !is_unknown(*n) || n % 8 == 1;
    let mut all = Vec::new();
    let order = [
        Store::Business,
        Store::Outbox,
        Store::Effects,
        Store::Stream,
    ];
    for (at, store) in order.into_iter().enumerate() {
        let began_us = READ + at as u64 * 100 * MS;
        let rows = (0..200).filter(there).map(|n| {
            let committed = 2_000 * MS + n * 50 * MS + 2 * MS;
            let away = (ONSET.0..HEALED.0).contains(&committed);
            let published = if away {
                HEALED.1 + 700 * MS + n
            } else {
                committed + 5 * MS
            };
            Row {
                element: element(n),
                key: Some(format!("0195f2d4-orders-{}", n % 4)),
                position: Some(n as i64 + 1),
                at_us: Some(wall(if store == Store::Stream {
                    published
                } else {
                    committed
                })),
                sent: (store == Store::Outbox).then_some(true),
                copies: 1,
            }
        });
        let read = LedgerRead {
            store,
            began_us,
            last: true,
            drained: true,
            rows: rows.collect(),
        };
        all.push((began_us + 20 * MS, ChaosEvent::Read(read)));
    }
    all
}

fn numbers() -> Vec<(u64, ChaosEvent)> {
    let all = [
        ("in_flight_at_onset", 4.0),
        ("redelivered", 4.0),
        ("acked", 4.0),
        ("unacked", 0.0),
        ("telemetry_produced", 812.0),
        ("telemetry_sent", 800.0),
        ("telemetry_dropped", 12.0),
        ("telemetry_waiting", 0.0),
        ("telemetry_moved", 0.0),
        ("telemetry_arrived", 800.0),
    ];
    let number = |(name, value): (&str, f64)| {
        (
            17_000 * MS,
            ChaosEvent::Number {
                name: name.into(),
                value,
            },
        )
    };
    all.into_iter().map(number).collect()
}

fn plan() -> ChaosPlan {
    ChaosPlan {
        scenario: "nats_partition_mesh".into(),
        hypothesis: "System recovers from NATS network partition within 30s".into(),
        safety: Safety {
            environment_check: true,
            require_explicit_enable: true,
            network: "chaos-net".into(),
            profile: "chaos".into(),
            max_targets: 1,
            max_duration: Duration::from_secs(60),
            abort_when: Vec::new(),
            place: place(1),
        },
        system: system(),
        load: vec![LoadPlan {
            id: "orders".into(),
            kind: LoadKind::EventWriter,
            rate_per_second: 20.0,
            keys: 4,
            place: place(11),
        }],
        journeys: None,
        probes: vec![
            probe(
                "api",
                BTreeSet::from([Connection::Fresh, Connection::Pooled]),
            ),
            probe("decide", BTreeSet::from([Connection::Fresh])),
        ],
        steady_state: vec![Expectation {
            id: "api".into(),
            probe: "api".into(),
            conditions: Vec::new(),
            hold_for: Duration::from_secs(2),
            phases: BTreeSet::from([Phase::Pre, Phase::Post]),
            place: place(13),
        }],
        actions: vec![Action {
            id: "cut".into(),
            target: "nats".into(),
            fault: FaultKind::NetworkPartition {
                mode: PartitionMode::Drop,
                direction: Direction::Both,
                peers: Vec::new(),
            },
            start: ActionStart::At(Duration::ZERO),
            lasts: Duration::from_secs(3),
            place: place(16),
        }],
        validation: validations(),
        pre: Duration::from_secs(5),
        pre_tries: 1,
        post: Duration::from_secs(30),
        seed: 1,
        place: place(9),
    }
}

fn validations() -> Vec<Validation> {
    let recovery = ValidationKind::RecoveryTimeMax {
        probe: "api".into(),
        connection: None,
        max: Duration::from_secs(30),
        hold_for: Duration::from_secs(2),
    };
    let redelivery = ValidationKind::MessageRedelivery {
        min: 1,
        all_acked: true,
    };
    let decisions = ValidationKind::DecisionsDuringOutage {
        probe: "decide".into(),
        min_judged: 20,
    };
    let events = ValidationKind::NoEventLoss {
        duplicates: DuplicatePolicy::Forbidden,
    };
    let resumes = ValidationKind::OutboxResumesWithin {
        max: Duration::from_secs(10),
    };
    let telemetry = ValidationKind::TelemetryAccounted {
        within: Duration::from_secs(30),
    };
    let all = [
        ("http_recovery_time_max_seconds", recovery),
        ("nats_message_redelivery", redelivery),
        ("no_data_loss", ValidationKind::NoDataLoss),
        ("no_event_loss", events),
        ("outbox_processing_resumes_within_seconds", resumes),
        ("decisions_during_outage", decisions),
        ("telemetry_accounted_within_seconds", telemetry),
    ];
    let validation = |(line, (key, kind)): (u32, (&str, ValidationKind))| Validation {
        key: key.into(),
        kind,
        place: place(line),
    };
    (21..).zip(all).map(validation).collect()
}

fn probe(id: &str, connections: BTreeSet<Connection>) -> ProbePlan {
    ProbePlan {
        id: id.into(),
        kind: ProbeKind::Http {
            url: Endpoint("http://127.0.0.1:8000/health".into()),
            method: "GET".into(),
            headers: BTreeMap::new(),
            body: None,
            statuses: Vec::new(),
            connections,
            value_pointer: None,
        },
        every: Duration::from_millis(20),
        timeout: Duration::from_millis(500),
        place: place(12),
    }
}

fn system() -> SystemPlan {
    let service = |container: Option<&str>| ServicePlan {
        container: container.map(str::to_owned),
        place: place(2),
    };
    SystemPlan {
        services: BTreeMap::from([
            ("nats".to_owned(), service(None)),
            ("relay".to_owned(), service(Some("proofhouse-relay-1"))),
        ]),
        nats: Some(NatsPlan {
            url: Endpoint("service://nats:4222".into()),
            stream: "EVENTS".into(),
            consumer: Some("projector".into()),
        }),
        database: None,
        events: Some(EventsPlan {
            url: Endpoint("http://127.0.0.1:8000/events".into()),
            headers: BTreeMap::new(),
            body: json!({"id": "${id}"}),
            business_query: Some("select".into()),
            outbox_query: Some("select".into()),
            unsent_query: Some("select".into()),
            effects_query: Some("select".into()),
            message_id_pointer: None,
            message_key_pointer: None,
        }),
        outbox: None,
        policy: Some(PolicyPlan {
            health_url: None,
            policies_url: None,
            policies_pointer: None,
            decide_url: Endpoint("http://127.0.0.1:8000/decide".into()),
            headers: BTreeMap::new(),
            question: json!({}),
            decision_pointer: "/allow".into(),
            allowed: json!(true),
            denied: json!(false),
        }),
        telemetry: None,
    }
}
