//! The steady state: what must hold of the probes before, during and after.

use super::measure::{FEWEST, all_hold};
use super::scene::Scene;
use crate::judge::outcome::Outcome;
use crate::judge::words;
use crate::model::chaos::{Attempt, Expectation, Measure, Phase};

/// Why the first expectation that did not hold before the blow did not.
pub(super) fn unmet_before(scene: &Scene<'_>) -> Option<String> {
    let before = |e: &&Expectation| e.phases.contains(&Phase::Pre);
    let mut expectations = scene.plan.steady_state.iter().filter(before);
    expectations.find_map(|expectation| {
        let outcome = decide(scene, expectation, Phase::Pre);
        outcome
            .code
            .map(|_| format!("{}: {}", expectation.id, outcome.saw))
    })
}

/// Decides one expectation in one phase.
pub(super) fn decide(scene: &Scene<'_>, expectation: &Expectation, phase: Phase) -> Outcome {
    if !scene.phases.contains_key(&phase) {
        let text = format!("the {} phase never began", phase.word());
        return Outcome::error("NOT_EXECUTED", text).next("run the scenario again");
    }
    let all = scene.in_phase(&expectation.probe, phase);
    let attempts = window(&all, expectation, phase);
    if attempts.len() < FEWEST {
        let text = format!(
            "{} of `{}` in the {} phase",
            words::counted(attempts.len() as u64, "attempt"),
            expectation.probe,
            phase.word()
        );
        return Outcome::error("TOO_FEW_ATTEMPTS", text)
            .next("a longer phase, or a probe that asks more often");
    }
    let (held, saw) = all_hold(&expectation.conditions, &attempts);
    let outcome = match (held, phase) {
        (true, _) => Outcome::pass(saw),
        (false, Phase::Pre) => Outcome::error("STEADY_STATE_NOT_MET", saw)
            .next("bring the system to rest first, then run the scenario again"),
        (false, Phase::During) => Outcome::fail("STEADY_STATE_LOST", saw),
        (false, Phase::Post) => Outcome::fail("STEADY_STATE_NOT_REGAINED", saw),
    };
    let samples = attempts.len() as u64;
    Outcome {
        samples: Some(samples),
        ..outcome
    }
}

/// The attempts that an expectation is about: the end of the phase, or all of it.
///
/// After the blow the state must be regained and then last, so its end decides; an
/// increase is one over the whole phase, because the load may end before it does.
fn window<'a>(all: &[&'a Attempt], expectation: &Expectation, phase: Phase) -> Vec<&'a Attempt> {
    let grows = expectation
        .conditions
        .iter()
        .any(|condition| condition.of == Measure::Increase);
    let whole = expectation.hold_for.is_zero() && phase != Phase::Post;
    if whole || (grows && phase == Phase::Post) {
        return all.to_vec();
    }
    let end = all.last().map_or(0, |attempt| attempt.invoke_us);
    let held = u64::try_from(expectation.hold_for.as_micros()).unwrap_or(u64::MAX);
    let from = end.saturating_sub(held);
    let in_time = all.iter().filter(|a| a.invoke_us >= from).count();
    let kept = in_time.max(FEWEST).min(all.len());
    all[all.len() - kept..].to_vec()
}
