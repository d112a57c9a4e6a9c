//! A made-up run with every number known, for the tests of checks and reports.

#![allow(clippy::unwrap_used)]

use super::{Judgement, baselines, judge, report};
use crate::model::baseline::{Baseline, Memory, Remembered, RunSummary};
use crate::model::check::CheckResult;
use crate::model::environment::{EnvironmentPlan, Machine, RunningService, fingerprint};
use crate::model::evidence::{
    Event, Evidence, FailureClass, FailureExample, RunStarted, ScenarioFinished, Subject, Summary,
    Tally, Timed, Window,
};
use crate::model::load::{Endpoint, ResourceSource, Scenario, Target, ThinkTime};
use crate::model::place::{Place, Placed};
use crate::model::plan::{PerformancePlan, Plan, Profile, Source};
use crate::model::promise::{BaselineStorage, ComparisonMode, Metric, RegressionThresholds, Slo};
use crate::model::report::{EvidenceFile, Report};
use crate::model::resource::{MemoryKind, ResourceSample};
use crate::model::series::Latencies;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

const SCENARIO: &str = "typical_load";
const WARMUP: u32 = 2;
const SECONDS: u32 = 32;

/// What `search` does in each second; `orders` always does well.
#[derive(Clone)]
pub(crate) struct Shape {
    per_second: u64,
    latency_us: u64,
    slow: Range<u32>,
    unanswered: u64,
    failed: u64,
    samples: u32,
}

impl Shape {
    /// The same in every second.
    pub fn steady(per_second: u64, latency_us: u64) -> Self {
        Self {
            per_second,
            latency_us,
            slow: 0..0,
            unanswered: 0,
            failed: 0,
            samples: SECONDS - WARMUP,
        }
    }

    /// In these seconds twenty times slower, with less than half the requests.
    pub fn slow(mut self, seconds: Range<u32>) -> Self {
        self.slow = seconds;
        self
    }

    /// So many of each second time out.
    pub fn unanswered(mut self, n: u64) -> Self {
        self.unanswered = n;
        self
    }

    /// So many of each second have a bad status.
    pub fn failed(mut self, n: u64) -> Self {
        self.failed = n;
        self
    }

    /// The whole run.
    pub fn evidence(&self) -> Evidence {
        let started = started();
        let mut events = vec![at(0, Event::RunStarted(Box::new(started.clone())))];
        events.push(at(900_000, up()));
        let scenario = || SCENARIO.to_owned();
        let scenario_began = 1_000_000;
        events.push(at(
            scenario_began,
            Event::ScenarioStarted {
                scenario: scenario(),
            },
        ));
        let orders = Shape::steady(50, 40_000);
        let mut totals = [("orders", &orders), ("search", self)].map(|(s, h)| (s, h, Total::new()));
        for t in 0..SECONDS {
            let end = scenario_began + u64::from(t + 1) * 1_000_000;
            if t == WARMUP {
                events.push(at(
                    end - 1_000_000,
                    Event::SteadyStarted {
                        scenario: scenario(),
                    },
                ));
            }
            for (service, shape, total) in &mut totals {
                events.push(at(end, Event::Window(shape.window(service, t, total))));
                if t >= WARMUP && t - WARMUP < shape.samples {
                    events.push(at(end, sample(service, t)));
                }
            }
        }
        if self.failed + self.unanswered > 0 {
            events.push(at(33_000_000, failure()));
        }
        events.push(at(33_000_000, Event::ScenarioFinished(finished_load())));
        for (service, _, total) in totals {
            events.push(at(33_100_000, Event::Summary(total.summary(service))));
        }
        events.push(at(33_200_000, Event::EnvironmentDown));
        events.push(at(33_400_000, ended()));
        Evidence { started, events }
    }

