//! Moves and watches the world of a chaos scenario: faults, probes, loads; decides nothing.

pub mod access;
mod clock;
pub mod fault;
pub mod load;
#[cfg(test)]
mod peer;
pub mod probe;
pub mod read;
#[cfg(test)]
mod servers;
mod trouble;
