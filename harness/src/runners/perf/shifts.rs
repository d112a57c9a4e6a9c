//! When each user works: ramp and stages as straight lines, cut into one user's own times.
//!
//! goose starts all users at once; those whose time has not come wait without
//! sending. goose's own plans cannot be used: they print on the screen, and a
//! user that thinks for long would hold up a stage.

use crate::model::load::Scenario;
use std::time::Duration;

/// Users of each target over time: corners of a line, in seconds and users.
#[derive(Debug, Clone)]
pub(super) struct Line(Vec<(f64, f64)>);

/// From when until when one user works, since the load began.
pub(super) type Shift = (Duration, Duration);

impl Line {
    /// The line of a scenario: its ramp, or its stages.
    pub(super) fn of(scenario: &Scenario) -> Self {
        let mut line = Self(vec![(0.0, 0.0)]);
        if scenario.stages.is_empty() {
            line.then(scenario.ramp, scenario.users);
        }
        for stage in &scenario.stages {
            line.then(stage.duration, stage.users);
        }
        line
    }

    fn then(&mut self, within: Duration, users: u32) {
        let now = self.0.last().map_or(0.0, |corner| corner.0);
        self.0.push((now + within.as_secs_f64(), f64::from(users)));
    }

    /// The times of the user with a number, from 1: user `n` works while the
    /// line is above `n - 1`.
    pub(super) fn shifts(&self, user: u32) -> Vec<Shift> {
        let level = f64::from(user) - 1.0;
        let mut shifts = Vec::new();
        let mut from = None;
        for pair in self.0.windows(2) {
            let ((t0, before), (t1, after)) = (pair[0], pair[1]);
            let crossed = t0 + (level - before) / (after - before) * (t1 - t0);
            if before <= level && after > level {
                from = Some(Duration::from_secs_f64(crossed));
            } else if before > level
                && after <= level
                && let Some(from) = from.take()
            {
                shifts.push((from, Duration::from_secs_f64(crossed)));
            }
        }
        shifts.extend(from.map(|from| (from, Duration::MAX)));
        shifts
    }
}

/// What a user does at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duty {
    /// Its journeys.
    Work,
    /// Waits for its next shift.
    WaitUntil(Duration),
    /// It has none any more.
    Done,
}

/// What a user with these shifts does at a moment since the load began.
pub(super) fn duty(shifts: &[Shift], since: Duration) -> Duty {
    match shifts.iter().find(|shift| since < shift.1) {
        Some((from, _)) if since >= *from => Duty::Work,
        Some((from, _)) => Duty::WaitUntil(*from),
        None => Duty::Done,
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene;
    use super::*;
    use crate::model::load::Stage;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn a_ramp_starts_users_evenly() {
        let mut scenario = scene::scenario(4, 10);
        scenario.ramp = S(8);
        let line = Line::of(&scenario);
        let starts: Vec<_> = (1..=4).map(|user| line.shifts(user)[0].0).collect();
        assert_eq!(starts, [S(0), S(2), S(4), S(6)]);
    }

    #[test]
    fn without_a_ramp_all_start_at_once() {
        let line = Line::of(&scene::scenario(3, 10));
        assert_eq!(line.shifts(3), [(S(0), Duration::MAX)]);
        assert!(line.shifts(4).is_empty());
    }

    #[test]
    fn stages_give_a_user_more_than_one_shift() {
        let mut scenario = scene::scenario(1, 1);
        let stage = |users, s| Stage {
            users,
            duration: S(s),
        };
        scenario.stages = vec![stage(2, 2), stage(2, 4), stage(0, 2), stage(4, 4)];
        let line = Line::of(&scenario);
        assert_eq!(line.shifts(2), [(S(1), S(7)), (S(9), Duration::MAX)]);
        assert_eq!(line.shifts(1), [(S(0), S(8)), (S(8), Duration::MAX)]);
        let shifts = line.shifts(2);
        assert_eq!(duty(&shifts, S(0)), Duty::WaitUntil(S(1)));
        assert_eq!(duty(&shifts, S(1)), Duty::Work);
        assert_eq!(duty(&shifts, S(7)), Duty::WaitUntil(S(9)));
        assert_eq!(duty(&[(S(0), S(3))], S(3)), Duty::Done);
    }
}
