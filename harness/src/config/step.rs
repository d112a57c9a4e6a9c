//! One request of a journey: what is sent, what must come back, what is kept.

use super::expect::{self, EXPECT, EXTRACT};
use super::form::Form;
use super::node::{Node, Value};
use super::shape::{Record, Rule, Shape, optional, required};
use super::time::{self, PAUSE};
use crate::model::load::{Body, StatusRange, Step};
use crate::model::place::Problem;
use crate::model::template::Template;

/// The methods that a request can have.
pub(super) const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const STATUS: Shape = Shape::Whole(100, 599);
const STATUS_NOUN: &str = "a status such as `200`, a list of them, or a class `2xx`";
const ONE_STATUS: Shape = Shape::Either(STATUS_NOUN, &[STATUS, Shape::Text(Form::StatusClass)]);
/// One status, a class of them, or a list of both.
pub(super) const STATUSES: Shape = Shape::Either(
    STATUS_NOUN,
    &[
        STATUS,
        Shape::Text(Form::StatusClass),
        Shape::List(&ONE_STATUS, 1),
    ],
);
const TEMPLATES: Shape = Shape::Names(Form::Filled, &Shape::Text(Form::Template), 1);

/// One request.
pub static STEP: Record = Record {
    name: "step",
    doc: "One request, what must hold of its answer, and what is kept of it.",
    fields: &[
        optional(
            "name",
            Shape::Text(Form::Line),
            "add item",
            "Name under which its response times are counted, unique in the target; default: method and path.",
        ),
        optional(
            "method",
            Shape::Word("HTTP method", &METHODS),
            "POST",
            "HTTP method; default `GET`.",
        ),
        required(
            "path",
            Shape::Text(Form::Path),
            "/items?limit=10",
            "Path with query; may hold `${name}`.",
        ),
        optional(
            "headers",
            Shape::Names(Form::Header, &Shape::Text(Form::HeaderValue), 1),
            "{x-trace: \"${uuid}\"}",
            "Request headers; values may hold `${name}`.",
        ),
        optional(
            "body",
            Shape::Record(&BODY),
            "{json: {name: \"item ${uuid}\"}}",
            "What is sent; default nothing.",
        ),
        optional(
            "status",
            STATUSES,
            "[200, 201]",
            "Statuses that count as good: a number, a class such as `2xx`, or a list; default `2xx`.",
        ),
        optional(
            "expect",
            Shape::Record(&EXPECT),
            "{json_exists: [/id]}",
            "Further checks on the answer.",
        ),
        optional(
            "extract",
            Shape::Names(Form::Name, &Shape::Record(&EXTRACT), 1),
            "{item_id: {json: /id}}",
            "Values kept for the later steps of the same user, by name.",
        ),
        optional(
            "pause_ms",
            Shape::Record(&PAUSE),
            "{min_ms: 10, max_ms: 20}",
            "Pause after the step, not counted as response time.",
        ),
    ],
    rules: &[],
};

