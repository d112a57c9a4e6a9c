//! Fakes that suites need. For now the token issuer; the lying ones come with the contract suites.

pub mod issuer;
