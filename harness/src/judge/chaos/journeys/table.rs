//! Requests of users as rows in the table of probes.

use super::percentile_ms;
use crate::model::chaos::{AttemptClass, ProbeResult};
use crate::model::evidence::{FailureClass, Response};
use std::collections::BTreeMap;

/// Requests of one target in one phase, as the table of probes has them.
pub(in crate::judge::chaos) fn result(responses: &[&Response]) -> ProbeResult {
    let count = |of: &dyn Fn(&&&Response) -> bool| responses.iter().filter(of).count() as u64;
    let answered: Vec<&Response> = responses.iter().copied().filter(|r| r.answered()).collect();
    let mut classes = BTreeMap::new();
    for class in responses.iter().filter_map(|r| class(r.failure?)) {
        *classes.entry(class).or_default() += 1;
    }
    ProbeResult {
        attempts: responses.len() as u64,
        ok: count(&|r| r.failure.is_none()),
        bad: count(&|r| r.failure.is_some() && r.answered()),
        info: count(&|r| !r.answered()),
        classes,
        p50_ms: percentile_ms(&answered, 0.50),
        p99_ms: percentile_ms(&answered, 0.99),
        first_value: None,
        last_value: None,
    }
}

/// The load's engine does not tell connections that were refused from those that broke.
fn class(failure: FailureClass) -> Option<AttemptClass> {
    match failure {
        FailureClass::Timeout => Some(AttemptClass::Timeout),
        FailureClass::Status => Some(AttemptClass::Status),
        FailureClass::Check => Some(AttemptClass::Body),
        FailureClass::Connection => None,
    }
}
