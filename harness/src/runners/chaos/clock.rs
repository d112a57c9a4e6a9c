//! The run's one clock in microseconds, as evidence has it.

use crate::model::recorder::Recorder;
use std::time::Duration;
use tokio::time::Instant;

/// Turns moments into microseconds since the run began.
///
/// It reads tokio's clock, which is the system's monotonic one, so that
/// schedules can be tested on a clock that stands still.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock(std::time::Instant);

impl Clock {
    pub(super) fn of(recorder: &Recorder) -> Self {
        Self(recorder.began())
    }

    /// A moment; 0 for those before the run.
    pub(super) fn us(self, at: Instant) -> u64 {
        micros(at.into_std().saturating_duration_since(self.0))
    }

    pub(super) fn now_us(self) -> u64 {
        self.us(Instant::now())
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}
