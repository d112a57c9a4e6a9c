//! What to run again before the gate is asked a second time.

use crate::model::decision::{Decision, Finding};
use crate::model::facts::Content;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the plan's format.
pub const RERUN_SCHEMA: &str = "proofhouse.rerun/1";
/// The exit codes that a second run can change.
const CURABLE: [u8; 2] = [3, 4];

/// Suites to run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rerun {
    /// [`RERUN_SCHEMA`].
    pub schema: String,
    /// The commit that they must be run from.
    pub commit: String,
    /// Suites, by name.
    pub suites: Vec<RerunSuite>,
}

/// A suite to run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RerunSuite {
    /// Its name; with wildcards, as the policy has them, where nothing of it is there.
    pub suite: String,
    /// Its family, where a report says so.
    pub kind: Option<String>,
    /// Program and arguments, where the suite has a name of its own.
    pub command: Vec<String>,
    /// How often it must be run, one run after the other.
    pub runs: u64,
    /// Reasons in capitals, sorted, once each.
    pub reasons: Vec<String>,
}

/// The suites whose findings a second run can take away.
pub fn rerun(decision: &Decision) -> Rerun {
    let mut reasons: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in decision
        .findings
        .iter()
        .filter(|finding| CURABLE.contains(&finding.exit_code))
    {
        if let Some(suite) = &finding.suite {
            reasons.entry(suite).or_default().push(finding);
        }
    }
    let suites = reasons
        .into_iter()
        .map(|(suite, findings)| one(decision, suite, &findings));
    Rerun {
        schema: RERUN_SCHEMA.to_owned(),
        commit: decision.question.commit.clone(),
        suites: suites.collect(),
    }
}

fn one(decision: &Decision, suite: &str, findings: &[&Finding]) -> RerunSuite {
    let kind = decision
        .inputs
        .iter()
        .find_map(|one| match &one.input.content {
            Content::Report(facts) if facts.suite == suite => Some(facts.kind.clone()),
            _ => None,
        });
    let mut reasons: Vec<String> = findings
        .iter()
        .map(|finding| finding.code.clone())
        .collect();
    reasons.sort();
    reasons.dedup();
    let runs = findings.iter().filter_map(|finding| finding.runs).max();
    RerunSuite {
        suite: suite.to_owned(),
        command: command(suite, kind.as_deref()),
        runs: runs.unwrap_or(1),
        kind,
        reasons,
    }
}

fn command(suite: &str, kind: Option<&str>) -> Vec<String> {
    let words: &[&str] = match kind {
        _ if suite.contains(['*', '?']) => &[],
        Some("chaos") => &["proofhouse", "chaos", "run", suite, "--enable-chaos"],
        _ => &["proofhouse", "run", suite],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}
