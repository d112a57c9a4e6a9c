//! The one integration binary: drives the real program in temporary folders.
#![allow(clippy::unwrap_used)]

mod architecture;
mod bad_inputs;
mod chaos;
mod chaos_environment;
mod chaos_twins;
mod commands;
mod container;
mod fake_github;
mod journey;
mod keeper;
mod support;
