//! `actions`: the blows, when they fall and how long they last.

use super::fault::{self, BANDWIDTH, LATENCY, LOSS, PARTITION, RESTART, STALL};
use super::time::{self, DURATION};
use crate::config::form::Form;
use crate::config::node::{Entry, Node};
use crate::config::shape::{Record, Rule, SECONDS, Shape, optional};
use crate::model::chaos::{FaultKind, Moment};
use crate::model::place::{Place, Placed, Problem};
use std::time::Duration;

const NAME: Shape = Shape::Text(Form::Name);

/// The keys that say what is done.
pub const FAULTS: [&str; 6] = [
    "network_partition",
    "restart_container",
    "stall",
    "latency",
    "loss",
    "bandwidth",
];

/// One blow.
pub static ACTION: Record = Record {
    name: "action",
    doc: "One blow: what is done to which service, when, and for how long.",
    fields: &[
        optional(
            "id",
            NAME,
            "cut",
            "Name of the action, unique in the scenario; default the fault's word.",
        ),
        optional(
            "type",
            Shape::Word(
                "action type",
                &["network_partition", "restart_container", "stall"],
            ),
            "network_partition",
            "What is done to `target`; the other faults are keys of their own.",
        ),
        optional(
            "target",
            NAME,
            "nats",
            "With `type`: a service of the system.",
        ),
        optional(
            "graceful",
            Shape::Boolean,
            "true",
            "With `type: restart_container`: stopped by its stop signal, or killed; default true.",
        ),
        optional(
            "duration_seconds",
            SECONDS,
            "15",
            "How long it lasts; as `for`, in seconds.",
        ),
        optional(
            "network_partition",
            Shape::Record(&PARTITION),
            "{target: nats}",
            "No packet passes.",
        ),
        optional(
            "restart_container",
            Shape::Record(&RESTART),
            "{target: postgres, graceful: false}",
            "The container is stopped and started again.",
        ),
        optional(
            "stall",
            Shape::Record(&STALL),
            "{target: openobserve}",
            "The container is paused: connections are accepted and nothing answers.",
        ),
        optional(
            "latency",
            Shape::Record(&LATENCY),
            "{target: nats, delay: 50ms, jitter: 5ms}",
            "Packets are late.",
        ),
        optional(
            "loss",
            Shape::Record(&LOSS),
            "{target: nats, share: 20%}",
            "Packets are lost at random.",
        ),
        optional(
            "bandwidth",
            Shape::Record(&BANDWIDTH),
            "{target: nats, bits_per_second: 1000000}",
            "Bytes leave the target slowly.",
        ),
        optional(
            "at",
            DURATION,
            "5s",
            "So long after the pre phase ended; default at once for the first action.",
        ),
        optional(
            "after",
            Shape::Text(Form::Moment),
            "cut.healed",
            "After a moment of another action; default after the action above was healed.",
        ),
        optional(
            "parallel",
            Shape::True,
            "true",
            "Begins together with the action above.",
        ),
        optional(
            "wait",
            DURATION,
            "2s",
            "With `after`: so long after that moment; default at once.",
        ),
        optional(
            "for",
            DURATION,
            "8s",
            "How long it lasts; a restart without it has no outage but its own.",
        ),
    ],
    rules: &[
        Rule::ExactlyOne(&[
            "type",
            "network_partition",
            "restart_container",
            "stall",
            "latency",
            "loss",
            "bandwidth",
        ]),
        Rule::AtMostOne(&["at", "after", "parallel"]),
        Rule::AtMostOne(&["for", "duration_seconds"]),
    ],
};

/// One blow, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Blow {
    /// Its id; the fault's word where none is written.
    pub id: Placed<String>,
    /// The service.
    pub target: Placed<String>,
    /// What is done.
    pub fault: FaultKind,
    /// The services that the fault names besides its target, and where they stand.
    pub peers: Vec<Placed<String>>,
    /// When.
    pub start: BlowStart,
    /// How long; zero for a restart without an outage of its own.
    pub lasts: Duration,
    /// Where the fault's key stands.
    pub place: Place,
}

/// When a blow falls.
#[derive(Debug, Clone, PartialEq)]
pub enum BlowStart {
    /// Nothing is written: at once, or after the action above.
    Next,
    /// Together with the action above.
    Together,
    /// So long after the pre phase.
    At(Duration),
    /// After a moment of another action.
    After {
        /// Its id.
        action: Placed<String>,
        /// The moment.
        moment: Moment,
        /// How long after it.
        wait: Duration,
    },
}

