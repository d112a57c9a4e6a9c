//! One promise, and what became of it.

use super::place::Place;
use super::promise::Metric;
use super::verdict::Verdict;
use serde::{Deserialize, Serialize};

/// The outcome of one check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckResult {
    /// `SERVICE/SCENARIO/METRIC/RULE`, for example `search/typical_load/p95/slo`; unique in a report.
    pub id: String,
    /// The family it belongs to.
    pub class: CheckClass,
    /// Whether it can close a gate.
    pub severity: Severity,
    /// Decision.
    pub verdict: Verdict,
    /// Reason in capitals for machines: `P95_ABOVE_SLO`, `ZERO_REQUESTS`; `None` for a plain pass.
    pub reason_code: Option<String>,
    /// Target, where the check is about one.
    pub service: Option<String>,
    /// Scenario, where the check is about one.
    pub scenario: Option<String>,
    /// Metric, where the check is about one.
    pub metric: Option<Metric>,
    /// The promise in words: `p95 latency stays within 500 ms`.
    pub title: String,
    /// What was wanted, in words and with its unit.
    pub wanted: String,
    /// What was seen, in words and with its unit and sample size.
    pub saw: String,
    /// When it was seen, where that helps: `mostly 15 s to 35 s`.
    pub when: Option<String>,
    /// What to do next.
    pub next: Option<String>,
    /// Unit of `current`, `limit` and `baseline`.
    pub unit: Option<String>,
    /// Measured value.
    pub current: Option<f64>,
    /// Limit that it was held against, in the same unit (for a ratio rule: the ratio).
    pub limit: Option<f64>,
    /// The earlier run it was compared with.
    pub baseline: Option<ComparedWith>,
    /// `current` / baseline value.
    pub ratio: Option<f64>,
    /// Requests or samples behind `current`.
    pub samples: Option<u64>,
    /// Where the promise was written.
    pub place: Option<Place>,
    /// Who asks for it, where that is a standard or a known defect: `RFC 8725 section 3.1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The failure that is allowed for a time, and until when; its verdict is `warn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<AppliedWaiver>,
}

/// A waiver that turned a failure into a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppliedWaiver {
    /// Why it is allowed.
    pub reason: String,
    /// The last day on which it counts (UTC).
    pub expires: jiff::civil::Date,
}

/// The family of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckClass {
    /// A fixed limit.
    Slo,
    /// A limit relative to an earlier run.
    Regression,
    /// Something that must have been measured.
    Measurement,
    /// Whether the load generator itself was fit to measure.
    Generator,
    /// A promise of a chaos scenario.
    Chaos,
    /// A promise that every service of its kind keeps: JWTs, pull requests.
    Contract,
    /// What a knowledge graph infers, and what it must not.
    Reasoning,
    /// Declared against observed behaviour.
    Drift,
    /// Refusal of a wrong production environment.
    Guard,
    /// Whether the run happened as planned.
    Run,
}

/// Whether a check can close a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Its failure fails the run.
    Block,
    /// Its failure is a warning.
    Warn,
    /// Told, never judged against.
    Info,
}

/// The earlier run that a value was compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparedWith {
    /// Its value.
    pub value: f64,
    /// `last_passed`.
    pub mode: String,
    /// Its run.
    pub run_id: String,
    /// Its commit.
    pub commit: Option<String>,
}
