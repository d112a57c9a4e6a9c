//! The three generators. Each prints `result REQUESTS CPU_SECONDS PEAK_RSS_MIB` at its end.

use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::prelude::*;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use proofhouse::model::evidence::Event;
use proofhouse::model::load::{self, ThinkTime};
use proofhouse::model::place::Place;
use proofhouse::model::recorder::Recorder;
use proofhouse::model::template::Template;
use proofhouse::runners::perf::{LoadRequest, ResolvedTarget, SampleFrom, run};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// Our engine, with a check of the status, one of the body, a kept value, and windows.
pub fn ours(url: &str, users: u32, seconds: u32) {
    let events = measure(url, users, seconds, Duration::ZERO);
    let requests = events.iter().map(|event| match event {
        Event::Window(window) => window.requests,
        _ => 0,
    });
    result(requests.sum());
}

/// Goose with the choices of our engine: one thread, one client; the body is read.
pub fn bare(url: &str, users: &str, seconds: &str) {
    let lean = ["--no-metrics", "--quiet"];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let attack = attack(url, users, seconds, &lean)
        .set_client_builder_without_cookies(GooseClientBuilder::new().without_cookies())
        .expect("its own builder");
    runtime
        .expect("a runtime")
        .block_on(attack.execute())
        .expect("a run");
    result(REQUESTS.load(Ordering::Relaxed));
}

/// Goose as it comes: many threads, a client for each user, its metrics on.
pub fn stock(url: &str, users: &str, seconds: &str) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let attack = attack(url, users, seconds, &["--no-reset-metrics"]);
    runtime.block_on(attack.execute()).expect("a run");
    result(REQUESTS.load(Ordering::Relaxed));
}

fn attack(url: &str, users: &str, seconds: &str, more: &[&str]) -> GooseAttack {
    let words = [
        "--host",
        url,
        "--users",
        users,
        "--increase-rate",
        "100000",
        "--run-time",
        seconds,
        "--no-telnet",
    ];
    let words: Vec<&str> = words.iter().chain(more).copied().collect();
    let configuration = GooseConfiguration::parse_args_default(&words).expect("its own options");
    GooseAttack::initialize_with_config(configuration)
        .expect("its own options")
        .register_scenario(scenario!("visit").register_transaction(transaction!(visit)))
}

async fn visit(user: &mut GooseUser) -> TransactionResult {
    let goose = user.get("/item").await?;
    let body = goose.response?.bytes().await?;
    assert_eq!(body.len(), 64);
    REQUESTS.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

fn result(requests: u64) {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("it is always there");
    let cpu = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    let rss = usage.max_rss() as f64 / 1024.0;
    println!("result {requests} {} {rss}", cpu as f64 / 1e6);
}

/// One scenario of our engine over one target; gives what was seen.
pub fn measure(url: &str, users: u32, seconds: u32, think: Duration) -> Vec<Event> {
    let target = target(think);
    let scenario = load::Scenario {
        name: "bench".into(),
        users,
        duration: Duration::from_secs(seconds.into()),
        ramp: Duration::ZERO,
        warmup: Duration::ZERO,
        stages: Vec::new(),
        think_time: None,
        place: place(),
    };
    let resolved = ResolvedTarget {
        target: &target,
        base_url: url.to_owned(),
        bearer: None,
        resources: SampleFrom::Nowhere {
            reason: "not asked for".into(),
        },
    };
    let request = LoadRequest {
        scenario: &scenario,
        targets: vec![resolved],
        seed: 1,
        beside: None,
    };
    let (sender, receiver) = mpsc::channel();
    let recorder = Recorder::new(sender);
    let (_keep, stop) = tokio::sync::watch::channel(false);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = runtime
        .expect("a runtime")
        .block_on(run(request, &recorder, stop));
    ended.expect("a run");
    drop(recorder);
    receiver.iter().map(|timed| timed.event).collect()
}

fn target(think: Duration) -> load::Target {
    let step = load::Step {
        name: "item".into(),
        method: "GET".into(),
        path: Template::parse("/item").expect("a template"),
        headers: Vec::new(),
        body: load::Body::Empty,
        status: vec![load::StatusRange {
            first: 200,
            last: 299,
        }],
        expect: vec![load::Expectation::JsonEquals {
            pointer: "/ok".into(),
            value: true.into(),
        }],
        extract: vec![load::Extraction {
            name: "id".into(),
            from: load::ExtractFrom::Json("/id".into()),
        }],
        pause: None,
        place: place(),
    };
    load::Target {
        name: "items".into(),
        endpoint: load::Endpoint::Url(String::new()),
        journeys: vec![load::Journey {
            name: "visit".into(),
            weight: 1,
            steps: vec![step],
        }],
        setup: Vec::new(),
        think_time: ThinkTime {
            min: think,
            max: think,
        },
        timeout: Duration::from_secs(10),
        values: BTreeMap::new(),
        bearer: None,
        cookies: false,
        resources: load::ResourceSource::Nowhere,
        place: place(),
    }
}

fn place() -> Place {
    Place {
        file: "bench.yaml".into(),
        line: 1,
        column: 1,
        length: 1,
        key_path: String::new(),
    }
}
