//! What must hold of a service under load: SLOs, regression thresholds, metrics.

use super::place::{Place, Placed};
use serde::{Deserialize, Serialize};

/// A measured quantity with its unit in the name, as users write it under `metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Median response time in milliseconds.
    P50LatencyMs,
    /// 95th percentile of response time in milliseconds.
    P95LatencyMs,
    /// 99th percentile of response time in milliseconds.
    P99LatencyMs,
    /// Good answers per second of the steady phase.
    ThroughputRps,
    /// Failed requests / all requests, 0 to 1.
    ErrorRate,
    /// CPU of the target in percent of one core.
    CpuPercent,
    /// Memory of the target in MiB.
    MemoryMb,
}

impl Metric {
    /// All metrics in the order of the users' format.
    pub const ALL: [Metric; 7] = [
        Metric::P50LatencyMs,
        Metric::P95LatencyMs,
        Metric::P99LatencyMs,
        Metric::ThroughputRps,
        Metric::ErrorRate,
        Metric::CpuPercent,
        Metric::MemoryMb,
    ];

    /// The word in YAML: `p95_latency_ms`.
    pub fn key(self) -> &'static str {
        match self {
            Metric::P50LatencyMs => "p50_latency_ms",
            Metric::P95LatencyMs => "p95_latency_ms",
            Metric::P99LatencyMs => "p99_latency_ms",
            Metric::ThroughputRps => "throughput_rps",
            Metric::ErrorRate => "error_rate",
            Metric::CpuPercent => "cpu_percent",
            Metric::MemoryMb => "memory_mb",
        }
    }

    /// The word in check ids: `search/typical_load/p95/slo`.
    pub fn short(self) -> &'static str {
        match self {
            Metric::P50LatencyMs => "p50",
            Metric::P95LatencyMs => "p95",
            Metric::P99LatencyMs => "p99",
            Metric::ThroughputRps => "throughput",
            Metric::ErrorRate => "errors",
            Metric::CpuPercent => "cpu",
            Metric::MemoryMb => "memory",
        }
    }

    /// The unit as printed after a number: `ms`, `req/s`, `ratio`, `% of one core`, `MiB`.
    pub fn unit(self) -> &'static str {
        match self {
            Metric::P50LatencyMs | Metric::P95LatencyMs | Metric::P99LatencyMs => "ms",
            Metric::ThroughputRps => "req/s",
            Metric::ErrorRate => "ratio",
            Metric::CpuPercent => "% of one core",
            Metric::MemoryMb => "MiB",
        }
    }

    /// Whether the limit of an SLO is a least value (throughput) and not a greatest.
    pub fn higher_is_better(self) -> bool {
        matches!(self, Metric::ThroughputRps)
    }
}

/// One limit of one service: `slos.search.p95_latency_ms: 500`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slo {
    /// The target's name.
    pub service: String,
    /// What is limited.
    pub metric: Metric,
    /// Greatest (or, for throughput, least) allowed value, in the metric's unit.
    pub limit: f64,
    /// Where the limit was written.
    pub place: Place,
}

/// The seed's regression thresholds, against the last passed run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegressionThresholds {
    /// Fails when p95 grew by more than this many percent.
    pub p95_latency_increase_percent: Option<Placed<f64>>,
    /// Growth of p95 by at most so many milliseconds is no regression, whatever its percentage.
    pub p95_latency_increase_min_ms: Option<Placed<f64>>,
    /// Fails when throughput fell by more than this many percent.
    pub throughput_decrease_percent: Option<Placed<f64>>,
    /// Fails when the error rate (0 to 1) is above this, whatever the baseline.
    pub error_rate_absolute: Option<Placed<f64>>,
}

/// Where baselines live and which one is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineStorage {
    /// Whether baselines are read and written at all.
    pub enabled: bool,
    /// Folder, relative to the working directory.
    pub path: String,
    /// Which earlier run is compared with.
    pub comparison: ComparisonMode,
    /// Where the section was written.
    pub place: Place,
}

/// Which earlier run is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComparisonMode {
    /// The latest run that passed in the same environment with the same scenario.
    LastPassed,
}
