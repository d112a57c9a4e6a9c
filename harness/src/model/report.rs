//! The only thing that reporters and the gate read.

use super::chaos::ChaosOutcome;
use super::check::CheckResult;
use super::environment::{Machine, RunningService};
use super::evidence::{CiRun, FailureExample, Subject};
use super::plan::{Profile, Source};
use super::resource::ResourceSummary;
use super::verdict::Verdict;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the report's format.
pub const REPORT_SCHEMA: &str = "proofhouse.report/1";
/// The reason among `unfit_reasons` that a gate policy may allow.
pub const DIRTY_REASON: &str = "changed work tree: tracked files differ from the commit";

/// What became of one suite in one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// [`REPORT_SCHEMA`].
    pub schema: String,
    /// The run's id.
    pub id: String,
    /// Family of the suite: `performance` or `chaos`.
    pub kind: String,
    /// Name of the suite.
    pub suite: String,
    /// The harness.
    pub tool: Tool,
    /// What was tested.
    pub subject: Subject,
    /// Files that said what to test.
    pub config: Vec<Source>,
    /// Where it was tested.
    pub environment: ReportedEnvironment,
    /// When, and by whom.
    pub run: RunFacts,
    /// Durations as written, or shortened.
    pub profile: Profile,
    /// `false` where the report may not release anything, with `unfit_reasons`.
    pub fit_for_release: bool,
    /// Why not: quick profile, changed work tree, a seeded fault.
    pub unfit_reasons: Vec<String>,
    /// The worst verdict of the checks.
    pub verdict: Verdict,
    /// Reason codes of all checks that did not pass, sorted, once each.
    pub reason_codes: Vec<String>,
    /// Checks by id.
    pub checks: Vec<CheckResult>,
    /// What was measured, by scenario and service, in the plan's order.
    pub measurements: Vec<Measurement>,
    /// The structured results of a chaos scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chaos: Option<ChaosOutcome>,
    /// What a reader must know about the numbers: workload model, coordinated omission, first run.
    pub notes: Vec<String>,
    /// The first failed requests of each class.
    pub failures: Vec<FailureExample>,
    /// Files beside the report.
    pub evidence: Vec<EvidenceFile>,
    /// Checks by verdict.
    pub counts: Counts,
}

/// The harness that made a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// `proofhouse`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `sha256:` of its program.
    pub digest: String,
}

/// The machine and the services.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedEnvironment {
    /// Digest of `machine`.
    pub fingerprint: String,
    /// The machine.
    pub machine: Machine,
    /// Services that were up.
    pub services: Vec<RunningService>,
}

/// When, and by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunFacts {
    /// Wall clock.
    pub started_at: Timestamp,
    /// Wall clock; `None` where the run was killed.
    pub finished_at: Option<Timestamp>,
    /// The CI run.
    pub ci: Option<CiRun>,
}

/// What was measured of one service in one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// Scenario.
    pub scenario: String,
    /// Service.
    pub service: String,
    /// Always `closed` today.
    pub workload_model: String,
    /// Users.
    pub users: u32,
    /// Length of the judged phase in seconds.
    pub steady_seconds: f64,
    /// Judged requests.
    pub requests: u64,
    /// Of these, not answered at all.
    pub unanswered: u64,
    /// Failed by class.
    pub failures: BTreeMap<String, u64>,
    /// Good answers per second.
    pub throughput_rps: f64,
    /// Failed / all, 0 to 1; `None` without requests.
    pub error_rate: Option<f64>,
    /// Median in milliseconds; `None` where nothing was answered.
    pub p50_latency_ms: Option<f64>,
    /// 95th percentile.
    pub p95_latency_ms: Option<f64>,
    /// 99th percentile.
    pub p99_latency_ms: Option<f64>,
    /// Longest.
    pub max_latency_ms: Option<f64>,
    /// Percent of one core.
    pub cpu_percent: Option<ResourceSummary>,
    /// MiB.
    pub memory_mb: Option<ResourceSummary>,
}

/// A file beside the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceFile {
    /// Path relative to the report.
    pub path: String,
    /// Hex digits.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
}

/// Checks by verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// All.
    pub checks: u64,
    /// Passed.
    pub pass: u64,
    /// Warned.
    pub warn: u64,
    /// Failed.
    pub fail: u64,
    /// Could not be decided.
    pub error: u64,
    /// Not asked.
    pub skipped: u64,
}

impl Counts {
    /// So many of each.
    pub fn of(verdicts: impl Iterator<Item = Verdict>) -> Self {
        let mut counts = Self {
            checks: 0,
            pass: 0,
            warn: 0,
            fail: 0,
            error: 0,
            skipped: 0,
        };
        for verdict in verdicts {
            counts.checks += 1;
            match verdict {
                Verdict::Pass => counts.pass += 1,
                Verdict::Warn => counts.warn += 1,
                Verdict::Fail => counts.fail += 1,
                Verdict::Error => counts.error += 1,
                Verdict::Skipped => counts.skipped += 1,
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_is_counted_once() {
        let verdicts = [
            Verdict::Fail,
            Verdict::Pass,
            Verdict::Skipped,
            Verdict::Pass,
            Verdict::Error,
            Verdict::Warn,
            Verdict::Warn,
            Verdict::Warn,
        ];
        let counts = Counts {
            checks: 8,
            pass: 2,
            warn: 3,
            fail: 1,
            error: 1,
            skipped: 1,
        };
        assert_eq!(Counts::of(verdicts.into_iter()), counts);
    }
}
