//! What must hold: SLOs, metrics, regression thresholds, and where baselines live.

use super::form::Form;
use super::node::{Entry, Node};
use super::shape::{
    MILLISECONDS, PERCENT, PERCENT_OF_WHOLE, POSITIVE, RATIO, Record, Rule, Shape, optional,
    required,
};
use crate::model::place::{Placed, Problem};
use crate::model::promise::{BaselineStorage, ComparisonMode, Metric, RegressionThresholds, Slo};

/// The limits of one service.
pub static SLO: Record = Record {
    name: "limits",
    doc: "The limits of one service.",
    fields: &[
        optional(
            "p50_latency_ms",
            MILLISECONDS,
            "100",
            "Greatest median response time in milliseconds.",
        ),
        optional(
            "p95_latency_ms",
            MILLISECONDS,
            "500",
            "Greatest 95th percentile of response time in milliseconds.",
        ),
        optional(
            "p99_latency_ms",
            MILLISECONDS,
            "1000",
            "Greatest 99th percentile of response time in milliseconds.",
        ),
        optional(
            "min_throughput_rps",
            POSITIVE,
            "50",
            "Least good answers per second.",
        ),
        optional(
            "max_error_rate",
            RATIO,
            "0.01",
            "Greatest share of failed requests, 0 to 1.",
        ),
        optional(
            "max_cpu_percent",
            POSITIVE,
            "200",
            "Greatest CPU in percent of one core.",
        ),
        optional("max_memory_mb", POSITIVE, "512", "Greatest memory in MiB."),
    ],
    rules: &[Rule::AtLeastOne(&[
        "p95_latency_ms",
        "p50_latency_ms",
        "p99_latency_ms",
        "min_throughput_rps",
        "max_error_rate",
        "max_cpu_percent",
        "max_memory_mb",
    ])],
};

/// Keys of limits and what they limit.
const LIMITS: [(&str, Metric); 7] = [
    ("p50_latency_ms", Metric::P50LatencyMs),
    ("p95_latency_ms", Metric::P95LatencyMs),
    ("p99_latency_ms", Metric::P99LatencyMs),
    ("min_throughput_rps", Metric::ThroughputRps),
    ("max_error_rate", Metric::ErrorRate),
    ("max_cpu_percent", Metric::CpuPercent),
    ("max_memory_mb", Metric::MemoryMb),
];

/// Words that may stand in `metrics`.
pub const METRICS: [&str; 7] = [
    "p50_latency_ms",
    "p95_latency_ms",
    "p99_latency_ms",
    "throughput_rps",
    "error_rate",
    "cpu_percent",
    "memory_mb",
];

/// Regression thresholds.
pub static THRESHOLDS: Record = Record {
    name: "regression_thresholds",
    doc: "How far a run may fall behind the last passed one.",
    fields: &[
        optional(
            "p95_latency_increase_percent",
            PERCENT,
            "20",
            "Fails when p95 grew by more than this.",
        ),
        optional(
            "p95_latency_increase_min_ms",
            MILLISECONDS,
            "5",
            "Growth of p95 by at most this is no regression, whatever its percentage: for services so fast that a percentage of them is noise; default 0.",
        ),
        optional(
            "throughput_decrease_percent",
            PERCENT_OF_WHOLE,
            "15",
            "Fails when throughput fell by more than this.",
        ),
        optional(
            "error_rate_absolute",
            RATIO,
            "0.05",
            "Fails when the error rate is above this, whatever the baseline.",
        ),
    ],
    rules: &[Rule::AtLeastOne(&[
        "p95_latency_increase_percent",
        "throughput_decrease_percent",
        "error_rate_absolute",
    ])],
};

/// Where baselines live.
pub static STORAGE: Record = Record {
    name: "baseline_storage",
    doc: "Where baselines live and which earlier run is compared with.",
    fields: &[
        optional(
            "enabled",
            Shape::Boolean,
            "true",
            "Whether baselines are read and written at all; default true.",
        ),
        required(
            "path",
            Shape::Text(Form::Filled),
            "baselines",
            "Folder, relative to the working directory.",
        ),
        optional(
            "comparison_mode",
            Shape::Word("comparison mode", &["last_passed"]),
            "last_passed",
            "`last_passed`: the latest run that passed in the same environment with the same scenario; the default.",
        ),
    ],
    rules: &[],
};

