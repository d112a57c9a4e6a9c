//! What is remembered of passed runs: one record a run and scenario.

use super::environment::Machine;
use super::evidence::FailureClass;
use super::plan::Profile;
use super::resource::ResourceSummary;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the file format.
pub const BASELINE_SCHEMA: &str = "proofhouse.baseline/1";

/// One passed run of one scenario in one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// [`BASELINE_SCHEMA`].
    pub schema: String,
    /// Suite's name.
    pub suite: String,
    /// Whether durations were shortened.
    pub profile: Profile,
    /// Scenario's name.
    pub scenario: String,
    /// Digest of the scenario and what was sent in it.
    pub scenario_digest: String,
    /// Digest of `machine`.
    pub fingerprint: String,
    /// The machine, in words.
    pub machine: Machine,
    /// Position in the history, from 1.
    pub sequence: u64,
    /// Digest of the file before it in the history; `None` for the first.
    pub predecessor: Option<String>,
    /// The run.
    pub run_id: String,
    /// Commit that was tested.
    pub commit: Option<String>,
    /// Whether tracked files were changed since the commit.
    pub dirty: bool,
    /// When the run was made.
    pub recorded_at: Timestamp,
    /// Who said that it is a baseline.
    pub origin: Origin,
    /// Numbers by target.
    pub services: BTreeMap<String, RunSummary>,
}

/// How a run became a baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The run passed.
    Passed,
    /// A person accepted it, with a reason.
    Accepted(String),
}

/// What is stored of one target (regression rules, step 2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSummary {
    /// Finished requests of the steady phase.
    pub requests: u64,
    /// Failed requests by class.
    pub failures: BTreeMap<FailureClass, u64>,
    /// Length of the steady phase in seconds.
    pub steady_seconds: f64,
    /// Pooled median in milliseconds.
    pub p50_latency_ms: f64,
    /// Pooled 95th percentile in milliseconds.
    pub p95_latency_ms: f64,
    /// Pooled 99th percentile in milliseconds.
    pub p99_latency_ms: f64,
    /// Good answers per second.
    pub throughput_rps: f64,
    /// Failed / all, 0 to 1.
    pub error_rate: f64,
    /// CPU in percent of one core, where sampled.
    pub cpu_percent: Option<ResourceSummary>,
    /// Memory in MiB, where sampled.
    pub memory_mb: Option<ResourceSummary>,
    /// m: median over windows of ln(p95 in ms).
    pub window_median_ln_p95: Option<f64>,
    /// q: ln(pooled p95 in ms).
    pub pooled_ln_p95: f64,
    /// Share of windows whose p95 is above 1.5 times the median window's.
    pub burst_share: Option<f64>,
    /// Merged response times: V2 compressed histogram, base64.
    pub histogram: String,
    /// One-second windows of the steady phase.
    pub windows: Vec<SummaryWindow>,
}

/// One stored second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SummaryWindow {
    /// Seconds since the scenario's load began.
    pub t: u32,
    /// Finished requests.
    pub n: u64,
    /// Failed requests by class; left out when there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failures: BTreeMap<FailureClass, u64>,
    /// Median in microseconds.
    pub p50: Option<u64>,
    /// 95th percentile in microseconds.
    pub p95: Option<u64>,
    /// 99th percentile in microseconds.
    pub p99: Option<u64>,
}

/// What the store found for one scenario, for the judge to compare with.
#[derive(Debug, Clone, PartialEq)]
pub enum Remembered {
    /// Baselines are switched off.
    Disabled,
    /// Nothing was ever stored for this suite, profile and scenario: this is the first run.
    Nothing,
    /// The latest comparable run.
    LastPassed(Box<Baseline>),
    /// There are baselines, but of other machines or another version of the scenario.
    NotComparable {
        /// Why not, for people: which facts differ, from what to what.
        reason: String,
    },
    /// A file is there but cannot be read or was tampered with.
    Unreadable {
        /// Which file, and what is wrong.
        reason: String,
    },
}

/// What the store found, by scenario name.
pub type Memory = BTreeMap<String, Remembered>;
