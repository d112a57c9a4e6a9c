//! A chaos run with one outage as evidence: one probe, one fault, and what was seen of them.

use crate::outage::Outage;
use crate::server::Truth;
use crate::{HOLD, clock};
use proofhouse::environment::facts;
use proofhouse::model::chaos::*;
use proofhouse::model::evidence::{Event, Evidence, RunStarted, Timed};
use proofhouse::model::place::Place;
use proofhouse::model::plan::{PerformancePlan, Plan, Profile};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// An attempt without an answer for so long is unknown.
const TIMEOUT: Duration = Duration::from_millis(200);

/// Microseconds since the program's clock began, which is the run's.
pub fn us(moment: Instant) -> u64 {
    let since = moment.saturating_duration_since(clock());
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// Name of the probe of an outage.
pub fn probe_id(n: usize) -> String {
    format!("probe-{n}")
}

/// Number of the outage of a probe.
pub fn number(probe: &str) -> Option<usize> {
    probe.strip_prefix("probe-")?.parse().ok()
}

/// The probe of an outage.
pub fn probe(n: usize, outage: &Outage, url: &str) -> ProbePlan {
    let connection = match outage.pooled {
        true => Connection::Pooled,
        false => Connection::Fresh,
    };
    ProbePlan {
        id: probe_id(n),
        kind: ProbeKind::Http {
            url: Endpoint(url.to_owned()),
            method: "GET".into(),
            headers: BTreeMap::new(),
            body: None,
            statuses: Vec::new(),
            connections: BTreeSet::from([connection]),
            value_pointer: None,
        },
        every: outage.every,
        timeout: TIMEOUT,
        place: place(),
    }
}

/// The evidence of a run in which only this outage happened.
pub fn of(n: usize, outage: &Outage, truth: Truth, attempts: Vec<Timed>) -> Evidence {
    let probe = probe(n, outage, "http://127.0.0.1:1/");
    let started = started(plan(&probe, outage));
    let mut events = attempts;
    let mut add = |at: Instant, event| {
        let (t_us, event) = (us(at), Event::Chaos(event));
        events.push(Timed { t_us, event });
    };
    let phase = |phase| ChaosEvent::PhaseStarted { phase };
    add(clock(), phase(Phase::Pre));
    add(truth.began, phase(Phase::During));
    let (began_us, healed_us) = (us(truth.began), us(truth.healed));
    let step = |step| ChaosEvent::Fault {
        action: "outage".into(),
        step,
    };
    add(truth.began, step(FaultStep::Called { at_us: began_us }));
    add(
        truth.began,
        step(FaultStep::Witnessed {
            onset_from_us: began_us,
            onset_to_us: began_us,
            witness: "programmed".into(),
        }),
    );
    add(
        truth.healed,
        step(FaultStep::HealCalled {
            at_us: healed_us,
            why: "schedule".into(),
        }),
    );
    add(
        truth.healed,
        step(FaultStep::Healed {
            from_us: healed_us,
            to_us: healed_us,
        }),
    );
    add(truth.healed, phase(Phase::Post));
    events.sort_by_key(|timed| timed.t_us);
    let t_us = events.last().map_or(0, |timed| timed.t_us);
    let first = Event::RunStarted(Box::new(started.clone()));
    let first = Timed {
        t_us: 0,
        event: first,
    };
    events.insert(0, first);
    let at = jiff::Timestamp::now();
    let event = Event::RunFinished { at };
    events.push(Timed { t_us, event });
    Evidence { started, events }
}

fn started(chaos: ChaosPlan) -> RunStarted {
    RunStarted {
        run_id: "outages".into(),
        at: jiff::Timestamp::now(),
        tool_version: env!("CARGO_PKG_VERSION").into(),
        tool_digest: String::new(),
        subject: proofhouse::model::evidence::Subject {
            commit: None,
            dirty: false,
        },
        machine: facts::machine(),
        ci: None,
        plan: Plan {
            suite: "outages".into(),
            sources: Vec::new(),
            profile: Profile::Full,
            environment: Default::default(),
            issuer: None,
            performance: PerformancePlan::default(),
            chaos: Some(Box::new(chaos)),
            trials: None,
        },
    }
}

fn plan(probe: &ProbePlan, outage: &Outage) -> ChaosPlan {
    ChaosPlan {
        scenario: "outages".into(),
        hypothesis: "recovery is told as it was".into(),
        safety: Safety {
            environment_check: true,
            require_explicit_enable: true,
            network: "none".into(),
            profile: "none".into(),
            max_targets: 1,
            max_duration: Duration::from_secs(60),
            abort_when: Vec::new(),
            place: place(),
        },
        system: SystemPlan::default(),
        load: Vec::new(),
        journeys: None,
        probes: vec![probe.clone()],
        steady_state: vec![Expectation {
            id: probe.id.clone(),
            probe: probe.id.clone(),
            conditions: Vec::new(),
            hold_for: HOLD,
            phases: BTreeSet::from([Phase::Pre, Phase::Post]),
            place: place(),
        }],
        actions: vec![Action {
            id: "outage".into(),
            target: "server".into(),
            fault: FaultKind::Stall,
            start: ActionStart::At(Duration::ZERO),
            lasts: outage.healed - outage.begins,
            place: place(),
        }],
        validation: vec![Validation {
            key: "recovery_time_max_seconds".into(),
            kind: ValidationKind::RecoveryTimeMax {
                probe: probe.id.clone(),
                connection: None,
                max: Duration::from_secs(60),
                hold_for: HOLD,
            },
            place: place(),
        }],
        pre: outage.begins,
        pre_tries: 1,
        post: Duration::from_secs(60),
        seed: 1,
        place: place(),
    }
}

fn place() -> Place {
    Place {
        file: "outages".into(),
        line: 1,
        column: 1,
        length: 1,
        key_path: String::new(),
    }
}
