//! A chaos scenario and the two files that it can stand in.

use super::action::{self, ACTION, Blow};
use super::cleanup::{self, CLEANUP, Cleanup};
use super::journey::{self, WrittenJourneys};
use super::load::{self, LOAD};
use super::probe::{self, PROBE};
use super::safety::{self, SAFETY};
use super::steady::{self, STEADY, Steady};
use super::system::{self, WrittenSystem};
use super::system_tables::SYSTEM;
use super::time::{self, DURATION};
use super::validation::{self, SECTION, Validated};
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::shape::{Field, Record, Shape, optional, required};
use crate::model::chaos::{LoadPlan, ProbePlan, Safety};
use crate::model::place::{Placed, Problem};
use std::time::Duration;

const LOADS: Shape = Shape::List(&Shape::Record(&LOAD), 1);
const PROBE_LIST: Shape = Shape::List(&Shape::Record(&PROBE), 1);
const STEADY_LIST: Shape = Shape::List(&Shape::Record(&STEADY), 1);
const ACTION_LIST: Shape = Shape::List(&Shape::Record(&ACTION), 1);

const NAME: Field = required(
    "name",
    Shape::Text(Form::Name),
    "nats_partition_mesh",
    "Name of the scenario.",
);
const SAFETY_FIELD: Field = optional(
    "safety",
    Shape::Record(&SAFETY),
    "{isolation: {docker_network: chaos-net, docker_profile: chaos}}",
    "What must be so before anything is broken.",
);
const SYSTEM_FIELD: Field = optional(
    "system",
    Shape::Record(&SYSTEM),
    "{services: [nats]}",
    "Where the system answers; may stand in `<file>.system.yaml` or `system.yaml` beside this file.",
);
const HYPOTHESIS: Field = required(
    "hypothesis",
    Shape::Text(Form::Line),
    "no acknowledged event is lost and HTTP recovers within 10 s",
    "What is believed of the system.",
);
const LOAD_FIELD: Field = optional(
    "load",
    LOADS,
    "[{kind: event_writer, rate: 20/s}]",
    "What writes events, and who uses the system; words that need events bring an `event_writer` with them.",
);
const PROBES: Field = optional(
    "probes",
    PROBE_LIST,
    "[{id: api, kind: http, url: \"service://api:8000/health\"}]",
    "Questions asked in all phases, besides those that words bring with them.",
);
const STEADY_STATE: Field = required(
    "steady_state",
    STEADY_LIST,
    "[{http_200_from: \"http://localhost:8000/health\"}]",
    "What must hold before the first blow and again after the last.",
);
const ACTIONS: Field = required(
    "actions",
    ACTION_LIST,
    "[{type: network_partition, target: nats, duration_seconds: 15}]",
    "The blows in order.",
);
const VALIDATION_FIELD: Field = required(
    "validation",
    SECTION,
    "{http_recovery_time_max_seconds: 30}",
    "What must hold over the whole run.",
);
const CLEANUP_FIELD: Field = optional(
    "cleanup",
    CLEANUP,
    "always",
    "`always`, or further steps at the end; faults are healed in any case.",
);
const PRE: Field = optional(
    "pre",
    DURATION,
    "5s",
    "How long the system is watched before the first blow; default `5s`, quick `3s`.",
);
const PRE_TRIES: Field = optional(
    "pre_tries",
    Shape::Whole(1, 100),
    "1",
    "How often `pre` is tried, at most, until the steady state held in it; default 3.",
);
const POST: Field = optional(
    "post",
    DURATION,
    "60s",
    "Longest wait for recovery after the last heal; default the longest limit and 15 s, at least 30 s.",
);
const SEED: Field = optional(
    "seed",
    Shape::Whole(0, i64::MAX),
    "1",
    "Seed of every random choice; default 1.",
);

/// A file with one scenario.
pub static CHAOS: Record = Record {
    name: "chaos_scenario",
    doc: "One chaos scenario: what is believed, what is broken, what must hold.",
    fields: &[
        NAME,
        HYPOTHESIS,
        SAFETY_FIELD,
        SYSTEM_FIELD,
        LOAD_FIELD,
        PROBES,
        STEADY_STATE,
        ACTIONS,
        VALIDATION_FIELD,
        CLEANUP_FIELD,
        PRE,
        PRE_TRIES,
        POST,
        SEED,
    ],
    rules: &[],
};

/// A file with several scenarios by name.
pub static CHAOS_MAP: Record = Record {
    name: "chaos_scenarios",
    doc: "Chaos scenarios by name, under one section of safety.",
    fields: &[
        SAFETY_FIELD,
        SYSTEM_FIELD,
        required(
            "scenarios",
            Shape::Names(Form::Name, &Shape::Record(&NAMED), 1),
            "{nats_partition_mesh: {hypothesis: it recovers within 30 s}}",
            "Scenarios by name.",
        ),
    ],
    rules: &[],
};

static NAMED: Record = Record {
    name: "named_scenario",
    doc: "One scenario of several.",
    fields: &[
        HYPOTHESIS,
        LOAD_FIELD,
        PROBES,
        STEADY_STATE,
        ACTIONS,
        VALIDATION_FIELD,
        CLEANUP_FIELD,
        PRE,
        PRE_TRIES,
        POST,
        SEED,
    ],
    rules: &[],
};

