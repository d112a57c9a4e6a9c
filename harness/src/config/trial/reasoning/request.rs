//! Requests of the adapters, with the holes that each of them can have.

use crate::config::form::Form;
use crate::config::hint;
use crate::config::node::{Entry, Node};
use crate::config::shape::{Record, Shape, optional, required};
use crate::config::step::{self, BODY, METHODS, STATUSES};
use crate::model::load::Body;
use crate::model::place::Problem;
use crate::model::template::Template;
use crate::model::trial::reasoning::RequestPlan;

/// One request of an adapter.
pub(super) static REQUEST: Record = Record {
    name: "adapter_request",
    doc: "One request with holes, and the statuses that count as done.",
    fields: &[
        optional(
            "method",
            Shape::Word("HTTP method", &METHODS),
            "POST",
            "HTTP method; default `POST`.",
        ),
        required(
            "path",
            Shape::Text(Form::Path),
            "/graphs/${name}",
            "Path with query; what fills a hole is percent-encoded.",
        ),
        optional(
            "headers",
            Shape::Names(Form::Header, &Shape::Text(Form::HeaderValue), 1),
            "{accept: application/sparql-results+json}",
            "Request headers; may have holes.",
        ),
        optional(
            "body",
            Shape::Record(&BODY),
            "{form: {query: \"${query}\"}}",
            "What is sent; may have holes, which are escaped as JSON or the form wants it; default nothing.",
        ),
        optional(
            "status",
            STATUSES,
            "[2xx, 404]",
            "Statuses that count as done; default `2xx`.",
        ),
    ],
    rules: &[],
};

/// Reads a request; a hole that is not offered is a problem.
pub(super) fn request(
    entry: &Entry,
    offered: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<RequestPlan> {
    let node = &entry.value;
    let method = node.get("method").map_or(Some("POST"), Node::text)?;
    step::refuse_headers(node, problems);
    let read = RequestPlan {
        method: method.to_owned(),
        path: Template::parse(node.get("path")?.text()?).ok()?,
        headers: step::templates(node.get("headers"), true)?,
        body: node.get("body").map_or(Some(Body::Empty), step::body)?,
        status: step::statuses(node.get("status"))?,
        place: entry.place.clone(),
    };
    for hole in read.holes().filter(|hole| !offered.contains(hole)) {
        problems.push(unknown_hole(entry, hole, offered));
    }
    Some(read)
}

/// Reads a text with holes that stands alone.
pub(super) fn template(
    node: &Node,
    offered: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<Template> {
    let template = Template::parse(node.text()?).ok()?;
    if let Some(hole) = template.holes().find(|hole| !offered.contains(hole)) {
        let mut problem = Problem::at(&node.place, format!("nothing fills `${{{hole}}}`"));
        problem.help = hint::for_word(hole, offered.iter().copied());
        problems.push(problem.known(offered.iter().copied()));
    }
    Some(template)
}

fn unknown_hole(entry: &Entry, hole: &str, offered: &[&str]) -> Problem {
    let message = format!("nothing fills `${{{hole}}}` in `{}`", entry.key);
    let mut problem = Problem::at(&entry.place, message).known(offered.iter().copied());
    problem.help = hint::for_word(hole, offered.iter().copied());
    problem
}
