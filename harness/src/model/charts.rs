//! Series behind a report, for reporters that draw: what the report itself is too short for.

use super::baseline::Baseline;
use super::chaos::Phase;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Believed earlier runs of each scenario, oldest first, by scenario name.
pub type Past = BTreeMap<String, Vec<Baseline>>;

/// Everything that can be drawn of one run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Charts {
    /// One for each scenario and service that was loaded, in the plan's order.
    pub loads: Vec<LoadSeries>,
    /// The story of a chaos scenario.
    pub chaos: Option<ChaosSeries>,
}

/// One service in one scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadSeries {
    /// Scenario.
    pub scenario: String,
    /// Service.
    pub service: String,
    /// Seconds in order, ramp and warm-up included.
    pub seconds: Vec<SecondSeen>,
    /// Response times of the judged phase by percentile, ascending; empty where none were kept.
    pub curve: Vec<CurvePoint>,
    /// The run that it was compared with.
    pub baseline: Option<BaselineSeries>,
    /// Earlier runs on this machine with the same scenario, oldest first.
    pub history: Vec<PastRun>,
}

/// One second of a service under load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SecondSeen {
    /// Start in seconds since the scenario's load began.
    pub t_s: u32,
    /// Whether it is judged.
    pub steady: bool,
    /// Requests that ended, good and failed.
    pub requests: u64,
    /// Of these, failed.
    pub failed: u64,
    /// Median in milliseconds; `None` where nothing was answered.
    pub p50_ms: Option<f64>,
    /// 95th percentile.
    pub p95_ms: Option<f64>,
    /// 99th percentile.
    pub p99_ms: Option<f64>,
}

/// One point of a percentile curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// 0 to 100.
    pub percentile: f64,
    /// Response time in milliseconds.
    pub ms: f64,
}

/// The run that a service was compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct BaselineSeries {
    /// The run.
    pub run_id: String,
    /// Its commit.
    pub commit: Option<String>,
    /// Its 95th percentile in milliseconds.
    pub p95_ms: f64,
    /// Good answers per second.
    pub throughput_rps: f64,
    /// Where the middle nine tenths of its seconds had their 95th percentile, in milliseconds.
    pub band_ms: Option<(f64, f64)>,
    /// Its percentile curve.
    pub curve: Vec<CurvePoint>,
}

/// One earlier run.
#[derive(Debug, Clone, PartialEq)]
pub struct PastRun {
    /// When.
    pub at: Timestamp,
    /// Its commit.
    pub commit: Option<String>,
    /// 95th percentile in milliseconds.
    pub p95_ms: f64,
    /// Good answers per second.
    pub throughput_rps: f64,
    /// Why a person accepted it, where one did.
    pub accepted: Option<String>,
}

/// A chaos scenario over time, in seconds since the pre phase began.
#[derive(Debug, Clone, PartialEq)]
pub struct ChaosSeries {
    /// When the last thing was seen.
    pub length_s: f64,
    /// When each phase began.
    pub phases: Vec<(Phase, f64)>,
    /// Faults in the plan's order; only those that were called.
    pub faults: Vec<FaultSpan>,
    /// Probes in the plan's order, then users' requests by target.
    pub probes: Vec<ProbeSeries>,
}

/// How long a fault was in effect.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultSpan {
    /// Action.
    pub action: String,
    /// `stall of orders`.
    pub what: String,
    /// Confirmed onset, or the call where nothing confirmed it.
    pub from_s: f64,
    /// End of its effect; `None` where it was never seen to end.
    pub to_s: Option<f64>,
    /// Whether a witness saw it bite.
    pub witnessed: bool,
}

/// What one probe saw, in slots of equal width.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeSeries {
    /// Probe, or target of a load.
    pub name: String,
    /// Width of a slot in seconds.
    pub slot_s: f64,
    /// Slots in which it was asked, in order.
    pub slots: Vec<SlotSeen>,
}

/// One slot of a probe; an attempt belongs to the slot in which it was sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlotSeen {
    /// Start.
    pub from_s: f64,
    /// Good attempts.
    pub ok: u64,
    /// Bad ones.
    pub bad: u64,
    /// Ones without an answer.
    pub unanswered: u64,
    /// Longest time to an answer in milliseconds; `None` where nothing was answered.
    pub longest_ms: Option<f64>,
}
