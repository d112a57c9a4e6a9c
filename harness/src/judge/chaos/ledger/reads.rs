//! The right column of the ledger: what every store held when it was read.

use super::operations::Operations;
use crate::model::chaos::{LedgerRead, Row, Store};
use std::collections::{BTreeMap, HashMap};

/// No such number.
pub(super) const NONE: i64 = i64::MIN;

/// All reads of all stores, in columns beside those of the operations.
#[derive(Debug)]
pub struct Reads<'o, 'a> {
    operations: &'o Operations<'a>,
    stores: BTreeMap<Store, Vec<Read>>,
}

/// One read of one store.
#[derive(Debug)]
pub(super) struct Read {
    pub began_us: u64,
    /// When its last part was written down.
    pub ended_us: u64,
    /// Whether everything was read.
    pub whole: bool,
    pub drained: bool,
    /// By element: how often it is there.
    pub copies: Vec<u32>,
    /// By element: its first position; empty where the store has none.
    pub position: Vec<i64>,
    /// By element: the store's earliest time.
    pub at_us: Vec<i64>,
    /// By element: whether it is marked as sent, where the store says so.
    pub sent: Vec<Option<bool>>,
    /// Ours, and never attempted.
    pub unexpected: HashMap<String, u64>,
    /// Rows of other runs.
    pub foreign: u64,
}

impl Read {
    fn new(part: &LedgerRead, elements: usize) -> Self {
        let placed = match part.store {
            Store::Outbox | Store::Stream => elements,
            Store::Business | Store::Effects => 0,
        };
        let marked = if part.store == Store::Outbox {
            elements
        } else {
            0
        };
        Self {
            began_us: part.began_us,
            ended_us: part.began_us,
            whole: false,
            drained: true,
            copies: vec![0; elements],
            position: vec![NONE; placed],
            at_us: vec![NONE; placed],
            sent: vec![None; marked],
            unexpected: HashMap::new(),
            foreign: 0,
        }
    }

    pub fn has(&self, at: usize) -> bool {
        self.copies[at] > 0
    }

    fn add(&mut self, at: usize, row: &Row) {
        let copies = u32::try_from(row.copies).unwrap_or(u32::MAX);
        self.copies[at] = self.copies[at].saturating_add(copies);
        if let Some(first) = self.position.get_mut(at) {
            lower(first, row.position);
        }
        if let Some(first) = self.at_us.get_mut(at) {
            lower(first, row.at_us);
        }
        if let Some(sent) = self.sent.get_mut(at) {
            *sent = row
                .sent
                .map_or(*sent, |seen| Some(seen || *sent == Some(true)));
        }
    }
}

fn lower(first: &mut i64, seen: Option<i64>) {
    if let Some(seen) = seen {
        *first = if *first == NONE {
            seen
        } else {
            seen.min(*first)
        };
    }
}

impl<'o, 'a> Reads<'o, 'a> {
    /// Nothing was read yet. All operations must be known by now.
    pub fn new(operations: &'o Operations<'a>) -> Self {
        Self {
            operations,
            stores: BTreeMap::new(),
        }
    }

    /// The next part of a read, written down at `t_us`.
    pub fn add(&mut self, t_us: u64, part: &LedgerRead) {
        let reads = self.stores.entry(part.store).or_default();
        if reads.last().is_none_or(|r| r.began_us != part.began_us) {
            reads.push(Read::new(part, self.operations.len()));
        }
        let Some(read) = reads.last_mut() else { return };
        read.ended_us = read.ended_us.max(t_us);
        read.whole |= part.last;
        read.drained &= part.drained;
        for row in &part.rows {
            match self.operations.find(&row.element) {
                Some(at) => read.add(at, row),
                None if self.operations.is_ours(&row.element) => {
                    *read.unexpected.entry(row.element.clone()).or_default() += row.copies;
                }
                None => read.foreign += row.copies,
            }
        }
    }

    pub(super) fn operations(&self) -> &'o Operations<'a> {
        self.operations
    }

    /// Stores that were read at least once.
    pub(super) fn stores(&self) -> impl Iterator<Item = Store> {
        self.stores.keys().copied()
    }

    /// The read that counts: the last whole one, or else the last.
    pub(super) fn last(&self, store: Store) -> Option<&Read> {
        let reads = self.stores.get(&store)?;
        reads.iter().rfind(|r| r.whole).or_else(|| reads.last())
    }

    /// Reads before the one that counts.
    pub(super) fn earlier(&self, store: Store) -> impl Iterator<Item = &Read> {
        let counts = self.last(store).map_or(0, |r| r.began_us);
        let reads = self.stores.get(&store).into_iter().flatten();
        reads.filter(move |r| r.began_us < counts)
    }
}
