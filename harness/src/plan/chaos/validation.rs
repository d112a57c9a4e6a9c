//! What must hold over the whole run, every probe and every part of the system named.

use super::needs::{Need, Needs};
use super::{probe_ids, steady, unknown};
use crate::config::chaos::WrittenScenario;
use crate::config::chaos::validation::{Recovery, Validated, ValidationWord};
use crate::model::chaos::{
    ChaosPlan, Connection, ProbeKind, ProbePlan, Validation, ValidationKind,
};
use crate::model::place::{Placed, Problem};
use std::collections::BTreeSet;
use std::time::Duration;

/// Shortest wait for recovery that is planned.
const SHORTEST_POST: Duration = Duration::from_secs(30);
/// Added to the longest limit: a system that comes back too late is to be seen coming back.
const SLACK: Duration = Duration::from_secs(15);

/// Turns the written validations into what is judged.
pub(super) fn join(scenario: &WrittenScenario, plan: &mut ChaosPlan, needs: &mut Needs<'_, '_>) {
    for item in &scenario.validation {
        let key = format!("`{}`", item.key);
        if needs.ask(&key, &item.place, needed(&item.what)) {
            one(item, scenario, plan, needs);
        }
    }
}

fn needed(word: &ValidationWord) -> &'static [Need] {
    match word {
        ValidationWord::Recovery(_) => &[],
        ValidationWord::Redelivery { .. } => &[Need::Nats, Need::Consumer],
        // Without a store to look into everything would be there.
        ValidationWord::NoDataLoss => &[Need::Events, Need::Nats],
        ValidationWord::NoEventLoss(_) => &[Need::Events, Need::EffectsQuery],
        ValidationWord::OutboxResumes(_) => {
            &[Need::Database, Need::Events, Need::OutboxQuery, Need::Nats]
        }
        ValidationWord::Decisions { .. } => &[Need::Policy],
        ValidationWord::Telemetry(_) => &[Need::Telemetry],
    }
}

fn one(
    item: &Validated,
    scenario: &WrittenScenario,
    plan: &mut ChaosPlan,
    needs: &mut Needs<'_, '_>,
) {
    let kind = match &item.what {
        ValidationWord::Recovery(limits) => {
            return recovery(item, limits, scenario, (plan, needs.problems));
        }
        ValidationWord::Redelivery { min, all_acked } => ValidationKind::MessageRedelivery {
            min: *min,
            all_acked: *all_acked,
        },
        ValidationWord::NoDataLoss => ValidationKind::NoDataLoss,
        ValidationWord::NoEventLoss(duplicates) => ValidationKind::NoEventLoss {
            duplicates: *duplicates,
        },
        ValidationWord::OutboxResumes(max) => ValidationKind::OutboxResumesWithin { max: *max },
        ValidationWord::Decisions { min_judged } => {
            let probe = steady::decisions(&item.place, scenario, plan, needs);
            ValidationKind::DecisionsDuringOutage {
                probe: probe.unwrap_or_default(),
                min_judged: min_judged.value,
            }
        }
        ValidationWord::Telemetry(within) => ValidationKind::TelemetryAccounted { within: *within },
    };
    plan.validation.push(Validation {
        key: item.key.clone(),
        kind,
        place: item.place.clone(),
    });
}

fn recovery(
    item: &Validated,
    limits: &Recovery,
    scenario: &WrittenScenario,
    (plan, problems): (&mut ChaosPlan, &mut Vec<Problem>),
) {
    let mut asked: Vec<(Placed<String>, Duration)> = Vec::new();
    for (name, max) in &limits.probes {
        if probe_ids(plan, scenario).all(|id| id != name.value) {
            problems.push(unknown("probe", name, probe_ids(plan, scenario)));
        } else {
            asked.push((name.clone(), *max));
        }
    }
    if let Some(max) = limits.all {
        asked.extend(all(item, limits, max, plan));
        // A probe that could not be read is not there either, and was told.
        if asked.is_empty() && problems.is_empty() {
            problems.push(nothing_to_recover(item, limits));
        }
    }
    let alone = asked.len() == 1;
    for (name, max) in asked {
        if let Some(probe) = plan.probes.iter().find(|probe| probe.id == name.value) {
            suits(probe, &name, limits, problems);
        }
        let key = match alone {
            true => item.key.clone(),
            false => format!("{}.{}", item.key, name.value),
        };
        plan.validation.push(Validation {
            key,
            kind: ValidationKind::RecoveryTimeMax {
                probe: name.value,
                connection: limits.connection.as_ref().map(|written| written.value),
                max,
                hold_for: limits.hold_for,
            },
            place: name.place,
        });
    }
}

