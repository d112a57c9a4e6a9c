//! Findings as they are collected: what is wrong, which exit code it asks for, what takes it away.

use crate::model::decision::{Finding, State};
use crate::model::place::Place;
use crate::model::policy::{OnUndecided, Policy};

/// Exit codes of the gate, by what they mean.
const OPEN: u8 = 0;
const FAIL: u8 = 1;
const RERUN: u8 = 3;
const EVIDENCE: u8 = 4;

/// A finding before its outcome is known.
pub(super) fn finding(code: &str, title: impl Into<String>) -> Finding {
    Finding {
        state: State::Fail,
        exit_code: FAIL,
        code: code.to_owned(),
        title: title.into(),
        wanted: String::new(),
        saw: String::new(),
        next: String::new(),
        suite: None,
        check: None,
        rule: None,
        input: None,
        place: None,
        waiver: None,
        runs: None,
    }
}

impl Finding {
    /// What was wanted, what was seen, what takes it away.
    pub(super) fn told(
        mut self,
        wanted: impl Into<String>,
        saw: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        self.wanted = wanted.into();
        self.saw = saw.into();
        self.next = next.into();
        self
    }

    /// Which suite it is about, and where that was read.
    pub(super) fn of(mut self, suite: &str, input: &str) -> Self {
        self.suite = Some(suite.to_owned());
        self.input = Some(input.to_owned());
        self
    }

    /// Where the promise was written.
    pub(super) fn at(mut self, place: &Place) -> Self {
        self.place = Some(place.clone());
        self
    }
}

/// Where findings are put down, with the outcome that the policy gives them.
pub(super) struct Desk<'p> {
    pub policy: &'p Policy,
    pub findings: Vec<Finding>,
}

impl<'p> Desk<'p> {
    pub fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            findings: Vec::new(),
        }
    }

    fn put(&mut self, state: State, exit_code: u8, finding: Finding) {
        self.findings.push(Finding {
            state,
            exit_code,
            ..finding
        });
    }

    /// Evidence that is not there: nothing forgives it.
    pub fn no_evidence(&mut self, finding: Finding) {
        self.put(State::NoEvidence, EVIDENCE, finding);
    }

    /// A promise that did not hold.
    pub fn fail(&mut self, finding: Finding) {
        self.put(State::Fail, FAIL, finding);
    }

    /// A promise that did not hold, and for which somebody answers.
    pub fn waived(&mut self, finding: Finding) {
        self.put(State::Waived, OPEN, finding);
    }

    /// Something that deserves a look; the policy may make it a failure.
    pub fn warn(&mut self, finding: Finding) {
        match self.policy.outcomes.warn {
            OnUndecided::Fail => self.fail(finding),
            _ => self.put(State::Warn, OPEN, finding),
        }
    }

    /// Could not be decided.
    pub fn inconclusive(&mut self, finding: Finding) {
        self.outcome(self.policy.outcomes.inconclusive, finding);
    }

    /// Measured by a generator that was not fit to measure.
    pub fn invalid(&mut self, finding: Finding) {
        let exit_code = match self.policy.outcomes.invalid {
            OnUndecided::Rerun => RERUN,
            _ => FAIL,
        };
        self.put(State::Invalid, exit_code, finding);
    }

    /// What the policy says of a case.
    pub fn outcome(&mut self, outcome: OnUndecided, finding: Finding) {
        match outcome {
            OnUndecided::Rerun => self.put(State::Inconclusive, RERUN, finding),
            OnUndecided::Fail => self.fail(finding),
            OnUndecided::Warn => self.warn(finding),
            OnUndecided::Pass => {}
        }
    }
}

/// The exit code of several findings: a failure outweighs missing evidence, and
/// that outweighs a run that must be repeated.
pub(super) fn exit_code(findings: &[Finding]) -> u8 {
    let codes = || findings.iter().map(|finding| finding.exit_code);
    let order = [FAIL, EVIDENCE, RERUN];
    let worst = order
        .into_iter()
        .find(|code| codes().any(|known| known == *code));
    worst.unwrap_or(OPEN)
}

/// `1 check`, `3 checks`.
pub(super) fn count(number: u64, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    }
}
