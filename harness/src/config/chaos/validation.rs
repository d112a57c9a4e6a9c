//! `validation`: what must hold over the whole run, as a list of words or as a mapping.

use super::probe;
use super::time;
use crate::config::form::Form;
use crate::config::node::{Entry, Node, Value};
use crate::config::shape::{Record, Rule, SECONDS, Shape, optional};
use crate::model::chaos::{Connection, DuplicatePolicy};
use crate::model::place::{Place, Placed, Problem};
use std::time::Duration;

/// Decisions that must have been judged, where nothing is written.
const MIN_JUDGED: u64 = 10;

const LIMIT: Shape = Shape::Either("seconds", &[SECONDS, Shape::Text(Form::Filled)]);
const RECOVERY: Shape = Shape::Either(
    "seconds, or a mapping such as `{api: 10, connection: fresh}`",
    &[SECONDS, Shape::Names(Form::Name, &LIMIT, 1)],
);

/// What must hold over the whole run.
pub static VALIDATION: Record = Record {
    name: "validation",
    doc: "What must hold over the whole run.",
    fields: &[
        optional(
            "http_recovery_time_max_seconds",
            RECOVERY,
            "30",
            "After the heal, HTTP probes are good within so many seconds and stay good; or by probe, with `connection` and `hold_for`.",
        ),
        optional(
            "recovery_time_max_seconds",
            RECOVERY,
            "10",
            "The same for every probe of the steady state, or for the ones that are named.",
        ),
        optional(
            "nats_message_redelivery",
            Shape::Either(
                "`true` or a mapping",
                &[Shape::True, Shape::Record(&REDELIVERY)],
            ),
            "true",
            "Messages in flight at the onset come again, and every one ends acknowledged.",
        ),
        optional(
            "no_data_loss",
            Shape::True,
            "true",
            "Everything acknowledged is stored: business row, outbox row, stream.",
        ),
        optional(
            "no_event_loss",
            Shape::Either(
                "`true` or a mapping",
                &[Shape::True, Shape::Record(&EVENT_LOSS)],
            ),
            "true",
            "Everything acknowledged had its effect; copies are counted, or limited by a mapping.",
        ),
        optional(
            "outbox_processing_resumes_within_seconds",
            SECONDS,
            "10",
            "The outbox publishes again so soon after the heal, and drains.",
        ),
        optional(
            "decisions_during_outage",
            Shape::Either(
                "`deny_all` or a mapping",
                &[DENY_ALL, Shape::Record(&DECISIONS)],
            ),
            "deny_all",
            "Every decision asked for during the outage is a deny.",
        ),
        optional(
            "telemetry_accounted_within_seconds",
            SECONDS,
            "30",
            "So soon after the heal all telemetry has arrived or is counted as dropped.",
        ),
    ],
    rules: &[],
};

const DENY_ALL: Shape = Shape::Word("expected decision", &["deny_all"]);

static REDELIVERY: Record = Record {
    name: "redelivery",
    doc: "How many messages must come again.",
    fields: &[
        optional("min", Shape::Whole(1, 1_000_000), "1", "Fewest; default 1."),
        optional(
            "all_acked",
            Shape::Boolean,
            "true",
            "Whether every one must end acknowledged; default true.",
        ),
    ],
    rules: &[],
};

static EVENT_LOSS: Record = Record {
    name: "event_loss",
    doc: "Whether copies are allowed.",
    fields: &[
        optional(
            "duplicates",
            Shape::Word("policy for copies", &["forbidden", "allowed"]),
            "forbidden",
            "Whether an element may be there twice.",
        ),
        optional(
            "budget",
            Shape::Whole(0, 1_000_000_000),
            "5",
            "Most copies.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["duplicates", "budget"])],
};

static DECISIONS: Record = Record {
    name: "decisions",
    doc: "What decisions must be during the outage, and how many are enough to tell.",
    fields: &[
        optional("expect", DENY_ALL, "deny_all", "What every decision is."),
        optional(
            "min_judged",
            Shape::Whole(1, 1_000_000),
            "100",
            "Fewest decisions that must lie within the outage; default 10.",
        ),
    ],
    rules: &[],
};

/// One validation, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Validated {
    /// Its key.
    pub key: String,
    /// What it asks.
    pub what: ValidationWord,
    /// Where the key stands.
    pub place: Place,
}

/// What a validation asks.
#[derive(Debug, Clone, PartialEq)]
pub enum ValidationWord {
    /// `http_recovery_time_max_seconds` and `recovery_time_max_seconds`.
    Recovery(Recovery),
    /// `nats_message_redelivery`.
    Redelivery {
        /// Fewest.
        min: u64,
        /// Every one ends acknowledged.
        all_acked: bool,
    },
    /// `no_data_loss`.
    NoDataLoss,
    /// `no_event_loss`.
    NoEventLoss(DuplicatePolicy),
    /// `outbox_processing_resumes_within_seconds`.
    OutboxResumes(Duration),
    /// `decisions_during_outage`.
    Decisions {
        /// Fewest that must have been judged, and where that stands.
        min_judged: Placed<u64>,
    },
    /// `telemetry_accounted_within_seconds`.
    Telemetry(Duration),
}

/// Limits of recovery.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovery {
    /// Whether only HTTP probes count.
    pub http: bool,
    /// The limit of all of them.
    pub all: Option<Duration>,
    /// Limits by probe.
    pub probes: Vec<(Placed<String>, Duration)>,
    /// Only attempts over such connections, and where that is written.
    pub connection: Option<Placed<Connection>>,
    /// How long nothing may fail afterwards.
    pub hold_for: Duration,
}

