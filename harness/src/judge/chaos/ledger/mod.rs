//! The ledger: every acknowledged event against what every store held, as a pure function over sets.
//!
//! Absence counts only in a read that began after the acknowledgement; presence
//! counts at once. A pass of this ledger after a kill says nothing about a loss of
//! power: the page cache outlives a killed process.

mod cause;
mod class;
mod operations;
#[cfg(test)]
mod oracle;
mod reads;
mod settle;
#[cfg(test)]
mod tests;

pub use class::{Class, Meaning};
pub use operations::Operations;
pub use reads::Reads;
pub use settle::{Findings, Losses, Named, StoreFindings, settle};
