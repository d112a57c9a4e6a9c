//! The ledger against its oracle, against legitimate histories, and on the cases of Jepsen's checkers.

#![allow(clippy::unwrap_used)]

use super::oracle::{History, Sets, sets};
use super::settle::MOST_NAMES;
use super::*;
use crate::model::chaos::{LedgerRead, Operation, OperationOutcome, Row, Store};
use std::collections::BTreeMap;

#[path = "../../../../examples/ledger/seeded.rs"]
mod seeded;

/// SplitMix64 (Steele, Lea and Flood 2014): a generator of our own, so that a seed says all.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

fn operation(element: &str, outcome: OperationOutcome, invoke: u64, complete: u64) -> Operation {
    let mut parts = element.rsplit('.');
    let counter = parts.next().unwrap().parse().unwrap();
    let worker = parts.next().unwrap().parse().unwrap();
    Operation {
        element: element.into(),
        key: format!("k{worker}"),
        worker,
        counter,
        attempt: 1,
        invoke_us: invoke,
        complete_us: complete,
        outcome,
        detail: None,
    }
}

fn row(element: &str) -> Row {
    Row {
        element: element.into(),
        key: None,
        position: None,
        at_us: None,
        sent: None,
        copies: 1,
    }
}

fn read(store: Store, began_us: u64, rows: Vec<Row>) -> (u64, LedgerRead) {
    let part = LedgerRead {
        store,
        began_us,
        last: true,
        drained: true,
        rows,
    };
    (began_us + 1, part)
}

/// A history in which anything may be wrong.
fn wild(random: &mut Random) -> History {
    let mut history = History::default();
    for counter in 0..1 + random.below(28) {
        let name = format!("run.{}.{counter}", random.below(3));
        for _ in 0..1 + random.below(2) {
            let invoke = random.below(10_000_000);
            history.invoked.push((name.clone(), invoke));
            let outcome = match random.below(4) {
                0 => OperationOutcome::Fail,
                1 => OperationOutcome::Info,
                2 => OperationOutcome::Ok,
                _ => continue,
            };
            let complete = invoke + 1 + random.below(6_000_000);
            history
                .operations
                .push(operation(&name, outcome, invoke, complete));
        }
    }
    let mut names: Vec<String> = history.invoked.iter().map(|(n, _)| n.clone()).collect();
    names.extend(["run.9.77".into(), "other.1.1".into(), "noise".into()]);
    for store in Store::ALL {
        for _ in 0..random.below(3) {
            wild_read(random, &mut history, store, &names);
        }
    }
    history
}

fn wild_read(random: &mut Random, history: &mut History, store: Store, names: &[String]) {
    let last = history.reads.iter().filter(|(_, p)| p.store == store);
    let from = last.map(|(t, _)| *t).max().unwrap_or(0);
    let began = from + 1 + random.below(9_000_000);
    let mut rows = Vec::new();
    for name in names {
        if random.one_in(4) {
            continue;
        }
        rows.push(Row {
            position: (random.below(5) > 0).then(|| random.below(1000) as i64),
            at_us: (random.below(5) > 0).then(|| random.below(12_000_000) as i64),
            sent: (store == Store::Outbox && random.below(5) > 0).then(|| random.one_in(2)),
            copies: 1 + random.below(5) / 4,
            ..row(name)
        });
    }
    let ended = began + random.below(2_000_000);
    let half = rows.split_off(rows.len() / 2);
    for (at, rows) in [rows, half].into_iter().enumerate() {
        let part = LedgerRead {
            store,
            began_us: began,
            last: at == 1 && random.below(6) > 0,
            drained: random.below(8) > 0,
            rows,
        };
        history.reads.push((ended, part));
    }
}

