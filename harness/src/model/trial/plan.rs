//! What a black-box suite asks, and of whom.

use super::Level;
use super::auth::AuthPlan;
use super::drift::DriftPlan;
use super::github::GithubPlan;
use super::guard::GuardPlan;
use super::reasoning::ReasoningPlan;
use crate::model::environment::ProcessPlan;
use crate::model::place::Place;
use crate::model::template::Template;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// A black-box suite, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialPlan {
    /// Which catalogue, with what only that one needs.
    pub asks: Asks,
    /// Who is asked.
    pub target: TargetPlan,
    /// Whether warnings, and musts that were not asked, fail.
    pub strict: bool,
    /// Every check that has to be decided, in the order of the catalogue; never empty.
    pub checks: Vec<ListedCheck>,
    /// Whether `checks` is less than the catalogue: such a run is not fit for release.
    pub partial: bool,
    /// Failures that are known and allowed for a time.
    pub waivers: Vec<Waiver>,
    /// Where the suite's own section stands.
    pub place: Place,
}

/// Which catalogue is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// A service that verifies JWTs.
    Auth(Box<AuthPlan>),
    /// A service that opens pull requests on GitHub.
    Github(Box<GithubPlan>),
    /// A knowledge graph that infers.
    Reasoning(Box<ReasoningPlan>),
    /// Declared against observed behaviour.
    Drift(Box<DriftPlan>),
    /// Refusal of wrong production environments.
    Guard(Box<GuardPlan>),
}

impl Asks {
    /// The family's word in reports: `contract`, `reasoning`, `drift` or `guard`.
    pub fn kind(&self) -> &'static str {
        match self {
            Asks::Auth(_) | Asks::Github(_) => "contract",
            Asks::Reasoning(_) => "reasoning",
            Asks::Drift(_) => "drift",
            Asks::Guard(_) => "guard",
        }
    }
}

/// One check of a catalogue, as much of it as judging and reports need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedCheck {
    /// `AL-5`: never given to another check again.
    pub id: String,
    /// How much it matters.
    pub level: Level,
    /// What has to hold.
    pub meaning: String,
    /// Who asks for it: a standard, a known defect, what the target itself declares.
    pub source: String,
    /// The seeded faults of the reference platform that it has to catch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub catches: Vec<String>,
}

/// The service that is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetPlan {
    /// How it comes to be.
    pub comes: Comes,
    /// Asked until it answers with a 2xx status; `None` means a TCP connection is enough.
    pub ready_path: Option<String>,
    /// How long it may take to become ready.
    pub ready_timeout: Duration,
    /// Where its log can be read, beside the standard output of a launched one.
    pub log_file: Option<String>,
    /// Its metrics in the Prometheus text format, where it has them.
    pub metrics_path: Option<String>,
    /// Where the section stands.
    pub place: Place,
}

/// How the target comes to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comes {
    /// Launched by the suite, as often as its checks need. Holes beside those of every process:
    /// what the suite's fakes offer, for example `${issuer}` and `${github_api}`.
    Launched {
        /// The process.
        process: Box<ProcessPlan>,
        /// Environment variables that make it a production process.
        production: BTreeMap<String, Template>,
    },
    /// It already runs.
    Attached {
        /// Its address without a trailing slash.
        url: String,
    },
}

/// A failure that is known and allowed for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Id of exactly one check.
    pub check: String,
    /// Why it is allowed.
    pub reason: String,
    /// The last day on which it counts (UTC).
    pub expires: Date,
    /// Where it was written.
    pub place: Place,
}
