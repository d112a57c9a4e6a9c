//! What the gate was asked, what it read, and what it decided: `proofhouse.decision/1`.

use super::facts::Input;
use super::place::Place;
use super::plan::Source;
use super::policy::Waiver;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Version of the decision's format.
pub const DECISION_SCHEMA: &str = "proofhouse.decision/1";

/// Property by which a decision that was written as JUnit is known: the gate never takes its own answer for
/// evidence. Its value is [`DECISION_SCHEMA`].
pub const DECISION_PROPERTY: &str = "proofhouse.decision";

/// A decision, with all that is needed to make it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// [`DECISION_SCHEMA`].
    pub schema: String,
    /// Name and version of the gate.
    pub engine: String,
    /// The policy.
    pub policy: Source,
    /// What was asked.
    pub question: Question,
    /// The worst of `findings`; `pass` without any.
    pub verdict: State,
    /// What the program ended with.
    pub exit_code: u8,
    /// What was read and what was found.
    pub counts: DecisionCounts,
    /// Everything that is not a plain pass, the worst first.
    pub findings: Vec<Finding>,
    /// Every rule of the policy.
    pub rules: Vec<RuleOutcome>,
    /// The file of waivers and what became of them.
    pub waivers: Waivers,
    /// Everything that was read, by path.
    pub inputs: Vec<Weighed>,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Full id of the commit that is to be released.
    pub commit: String,
    /// `sha256:` of the artifact, where one was named.
    pub artifact: Option<String>,
    /// The moment that ages are counted from.
    pub now: Timestamp,
}

/// Where something stands, from best to worst. There is deliberately no `Default`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Held, with evidence.
    Pass,
    /// Did not hold, and somebody answers for it.
    Waived,
    /// Deserves a look.
    Warn,
    /// Could not be decided: run again.
    Inconclusive,
    /// Measured by a generator that was not fit to measure.
    Invalid,
    /// Evidence is missing, stale, ambiguous, unreadable or not bound to the subject.
    NoEvidence,
    /// Did not hold, with evidence.
    Fail,
}

impl State {
    /// Whether it leaves the gate open.
    pub fn is_open(self) -> bool {
        self <= State::Warn
    }

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            State::Pass => "pass",
            State::Waived => "waived",
            State::Warn => "warn",
            State::Inconclusive => "inconclusive",
            State::Invalid => "invalid",
            State::NoEvidence => "no_evidence",
            State::Fail => "fail",
        }
    }
}

/// What was read and what was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionCounts {
    /// Files of evidence that were read.
    pub inputs: u64,
    /// Of these, the ones that the decision rests on.
    pub counted: u64,
    /// Checks and tests in those.
    pub checks: u64,
    /// Findings that leave the gate open.
    pub open: u64,
    /// Findings that close it.
    pub closing: u64,
}

/// One thing that is not a plain pass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Where it stands.
    pub state: State,
    /// The exit code that it asks for.
    pub exit_code: u8,
    /// Reason in capitals.
    pub code: String,
    /// What it is about, in words.
    pub title: String,
    /// What was wanted.
    pub wanted: String,
    /// What was seen.
    pub saw: String,
    /// The cheapest change that takes it away.
    pub next: String,
    /// Suite.
    pub suite: Option<String>,
    /// Id of the check.
    pub check: Option<String>,
    /// Rule of the policy.
    pub rule: Option<String>,
    /// File that it was read in.
    pub input: Option<String>,
    /// Where the promise was written.
    pub place: Option<Place>,
    /// Waiver that forgave it.
    pub waiver: Option<String>,
    /// Runs of the suite that are missing, where more than one may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<u64>,
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleOutcome {
    /// Its name.
    pub id: String,
    /// The worst over its checks, waivers counted.
    pub state: State,
    /// Checks that it was asked of.
    pub checks: u64,
    /// Of these, the ones where `fail` holds.
    pub failed: u64,
    /// The ones where `warn` holds.
    pub warned: u64,
    /// The ones without the numbers it asks for.
    pub undecided: u64,
    /// Checks that it matches and that were skipped or undecided in the report itself.
    pub not_asked: u64,
}

/// The file of waivers and what became of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waivers {
    /// The file, where the policy names one.
    pub file: Option<Source>,
    /// Every waiver, in the order of the file.
    pub list: Vec<WaiverOutcome>,
}

/// What became of one waiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaiverOutcome {
    /// As it was written.
    pub waiver: Waiver,
    /// What the history of the repository says of it.
    pub history: WaiverHistory,
    /// What became of it.
    pub state: WaiverState,
    /// Checks that it forgave, as `SUITE: CHECK`.
    pub forgave: Vec<String>,
}

/// What the history of the repository says of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaiverHistory {
    /// Whether it came, or was changed, in the commit that is judged, together with other files.
    pub came_with_code: Answer,
    /// Whether the commit lies in its range.
    pub in_range: Answer,
}

/// An answer that can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not.
    No,
    /// Nobody could say.
    Unknown,
}

/// What became of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaiverState {
    /// It forgave a check.
    Used,
    /// There was nothing to forgive.
    Unused,
    /// Its last day is over.
    Expired,
    /// Its first day has not come.
    NotYet,
    /// Its owner may not sign waivers.
    NotAllowed,
    /// It came with the code that it excuses.
    SelfWaived,
    /// The commit is not in its range, or nobody could say.
    OutOfRange,
    /// The failure is larger than what it forgives.
    Exceeded,
}

/// One file of evidence, and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weighed {
    /// What was read.
    pub input: Input,
    /// Whether the decision rests on it.
    pub standing: Standing,
    /// Seconds from its end to now; negative in the future.
    pub age_s: Option<i64>,
}

/// Whether a decision rests on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It does.
    Counted,
    /// It is about another commit.
    OtherCommit,
    /// A later attempt took its place.
    Superseded,
    /// It closes the gate by itself.
    Refused,
}
