//! When a worker's events are due: a fixed rate shared by all workers of a load, each in its turn.

use std::time::Duration;
use tokio::time::Instant;

/// Lowest rate: one event a day, so that a rate of zero is no division by zero.
const SLOWEST: f64 = 1.0 / 86_400.0;

/// The schedule of one worker.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    began: Instant,
    first: f64,
    every: f64,
}

impl Pace {
    /// Worker `index` of `count`, all of them together at `rate` events per second.
    pub(super) fn new(began: Instant, rate: f64, index: u32, count: u32) -> Self {
        let rate = rate.max(SLOWEST);
        Self {
            began,
            first: f64::from(index) / rate,
            every: f64::from(count) / rate,
        }
    }

    /// When the event with this counter (from 1) is due.
    pub(super) fn due(&self, counter: u64) -> Instant {
        // Exact up to 2^53 events.
        #[allow(clippy::cast_precision_loss)]
        let seconds = self.first + self.every * (counter - 1) as f64;
        self.began + Duration::from_secs_f64(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_take_turns_at_the_rate_of_all() {
        let began = Instant::now();
        let paces: Vec<_> = (0..4).map(|i| Pace::new(began, 200.0, i, 4)).collect();
        let mut due: Vec<_> = (1..=50)
            .flat_map(|counter| paces.iter().map(move |pace| pace.due(counter)))
            .collect();
        due.sort();
        assert_eq!(due.len(), 200);
        for (k, due) in (0u32..).zip(&due) {
            let wanted = began + Duration::from_millis(5) * k;
            let off = due.max(&wanted).duration_since(*due.min(&wanted));
            assert!(off < Duration::from_micros(1), "{k}: {off:?}");
        }
    }
}
