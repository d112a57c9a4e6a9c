//! The five verdicts, and the rule that the worst wins.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What was decided about a check, a suite or a run, from best to worst.
///
/// There is deliberately no `Default`: a verdict is always decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Not asked, with a stated reason. Never the verdict of a whole run.
    Skipped,
    /// Held, with evidence.
    Pass,
    /// Held, but something deserves a look.
    Warn,
    /// Could not be decided: not executed, inconclusive, invalid or missing.
    Error,
    /// Did not hold, with evidence.
    Fail,
}

impl Verdict {
    /// The verdict over several: the worst wins, and nothing at all, or
    /// nothing but skipped checks, is `Error`, because no data is never a pass.
    pub fn over(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        match verdicts.into_iter().max() {
            None | Some(Verdict::Skipped) => Verdict::Error,
            Some(worst) => worst,
        }
    }

    /// The word used in JSON and on screens.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Skipped => "skipped",
            Verdict::Pass => "pass",
            Verdict::Warn => "warn",
            Verdict::Error => "error",
            Verdict::Fail => "fail",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Error, Fail, Pass, Skipped, Warn};
    use super::*;

    #[test]
    fn the_worst_wins() {
        assert_eq!(Verdict::over([Pass, Warn, Skipped]), Warn);
        assert_eq!(Verdict::over([Pass, Error, Warn]), Error);
        assert_eq!(Verdict::over([Error, Fail, Pass]), Fail);
        assert_eq!(Verdict::over([Pass, Skipped]), Pass);
    }

    #[test]
    fn nothing_is_never_a_pass() {
        assert_eq!(Verdict::over([]), Error);
        assert_eq!(Verdict::over([Skipped, Skipped]), Error);
    }
}
