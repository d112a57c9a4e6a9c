//! The timeline: phases, faults and returns in order, in milliseconds since the last pre phase began.

use super::scene::{Between, Blow, Scene};
use crate::model::chaos::{FaultStep, Phase, StepSeen};

/// Everything that happened, in order of time.
pub(super) fn steps(scene: &Scene<'_>) -> Vec<StepSeen> {
    let mut steps: Vec<StepSeen> = scene
        .phases
        .iter()
        .map(|(phase, t)| plain(scene, *t, "", phase_words(*phase)))
        .collect();
    for tried in &scene.unsteady {
        if scene.gave_up() != Some(tried) {
            steps.push(plain(scene, tried.from, "", phase_words(Phase::Pre)));
        }
        let what = format!("not in its steady state: {}", tried.reason);
        steps.push(plain(scene, tried.to, "", what));
    }
    for blow in &scene.blows {
        let told = blow.steps.iter();
        steps.extend(told.filter_map(|(t, step)| of(scene, blow, *t, step)));
    }
    if let Some((t, reason)) = scene.aborted {
        steps.push(plain(scene, t, "", format!("aborted: {reason}")));
    }
    steps.sort_by(|a, b| a.at_ms.total_cmp(&b.at_ms));
    steps
}

fn phase_words(phase: Phase) -> String {
    match phase {
        Phase::Pre => "watched before the blow".into(),
        Phase::During => "the blows begin".into(),
        Phase::Post => "all healed; recovery and drain are watched".into(),
    }
}

fn of(scene: &Scene<'_>, blow: &Blow<'_>, t: u64, step: &FaultStep) -> Option<StepSeen> {
    let id = blow.action.id.as_str();
    let at = |t: u64, what: String| Some(plain(scene, t, id, what));
    match step {
        FaultStep::Journalled { .. } => None,
        FaultStep::Called { at_us } => at(*at_us, called(blow, *at_us)),
        FaultStep::Witnessed {
            onset_from_us,
            onset_to_us,
            witness,
        } => {
            let onset = Between {
                from: *onset_from_us,
                to: *onset_to_us,
            };
            Some(between(
                scene,
                onset,
                id,
                format!("in effect (witness: {witness})"),
            ))
        }
        FaultStep::Unwitnessed { reason } => {
            at(t, format!("no sign that it took effect: {reason}"))
        }
        FaultStep::Vanished { at_us, reason } => at(*at_us, format!("ended without us: {reason}")),
        FaultStep::HealCalled { at_us, why } => at(*at_us, format!("mending begins ({why})")),
        FaultStep::Healed { from_us, to_us } => {
            let healed = Between {
                from: *from_us,
                to: *to_us,
            };
            Some(between(scene, healed, id, "healed, and verified".into()))
        }
        FaultStep::HealFailed { reason } => at(t, format!("could not be mended: {reason}")),
        FaultStep::Remark { code, detail } => at(t, format!("{code}: {detail}")),
    }
}

/// The call, and how late it was.
fn called(blow: &Blow<'_>, at_us: u64) -> String {
    let action = blow.action;
    let scheduled = blow.steps.iter().find_map(|(_, step)| match step {
        FaultStep::Journalled { scheduled_us, .. } => Some(*scheduled_us),
        _ => None,
    });
    let late = scheduled.map_or(String::new(), |scheduled| {
        format!(
            " ({:+.1} ms to schedule)",
            (at_us as f64 - scheduled as f64) / 1000.0
        )
    });
    format!("{} of {} called{late}", action.fault.word(), action.target)
}

fn plain(scene: &Scene<'_>, t: u64, action: &str, what: String) -> StepSeen {
    StepSeen {
        at_ms: scene.since_pre_ms(t),
        plus_minus_ms: None,
        action: action.to_owned(),
        what,
    }
}

fn between(scene: &Scene<'_>, between: Between, action: &str, what: String) -> StepSeen {
    let (from, to) = (
        scene.since_pre_ms(between.from),
        scene.since_pre_ms(between.to),
    );
    StepSeen {
        at_ms: f64::midpoint(from, to),
        plus_minus_ms: Some((to - from).max(0.0) / 2.0),
        action: action.to_owned(),
        what,
    }
}