/// The findings as sets of names where they are kept, and as counts everywhere.
fn compare(history: &History, seed: u64) {
    let findings = history.settle();
    let wanted: Sets = sets(history);
    let mut counts: BTreeMap<(Store, Class), u64> = BTreeMap::new();
    for (store, seen) in &findings.stores {
        for (class, named) in &seen.classes {
            counts.insert((*store, *class), named.count);
            let mut names = named.names.clone();
            names.sort();
            let told: Vec<String> = wanted
                .get(&(*store, *class))
                .into_iter()
                .flatten()
                .cloned()
                .collect();
            if !names.is_empty() && named.count <= MOST_NAMES as u64 {
                assert_eq!(names, told, "seed {seed}: {store:?} {class:?}");
            }
        }
    }
    counts.retain(|(_, class), _| *class != Class::Foreign);
    let wanted: BTreeMap<(Store, Class), u64> = wanted
        .into_iter()
        .filter(|((_, class), _)| *class != Class::Foreign)
        .map(|(at, names)| (at, names.len() as u64))
        .collect();
    assert_eq!(counts, wanted, "seed {seed}");
}

#[test]
fn wild_histories_agree_with_the_oracle() {
    for seed in 0..1500 {
        compare(&wild(&mut Random(seed)), seed);
    }
}

/// The oracle must meet every class, or it proves nothing about it.
#[test]
fn wild_histories_hold_every_class() {
    let mut met = std::collections::BTreeSet::new();
    for seed in 0..1500 {
        met.extend(sets(&wild(&mut Random(seed))).into_keys().map(|(_, c)| c));
    }
    let all: std::collections::BTreeSet<Class> = Class::ALL.into_iter().collect();
    assert_eq!(met, all);
}

/// A sound system under faults: timeouts, retries with the same id, aborted and late
/// commits, transactions held open, redeliveries, and reads one after the other.
fn legitimate(random: &mut Random) -> History {
    let mut history = History::default();
    let (mut commits, mut position) = (Vec::new(), 0);
    let mut clock = 0;
    for counter in 1..=200_u64 {
        clock += 1 + random.below(20_000);
        let name = format!("run.{}.{counter}", counter % 4);
        position += 1;
        for attempt in 0..3 {
            let invoke = clock + attempt * 500_000;
            history.invoked.push((name.clone(), invoke));
            let commit = invoke + 1 + random.below(400_000);
            let (outcome, committed) = match random.below(20) {
                0 => (Some(OperationOutcome::Info), None),
                1 => (Some(OperationOutcome::Info), Some(commit)),
                2 => (Some(OperationOutcome::Info), Some(commit + 9_000_000)),
                3 => (None, (random.one_in(2)).then_some(commit)),
                4 => (Some(OperationOutcome::Fail), None),
                _ => (Some(OperationOutcome::Ok), Some(commit)),
            };
            commits.extend(committed.map(|at| (at, position, name.clone())));
            if let Some(outcome) = outcome {
                let ended = match outcome {
                    OperationOutcome::Ok => commit + random.below(1000),
                    _ => invoke + 500_000,
                };
                let tried = operation(&name, outcome, invoke, ended);
                history.operations.push(tried);
            }
            let again = !matches!(outcome, Some(OperationOutcome::Ok)) && random.one_in(2);
            if !again {
                break;
            }
        }
    }
    commits.sort();
    let mut known = std::collections::BTreeSet::new();
    commits.retain(|(_, _, name)| known.insert(name.clone()));
    legitimate_reads(random, &mut history, &commits, clock);
    history
}

