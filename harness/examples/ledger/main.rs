//! How long the ledger takes over a million events, how much memory, and whether it finds everything.
#![allow(missing_docs, clippy::print_stdout)]

use proofhouse::judge::chaos::ledger::{Class, Findings, Operations, Reads, settle};
use proofhouse::model::chaos::{LedgerRead, Operation, OperationOutcome, Row, Store};
use std::process::ExitCode;
use std::time::Instant;

mod seeded;

/// Most seconds and MiB that a million events may take.
const MOST: (f64, f64) = (10.0, 1024.0);

fn main() -> ExitCode {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok());
    let events = numbers.next().unwrap_or(1_000_000_u64) as usize;
    let seed = numbers.next().unwrap_or(1);
    let seeded = seeded::Seeded::new(events, seed);
    let began = Instant::now();
    let operations = seeded.attempted();
    let mut reads = Reads::new(&operations);
    seeded.feed(&mut reads);
    let fed = began.elapsed();
    let findings = settle(&reads, Some(0));
    let seconds = began.elapsed().as_secs_f64();
    let found = seeded::Seeded::found(&findings);
    for ((store, class), wanted) in &seeded.wanted {
        let found = found.get(&(*store, *class)).copied().unwrap_or(0);
        println!(
            "{:9} {:20} {wanted:>9} sown {found:>9} found",
            store.word(),
            class.word()
        );
    }
    let exact = found == seeded.wanted;
    let peak = peak_mib();
    println!(
        "{events} events, seed {seed}: {seconds:.2} s ({:.2} s of it to make and feed the rows), peak {peak:.0} MiB, {}",
        fed.as_secs_f64(),
        if exact { "exact" } else { "NOT EXACT" }
    );
    match exact && seconds <= MOST.0 && peak <= MOST.1 {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Most memory that this process ever held.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.map_or(f64::INFINITY, |kib| kib / 1024.0)
}
