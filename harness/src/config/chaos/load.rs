//! `load`: what writes events, and who uses the system, from before the first blow until after recovery.

use super::journey;
use super::steady::PHASE;
use super::time::{self, DURATION};
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::quantity;
use crate::config::shape::{RATIO, Record, Shape, optional, required};
use crate::config::slo::SLO;
use crate::model::chaos::{LoadKind, LoadPlan};
use crate::model::place::{Place, Problem};

/// Operations per second of a load that says nothing else.
pub const DEFAULT_RATE: f64 = 20.0;
/// Aggregate keys of a load that says nothing else.
pub const DEFAULT_KEYS: u32 = 8;

/// One load.
pub static LOAD: Record = Record {
    name: "load",
    doc: "What writes events, or who uses the system, from before the first blow until after recovery.",
    fields: &[
        optional(
            "id",
            Shape::Text(Form::Name),
            "orders",
            "Name of the load, unique in the scenario; default its kind.",
        ),
        required(
            "kind",
            Shape::Word("load kind", &["event_writer", "outbox_writer", "journey"]),
            "event_writer",
            "`event_writer` posts to the system's API, `outbox_writer` writes both rows in a transaction of its own, `journey` lets users go their ways.",
        ),
        optional(
            "rate",
            Shape::Text(Form::Rate),
            "20/s",
            "Writers: operations per second on a fixed schedule; default `20/s`.",
        ),
        optional(
            "keys",
            Shape::Whole(1, 100_000),
            "8",
            "Writers: aggregate keys that the operations are spread over; default 8.",
        ),
        optional(
            "open_txn_overlap",
            Shape::Either("a share such as `5%`", &[Shape::Text(Form::Share), RATIO]),
            "5%",
            "Share of transactions of an `outbox_writer` that stay open across later commits; default none.",
        ),
        optional(
            "scenario",
            Shape::Text(Form::Name),
            "typical_load",
            "`journey`: who sends, in `scenarios/load/<name>.yaml`; its duration does not count.",
        ),
        optional(
            "targets",
            Shape::Text(Form::Filled),
            "shop.targets.yaml",
            "`journey`: file with what is sent, relative to this one; default `<file>.targets.yaml` beside it.",
        ),
        optional(
            "slos",
            Shape::Names(Form::Name, &Shape::Record(&SLO), 1),
            "{api: {p99_latency_ms: 500, max_error_rate: 0.01}}",
            "`journey`: limits of each target, held in every phase; what has no limits is not loaded.",
        ),
        optional(
            "when",
            Shape::List(&PHASE, 1),
            "[pre, during, post]",
            "`journey`: phases in which the limits hold; default all.",
        ),
        optional(
            "hold_for",
            DURATION,
            "2s",
            "`journey`: how long at the end of the phase `post` they must have held; default `2s`.",
        ),
        optional(
            "minimum_requests",
            Shape::Whole(1, 1_000_000),
            "100",
            "`journey`: fewest requests of a target in a phase for its numbers to mean anything; default 100.",
        ),
    ],
    rules: &[],
};

/// Keys of those that write.
const OF_WRITERS: [&str; 3] = ["rate", "keys", "open_txn_overlap"];

/// Reads the writers of a scenario.
pub fn loads(node: &Node, problems: &mut Vec<Problem>) -> Vec<LoadPlan> {
    let items = node.get("load").map(Node::items).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| load(item, problems))
        .collect()
}

fn load(node: &Node, problems: &mut Vec<Problem>) -> Option<LoadPlan> {
    let word = node.get("kind")?.text()?;
    let (wrong, noun): (&[&str], _) = match word {
        journey::KIND => (&OF_WRITERS, "of users"),
        _ => (&journey::KEYS, "that only writes"),
    };
    strange(node, wrong, noun, problems);
    let overlap = node.entry("open_txn_overlap");
    let kind = match (word, overlap) {
        ("event_writer", None) => LoadKind::EventWriter,
        ("event_writer", Some(overlap)) => {
            let message = "`open_txn_overlap` of a load that has no transactions of its own";
            let help = "leave it out, or write `kind: outbox_writer`";
            problems.push(Problem::at(&overlap.place, message).help(help));
            LoadKind::EventWriter
        }
        ("outbox_writer", overlap) => LoadKind::OutboxWriter {
            open_overlap_ratio: overlap.map_or(Some(0.0), |entry| ratio(&entry.value))?,
        },
        _ => return None,
    };
    let rate = node.get("rate").and_then(Node::text);
    Some(LoadPlan {
        id: node
            .get("id")
            .and_then(Node::text)
            .unwrap_or(word)
            .to_owned(),
        kind,
        rate_per_second: rate.map_or(Some(DEFAULT_RATE), quantity::rate)?,
        keys: node
            .get("keys")
            .map_or(Some(DEFAULT_KEYS), Node::unsigned)?,
        place: time::first_key(node),
    })
}

/// Keys that say nothing about a load of this kind.
fn strange(node: &Node, keys: &[&str], noun: &str, problems: &mut Vec<Problem>) {
    for entry in keys.iter().filter_map(|key| node.entry(key)) {
        let message = format!("`{}` in a load {noun}", entry.key);
        problems
            .push(Problem::at(&entry.place, message).help("leave it out, or write another `kind`"));
    }
}

fn ratio(node: &Node) -> Option<f64> {
    match node.text() {
        Some(text) => quantity::share(text),
        None => node.number(),
    }
}

/// The load that words bring with them when none is written.
pub fn event_writer(place: &Place) -> LoadPlan {
    LoadPlan {
        id: "event_writer".to_owned(),
        kind: LoadKind::EventWriter,
        rate_per_second: DEFAULT_RATE,
        keys: DEFAULT_KEYS,
        place: place.clone(),
    }
}
