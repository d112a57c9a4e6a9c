//! The faults: what each of them may say.

use super::time::{self, DURATION};
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::quantity;
use crate::config::shape::{RATIO, Record, Rule, Shape, optional, required};
use crate::model::chaos::{Direction, FaultKind, PartitionMode, Stop};
use crate::model::place::{Placed, Problem};
use std::time::Duration;

const NAME: Shape = Shape::Text(Form::Name);
const DIRECTION: Shape = Shape::Word("direction", &["both", "in", "out"]);
const PEERS: Shape = Shape::Either(
    "`all` or a list of services",
    &[
        Shape::Word("group of peers", &["all"]),
        Shape::List(&NAME, 1),
    ],
);
const TARGET_DOC: &str = "A service of the system.";
/// How long a graceful stop may take, where nothing is written.
const GRACE: Duration = Duration::from_secs(10);

/// `network_partition`.
pub static PARTITION: Record = Record {
    name: "network_partition",
    doc: "No packet passes between a service and its peers.",
    fields: &[
        required("target", NAME, "nats", TARGET_DOC),
        optional(
            "mode",
            Shape::Word("partition mode", &["drop", "detach"]),
            "drop",
            "`drop` in the target's network namespace, or `detach` from the network; default `drop`.",
        ),
        optional(
            "direction",
            DIRECTION,
            "both",
            "What is dropped, seen from the target; default `both`.",
        ),
        optional(
            "peers",
            PEERS,
            "all",
            "Who is cut off from the target; default `all`.",
        ),
    ],
    rules: &[],
};

/// `restart_container`.
pub static RESTART: Record = Record {
    name: "restart_container",
    doc: "The container is stopped and started again.",
    fields: &[
        required("target", NAME, "postgres", TARGET_DOC),
        optional(
            "graceful",
            Shape::Boolean,
            "false",
            "Stopped by its stop signal, or killed; default true.",
        ),
        optional(
            "signal",
            Shape::Text(Form::Signal),
            "SIGINT",
            "Signal of a graceful stop; default the container's own.",
        ),
        optional(
            "grace",
            DURATION,
            "10s",
            "How long a graceful stop may take; longer is no graceful stop. Default `10s`.",
        ),
    ],
    rules: &[],
};

/// `stall`.
pub static STALL: Record = Record {
    name: "stall",
    doc: "The container is paused.",
    fields: &[required("target", NAME, "openobserve", TARGET_DOC)],
    rules: &[],
};

/// `latency`.
pub static LATENCY: Record = Record {
    name: "latency",
    doc: "Packets are late.",
    fields: &[
        required("target", NAME, "nats", TARGET_DOC),
        required(
            "delay",
            DURATION,
            "50ms",
            "Added to every packet; with `direction: both` a round trip is late by twice as much.",
        ),
        optional(
            "jitter",
            DURATION,
            "5ms",
            "At most so much more or less, drawn from the scenario's `seed`; order within a flow is kept. Default none.",
        ),
        optional(
            "direction",
            DIRECTION,
            "both",
            "What is late, seen from the target; default `both`.",
        ),
        optional(
            "peers",
            PEERS,
            "all",
            "Whose packets are late; default `all`.",
        ),
    ],
    rules: &[],
};

/// `loss`.
pub static LOSS: Record = Record {
    name: "loss",
    doc: "Packets are lost at random.",
    fields: &[
        required("target", NAME, "nats", TARGET_DOC),
        optional(
            "share",
            Shape::Text(Form::Share),
            "20%",
            "Share of the packets.",
        ),
        optional("ratio", RATIO, "0.2", "The same as a ratio from 0 to 1."),
    ],
    rules: &[Rule::ExactlyOne(&["share", "ratio"])],
};

/// `bandwidth`.
pub static BANDWIDTH: Record = Record {
    name: "bandwidth",
    doc: "Bytes leave the target slowly; what it receives comes as fast as ever.",
    fields: &[
        required("target", NAME, "nats", TARGET_DOC),
        required(
            "bits_per_second",
            Shape::Whole(1_000, 100_000_000_000),
            "1000000",
            "Bits per second that leave the target, headers included.",
        ),
    ],
    rules: &[],
};

