//! How true recovery times are: programmed outages of small servers, through the real probes and the real judge.
//!
//! `cargo run --release -p proofhouse --example outages [OUTAGES] [SEED]`
//!
//! Every server knows the moment at which it was good again for good. The outages, of 0.05 to
//! 30 s, happen side by side; some flap first, some for ever. Ends with status 1 when a bound
//! is not kept.
#![allow(missing_docs, clippy::print_stdout, clippy::expect_used)]

mod evidence;
mod outage;
mod server;

use outage::{Kind, Outage};
use proofhouse::judge::judge;
use proofhouse::model::chaos::ChaosEvent;
use proofhouse::model::check::CheckResult;
use proofhouse::model::evidence::{Event, Timed};
use proofhouse::model::recorder::Recorder;
use proofhouse::model::verdict::Verdict;
use proofhouse::runners::chaos::access::{Access, Published};
use proofhouse::runners::chaos::probe;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::{Duration, Instant};

/// Least share of outages whose truth lies inside the interval.
const INSIDE: f64 = 0.99;
/// Widest interval (95th percentile), in milliseconds.
const WIDTH_P95_MS: f64 = 50.0;
/// How long nothing may fail after a return.
pub const HOLD: Duration = Duration::from_secs(1);

/// What the judge said of one outage.
struct Said {
    kind: Kind,
    flaps: u32,
    inside: bool,
    /// In milliseconds; `None` where it never came back.
    width: Option<f64>,
    /// What is wrong, in words.
    wrong: Option<String>,
}

fn main() -> ExitCode {
    let mut numbers = std::env::args()
        .skip(1)
        .map_while(|word| word.parse::<u64>().ok());
    let count = numbers
        .next()
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(100);
    open_files();
    let outages = outage::programmed(count, numbers.next().unwrap_or(1));
    let (sender, events) = mpsc::channel();
    let recorder = Recorder::new(sender);
    BEGAN.get_or_init(|| recorder.began());
    let servers = server::start(&outages);
    // Events are taken in while they come: the channel has no bound.
    let events = std::thread::spawn(move || by_probe(events));
    probe_all(&outages, &servers.urls, recorder);
    let truths = servers.truths();
    let attempts = events.join().expect("events are sorted");
    let said: Vec<Said> = outages
        .iter()
        .enumerate()
        .map(|(n, outage)| say(n, outage, truths[n], attempts.get(&n)))
        .collect();
    if tell(&said) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Attempts by the number of their outage.
fn by_probe(events: mpsc::Receiver<Timed>) -> BTreeMap<usize, Vec<Timed>> {
    let mut sorted: BTreeMap<usize, Vec<Timed>> = BTreeMap::new();
    for timed in events {
        let Event::Chaos(ChaosEvent::Attempt(attempt)) = &timed.event else {
            continue;
        };
        if let Some(n) = evidence::number(&attempt.probe) {
            sorted.entry(n).or_default().push(timed);
        }
    }
    sorted
}

/// Probes every server on the real schedule, from before its outage until it was watched for long enough.
fn probe_all(outages: &[Outage], urls: &[String], recorder: Recorder) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut all = tokio::task::JoinSet::new();
        for (n, (outage, url)) in outages.iter().zip(urls).enumerate() {
            let probe = evidence::probe(n, outage, url);
            let (from, until) = (outage.watched_from(), outage.watched_until());
            let recorder = recorder.clone();
            all.spawn(async move {
                tokio::time::sleep_until((clock() + from).into()).await;
                let access = Access::new(&Default::default(), Path::new("."), Published::new());
                let watching = probe::start(&[probe], &access, recorder, Arc::new(|_| ()));
                let watching = watching.expect("the probe starts");
                tokio::time::sleep_until((clock() + until).into()).await;
                watching.stop().await;
            });
        }
        while let Some(ended) = all.join_next().await {
            ended.expect("a probe runs to its end");
        }
    });
}

