//! Statements that somebody signs and somebody else can check: DSSE envelopes over Ed25519 keys.
//!
//! Bytes in, bytes out: what a key file holds is handed over, and nothing here reads a clock or a disk.

mod envelope;
mod key;
mod pem;
mod statement;

pub use envelope::{EnvelopeError, Opened, PAYLOAD_TYPE, open, seal};
pub use key::{KeyError, PublicKey, SigningKey};
pub use statement::{Said, Statement, StatementError};
