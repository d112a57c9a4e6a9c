//! `load` of the kind `journey`: users who go their ways meanwhile, and what they may feel of it.

use super::steady::{HOLD, phase};
use super::time;
use crate::config::node::Node;
use crate::config::slo;
use crate::model::chaos::Phase;
use crate::model::place::{Place, Placed, Problem};
use crate::model::promise::{Metric, Slo};
use std::collections::BTreeSet;
use std::time::Duration;

/// The word behind `kind`.
pub const KIND: &str = "journey";
/// Keys that no other load has.
pub const KEYS: [&str; 6] = [
    "scenario",
    "targets",
    "slos",
    "when",
    "hold_for",
    "minimum_requests",
];
/// Requests of a target in a phase where nothing is written.
const MINIMUM: u64 = 100;

/// One such load, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenJourneys {
    /// Its name.
    pub id: Placed<String>,
    /// Who sends.
    pub scenario: Placed<String>,
    /// File with what is sent, where that is written.
    pub targets: Option<Placed<String>>,
    /// Targets that have limits, in order of the file.
    pub services: Vec<Placed<String>>,
    /// The limits.
    pub slos: Vec<Slo>,
    /// Phases in which they hold.
    pub phases: BTreeSet<Phase>,
    /// How long at the end of the last phase.
    pub hold_for: Duration,
    /// Fewest requests.
    pub minimum_requests: u64,
    /// Where it stands.
    pub place: Place,
}

/// Reads the loads of this kind.
pub fn journeys(node: &Node, problems: &mut Vec<Problem>) -> Vec<WrittenJourneys> {
    let items = node.get("load").map(Node::items).unwrap_or_default();
    let kind = |item: &&Node| item.get("kind").and_then(Node::text) == Some(KIND);
    items
        .iter()
        .filter(kind)
        .filter_map(|item| one(item, problems))
        .collect()
}

fn one(node: &Node, problems: &mut Vec<Problem>) -> Option<WrittenJourneys> {
    let place = time::first_key(node);
    for (key, example) in [
        ("scenario", "scenario: typical_load"),
        (
            "slos",
            "slos: {api: {p99_latency_ms: 500, max_error_rate: 0.01}}",
        ),
    ] {
        if node.get(key).is_none() {
            let message = format!("`{key}` is missing in a load of users");
            problems.push(Problem::at(&place, message).help(format!("write `{example}`")));
        }
    }
    let entries = node.get("slos")?.entries();
    let slos: Vec<Slo> = entries
        .iter()
        .flat_map(|entry| slo::slos(entry, problems))
        .collect();
    unmeasured(&slos, problems);
    let unnamed = || Placed {
        value: KIND.to_owned(),
        place: place.clone(),
    };
    let phases = node.get("when").map(Node::items);
    Some(WrittenJourneys {
        id: node
            .get("id")
            .and_then(time::placed)
            .unwrap_or_else(unnamed),
        scenario: time::placed(node.get("scenario")?)?,
        targets: node.get("targets").and_then(time::placed),
        services: entries
            .iter()
            .map(|entry| Placed {
                value: entry.key.clone(),
                place: entry.place.clone(),
            })
            .collect(),
        slos,
        phases: phases.map_or(Phase::ALL.into(), |list| {
            list.iter().filter_map(phase).collect()
        }),
        hold_for: time::duration(node, "hold_for").unwrap_or(HOLD),
        minimum_requests: node
            .get("minimum_requests")
            .map_or(Some(MINIMUM), Node::unsigned)?,
        place,
    })
}

/// Users do not see the CPU of a service.
fn unmeasured(slos: &[Slo], problems: &mut Vec<Problem>) {
    let resource = |slo: &&Slo| matches!(slo.metric, Metric::CpuPercent | Metric::MemoryMb);
    for slo in slos.iter().filter(resource) {
        let message = "CPU and memory are not held against limits while something is broken";
        let help = "limit latencies, `max_error_rate` or `min_throughput_rps`";
        problems.push(Problem::at(&slo.place, message).help(help));
    }
}