    fn window(&self, service: &str, t: u32, total: &mut Total) -> Window {
        let slow = self.slow.contains(&t);
        let (requests, factor) = match slow {
            true => (self.per_second * 2 / 5, 20),
            false => (self.per_second, 1),
        };
        let mut seen = Latencies::new();
        for k in 0..requests.saturating_sub(self.unanswered) {
            let base = self.latency_us * factor;
            seen.record(base / 2 + base * k / requests);
        }
        let failures: BTreeMap<FailureClass, u64> = [
            (FailureClass::Timeout, self.unanswered),
            (FailureClass::Status, self.failed),
        ]
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .collect();
        if t >= WARMUP {
            total.add(requests, &failures, &seen);
        }
        Window {
            scenario: SCENARIO.into(),
            service: service.into(),
            t_s: t,
            steady: t >= WARMUP,
            requests,
            failures,
            users: 10,
            in_flight: 4,
            p50_us: seen.percentile_us(50.0),
            p95_us: seen.percentile_us(95.0),
            p99_us: seen.percentile_us(99.0),
            max_us: seen.max_us(),
        }
    }
}

struct Total(u64, BTreeMap<FailureClass, u64>, Latencies);

impl Total {
    fn new() -> Self {
        Self(0, BTreeMap::new(), Latencies::new())
    }

    fn add(&mut self, requests: u64, failures: &BTreeMap<FailureClass, u64>, seen: &Latencies) {
        self.0 += requests;
        for (class, n) in failures {
            *self.1.entry(*class).or_default() += n;
        }
        self.2.merge(seen);
    }

    fn summary(self, service: &str) -> Summary {
        Summary {
            scenario: SCENARIO.into(),
            service: service.into(),
            total: Tally {
                requests: self.0,
                failures: self.1,
                histogram: self.2.to_base64(),
            },
            by_step: BTreeMap::new(),
        }
    }
}

/// All promises hold.
pub(crate) fn pass() -> Evidence {
    Shape::steady(100, 20_000).evidence()
}

/// Ten slow seconds: p95 above its SLO and throughput far below the last run.
pub(crate) fn fail() -> Evidence {
    Shape::steady(100, 35_000).slow(15..25).failed(1).evidence()
}

/// Not a single request of `search`.
pub(crate) fn zero_requests() -> Evidence {
    Shape::steady(0, 0).evidence()
}

/// Stopped dead in the middle of the load.
pub(crate) fn killed() -> Evidence {
    let mut evidence = pass();
    evidence.events.retain(|timed| timed.t_us <= 13_000_000);
    evidence
}

/// Stopped by the user.
pub(crate) fn interrupted() -> Evidence {
    let mut evidence = pass();
    let signal = "SIGINT".to_owned();
    before_end(&mut evidence, Event::Interrupted { signal });
    evidence
}

/// The environment did not come up.
pub(crate) fn never_up() -> Evidence {
    let mut evidence = pass();
    evidence.events.truncate(1);
    let reason = "port 8080 is taken".to_owned();
    evidence
        .events
        .push(at(500_000, Event::EnvironmentFailed { reason }));
    evidence.events.push(at(600_000, ended()));
    evidence
}

/// CPU and memory were sampled in so many steady seconds.
pub(crate) fn with_samples(samples: u32) -> Evidence {
    let mut shape = Shape::steady(100, 20_000);
    shape.samples = samples;
    shape.evidence()
}

/// CPU and memory could not be read.
pub(crate) fn without_samples() -> Evidence {
    let mut evidence = with_samples(0);
    let missing = Event::ResourceMissing {
        scenario: SCENARIO.into(),
        service: "search".into(),
        reason: "no process with this number".into(),
    };
    before_end(&mut evidence, missing);
    evidence
}

/// Puts an event just before the last one.
pub(crate) fn before_end(evidence: &mut Evidence, event: Event) {
    let last = evidence.events.len() - 1;
    evidence.events.insert(last, at(33_300_000, event));
}

/// Changes how the generator did.
pub(crate) fn finished(evidence: &mut Evidence, change: impl Fn(&mut ScenarioFinished)) {
    for timed in &mut evidence.events {
        if let Event::ScenarioFinished(finished) = &mut timed.event {
            change(finished);
        }
    }
}

/// The SLO behind a check's id.
pub(crate) fn slo<'a>(evidence: &'a mut Evidence, id: &str) -> &'a mut Slo {
    let parts: Vec<&str> = id.split('/').collect();
    let mut slos = evidence.started.plan.performance.slos.iter_mut();
    slos.find(|slo| slo.service == parts[0] && slo.metric.short() == parts[2])
        .unwrap()
}

/// The same answer for every scenario.
pub(crate) fn memory(found: Remembered) -> Memory {
    Memory::from([(SCENARIO.to_owned(), found)])
}