/// Reads the limits of one service.
pub fn slos(entry: &Entry, problems: &mut Vec<Problem>) -> Vec<Slo> {
    let limits = LIMITS.iter().filter_map(|(key, metric)| {
        let written = entry.value.entry(key)?;
        Some(Slo {
            service: entry.key.clone(),
            metric: *metric,
            limit: written.value.number()?,
            place: written.place.clone(),
        })
    });
    let limits: Vec<Slo> = limits.collect();
    let latencies = limits.iter().filter(|slo| slo.metric.unit() == "ms");
    let latencies: Vec<&Slo> = latencies.collect();
    for pair in latencies.windows(2) {
        if let [low, high] = pair
            && high.limit < low.limit
        {
            problems.push(upside_down(low, high));
        }
    }
    limits
}

fn upside_down(low: &Slo, high: &Slo) -> Problem {
    let (small, large) = (low.metric.key(), high.metric.key());
    let message = format!(
        "`{large}` ({}) is below `{small}` ({})",
        high.limit, low.limit
    );
    Problem::at(&high.place, message)
        .help("a higher percentile is never faster than a lower one; were they swapped?")
}

/// Reads the list of metrics; a repeat is a problem.
pub fn metrics(node: &Node, problems: &mut Vec<Problem>) -> Vec<Metric> {
    let mut metrics = Vec::new();
    for item in node.items() {
        let word = item.text();
        let Some(metric) = Metric::ALL
            .into_iter()
            .find(|metric| Some(metric.key()) == word)
        else {
            continue;
        };
        if metrics.contains(&metric) {
            let message = format!("`{}` is listed twice", metric.key());
            problems.push(Problem::at(&item.place, message).help("keep one of them"));
        } else {
            metrics.push(metric);
        }
    }
    metrics
}

/// Reads regression thresholds; a least growth without its percentage is a problem.
pub fn thresholds(node: &Node, problems: &mut Vec<Problem>) -> RegressionThresholds {
    if let Some(least) = node.entry("p95_latency_increase_min_ms")
        && node.entry("p95_latency_increase_percent").is_none()
    {
        let message = "`p95_latency_increase_min_ms` limits nothing by itself";
        let help = "add `p95_latency_increase_percent: 20` beside it";
        problems.push(Problem::at(&least.place, message).help(help));
    }
    let placed = |key: &str| {
        let entry = node.entry(key)?;
        let value = entry.value.number()?;
        Some(Placed {
            value,
            place: entry.place.clone(),
        })
    };
    RegressionThresholds {
        p95_latency_increase_percent: placed("p95_latency_increase_percent"),
        p95_latency_increase_min_ms: placed("p95_latency_increase_min_ms"),
        throughput_decrease_percent: placed("throughput_decrease_percent"),
        error_rate_absolute: placed("error_rate_absolute"),
    }
}

/// Reads where baselines live.
pub fn storage(entry: &Entry) -> Option<BaselineStorage> {
    let node = &entry.value;
    Some(BaselineStorage {
        enabled: node.get("enabled").map_or(Some(true), Node::boolean)?,
        path: node.get("path")?.text()?.to_owned(),
        comparison: ComparisonMode::LastPassed,
        place: entry.place.clone(),
    })
}

/// Limits and thresholds on what `metrics` does not list could never be judged.
pub fn unmeasured(
    metrics: &[Metric],
    slos: &[Slo],
    regression: Option<&RegressionThresholds>,
) -> Vec<Problem> {
    let limits = slos.iter().map(|slo| (slo.metric, &slo.place));
    let thresholds = regression.into_iter().flat_map(|regression| {
        [
            (
                Metric::P95LatencyMs,
                &regression.p95_latency_increase_percent,
            ),
            (
                Metric::ThroughputRps,
                &regression.throughput_decrease_percent,
            ),
            (Metric::ErrorRate, &regression.error_rate_absolute),
        ]
    });
    let thresholds =
        thresholds.filter_map(|(metric, placed)| Some((metric, &placed.as_ref()?.place)));
    let all = limits.chain(thresholds);
    all.filter(|(metric, _)| !metrics.contains(metric))
        .map(|(metric, place)| {
            let message = format!(
                "a limit on `{}`, which `metrics` does not list",
                metric.key()
            );
            Problem::at(place, message).help(format!("add `- {}` to `metrics`", metric.key()))
        })
        .collect()
}
