//! Black-box suites: what is asked of a service from outside, and what came of it.
//!
//! A runner puts *trials* to the target and writes down facts; what a fact has to be stands beside
//! what it was, so that judging needs neither the runner nor the target.

pub mod auth;
pub mod check;
pub mod drift;
pub mod github;
pub mod guard;
pub mod launch;
#[cfg(test)]
pub(crate) mod laws;
pub mod plan;
pub mod reasoning;

use serde::{Deserialize, Serialize};

/// How much a check, or one fact of it, matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A failure fails the suite.
    Must,
    /// A failure is a warning, and fails a strict run.
    Should,
    /// Judged as `Must`, but only where the target declares that it offers this.
    Offered,
}

/// Something seen by the runner of a black-box suite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum TrialEvent {
    /// One thing that was put to the target.
    Trial(Box<Trial>),
    /// The check was not asked, with the reason: a capability that the target does not declare.
    NotRun {
        /// Id of the check.
        check: String,
        /// Why, in words.
        reason: String,
    },
    /// The check was asked, but nothing can be said: clocks that differ, a scrape that failed.
    Inconclusive {
        /// Id of the check.
        check: String,
        /// Why, in words.
        reason: String,
    },
    /// Why the report may not release anything, whatever its verdict.
    Unfit {
        /// In words.
        reason: String,
    },
    /// What a reader of the report must know: the seed of random graphs, how long groups took.
    Note {
        /// In words.
        text: String,
    },
}

/// One thing that was put to the target for a check, with everything seen of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Id of the check: `AL-5`.
    pub check: String,
    /// Which variant of it, in words: `alg none in upper case`.
    pub case: String,
    /// Facts; a trial without any decides nothing.
    pub facts: Vec<Fact>,
    /// The request that must be accepted, just before and just after; empty where none belongs to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub twins: Vec<Twin>,
    /// A command line that asks the same again; holds throw-away secrets only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curl: Option<String>,
}

/// The positive twin of a negative trial: it differs in one thing, and must be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twin {
    /// Whether it was accepted.
    pub green: bool,
    /// What came of it: `200 in 3 ms`.
    pub saw: String,
}

/// One thing that was seen, beside what it has to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// What was looked at: `status`, `requests for the key set`.
    pub what: String,
    /// How much it matters; never more than its check.
    pub level: Level,
    /// What it has to be.
    pub want: Want,
    /// What it was.
    pub saw: Saw,
}

/// What a fact has to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    /// A number within limits, both included; a limit that is not there does not hold.
    Number {
        /// Least.
        at_least: Option<f64>,
        /// Greatest.
        at_most: Option<f64>,
        /// Unit as printed after the number; may be empty.
        unit: String,
    },
    /// One of these texts.
    OneOf(Vec<String>),
    /// Any text but these.
    NoneOf(Vec<String>),
    /// Something that holds; the text says what, for people: `the body names AUTH_PROVIDER`.
    Holds(String),
}

/// What was seen of a fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saw {
    /// A number, finite.
    Number(f64),
    /// A text: a status, a word, a value.
    Text(String),
    /// Whether something held, and what was seen.
    Held(bool, String),
    /// The target gave nothing to look at: no answer, a broken connection. Never what was wanted.
    Nothing(String),
    /// The harness itself could not look: decides nothing.
    Unknown(String),
}

impl Fact {
    /// A number within limits.
    pub fn number(what: &str, want: (Option<f64>, Option<f64>), unit: &str, saw: Saw) -> Self {
        let (at_least, at_most) = want;
        let unit = unit.to_owned();
        Self::new(
            what,
            Want::Number {
                at_least,
                at_most,
                unit,
            },
            saw,
        )
    }

    /// One of some texts.
    pub fn one_of<T: ToString>(what: &str, wanted: impl IntoIterator<Item = T>, saw: Saw) -> Self {
        let wanted = wanted.into_iter().map(|text| text.to_string()).collect();
        Self::new(what, Want::OneOf(wanted), saw)
    }

    /// Any text but some.
    pub fn none_of<T: ToString>(
        what: &str,
        refused: impl IntoIterator<Item = T>,
        saw: Saw,
    ) -> Self {
        let refused = refused.into_iter().map(|text| text.to_string()).collect();
        Self::new(what, Want::NoneOf(refused), saw)
    }

    /// Something that holds or does not.
    pub fn holds(what: &str, wanted: &str, held: bool, saw: impl Into<String>) -> Self {
        let saw = Saw::Held(held, saw.into());
        Self::new(what, Want::Holds(wanted.to_owned()), saw)
    }

    /// Any fact, of the level `Must`.
    pub fn new(what: &str, want: Want, saw: Saw) -> Self {
        Self {
            what: what.to_owned(),
            level: Level::Must,
            want,
            saw,
        }
    }

    /// The same, as a warning only.
    pub fn should(mut self) -> Self {
        self.level = Level::Should;
        self
    }
}
