//! A history with every kind of defect sown into it, and the count of what must be found.
//!
//! Shared by the example and by the ledger's own tests: names come from the parent module.

use super::{
    Class, Findings, LedgerRead, Operation, OperationOutcome, Operations, Reads, Row, Store,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Microseconds between two events.
const STEP_US: u64 = 100;
/// Aggregate keys: two events of one key never overlap.
const KEYS: usize = 64;
const WORKERS: usize = 16;
/// Rows of one part of a read.
const PART: usize = 1000;

/// What is wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Defect {
    LostEverywhere,
    LostRelay,
    MarkedNotPublished,
    Skipped,
    LostEffect,
    StoredTwice,
    AppliedTwice,
    Torn,
    TornOtherWay,
    Phantom,
    PhantomEvent,
    Overtaken,
}

/// How many of each in a million events.
const IN_A_MILLION: [(Defect, usize); 12] = [
    (Defect::LostEverywhere, 200),
    (Defect::LostRelay, 200),
    (Defect::MarkedNotPublished, 200),
    (Defect::Skipped, 200),
    (Defect::LostEffect, 200),
    (Defect::StoredTwice, 250),
    (Defect::AppliedTwice, 250),
    (Defect::Torn, 50),
    (Defect::TornOtherWay, 50),
    (Defect::Phantom, 200),
    (Defect::PhantomEvent, 100),
    (Defect::Overtaken, 200),
];
/// Rows that nobody wrote, in a million events.
const GHOSTS: usize = 200;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// The history, and what must be found in it.
pub struct Seeded {
    pub operations: Vec<Operation>,
    defects: HashMap<usize, Defect>,
    /// Swapped with the event before it in its key.
    overtaking: HashSet<usize>,
    ghosts: usize,
    landed: Vec<bool>,
    pub wanted: BTreeMap<(Store, Class), u64>,
}

/// What became of an event that nothing is wrong with.
fn outcome(random: &mut Random) -> (OperationOutcome, bool) {
    match random.next() % 100 {
        0 => (OperationOutcome::Fail, false),
        1 => (OperationOutcome::Info, false),
        2 => (OperationOutcome::Info, true),
        _ => (OperationOutcome::Ok, true),
    }
}

impl Seeded {
    /// `n` events from a seed.
    pub fn new(n: usize, seed: u64) -> Self {
        let mut random = Random(seed);
        let (defects, overtaking) = sow(n, &mut random);
        let mut seeded = Self {
            operations: Vec::with_capacity(n + n / 10),
            defects,
            overtaking,
            ghosts: (GHOSTS * n / 1_000_000).max(1),
            landed: vec![false; n],
            wanted: BTreeMap::new(),
        };
        for at in 0..n {
            seeded.event(at, &mut random);
        }
        seeded.want(Store::Stream, Class::Unexpected, seeded.ghosts as u64);
        seeded
    }

    fn want(&mut self, store: Store, class: Class, count: u64) {
        *self.wanted.entry((store, class)).or_default() += count;
    }

    fn event(&mut self, at: usize, random: &mut Random) {
        let defect = self.defects.get(&at).copied();
        let (outcome, landed) = match defect {
            Some(Defect::Phantom) => (OperationOutcome::Fail, true),
            Some(Defect::PhantomEvent) => (OperationOutcome::Info, true),
            Some(_) => (OperationOutcome::Ok, true),
            None if self.overtaking.contains(&at) => (OperationOutcome::Ok, true),
            None => outcome(random),
        };
        self.landed[at] = landed;
        if outcome == OperationOutcome::Ok && random.next().is_multiple_of(20) {
            let retried = operation(at, 1, OperationOutcome::Info);
            self.operations.push(retried);
            self.operations.push(operation(at, 2, outcome));
        } else {
            self.operations.push(operation(at, 1, outcome));
        }
        self.expect(at, outcome, defect);
    }

    fn expect(&mut self, at: usize, outcome: OperationOutcome, defect: Option<Defect>) {
        for store in Store::ALL {
            let copies = self.copies(at, store);
            match (copies > 0, outcome) {
                (true, OperationOutcome::Fail) => self.want(store, Class::Phantom, 1),
                (true, _) => self.want(store, Class::Ok, 1),
                (false, OperationOutcome::Ok) if store == Store::Outbox => {
                    self.want(store, Class::LostSource, 1);
                }
                (false, OperationOutcome::Ok) => self.want(store, Class::Lost, 1),
                (false, OperationOutcome::Info) => self.want(store, Class::Unresolved, 1),
                (false, OperationOutcome::Fail) => {}
            }
            if copies > 0 && outcome == OperationOutcome::Info {
                self.want(store, Class::Recovered, 1);
            }
        }
        let found = match defect {
            Some(Defect::LostRelay) => Some((Store::Stream, Class::LostRelay)),
            Some(Defect::MarkedNotPublished) => Some((Store::Stream, Class::MarkBeforePublish)),
            Some(Defect::Skipped) => Some((Store::Stream, Class::PositionSkip)),
            Some(Defect::StoredTwice) => Some((Store::Stream, Class::DuplicateStored)),
            Some(Defect::AppliedTwice) => Some((Store::Effects, Class::DuplicateEffect)),
            Some(Defect::Torn | Defect::TornOtherWay) => Some((Store::Outbox, Class::Torn)),
            Some(Defect::PhantomEvent) => Some((Store::Stream, Class::PhantomEvent)),
            Some(Defect::Overtaken) => Some((Store::Stream, Class::Reordered)),
            _ => None,
        };
        if let Some((store, class)) = found {
            self.want(store, class, 1);
        }
        if defect == Some(Defect::TornOtherWay) {
            self.want(Store::Stream, Class::LostRelay, 1);
        }
    }

