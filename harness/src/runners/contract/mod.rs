//! Fakes that suites need: the right token issuer for load, and those that go wrong on purpose.

pub mod fake;
pub mod issuer;
