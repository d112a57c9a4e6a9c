//! Whether every guard was asked and let the scenario go on.

use super::scene::Scene;
use crate::judge::outcome::Outcome;
use crate::judge::words;
use crate::model::chaos::GuardName;

/// A refusal is an error: nothing was broken, and nothing is proved.
pub(super) fn decide(scene: &Scene<'_>) -> Outcome {
    if let Some((guard, _, detail)) = scene.guards.iter().find(|(_, passed, _)| !passed) {
        return Outcome::error("GUARD_REFUSED", format!("{}: {detail}", guard.word()))
            .next("do what the guard asks for, or choose another target");
    }
    let missing: Vec<&str> = wanted(scene)
        .filter(|guard| scene.guards.iter().all(|(asked, _, _)| asked != guard))
        .map(GuardName::word)
        .collect();
    if scene.guards.is_empty() {
        return Outcome::error("NOT_EXECUTED", "no guard was asked").next("run the scenario again");
    }
    if !missing.is_empty() {
        let text = format!("never asked: {}", missing.join(", "));
        return Outcome::error("GUARD_MISSING", text).next("report it with this run's evidence");
    }
    let told = words::counted(scene.guards.len() as u64, "guard");
    Outcome::pass(format!("{told} asked, none refused"))
}

/// The guards that this plan asks for.
fn wanted(scene: &Scene<'_>) -> impl Iterator<Item = GuardName> {
    let safety = &scene.plan.safety;
    let all = [
        (GuardName::Environment, safety.environment_check),
        (GuardName::ExplicitEnable, safety.require_explicit_enable),
        (GuardName::TargetExists, true),
        (GuardName::Network, true),
        (GuardName::Label, true),
        (GuardName::Namespace, true),
        (GuardName::MaxTargets, true),
        (GuardName::MaxDuration, true),
        (GuardName::Capability, true),
    ];
    all.into_iter()
        .filter(|(_, on)| *on)
        .map(|(guard, _)| guard)
}
