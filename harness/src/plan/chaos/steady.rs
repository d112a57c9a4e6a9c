//! Steady state and cleanup: every word becomes a probe and what is expected of it.

use super::needs::{Need, Needs, word_at};
use super::{probe_ids, unique, unknown};
use crate::config::chaos::WrittenScenario;
use crate::config::chaos::cleanup::Cleanup;
use crate::config::chaos::probe::{EVERY, EVERY_HTTP, TIMEOUT};
use crate::config::chaos::steady::{HOLD, Steady, SteadyWord};
use crate::model::chaos::{
    ChaosPlan, Comparison, Condition, Connection, Endpoint, Expectation, Measure, Phase,
    PolicyPlan, ProbeKind, ProbePlan,
};
use crate::model::place::{Place, Placed, Problem};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The probe that asks for decisions.
pub(super) const DECISIONS: &str = "policy_decisions";
/// Two answers in a row: writers go on meanwhile, so a queue is empty only for moments.
const DRAINED: Duration = Duration::from_millis(200);

/// Turns the steady state and the cleanup into probes and expectations.
pub(super) fn join(scenario: &WrittenScenario, plan: &mut ChaosPlan, needs: &mut Needs<'_, '_>) {
    unique("probe", &scenario.probe_ids, needs.problems);
    for item in &scenario.steady_state {
        if let SteadyWord::Probe(name, conditions) = &item.what {
            written(item, name, conditions, scenario, (plan, needs.problems));
        } else {
            word(item, scenario, plan, needs);
        }
    }
    for step in &scenario.cleanup {
        cleanup(step, scenario, plan, needs);
    }
}

fn written(
    item: &Steady,
    name: &Placed<String>,
    conditions: &[Condition],
    scenario: &WrittenScenario,
    (plan, problems): (&mut ChaosPlan, &mut Vec<Problem>),
) {
    if probe_ids(plan, scenario).all(|id| id != name.value) {
        problems.push(unknown("probe", name, probe_ids(plan, scenario)));
        return;
    }
    if let Some(probe) = plan.probes.iter().find(|probe| probe.id == name.value) {
        measurable(probe, conditions, problems);
    }
    let mut conditions = conditions.to_vec();
    if !conditions.iter().any(|one| one.of == Measure::SuccessRatio) {
        // An attempt that was not answered has neither status nor value nor latency.
        conditions.insert(0, all_good(&item.place));
    }
    expect(plan, &name.value, (&name.value, conditions), item);
}

/// A measure that a probe of this kind never has would decide nothing.
fn measurable(probe: &ProbePlan, conditions: &[Condition], problems: &mut Vec<Problem>) {
    let (http, value) = match &probe.kind {
        ProbeKind::Http { value_pointer, .. } => (true, value_pointer.is_some()),
        _ => (false, true),
    };
    for condition in conditions {
        let (wrong, help) = match condition.of {
            Measure::Status => (!http, "only probes of the kind `http` have a status"),
            Measure::Value | Measure::Increase => {
                (!value, "give the probe a JSON pointer: `value: /status`")
            }
            _ => (false, ""),
        };
        if wrong {
            let message = format!("the probe `{}` has no such measure", probe.id);
            problems.push(Problem::at(&condition.place, message).help(help));
        }
    }
}

fn word(
    item: &Steady,
    scenario: &WrittenScenario,
    plan: &mut ChaosPlan,
    needs: &mut Needs<'_, '_>,
) {
    let place = &item.place;
    let key = word_at(place);
    if !needs.ask(&key, place, needed(&item.what)) {
        return;
    }
    let system = needs.system();
    let condition = |of, is| Condition {
        of,
        is,
        place: place.clone(),
    };
    let good = all_good(place);
    let (id, kind, conditions) = match &item.what {
        SteadyWord::Http200From(url) => ("http_200_from", answers_200(url.clone()), vec![good]),
        SteadyWord::NatsMessagesFlowing => {
            let stream = system.nats.as_ref().map(|it| it.stream.clone());
            let flows = condition(Measure::Increase, Comparison::Greater(0.0));
            let stream = stream.unwrap_or_default();
            (
                "nats_messages_flowing",
                ProbeKind::NatsStream { stream },
                vec![good, flows],
            )
        }
        SteadyWord::DbConnection => ("db_connection", connected(), vec![good]),
        SteadyWord::OutboxQueueSizeLt(most) => {
            let fewer = condition(Measure::Value, Comparison::Less(*most));
            ("outbox_queue_size", unsent(needs), vec![good, fewer])
        }
        SteadyWord::OpaHealth => {
            let url = system.policy.as_ref().and_then(|it| it.health_url.clone());
            ("opa_health", healthy(url), vec![good])
        }
        SteadyWord::PolicyDecisionsSuccessRateGt(ratio) => {
            let Some(policy) = &system.policy else { return };
            let answered = condition(Measure::SuccessRatio, Comparison::Greater(*ratio));
            // A gateway that denies everything answers everything.
            let allowed = condition(Measure::Value, Comparison::Equals(policy.allowed.clone()));
            (DECISIONS, decision(policy), vec![answered, allowed])
        }
        SteadyWord::Probe(..) => return,
    };
    let probe = own_probe(id, kind, place, scenario, (plan, needs.problems));
    expect(plan, key.trim_matches('`'), (&probe, conditions), item);
}