/// Reads a fault by its word.
pub fn fault(word: &str, node: &Node, problems: &mut Vec<Problem>) -> Option<FaultKind> {
    Some(match word {
        "network_partition" => partition(node, problems),
        "restart_container" => restart(node, problems),
        "stall" => FaultKind::Stall,
        "latency" => latency(node, problems)?,
        "loss" => loss(node, problems)?,
        _ => FaultKind::Bandwidth {
            bits_per_second: node.get("bits_per_second")?.unsigned()?,
        },
    })
}

/// The services that a fault names besides its target.
pub fn peers(node: &Node) -> Vec<Placed<String>> {
    let items = node.get("peers").map(Node::items).unwrap_or_default();
    items.iter().filter_map(time::placed).collect()
}

fn names(node: &Node) -> Vec<String> {
    peers(node).into_iter().map(|peer| peer.value).collect()
}

fn direction(node: &Node) -> Direction {
    match node.get("direction").and_then(Node::text) {
        Some("in") => Direction::In,
        Some("out") => Direction::Out,
        _ => Direction::Both,
    }
}

fn partition(node: &Node, problems: &mut Vec<Problem>) -> FaultKind {
    let direction = direction(node);
    let peers = names(node);
    let mode = match node.get("mode").and_then(Node::text) {
        Some("detach") => PartitionMode::Detach,
        _ => PartitionMode::Drop,
    };
    for key in ["direction", "peers"] {
        let narrow = match key {
            "direction" => direction != Direction::Both,
            _ => !peers.is_empty(),
        };
        if let (PartitionMode::Detach, true, Some(entry)) = (mode, narrow, node.entry(key)) {
            let message = format!("`detach` cuts off everyone both ways: `{key}` cannot be kept");
            let help = "leave it out, or write `mode: drop`";
            problems.push(Problem::at(&entry.place, message).help(help));
        }
    }
    FaultKind::NetworkPartition {
        mode,
        direction,
        peers,
    }
}

fn restart(node: &Node, problems: &mut Vec<Problem>) -> FaultKind {
    let graceful = node.get("graceful").and_then(Node::boolean).unwrap_or(true);
    if graceful {
        let signal = node.get("signal").and_then(Node::text).map(str::to_owned);
        let grace = time::duration(node, "grace").unwrap_or(GRACE);
        let stop = Stop::Graceful { signal, grace };
        return FaultKind::RestartContainer { stop };
    }
    for key in ["signal", "grace"] {
        if let Some(entry) = node.entry(key) {
            let message = format!("`{key}` of a container that is killed");
            let help = "leave it out, or write `graceful: true`";
            problems.push(Problem::at(&entry.place, message).help(help));
        }
    }
    FaultKind::RestartContainer { stop: Stop::Kill }
}

fn latency(node: &Node, problems: &mut Vec<Problem>) -> Option<FaultKind> {
    let delay = time::duration(node, "delay")?;
    let jitter = time::duration(node, "jitter").unwrap_or_default();
    if let (true, Some(entry)) = (delay.is_zero(), node.entry("delay")) {
        problems.push(Problem::at(&entry.place, "a delay of nothing is no fault"));
    }
    if let (true, Some(entry)) = (jitter > delay, node.entry("jitter")) {
        let message = "`jitter` is more than `delay`: packets cannot be early";
        problems.push(Problem::at(&entry.place, message));
    }
    Some(FaultKind::Latency {
        delay,
        jitter,
        direction: direction(node),
        peers: names(node),
    })
}

fn loss(node: &Node, problems: &mut Vec<Problem>) -> Option<FaultKind> {
    let entry = node.entry("share").or_else(|| node.entry("ratio"))?;
    let ratio = match entry.value.text() {
        Some(text) => quantity::share(text)?,
        None => entry.value.number()?,
    };
    if ratio <= 0.0 {
        problems.push(Problem::at(&entry.place, "a loss of nothing is no fault"));
    }
    Some(FaultKind::Loss { ratio })
}
