//! Servers that stand in for what a service depends on: right until a scene or an incident says otherwise.

pub mod github;
pub mod identity_provider;
pub mod keys;
mod small_rsa;
