//! Names of a target's metrics, and its words for classes of failures.

use super::text;
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::shape::{Field, Record, Shape, optional};
use crate::model::trial::auth::{ErrorsCount, MetricsPlan};
use std::collections::BTreeMap;

const COUNTS: [&str; 2] = ["attempts", "cycles"];

const fn name(key: &'static str, example: &'static str, doc: &'static str) -> Field {
    optional(key, Shape::Text(Form::Name), example, doc)
}

pub(super) static METRICS: Record = Record {
    name: "auth_metrics",
    doc: "Names of metrics; a prefix, `_total` and `_seconds` are allowed for.",
    fields: &[
        name(
            "success",
            "auth_success",
            "Counter of accepted tokens; default `auth_success`.",
        ),
        name(
            "failure",
            "auth_failure_by_reason",
            "Counter of refusals; default `auth_failure_by_reason`.",
        ),
        name(
            "reason_label",
            "reason",
            "The label of the class of refusals; default `reason`.",
        ),
        name(
            "fetch_duration",
            "jwks_fetch_duration",
            "Histogram of the time that fetches of keys take; default `jwks_fetch_duration`.",
        ),
        name(
            "fetch_errors",
            "jwks_fetch_errors",
            "Counter of failed fetches; default `jwks_fetch_errors`.",
        ),
        optional(
            "fetch_errors_count",
            Shape::Word("kind of count", &COUNTS),
            "attempts",
            "What that counts: `attempts` (default), or `cycles` of several attempts.",
        ),
    ],
    rules: &[],
};

const fn reason(key: &'static str, doc: &'static str) -> Field {
    optional(key, Shape::Text(Form::Line), key, doc)
}

pub(super) static REASON: Record = Record {
    name: "auth_reasons",
    doc: "The target's word for each class of failures.",
    fields: &[
        reason("missing_token", "No token."),
        reason("malformed", "No token by its form."),
        reason("unsupported_alg", "An algorithm that is not allowed."),
        reason("unknown_kid", "No key of this name."),
        reason("invalid_signature", "Another signature."),
        reason("expired", "`exp` has passed."),
        reason("not_yet_valid", "`nbf` lies ahead."),
        reason("invalid_issuer", "Another `iss`."),
        reason("invalid_audience", "Another `aud`."),
        reason("missing_claim", "A claim that has to be there."),
        reason("jwks_unavailable", "The keys cannot be had."),
    ],
    rules: &[],
};

/// Reads the names; everything has a default.
pub(super) fn metrics(node: Option<&Node>) -> MetricsPlan {
    let default = MetricsPlan::default();
    let cycles = text(node, "fetch_errors_count").as_deref() == Some("cycles");
    MetricsPlan {
        success: text(node, "success").unwrap_or(default.success),
        failure: text(node, "failure").unwrap_or(default.failure),
        reason_label: text(node, "reason_label").unwrap_or(default.reason_label),
        fetch_duration: text(node, "fetch_duration").unwrap_or(default.fetch_duration),
        fetch_errors: text(node, "fetch_errors").unwrap_or(default.fetch_errors),
        errors_count: match cycles {
            true => ErrorsCount::Cycles,
            false => ErrorsCount::Attempts,
        },
    }
}

/// Reads the words, each class's own name where nothing else is said.
pub(super) fn reasons(node: Option<&Node>, classes: &[&str]) -> BTreeMap<String, String> {
    let word = |class: &&str| {
        let own = text(node, class).unwrap_or_else(|| (*class).to_owned());
        ((*class).to_owned(), own)
    };
    classes.iter().map(word).collect()
}
