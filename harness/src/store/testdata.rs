//! A small made-up run and baseline for the store's tests.

#![allow(clippy::unwrap_used)]

use crate::model::baseline::{BASELINE_SCHEMA, Baseline, Origin, RunSummary, SummaryWindow};
use crate::model::environment::{EnvironmentPlan, Machine, fingerprint};
use crate::model::evidence::{Event, RunStarted, Subject, Timed};
use crate::model::load::Scenario;
use crate::model::place::Place;
use crate::model::plan::{PerformancePlan, Plan, Profile};
use crate::model::promise::{BaselineStorage, ComparisonMode, Metric};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

pub(crate) fn storage(root: &Path) -> BaselineStorage {
    BaselineStorage {
        enabled: true,
        path: root.to_str().unwrap().into(),
        comparison: ComparisonMode::LastPassed,
        place: place(),
    }
}

pub(crate) fn baseline(commit: &str) -> Baseline {
    let machine = machine();
    Baseline {
        schema: BASELINE_SCHEMA.into(),
        suite: "checkout".into(),
        profile: Profile::Full,
        scenario: "typical_load".into(),
        scenario_digest: "sha256:d1".into(),
        fingerprint: fingerprint(&machine),
        machine,
        sequence: 0,
        predecessor: None,
        run_id: "0195f2d4-7c1a-7b3e-9d21-0a6f3c4e9a3f".into(),
        commit: Some(commit.into()),
        dirty: false,
        recorded_at: "2026-03-14T09:26:20Z".parse().unwrap(),
        origin: Origin::Passed,
        services: BTreeMap::from([("search".into(), summary())]),
    }
}

fn summary() -> RunSummary {
    RunSummary {
        requests: 3000,
        failures: BTreeMap::new(),
        steady_seconds: 30.0,
        p50_latency_ms: 20.0,
        p95_latency_ms: 29.0,
        p99_latency_ms: 29.8,
        throughput_rps: 100.0 / 3.0,
        error_rate: 0.0,
        cpu_percent: None,
        memory_mb: None,
        window_median_ln_p95: Some(29.0_f64.ln()),
        pooled_ln_p95: 29.0_f64.ln(),
        burst_share: Some(0.0),
        histogram: "AAAA".into(),
        windows: vec![SummaryWindow {
            t: 2,
            n: 100,
            failures: BTreeMap::new(),
            p50: Some(20_000),
            p95: Some(29_000),
            p99: Some(29_800),
        }],
    }
}

pub(crate) fn plan() -> Plan {
    Plan {
        suite: "checkout".into(),
        sources: Vec::new(),
        profile: Profile::Full,
        environment: EnvironmentPlan::default(),
        issuer: None,
        performance: PerformancePlan {
            scenarios: vec![scenario()],
            targets: Vec::new(),
            slos: Vec::new(),
            metrics: vec![Metric::P95LatencyMs],
            regression: None,
            baseline: None,
            minimum_requests: 100,
            seed: 1,
            scenario_digests: BTreeMap::from([("typical_load".into(), "sha256:d1".into())]),
        },
        chaos: None,
        trials: None,
    }
}

/// A run that saw nothing but its own beginning and end.
pub(crate) fn events() -> Vec<Timed> {
    let started = RunStarted {
        run_id: "0195f2d4-7c1a-7b3e-9d21-0a6f3c4e9a3f".into(),
        at: "2026-03-14T09:26:20Z".parse().unwrap(),
        tool_version: "0.1.0".into(),
        tool_digest: "sha256:c0".into(),
        subject: Subject {
            commit: None,
            dirty: false,
        },
        machine: machine(),
        ci: None,
        plan: plan(),
    };
    let at = "2026-03-14T09:26:53Z".parse().unwrap();
    let scenario = "typical_load".into();
    let events = [
        Event::RunStarted(Box::new(started)),
        Event::ScenarioStarted { scenario },
        Event::EnvironmentDown,
        Event::RunFinished { at },
    ];
    let timed = |(n, event)| Timed { t_us: n, event };
    (0..).zip(events).map(timed).collect()
}

fn machine() -> Machine {
    Machine {
        cpu_model: "Example CPU @ 2.50GHz".into(),
        cores: 2,
        memory_gib: 8,
        kernel: "6.18".into(),
        runner_image: "local".into(),
        generator: "proofhouse 0.1.0 release".into(),
    }
}

fn scenario() -> Scenario {
    Scenario {
        name: "typical_load".into(),
        users: 10,
        duration: Duration::from_secs(32),
        ramp: Duration::ZERO,
        warmup: Duration::from_secs(2),
        stages: Vec::new(),
        think_time: None,
        place: place(),
    }
}

fn place() -> Place {
    Place {
        file: "suites/checkout.yaml".into(),
        line: 1,
        column: 1,
        length: 1,
        key_path: String::new(),
    }
}