/// A chaos file, every section typed.
#[derive(Debug, Clone, PartialEq)]
pub struct ChaosFile {
    /// What must be so before anything is broken.
    pub safety: Safety,
    /// The section `system`, where there is one.
    pub system: Option<WrittenSystem>,
    /// Scenarios in order of the file.
    pub scenarios: Vec<WrittenScenario>,
}

/// One scenario, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenScenario {
    /// Its name.
    pub name: Placed<String>,
    /// What is believed.
    pub hypothesis: String,
    /// Loads that write.
    pub load: Vec<LoadPlan>,
    /// Loads of users.
    pub journeys: Vec<WrittenJourneys>,
    /// Probes that are written out.
    pub probes: Vec<ProbePlan>,
    /// What must hold.
    pub steady_state: Vec<Steady>,
    /// The blows.
    pub actions: Vec<Blow>,
    /// What must hold over the whole run.
    pub validation: Vec<Validated>,
    /// Further steps at the end.
    pub cleanup: Vec<Placed<Cleanup>>,
    /// How long the system is watched first.
    pub pre: Option<Duration>,
    /// How often that is tried.
    pub pre_tries: Option<u32>,
    /// Longest wait for recovery.
    pub post: Option<Duration>,
    /// Seed of random choices.
    pub seed: u64,
    /// Services that its addresses and container probes name.
    pub services: Vec<Placed<String>>,
    /// The ids of all probes, also of those that could not be read.
    pub probe_ids: Vec<Placed<String>>,
    /// The ids of all actions, also of those that could not be read.
    pub action_ids: Vec<Placed<String>>,
}

/// Reads a file whose shape was checked; its root is `CHAOS` or `CHAOS_MAP`.
pub fn file(node: &Node, problems: &mut Vec<Problem>) -> ChaosFile {
    let place = time::first_key(node);
    let safety = safety::safety(node.get("safety"), &place, problems);
    let system = node
        .get("system")
        .map(|section| system::system(section, problems));
    ChaosFile {
        safety,
        system,
        scenarios: scenarios(node, problems),
    }
}

fn scenarios(node: &Node, problems: &mut Vec<Problem>) -> Vec<WrittenScenario> {
    let Some(map) = node.get("scenarios") else {
        let name = node.get("name").and_then(time::placed);
        let name = name.unwrap_or_else(|| nameless(node));
        return vec![scenario(node, name, problems)];
    };
    let entries = map.entries().iter();
    let read = entries.map(|entry| {
        let name = Placed {
            value: entry.key.clone(),
            place: entry.place.clone(),
        };
        scenario(&entry.value, name, problems)
    });
    read.collect()
}

/// A missing name was told; the rest of the scenario is read all the same.
fn nameless(node: &Node) -> Placed<String> {
    Placed {
        value: String::new(),
        place: time::first_key(node),
    }
}

fn scenario(node: &Node, name: Placed<String>, problems: &mut Vec<Problem>) -> WrittenScenario {
    let read = WrittenScenario {
        hypothesis: node
            .get("hypothesis")
            .and_then(Node::text)
            .unwrap_or_default()
            .to_owned(),
        load: load::loads(node, problems),
        journeys: journey::journeys(node, problems),
        probes: probe::probes(node, problems),
        steady_state: steady::steady(node, problems),
        actions: action::actions(node, problems),
        validation: validation::validations(node, problems),
        cleanup: cleanup::cleanup(node, problems),
        pre: time::duration(node, "pre"),
        pre_tries: node.get("pre_tries").and_then(Node::unsigned),
        post: time::duration(node, "post"),
        seed: node.get("seed").and_then(Node::unsigned).unwrap_or(1),
        services: services(node),
        probe_ids: ids(node, "probes"),
        action_ids: ids(node, "actions"),
        name,
    };
    empty_validation(node, &read, problems);
    read
}

fn ids(node: &Node, section: &str) -> Vec<Placed<String>> {
    let items = node.get(section).map(Node::items).unwrap_or_default();
    items.iter().filter_map(id).collect()
}

/// The written id, or the word of the fault.
fn id(item: &Node) -> Option<Placed<String>> {
    let fault = || {
        let key = action::FAULTS.iter().find_map(|key| item.entry(key))?;
        let (value, place) = (key.key.clone(), key.place.clone());
        Some(Placed { value, place })
    };
    let written = item.get("id").and_then(time::placed);
    written
        .or_else(fault)
        .or_else(|| time::placed(item.get("type")?))
}

fn services(node: &Node) -> Vec<Placed<String>> {
    let probes = node.get("probes").map(Node::items).unwrap_or_default();
    let containers = probes.iter().filter_map(|probe| probe.get("service"));
    let addresses = ["probes", "steady_state"];
    let named = addresses.iter().filter_map(|key| node.get(key));
    named
        .flat_map(system::named_services)
        .chain(containers.filter_map(time::placed))
        .collect()
}

/// A mapping may be empty by its shape; a run without validation decides nothing.
fn empty_validation(node: &Node, read: &WrittenScenario, problems: &mut Vec<Problem>) {
    let Some(entry) = node.entry("validation") else {
        return;
    };
    let written = probe::each(&entry.value).any(|item| !item.entries().is_empty());
    if read.validation.is_empty() && !written {
        let message = "`validation` is empty: such a run could not fail";
        let help = "write `validation: {http_recovery_time_max_seconds: 30}`";
        problems.push(Problem::at(&entry.place, message).help(help));
    }
}
