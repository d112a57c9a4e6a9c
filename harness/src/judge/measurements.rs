//! The table of numbers: one row for each target in each scenario.

use super::case::Case;
use super::check::values;
use super::measured::{Measured, summarise};
use crate::model::load::Scenario;
use crate::model::promise::Metric;
use crate::model::report::Measurement;
use crate::model::resource::ResourceSummary;

/// Every row that has numbers; the checks say why one is missing.
pub(crate) fn all(case: &Case<'_>) -> Vec<Measurement> {
    case.pairs()
        .filter_map(|(scenario, service)| {
            let measured = case.measured(&scenario.name, service).ok()?;
            Some(row(case, scenario, measured))
        })
        .collect()
}

fn row(case: &Case<'_>, scenario: &Scenario, measured: &Measured<'_>) -> Measurement {
    let tally = measured.tally;
    let failures = tally.failures.iter().filter(|(_, n)| **n > 0);
    Measurement {
        scenario: scenario.name.clone(),
        service: measured.service.to_owned(),
        workload_model: "closed".into(),
        users: most_users(scenario),
        steady_seconds: measured.steady_seconds,
        requests: tally.requests,
        unanswered: measured.unanswered(),
        failures: failures
            .map(|(class, n)| (class.word().to_owned(), *n))
            .collect(),
        throughput_rps: measured.throughput_rps(),
        error_rate: measured.error_rate(),
        p50_latency_ms: measured.percentile_ms(50.0),
        p95_latency_ms: measured.percentile_ms(95.0),
        p99_latency_ms: measured.percentile_ms(99.0),
        max_latency_ms: measured.max_ms(),
        cpu_percent: resource(case, measured, Metric::CpuPercent),
        memory_mb: resource(case, measured, Metric::MemoryMb),
    }
}

/// Users of each target: as written, or the most of all stages.
pub(crate) fn most_users(scenario: &Scenario) -> u32 {
    let stages = scenario.stages.iter().map(|stage| stage.users);
    stages.max().unwrap_or(scenario.users)
}

/// CPU or memory of a target over the steady phase, where sampled.
pub(crate) fn resource(
    case: &Case<'_>,
    measured: &Measured<'_>,
    metric: Metric,
) -> Option<ResourceSummary> {
    let scenario = &measured.scenario.name;
    summarise(&values(case, scenario, measured.service, metric))
}