fn needed(word: &SteadyWord) -> &'static [Need] {
    match word {
        SteadyWord::Http200From(_) | SteadyWord::Probe(..) => &[],
        SteadyWord::NatsMessagesFlowing => &[Need::Nats],
        SteadyWord::DbConnection => &[Need::Database],
        SteadyWord::OutboxQueueSizeLt(_) => &[Need::Database, Need::UnsentQuery],
        SteadyWord::OpaHealth => &[Need::PolicyHealth],
        SteadyWord::PolicyDecisionsSuccessRateGt(_) => &[Need::Policy],
    }
}

/// The probe that asks for decisions, made where no word of the steady state made it.
pub(super) fn decisions(
    place: &Place,
    scenario: &WrittenScenario,
    plan: &mut ChaosPlan,
    needs: &mut Needs<'_, '_>,
) -> Option<String> {
    let policy = needs.system().policy.as_ref()?;
    let kind = decision(policy);
    Some(own_probe(
        DECISIONS,
        kind,
        place,
        scenario,
        (plan, needs.problems),
    ))
}

fn cleanup(
    step: &Placed<Cleanup>,
    scenario: &WrittenScenario,
    plan: &mut ChaosPlan,
    needs: &mut Needs<'_, '_>,
) {
    let place = &step.place;
    let word = format!("`{}`", step.value.word());
    let condition = |is| Condition {
        of: Measure::Value,
        is,
        place: place.clone(),
    };
    let (parts, hold_for): (&[Need], _) = match step.value {
        // Faults are healed whatever is written, and a fingerprint tells whether they are.
        Cleanup::RestoreNetwork => return,
        Cleanup::VerifySteadyState => return steady_again(plan),
        Cleanup::VerifyDbHealthy => (&[Need::Database], HOLD),
        Cleanup::VerifyOutboxDrained => (&[Need::Database, Need::UnsentQuery], DRAINED),
        Cleanup::VerifyOpaPoliciesLoaded => (&[Need::Policies], HOLD),
    };
    if !needs.ask(&word, place, parts) {
        return;
    }
    let good = all_good(place);
    let (id, kind, conditions) = match step.value {
        Cleanup::VerifyDbHealthy => ("db_connection", connected(), vec![good]),
        Cleanup::VerifyOutboxDrained => {
            let none = condition(Comparison::Equals(Value::from(0)));
            ("outbox_queue_size", unsent(needs), vec![good, none])
        }
        _ => {
            let loaded = condition(Comparison::NotEmpty);
            ("opa_policies", policies(needs), vec![good, loaded])
        }
    };
    let probe = own_probe(id, kind, place, scenario, (plan, needs.problems));
    let id = free_id(plan, step.value.word());
    plan.steady_state.push(Expectation {
        id,
        probe,
        conditions,
        hold_for,
        phases: BTreeSet::from([Phase::Post]),
        place: place.clone(),
    });
}

/// What held before holds again; what is expected of the fault alone is no steady state.
fn steady_again(plan: &mut ChaosPlan) {
    for expectation in &mut plan.steady_state {
        if expectation.phases.contains(&Phase::Pre) {
            expectation.phases.insert(Phase::Post);
        }
    }
}

