//! Requests that need a token, and one that needs more than a token.

use super::{STATUSES, status_list, text};
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::shape::{Record, Shape, optional, required};
use crate::model::trial::auth::{Protected, ScopePlan};

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

pub(super) static PROTECTED: Record = Record {
    name: "request_with_token",
    doc: "A request that needs a token.",
    fields: &[
        optional(
            "method",
            Shape::Word("HTTP method", &METHODS),
            "POST",
            "HTTP method; default `GET`.",
        ),
        required(
            "path",
            Shape::Text(Form::PlainPath),
            "/me",
            "Path with query.",
        ),
        optional(
            "json",
            Shape::Json,
            "{name: a}",
            "JSON that is sent; default nothing.",
        ),
        optional(
            "subject",
            Shape::Text(Form::Pointer),
            "/sub",
            "JSON pointer to the caller's subject in the answer, where it is there.",
        ),
        optional(
            "status",
            STATUSES,
            "[200]",
            "Statuses that say that the token was accepted; default 200.",
        ),
    ],
    rules: &[],
};

pub(super) static SCOPE: Record = Record {
    name: "required_scope",
    doc: "A right that a request needs.",
    fields: &[
        optional(
            "claim",
            Shape::Text(Form::Filled),
            "scope",
            "The claim that holds it; default `scope`.",
        ),
        required(
            "value",
            Shape::Json,
            "\"items:write\"",
            "A value that suffices, as it stands in the token.",
        ),
        required(
            "request",
            Shape::Record(&PROTECTED),
            "{method: POST, path: /items, status: [201]}",
            "The request that needs it; sent several times.",
        ),
    ],
    rules: &[],
};

/// Reads a list of requests.
pub(super) fn requests(node: &Node) -> Option<Vec<Protected>> {
    node.items().iter().map(request).collect()
}

fn request(node: &Node) -> Option<Protected> {
    let default = Protected::default();
    let body = match node.get("json") {
        Some(json) => Some(json.json().ok()?),
        None => None,
    };
    Some(Protected {
        method: text(Some(node), "method").unwrap_or(default.method),
        path: text(Some(node), "path")?,
        body,
        subject: text(Some(node), "subject"),
        accepted: status_list(Some(node), "status", default.accepted)?,
    })
}

/// Reads the right, where one is declared; the outer `None` is a problem that was told before.
pub(super) fn scope(node: Option<&Node>) -> Option<Option<ScopePlan>> {
    let Some(node) = node else {
        return Some(None);
    };
    Some(Some(ScopePlan {
        claim: text(Some(node), "claim").unwrap_or_else(|| "scope".to_owned()),
        value: node.get("value")?.json().ok()?,
        request: request(node.get("request")?)?,
    }))
}
