//! Settles the two columns against each other, store by store.

use super::cause;
use super::class::{Class, Meaning};
use super::operations::{Element, Fate};
use super::reads::{Read, Reads};
use crate::model::chaos::Store;
use std::collections::BTreeMap;

/// Most names that are kept of a class.
pub const MOST_NAMES: usize = 32;

/// What the ledger came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// Elements attempted.
    pub attempted: u64,
    /// Of these, acknowledged at least once.
    pub acked: u64,
    /// Of these, certainly refused at every try.
    pub failed: u64,
    /// Of these, unknown for ever.
    pub unknown: u64,
    /// By store that was read.
    pub stores: BTreeMap<Store, StoreFindings>,
}

/// What became of the elements in one store.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoreFindings {
    /// Whether it was read to its end.
    pub whole: bool,
    /// Whether the way into it was drained.
    pub drained: bool,
    /// Elements by class; classes without any are left out.
    pub classes: BTreeMap<Class, Named>,
    /// Copies beyond the first of each element.
    pub extra_copies: u64,
    /// Losses by where they lie among their writer's acknowledged elements.
    pub losses: Losses,
}

/// Losses by where they lie: at the start of a writer (it started over), at its end
/// (perhaps only a slow reader), or between (certain).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Losses {
    /// At the start; all of a writer's elements count here.
    pub prefix: u64,
    /// Between elements that are there.
    pub middle: u64,
    /// At the end.
    pub postfix: u64,
}

/// A count, with the first names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// How many elements.
    pub count: u64,
    /// At most [`MOST_NAMES`] of them; losses in order of writer and counter.
    pub names: Vec<String>,
}

impl StoreFindings {
    /// Elements of a class.
    pub fn count(&self, class: Class) -> u64 {
        self.classes.get(&class).map_or(0, |named| named.count)
    }

    pub(super) fn note(&mut self, class: Class, name: &str) {
        let named = self.classes.entry(class).or_default();
        named.count += 1;
        let told = !matches!(class, Class::Ok | Class::Recovered);
        if told && named.names.len() < MOST_NAMES {
            named.names.push(name.to_owned());
        }
    }

    /// Classes that mean this, with how many they hold.
    pub fn of(&self, meaning: Meaning) -> impl Iterator<Item = (Class, &Named)> {
        let all = self.classes.iter().map(|(class, named)| (*class, named));
        all.filter(move |(class, _)| class.meaning() == meaning)
    }
}

/// Settles everything. `wall_us` is the wall clock (microseconds since 1970) at the
/// start of the run's clock; without it no store's own time is believed.
pub fn settle(reads: &Reads<'_, '_>, wall_us: Option<i64>) -> Findings {
    let mut findings = Findings::default();
    for element in reads.operations().elements() {
        findings.attempted += 1;
        match element.fate() {
            Fate::Acked => findings.acked += 1,
            Fate::Failed => findings.failed += 1,
            Fate::Unknown => findings.unknown += 1,
        }
    }
    for store in reads.stores() {
        if let Some(last) = reads.last(store) {
            let seen = one(reads, store, last);
            findings.stores.insert(store, seen);
        }
    }
    cause::torn(reads, &mut findings);
    cause::relay(reads, wall_us, &mut findings);
    cause::phantom_events(reads, wall_us, &mut findings);
    cause::order(reads, &mut findings);
    findings
}

fn one(reads: &Reads<'_, '_>, store: Store, last: &Read) -> StoreFindings {
    let elements = reads.operations().elements();
    let mut seen = StoreFindings {
        whole: last.whole,
        drained: last.drained,
        ..StoreFindings::default()
    };
    let mut lost: Vec<u32> = Vec::new();
    for (at, element) in elements.iter().enumerate() {
        let known_us = known_us(reads, store, at, element);
        if last.has(at) {
            present(&mut seen, store, last.copies[at], element);
            if is_stale(reads, store, at, element) {
                seen.note(Class::Stale, element.name);
            }
        } else if let Some(known_us) = known_us {
            match absent(last, known_us) {
                Class::Lost => lost.push(at as u32),
                class => seen.note(class, element.name),
            }
        } else if element.fate() == Fate::Unknown {
            seen.note(Class::Unresolved, element.name);
        }
    }
    losses(&mut seen, store, elements, last, lost);
    strangers(&mut seen, last);
    seen
}

