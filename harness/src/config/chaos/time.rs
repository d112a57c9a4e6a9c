//! Times of chaos files: texts with their unit, or seconds where the key says so.

use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::quantity;
use crate::config::shape::Shape;
use crate::config::time;
use crate::model::place::{Place, Placed};
use std::time::Duration;

/// A time with its unit.
pub const DURATION: Shape = Shape::Text(Form::Duration);

/// The time behind a key, where there is one that fits.
pub fn duration(node: &Node, key: &str) -> Option<Duration> {
    quantity::duration(node.get(key)?.text()?)
}

/// A number of seconds, or a time with its unit.
pub fn seconds_or_text(node: &Node) -> Option<Duration> {
    match node.text() {
        Some(text) => quantity::duration(text),
        None => time::seconds(node),
    }
}

/// A text and where it stands.
pub fn placed(node: &Node) -> Option<Placed<String>> {
    Some(Placed {
        value: node.text()?.to_owned(),
        place: node.place.clone(),
    })
}

/// The first key of a mapping, which shows best where it stands.
pub fn first_key(node: &Node) -> Place {
    match node.entries().first() {
        Some(first) => Place {
            key_path: node.place.key_path.clone(),
            ..first.place.clone()
        },
        None => node.place.clone(),
    }
}
