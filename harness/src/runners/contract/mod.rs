//! Fakes that suites need: the load suites' own token issuer, and the ones that lie on purpose.

pub mod auth;
pub mod fake;
pub mod fault_server;
pub mod github;
pub mod guard;
pub mod issuer;
pub mod record;
pub mod wire;
