//! Fakes that stand in for what a service depends on: each a real state machine that can be told to go wrong.

pub mod github;
