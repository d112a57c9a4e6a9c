//! Whether the load was there at all, and its generator fit to measure.

use crate::judge::chaos::scene::Scene;
use crate::judge::measured::milliseconds;
use crate::judge::outcome::Outcome;
use crate::judge::words;
use crate::model::chaos::{JourneyPlan, Phase};
use crate::model::evidence::ScenarioFinished;

/// Greatest share of its CPU that a generator may use and still be believed.
const CPU_SHARE: f64 = 0.85;
/// Greatest lateness (p99) of its clock, in milliseconds; where the strictest limit is above
/// ten times as much, a tenth of that.
const LATE_MS: f64 = 10.0;

/// Whether the load was there, in every phase, and its generator fit to measure.
pub(in crate::judge::chaos) fn there(scene: &Scene<'_>, plan: &JourneyPlan) -> Outcome {
    let next = "see why the load could not be made: the runner's own output";
    let Some(finished) = scene.finished else {
        let text = "nothing says that the load came to its end";
        return Outcome::error("NOT_EXECUTED", text).next(next);
    };
    for phase in Phase::ALL {
        for target in &plan.targets {
            if scene.responses(&target.name, phase).is_empty() {
                let phase = phase.word();
                let text = format!("no request to {} in the {phase} phase", target.name);
                return Outcome::error("ZERO_REQUESTS", text).next(next);
            }
        }
    }
    match unfit(plan, finished) {
        Some(outcome) => outcome,
        None => told(scene, plan, finished),
    }
}

fn told(scene: &Scene<'_>, plan: &JourneyPlan, finished: &ScenarioFinished) -> Outcome {
    let in_phase = |phase: Phase| -> u64 {
        let targets = plan.targets.iter();
        let counts = targets.map(|target| scene.responses(&target.name, phase).len() as u64);
        counts.sum()
    };
    let counts = Phase::ALL.map(in_phase);
    let all: u64 = counts.iter().sum();
    let text = format!(
        "{} of {}: {} before the blow, {} during the fault, {} after the heal",
        words::counted(all, "request"),
        words::counted(u64::from(finished.users_reached), "user"),
        words::count(counts[0]),
        words::count(counts[1]),
        words::count(counts[2]),
    );
    Outcome::pass(text).measured(all as f64, all)
}

fn unfit(plan: &JourneyPlan, finished: &ScenarioFinished) -> Option<Outcome> {
    let (reached, wanted) = (finished.users_reached, finished.users_wanted);
    if reached < wanted || wanted == 0 {
        let text = format!("the asked load was never applied: {reached} of {wanted} users");
        return Some(Outcome::error("USERS_NOT_REACHED", text).next("a longer ramp"));
    }
    let share = finished.generator_cpu_share;
    // Also where it is no number.
    if !(0.0..=CPU_SHARE).contains(&share) {
        let text = format!(
            "measured the generator: {} of its CPU share",
            words::share(share)
        );
        let next = "fewer users, longer think times, or more cores for the generator";
        return Some(Outcome::error("GENERATOR_SATURATED", text).next(next));
    }
    let late = milliseconds(finished.lag_p99_us);
    let strictest = plan.slos.iter().filter(|slo| slo.metric.unit() == "ms");
    let strictest = strictest.map(|slo| slo.limit).fold(f64::INFINITY, f64::min);
    let most = match strictest.is_finite() {
        true => LATE_MS.max(strictest / 10.0),
        false => LATE_MS,
    };
    (late > most).then(|| {
        let text = format!(
            "measured the generator: {} ms late (p99), and {} ms is believed",
            words::number(late),
            words::number(most)
        );
        let next = "give the generator a quieter machine, or cores of its own";
        Outcome::error("GENERATOR_LATE", text).next(next)
    })
}
