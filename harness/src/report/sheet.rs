//! What is written down: a report, and what some formats need beside it.

use crate::model::charts::Charts;
use crate::model::check::{CheckClass, CheckResult};
use crate::model::report::Report;
use crate::model::verdict::Verdict;
use std::collections::BTreeMap;

/// A report with everything that reporters can use. Only the report itself must be there.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// The report.
    pub report: &'a Report,
    /// Series to draw; without them a page says that it has none.
    pub charts: Option<&'a Charts>,
    /// Failures that a gate forgave, besides those that the suite itself did: check id to reason.
    /// They are never told as passes.
    pub waived: Option<&'a BTreeMap<String, String>>,
    /// Which JUnit.
    pub dialect: Dialect,
}

impl<'a> From<&'a Report> for Sheet<'a> {
    fn from(report: &'a Report) -> Self {
        Self {
            report,
            charts: None,
            waived: None,
            dialect: Dialect::Ant,
        }
    }
}

/// Which JUnit XML is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Valid for the schemas of Jenkins and Ant at once: nearly every reader takes it.
    Ant,
    /// Maven Surefire's own: one suite is the root, warnings stand at their case.
    Surefire,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Dialect; 2] = [Dialect::Ant, Dialect::Surefire];

    /// The word in options.
    pub fn word(self) -> &'static str {
        match self {
            Dialect::Ant => "ant",
            Dialect::Surefire => "surefire",
        }
    }
}

/// A check as reporters tell it: its verdict, and the one state that a gate adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Passed,
    Warned,
    Failed,
    Undecided,
    Skipped,
    Waived,
}

impl State {
    /// The word in tags and raw states.
    pub fn word(self) -> &'static str {
        match self {
            State::Passed => "pass",
            State::Warned => "warn",
            State::Failed => "fail",
            State::Undecided => "error",
            State::Skipped => "skipped",
            State::Waived => "waived",
        }
    }
}

impl Sheet<'_> {
    /// Why a failure was forgiven: by its own suite, or by a gate. Nothing but a failure can be.
    pub(crate) fn waiver(&self, check: &CheckResult) -> Option<String> {
        if let Some(waiver) = &check.waiver {
            return Some(format!("{}; until {}", waiver.reason, waiver.expires));
        }
        let reason = self.waived?.get(&check.id)?;
        (check.verdict == Verdict::Fail).then(|| reason.clone())
    }

    /// How a check is told.
    pub(crate) fn state(&self, check: &CheckResult) -> State {
        match check.verdict {
            Verdict::Fail | Verdict::Warn if self.waiver(check).is_some() => State::Waived,
            Verdict::Fail => State::Failed,
            Verdict::Error => State::Undecided,
            Verdict::Warn => State::Warned,
            Verdict::Pass => State::Passed,
            Verdict::Skipped => State::Skipped,
        }
    }
}

/// The family's word, as it stands in JSON.
pub(crate) fn class_word(check: &CheckResult) -> &'static str {
    match check.class {
        CheckClass::Slo => "slo",
        CheckClass::Regression => "regression",
        CheckClass::Measurement => "measurement",
        CheckClass::Generator => "generator",
        CheckClass::Chaos => "chaos",
        CheckClass::Contract => "contract",
        CheckClass::Reasoning => "reasoning",
        CheckClass::Drift => "drift",
        CheckClass::Guard => "guard",
        CheckClass::Run => "run",
    }
}

/// The catalogue that a check belongs to: the letters before the hyphen of `AL-5`, else its class.
pub(crate) fn group(check: &CheckResult) -> &str {
    catalogue(&check.id).unwrap_or_else(|| class_word(check))
}

/// `RS` of `reasoning/RS-39`; `None` where no part of the id is capitals, a hyphen and digits.
pub(crate) fn catalogue(id: &str) -> Option<&str> {
    id.split('/').find_map(|part| {
        let (letters, number) = part.split_once('-')?;
        let capitals = !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_uppercase());
        let digits = number.bytes().take_while(u8::is_ascii_digit).count() > 0;
        (capitals && digits).then_some(letters)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::report::testdata;

    #[test]
    fn only_failures_can_be_waived() {
        let report = testdata::report("fail");
        let ids = report.checks.iter().map(|check| check.id.clone());
        let all: BTreeMap<String, String> = ids.map(|id| (id, "known".into())).collect();
        let sheet = Sheet {
            waived: Some(&all),
            ..Sheet::from(&report)
        };
        let waived = report.checks.iter().filter(|c| sheet.waiver(c).is_some());
        assert_eq!(waived.count() as u64, report.counts.fail);
        let state = |check| Sheet::from(&report).state(check);
        assert!(report.checks.iter().all(|c| state(c) != State::Waived));
    }

    #[test]
    fn groups_are_letters_before_a_hyphen_or_the_class() {
        assert_eq!(catalogue("AL-5"), Some("AL"));
        assert_eq!(catalogue("auth/JB-18/keys"), Some("JB"));
        assert_eq!(catalogue("knowledge-graph/typical_load/p95/slo"), None);
        assert_eq!(catalogue("A-b"), None);
        let report = testdata::report("pass");
        assert_eq!(group(&report.checks[0]), "generator");
        for check in &report.checks {
            let word = serde_json::to_value(check.class).unwrap();
            assert_eq!(word, class_word(check));
        }
    }

    #[test]
    fn what_its_own_suite_waived_is_told_as_waived() {
        let report = testdata::report("pass");
        let check = testdata::waived(report.checks[0].clone());
        let sheet = Sheet::from(&report);
        assert_eq!(sheet.state(&check), State::Waived);
        assert_eq!(sheet.waiver(&check).unwrap(), "issue 12; until 2026-04-01");
        assert_eq!(group(&check), "AL");
    }
}
