//! One file, read to the end: what kind of file it is, and everything that is wrong with it.

use super::chaos::scenario::{CHAOS, CHAOS_MAP};
use super::chaos::system_tables::SYSTEM;
use super::chaos::{self, ChaosFile, WrittenSystem};
use super::check;
use super::gate::{self, POLICY, WAIVERS};
use super::node::{Node, Value};
use super::scenario::{self, SCENARIO_FILE};
use super::schema;
use super::shape::Record;
use super::source::SourceText;
use super::suite::{self, SUITE, Setting, SuiteFile, TARGETS_FILE};
use super::trial::reasoning::cases::{self, GRAPH_CASES};
use super::trial::{self, TrialFile, TrialKind};
use super::yaml;
use crate::model::load::Scenario;
use crate::model::place::Problem;
use crate::model::policy::{Policy, Waiver};
use crate::model::trial::reasoning::case::GraphCase;

static SUITE_ROOTS: [&Record; 1] = [&SUITE];
static SCENARIO_ROOTS: [&Record; 1] = [&SCENARIO_FILE];
static TARGETS_ROOTS: [&Record; 1] = [&TARGETS_FILE];
static CHAOS_ROOTS: [&Record; 2] = [&CHAOS, &CHAOS_MAP];
static SYSTEM_ROOTS: [&Record; 1] = [&SYSTEM];
static POLICY_ROOTS: [&Record; 1] = [&POLICY];
static WAIVERS_ROOTS: [&Record; 1] = [&WAIVERS];

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Promises: `slos`, `scenarios`, `metrics`.
    Suite,
    /// A story: users and duration.
    Scenario,
    /// Targets of a suite.
    Targets,
    /// Chaos scenarios: what is broken and what must hold.
    Chaos,
    /// The system under test of chaos scenarios.
    System,
    /// A black-box suite.
    Trial(TrialKind),
    /// What a release needs.
    Policy,
    /// Failed checks that somebody answers for.
    Waivers,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 12] = [
        Kind::Suite,
        Kind::Scenario,
        Kind::Targets,
        Kind::Chaos,
        Kind::System,
        Kind::Trial(TrialKind::ContractAuth),
        Kind::Trial(TrialKind::ContractGithub),
        Kind::Trial(TrialKind::Reasoning),
        Kind::Trial(TrialKind::Drift),
        Kind::Trial(TrialKind::ProductionGuard),
        Kind::Policy,
        Kind::Waivers,
    ];

    /// The word on the command line and in messages.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Suite => "suite",
            Kind::Scenario => "scenario",
            Kind::Targets => "targets",
            Kind::Chaos => "chaos",
            Kind::System => "system",
            Kind::Trial(kind) => kind.word(),
            Kind::Policy => "policy",
            Kind::Waivers => "waivers",
        }
    }

    /// The tables that the file's root can follow; the last one where it has `scenarios`.
    pub fn records(self) -> &'static [&'static Record] {
        match self {
            Kind::Suite => &SUITE_ROOTS,
            Kind::Scenario => &SCENARIO_ROOTS,
            Kind::Targets => &TARGETS_ROOTS,
            Kind::Chaos => &CHAOS_ROOTS,
            Kind::System => &SYSTEM_ROOTS,
            Kind::Trial(kind) => kind.roots(),
            Kind::Policy => &POLICY_ROOTS,
            Kind::Waivers => &WAIVERS_ROOTS,
        }
    }

    /// The JSON Schema of such files.
    pub fn schema(self) -> serde_json::Value {
        let title = match self.records() {
            [single] => single.name,
            _ => self.word(),
        };
        schema::schema(title, self.records())
    }

    fn record_of(self, node: &Node) -> &'static Record {
        match self.records() {
            [single] => single,
            [single, several, ..] => match node.get("scenarios") {
                Some(_) => several,
                None => single,
            },
            // No kind is without a table.
            [] => &SUITE,
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

/// Reads a chaos file: one scenario, or several by name.
pub fn chaos(source: &SourceText, problems: &mut Vec<Problem>) -> Option<ChaosFile> {
    let node = checked(source, Kind::Chaos, problems)?;
    Some(chaos::file(&node, problems))
}

/// Reads a system file.
pub fn system(source: &SourceText, problems: &mut Vec<Problem>) -> Option<WrittenSystem> {
    let node = checked(source, Kind::System, problems)?;
    Some(chaos::system(&node, problems))
}

/// Reads a black-box suite.
pub fn trial(
    source: &SourceText,
    kind: TrialKind,
    problems: &mut Vec<Problem>,
) -> Option<TrialFile> {
    let node = checked(source, Kind::Trial(kind), problems)?;
    Some(trial::file(kind, &node, problems))
}

/// Reads a gate policy.
pub fn policy(source: &SourceText, problems: &mut Vec<Problem>) -> Option<Policy> {
    let node = checked(source, Kind::Policy, problems)?;
    gate::policy(source, &node, problems)
}

/// Reads a file of waivers.
pub fn waivers(source: &SourceText, problems: &mut Vec<Problem>) -> Option<Vec<Waiver>> {
    let node = checked(source, Kind::Waivers, problems)?;
    Some(gate::waivers(&node, problems))
}

/// Reads a file with cases of a reasoning suite.
pub fn graph_cases(source: &SourceText, problems: &mut Vec<Problem>) -> Vec<GraphCase> {
    let Some(node) = yaml::parse(source, problems) else {
        return Vec::new();
    };
    check::document(&node, &GRAPH_CASES, problems);
    cases::own(&node, problems)
}

/// Finds out what a file is, by its name and its keys.
pub fn kind(source: &SourceText) -> Option<Kind> {
    if source.path.ends_with(".targets.yaml") || source.path.ends_with(".targets.yml") {
        return Some(Kind::Targets);
    }
    let file = source.path.rsplit('/').next().unwrap_or(&source.path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    if stem == "system" || stem.ends_with(".system") {
        return Some(Kind::System);
    }
    if stem.ends_with(".gate") {
        return Some(Kind::Policy);
    }
    if stem == "waivers" || stem.ends_with(".waivers") {
        return Some(Kind::Waivers);
    }
    // Problems are told when the file is read as what it is.
    let Some(node) = yaml::parse(source, &mut Vec::new()) else {
        return Some(kind_by_folder(&source.path));
    };
    let word = node.get("kind").and_then(Node::text);
    if let Some(kind) = TrialKind::ALL
        .into_iter()
        .find(|kind| word == Some(kind.word()))
    {
        return Some(Kind::Trial(kind));
    }
    let has = |keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    let by_name = |node: &Node| matches!(node.value, Value::Map(_));
    if node.get("scenarios").is_some_and(by_name) && !has(&["slos", "metrics"]) || has(&CHAOS_KEYS)
    {
        Some(Kind::Chaos)
    } else if has(&[
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
    } else if has(&SYSTEM_KEYS) {
        Some(Kind::System)
    } else {
        match node.get("kind").and_then(Node::text) {
            Some("performance") => Some(Kind::Suite),
            Some("load") => Some(Kind::Scenario),
            _ => None,
        }
    }
}

/// Keys that only chaos files have.
const CHAOS_KEYS: [&str; 5] = [
    "hypothesis",
    "steady_state",
    "actions",
    "validation",
    "safety",
];
/// Keys that only system files have at their root.
const SYSTEM_KEYS: [&str; 7] = [
    "services",
    "nats",
    "database",
    "events",
    "outbox",
    "policy",
    "telemetry",
];

fn kind_by_folder(path: &str) -> Kind {
    if path.contains("scenarios/chaos/") {
        Kind::Chaos
    } else if path.contains("scenarios/") {
        Kind::Scenario
    } else {
        Kind::Suite
    }
}

fn checked(source: &SourceText, kind: Kind, problems: &mut Vec<Problem>) -> Option<Node> {
    let node = yaml::parse(source, problems)?;
    check::document(&node, kind.record_of(&node), problems);
    Some(node)
}
