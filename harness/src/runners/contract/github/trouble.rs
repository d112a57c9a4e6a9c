//! Why a check came to no trial.

use super::facts;
use crate::model::trial::launch::Stage;
use crate::model::trial::{Fact, Saw, Trial, Want};

/// What the trials of a check are, or why there are none.
pub(super) type Outcome = Result<Vec<Trial>, Trouble>;

/// Why a check came to no trial.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    /// The target did not do what every check builds on.
    Target(String),
    /// The suite itself is at fault, or its machine.
    Suite(String),
    /// The target does not offer what is asked about, or cannot be asked.
    NotAsked(String),
}

impl Trouble {
    /// Writes it down for a check.
    pub(super) fn record(&self, stage: &Stage<'_>, check: &str) {
        match self {
            Self::NotAsked(reason) => stage.not_run(check, reason),
            Self::Suite(reason) => stage.inconclusive(check, reason),
            Self::Target(reason) => {
                let want = Want::Holds("opens one pull request".to_owned());
                let fact = Fact::new("a plain request", want, Saw::Nothing(reason.clone()));
                stage.trial(facts::trial(check, "as every check begins", vec![fact]));
            }
        }
    }
}
