//! One suite, resolved: every name known, every default filled in.

use super::chaos::ChaosPlan;
use super::environment::EnvironmentPlan;
use super::load::{Scenario, Target};
use super::promise::{BaselineStorage, Metric, RegressionThresholds, Slo};
use super::trial::plan::TrialPlan;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One suite, ready to run. Stored in the evidence, so that it can be judged again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Name of the suite: the file's stem.
    pub suite: String,
    /// Files that the plan was made from.
    pub sources: Vec<Source>,
    /// Whether durations were shortened.
    pub profile: Profile,
    /// What is started or found running.
    pub environment: EnvironmentPlan,
    /// Audience and issuer settings of the suite's own token issuer, where one is needed.
    pub issuer: Option<IssuerPlan>,
    /// Load and its promises; without scenarios in a chaos plan, whose journeys stand in it.
    pub performance: PerformancePlan,
    /// What is broken, and what must hold meanwhile; `None` for a performance suite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chaos: Option<Box<ChaosPlan>>,
    /// What is asked of a service from outside; `None` for other suites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trials: Option<Box<TrialPlan>>,
}

impl Plan {
    /// The family's word: `performance`, `chaos`, `contract`, `reasoning`, `drift` or `guard`.
    pub fn kind(&self) -> &'static str {
        match (&self.chaos, &self.trials) {
            (Some(_), _) => "chaos",
            (None, Some(trials)) => trials.asks.kind(),
            (None, None) => "performance",
        }
    }

    /// Everything that is loaded: by the suite, or beside a chaos story.
    pub fn targets(&self) -> &[Target] {
        let journeys = self
            .chaos
            .as_ref()
            .and_then(|chaos| chaos.journeys.as_ref());
        journeys.map_or(&self.performance.targets, |journeys| &journeys.targets)
    }
}

/// A file that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Path as the user named it.
    pub path: String,
    /// `sha256:` and hex digits of its bytes.
    pub digest: String,
}

/// How long runs take, and whether their report may release anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Durations as written.
    Full,
    /// About ten seconds a scenario; the report is marked as not fit for release.
    Quick,
}

impl Profile {
    /// The word in files, folders and options.
    pub fn word(self) -> &'static str {
        match self {
            Profile::Full => "full",
            Profile::Quick => "quick",
        }
    }
}

/// Settings of the suite's own token issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerPlan {
    /// `aud` of minted tokens.
    pub audience: String,
}

/// Load, and what must hold under it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PerformancePlan {
    /// Scenarios in order; never empty in a performance suite. Each loads every target.
    pub scenarios: Vec<Scenario>,
    /// Targets in order of name; exactly the services that have SLOs.
    pub targets: Vec<Target>,
    /// Limits.
    pub slos: Vec<Slo>,
    /// What is measured and reported; never empty where there are scenarios.
    pub metrics: Vec<Metric>,
    /// Regression thresholds, where written.
    pub regression: Option<RegressionThresholds>,
    /// Baselines, where written.
    pub baseline: Option<BaselineStorage>,
    /// Fewest judged requests of a service in a scenario for its numbers to mean anything.
    pub minimum_requests: u64,
    /// Seed of every random choice that users make.
    pub seed: u64,
    /// Digest of each scenario together with what is sent in it, places left
    /// out, `sha256:...` by scenario name: runs are compared only when it agrees.
    pub scenario_digests: BTreeMap<String, String>,
}