/// Under a fault the whole phase counts, where nothing else is written: its end alone would
/// show a system that got used to the fault.
fn expect(
    plan: &mut ChaosPlan,
    id: &str,
    (probe, conditions): (&str, Vec<Condition>),
    item: &Steady,
) {
    let during = BTreeSet::from([Phase::During]);
    let apart = item.hold_for.is_none() && item.phases.is_superset(&during);
    let rest: BTreeSet<Phase> = item.phases.difference(&during).copied().collect();
    let parts = match apart {
        true => vec![
            (id.to_owned(), rest, HOLD),
            (format!("{id}_during"), during, Duration::ZERO),
        ],
        false => {
            let hold_for = item.hold_for.unwrap_or(HOLD);
            vec![(id.to_owned(), item.phases.clone(), hold_for)]
        }
    };
    for (id, phases, hold_for) in parts
        .into_iter()
        .filter(|(_, phases, _)| !phases.is_empty())
    {
        let id = free_id(plan, &id);
        plan.steady_state.push(Expectation {
            id,
            probe: probe.to_owned(),
            conditions: conditions.clone(),
            hold_for,
            phases,
            place: item.place.clone(),
        });
    }
}

fn free_id(plan: &ChaosPlan, id: &str) -> String {
    let taken = |name: &str| plan.steady_state.iter().any(|one| one.id == name);
    numbered(id, taken)
}

fn numbered(id: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(id) {
        return id.to_owned();
    }
    let names = (2..).map(|number| format!("{id}_{number}"));
    names
        .into_iter()
        .find(|name| !taken(name))
        .unwrap_or_default()
}

/// The probe of a word: the one that asks the same already, or a new one.
fn own_probe(
    id: &str,
    kind: ProbeKind,
    place: &Place,
    scenario: &WrittenScenario,
    (plan, problems): (&mut ChaosPlan, &mut Vec<Problem>),
) -> String {
    if let Some(written) = scenario.probe_ids.iter().find(|one| one.value == id) {
        let message =
            format!("the name `{id}` is taken by a word of the steady state or the cleanup");
        problems.push(Problem::at(&written.place, message).help("choose another `id`"));
        return id.to_owned();
    }
    let same = |probe: &&ProbePlan| probe.kind == kind && probe.id.starts_with(id);
    if let Some(same) = plan.probes.iter().find(same) {
        return same.id.clone();
    }
    let id = numbered(id, |name| plan.probes.iter().any(|probe| probe.id == name));
    let fast = id.starts_with("http");
    plan.probes.push(ProbePlan {
        id: id.clone(),
        kind,
        every: if fast { EVERY_HTTP } else { EVERY },
        timeout: TIMEOUT,
        place: place.clone(),
    });
    id
}

fn all_good(place: &Place) -> Condition {
    Condition {
        of: Measure::SuccessRatio,
        is: Comparison::AtLeast(1.0),
        place: place.clone(),
    }
}

fn get(url: Endpoint, statuses: Vec<u16>) -> ProbeKind {
    ProbeKind::Http {
        url,
        method: "GET".to_owned(),
        headers: BTreeMap::new(),
        body: None,
        statuses,
        connections: BTreeSet::from([Connection::Fresh, Connection::Pooled]),
        value_pointer: None,
    }
}

fn answers_200(url: Endpoint) -> ProbeKind {
    get(url, vec![200])
}

/// Health of the engine itself, asked on fresh connections: kept ones die with it.
fn healthy(url: Option<Endpoint>) -> ProbeKind {
    fresh(get(url.unwrap_or(Endpoint(String::new())), vec![200]))
}

fn fresh(mut kind: ProbeKind) -> ProbeKind {
    if let ProbeKind::Http { connections, .. } = &mut kind {
        *connections = BTreeSet::from([Connection::Fresh]);
    }
    kind
}

fn connected() -> ProbeKind {
    ProbeKind::Database {
        query: "select 1".to_owned(),
    }
}

fn unsent(needs: &Needs<'_, '_>) -> ProbeKind {
    let events = needs.system().events.as_ref();
    let query = events.and_then(|it| it.unsent_query.clone());
    ProbeKind::Database {
        query: query.unwrap_or_default(),
    }
}

fn policies(needs: &Needs<'_, '_>) -> ProbeKind {
    let policy = needs.system().policy.as_ref();
    let url = policy.and_then(|it| it.policies_url.clone());
    let pointer = policy.and_then(|it| it.policies_pointer.clone());
    let mut kind = healthy(url);
    if let ProbeKind::Http { value_pointer, .. } = &mut kind {
        *value_pointer = Some(pointer.unwrap_or_default());
    }
    kind
}

fn decision(policy: &PolicyPlan) -> ProbeKind {
    ProbeKind::Http {
        url: policy.decide_url.clone(),
        method: "POST".to_owned(),
        headers: policy.headers.clone(),
        body: Some(policy.question.clone()),
        statuses: Vec::new(),
        connections: BTreeSet::from([Connection::Fresh]),
        value_pointer: Some(policy.decision_pointer.clone()),
    }
}
