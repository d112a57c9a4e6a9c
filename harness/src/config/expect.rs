//! What must hold of an answer besides its status, and what is kept of it.

use super::form::Form;
use super::node::Node;
use super::shape::{Record, Rule, Shape, optional};
use super::step::texts;
use crate::model::load::{Expectation, ExtractFrom, Extraction};

const POINTERS: Shape = Shape::List(&Shape::Text(Form::Pointer), 1);

/// What must hold of an answer.
pub static EXPECT: Record = Record {
    name: "expectation",
    doc: "What must hold of an answer besides its status.",
    fields: &[
        optional(
            "headers",
            Shape::Names(Form::Header, &Shape::Text(Form::Any), 1),
            "{content-type: json}",
            "Headers that must be there and contain the text; empty text asks only that they are there.",
        ),
        optional(
            "json",
            Shape::Names(Form::Pointer, &Shape::Json, 1),
            "{/status: ok}",
            "JSON pointers and the values that must stand there.",
        ),
        optional(
            "json_exists",
            POINTERS,
            "[/id]",
            "JSON pointers at which there must be a value.",
        ),
        optional(
            "json_min_length",
            Shape::Names(Form::Pointer, &Shape::Whole(0, i64::MAX), 1),
            "{/items: 1}",
            "JSON pointers of lists or texts, and their least length.",
        ),
        optional(
            "body_contains",
            Shape::List(&Shape::Text(Form::Filled), 1),
            "[done]",
            "Texts that the body must contain.",
        ),
    ],
    rules: &[Rule::AtLeastOne(&[
        "json_exists",
        "json",
        "json_min_length",
        "headers",
        "body_contains",
    ])],
};

/// Where a kept value is found.
pub static EXTRACT: Record = Record {
    name: "extraction",
    doc: "Where a kept value is found; not finding it is a failed check.",
    fields: &[
        optional(
            "json",
            Shape::Text(Form::Pointer),
            "/id",
            "JSON pointer into the body.",
        ),
        optional(
            "header",
            Shape::Text(Form::Header),
            "location",
            "Header of the answer.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["json", "header"])],
};

/// Reads the further checks on an answer.
pub fn expectations(node: &Node) -> Vec<Expectation> {
    let mut all = Vec::new();
    for entry in node.get("headers").map(Node::entries).unwrap_or_default() {
        all.extend(entry.value.text().map(|text| Expectation::HeaderContains {
            header: entry.key.to_ascii_lowercase(),
            text: text.to_owned(),
        }));
    }
    for entry in node.get("json").map(Node::entries).unwrap_or_default() {
        let pointer = entry.key.clone();
        let value = entry.value.json().ok();
        all.extend(value.map(|value| Expectation::JsonEquals { pointer, value }));
    }
    for pointer in texts(node.get("json_exists")) {
        all.push(Expectation::JsonExists { pointer });
    }
    for entry in node
        .get("json_min_length")
        .map(Node::entries)
        .unwrap_or_default()
    {
        let pointer = entry.key.clone();
        let length = entry.value.unsigned();
        all.extend(length.map(|length| Expectation::JsonMinLength { pointer, length }));
    }
    let texts = texts(node.get("body_contains"));
    all.extend(texts.into_iter().map(Expectation::BodyContains));
    all
}

/// Reads the values kept of an answer.
pub fn extractions(node: Option<&Node>) -> Option<Vec<Extraction>> {
    let one = |name: &str, from: &Node| {
        let json = from.get("json").and_then(Node::text);
        let from = match json {
            Some(pointer) => ExtractFrom::Json(pointer.to_owned()),
            None => ExtractFrom::Header(from.get("header")?.text()?.to_ascii_lowercase()),
        };
        Some(Extraction {
            name: name.to_owned(),
            from,
        })
    };
    let entries = node.map(Node::entries).unwrap_or_default();
    entries
        .iter()
        .map(|entry| one(&entry.key, &entry.value))
        .collect()
}
