//! The faults: one file each, and what all of them can do.

pub mod bandwidth;
pub mod detach;
mod dialogue;
mod freezer;
mod holder;
pub mod latency;
pub mod partition;
pub mod restart;
pub mod stall;
mod table;
mod undo;

pub use undo::Undo;

use std::time::{Duration, Instant};

/// Why a fault could not be made, seen or mended.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// The container engine said no, or nothing, in time.
    #[error("docker: {0}")]
    Docker(String),
    /// The kernel, or the child that talks to it, said no.
    #[error("{0}")]
    Kernel(String),
    /// Nothing showed in time that the fault took effect.
    #[error("no sign within {limit:?} that it took effect: {detail}")]
    Unwitnessed {
        /// How long was waited.
        limit: Duration,
        /// What was waited for.
        detail: String,
    },
    /// The target is not the one that was resolved: started anew, or gone.
    #[error("the target is not what it was: {0}")]
    Changed(String),
    /// The journal could not be written; nothing was broken.
    #[error("journal: {0}")]
    Journal(String),
}

/// A moment that is known to lie between two others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between {
    /// Earliest.
    pub from: Instant,
    /// Latest.
    pub to: Instant,
}

/// What a witness saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// When the effect began.
    pub onset: Between,
    /// What was seen, in words: `State.Paused is true`, `14 packets dropped`.
    pub seen: String,
    /// Things that deserve a look: code in capitals, and words.
    pub remarks: Vec<(String, String)>,
}

/// One fault on one target: whoever breaks it mends it.
///
/// The order of calls is [`Fault::undo`] (whose answer is on disk before the blow),
/// `inject`, `witness`, `recover`. `recover` may be called twice, and before `inject`.
#[async_trait::async_trait]
pub trait Fault: Send {
    /// What undoes it, complete enough for another process to do so.
    fn undo(&self) -> Undo;

    /// Breaks. Answers as soon as the call that breaks was made.
    ///
    /// # Errors
    /// Where it could not be made; it may have taken effect all the same, so `recover` follows.
    async fn inject(&mut self) -> Result<(), FaultError>;

    /// Waits for a sign that it took effect.
    ///
    /// # Errors
    /// [`FaultError::Unwitnessed`] after `limit`.
    async fn witness(&mut self, limit: Duration) -> Result<Witness, FaultError>;

    /// Waits until the fault has ended without [`Fault::recover`], and says what was seen.
    /// Never answers while it lasts; may be cancelled at any time.
    async fn vanished(&mut self) -> String;

    /// Mends, verifies the mending, and answers when the effect ended.
    ///
    /// # Errors
    /// Where it could not be mended or that could not be verified.
    async fn recover(&mut self) -> Result<Between, FaultError>;
}
