//! The quick profile: shorter faults and waits, the same questions.

use crate::model::chaos::{ActionStart, ChaosPlan, ValidationKind};
use crate::model::plan::Profile;
use std::time::Duration;

/// Longest fault of a quick run.
const FAULT: Duration = Duration::from_secs(5);
/// Longest pause between two actions.
const WAIT: Duration = Duration::from_secs(2);
/// Latest beginning of an action that begins at a time.
const AT: Duration = Duration::from_secs(5);

/// How long a system is watched before the first blow.
pub(super) fn pre(profile: Profile) -> Duration {
    match profile {
        Profile::Full => Duration::from_secs(5),
        Profile::Quick => Duration::from_secs(3),
    }
}

/// Shortens a plan; limits stay as they are, since nothing recovers faster for being asked quickly.
pub(super) fn shorten(plan: &mut ChaosPlan) {
    let share = longest(plan).map_or(1.0, |longest| ratio(FAULT, longest));
    let latest = plan.actions.iter().filter_map(|action| match action.start {
        ActionStart::At(at) => Some(at),
        ActionStart::After { .. } => None,
    });
    // All by the same factor, so that they stay in order.
    let factor = latest.max().map_or(1.0, |latest| ratio(AT, latest));
    for action in &mut plan.actions {
        action.lasts = action.lasts.min(FAULT);
        match &mut action.start {
            ActionStart::At(at) => *at = at.mul_f64(factor),
            ActionStart::After { wait, .. } => *wait = (*wait).min(WAIT),
        }
    }
    let holds = plan.steady_state.iter().map(|one| one.hold_for);
    let least = holds.max().unwrap_or_default();
    plan.pre = plan.pre.min(pre(Profile::Quick).max(least));
    for one in &mut plan.validation {
        if let ValidationKind::DecisionsDuringOutage { min_judged, .. } = &mut one.kind {
            // An outage that lasts a third has time for a third of the decisions.
            *min_judged = (*min_judged as f64 * share).ceil() as u64;
        }
    }
}

fn longest(plan: &ChaosPlan) -> Option<Duration> {
    plan.actions.iter().map(|action| action.lasts).max()
}

fn ratio(most: Duration, length: Duration) -> f64 {
    if length <= most {
        return 1.0;
    }
    most.as_secs_f64() / length.as_secs_f64()
}
