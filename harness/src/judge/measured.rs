//! The numbers of one target in one scenario, each by its one definition.

use super::outcome::{Outcome, Undecided};
use crate::model::evidence::{ScenarioFinished, Summary, Tally, Window};
use crate::model::load::Scenario;
use crate::model::promise::Metric;
use crate::model::resource::ResourceSummary;
use crate::model::series::Latencies;

/// Why there are no numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    /// `NOT_EXECUTED` or `EVIDENCE_INCONSISTENT`.
    pub code: &'static str,
    /// In words.
    pub reason: String,
}

impl Missing {
    /// It did not happen.
    pub fn not_executed(reason: impl Into<String>) -> Self {
        let code = "NOT_EXECUTED";
        let reason = reason.into();
        Self { code, reason }
    }

    /// It was written down in a way that contradicts itself.
    pub fn inconsistent(reason: impl Into<String>) -> Self {
        let code = "EVIDENCE_INCONSISTENT";
        let reason = reason.into();
        Self { code, reason }
    }
}

impl From<Missing> for Undecided {
    fn from(missing: Missing) -> Self {
        let next = "mend what is named here, then run the suite again";
        Undecided::error(missing.code, missing.reason).next(next)
    }
}

impl From<Missing> for Outcome {
    fn from(missing: Missing) -> Self {
        Undecided::from(missing).into()
    }
}

/// The numbers of one target in one scenario over the steady phase.
#[derive(Debug)]
pub(crate) struct Measured<'a> {
    pub scenario: &'a Scenario,
    pub service: &'a str,
    pub tally: &'a Tally,
    pub latencies: Latencies,
    pub steady_seconds: f64,
    pub windows: Vec<&'a Window>,
}

impl<'a> Measured<'a> {
    /// Reads the stored histogram and holds it against the counts.
    pub fn new(
        scenario: &'a Scenario,
        service: &'a str,
        summary: &'a Summary,
        finished: &ScenarioFinished,
        windows: Vec<&'a Window>,
    ) -> Result<Self, Missing> {
        let tally = &summary.total;
        let latencies = Latencies::from_base64(&tally.histogram)
            .map_err(|e| Missing::inconsistent(format!("response times of `{service}`: {e}")))?;
        if finished.steady_us == 0 {
            let text = format!("the steady phase of `{}` has no length", scenario.name);
            return Err(Missing::not_executed(text));
        }
        if tally.failed() > tally.requests || latencies.count() != tally.answered() {
            return Err(Missing::inconsistent(format!(
                "`{service}`: {} requests, {} failed, {} answered, but {} response times",
                tally.requests,
                tally.failed(),
                tally.answered(),
                latencies.count()
            )));
        }
        Ok(Self {
            scenario,
            service,
            tally,
            latencies,
            steady_seconds: finished.steady_us as f64 / 1e6,
            windows,
        })
    }

    /// Requests without an answer: no connection, or a timeout.
    pub fn unanswered(&self) -> u64 {
        self.tally.requests.saturating_sub(self.tally.answered())
    }

    /// Requests that were answered as they should be.
    pub fn good(&self) -> u64 {
        self.tally.requests.saturating_sub(self.tally.failed())
    }

    /// Good answers per second of the steady phase.
    pub fn throughput_rps(&self) -> f64 {
        self.good() as f64 / self.steady_seconds
    }

    /// Failed / all; `None` without requests.
    pub fn error_rate(&self) -> Option<f64> {
        (self.tally.requests > 0).then(|| self.tally.failed() as f64 / self.tally.requests as f64)
    }

    /// A percentile of the merged response times in milliseconds (nearest rank).
    pub fn percentile_ms(&self, percentile: f64) -> Option<f64> {
        self.latencies.percentile_us(percentile).map(milliseconds)
    }

    /// The longest response time in milliseconds.
    pub fn max_ms(&self) -> Option<f64> {
        self.latencies.max_us().map(milliseconds)
    }
}

/// Microseconds as milliseconds.
pub(crate) fn milliseconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1000.0
}

/// The percentile that a latency metric is about.
pub(crate) fn percentile_of(metric: Metric) -> Option<f64> {
    match metric {
        Metric::P50LatencyMs => Some(50.0),
        Metric::P95LatencyMs => Some(95.0),
        Metric::P99LatencyMs => Some(99.0),
        _ => None,
    }
}

/// Mean, nearest-rank 95th percentile and maximum; `None` without samples or with one that is no number.
pub(crate) fn summarise(values: &[f64]) -> Option<ResourceSummary> {
    if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * 95).div_ceil(100).max(1);
    Some(ResourceSummary {
        samples: sorted.len() as u64,
        mean: sorted.iter().sum::<f64>() / sorted.len() as f64,
        p95: sorted[rank - 1],
        max: sorted[sorted.len() - 1],
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn resources_by_nearest_rank() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        let summary = summarise(&values).unwrap();
        assert_eq!((summary.p95, summary.max), (19.0, 20.0));
        assert!((summary.mean - 10.5).abs() < 1e-12);
        assert_eq!(summarise(&[3.0]).unwrap().p95, 3.0);
    }

    #[test]
    fn no_samples_and_no_numbers_have_no_summary() {
        assert_eq!(summarise(&[]), None);
        assert_eq!(summarise(&[1.0, f64::NAN]), None);
    }
}