    /// How often an event is in a store.
    fn copies(&self, at: usize, store: Store) -> u64 {
        if !self.landed[at] {
            return 0;
        }
        let tables = matches!(store, Store::Business | Store::Outbox);
        match self.defects.get(&at) {
            Some(Defect::LostEverywhere) => 0,
            Some(Defect::LostRelay | Defect::MarkedNotPublished | Defect::Skipped) => {
                u64::from(tables)
            }
            Some(Defect::LostEffect) => u64::from(store != Store::Effects),
            Some(Defect::StoredTwice) if store == Store::Stream => 2,
            Some(Defect::AppliedTwice) if store == Store::Effects => 2,
            Some(Defect::Torn) => u64::from(store == Store::Business),
            Some(Defect::TornOtherWay) => u64::from(store == Store::Outbox),
            Some(Defect::PhantomEvent) => u64::from(store == Store::Stream),
            _ => 1,
        }
    }

    /// Feeds the reads of all stores part by part, so that they are never in memory at once.
    pub fn feed(&self, reads: &mut Reads<'_, '_>) {
        let n = self.landed.len();
        let mut began_us = n as u64 * STEP_US + 60_000_000;
        for store in Store::ALL {
            let mut rows = Vec::with_capacity(PART);
            for at in 0..n {
                self.rows(at, store, &mut rows);
                if rows.len() >= PART {
                    reads.add(began_us, &part(store, began_us, false, &mut rows));
                }
            }
            if store == Store::Stream {
                rows.extend((0..self.ghosts).map(ghost));
            }
            reads.add(began_us + 1, &part(store, began_us, true, &mut rows));
            began_us += 5_000_000;
        }
    }

    fn rows(&self, at: usize, store: Store, rows: &mut Vec<Row>) {
        let copies = self.copies(at, store);
        let defect = self.defects.get(&at);
        let sent = match defect {
            Some(Defect::Skipped) => Some(false),
            Some(Defect::LostRelay | Defect::TornOtherWay) => None,
            _ => Some(true),
        };
        let row = |position: i64| Row {
            element: name(at),
            key: Some(key(at)),
            position: Some(position),
            at_us: Some((at as u64 * STEP_US + 50_000) as i64),
            sent: sent.filter(|_| store == Store::Outbox),
            copies: 1,
        };
        match store {
            Store::Stream => {
                let place = self.place(at) as i64 * 2;
                rows.extend((0..copies as i64).map(|copy| row(place + copy)));
            }
            Store::Effects if copies > 0 => rows.push(Row { copies, ..row(0) }),
            _ => rows.extend((0..copies).map(|_| row(at as i64))),
        }
    }

    /// Where an event stands in the stream: behind the next of its key where it was overtaken.
    fn place(&self, at: usize) -> usize {
        if self.defects.get(&at) == Some(&Defect::Overtaken) {
            return at + KEYS;
        }
        match self.overtaking.contains(&at) {
            true => at - KEYS,
            false => at,
        }
    }

    /// What was found, as counts.
    pub fn found(findings: &Findings) -> BTreeMap<(Store, Class), u64> {
        let stores = findings.stores.iter();
        stores
            .flat_map(|(store, seen)| {
                let classes = seen.classes.iter();
                classes.map(|(class, named)| ((*store, *class), named.count))
            })
            .collect()
    }

    /// The operations as the ledger takes them.
    pub fn attempted(&self) -> Operations<'_> {
        let mut operations = Operations::new();
        for operation in &self.operations {
            operations.invoked(&operation.element, operation.invoke_us);
            operations.add(operation);
        }
        operations
    }
}

/// Gives every defect its own events, far enough from each other's keys.
fn sow(n: usize, random: &mut Random) -> (HashMap<usize, Defect>, HashSet<usize>) {
    let (mut defects, mut overtaking) = (HashMap::new(), HashSet::new());
    let mut taken = HashSet::new();
    // Behind a skipped row others must have been published for long: the last events stay sound.
    let room = n - n / 10 - 2 * KEYS;
    for (defect, million) in IN_A_MILLION {
        for _ in 0..(million * n / 1_000_000).max(1) {
            loop {
                let at = (random.next() % room as u64) as usize;
                if taken.contains(&at) || taken.contains(&(at + KEYS)) {
                    continue;
                }
                taken.insert(at);
                defects.insert(at, defect);
                if defect == Defect::Overtaken {
                    taken.insert(at + KEYS);
                    overtaking.insert(at + KEYS);
                }
                break;
            }
        }
    }
    (defects, overtaking)
}

fn name(at: usize) -> String {
    format!("019a.{}.{}", at % WORKERS + 1, at / WORKERS + 1)
}

fn key(at: usize) -> String {
    format!("k{}", at % KEYS)
}

fn operation(at: usize, attempt: u32, outcome: OperationOutcome) -> Operation {
    let invoke_us = at as u64 * STEP_US + u64::from(attempt) * 1000;
    Operation {
        element: name(at),
        key: key(at),
        worker: (at % WORKERS + 1) as u32,
        counter: (at / WORKERS + 1) as u64,
        attempt,
        invoke_us,
        complete_us: invoke_us + 900,
        outcome,
        detail: None,
    }
}

fn ghost(at: usize) -> Row {
    Row {
        element: format!("019a.999.{at}"),
        key: None,
        position: None,
        at_us: None,
        sent: None,
        copies: 1,
    }
}

fn part(store: Store, began_us: u64, last: bool, rows: &mut Vec<Row>) -> LedgerRead {
    LedgerRead {
        store,
        began_us,
        last,
        drained: true,
        rows: std::mem::take(rows),
    }
}
