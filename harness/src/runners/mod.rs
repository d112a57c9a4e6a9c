//! Runners move and watch the world and write evidence; they decide nothing.

pub mod chaos;
pub mod contract;
pub mod drift;
pub mod perf;
pub mod reasoning;
