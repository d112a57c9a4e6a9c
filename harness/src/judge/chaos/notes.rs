//! What a reader of a chaos report must know before believing it.

use super::scene::Scene;
use crate::judge::words;
use crate::model::chaos::{FaultKind, Phase, Stop};

/// All notes.
pub(crate) fn notes(scene: &Scene<'_>) -> Vec<String> {
    let mut notes: Vec<String> = scene
        .recovered
        .iter()
        .map(|(run, detail)| {
            format!("before it began, what run {run} had left broken was healed: {detail}")
        })
        .collect();
    notes.extend(waited(scene));
    if scene.blows.iter().all(|blow| blow.called().is_none()) {
        return notes;
    }
    notes.push(
        "recovery is an interval: from the last bad attempt to the first good answer after which \
         nothing failed for the hold time, counted from the heal; its width is the probe's resolution"
            .into(),
    );
    if let Some(plan) = &scene.plan.journeys {
        notes.push(format!(
            "workload model of {}: closed. Each of {} users of a target waits for its answer before \
             it asks again, so a stall is seen by at most as many requests; what was never answered \
             is slower than any answer",
            plan.id, plan.scenario.users
        ));
    }
    if !scene.operations.is_empty() {
        notes.push(
            "in the ledger absence counts only in a read that began after the acknowledgement, and \
             order only between events of a key that did not overlap; copies are copies of one id, so \
             a retry allows none"
                .into(),
        );
    }
    let kills = |kind: &FaultKind| matches!(kind, FaultKind::RestartContainer { stop: Stop::Kill });
    if scene.plan.actions.iter().any(|action| kills(&action.fault)) {
        notes.push(
            "a killed container keeps the page cache: nothing here is proved about a loss of power"
                .into(),
        );
    }
    notes
}

/// How long the steady state was waited for, where it did not hold at once.
fn waited(scene: &Scene<'_>) -> Option<String> {
    let (first, last) = (scene.unsteady.first()?, scene.unsteady.last()?);
    if scene.gave_up().is_some() {
        return None;
    }
    let began = scene.phases.get(&Phase::Pre).copied().unwrap_or(last.to);
    Some(format!(
        "the steady state did not hold at once: the pre phase began again {}, {:.1} s later than it \
         would have; what was seen until then is no part of it (last: {})",
        words::counted(scene.unsteady.len() as u64, "time"),
        began.saturating_sub(first.from) as f64 / 1e6,
        last.reason
    ))
}
