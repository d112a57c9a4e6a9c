//! What a target declares of claims and types.

use super::{switch, text};
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::shape::{Record, SECONDS, Shape, optional};
use crate::config::time;
use crate::model::trial::auth::ClaimsPlan;
use serde_json::Map;
use std::time::Duration;

pub(super) static CLAIMS: Record = Record {
    name: "auth_claims",
    doc: "What is declared of claims and types.",
    fields: &[
        optional(
            "required",
            Shape::Names(Form::Filled, &Shape::Json, 1),
            "{tenant: a}",
            "Claims that every good token needs beside the standard ones, with a good value.",
        ),
        optional(
            "at_jwt_required",
            Shape::Boolean,
            "true",
            "Whether `typ` has to be `at+jwt` (RFC 9068); default false.",
        ),
        optional(
            "typ_checked",
            Shape::Boolean,
            "true",
            "Whether a `typ` of another kind of token is refused; default as `at_jwt_required`.",
        ),
        optional(
            "iat_required",
            Shape::Boolean,
            "true",
            "Whether a token without `iat` is refused; default false.",
        ),
        optional(
            "id_token_refused",
            Shape::Boolean,
            "true",
            "Whether an ID token is refused as an access token; default as `at_jwt_required`.",
        ),
        optional(
            "azp_checked",
            Shape::Boolean,
            "true",
            "Whether a foreign `azp` beside several audiences is refused; default false.",
        ),
        optional(
            "longest_lifetime_seconds",
            SECONDS,
            "86400",
            "The longest lifetime, `exp` less `iat`, that is accepted; default none.",
        ),
        optional(
            "roles",
            Shape::Text(Form::Filled),
            "roles",
            "The claim that holds roles or the tenant as a list of texts; default none is declared.",
        ),
    ],
    rules: &[],
};

/// Reads the declarations; everything has a default.
pub(super) fn claims(node: Option<&Node>, leeway: Duration) -> Option<ClaimsPlan> {
    let at_jwt_required = switch(node, "at_jwt_required");
    let declared = |key: &str| {
        let value = node.and_then(|node| node.get(key));
        value.and_then(Node::boolean).unwrap_or(at_jwt_required)
    };
    let mut required = Map::new();
    let written = node.and_then(|node| node.get("required"));
    for entry in written.map(Node::entries).unwrap_or_default() {
        required.insert(entry.key.clone(), entry.value.json().ok()?);
    }
    let longest = match node.and_then(|node| node.get("longest_lifetime_seconds")) {
        Some(node) => Some(time::seconds(node)?),
        None => None,
    };
    Some(ClaimsPlan {
        leeway,
        required,
        at_jwt_required,
        typ_checked: declared("typ_checked"),
        iat_required: switch(node, "iat_required"),
        id_token_refused: declared("id_token_refused"),
        azp_checked: switch(node, "azp_checked"),
        longest_lifetime: longest,
        roles: text(node, "roles"),
    })
}