/// Every probe of the steady state, or every HTTP probe of it.
fn all(
    item: &Validated,
    limits: &Recovery,
    max: Duration,
    plan: &ChaosPlan,
) -> Vec<(Placed<String>, Duration)> {
    let mut seen = BTreeSet::new();
    // What is only looked at in the end was never seen to be well before.
    let before = plan.steady_state.iter().filter(|one| !one.is_only_after());
    let names = before.map(|one| one.probe.clone());
    let fits = |name: &String| {
        let probe = plan.probes.iter().find(|probe| probe.id == *name);
        probe.is_some_and(|probe| !limits.http || is_http(probe))
    };
    let chosen = names.filter(|name| seen.insert(name.clone()) && fits(name));
    let placed = chosen.map(|value| {
        let place = item.place.clone();
        (Placed { value, place }, max)
    });
    placed.collect()
}

fn is_http(probe: &ProbePlan) -> bool {
    matches!(probe.kind, ProbeKind::Http { .. })
}

fn nothing_to_recover(item: &Validated, limits: &Recovery) -> Problem {
    let what = if limits.http { "HTTP probe" } else { "probe" };
    let message = format!(
        "`{}` has no {what} in the steady state to look at",
        item.key
    );
    let help = "write `http_200_from: http://localhost:8000/health` into `steady_state`";
    Problem::at(&item.place, message).help(help)
}

fn suits(probe: &ProbePlan, name: &Placed<String>, limits: &Recovery, problems: &mut Vec<Problem>) {
    let used = match &probe.kind {
        ProbeKind::Http { connections, .. } => Some(connections),
        _ => None,
    };
    if limits.http && used.is_none() {
        let message = format!("the probe `{}` does not speak HTTP", name.value);
        let help = "write `recovery_time_max_seconds` for it";
        problems.push(Problem::at(&name.place, message).help(help));
    }
    let Some(wanted) = &limits.connection else {
        return;
    };
    if used.is_none_or(|used| !used.contains(&wanted.value)) {
        let word = match wanted.value {
            Connection::Fresh => "fresh",
            Connection::Pooled => "pooled",
        };
        let message = format!("the probe `{}` makes no {word} connection", name.value);
        let help = format!("write `connection: [{word}]` into the probe");
        problems.push(Problem::at(&wanted.place, message).help(help));
    }
}

/// How long recovery and drain are waited for where nothing is written.
pub(super) fn longest_wait(plan: &ChaosPlan) -> Duration {
    let limits = plan.validation.iter().map(|one| match &one.kind {
        ValidationKind::RecoveryTimeMax { max, hold_for, .. } => *max + *hold_for,
        ValidationKind::OutboxResumesWithin { max } => *max,
        ValidationKind::TelemetryAccounted { within } => *within,
        _ => Duration::ZERO,
    });
    let longest = limits.max().unwrap_or_default() + SLACK;
    longest.max(SHORTEST_POST)
}

/// More decisions than the outage has time for could never be judged.
pub(super) fn enough_decisions(
    plan: &ChaosPlan,
    scenario: &WrittenScenario,
    problems: &mut Vec<Problem>,
) {
    for one in &plan.validation {
        let ValidationKind::DecisionsDuringOutage { probe, min_judged } = &one.kind else {
            continue;
        };
        let Some(probe) = plan.probes.iter().find(|it| it.id == *probe) else {
            continue;
        };
        let longest = plan.actions.iter().map(|action| action.lasts).max();
        let outage = longest.unwrap_or_default();
        let slots = outage.as_millis() / probe.every.as_millis().max(1);
        if slots < u128::from(*min_judged) {
            let message = format!(
                "an outage of {outage:?} has time for {slots} decisions, and {min_judged} are wanted"
            );
            let help = "let the fault last longer: `duration_seconds: 5`, or lower `min_judged`";
            problems.push(Problem::at(place_of(scenario, &one.key), message).help(help));
        }
    }
}

fn place_of<'s>(scenario: &'s WrittenScenario, key: &str) -> &'s crate::model::place::Place {
    let found = scenario.validation.iter().find(|item| item.key == key);
    match found.map(|item| (&item.what, &item.place)) {
        Some((ValidationWord::Decisions { min_judged }, _)) => &min_judged.place,
        Some((_, place)) => place,
        None => &scenario.name.place,
    }
}
