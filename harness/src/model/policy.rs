//! What a release needs: the gate's policy and its waivers, as people wrote them.

use super::expression::Condition;
use super::place::{Place, Placed};
use super::plan::Source;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Longest that a waiver may hold, in days.
pub const LONGEST_WAIVER_DAYS: i64 = 30;

/// A gate policy, `proofhouse/gate/v1`.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The file.
    pub source: Source,
    /// What evidence must be bound to.
    pub subject: SubjectPolicy,
    /// How old evidence may be.
    pub freshness: Freshness,
    /// What must be there.
    pub required: Vec<Required>,
    /// What may be there.
    pub optional: Vec<Optional>,
    /// What must hold beyond the reports' own verdicts.
    pub rules: Vec<GateRule>,
    /// What becomes of verdicts that are neither pass nor fail.
    pub outcomes: Outcomes,
    /// File of waivers, beside the policy.
    pub waivers_file: Option<Placed<String>>,
    /// Who may sign a waiver.
    pub waiver_owners: Vec<String>,
    /// Whether a waiver may come in the commit whose code it excuses.
    pub self_waive: bool,
    /// Whether every report is judged again from its evidence, and refused where it says otherwise.
    pub rejudge: bool,
}

/// What evidence must be bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectPolicy {
    /// A report without a commit is no evidence; one of another commit never is.
    pub git_required: bool,
    /// A report must name the artifact's digest among the programs that it ran.
    pub artifact_required: bool,
    /// Whether changed work trees may release.
    pub allow_dirty: bool,
    /// Whether the files that said what to test must be those of the commit.
    pub suites_committed: bool,
}

/// How old evidence may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// From the end of the run to now.
    pub max_age: Duration,
    /// How far a clock may be ahead.
    pub future_skew: Duration,
}

/// One kind of evidence that must be there.
#[derive(Debug, Clone, PartialEq)]
pub enum Required {
    /// Reports of the harness.
    Suite(RequiredSuite),
    /// JUnit files of other tools.
    JUnit(RequiredJUnit),
}

/// Reports that must be there.
#[derive(Debug, Clone, PartialEq)]
pub struct RequiredSuite {
    /// Names of suites, with `*` and `?`.
    pub suite: String,
    /// Only reports of this kind.
    pub kind: Option<String>,
    /// Fewest suites.
    pub min_suites: u64,
    /// Fewest decided checks in each.
    pub min_tests: u64,
    /// Sessions of each: the latest so many must be there, and each must hold.
    pub min_sessions: u64,
    /// Most complete runs of each that the commit may have had.
    pub sessions_max: Option<u64>,
    /// Checks that must have been decided, with `*` and `?`.
    pub checks: Vec<String>,
    /// Checks that may be skipped.
    pub may_skip: Vec<String>,
    /// Where it was written.
    pub place: Place,
}

/// JUnit files that must be there.
#[derive(Debug, Clone, PartialEq)]
pub struct RequiredJUnit {
    /// Paths from the working directory, with `*`, `?` and `**`.
    pub path: String,
    /// Fewest files.
    pub min_files: u64,
    /// Fewest executed tests over all of them.
    pub min_tests: u64,
    /// Property of the file that carries the commit.
    pub commit_property: Option<String>,
    /// The file names no commit, and counts all the same.
    pub allow_unbound: bool,
    /// The file has no time, and counts all the same.
    pub allow_undated: bool,
    /// Where it was written.
    pub place: Place,
}

/// Reports that may be there, and count when they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Optional {
    /// Names of suites, with `*` and `?`.
    pub suite: String,
    /// Only reports of this kind.
    pub kind: Option<String>,
    /// Whether their absence is told as a warning.
    pub warn_missing: bool,
    /// Where it was written.
    pub place: Place,
}

/// A condition under which checks close the gate.
#[derive(Debug, Clone, PartialEq)]
pub struct GateRule {
    /// Its name, unique in the policy.
    pub id: String,
    /// Ids of checks, with `*` and `?`.
    pub check: String,
    /// Only checks of these suites.
    pub suite: Option<String>,
    /// Closes the gate where it holds.
    pub fail: Option<Condition>,
    /// Warns where it holds.
    pub warn: Option<Condition>,
    /// Whether `fail` closes the gate, or only warns.
    pub blocks: bool,
    /// What to make of a check without the numbers that the rule asks for.
    pub missing: OnUndecided,
    /// Where it was written.
    pub place: Place,
}

/// What becomes of what could not be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUndecided {
    /// Closes the gate until the suite was run again (exit code 3).
    Rerun,
    /// Closes the gate (exit code 1).
    Fail,
    /// Is told, and does not close it.
    Warn,
    /// Is not even told.
    Pass,
}

/// What becomes of verdicts that are neither pass nor fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcomes {
    /// Warnings: `pass` (told, exit code 0) or `fail`.
    pub warn: OnUndecided,
    /// Could not be decided: `rerun` or `fail`.
    pub inconclusive: OnUndecided,
    /// The load generator was not fit to measure: `rerun` or `fail`.
    pub invalid: OnUndecided,
    /// A check of a required suite was skipped: `fail`, `rerun` or `warn`.
    pub skipped_required: OnUndecided,
    /// Not compared because there is no earlier run yet: `warn`, `fail`, `rerun` or `pass`.
    pub first_run: OnUndecided,
    /// An earlier attempt on the same commit did not pass: `warn`, `fail` or `pass`.
    pub flaky: OnUndecided,
    /// A report that no entry names: `warn` or `fail`.
    pub unlisted: OnUndecided,
}

impl Default for Outcomes {
    fn default() -> Self {
        Self {
            warn: OnUndecided::Pass,
            inconclusive: OnUndecided::Rerun,
            invalid: OnUndecided::Fail,
            skipped_required: OnUndecided::Fail,
            first_run: OnUndecided::Warn,
            flaky: OnUndecided::Warn,
            unlisted: OnUndecided::Warn,
        }
    }
}

/// A failed check that somebody answers for, for a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Its name, unique in the file.
    pub id: String,
    /// The exact id of the check.
    pub check: String,
    /// The exact name of the suite; `None` for every suite.
    pub suite: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Where the mending is followed.
    pub issue: String,
    /// First day.
    pub created: Date,
    /// Last day, in UTC.
    pub expires: Date,
    /// Largest failure that is forgiven.
    pub limit: Condition,
    /// Commits it holds for, `a..b`: descendants of `a` up to and including `b`.
    pub commits: Option<CommitRange>,
    /// Where it was written.
    pub place: Place,
}

/// `a..b`, as git reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitRange {
    /// Excluded, with all before it.
    pub after: String,
    /// Included.
    pub up_to: String,
}