/// The stores one after the other while late commits still land; the relay publishes
/// in order of commit 3 ms later, the consumer applies once however often it is told.
fn legitimate_reads(
    random: &mut Random,
    history: &mut History,
    commits: &[(u64, i64, String)],
    clock: u64,
) {
    let mut began = clock + 2_000_000 + random.below(8_000_000);
    for store in Store::ALL {
        for _ in 0..1 + random.below(2) {
            let delay = match store {
                Store::Business | Store::Outbox => 0,
                Store::Stream => 3_000,
                Store::Effects => 6_000,
            };
            let there = commits.iter().filter(|(at, _, _)| at + delay <= began);
            let rows = there.enumerate().map(|(n, (at, position, name))| Row {
                position: Some(match store {
                    Store::Stream => n as i64 + 1,
                    _ => *position,
                }),
                at_us: Some((at + delay) as i64),
                sent: (store == Store::Outbox).then_some(at + 4_000 <= began),
                ..row(name)
            });
            let part = read(store, began, rows.collect());
            history.reads.push(part);
            began += 10_000 + random.below(3_000_000);
        }
    }
}

#[test]
fn five_hundred_legitimate_histories_raise_no_alarm() {
    for seed in 0..500 {
        let history = legitimate(&mut Random(seed));
        let findings = history.settle();
        for (store, seen) in &findings.stores {
            for meaning in [Meaning::Invalid, Meaning::Unknown, Meaning::Copies] {
                let found: Vec<_> = seen.of(meaning).collect();
                assert!(found.is_empty(), "seed {seed}: {store:?} {found:?}");
            }
        }
        assert!(findings.acked > 100, "seed {seed}");
        // The oracle is cubic: a few of these long histories are enough for it.
        if seed % 100 == 0 {
            compare(&history, seed);
        }
    }
}

/// Adds, and reads with what they found: the shape of Jepsen's `set-full` tests.
fn set_full(acked: Option<u64>, reads: &[(u64, u32)]) -> Findings {
    let mut history = History::default();
    history.invoked.push(("run.1.0".into(), 10));
    let ok = |at| operation("run.1.0", OperationOutcome::Ok, 10, at);
    history.operations.extend(acked.map(ok));
    for (began, copies) in reads {
        let rows = (0..*copies).map(|_| row("run.1.0")).collect();
        history.reads.push(read(Store::Effects, *began, rows));
    }
    history.settle()
}

fn only(findings: &Findings, class: Class) -> u64 {
    findings.stores[&Store::Effects].count(class)
}

#[test]
fn jepsen_set_full() {
    // Never read at all, never confirmed and never read.
    assert!(set_full(Some(20), &[]).stores.is_empty());
    assert_eq!(only(&set_full(None, &[(30, 0)]), Class::Unresolved), 1);
    // Read while it was being written, or after.
    for (acked, began) in [(Some(20), 15), (Some(20), 30), (Some(20), 5), (None, 30)] {
        let findings = set_full(acked, &[(began, 1)]);
        assert_eq!(only(&findings, Class::Ok), 1, "{acked:?} {began}");
    }
    // Absent from a read after it: lost. From one before or during it: not known.
    assert_eq!(only(&set_full(Some(20), &[(30, 0)]), Class::Lost), 1);
    for began in [5, 15, 19] {
        let findings = set_full(Some(20), &[(began, 0)]);
        assert_eq!(only(&findings, Class::NeverRead), 1);
        assert_eq!(only(&findings, Class::Lost), 0);
    }
    // There, then gone: lost, even where it was never acknowledged.
    for acked in [Some(20), None] {
        let findings = set_full(acked, &[(30, 1), (40, 0)]);
        assert_eq!(only(&findings, Class::Lost), 1);
    }
    // Flutter: there, gone, there again is stale; and gone at the end is lost.
    let flutter = set_full(Some(20), &[(30, 1), (40, 0), (50, 1)]);
    assert_eq!(only(&flutter, Class::Stale), 1);
    assert_eq!(only(&flutter, Class::Ok), 1);
    let gone = set_full(Some(20), &[(30, 0), (40, 1), (50, 0)]);
    assert_eq!(only(&gone, Class::Lost), 1);
}

/// `set-full` compares frequencies, which are at least one, with one: it can never find this.
#[test]
fn a_duplicate_that_jepsens_set_full_misses() {
    let findings = set_full(Some(20), &[(30, 2)]);
    assert_eq!(only(&findings, Class::DuplicateEffect), 1);
    assert_eq!(findings.stores[&Store::Effects].extra_copies, 1);
}

