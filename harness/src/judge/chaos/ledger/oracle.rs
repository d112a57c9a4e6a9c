//! A second ledger, slow and written straight from the definitions, that the first is held against.

#![allow(clippy::unwrap_used)]

use super::{Class, Findings, Operations, Reads, settle};
use crate::model::chaos::{LedgerRead, Operation, OperationOutcome, Row, Store};
use std::collections::{BTreeMap, BTreeSet};

/// A whole history, as events would tell it.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    pub invoked: Vec<(String, u64)>,
    pub operations: Vec<Operation>,
    pub reads: Vec<(u64, LedgerRead)>,
}

pub(super) type Sets = BTreeMap<(Store, Class), BTreeSet<String>>;

impl History {
    pub fn settle(&self) -> Findings {
        let mut operations = Operations::new();
        for (element, t_us) in &self.invoked {
            operations.invoked(element, *t_us);
        }
        for operation in &self.operations {
            operations.add(operation);
        }
        let mut reads = Reads::new(&operations);
        for (t_us, part) in &self.reads {
            reads.add(*t_us, part);
        }
        settle(&reads, Some(0))
    }
}

/// What one element came to, by the definitions.
struct Facts {
    key: String,
    invoke: u64,
    ack: Option<u64>,
    failed: bool,
}

struct Held<'a> {
    began: u64,
    ended: u64,
    whole: bool,
    drained: bool,
    rows: Vec<&'a Row>,
}

impl Held<'_> {
    fn copies(&self, name: &str) -> u64 {
        let rows = self.rows.iter().filter(|row| row.element == name);
        rows.map(|row| row.copies).sum()
    }

    fn has(&self, name: &str) -> bool {
        self.copies(name) > 0
    }

    fn first(&self, name: &str, of: impl Fn(&Row) -> Option<i64>) -> Option<i64> {
        let rows = self.rows.iter().filter(|row| row.element == name);
        rows.filter_map(|row| of(row)).min()
    }

    fn marked(&self, name: &str, sent: bool) -> bool {
        let mut rows = self.rows.iter().filter(|row| row.element == name);
        rows.any(|row| row.sent == Some(sent))
    }
}

/// Every class of every store as a set of names.
pub(super) fn sets(history: &History) -> Sets {
    let facts = facts(history);
    let reads: BTreeMap<Store, Vec<Held<'_>>> = Store::ALL
        .into_iter()
        .map(|store| (store, held(history, store)))
        .collect();
    let mut sets = Sets::new();
    for store in Store::ALL {
        by_store(store, &facts, &reads[&store], &mut sets);
    }
    let last = |store: Store| chosen(&reads[&store]);
    for (name, fact) in &facts {
        let mut note = |store, class| {
            sets.entry((store, class)).or_default().insert(name.clone());
        };
        between(name, fact, &facts, last, &mut note);
    }
    sets.retain(|_, names| !names.is_empty());
    sets
}

fn facts(history: &History) -> BTreeMap<String, Facts> {
    let mut names: BTreeSet<&String> = history.invoked.iter().map(|(name, _)| name).collect();
    names.extend(history.operations.iter().map(|o| &o.element));
    let of = |name: &String| {
        let tries: Vec<&Operation> = history
            .operations
            .iter()
            .filter(|o| o.element == *name)
            .collect();
        let invoked: Vec<u64> = history
            .invoked
            .iter()
            .filter(|(n, _)| n == name)
            .map(|(_, t)| *t)
            .collect();
        let acks = tries.iter().filter(|o| o.outcome == OperationOutcome::Ok);
        let all_failed = tries.iter().all(|o| o.outcome == OperationOutcome::Fail);
        Facts {
            key: tries.first().map_or(String::new(), |o| o.key.clone()),
            invoke: tries
                .iter()
                .map(|o| o.invoke_us)
                .chain(invoked.iter().copied())
                .min()
                .unwrap(),
            ack: acks.map(|o| o.complete_us).min(),
            failed: all_failed && invoked.len() <= tries.len(),
        }
    };
    names.into_iter().map(|n| (n.clone(), of(n))).collect()
}

fn held(history: &History, store: Store) -> Vec<Held<'_>> {
    let mut all: BTreeMap<u64, Held<'_>> = BTreeMap::new();
    for (t, part) in history.reads.iter().filter(|(_, p)| p.store == store) {
        let entry = all.entry(part.began_us).or_insert(Held {
            began: part.began_us,
            ended: part.began_us,
            whole: false,
            drained: true,
            rows: Vec::new(),
        });
        entry.ended = entry.ended.max(*t);
        entry.whole |= part.last;
        entry.drained &= part.drained;
        entry.rows.extend(&part.rows);
    }
    all.into_values().collect()
}

fn chosen<'h, 'a>(reads: &'h [Held<'a>]) -> Option<&'h Held<'a>> {
    let whole = reads.iter().filter(|r| r.whole).max_by_key(|r| r.began);
    whole.or_else(|| reads.iter().max_by_key(|r| r.began))
}

