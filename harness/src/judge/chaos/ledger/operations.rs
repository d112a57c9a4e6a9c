//! The left column of the ledger: what was attempted, and what became of every try.

use crate::model::chaos::{Operation, OperationOutcome};
use std::collections::HashMap;

/// No such time.
pub(super) const NEVER: u64 = u64::MAX;

/// Every element that was attempted, each once, however often it was tried.
///
/// Names are borrowed and looked up once; all else is columns of numbers.
#[derive(Debug, Default)]
pub struct Operations<'a> {
    index: HashMap<&'a str, u32>,
    keys: HashMap<&'a str, u32>,
    runs: Vec<&'a str>,
    elements: Vec<Element<'a>>,
}

/// One element.
#[derive(Debug, Clone)]
pub(super) struct Element<'a> {
    pub name: &'a str,
    /// Number of its key; [`Element::NO_KEY`] where only its invocation is known.
    pub key: u32,
    pub worker: u32,
    pub counter: u64,
    /// First time it was sent.
    pub invoke_us: u64,
    /// First acknowledgement, or [`NEVER`].
    pub ack_us: u64,
    invoked: u16,
    completed: u16,
    unknown: bool,
}

/// What is known of an element from its operations alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// At least one try was acknowledged.
    Acked,
    /// Every try certainly did not happen.
    Failed,
    /// Unknown for ever.
    Unknown,
}

impl Element<'_> {
    pub const NO_KEY: u32 = u32::MAX;

    pub fn fate(&self) -> Fate {
        if self.ack_us != NEVER {
            Fate::Acked
        } else if self.unknown || self.invoked > self.completed {
            Fate::Unknown
        } else {
            Fate::Failed
        }
    }
}

impl<'a> Operations<'a> {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A try is about to be sent at `t_us`. Without an [`Operations::add`] of its own it is unknown.
    pub fn invoked(&mut self, element: &'a str, t_us: u64) {
        let at = self.at(element);
        let entry = &mut self.elements[at];
        entry.invoked = entry.invoked.saturating_add(1);
        entry.invoke_us = entry.invoke_us.min(t_us);
    }

    /// A try whose outcome is known.
    pub fn add(&mut self, operation: &'a Operation) {
        let key = self.key(&operation.key);
        let at = self.at(&operation.element);
        let entry = &mut self.elements[at];
        entry.completed = entry.completed.saturating_add(1);
        (entry.key, entry.worker, entry.counter) = (key, operation.worker, operation.counter);
        entry.invoke_us = entry.invoke_us.min(operation.invoke_us);
        match operation.outcome {
            OperationOutcome::Ok => entry.ack_us = entry.ack_us.min(operation.complete_us),
            OperationOutcome::Info => entry.unknown = true,
            OperationOutcome::Fail => {}
        }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether nothing was attempted.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    pub(super) fn elements(&self) -> &[Element<'a>] {
        &self.elements
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).map(|at| *at as usize)
    }

    /// Whether a name is of one of the runs that the operations belong to.
    pub(super) fn is_ours(&self, name: &str) -> bool {
        let run = parts(name).map_or("", |(run, _, _)| run);
        self.runs.contains(&run)
    }

    fn at(&mut self, name: &'a str) -> usize {
        if let Some(at) = self.find(name) {
            return at;
        }
        let (run, worker, counter) = parts(name).unwrap_or(("", 0, 0));
        if !self.runs.contains(&run) {
            self.runs.push(run);
        }
        let at = self.elements.len();
        self.index.insert(name, at as u32);
        self.elements.push(Element {
            name,
            key: Element::NO_KEY,
            worker,
            counter,
            invoke_us: NEVER,
            ack_us: NEVER,
            invoked: 0,
            completed: 0,
            unknown: false,
        });
        at
    }

    fn key(&mut self, name: &'a str) -> u32 {
        let next = self.keys.len() as u32;
        *self.keys.entry(name).or_insert(next)
    }
}

/// `RUN.WORKER.COUNTER`, taken apart.
fn parts(name: &str) -> Option<(&str, u32, u64)> {
    let mut parts = name.rsplitn(3, '.');
    let counter = parts.next()?.parse().ok()?;
    let worker = parts.next()?.parse().ok()?;
    Some((parts.next()?, worker, counter))
}