/// Since when it is certain that an element was there: its acknowledgement, or an earlier read.
fn known_us(reads: &Reads<'_, '_>, store: Store, at: usize, element: &Element<'_>) -> Option<u64> {
    let seen = reads.earlier(store).filter(|read| read.has(at));
    let seen = seen.map(|read| read.ended_us).min();
    let acked = (element.fate() == Fate::Acked).then_some(element.ack_us);
    match (acked, seen) {
        (Some(acked), Some(seen)) => Some(acked.min(seen)),
        (acked, seen) => acked.or(seen),
    }
}

fn present(seen: &mut StoreFindings, store: Store, copies: u32, element: &Element<'_>) {
    match element.fate() {
        Fate::Failed => seen.note(Class::Phantom, element.name),
        Fate::Acked => seen.note(Class::Ok, element.name),
        Fate::Unknown => {
            seen.note(Class::Ok, element.name);
            seen.note(Class::Recovered, element.name);
        }
    }
    if copies > 1 {
        seen.extra_copies += u64::from(copies - 1);
        seen.note(doubled(store), element.name);
    }
}

fn doubled(store: Store) -> Class {
    match store {
        Store::Business | Store::Outbox => Class::Duplicated,
        Store::Stream => Class::DuplicateStored,
        Store::Effects => Class::DuplicateEffect,
    }
}

fn absent(last: &Read, known_us: u64) -> Class {
    if known_us > last.began_us {
        Class::NeverRead
    } else if last.whole && last.drained {
        Class::Lost
    } else {
        Class::Missing
    }
}

fn is_stale(reads: &Reads<'_, '_>, store: Store, at: usize, element: &Element<'_>) -> bool {
    let mut earlier = reads.earlier(store);
    earlier.any(|read| read.whole && !read.has(at) && element.ack_us <= read.began_us)
}

/// Names losses in order of writer and counter, and says where they lie.
fn losses(
    seen: &mut StoreFindings,
    store: Store,
    elements: &[Element<'_>],
    last: &Read,
    mut lost: Vec<u32>,
) {
    let order = |at: &u32| {
        (
            elements[*at as usize].worker,
            elements[*at as usize].counter,
        )
    };
    lost.sort_unstable_by_key(order);
    let class = match store {
        Store::Outbox => Class::LostSource,
        _ => Class::Lost,
    };
    for at in &lost {
        seen.note(class, elements[*at as usize].name);
    }
    if lost.is_empty() {
        return;
    }
    let there = extent(elements, last);
    for at in lost {
        let element = &elements[at as usize];
        match there.get(&element.worker) {
            Some((_, end)) if element.counter > *end => seen.losses.postfix += 1,
            Some((first, _)) if element.counter > *first => seen.losses.middle += 1,
            _ => seen.losses.prefix += 1,
        }
    }
}

/// First and last counter of each writer that are acknowledged and there.
fn extent(elements: &[Element<'_>], last: &Read) -> BTreeMap<u32, (u64, u64)> {
    let mut there: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for (at, element) in elements.iter().enumerate() {
        if last.has(at) && element.fate() == Fate::Acked {
            let counter = element.counter;
            let entry = there.entry(element.worker).or_insert((counter, counter));
            *entry = (entry.0.min(counter), entry.1.max(counter));
        }
    }
    there
}

fn strangers(seen: &mut StoreFindings, last: &Read) {
    let mut names: Vec<&str> = last.unexpected.keys().map(String::as_str).collect();
    names.sort_unstable();
    for name in names {
        seen.note(Class::Unexpected, name);
    }
    if last.foreign > 0 {
        seen.classes.entry(Class::Foreign).or_default().count = last.foreign;
    }
}