/// Reads the validations of a scenario, in order of the file.
pub fn validations(node: &Node, problems: &mut Vec<Problem>) -> Vec<Validated> {
    let Some(section) = node.get("validation") else {
        return Vec::new();
    };
    let items: Vec<&Node> = probe::each(section).collect();
    let entries = items.iter().flat_map(|item| item.entries());
    let mut read: Vec<Validated> = Vec::new();
    for entry in entries {
        if let Some(earlier) = read.iter().find(|one| one.key == entry.key) {
            let message = format!("a second `{}`", entry.key);
            let help = format!("the first stands in line {}", earlier.place.line);
            problems.push(Problem::at(&entry.place, message).help(help));
        } else if let Some(what) = word(entry, problems) {
            let (key, place) = (entry.key.clone(), entry.place.clone());
            read.push(Validated { key, what, place });
        }
    }
    read
}

fn word(entry: &Entry, problems: &mut Vec<Problem>) -> Option<ValidationWord> {
    let node = &entry.value;
    Some(match entry.key.as_str() {
        "http_recovery_time_max_seconds" => {
            ValidationWord::Recovery(recovery(node, true, problems)?)
        }
        "recovery_time_max_seconds" => ValidationWord::Recovery(recovery(node, false, problems)?),
        "nats_message_redelivery" => ValidationWord::Redelivery {
            min: node.get("min").and_then(Node::unsigned).unwrap_or(1),
            all_acked: node
                .get("all_acked")
                .and_then(Node::boolean)
                .unwrap_or(true),
        },
        "no_data_loss" => ValidationWord::NoDataLoss,
        "no_event_loss" => ValidationWord::NoEventLoss(copies(node)),
        "outbox_processing_resumes_within_seconds" => {
            ValidationWord::OutboxResumes(time::seconds_or_text(node)?)
        }
        "decisions_during_outage" => ValidationWord::Decisions {
            min_judged: min_judged(node),
        },
        "telemetry_accounted_within_seconds" => {
            ValidationWord::Telemetry(time::seconds_or_text(node)?)
        }
        _ => return None,
    })
}

fn copies(node: &Node) -> DuplicatePolicy {
    let budget = node.get("budget").and_then(Node::unsigned);
    let word = node.get("duplicates").and_then(Node::text);
    match (budget, word) {
        (Some(most), _) => DuplicatePolicy::Budget(most),
        (None, Some("forbidden")) => DuplicatePolicy::Forbidden,
        _ => DuplicatePolicy::Allowed,
    }
}

fn min_judged(node: &Node) -> Placed<u64> {
    let written = node.get("min_judged");
    Placed {
        value: written.and_then(Node::unsigned).unwrap_or(MIN_JUDGED),
        place: written.unwrap_or(node).place.clone(),
    }
}

fn recovery(node: &Node, http: bool, problems: &mut Vec<Problem>) -> Option<Recovery> {
    let mut read = Recovery {
        http,
        all: time::seconds_or_text(node),
        probes: Vec::new(),
        connection: None,
        hold_for: super::steady::HOLD,
    };
    for entry in node.entries() {
        match entry.key.as_str() {
            "connection" => read.connection = connection(entry, problems),
            "hold_for" => read.hold_for = hold_for(entry, problems).unwrap_or(read.hold_for),
            _ => read.probes.extend(limit(entry, problems)),
        }
    }
    if let (Value::Map(_), true) = (&node.value, read.probes.is_empty()) {
        let message = format!("`{}` names no probe", node.key());
        let help = format!("write `{}: {{api: 10}}`, or only the seconds", node.key());
        problems.push(Problem::at(&time::first_key(node), message).help(help));
    }
    (read.all.is_some() || !read.probes.is_empty()).then_some(read)
}

fn connection(entry: &Entry, problems: &mut Vec<Problem>) -> Option<Placed<Connection>> {
    let read = probe::connection(&entry.value);
    if read.is_none() {
        let problem = Problem::at(&entry.value.place, "`connection` is `fresh` or `pooled`");
        problems.push(problem.known(["fresh", "pooled"]));
    }
    let place = entry.value.place.clone();
    read.map(|value| Placed { value, place })
}

fn hold_for(entry: &Entry, problems: &mut Vec<Problem>) -> Option<Duration> {
    let read = entry
        .value
        .text()
        .and_then(crate::config::quantity::duration);
    if read.is_none() {
        let problem = Problem::at(&entry.value.place, "`hold_for` is a time with its unit");
        problems.push(problem.help("write `hold_for: 2s`"));
    }
    read
}

fn limit(entry: &Entry, problems: &mut Vec<Problem>) -> Option<(Placed<String>, Duration)> {
    let read = time::seconds_or_text(&entry.value);
    if read.is_none() {
        let message = format!("the limit of `{}` is a number of seconds", entry.key);
        let help = format!("write `{}: 10`", entry.key);
        problems.push(Problem::at(&entry.value.place, message).help(help));
    }
    let probe = Placed {
        value: entry.key.clone(),
        place: entry.place.clone(),
    };
    read.map(|limit| (probe, limit))
}

/// A validation section: a mapping, or a list of mappings with one word each.
pub const SECTION: Shape = Shape::Either(
    "a list of words, or a mapping",
    &[
        Shape::List(&Shape::Record(&VALIDATION), 1),
        Shape::Record(&VALIDATION),
    ],
);
