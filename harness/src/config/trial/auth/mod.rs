//! The section `auth`: What a service that verifies JWTs declares of itself.

mod claims;
mod issuer;
mod keys;
mod metrics;
mod request;

use super::guard;
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::shape::{Field, Record, SECONDS, SECONDS_OR_NONE, Shape, optional, required};
use crate::config::time;
use crate::model::place::Problem;
use crate::model::trial::auth::{AuthPlan, KeysPlan, REASONS, Statuses};
use std::time::Duration;

/// Holes that the suite fills: its identity provider.
pub(super) const OFFERS: [&str; 4] = ["issuer", "jwks_uri", "client_id", "audience"];

/// Algorithms that good tokens can be signed with.
const ALGORITHMS: [&str; 7] = [
    "RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA",
];
const STATUSES: Shape = Shape::List(&Shape::Whole(100, 599), 1);

/// The section `auth`.
pub(super) const FIELD: Field = required(
    "auth",
    Shape::Record(&AUTH),
    "{algorithms: [RS256], protected: [{path: /me}]}",
    "What is asked, and what the target declares of itself.",
);

static AUTH: Record = Record {
    name: "auth",
    doc: "What a service that verifies JWTs declares of itself.",
    fields: &[
        required(
            "algorithms",
            Shape::List(&Shape::Word("algorithm", &ALGORITHMS), 1),
            "[RS256, ES256]",
            "Signature algorithms that it allows; the first one is that of most tokens.",
        ),
        required(
            "protected",
            Shape::List(&Shape::Record(&request::PROTECTED), 1),
            "[{path: /me, subject: /sub}]",
            "Requests that need a token; the first one is asked by most checks and must be repeatable.",
        ),
        optional(
            "issuer",
            Shape::Record(&issuer::ISSUER),
            "{path: /realms/a, client_id: workbench, audience: workbench-api}",
            "The identity provider that the suite plays.",
        ),
        optional(
            "open_path",
            Shape::Text(Form::PlainPath),
            "/health",
            "A path that needs no token and tells that the process lives.",
        ),
        optional(
            "statuses",
            Shape::Record(&STATUS),
            "{reject: [401]}",
            "Statuses by meaning.",
        ),
        optional(
            "leeway_seconds",
            SECONDS_OR_NONE,
            "60",
            "How far clocks may be apart; default 60.",
        ),
        optional(
            "claims",
            Shape::Record(&claims::CLAIMS),
            "{at_jwt_required: true}",
            "What is declared of claims and types.",
        ),
        optional(
            "cooldown_seconds",
            SECONDS,
            "10",
            "Shortest time between two fetches of keys that unknown names cause; default 10.",
        ),
        optional(
            "keys",
            Shape::Record(&keys::KEYS),
            "{ttl_variable: JWKS_CACHE_TTL}",
            "What is declared of keys and how they are fetched.",
        ),
        optional(
            "scope",
            Shape::Record(&request::SCOPE),
            "{value: \"items:write\", request: {method: POST, path: /items, status: [201]}}",
            "A right that a request needs; default none is declared, and AB-14 is not asked.",
        ),
        optional(
            "metrics",
            Shape::Record(&metrics::METRICS),
            "{success: auth_success}",
            "Names of metrics; a prefix, `_total` and `_seconds` are allowed for.",
        ),
        optional(
            "reasons",
            Shape::Record(&metrics::REASON),
            "{expired: token_expired}",
            "The target's word for each class of failures; default the class's own name.",
        ),
        Field {
            required: false,
            doc: "Wrong production environments that it must refuse, for the group CF; default none is declared.",
            ..guard::FIELD
        },
    ],
    rules: &[],
};

static STATUS: Record = Record {
    name: "auth_statuses",
    doc: "Statuses by meaning.",
    fields: &[
        optional(
            "reject",
            STATUSES,
            "[401]",
            "The token is refused; default 401.",
        ),
        optional(
            "forbidden",
            STATUSES,
            "[403]",
            "The token is good and does not suffice; default 403.",
        ),
        optional(
            "unavailable",
            STATUSES,
            "[503]",
            "The keys cannot be had; default 503.",
        ),
    ],
    rules: &[],
};

/// Reads the section.
pub(super) fn auth(node: &Node, problems: &mut Vec<Problem>) -> Option<AuthPlan> {
    let keys = keys::keys(node.get("keys"), problems)?;
    let guard = match node.get("guard") {
        Some(node) => Some(guard::guard(node, problems)?),
        None => None,
    };
    Some(AuthPlan {
        algorithms: words(node.get("algorithms")?),
        issuer: issuer::issuer(node.get("issuer"), problems)?,
        protected: request::requests(node.get("protected")?)?,
        open_path: text(Some(node), "open_path"),
        statuses: statuses(node.get("statuses"))?,
        claims: claims::claims(node.get("claims"), leeway(node)?)?,
        keys: KeysPlan {
            cooldown: seconds(Some(node), "cooldown_seconds", keys.cooldown)?,
            ..keys
        },
        scope: request::scope(node.get("scope"))?,
        metrics: metrics::metrics(node.get("metrics")),
        reasons: metrics::reasons(node.get("reasons"), &REASONS),
        guard,
    })
}

fn leeway(node: &Node) -> Option<Duration> {
    seconds(
        Some(node),
        "leeway_seconds",
        AuthPlan::default().claims.leeway,
    )
}

fn statuses(node: Option<&Node>) -> Option<Statuses> {
    let default = Statuses::default();
    Some(Statuses {
        reject: status_list(node, "reject", default.reject)?,
        forbidden: status_list(node, "forbidden", default.forbidden)?,
        unavailable: status_list(node, "unavailable", default.unavailable)?,
    })
}

/// A list of statuses, or its default.
fn status_list(node: Option<&Node>, key: &str, default: Vec<u16>) -> Option<Vec<u16>> {
    match node.and_then(|node| node.get(key)) {
        Some(list) => list.items().iter().map(Node::unsigned).collect(),
        None => Some(default),
    }
}

/// A text that may be left out.
fn text(node: Option<&Node>, key: &str) -> Option<String> {
    Some(node?.get(key)?.text()?.to_owned())
}

/// The texts of a list.
fn words(node: &Node) -> Vec<String> {
    let texts = node.items().iter().filter_map(Node::text);
    texts.map(str::to_owned).collect()
}

/// A switch that is off where it is left out.
fn switch(node: Option<&Node>, key: &str) -> bool {
    let value = node.and_then(|node| node.get(key));
    value.and_then(Node::boolean).unwrap_or(false)
}

/// A number of seconds, or its default.
fn seconds(node: Option<&Node>, key: &str, default: Duration) -> Option<Duration> {
    match node.and_then(|node| node.get(key)) {
        Some(value) => time::seconds(value),
        None => Some(default),
    }
}

#[cfg(test)]
mod tests;
