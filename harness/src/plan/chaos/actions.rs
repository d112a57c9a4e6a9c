//! The blows: known targets, moments of actions that there are, no circles.

use super::needs::Needs;
use super::system::Found;
use super::{unique, unknown};
use crate::config::chaos::WrittenScenario;
use crate::config::chaos::action::{Blow, BlowStart};
use crate::model::chaos::{Action, ActionStart, ChaosPlan, FaultKind, Moment};
use crate::model::place::{Placed, Problem};
use std::time::Duration;

/// Turns the written blows into actions.
pub(super) fn join(
    scenario: &WrittenScenario,
    plan: &mut ChaosPlan,
    found: &Found,
    needs: &mut Needs<'_, '_>,
) {
    unique("action", &scenario.action_ids, needs.problems);
    for blow in &scenario.actions {
        needs.service(&blow.target);
        peers(blow, needs);
        if let BlowStart::After { action, .. } = &blow.start {
            after(action, blow, scenario, needs.problems);
        }
        let start = start(blow, plan.actions.last());
        plan.actions.push(Action {
            id: blow.id.value.clone(),
            target: blow.target.value.clone(),
            fault: blow.fault.clone(),
            start,
            lasts: blow.lasts,
            place: blow.place.clone(),
        });
    }
    circles(scenario, plan, needs.problems);
    one_container(plan, found, needs.problems);
}

fn start(blow: &Blow, above: Option<&Action>) -> ActionStart {
    match (&blow.start, above) {
        (BlowStart::At(at), _) => ActionStart::At(*at),
        (
            BlowStart::After {
                action,
                moment,
                wait,
            },
            _,
        ) => ActionStart::After {
            action: action.value.clone(),
            moment: *moment,
            wait: *wait,
        },
        (BlowStart::Next | BlowStart::Together, None) => ActionStart::At(Duration::ZERO),
        (BlowStart::Together, Some(above)) => above.start.clone(),
        (BlowStart::Next, Some(above)) => ActionStart::After {
            action: above.id.clone(),
            moment: Moment::Healed,
            wait: Duration::ZERO,
        },
    }
}

fn peers(blow: &Blow, needs: &mut Needs<'_, '_>) {
    for peer in &blow.peers {
        if peer.value == blow.target.value {
            let message = match blow.fault {
                FaultKind::Latency { .. } => {
                    format!("`{}` is the target, and no peer of itself", peer.value)
                }
                _ => format!("`{}` cannot be cut off from itself", peer.value),
            };
            needs.problems.push(Problem::at(&peer.place, message));
        } else {
            needs.service(peer);
        }
    }
}

fn after(
    action: &Placed<String>,
    blow: &Blow,
    scenario: &WrittenScenario,
    problems: &mut Vec<Problem>,
) {
    let known = scenario.action_ids.iter().map(|id| id.value.as_str());
    if known.clone().all(|id| id != action.value) {
        let others = known.filter(|id| *id != blow.id.value);
        problems.push(unknown("action", action, others));
    }
}

/// Follows each `after` to the action that begins by itself; one that never gets there waits for ever.
fn circles(scenario: &WrittenScenario, plan: &ChaosPlan, problems: &mut Vec<Problem>) {
    for blow in &scenario.actions {
        let BlowStart::After { action, .. } = &blow.start else {
            continue;
        };
        if reaches(&blow.id.value, &action.value, plan) {
            let message = format!("the action `{}` waits for itself", blow.id.value);
            let help = "one action of the circle has to begin `at` a time";
            problems.push(Problem::at(&action.place, message).help(help));
        }
    }
}

fn reaches(wanted: &str, from: &str, plan: &ChaosPlan) -> bool {
    let mut at = from;
    // A circle that does not lead through `wanted` ends here too.
    for _ in 0..=plan.actions.len() {
        if at == wanted {
            return true;
        }
        match before(at, plan) {
            Some(earlier) => at = earlier,
            None => return false,
        }
    }
    false
}

fn before<'p>(id: &str, plan: &'p ChaosPlan) -> Option<&'p str> {
    let action = plan.actions.iter().find(|action| action.id == id)?;
    match &action.start {
        ActionStart::After { action, .. } => Some(action),
        ActionStart::At(_) => None,
    }
}

/// Two names of one container would count as two targets, and be broken twice.
fn one_container(plan: &ChaosPlan, found: &Found, problems: &mut Vec<Problem>) {
    let container = |name: &str| {
        let service = found.plan().services.get(name)?;
        service.container.clone()
    };
    for (index, action) in plan.actions.iter().enumerate() {
        let earlier = plan.actions[..index].iter().find(|one| {
            one.target != action.target
                && container(&one.target).is_some()
                && container(&one.target) == container(&action.target)
        });
        if let Some(earlier) = earlier {
            let message = format!(
                "`{}` and `{}` are the same container",
                earlier.target, action.target
            );
            problems.push(Problem::at(&action.place, message).help("use one of the two names"));
        }
    }
}
