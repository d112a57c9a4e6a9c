//! Old decisions under a new policy: what would have been decided, and what changes.

use super::decide::{Case, decide, verdict};
use super::finding::exit_code;
use crate::model::decision::{DECISION_SCHEMA, Decision, Standing, State};
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
/// Why it is none: not JSON, other keys, another version of the format, at odds with its findings.
pub fn decision(bytes: &[u8]) -> Result<Decision, Refusal> {
    let refuse = |detail: String| Refusal::new("UNREADABLE", detail);
    let read: Decision = serde_json::from_slice(bytes)
        .map_err(|error| refuse(format!("not a decision: {error}")))?;
    if read.schema != DECISION_SCHEMA {
        return Err(refuse(format!("not a `{DECISION_SCHEMA}`")));
    }
    match at_odds(&read) {
        None => Ok(read),
        Some(what) => Err(Refusal::new("INCONSISTENT", what)),
    }
}

/// What a decision says otherwise than its findings. `gate show` ends with its exit code: one that
/// was edited must not be shown as an open gate.
fn at_odds(decision: &Decision) -> Option<&'static str> {
    let findings = &decision.findings;
    let open = decision.exit_code == 0;
    let each = findings
        .iter()
        .all(|finding| finding.state.is_open() == (finding.exit_code == 0));
    let whole = decision.exit_code == exit_code(findings)
        && decision.verdict == verdict(findings)
        && decision.verdict.is_open() == open;
    if !each || !whole {
        return Some("its verdict and its exit code are not those of its findings");
    }
    let mut inputs = decision.inputs.iter();
    let rests = inputs.any(|one| one.standing == Standing::Counted);
    (open && !rests).then_some("an open gate that rests on no evidence")
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::gate::testdata::{bad, decide, input, policy, report, with};
    use crate::model::verdict::Verdict;

    fn read(kept: &Decision) -> Result<Decision, Refusal> {
        decision(&serde_json::to_vec(kept).unwrap())
    }

    #[test]
    fn a_decision_that_says_otherwise_than_its_findings_is_refused() {
        let failed = with("checkout", vec![bad("a/p95/slo", Verdict::Fail, "X")]);
        let closed = decide(&policy(), vec![input("a", failed)]);
        let open = decide(&policy(), vec![input("a", report("checkout"))]);
        assert_eq!((closed.exit_code, open.exit_code), (1, 0));
        assert_eq!(read(&closed).unwrap(), closed);
        assert_eq!(read(&open).unwrap(), open);
        let edits: [fn(&mut Decision); 6] = [
            |kept| kept.verdict = State::Pass,
            |kept| kept.findings.clear(),
            |kept| kept.findings.iter_mut().for_each(|one| one.exit_code = 0),
            // An exit code that the gate has not would count for nothing.
            |kept| kept.findings.iter_mut().for_each(|one| one.exit_code = 7),
            |kept| {
                kept.verdict = State::Warn;
                kept.findings
                    .iter_mut()
                    .for_each(|one| one.state = State::Warn);
            },
            |kept| {
                (kept.verdict, kept.findings) = (State::Pass, Vec::new());
                kept.inputs.clear();
            },
        ];
        for (at, edit) in edits.into_iter().enumerate() {
            let mut kept = closed.clone();
            kept.exit_code = 0;
            edit(&mut kept);
            assert_eq!(read(&kept).unwrap_err().code, "INCONSISTENT", "edit {at}");
        }
    }
}
