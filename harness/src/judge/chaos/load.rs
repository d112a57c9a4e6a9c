//! Whether the load was there: before the blow at its rate, and during it at all.

use super::scene::Scene;
use crate::judge::outcome::Outcome;
use crate::judge::words;
use crate::model::chaos::{LoadPlan, Operation, OperationOutcome, Phase};

/// Least share of the planned rate before the blow.
const LEAST_SHARE: f64 = 0.5;

/// No load proves nothing.
pub(super) fn decide(scene: &Scene<'_>, load: &LoadPlan) -> Outcome {
    let ours: Vec<&&Operation> = scene
        .operations
        .iter()
        .filter(|o| is_of(scene, load, o))
        .collect();
    let events = ours.iter().filter(|o| o.attempt <= 1).count() as u64;
    let acked = ours
        .iter()
        .filter(|o| o.outcome == OperationOutcome::Ok)
        .count() as u64;
    let during = ours.iter().filter(|o| in_during(scene, o)).count() as u64;
    let told = format!(
        "{}, {} acknowledged, {} tried during the fault",
        words::counted(events, "event"),
        words::count(acked),
        words::count(during)
    );
    let next = "see why the load could not be made: the runner's own output";
    let outcome = if acked == 0 {
        Outcome::error("ZERO_LOAD", told).next(next)
    } else if during == 0 {
        Outcome::error("NO_LOAD_DURING_FAULT", told).next(next)
    } else if let Some(share) = share_before(scene, load, &ours).filter(|s| *s < LEAST_SHARE) {
        let text = format!(
            "{told}; {} of its rate before the blow",
            words::share(share)
        );
        Outcome::error("LOAD_TOO_LOW", text).next(next)
    } else {
        Outcome::pass(told)
    };
    outcome.measured(events as f64, events)
}

/// Keys are `RUN-LOAD-NUMBER`; where there is only one load, everything is its.
fn is_of(scene: &Scene<'_>, load: &LoadPlan, operation: &Operation) -> bool {
    let run = operation.element.split('.').next().unwrap_or_default();
    let ours = format!("{run}-{}-", load.id);
    scene.plan.load.len() == 1 || operation.key.starts_with(&ours)
}

fn in_during(scene: &Scene<'_>, operation: &Operation) -> bool {
    let began = |phase| scene.phases.get(&phase).copied();
    let Some(from) = began(Phase::During) else {
        return false;
    };
    let to = began(Phase::Post).unwrap_or(u64::MAX);
    operation.invoke_us < to && operation.complete_us >= from
}

/// Events sent before the blow, from the first one on, as a share of the planned rate.
fn share_before(scene: &Scene<'_>, load: &LoadPlan, ours: &[&&Operation]) -> Option<f64> {
    let until = scene.phases.get(&Phase::During).copied()?;
    let first = ours.iter().map(|o| o.invoke_us).min()?;
    let planned = until.saturating_sub(first) as f64 / 1e6 * load.rate_per_second;
    let sent = ours
        .iter()
        .filter(|o| o.attempt <= 1 && o.invoke_us < until)
        .count() as f64;
    (planned >= 4.0).then(|| sent / planned)
}
