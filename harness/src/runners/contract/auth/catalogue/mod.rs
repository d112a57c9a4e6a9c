//! Every check of the suite, one file a group, in the order in which groups are run.

mod algorithm;
mod claims;
mod configuration;
mod discovery;
mod header;
mod jwks;
mod key_set;
mod observation;
mod structure;
mod transport;

use crate::model::trial::check::{Check, Group, checks_of};

/// The groups: the letters of their ids, what they are about, their checks.
///
/// Cheap ones that need no start of their own come first, those that start the
/// service anew for each check come last.
pub const GROUPS: [Group; 10] = [
    ("AB", "transport and baseline", transport::CHECKS),
    ("ST", "structure and encoding", structure::CHECKS),
    ("AL", "algorithm and signature", algorithm::CHECKS),
    ("HD", "header attacks", header::CHECKS),
    ("CL", "claims and time", claims::CHECKS),
    ("KS", "key-set content", key_set::CHECKS),
    ("JB", "fetching and caching of keys", jwks::CHECKS),
    ("DI", "discovery", discovery::CHECKS),
    ("OB", "metrics and logs", observation::CHECKS),
    (
        "CF",
        "configuration and production guard",
        configuration::CHECKS,
    ),
];

/// Every check, group after group.
pub fn all() -> impl Iterator<Item = &'static Check> {
    checks_of(&GROUPS)
}

/// The checks that need a service which asks for the discovery document.
pub fn discovery_checks() -> impl Iterator<Item = &'static Check> {
    discovery::CHECKS.iter()
}

/// The check of an id.
pub fn check(id: &str) -> Option<&'static Check> {
    all().find(|check| check.id == id)
}