/// Jepsen's `total-queue` counts a retry as a second enqueue, so that it allows a second
/// copy; elements with ids have one.
#[test]
fn jepsen_total_queue() {
    let mut history = History::default();
    let mut tried = |counter: u64, outcome: Option<OperationOutcome>| {
        let name = format!("run.1.{counter}");
        history.invoked.push((name.clone(), 10));
        let done = outcome.map(|outcome| operation(&name, outcome, 10, 20));
        history.operations.extend(done);
    };
    tried(1, None); // hung, and landed
    tried(2, Some(OperationOutcome::Ok)); // and dequeued
    tried(3, Some(OperationOutcome::Ok)); // and dequeued twice
    tried(3, Some(OperationOutcome::Ok)); // by a retry
    tried(4, Some(OperationOutcome::Ok)); // and lost
    tried(5, Some(OperationOutcome::Fail)); // and not there
    tried(6, Some(OperationOutcome::Fail)); // and there all the same
    tried(7, None); // hung for ever
    let there = [1, 2, 3, 3, 6, 99];
    let rows = there.map(|n| row(&format!("run.1.{n}"))).to_vec();
    history.reads.push(read(Store::Effects, 30, rows));
    let findings = history.settle();
    for (class, count) in [
        (Class::Ok, 3),
        (Class::Recovered, 1),
        (Class::DuplicateEffect, 1),
        (Class::Lost, 1),
        (Class::Phantom, 1),
        (Class::Unresolved, 1),
        (Class::Unexpected, 1),
    ] {
        assert_eq!(only(&findings, class), count, "{class:?}");
    }
    compare(&history, 0);
}

/// Losses at the start of a writer, in the middle and at its end (jepsen-io/nats `queue.clj`).
#[test]
fn losses_are_told_apart_by_where_they_lie() {
    let mut history = History::default();
    for worker in 1..=2 {
        for counter in 1..=10 {
            let name = format!("run.{worker}.{counter}");
            history
                .operations
                .push(operation(&name, OperationOutcome::Ok, 10, 20));
        }
    }
    let there = [3, 4, 7, 8].map(|n| row(&format!("run.1.{n}"))).to_vec();
    history.reads.push(read(Store::Stream, 30, there));
    let seen = &history.settle().stores[&Store::Stream];
    assert_eq!(seen.count(Class::Lost), 16);
    assert_eq!(seen.losses.prefix, 2 + 10);
    assert_eq!(seen.losses.middle, 2);
    assert_eq!(seen.losses.postfix, 2);
    let names = &seen.classes[&Class::Lost].names;
    assert_eq!(names[..3], ["run.1.1", "run.1.2", "run.1.5"]);
}

#[test]
fn names_are_capped_and_counts_are_not() {
    let mut history = History::default();
    for counter in 1..=100 {
        let name = format!("run.1.{counter}");
        history
            .operations
            .push(operation(&name, OperationOutcome::Ok, 10, 20));
    }
    history.reads.push(read(Store::Business, 30, Vec::new()));
    let seen = &history.settle().stores[&Store::Business];
    assert_eq!(seen.count(Class::Lost), 100);
    assert_eq!(seen.classes[&Class::Lost].names.len(), MOST_NAMES);
}

/// A hundred thousand events with every kind of seeded defect, each found and nothing else.
#[test]
fn a_hundred_thousand_events_are_classified_exactly() {
    let seeded = seeded::Seeded::new(100_000, 11);
    let operations = seeded.attempted();
    let mut reads = Reads::new(&operations);
    seeded.feed(&mut reads);
    let found = seeded::Seeded::found(&settle(&reads, Some(0)));
    assert_eq!(found, seeded.wanted);
    assert_eq!(found[&(Store::Stream, Class::Reordered)], 20);
}
