//! One file, read to the end: what kind of file it is, and everything that is wrong with it.

use super::check;
use super::node::Node;
use super::scenario::{self, SCENARIO_FILE};
use super::shape::Record;
use super::source::SourceText;
use super::suite::{self, SUITE, Setting, SuiteFile, TARGETS_FILE};
use super::yaml;
use crate::model::load::Scenario;
use crate::model::place::Problem;

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Promises: `slos`, `scenarios`, `metrics`.
    Suite,
    /// A story: users and duration.
    Scenario,
    /// Targets of a suite.
    Targets,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 3] = [Kind::Suite, Kind::Scenario, Kind::Targets];

    /// The word on the command line and in messages.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Suite => "suite",
            Kind::Scenario => "scenario",
            Kind::Targets => "targets",
        }
    }

    /// The table of the file's root.
    pub fn record(self) -> &'static Record {
        match self {
            Kind::Suite => &SUITE,
            Kind::Scenario => &SCENARIO_FILE,
            Kind::Targets => &TARGETS_FILE,
        }
    }
}

/// Reads a suite; problems are pushed, and what could be read comes back.
pub fn suite(source: &SourceText, problems: &mut Vec<Problem>) -> Option<SuiteFile> {
    let node = checked(source, Kind::Suite, problems)?;
    Some(suite::suite(&node, problems))
}

/// Reads a targets file.
pub fn targets(source: &SourceText, problems: &mut Vec<Problem>) -> Option<Setting> {
    let node = checked(source, Kind::Targets, problems)?;
    Some(suite::setting(&node, problems))
}

/// Reads a scenario file; its name must be the file's.
pub fn scenario(source: &SourceText, problems: &mut Vec<Problem>) -> Option<Scenario> {
    let node = checked(source, Kind::Scenario, problems)?;
    let file = source.path.rsplit('/').next().unwrap_or(&source.path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    if let Some(name) = node.get("name")
        && name.text().is_some_and(|text| text != stem)
    {
        let message = format!("the file is named `{stem}`, its scenario is not");
        let help = format!("suites find scenarios by the name of the file: write `name: {stem}`");
        problems.push(Problem::at(&name.place, message).help(help));
    }
    scenario::scenario(&node, problems)
}

/// Finds out what a file is, by its name and its keys.
pub fn kind(source: &SourceText) -> Option<Kind> {
    if source.path.ends_with(".targets.yaml") || source.path.ends_with(".targets.yml") {
        return Some(Kind::Targets);
    }
    // Problems are told when the file is read as what it is.
    let Some(node) = yaml::parse(source, &mut Vec::new()) else {
        return Some(if source.path.contains("scenarios/") {
            Kind::Scenario
        } else {
            Kind::Suite
        });
    };
    let has = |keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    if has(&[
        "slos",
        "scenarios",
        "metrics",
        "regression_thresholds",
        "baseline_storage",
    ]) {
        Some(Kind::Suite)
    } else if has(&[
        "concurrent_users",
        "duration_seconds",
        "stages",
        "ramp_seconds",
    ]) {
        Some(Kind::Scenario)
    } else if has(&["targets", "environment"]) {
        Some(Kind::Targets)
    } else {
        match node.get("kind").and_then(Node::text) {
            Some("performance") => Some(Kind::Suite),
            Some("load") => Some(Kind::Scenario),
            _ => None,
        }
    }
}

fn checked(source: &SourceText, kind: Kind, problems: &mut Vec<Problem>) -> Option<Node> {
    let node = yaml::parse(source, problems)?;
    check::document(&node, kind.record(), problems);
    Some(node)
}
