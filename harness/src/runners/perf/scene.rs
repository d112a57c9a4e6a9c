//! What the tests of this room share: small targets and a small HTTP server.
#![allow(clippy::unwrap_used)]

use super::{Beside, LoadRequest, PerfError, ResolvedTarget, SampleFrom, run};
use crate::model::evidence::{Event, FailureExample, Summary, Window};
use crate::model::load::*;
use crate::model::place::Place;
use crate::model::recorder::Recorder;
use crate::model::template::Template;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// No pause at all.
pub(super) const NO_PAUSE: ThinkTime = ThinkTime {
    min: Duration::ZERO,
    max: Duration::ZERO,
};

/// A pause of so many milliseconds.
pub(super) fn pause(ms: u64) -> ThinkTime {
    let time = Duration::from_millis(ms);
    ThinkTime {
        min: time,
        max: time,
    }
}

fn place() -> Place {
    Place {
        file: "scenario.yaml".into(),
        line: 1,
        column: 1,
        length: 1,
        key_path: String::new(),
    }
}

/// `GET path`, wanting 200 to 299.
pub(super) fn step(name: &str, path: &str) -> Step {
    Step {
        name: name.into(),
        method: "GET".into(),
        path: Template::parse(path).unwrap(),
        headers: Vec::new(),
        body: Body::Empty,
        status: vec![StatusRange {
            first: 200,
            last: 299,
        }],
        expect: Vec::new(),
        extract: Vec::new(),
        pause: None,
        place: place(),
    }
}

/// A journey of these steps.
pub(super) fn journey(name: &str, weight: u32, steps: Vec<Step>) -> Journey {
    Journey {
        name: name.into(),
        weight,
        steps,
    }
}

/// A target with one journey of one step, `GET /`.
pub(super) fn target(name: &str) -> Target {
    Target {
        name: name.into(),
        endpoint: Endpoint::Url(String::new()),
        journeys: vec![journey("visit", 1, vec![step("root", "/")])],
        setup: Vec::new(),
        think_time: NO_PAUSE,
        timeout: Duration::from_secs(5),
        values: BTreeMap::new(),
        bearer: None,
        cookies: false,
        resources: ResourceSource::Nowhere,
        place: place(),
    }
}

/// Without ramp and warm-up.
pub(super) fn scenario(users: u32, seconds: u64) -> Scenario {
    Scenario {
        name: "busy".into(),
        users,
        duration: Duration::from_secs(seconds),
        ramp: Duration::ZERO,
        warmup: Duration::ZERO,
        stages: Vec::new(),
        think_time: None,
        place: place(),
    }
}

/// A target at an address, nothing sampled.
pub(super) fn resolved<'a>(target: &'a Target, url: &str) -> ResolvedTarget<'a> {
    ResolvedTarget {
        target,
        base_url: url.to_owned(),
        bearer: None,
        resources: SampleFrom::Nowhere {
            reason: "not asked for".into(),
        },
    }
}

/// Runs a scenario to its end.
pub(super) async fn seen(scenario: &Scenario, targets: Vec<ResolvedTarget<'_>>) -> Seen {
    let (_keep, stop) = watch::channel(false);
    let (seen, result) = seen_until(scenario, targets, stop).await;
    result.unwrap();
    seen
}

/// Runs a scenario until its end or a stop.
pub(super) async fn seen_until(
    scenario: &Scenario,
    targets: Vec<ResolvedTarget<'_>>,
    stop: watch::Receiver<bool>,
) -> (Seen, Result<(), PerfError>) {
    seen_beside(scenario, targets, stop, None).await
}

/// The same, beside something else.
pub(super) async fn seen_beside(
    scenario: &Scenario,
    targets: Vec<ResolvedTarget<'_>>,
    stop: watch::Receiver<bool>,
    beside: Option<Beside>,
) -> (Seen, Result<(), PerfError>) {
    let (sender, receiver) = mpsc::channel();
    let recorder = Recorder::new(sender);
    let request = LoadRequest {
        scenario,
        targets,
        seed: 42,
        beside,
    };
    let result = run(request, &recorder, stop).await;
    drop(recorder);
    let events = receiver.iter().map(|timed| timed.event).collect();
    (Seen(events), result)
}