/// Reads the actions of a scenario.
pub fn actions(node: &Node, problems: &mut Vec<Problem>) -> Vec<Blow> {
    let items = node.get("actions").map(Node::items).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| blow(item, problems))
        .collect()
}

fn blow(node: &Node, problems: &mut Vec<Problem>) -> Option<Blow> {
    let entry = FAULTS.iter().find_map(|key| node.entry(key));
    let (word, place, body) = match entry {
        Some(entry) => (entry.key.as_str(), entry.place.clone(), &entry.value),
        None => {
            let written = node.get("type")?;
            let known = FAULTS.iter().find(|word| Some(**word) == written.text())?;
            (*known, written.place.clone(), node)
        }
    };
    apart(node, entry, word, problems);
    let lasts = lasts(node, word, &place, problems);
    let start = start(node, problems);
    let fault = fault::fault(word, body, problems);
    outlasted(body, fault.as_ref(), lasts, problems);
    let id = node.get("id").and_then(time::placed);
    Some(Blow {
        id: id.unwrap_or_else(|| Placed {
            value: word.to_owned(),
            place: place.clone(),
        }),
        target: time::placed(body.get("target")?)?,
        fault: fault?,
        peers: fault::peers(body),
        start: start?,
        lasts: lasts?,
        place,
    })
}

/// Keys of the two ways to write an action are not mixed.
fn apart(node: &Node, fault: Option<&Entry>, word: &str, problems: &mut Vec<Problem>) {
    let wrong = |key: &str| match fault {
        Some(_) => matches!(key, "target" | "graceful"),
        None => key == "graceful" && word != "restart_container",
    };
    for entry in node.entries().iter().filter(|entry| wrong(&entry.key)) {
        let message = format!("`{}` does not belong here", entry.key);
        let help = match fault {
            Some(_) => format!("write it inside: `{word}: {{{}: …}}`", entry.key),
            None => format!("a `{word}` has no such key"),
        };
        problems.push(Problem::at(&entry.place, message).help(help));
    }
    if fault.is_none() && node.get("target").is_none() {
        let problem = Problem::at(&time::first_key(node), "`target` is missing in an action");
        problems.push(problem.help("a service of the system\nwrite `target: nats`"));
    }
}

fn lasts(node: &Node, word: &str, place: &Place, problems: &mut Vec<Problem>) -> Option<Duration> {
    let Some(written) = node.get("for").or_else(|| node.get("duration_seconds")) else {
        if word == "restart_container" {
            return Some(Duration::ZERO);
        }
        let problem = Problem::at(place, format!("nothing says how long this `{word}` lasts"));
        problems.push(problem.help("write `for: 8s` or `duration_seconds: 8` beside it"));
        return None;
    };
    let lasts = time::seconds_or_text(written)?;
    if lasts.is_zero() {
        let message = "a fault that lasts no time at all proves nothing";
        problems.push(Problem::at(&written.place, message));
    }
    Some(lasts)
}

/// A packet that is held as long as the fault lasts is let go because it ends: nobody saw it late.
fn outlasted(
    body: &Node,
    fault: Option<&FaultKind>,
    lasts: Option<Duration>,
    problems: &mut Vec<Problem>,
) {
    let (Some(FaultKind::Latency { delay, jitter, .. }), Some(lasts)) = (fault, lasts) else {
        return;
    };
    if let (true, Some(entry)) = (*delay + *jitter >= lasts, body.entry("delay")) {
        let message = "`delay` and `jitter` are as long as the fault itself";
        let help = "no packet would be seen to come late; make it shorter, or `for` longer";
        problems.push(Problem::at(&entry.place, message).help(help));
    }
}

fn start(node: &Node, problems: &mut Vec<Problem>) -> Option<BlowStart> {
    let wait = node.entry("wait");
    let Some(after) = node.get("after") else {
        if let Some(wait) = wait {
            let problem = Problem::at(&wait.place, "`wait` without `after`");
            problems.push(problem.help("write `after: ACTION.healed` beside it, or `at`"));
        }
        return Some(match (node.get("at"), node.get("parallel")) {
            (Some(_), _) => BlowStart::At(time::duration(node, "at")?),
            (None, Some(_)) => BlowStart::Together,
            (None, None) => BlowStart::Next,
        });
    };
    let (id, moment) = after.text()?.rsplit_once('.')?;
    let moment = match moment {
        "injected" => Moment::Injected,
        "verified" => Moment::Verified,
        "healed" => Moment::Healed,
        _ => return None,
    };
    Some(BlowStart::After {
        action: Placed {
            value: id.to_owned(),
            place: after.place.clone(),
        },
        moment,
        wait: time::duration(node, "wait").unwrap_or_default(),
    })
}
