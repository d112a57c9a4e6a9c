//! What would be remembered of a run: one baseline for each scenario (regression rules, step 2).

use super::Judgement;
use super::case::Case;
use super::measured::{Measured, milliseconds};
use super::measurements::resource;
use crate::model::baseline::{
    BASELINE_SCHEMA, Baseline, Memory, Origin, RunSummary, SummaryWindow,
};
use crate::model::environment::fingerprint;
use crate::model::evidence::{Evidence, Window};
use crate::model::load::Scenario;
use crate::model::promise::Metric;
use std::collections::BTreeMap;

/// A window whose p95 is above this many times the median window's belongs to a burst.
const BURST: f64 = 1.5;

/// One candidate for each scenario that has numbers of every target; the store
/// fills in `sequence` and `predecessor`.
///
/// Empty for a run that did not come to its end. Whether a candidate may be
/// stored is the caller's question: a passed run, or a person's reason.
pub fn baselines(evidence: &Evidence, judgement: &Judgement) -> Vec<Baseline> {
    if !evidence.is_complete() || judgement.measurements.is_empty() {
        return Vec::new();
    }
    let digest = fingerprint(&evidence.started.machine);
    let memory = Memory::new();
    let case = Case::new(evidence, &memory, &digest);
    let scenarios = case.plan().scenarios.iter();
    scenarios
        .filter_map(|scenario| candidate(&case, scenario))
        .collect()
}

fn candidate(case: &Case<'_>, scenario: &Scenario) -> Option<Baseline> {
    let started = &case.evidence.started;
    Some(Baseline {
        schema: BASELINE_SCHEMA.into(),
        suite: started.plan.suite.clone(),
        profile: started.plan.profile,
        scenario: scenario.name.clone(),
        scenario_digest: case.plan().scenario_digests.get(&scenario.name)?.clone(),
        fingerprint: case.fingerprint.to_owned(),
        machine: started.machine.clone(),
        sequence: 0,
        predecessor: None,
        run_id: started.run_id.clone(),
        commit: started.subject.commit.clone(),
        dirty: started.subject.dirty,
        recorded_at: started.at,
        origin: Origin::Passed,
        services: services(case, scenario)?,
    })
}

fn services(case: &Case<'_>, scenario: &Scenario) -> Option<BTreeMap<String, RunSummary>> {
    let targets = case.plan().targets.iter();
    targets
        .map(|target| {
            let measured = case.measured(&scenario.name, &target.name).ok()?;
            Some((target.name.clone(), summary(case, measured)?))
        })
        .collect()
}

/// `None` where nothing was answered: there is nothing to remember.
fn summary(case: &Case<'_>, measured: &Measured<'_>) -> Option<RunSummary> {
    let p95 = measured.percentile_ms(95.0)?;
    let tally = measured.tally;
    let windows: Vec<f64> = measured
        .windows
        .iter()
        .filter_map(|window| window.p95_us.map(milliseconds))
        .collect();
    Some(RunSummary {
        requests: tally.requests,
        failures: tally.failures.clone(),
        steady_seconds: measured.steady_seconds,
        p50_latency_ms: measured.percentile_ms(50.0)?,
        p95_latency_ms: p95,
        p99_latency_ms: measured.percentile_ms(99.0)?,
        throughput_rps: measured.throughput_rps(),
        error_rate: measured.error_rate()?,
        cpu_percent: resource(case, measured, Metric::CpuPercent),
        memory_mb: resource(case, measured, Metric::MemoryMb),
        window_median_ln_p95: median(windows.iter().map(|p95| p95.ln()).collect()),
        pooled_ln_p95: p95.ln(),
        burst_share: burst_share(&windows),
        histogram: tally.histogram.clone(),
        windows: measured
            .windows
            .iter()
            .map(|window| stored(window))
            .collect(),
    })
}

fn stored(window: &Window) -> SummaryWindow {
    SummaryWindow {
        t: window.t_s,
        n: window.requests,
        failures: window.failures.clone(),
        p50: window.p50_us,
        p95: window.p95_us,
        p99: window.p99_us,
    }
}

/// The middle value, or the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

fn burst_share(p95s: &[f64]) -> Option<f64> {
    let typical = median(p95s.to_vec())?;
    let bursts = p95s.iter().filter(|p95| **p95 > BURST * typical).count();
    Some(bursts as f64 / p95s.len() as f64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::judge::testdata;

    fn of(evidence: &Evidence) -> Vec<Baseline> {
        let judgement = crate::judge::judge(evidence, &Memory::new(), "f");
        baselines(evidence, &judgement)
    }

    #[test]
    fn one_for_each_scenario_with_every_target() {
        let found = of(&testdata::pass());
        assert_eq!(found.len(), 1);
        let summary = &found[0].services["search"];
        assert_eq!(found[0].services.len(), 2);
        assert_eq!(summary.windows.len(), 30);
        assert!((summary.pooled_ln_p95 - summary.p95_latency_ms.ln()).abs() < 1e-12);
        assert_eq!(summary.burst_share, Some(0.0));
        let before = of(&testdata::fail());
        let share = before[0].services["search"].burst_share.unwrap();
        assert!((share - 1.0 / 3.0).abs() < 1e-9, "{share}");
    }

    #[test]
    fn nothing_is_remembered_of_nothing() {
        assert!(of(&testdata::killed()).is_empty());
        assert!(of(&testdata::interrupted()).is_empty());
        assert!(of(&testdata::never_up()).is_empty());
        let zero = testdata::Shape::steady(0, 0).evidence();
        assert!(of(&zero).is_empty());
    }

    #[test]
    fn medians() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
