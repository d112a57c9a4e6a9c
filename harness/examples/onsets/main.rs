//! How well faults keep their schedule, and how true their journalled onsets are, as a prober outside sees it.
//!
//! `cargo run --release -p proofhouse --example onsets [INJECTIONS] [BATCH]`
//!
//! Drives the program `proofhouse` beside this one against a container of its own on `chaos-net`,
//! which echoes a datagram every half millisecond. Needs Docker, root and `nft`. Ends with
//! status 1 when a bound is not kept.
#![allow(missing_docs, clippy::print_stdout, clippy::expect_used)]

mod container;
mod echo;
mod pinger;
mod runs;

use container::Container;
use pinger::Pinger;
use runs::Injected;
use std::process::ExitCode;

/// A kind of fault, and the bound on its lateness (99th percentile, in milliseconds).
const KINDS: [(&str, &str, f64); 2] = [
    (
        "partition",
        "network_partition: {target: echo, mode: drop}",
        25.0,
    ),
    ("pause", "stall: {target: echo}", 75.0),
];
/// Greatest distance between the journalled onset and the one seen outside (99th percentile).
const TRUE_MS: f64 = 20.0;

/// One injection as both sides saw it, in microseconds since 1970.
struct Seen {
    scheduled: i64,
    journalled: (i64, i64),
    outside: i64,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().map(String::as_str) == Some("echo") {
        echo::serve_forever();
    }
    let mut numbers = words.iter().map_while(|word| word.parse::<usize>().ok());
    let injections = numbers.next().unwrap_or(100);
    let batch = numbers.next().unwrap_or(25).max(1);
    let container = Container::start();
    let pinger = Pinger::start(container.address());
    let mut kept = true;
    println!(
        "fault       injections  late ms p50 / p99 / max   onset off by ms p50 / p99 / max   width ms p50 / max"
    );
    for (kind, fault, bound) in KINDS {
        let mut seen = Vec::new();
        let mut unseen = 0;
        while seen.len() + unseen < injections {
            let count = batch.min(injections - seen.len() - unseen);
            for injected in runs::run(fault, count, container.address()) {
                match both(&injected, &pinger) {
                    Some(one) => seen.push(one),
                    None => unseen += 1,
                }
            }
        }
        kept &= tell(kind, &seen, unseen, bound);
    }
    if kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What the prober saw of an injection; `None` where it saw nothing, or nothing was journalled.
fn both(injected: &Injected, pinger: &Pinger) -> Option<Seen> {
    Some(Seen {
        scheduled: injected.scheduled,
        journalled: injected.onset?,
        outside: pinger.silent_since(injected.scheduled)?,
    })
}

/// Prints a row; whether both bounds are kept by every injection but one in a hundred.
fn tell(kind: &str, seen: &[Seen], unseen: usize, bound: f64) -> bool {
    let sorted = |of: &dyn Fn(&Seen) -> i64| {
        let mut all: Vec<f64> = seen.iter().map(|one| of(one) as f64 / 1000.0).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    let late = sorted(&|one| (one.outside - one.scheduled).abs());
    let middle = |(from, to): (i64, i64)| from.midpoint(to);
    let off = sorted(&|one| (one.outside - middle(one.journalled)).abs());
    let width = sorted(&|one| one.journalled.1 - one.journalled.0);
    let outside = |one: &&Seen| !(one.journalled.0..=one.journalled.1).contains(&one.outside);
    println!(
        "{kind:<11} {:>10}  {:>8.1} / {:.1} / {:.1}   {:>15.1} / {:.1} / {:.1}   {:>10.1} / {:.1}",
        seen.len(),
        percentile(&late, 0.5),
        percentile(&late, 0.99),
        percentile(&late, 1.0),
        percentile(&off, 0.5),
        percentile(&off, 0.99),
        percentile(&off, 1.0),
        percentile(&width, 0.5),
        percentile(&width, 1.0),
    );
    let kept = unseen == 0 && percentile(&late, 0.99) <= bound && percentile(&off, 0.99) <= TRUE_MS;
    println!(
        "  {unseen} never seen; {} outside their journalled interval; late p99 at most {bound} ms, off p99 at most {TRUE_MS} ms: {}",
        seen.iter().filter(outside).count(),
        if kept { "kept" } else { "NOT KEPT" }
    );
    kept
}

/// Nearest rank of sorted values; infinite without any, which keeps no bound.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted
        .get(rank.max(1) - 1)
        .copied()
        .unwrap_or(f64::INFINITY)
}
