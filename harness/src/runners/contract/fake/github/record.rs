//! Everything that was asked, with monotonic times.

use super::operation::Operation;
use super::shape::Finding;
use serde_json::Value;
use std::collections::VecDeque;
use std::time::Duration;

/// So many requests are kept; the oldest go first.
const MOST: usize = 100_000;

/// One request, and what became of it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Since the fake started, by a monotonic clock.
    pub at: Duration,
    /// What was asked for; `None` for what GitHub does not have.
    pub operation: Option<Operation>,
    /// The method.
    pub method: String,
    /// Path and query, as they were sent.
    pub target: String,
    /// Names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// The status of the reply; `None` when there was no reply, or less than a whole one.
    pub status: Option<u16>,
    /// The id by which GitHub calls the request (`x-github-request-id`).
    pub request_id: String,
    /// The incident that it met.
    pub incident: Option<String>,
    /// It came while a limit held that an earlier request had been told of.
    pub limited: bool,
    /// Where the request differs from its published shape.
    pub request_findings: Vec<Finding>,
    /// Where our reply differs from its published shape: a fault of the fake.
    pub reply_findings: Vec<Finding>,
}

impl Seen {
    /// The first header of a name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Whether it asked for a change.
    pub fn is_write(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// The operation as GitHub names it.
    pub fn op(&self) -> &'static str {
        self.operation.map_or("", Operation::id)
    }
}

/// A moment in the record; the default is its beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark(usize);

/// The record.
#[derive(Debug, Default)]
pub(super) struct Record {
    seen: VecDeque<Seen>,
    /// How many are no longer kept.
    dropped: usize,
}

impl Record {
    pub(super) fn push(&mut self, seen: Seen) {
        if self.seen.len() == MOST {
            self.seen.pop_front();
            self.dropped += 1;
        }
        self.seen.push_back(seen);
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.dropped + self.seen.len())
    }

    pub(super) fn since(&self, mark: Mark) -> Vec<Seen> {
        let skipped = mark.0.saturating_sub(self.dropped);
        self.seen.iter().skip(skipped).cloned().collect()
    }
}