/// Judges one outage alone and holds what is said against the truth.
fn say(n: usize, outage: &Outage, truth: server::Truth, attempts: Option<&Vec<Timed>>) -> Said {
    let evidence = evidence::of(n, outage, truth, attempts.cloned().unwrap_or_default());
    let judged = judge(&evidence, &BTreeMap::new(), "bench");
    let rightly = match decided(&judged.checks) {
        Some(Verdict::Pass | Verdict::Warn) => truth.good.is_some(),
        Some(Verdict::Fail) => truth.good.is_none(),
        _ => false,
    };
    let id = evidence::probe_id(n);
    let recovery = judged.chaos.into_iter().flat_map(|chaos| chaos.recovery);
    let back = recovery
        .into_iter()
        .find(|back| back.probe == id && back.held);
    let healed = evidence::us(truth.healed) as f64 / 1000.0;
    let (inside, width) = match (&back, truth.good) {
        (Some(back), Some(good)) => {
            let good = evidence::us(good) as f64 / 1000.0 - healed;
            let inside = rightly && back.from_ms <= good && good <= back.to_ms;
            (inside, Some(back.to_ms - back.from_ms))
        }
        (None, None) => (rightly, None),
        (Some(_), None) | (None, Some(_)) => (false, None),
    };
    let wrong = (!inside).then(|| {
        let good = truth
            .good
            .map(|good| evidence::us(good) as f64 / 1000.0 - healed);
        format!("outage {n} ({outage:?}): good {good:?} ms after the heal, and said was {back:?}")
    });
    Said {
        kind: outage.kind,
        flaps: outage.flaps,
        inside,
        width,
        wrong,
    }
}

/// What the judge decided about the recovery.
fn decided(checks: &[CheckResult]) -> Option<Verdict> {
    let mut checks = checks.iter();
    let check = checks.find(|check| check.id.contains("/validation/"));
    check.map(|check| check.verdict)
}

/// As many connections at once as the machine allows.
fn open_files() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}

/// Prints the table; whether every bound is kept.
fn tell(said: &[Said]) -> bool {
    println!("outage      flaps  outages  inside  never back  width ms p50 / p95 / max");
    for kind in Kind::ALL {
        for flapping in [false, true] {
            let of: Vec<&Said> = said
                .iter()
                .filter(|one| one.kind == kind && (one.flaps > 0) == flapping)
                .collect();
            if !of.is_empty() {
                row(kind.word(), if flapping { "yes" } else { "no" }, &of);
            }
        }
    }
    let all: Vec<&Said> = said.iter().collect();
    row("all", "", &all);
    for wrong in said.iter().filter_map(|one| one.wrong.as_ref()) {
        println!("  {wrong}");
    }
    let inside = all.iter().filter(|one| one.inside).count() as f64 / all.len().max(1) as f64;
    let width = percentile(&widths(&all), 0.95);
    let kept = !all.is_empty() && inside >= INSIDE && width <= WIDTH_P95_MS;
    println!(
        "truth inside {:.1} % (at least {:.0} %), width p95 {width:.1} ms (at most {WIDTH_P95_MS:.0} ms): {}",
        inside * 100.0,
        INSIDE * 100.0,
        if kept { "kept" } else { "NOT KEPT" }
    );
    kept
}

fn row(kind: &str, flaps: &str, of: &[&Said]) {
    let widths = widths(of);
    println!(
        "{kind:<11} {flaps:<5} {:>8} {:>7} {:>11}  {:>8.1} / {:.1} / {:.1}",
        of.len(),
        of.iter().filter(|one| one.inside).count(),
        of.iter().filter(|one| one.width.is_none()).count(),
        percentile(&widths, 0.5),
        percentile(&widths, 0.95),
        percentile(&widths, 1.0),
    );
}

fn widths(of: &[&Said]) -> Vec<f64> {
    let mut widths: Vec<f64> = of.iter().filter_map(|one| one.width).collect();
    widths.sort_by(f64::total_cmp);
    widths
}

/// Nearest rank of sorted values; infinite without any, which keeps no bound.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted
        .get(rank.max(1) - 1)
        .copied()
        .unwrap_or(f64::INFINITY)
}

/// When the run's clock began: attempts and programmed moments are told on the same one.
static BEGAN: OnceLock<Instant> = OnceLock::new();

/// The beginning of the run's clock.
pub fn clock() -> Instant {
    *BEGAN.get_or_init(Instant::now)
}
