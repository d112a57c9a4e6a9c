//! The seed's structured results of a chaos scenario, as they stand in the report.

use super::ledger::Store;
use super::seen::AttemptClass;
use crate::model::verdict::Verdict;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What became of one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChaosOutcome {
    /// Scenario.
    pub scenario: String,
    /// What was believed.
    pub hypothesis: String,
    /// `pass`, `fail` or `error`.
    pub outcome: Verdict,
    /// By `pre_chaos`, `during_chaos`, `post_chaos`; then by probe.
    pub probe_results: BTreeMap<String, BTreeMap<String, ProbeResult>>,
    /// Validation values by key.
    pub validation: BTreeMap<String, ValidationResult>,
    /// Faults in order, with their times in milliseconds since the first phase began.
    pub timeline: Vec<StepSeen>,
    /// Recovery by probe and connection.
    pub recovery: Vec<RecoverySummary>,
    /// The ledger's counts by store, where events were written.
    pub ledger: BTreeMap<Store, Tallies>,
}

/// What a probe saw in one phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeResult {
    /// Attempts.
    pub attempts: u64,
    /// Good ones.
    pub ok: u64,
    /// Bad ones.
    pub bad: u64,
    /// Unknown ones.
    pub info: u64,
    /// Not good ones by class.
    pub classes: BTreeMap<AttemptClass, u64>,
    /// Median in milliseconds; `None` where nothing was answered.
    pub p50_ms: Option<f64>,
    /// 99th percentile.
    pub p99_ms: Option<f64>,
    /// First value read.
    pub first_value: Option<Value>,
    /// Last value read.
    pub last_value: Option<Value>,
}

/// What a validation came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidationResult {
    /// Decision.
    pub verdict: Verdict,
    /// What was wanted.
    pub wanted: String,
    /// What was seen.
    pub saw: String,
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepSeen {
    /// Milliseconds since the pre phase began.
    pub at_ms: f64,
    /// Half the width of the interval that it lies in, where it is one.
    pub plus_minus_ms: Option<f64>,
    /// Action, or empty for what is no action's.
    pub action: String,
    /// What happened, in words.
    pub what: String,
}

/// How a probe came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoverySummary {
    /// Probe.
    pub probe: String,
    /// `fresh`, `pooled` or empty.
    pub connection: String,
    /// Action whose heal it is counted from.
    pub action: String,
    /// Earliest it can have been good, in milliseconds after the heal.
    pub from_ms: f64,
    /// Latest.
    pub to_ms: f64,
    /// First good attempt after the heal, in milliseconds after it.
    pub first_ok_ms: f64,
    /// Whether it stayed good for the hold time.
    pub held: bool,
}

/// Counts of a store by class, each with at most 32 names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tallies {
    /// Elements by class: `ok`, `lost`, `unexpected`, `phantom`, `recovered`, `unresolved`, `duplicated`, ...
    pub counts: BTreeMap<String, u64>,
    /// Names of elements by class, for those that are not fine.
    pub examples: BTreeMap<String, Vec<String>>,
}
