//! Evidence and earlier runs to series for drawing: pure assembly, nothing is decided here.

use super::chaos::Scene;
use super::charts_chaos;
use super::measured::milliseconds;
use crate::model::baseline::{Baseline, Memory, Origin, Remembered, RunSummary};
use crate::model::charts::{
    BaselineSeries, Charts, CurvePoint, LoadSeries, Past, PastRun, SecondSeen,
};
use crate::model::evidence::{Event, Evidence, Window, all_failed};
use crate::model::series::Latencies;

/// Percentiles of a curve: even steps on the scale of HDR plots, which is logarithmic in what is left above.
const PERCENTILES: [f64; 25] = [
    0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 75.0, 80.0, 85.0, 90.0, 92.5, 95.0, 96.0, 97.0,
    98.0, 99.0, 99.25, 99.5, 99.75, 99.9, 99.95, 99.99, 100.0,
];

/// Everything that can be drawn of a run.
///
/// `memory` is what it was compared with and `past` what was remembered before it.
/// What is not there is not drawn; the report says why.
pub fn charts(evidence: &Evidence, memory: &Memory, past: &Past) -> Charts {
    let plan = &evidence.started.plan.performance;
    let mut loads = Vec::new();
    for scenario in &plan.scenarios {
        for target in &plan.targets {
            let seconds = seconds(evidence, &scenario.name, &target.name);
            if seconds.is_empty() {
                continue;
            }
            loads.push(LoadSeries {
                scenario: scenario.name.clone(),
                service: target.name.clone(),
                seconds,
                curve: curve(histogram(evidence, &scenario.name, &target.name)),
                baseline: compared(memory, &scenario.name, &target.name),
                history: history(past, &scenario.name, &target.name),
            });
        }
    }
    Charts {
        loads,
        chaos: Scene::new(evidence).and_then(|scene| charts_chaos::series(&scene)),
    }
}

fn seconds(evidence: &Evidence, scenario: &str, service: &str) -> Vec<SecondSeen> {
    let windows = evidence
        .events
        .iter()
        .filter_map(|timed| match &timed.event {
            Event::Window(window) => Some(window),
            _ => None,
        });
    let ours = windows.filter(|window| window.scenario == scenario && window.service == service);
    let mut seconds: Vec<SecondSeen> = ours.map(second).collect();
    seconds.sort_by_key(|second| second.t_s);
    seconds
}

fn second(window: &Window) -> SecondSeen {
    SecondSeen {
        t_s: window.t_s,
        steady: window.steady,
        requests: window.requests,
        failed: all_failed(&window.failures),
        p50_ms: window.p50_us.map(milliseconds),
        p95_ms: window.p95_us.map(milliseconds),
        p99_ms: window.p99_us.map(milliseconds),
    }
}

fn histogram<'a>(evidence: &'a Evidence, scenario: &str, service: &str) -> Option<&'a str> {
    evidence.events.iter().find_map(|timed| match &timed.event {
        Event::Summary(summary) if summary.scenario == scenario && summary.service == service => {
            Some(summary.total.histogram.as_str())
        }
        _ => None,
    })
}

/// Empty for a histogram that is missing, unreadable or without response times.
fn curve(histogram: Option<&str>) -> Vec<CurvePoint> {
    let Some(latencies) = histogram.and_then(|text| Latencies::from_base64(text).ok()) else {
        return Vec::new();
    };
    let point = |percentile: f64| {
        let ms = milliseconds(latencies.percentile_us(percentile)?);
        Some(CurvePoint { percentile, ms })
    };
    PERCENTILES.into_iter().filter_map(point).collect()
}

fn compared(memory: &Memory, scenario: &str, service: &str) -> Option<BaselineSeries> {
    let Remembered::LastPassed(baseline) = memory.get(scenario)? else {
        return None;
    };
    let summary = baseline.services.get(service)?;
    Some(BaselineSeries {
        run_id: baseline.run_id.clone(),
        commit: baseline.commit.clone(),
        p95_ms: summary.p95_latency_ms,
        throughput_rps: summary.throughput_rps,
        band_ms: band(summary),
        curve: curve(Some(&summary.histogram)),
    })
}

/// The 5th and the 95th percentile (nearest rank) of the seconds' 95th percentiles.
fn band(summary: &RunSummary) -> Option<(f64, f64)> {
    let mut seen: Vec<u64> = summary.windows.iter().filter_map(|w| w.p95).collect();
    seen.sort_unstable();
    let rank = |percent: usize| (seen.len() * percent).div_ceil(100).max(1) - 1;
    let low = seen.get(rank(5))?;
    let high = seen.get(rank(95))?;
    Some((milliseconds(*low), milliseconds(*high)))
}

fn history(past: &Past, scenario: &str, service: &str) -> Vec<PastRun> {
    let runs = past.get(scenario).into_iter().flatten();
    runs.filter_map(|baseline| past_run(baseline, service))
        .collect()
}

fn past_run(baseline: &Baseline, service: &str) -> Option<PastRun> {
    let summary = baseline.services.get(service)?;
    Some(PastRun {
        at: baseline.recorded_at,
        commit: baseline.commit.clone(),
        p95_ms: summary.p95_latency_ms,
        throughput_rps: summary.throughput_rps,
        accepted: match &baseline.origin {
            Origin::Passed => None,
            Origin::Accepted(reason) => Some(reason.clone()),
        },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::judge::testdata;

    #[test]
    fn every_second_the_curve_and_the_baseline_are_there() {
        let passed = testdata::pass();
        let memory = testdata::remembered(&passed, |_| ());
        let Remembered::LastPassed(baseline) = &memory["typical_load"] else {
            unreachable!("no baseline")
        };
        let past = Past::from([("typical_load".to_owned(), vec![(**baseline).clone()])]);
        let charts = charts(&testdata::fail(), &memory, &past);
        let search = charts.loads.iter().find(|load| load.service == "search");
        let search = search.unwrap();
        assert_eq!(search.seconds.len(), 32);
        assert!(!search.seconds[0].steady && search.seconds[2].steady);
        assert_eq!(
            (search.seconds[15].requests, search.seconds[15].failed),
            (40, 1)
        );
        assert!(search.seconds[15].p95_ms > search.seconds[14].p95_ms);
        assert_eq!(search.curve.len(), PERCENTILES.len());
        assert!(search.curve.is_sorted_by(|a, b| a.ms <= b.ms));
        let compared = search.baseline.as_ref().unwrap();
        let (low, high) = compared.band_ms.unwrap();
        assert!(low <= compared.p95_ms && compared.p95_ms <= high * 1.01);
        assert!(high < search.seconds[15].p95_ms.unwrap());
        assert_eq!(search.history.len(), 1);
        assert_eq!(charts.chaos, None);
    }

    #[test]
    fn what_was_never_seen_is_not_drawn() {
        let charts = charts(&testdata::never_up(), &Memory::new(), &Past::new());
        assert_eq!(charts, Charts::default());
        assert_eq!(curve(Some("no histogram")), []);
    }
}
