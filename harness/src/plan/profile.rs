//! The quick profile: the same story, told in about ten seconds a scenario.

use crate::model::load::Scenario;
use crate::model::plan::Profile;
use std::time::Duration;

/// Length of a quick scenario.
const QUICK: Duration = Duration::from_secs(10);
/// Longest warm-up of a quick scenario.
const QUICK_WARMUP: Duration = Duration::from_secs(1);

/// Shortens scenarios where the profile asks for it; shorter ones stay as they are.
pub(super) fn apply(profile: Profile, scenarios: &mut [Scenario]) {
    if profile == Profile::Quick {
        scenarios.iter_mut().for_each(shorten);
    }
}

fn shorten(scenario: &mut Scenario) {
    let factor = (QUICK.as_secs_f64() / scenario.duration.as_secs_f64()).min(1.0);
    scenario.duration = scaled(scenario.duration, factor);
    scenario.ramp = scaled(scenario.ramp, factor).min(QUICK);
    scenario.warmup = scaled(scenario.warmup, factor).min(QUICK_WARMUP);
    for stage in &mut scenario.stages {
        stage.duration = scaled(stage.duration, factor);
    }
}

/// Whole milliseconds, so that a scenario's digest does not hang on rounding.
fn scaled(duration: Duration, factor: f64) -> Duration {
    let milliseconds = (duration.as_secs_f64() * factor * 1000.0).round();
    Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or(duration)
}