/// The run itself, changed, as the last passed one.
pub(crate) fn remembered(evidence: &Evidence, change: impl Fn(&mut RunSummary)) -> Memory {
    let judgement = judge(evidence, &Memory::new(), "");
    let mut baseline = baselines(evidence, &judgement).remove(0);
    baseline.commit = Some("4f2c1e0a".repeat(5));
    baseline.services.values_mut().for_each(change);
    memory(Remembered::LastPassed(Box::new(baseline)))
}

/// Writes the least growth of p95 that counts into the plan of a run.
pub(crate) fn least_growth_ms(evidence: &mut Evidence, least: f64) {
    let regression = evidence.started.plan.performance.regression.as_mut();
    if let Some(regression) = regression {
        regression.p95_latency_increase_min_ms = Some(placed(least, 34));
    }
}

/// Changes the remembered run.
pub(crate) fn edit(memory: &mut Memory, change: impl Fn(&mut Baseline)) {
    for found in memory.values_mut() {
        if let Remembered::LastPassed(baseline) = found {
            change(baseline);
        }
    }
}

fn judged(evidence: &Evidence, memory: &Memory) -> Judgement {
    judge(evidence, memory, &fingerprint(&evidence.started.machine))
}

/// One check's result on a first run.
pub(crate) fn result(evidence: &Evidence, id: &str) -> CheckResult {
    result_with(evidence, &memory(Remembered::Nothing), id)
}

/// One check's result with a memory.
pub(crate) fn result_with(evidence: &Evidence, memory: &Memory, id: &str) -> CheckResult {
    let mut checks = judged(evidence, memory).checks.into_iter();
    checks.find(|check| check.id == id).unwrap()
}

/// Verdict and reason on a first run.
pub(crate) fn verdict_and_code(
    evidence: &Evidence,
    id: &str,
) -> (&'static str, Option<&'static str>) {
    let result = result(evidence, id);
    let code = result.reason_code.map(|code| &*code.leak());
    (result.verdict.word(), code)
}

/// Verdict and reason with a memory.
pub(crate) fn with_memory(
    evidence: &Evidence,
    memory: &Memory,
    id: &str,
) -> (&'static str, Option<String>) {
    let result = result_with(evidence, memory, id);
    (result.verdict.word(), result.reason_code)
}

/// The report of a first run.
pub(crate) fn report_of(evidence: &Evidence) -> Report {
    report_with(evidence, &memory(Remembered::Nothing))
}

/// The report with a memory.
pub(crate) fn report_with(evidence: &Evidence, memory: &Memory) -> Report {
    let files = vec![EvidenceFile {
        path: "evidence.jsonl".into(),
        sha256: "5e".repeat(32),
        bytes: 48_213,
    }];
    let digest = fingerprint(&evidence.started.machine);
    report(evidence, &judged(evidence, memory), files, &digest)
}

pub(super) fn at(t_us: u64, event: Event) -> Timed {
    Timed { t_us, event }
}

pub(super) fn ended() -> Event {
    Event::RunFinished {
        at: "2026-03-14T09:26:53Z".parse().unwrap(),
    }
}

fn up() -> Event {
    let service = |name: &str, port: u16| RunningService {
        name: name.into(),
        url: format!("http://127.0.0.1:{port}"),
        pid: Some(u32::from(port)),
        container: None,
        program_digest: Some(format!("sha256:{}", "7a".repeat(32))),
        variant: None,
    };
    Event::EnvironmentUp {
        services: vec![service("orders", 4101), service("search", 4102)],
    }
}

fn sample(service: &str, t: u32) -> Event {
    Event::Resource {
        scenario: SCENARIO.into(),
        sample: ResourceSample {
            service: service.into(),
            cpu_percent: 60.0 + f64::from(t % 7),
            memory_mib: 48.0 + f64::from(t) / 4.0,
            memory_kind: MemoryKind::ResidentSet,
            processes: 1,
        },
    }
}

fn failure() -> Event {
    Event::Failure(FailureExample {
        scenario: SCENARIO.into(),
        service: "search".into(),
        step: "search by name".into(),
        class: FailureClass::Status,
        detail: "status 503, wanted 200 to 299".into(),
        request: "GET /search?q=tea".into(),
        status: Some(503),
        body: Some("{\"error\":\"pool is <empty> & busy\"}".into()),
    })
}

