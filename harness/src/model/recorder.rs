//! One clock and one way in for everything that is seen during a run.

use super::evidence::{Event, Timed};
use std::sync::mpsc::Sender;
use std::time::Instant;

/// Stamps events with the run's one monotonic clock and passes them on.
///
/// Cheap to clone; events that come after the run has ended are dropped.
#[derive(Debug, Clone)]
pub struct Recorder {
    began: Instant,
    events: Sender<Timed>,
}

impl Recorder {
    /// A recorder whose clock starts now.
    pub fn new(events: Sender<Timed>) -> Self {
        Self {
            began: Instant::now(),
            events,
        }
    }

    /// Records an event that is happening now.
    pub fn record(&self, event: Event) {
        let t_us = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        // The receiver outlives every runner; when it is gone there is no run to record.
        let _ = self.events.send(Timed { t_us, event });
    }

    /// When the run began.
    pub fn began(&self) -> Instant {
        self.began
    }
}
