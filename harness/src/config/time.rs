//! Lengths of time as they are written: seconds, milliseconds, think times.

use super::node::Node;
use super::shape::{MILLISECONDS_OR_NONE, Record, required};
use crate::model::load::ThinkTime;
use crate::model::place::Problem;
use std::time::Duration;

/// A pause between two journeys or after a step.
pub static PAUSE: Record = Record {
    name: "pause",
    doc: "A pause, drawn evenly from a range.",
    fields: &[
        required(
            "min_ms",
            MILLISECONDS_OR_NONE,
            "50",
            "Shortest pause in milliseconds.",
        ),
        required(
            "max_ms",
            MILLISECONDS_OR_NONE,
            "150",
            "Longest pause in milliseconds.",
        ),
    ],
    rules: &[],
};

/// A number of seconds.
pub fn seconds(node: &Node) -> Option<Duration> {
    Duration::try_from_secs_f64(node.number()?).ok()
}

/// A number of milliseconds.
pub fn milliseconds(node: &Node) -> Option<Duration> {
    Duration::try_from_secs_f64(node.number()? / 1000.0).ok()
}

/// A pause; a longest below the shortest is a problem.
pub fn pause(node: &Node, problems: &mut Vec<Problem>) -> Option<ThinkTime> {
    let min = milliseconds(node.get("min_ms")?)?;
    let max_node = node.get("max_ms")?;
    let max = milliseconds(max_node)?;
    if max < min {
        let message = format!("`max_ms` is below `min_ms` ({} ms)", min.as_millis());
        problems.push(Problem::at(&max_node.place, message));
        return None;
    }
    Some(ThinkTime { min, max })
}
