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
mod ci;
mod commands;
mod container;
mod evidence_page;
mod fake_github;
mod fake_identity_provider;
mod gate;
mod gate_damage;
mod gate_holes;
mod gate_schema;
mod gate_world;
mod journey;
mod junit_dialects;
mod keeper;
mod links;
mod pages;
mod pages_samples;
mod reports;
mod reasoning;
mod reasoning_store;
mod support;
mod webdriver;
