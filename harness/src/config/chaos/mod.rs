//! Chaos files: one scenario, or the seed's map of several; and what the system under test is.

pub mod action;
pub mod cleanup;
pub mod expect;
pub mod fault;
pub mod journey;
pub mod load;
pub mod probe;
pub mod safety;
pub mod scenario;
pub mod steady;
pub mod system;
pub mod system_tables;
pub mod time;
pub mod validation;

pub use scenario::{ChaosFile, WrittenScenario, file};
pub use system::{WrittenSystem, system};