fn finished_load() -> ScenarioFinished {
    ScenarioFinished {
        scenario: SCENARIO.into(),
        steady_us: 30_000_000,
        users_wanted: 20,
        users_reached: 20,
        generator_cpu_share: 0.41,
        lag_p99_us: 1_200,
        lag_max_us: 3_900,
        open_files_limit: 1_048_576,
    }
}

pub(super) fn started() -> RunStarted {
    RunStarted {
        run_id: "0195f2d4-7c1a-7b3e-9d21-0a6f3c4e9a3f".into(),
        at: "2026-03-14T09:26:20Z".parse().unwrap(),
        tool_version: "0.1.0".into(),
        tool_digest: format!("sha256:{}", "c0".repeat(32)),
        subject: Subject {
            commit: Some("a1b2c3d4".repeat(5)),
            dirty: false,
        },
        machine: Machine {
            cpu_model: "Example CPU @ 2.50GHz".into(),
            cores: 2,
            memory_gib: 8,
            kernel: "6.18".into(),
            runner_image: "local".into(),
            generator: "proofhouse 0.1.0 release".into(),
        },
        ci: None,
        plan: plan(),
    }
}

fn plan() -> Plan {
    Plan {
        suite: "checkout".into(),
        sources: vec![Source {
            path: "suites/checkout.yaml".into(),
            digest: format!("sha256:{}", "ab".repeat(32)),
        }],
        profile: Profile::Full,
        environment: EnvironmentPlan::default(),
        issuer: None,
        performance: PerformancePlan {
            scenarios: vec![scenario()],
            targets: vec![target("orders"), target("search")],
            slos: slos(),
            metrics: Metric::ALL.to_vec(),
            regression: Some(RegressionThresholds {
                p95_latency_increase_percent: Some(placed(20.0, 31)),
                p95_latency_increase_min_ms: None,
                throughput_decrease_percent: Some(placed(15.0, 32)),
                error_rate_absolute: Some(placed(0.05, 33)),
            }),
            baseline: Some(BaselineStorage {
                enabled: true,
                path: "baselines".into(),
                comparison: ComparisonMode::LastPassed,
                place: place(35),
            }),
            minimum_requests: 100,
            seed: 1,
            scenario_digests: BTreeMap::from([(
                SCENARIO.to_owned(),
                format!("sha256:{}", "d1".repeat(32)),
            )]),
        },
        chaos: None,
        trials: None,
    }
}

pub(super) fn place(line: u32) -> Place {
    Place {
        file: "suites/checkout.yaml".into(),
        line,
        column: 5,
        length: 14,
        key_path: "slos".into(),
    }
}

fn placed(value: f64, line: u32) -> Placed<f64> {
    let place = place(line);
    Placed { value, place }
}

fn slos() -> Vec<Slo> {
    let limits = [
        ("orders", Metric::P95LatencyMs, 500.0),
        ("search", Metric::P95LatencyMs, 500.0),
        ("search", Metric::ThroughputRps, 50.0),
        ("search", Metric::ErrorRate, 0.05),
        ("search", Metric::CpuPercent, 150.0),
    ];
    let slo = |(line, (service, metric, limit)): (u32, (&str, Metric, f64))| Slo {
        service: service.into(),
        metric,
        limit,
        place: place(line),
    };
    (12..).zip(limits).map(slo).collect()
}

pub(super) fn scenario() -> Scenario {
    Scenario {
        name: SCENARIO.into(),
        users: 10,
        duration: Duration::from_secs(u64::from(SECONDS)),
        ramp: Duration::ZERO,
        warmup: Duration::from_secs(u64::from(WARMUP)),
        stages: Vec::new(),
        think_time: None,
        place: place(22),
    }
}

pub(super) fn target(name: &str) -> Target {
    Target {
        name: name.into(),
        endpoint: Endpoint::Service(name.into()),
        journeys: Vec::new(),
        setup: Vec::new(),
        think_time: ThinkTime {
            min: Duration::ZERO,
            max: Duration::ZERO,
        },
        timeout: Duration::from_secs(10),
        values: BTreeMap::new(),
        bearer: None,
        cookies: false,
        resources: ResourceSource::Service(name.into()),
        place: place(8),
    }
}