fn by_store(store: Store, facts: &BTreeMap<String, Facts>, reads: &[Held<'_>], sets: &mut Sets) {
    let Some(last) = chosen(reads) else { return };
    let mut note = |class, name: &str| {
        let names = sets.entry((store, class)).or_default();
        names.insert(name.to_owned());
    };
    for (name, fact) in facts {
        let earlier: Vec<&Held<'_>> = reads.iter().filter(|r| r.began < last.began).collect();
        let seen = earlier.iter().filter(|r| r.has(name)).map(|r| r.ended);
        let known = seen.chain(fact.ack).min();
        let unknown = fact.ack.is_none() && !fact.failed;
        match (last.has(name), known) {
            (true, _) if fact.failed => note(Class::Phantom, name),
            (true, _) => {
                note(Class::Ok, name);
                if unknown {
                    note(Class::Recovered, name);
                }
            }
            (false, Some(known)) if known > last.began => note(Class::NeverRead, name),
            (false, Some(_)) if !(last.whole && last.drained) => note(Class::Missing, name),
            (false, Some(_)) if store == Store::Outbox => note(Class::LostSource, name),
            (false, Some(_)) => note(Class::Lost, name),
            (false, None) if unknown => note(Class::Unresolved, name),
            (false, None) => {}
        }
        if last.copies(name) > 1 {
            note(
                match store {
                    Store::Stream => Class::DuplicateStored,
                    Store::Effects => Class::DuplicateEffect,
                    _ => Class::Duplicated,
                },
                name,
            );
        }
        let stale =
            |r: &&Held<'_>| r.whole && !r.has(name) && fact.ack.is_some_and(|ack| ack <= r.began);
        if last.has(name) && earlier.iter().any(stale) {
            note(Class::Stale, name);
        }
    }
    for row in &last.rows {
        if !facts.contains_key(&row.element) {
            let ours = row.element.starts_with("run.");
            let class = if ours {
                Class::Unexpected
            } else {
                Class::Foreign
            };
            note(class, &row.element);
        }
    }
}

fn between<'h>(
    name: &str,
    fact: &Facts,
    facts: &BTreeMap<String, Facts>,
    last: impl Fn(Store) -> Option<&'h Held<'h>>,
    note: &mut impl FnMut(Store, Class),
) {
    if fact.failed {
        return order(name, fact, facts, last(Store::Stream), note);
    }
    let acked_by = |t: u64| fact.ack.is_some_and(|ack| ack <= t);
    if let (Some(business), Some(outbox)) = (last(Store::Business), last(Store::Outbox)) {
        let torn = |with: &Held<'_>, without: &Held<'_>| {
            let apart = with.has(name) && !without.has(name) && without.whole;
            apart.then(|| with.ended <= without.began || acked_by(without.began))
        };
        match torn(business, outbox).or(torn(outbox, business)) {
            Some(true) => note(Store::Outbox, Class::Torn),
            Some(false) => note(Store::Outbox, Class::Late),
            None => {}
        }
    }
    if let (Some(outbox), Some(stream)) = (last(Store::Outbox), last(Store::Stream)) {
        let later = outbox.ended <= stream.began;
        if stream.whole && outbox.has(name) && !stream.has(name) {
            let position = outbox.first(name, |r| r.position);
            let skipped = facts.keys().any(|other| {
                let behind = outbox.first(other, |r| r.position) > position;
                let at = stream.first(other, |r| r.at_us);
                behind
                    && position.is_some()
                    && at.is_some_and(|at| {
                        at <= outbox.began as i64 - 2_000_000
                            && fact.ack.is_some_and(|ack| at > ack as i64)
                    })
            });
            let sent = outbox.marked(name, true);
            if sent && later {
                note(Store::Stream, Class::MarkBeforePublish);
            } else if skipped && !sent && outbox.marked(name, false) {
                note(Store::Stream, Class::PositionSkip);
            } else if later && stream.drained {
                note(Store::Stream, Class::LostRelay);
            }
        }
        if outbox.whole && stream.has(name) && !outbox.has(name) {
            let at = stream.first(name, |r| r.at_us);
            let before = at.is_some_and(|at| at < outbox.began as i64 - 1_000_000);
            if before || stream.ended <= outbox.began || acked_by(outbox.began) {
                note(Store::Stream, Class::PhantomEvent);
            }
        }
    }
    order(name, fact, facts, last(Store::Stream), note);
}

fn order(
    name: &str,
    fact: &Facts,
    facts: &BTreeMap<String, Facts>,
    stream: Option<&Held<'_>>,
    note: &mut impl FnMut(Store, Class),
) {
    let Some(stream) = stream else { return };
    let Some(here) = stream.first(name, |r| r.position) else {
        return;
    };
    let overtaken = facts.iter().any(|(other, about)| {
        about.key == fact.key
            && !fact.key.is_empty()
            && stream
                .first(other, |r| r.position)
                .is_some_and(|p| p < here)
            && fact.ack.is_some_and(|ack| ack < about.invoke)
    });
    if overtaken {
        note(Store::Stream, Class::Reordered);
    }
}
