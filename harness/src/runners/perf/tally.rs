//! Counts and response times of one step or one window.

use crate::model::evidence::{FailureClass, Tally};
use crate::model::series::Latencies;
use std::collections::BTreeMap;

/// Requests by outcome, and the response times of those that were answered.
#[derive(Debug, Default)]
pub(super) struct Count {
    /// Finished requests, good and failed.
    pub(super) requests: u64,
    failures: [u64; FailureClass::ALL.len()],
    /// Response times of answered requests.
    pub(super) latencies: Latencies,
}

impl Count {
    /// Counts one request; `latency_us` is used only where an answer came.
    pub(super) fn add(&mut self, failure: Option<FailureClass>, latency_us: u64) {
        self.requests += 1;
        if let Some(class) = failure {
            self.failures[class as usize] += 1;
        }
        if failure.is_none_or(FailureClass::answered) {
            self.latencies.record(latency_us);
        }
    }

    /// Adds all of `other`.
    pub(super) fn merge(&mut self, other: &Self) {
        self.requests += other.requests;
        for (mine, theirs) in self.failures.iter_mut().zip(other.failures) {
            *mine += theirs;
        }
        self.latencies.merge(&other.latencies);
    }

    /// Starts again from nothing, keeping the memory.
    pub(super) fn clear(&mut self) {
        self.requests = 0;
        self.failures = Default::default();
        self.latencies.clear();
    }

    /// Failed requests by class, without the classes that have none.
    pub(super) fn failures(&self) -> BTreeMap<FailureClass, u64> {
        FailureClass::ALL
            .into_iter()
            .map(|class| (class, self.failures[class as usize]))
            .filter(|&(_, n)| n > 0)
            .collect()
    }

    /// The form in evidence.
    pub(super) fn to_tally(&self) -> Tally {
        Tally {
            requests: self.requests,
            failures: self.failures(),
            histogram: self.latencies.to_base64(),
        }
    }
}
