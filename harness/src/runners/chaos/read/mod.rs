//! What the stores hold at the end: waited for until the ways into them are drained, then read whole.

mod database;
mod drain;
mod stream;
mod telemetry;
#[cfg(test)]
mod whole;

pub use telemetry::{Telemetry, TelemetryError};

use super::access::Access;
use super::clock::Clock;
use crate::model::chaos::{ChaosEvent, LedgerRead, Row, Store, SystemPlan};
use crate::model::evidence::Event;
use crate::model::recorder::Recorder;
use drain::Drained;
use std::time::Duration;
use tokio::time::Instant;

/// Rows in one event.
const ROWS: usize = 1000;

/// What is read, and how it is told apart from what others wrote.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The system.
    pub system: &'a SystemPlan,
    /// Where it answers.
    pub access: &'a Access,
    /// `RUN` of the elements' ids `RUN.WORKER.COUNTER`.
    pub run: &'a str,
    /// Where things are recorded.
    pub recorder: &'a Recorder,
}

/// Waits until the outbox and the consumer are drained, up to `patience`, then reads
/// all stores that the system's plan says how to read.
///
/// Called when the loads have ended: nothing is written any more. What could not
/// be read is recorded as such.
pub async fn read_all(reading: Reading<'_>, patience: Duration) {
    let deadline = Instant::now() + patience;
    let drained = Box::pin(drain::wait(reading, deadline)).await;
    // A store that is down at the end of the wait still gets a moment to answer.
    let deadline = deadline.max(Instant::now() + Duration::from_secs(10));
    for store in [Store::Business, Store::Outbox, Store::Effects] {
        let part = Part::new(reading, store, &drained);
        Box::pin(database::read(part, deadline)).await;
    }
    let part = Part::new(reading, Store::Stream, &drained);
    Box::pin(stream::read(part, deadline)).await;
}

impl Reading<'_> {
    /// What all ids of the run begin with: `run1.` is no part of `run10.`.
    fn prefix(&self) -> String {
        format!("{}.", self.run)
    }

    fn number(&self, name: &str, value: u64) {
        // Exact up to 2^53.
        #[allow(clippy::cast_precision_loss)]
        let value = value as f64;
        self.note(ChaosEvent::Number {
            name: name.to_owned(),
            value,
        });
    }

    fn failed(&self, name: &str, reason: impl Into<String>) {
        self.note(ChaosEvent::ReadFailed {
            name: name.to_owned(),
            reason: reason.into(),
        });
    }

    fn note(&self, event: ChaosEvent) {
        self.recorder.record(Event::Chaos(event));
    }
}

/// One read of one store, told in parts.
struct Part<'a> {
    reading: Reading<'a>,
    store: Store,
    drained: bool,
    began_us: u64,
    rows: Vec<Row>,
}

impl<'a> Part<'a> {
    fn new(reading: Reading<'a>, store: Store, drained: &Drained) -> Self {
        Self {
            reading,
            store,
            drained: drained.is(store),
            began_us: Clock::of(reading.recorder).now_us(),
            rows: Vec::new(),
        }
    }

    /// A read that is tried again begins anew.
    fn begin(&mut self) {
        self.began_us = Clock::of(self.reading.recorder).now_us();
        self.rows.clear();
    }

    fn push(&mut self, row: Row) {
        if self.rows.len() == ROWS {
            self.tell(false);
        }
        self.rows.push(row);
    }

    fn finish(mut self) {
        self.tell(true);
    }

    /// What was told of it before has no last part, and counts for nothing.
    fn fail(self, reason: impl Into<String>) {
        self.reading.failed(self.store.word(), reason);
    }

    fn tell(&mut self, last: bool) {
        self.reading.note(ChaosEvent::Read(LedgerRead {
            store: self.store,
            began_us: self.began_us,
            last,
            drained: self.drained,
            rows: std::mem::take(&mut self.rows),
        }));
    }
}

/// A moment of a server in microseconds since 1970; `None` where it is out of range.
fn since_1970(at: std::time::SystemTime) -> Option<i64> {
    let micros = |span: Duration| i64::try_from(span.as_micros()).ok();
    match at.duration_since(std::time::UNIX_EPOCH) {
        Ok(after) => micros(after),
        Err(before) => micros(before.duration()).map(|us| -us),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::path::Path;

    #[test]
    fn parts_follow_each_other_and_only_the_last_says_so() {
        let system = SystemPlan::default();
        let access = Access::new(&system, Path::new("."), Default::default());
        let (sender, events) = std::sync::mpsc::channel();
        let recorder = Recorder::new(sender);
        let reading = Reading {
            system: &system,
            access: &access,
            run: "run",
            recorder: &recorder,
        };
        let mut part = Part::new(reading, Store::Stream, &Drained::default());
        for number in 0..2000 {
            part.push(Row {
                element: format!("run.0.{number}"),
                key: None,
                position: Some(number),
                at_us: None,
                sent: None,
                copies: 1,
            });
        }
        part.finish();
        let reads: Vec<_> = events
            .try_iter()
            .map(|timed| match timed.event {
                Event::Chaos(ChaosEvent::Read(read)) => read,
                other => panic!("{other:?}"),
            })
            .collect();
        let sizes: Vec<_> = reads
            .iter()
            .map(|read| (read.rows.len(), read.last))
            .collect();
        assert_eq!(sizes, [(1000, false), (1000, true)]);
        assert!(reads.iter().all(|read| !read.drained));
        assert_eq!(reads[1].rows[0].position, Some(1000));
    }

    #[test]
    fn times_before_1970_are_negative() {
        let at = |us| std::time::UNIX_EPOCH + Duration::from_micros(us);
        assert_eq!(since_1970(at(5)), Some(5));
        let before = std::time::UNIX_EPOCH - Duration::from_micros(5);
        assert_eq!(since_1970(before), Some(-5));
    }
}
