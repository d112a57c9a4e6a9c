//! Servers that stand in for other people's: they are right until a scene says otherwise.

pub mod identity_provider;
pub mod keys;
mod small_rsa;
