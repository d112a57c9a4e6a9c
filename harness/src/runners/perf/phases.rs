//! Ramp, warm-up and steady phase of a scenario, in whole seconds from the start of its load.

use super::PerfError;
use crate::model::load::Scenario;
use std::time::Duration;

/// When a scenario is judged, when it ends, and how many users it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phases {
    /// First judged second.
    pub(super) steady_from_s: u32,
    /// First second that is not judged any more.
    pub(super) steady_to_s: u32,
    /// Planned end of the load.
    pub(super) end: Duration,
    /// Most users asked for, over all targets.
    pub(super) users_wanted: u32,
}

impl Phases {
    /// The phases of a scenario over a number of targets.
    ///
    /// # Errors
    /// No users, or no whole second between warm-up and end.
    pub(super) fn of(scenario: &Scenario, targets: usize) -> Result<Self, PerfError> {
        let most = match scenario.stages.as_slice() {
            [] => scenario.users,
            stages => stages.iter().map(|stage| stage.users).max().unwrap_or(0),
        };
        let targets = u32::try_from(targets).unwrap_or(u32::MAX);
        let steady = scenario.steady_seconds();
        let phases = Self {
            steady_from_s: steady.start,
            steady_to_s: steady.end,
            end: scenario.end(),
            users_wanted: most.saturating_mul(targets),
        };
        match phases.missing() {
            None => Ok(phases),
            Some(reason) => Err(PerfError::NothingToMeasure {
                scenario: scenario.name.clone(),
                reason: reason.to_owned(),
            }),
        }
    }

    fn missing(&self) -> Option<&'static str> {
        if self.users_wanted == 0 {
            Some("it has no users or no targets")
        } else if self.steady_from_s >= self.steady_to_s {
            Some("there is no whole second between the end of the warm-up and the end of the run")
        } else {
            None
        }
    }

    /// Whether a second since the start of the load is judged.
    pub(super) fn is_steady(&self, second: u32) -> bool {
        (self.steady_from_s..self.steady_to_s).contains(&second)
    }

    /// Ends the steady phase before this second, where it was not over yet; whether it did.
    pub(super) fn end_early(&mut self, second: u32) -> bool {
        let early = self.is_steady(second);
        if early {
            self.steady_to_s = second;
        }
        early
    }

    /// Length of the steady phase in microseconds.
    pub(super) fn steady_us(&self) -> u64 {
        u64::from(self.steady_to_s - self.steady_from_s) * 1_000_000
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::scene;
    use super::*;
    use crate::model::load::Stage;

    #[test]
    fn the_steady_phase_is_cut_inwards_to_whole_seconds() {
        let mut scenario = scene::scenario(10, 10);
        scenario.ramp = Duration::from_millis(1500);
        scenario.warmup = Duration::from_millis(700);
        let phases = Phases::of(&scenario, 3).unwrap();
        assert_eq!((phases.steady_from_s, phases.steady_to_s), (3, 11));
        assert_eq!(phases.steady_us(), 8_000_000);
        assert_eq!(phases.end, Duration::from_millis(11_500));
        assert_eq!(phases.users_wanted, 30);
        assert!(!phases.is_steady(2) && phases.is_steady(3) && !phases.is_steady(11));
        let mut early = phases.clone();
        assert!(!early.end_early(11), "it was over already");
        assert!(early.end_early(7));
        assert_eq!(early.steady_us(), 4_000_000);
    }

    #[test]
    fn stages_replace_users_and_duration() {
        let mut scenario = scene::scenario(10, 10);
        let stage = |users, s| Stage {
            users,
            duration: Duration::from_secs(s),
        };
        scenario.stages = vec![stage(5, 2), stage(5, 4), stage(0, 1)];
        let phases = Phases::of(&scenario, 2).unwrap();
        assert_eq!(phases.end, Duration::from_secs(7));
        assert_eq!(phases.users_wanted, 10);
    }

    #[test]
    fn nothing_to_measure_is_an_error() {
        assert!(Phases::of(&scene::scenario(0, 10), 1).is_err());
        assert!(Phases::of(&scene::scenario(1, 10), 0).is_err());
        let mut short = scene::scenario(1, 2);
        short.warmup = Duration::from_millis(1001);
        assert!(Phases::of(&short, 1).is_err());
    }
}