/// What a request carries.
pub(super) static BODY: Record = Record {
    name: "body",
    doc: "What a request carries.",
    fields: &[
        optional(
            "json",
            Shape::Json,
            "{name: \"item ${uuid}\"}",
            "JSON; text in it may hold `${name}` and stays text.",
        ),
        optional(
            "text",
            Shape::Text(Form::Template),
            "hello",
            "Text as it stands; may hold `${name}`.",
        ),
        optional(
            "content_type",
            Shape::Text(Form::Line),
            "text/plain",
            "Content type of `text`; default `text/plain; charset=utf-8`.",
        ),
        optional(
            "form",
            TEMPLATES,
            "{q: \"${word}\"}",
            "Fields of an HTML form; values may hold `${name}`.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["json", "text", "form"])],
};

/// Reads a step; what does not fit its shape was told before and is passed over.
pub fn step(node: &Node, problems: &mut Vec<Problem>) -> Option<Step> {
    let path_text = node.get("path")?.text()?;
    let method = node.get("method").map_or(Some("GET"), Node::text)?;
    let name = node.get("name").and_then(Node::text);
    let mut place = node.place.clone();
    if let Some(first) = node.entries().first() {
        place = crate::model::place::Place {
            key_path: place.key_path,
            ..first.place.clone()
        };
    }
    refuse_headers(node, problems);
    Some(Step {
        name: name.map_or_else(|| format!("{method} {path_text}"), str::to_owned),
        method: method.to_owned(),
        path: Template::parse(path_text).ok()?,
        headers: templates(node.get("headers"), true)?,
        body: node.get("body").map_or(Some(Body::Empty), body)?,
        status: statuses(node.get("status"))?,
        expect: node
            .get("expect")
            .map(expect::expectations)
            .unwrap_or_default(),
        extract: expect::extractions(node.get("extract"))?,
        pause: match node.get("pause_ms") {
            Some(pause) => Some(time::pause(pause, problems)?),
            None => None,
        },
        place,
    })
}

/// Headers that the client itself must write, or that `body` writes.
pub(super) fn refuse_headers(node: &Node, problems: &mut Vec<Problem>) {
    let headers = node.get("headers").map(Node::entries).unwrap_or_default();
    for header in headers {
        let help = match header.key.to_ascii_lowercase().as_str() {
            "host" | "content-length" | "transfer-encoding" | "connection" => {
                "the HTTP client writes it"
            }
            "content-type" if node.get("body").is_some() => {
                "`body` writes it: `json`, `form`, or `text` with `content_type`"
            }
            _ => continue,
        };
        let message = format!("the header `{}` cannot be set here", header.key);
        problems.push(Problem::at(&header.place, message).help(help));
    }
}

/// Pairs of a name and a template; with `lower`, names in lower case.
pub(super) fn templates(node: Option<&Node>, lower: bool) -> Option<Vec<(String, Template)>> {
    let entries = node.map(Node::entries).unwrap_or_default();
    let pair = |key: &str, text: &str| {
        let key = if lower {
            key.to_ascii_lowercase()
        } else {
            key.to_owned()
        };
        Some((key, Template::parse(text).ok()?))
    };
    entries
        .iter()
        .map(|entry| pair(&entry.key, entry.value.text()?))
        .collect()
}

/// Reads what a request carries.
pub(super) fn body(node: &Node) -> Option<Body> {
    if let Some(json) = node.get("json") {
        let text = json.json().ok()?.to_string();
        return Some(Body::Json(Template::parse(&text).ok()?));
    }
    if let Some(form) = node.get("form") {
        return Some(Body::Form(templates(Some(form), false)?));
    }
    let content_type = match node.get("content_type") {
        Some(written) => written.text()?,
        None => "text/plain; charset=utf-8",
    };
    Some(Body::Text {
        content_type: content_type.to_owned(),
        text: Template::parse(node.get("text")?.text()?).ok()?,
    })
}

/// Reads statuses; nothing means any of the class 2xx.
pub(super) fn statuses(node: Option<&Node>) -> Option<Vec<StatusRange>> {
    match node {
        None => Some(vec![StatusRange {
            first: 200,
            last: 299,
        }]),
        Some(node) if matches!(node.value, Value::List(_)) => {
            node.items().iter().map(status).collect()
        }
        Some(node) => Some(vec![status(node)?]),
    }
}

fn status(node: &Node) -> Option<StatusRange> {
    if let Some(exact) = node.unsigned::<u16>() {
        return Some(StatusRange {
            first: exact,
            last: exact,
        });
    }
    let class: u16 = node.text()?.get(..1)?.parse().ok()?;
    Some(StatusRange {
        first: class * 100,
        last: class * 100 + 99,
    })
}

/// The texts of a list; what is not text was told before.
pub fn texts(node: Option<&Node>) -> Vec<String> {
    let items = node.map(Node::items).unwrap_or_default();
    items
        .iter()
        .filter_map(Node::text)
        .map(str::to_owned)
        .collect()
}
