//! Operations and what the stores held at the end: the two columns of the ledger.

use serde::{Deserialize, Serialize};

/// One try to write one element. An element's tries share its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Unique id chosen by us: `RUN.WORKER.COUNTER`.
    pub element: String,
    /// Aggregate key.
    pub key: String,
    /// The writer that made it.
    pub worker: u32,
    /// The writer's counter, from 1.
    pub counter: u64,
    /// Try, from 1.
    pub attempt: u32,
    /// When it was sent.
    pub invoke_us: u64,
    /// When its outcome was known.
    pub complete_us: u64,
    /// What became of it.
    pub outcome: OperationOutcome,
    /// More about a failed one, at most 200 characters.
    pub detail: Option<String>,
}

/// What became of an operation (Jepsen's three outcomes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationOutcome {
    /// Acknowledged.
    Ok,
    /// Certainly did not happen.
    Fail,
    /// Unknown for ever: timeout, reset, broken connection.
    Info,
}

/// Where elements are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Store {
    /// The business row.
    Business,
    /// The outbox row.
    Outbox,
    /// Copies in the stream, by sequence.
    Stream,
    /// The consumer's effects.
    Effects,
}

impl Store {
    /// All, in the order in which an event passes them.
    pub const ALL: [Store; 4] = [
        Store::Business,
        Store::Outbox,
        Store::Stream,
        Store::Effects,
    ];

    /// The word in JSON and on screens.
    pub fn word(self) -> &'static str {
        match self {
            Store::Business => "business",
            Store::Outbox => "outbox",
            Store::Stream => "stream",
            Store::Effects => "effects",
        }
    }
}

/// Part of what a store held: at most 1 000 rows; the parts of one read follow each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerRead {
    /// The store.
    pub store: Store,
    /// When the read began.
    pub began_us: u64,
    /// Whether this is the last part, and everything was read.
    pub last: bool,
    /// Whether the way into this store was drained when it was read.
    pub drained: bool,
    /// Rows in the store's own order.
    pub rows: Vec<Row>,
}

/// One element in a store. An element with several copies has several rows, or `copies`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The element's id.
    pub element: String,
    /// Aggregate key, where the store has it.
    pub key: Option<String>,
    /// Position in the store: bigserial, stream sequence.
    pub position: Option<i64>,
    /// The store's own time in microseconds since 1970.
    pub at_us: Option<i64>,
    /// Outbox: whether it is marked as sent.
    pub sent: Option<bool>,
    /// How often it is there; 1 where the store does not say.
    pub copies: u64,
}
