//! Old decisions under a new policy: what would have been decided, and what changes.

use super::decide::{Case, decide};
use crate::model::decision::{DECISION_SCHEMA, Decision, State};
use crate::model::facts::Refusal;
use crate::model::policy::Policy;
use std::collections::BTreeSet;

/// An old decision made again.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// Under the new policy.
    pub now: Decision,
    /// What it was.
    pub before: State,
    /// Its exit code.
    pub exit_before: u8,
    /// Closing findings that are new, as `CODE about`.
    pub appeared: Vec<String>,
    /// Closing findings that are gone.
    pub gone: Vec<String>,
}

impl Replay {
    /// Whether a gate that was open closes, or the other way round.
    pub fn flips(&self) -> bool {
        (self.exit_before == 0) != (self.now.exit_code == 0)
    }
}

/// Reads a decision that was kept.
///
/// # Errors
/// Why it is none: not JSON, other keys, another version of the format.
pub fn decision(bytes: &[u8]) -> Result<Decision, Refusal> {
    let refuse = |detail: String| Refusal::new("UNREADABLE", detail);
    let read: Decision = serde_json::from_slice(bytes)
        .map_err(|error| refuse(format!("not a decision: {error}")))?;
    match read.schema == DECISION_SCHEMA {
        true => Ok(read),
        false => Err(refuse(format!("not a `{DECISION_SCHEMA}`"))),
    }
}

/// Makes a decision again from the facts that it holds.
pub fn replay(policy: &Policy, old: Decision) -> Replay {
    let closed_before = closing(&old);
    let (before, exit_before) = (old.verdict, old.exit_code);
    let case = Case {
        question: old.question,
        inputs: old.inputs.into_iter().map(|one| one.input).collect(),
        waivers: old.waivers,
    };
    let now = decide(policy, case);
    let closed_now = closing(&now);
    let only = |these: &BTreeSet<String>, those: &BTreeSet<String>| {
        these.difference(those).cloned().collect()
    };
    Replay {
        before,
        exit_before,
        appeared: only(&closed_now, &closed_before),
        gone: only(&closed_before, &closed_now),
        now,
    }
}

fn closing(decision: &Decision) -> BTreeSet<String> {
    let closing = decision
        .findings
        .iter()
        .filter(|finding| finding.exit_code != 0);
    closing
        .map(|finding| {
            let about = finding.check.as_deref().or(finding.suite.as_deref());
            let about = about.or(finding.input.as_deref()).unwrap_or(&finding.title);
            match &finding.rule {
                Some(rule) => format!("{} {about} (rule {rule})", finding.code),
                None => format!("{} {about}", finding.code),
            }
        })
        .collect()
}
