//! The words of in-toto statements that those who write them and those who check them share.

/// The type of every statement: in-toto's attestation framework, statement v1.
pub const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// What a suite came to: in-toto's predicate test-result, version 0.1.
pub const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";
/// What was verified: in-toto's predicate Simple Verification Result, version 0.2.
pub const SVR: &str = "https://in-toto.io/attestation/svr/v0.2";
/// The property, in a [`SVR`], of a subject that the gate was open for.
pub const GATE_OPEN: &str = "PROOFHOUSE_GATE_OPEN";
