//! Moves and watches the world of a chaos scenario: faults, probes, loads; decides nothing.

pub mod fault;
