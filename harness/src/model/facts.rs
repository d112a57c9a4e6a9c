//! What the gate reads: files of evidence, condensed to the facts that a decision rests on.

use super::check::{CheckClass, Severity};
use super::place::Place;
use super::plan::Profile;
use super::verdict::Verdict;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One file of evidence as it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Path below the folder of evidence; of JUnit files, from the working directory.
    pub path: String,
    /// Hex digits; `None` where the file was not read.
    pub sha256: Option<String>,
    /// What stands in it.
    pub content: Content,
}

/// What stands in a file of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A report of the harness whose evidence is as it says.
    Report(Box<ReportFacts>),
    /// A run that ended without a report.
    Abandoned(AbandonedFacts),
    /// A JUnit file of another tool.
    #[serde(rename = "junit")]
    JUnit(JUnitFacts),
    /// Nothing that can be believed.
    Refused(Refusal),
}

/// Why a file cannot be believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Reason in capitals.
    pub code: String,
    /// In words.
    pub detail: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            detail: detail.into(),
        }
    }
}

/// What the gate needs of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportFacts {
    /// The run's id.
    pub id: String,
    /// Family.
    pub kind: String,
    /// Suite.
    pub suite: String,
    /// Commit; `None` outside a work tree.
    pub commit: Option<String>,
    /// Whether tracked files were changed.
    pub dirty: bool,
    /// Digest over the files that said what to test.
    pub config: String,
    /// Digests of the programs that ran, sorted.
    pub programs: Vec<String>,
    /// Durations as written, or shortened.
    pub profile: Profile,
    /// Why it may not release anything.
    pub unfit_reasons: Vec<String>,
    /// Begin of the run.
    pub started_at: Timestamp,
    /// Its end.
    pub finished_at: Option<Timestamp>,
    /// The report's own verdict.
    pub verdict: Verdict,
    /// Its checks.
    pub checks: Vec<CheckFacts>,
}

/// What the gate needs of a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckFacts {
    /// Id.
    pub id: String,
    /// Family.
    pub class: CheckClass,
    /// Whether it can close a gate.
    pub severity: Severity,
    /// Decision.
    pub verdict: Verdict,
    /// Reason in capitals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<f64>,
    /// Held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// The earlier run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// Measured / baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Requests or samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
    /// In words, where it did not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Box<Told>>,
}

/// A check in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The promise.
    pub title: String,
    /// What was wanted.
    pub wanted: String,
    /// What was seen.
    pub saw: String,
    /// What to do next.
    pub next: Option<String>,
    /// Unit of the numbers.
    pub unit: Option<String>,
    /// Where the promise was written.
    pub place: Option<Place>,
    /// The failure that the suite itself allows for a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Allowed>,
}

/// A failure that a suite itself allows, which makes it a warning there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowed {
    /// Why.
    pub reason: String,
    /// Last day, in UTC.
    pub expires: Date,
}

/// What is known of a run that ended without a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbandonedFacts {
    /// The run's id.
    pub id: String,
    /// Suite.
    pub suite: String,
    /// Commit.
    pub commit: Option<String>,
    /// Begin of the run.
    pub started_at: Timestamp,
}

/// What a JUnit file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JUnitFacts {
    /// Test cases.
    pub tests: u64,
    /// Failed.
    pub failures: u64,
    /// Broken.
    pub errors: u64,
    /// Not executed.
    pub skipped: u64,
    /// The first names of what failed or broke, at most 20.
    pub bad: Vec<String>,
    /// The oldest time that the file names.
    pub timestamp: Option<Timestamp>,
    /// Properties of suites.
    pub properties: BTreeMap<String, String>,
}