/// The events of one scenario.
pub(super) struct Seen(pub(super) Vec<Event>);

impl Seen {
    /// Windows of a target.
    pub(super) fn windows(&self, service: &str) -> Vec<&Window> {
        let windows = self.0.iter().filter_map(|event| match event {
            Event::Window(window) => Some(window),
            _ => None,
        });
        windows.filter(|w| w.service == service).collect()
    }

    /// Totals of a target.
    pub(super) fn summary(&self, service: &str) -> &Summary {
        let mut summaries = self.0.iter().filter_map(|event| match event {
            Event::Summary(summary) => Some(summary),
            _ => None,
        });
        summaries.find(|s| s.service == service).unwrap()
    }

    /// Examples of failed requests.
    pub(super) fn failures(&self) -> Vec<&FailureExample> {
        let failures = self.0.iter().filter_map(|event| match event {
            Event::Failure(failure) => Some(failure),
            _ => None,
        });
        failures.collect()
    }
}

/// A request as the server read it.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) line: String,
    pub(super) headers: String,
    pub(super) body: String,
    /// When it was read whole.
    pub(super) at: Instant,
}

impl Asked {
    /// The path without its query.
    pub(super) fn path(&self) -> &str {
        self.line.split([' ', '?']).nth(1).unwrap()
    }
}

/// What the server answers, and when.
#[derive(Debug, Clone, Default)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: String,
    pub(super) body: String,
    pub(super) delay: Duration,
    /// Closes the connection in the middle of the body.
    pub(super) broken: bool,
}

/// 200 with a body, at once.
pub(super) fn ok(body: &str) -> Reply {
    Reply {
        status: 200,
        body: body.into(),
        ..Reply::default()
    }
}

/// A server on a thread of its own, with a log of what it was asked and how long it took to answer.
pub(super) struct Server {
    pub(super) url: String,
    pub(super) log: Arc<Mutex<Vec<(Asked, Duration)>>>,
}

type Answer = dyn Fn(&Asked) -> Reply + Send + Sync;

impl Server {
    /// A server that answers as `answer` says.
    pub(super) fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::<Mutex<Vec<_>>>::default();
        let (answer, shared): (Arc<Answer>, _) = (Arc::new(answer), log.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, answer.clone(), shared.clone()));
                }
            });
        });
        Self { url, log }
    }

    /// How often a path was asked for.
    pub(super) fn asked(&self, path: &str) -> usize {
        let log = self.log.lock().unwrap();
        log.iter().filter(|(asked, _)| asked.path() == path).count()
    }
}

type Log = Arc<Mutex<Vec<(Asked, Duration)>>>;

async fn serve(stream: TcpStream, answer: Arc<Answer>, log: Log) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut stream = BufReader::new(stream);
    loop {
        let asked = read(&mut stream).await?;
        let reply = answer(&asked);
        if !reply.delay.is_zero() {
            tokio::time::sleep(reply.delay).await;
        }
        let mut body = reply.body.as_str();
        let (status, length) = (reply.status, body.len());
        if reply.broken {
            body = &body[..length / 2];
        }
        let headers = &reply.headers;
        let text =
            format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
        let took = asked.at.elapsed();
        log.lock().unwrap().push((asked, took));
        stream.write_all(text.as_bytes()).await.ok()?;
        if reply.broken {
            return None;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|n| *n > 0)?;
    let mut headers = String::new();
    while !headers.ends_with("\r\n\r\n") && headers != "\r\n" {
        stream
            .read_line(&mut headers)
            .await
            .ok()
            .filter(|n| *n > 0)?;
    }
    let length = headers.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked {
        line,
        headers,
        body: String::from_utf8(body).ok()?,
        at: Instant::now(),
    })
}
