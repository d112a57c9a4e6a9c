//! Proofhouse: a test harness and release gate for service platforms.
//!
//! Three verbs stay apart: *run* (move and watch the world), *judge* (decide)
//! and *report* (write it down). `docs/ARCHITECTURE.md` is the map.

pub mod attest;
pub mod cli;
pub mod config;
pub mod environment;
pub mod gate;
pub mod judge;
pub mod model;
pub mod plan;
pub mod release;
pub mod report;
pub mod run;
pub mod runners;
pub mod store;
