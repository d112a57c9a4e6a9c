//! The one integration binary: drives the real program in temporary folders.
#![allow(clippy::unwrap_used)]

mod architecture;
mod bad_inputs;
mod chaos;
mod chaos_engine;
mod chaos_environment;
mod chaos_guards;
mod chaos_long;
mod chaos_ping;
mod chaos_sabotage;
mod chaos_shape;
mod chaos_torture;
mod chaos_twins;
mod chaos_world;
mod commands;
mod container;
mod contract_auth;
mod contract_auth_scenes;
mod fake_github;
mod fake_identity_provider;
mod journey;
mod keeper;
mod support;
