//! What a target declares of keys and how they are fetched.

use super::{seconds, switch, text};
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::shape::{MILLISECONDS, POSITIVE, Record, SECONDS, Shape, optional};
use crate::config::time;
use crate::model::place::{Place, Problem};
use crate::model::trial::auth::{ColdStart, DuplicateKid, KeysPlan, NoKid, RetryPlan};
use std::time::Duration;

const NO_KID: [&str; 3] = ["reject", "only_key", "every_key"];
const DUPLICATE_KID: [&str; 2] = ["reject", "try_each"];
const COLD_START: [&str; 2] = ["starts", "exits"];
const DISCOVERY: [&str; 2] = ["used", "none"];
/// What is declared of discovery alone.
const OF_DISCOVERY: [&str; 2] = ["rfc8414_path", "private_hosts_refused"];

pub(super) static KEYS: Record = Record {
    name: "auth_keys",
    doc: "What is declared of keys and how they are fetched.",
    fields: &[
        optional(
            "no_kid",
            Shape::Word("behaviour", &NO_KID),
            "reject",
            "A token without `kid`: `reject` it, take the `only_key` of a set with one, or try `every_key`; default not declared.",
        ),
        optional(
            "duplicate_kid",
            Shape::Word("behaviour", &DUPLICATE_KID),
            "reject",
            "Two different keys of one `kid` and type: `reject` both (default) or `try_each`.",
        ),
        optional(
            "ttl_variable",
            Shape::Text(Form::Variable),
            "JWKS_CACHE_TTL",
            "The variable that holds the time to live of keys, in seconds; default none, and the suite waits it out.",
        ),
        optional(
            "ttl_seconds",
            SECONDS,
            "2",
            "The time to live that the suite sets through that variable, or that the target has; default 2.",
        ),
        optional(
            "default_ttl_seconds",
            SECONDS,
            "3600",
            "The time to live without that variable; default 3600.",
        ),
        optional(
            "fetch_timeout_seconds",
            SECONDS,
            "3",
            "Longest time of one attempt to fetch; default 5.",
        ),
        optional(
            "retry",
            Shape::Record(&RETRY),
            "{base_ms: 100, most: 3}",
            "How failed attempts are repeated.",
        ),
        optional(
            "stale_if_error_seconds",
            SECONDS,
            "600",
            "How long after the time to live old keys do while none can be fetched; default not offered, and JB-16 is not asked.",
        ),
        optional(
            "conditional",
            Shape::Boolean,
            "true",
            "Whether it asks with `If-None-Match`; default false, and JB-24 is not asked.",
        ),
        optional(
            "max_age",
            Shape::Boolean,
            "true",
            "Whether it heeds a `max-age` shorter than the time to live; default false, and JB-25 is not asked.",
        ),
        optional(
            "discovery",
            Shape::Word("behaviour", &DISCOVERY),
            "none",
            "Where the address of the keys comes from: the issuer's document is `used` (default), or there is `none` and the address is configured (`${jwks_uri}`): then DI-1 to DI-8 are not asked, and DI-1 fails when the document is fetched after all.",
        ),
        optional(
            "rfc8414_path",
            Shape::Boolean,
            "true",
            "Whether discovery is asked between host and path (RFC 8414, section 3.1); default false.",
        ),
        optional(
            "private_hosts_refused",
            Shape::Boolean,
            "true",
            "Whether keys on loopback or link-local addresses are refused in production; default false, and DI-6 is not asked.",
        ),
        optional(
            "cold_start",
            Shape::Word("behaviour", &COLD_START),
            "starts",
            "A start while the issuer is down: it `starts` (default) or `exits`.",
        ),
    ],
    rules: &[],
};

static RETRY: Record = Record {
    name: "fetch_retry",
    doc: "How failed attempts are repeated: after base x factor^n.",
    fields: &[
        optional(
            "base_ms",
            MILLISECONDS,
            "100",
            "The base of the pauses; default 100.",
        ),
        optional(
            "factor",
            POSITIVE,
            "2",
            "What each pause is longer by; default 2.",
        ),
        optional(
            "most",
            Shape::Whole(0, 20),
            "3",
            "Repetitions after the first attempt; default 3.",
        ),
        optional(
            "first_exponent",
            Shape::Whole(0, 1),
            "0",
            "The first n; default either 0 or 1 will do.",
        ),
        optional(
            "jitter",
            Shape::Boolean,
            "true",
            "Whether pauses are drawn from nothing up to their length; default false.",
        ),
    ],
    rules: &[],
};

/// Reads the declarations; everything has a default.
pub(super) fn keys(node: Option<&Node>, problems: &mut Vec<Problem>) -> Option<KeysPlan> {
    let default = KeysPlan::default();
    let word = |key: &str| node?.get(key)?.text();
    Some(KeysPlan {
        no_kid: word("no_kid").map(no_kid),
        duplicate_kid: match word("duplicate_kid") {
            Some("try_each") => DuplicateKid::TryEach,
            _ => DuplicateKid::Reject,
        },
        cooldown: default.cooldown,
        ttl_variable: text(node, "ttl_variable"),
        ttl: seconds(node, "ttl_seconds", default.ttl)?,
        default_ttl: seconds(node, "default_ttl_seconds", default.default_ttl)?,
        fetch_timeout: seconds(node, "fetch_timeout_seconds", default.fetch_timeout)?,
        retry: retry(node.and_then(|node| node.get("retry")))?,
        stale_if_error: stale(node)?,
        conditional: switch(node, "conditional"),
        max_age: switch(node, "max_age"),
        no_discovery: no_discovery(node, problems),
        rfc8414_path: switch(node, "rfc8414_path"),
        private_hosts_refused: switch(node, "private_hosts_refused"),
        cold_start: match word("cold_start") {
            Some("exits") => ColdStart::Exits,
            _ => ColdStart::Starts,
        },
    })
}

fn no_kid(word: &str) -> NoKid {
    match word {
        "only_key" => NoKid::OnlyKey,
        "every_key" => NoKid::EveryKey,
        _ => NoKid::Reject,
    }
}

/// The place of `discovery: none`. What is declared of discovery beside it would never be asked.
fn no_discovery(node: Option<&Node>, problems: &mut Vec<Problem>) -> Option<Place> {
    let declared = node?.get("discovery")?;
    if declared.text() != Some("none") {
        return None;
    }
    for key in OF_DISCOVERY {
        if let Some(entry) = node?.entry(key).filter(|_| switch(node, key)) {
            let message = format!("`{key}` is declared of discovery, and there is none");
            let help = format!("take `{key}` away, or `discovery: none`");
            problems.push(Problem::at(&entry.place, message).help(help));
        }
    }
    Some(declared.place.clone())
}

fn stale(node: Option<&Node>) -> Option<Option<Duration>> {
    match node.and_then(|node| node.get("stale_if_error_seconds")) {
        Some(node) => time::seconds(node).map(Some),
        None => Some(None),
    }
}

fn retry(node: Option<&Node>) -> Option<RetryPlan> {
    let default = RetryPlan::default();
    let value = |key: &str| node.and_then(|node| node.get(key));
    Some(RetryPlan {
        base: match value("base_ms") {
            Some(node) => time::milliseconds(node)?,
            None => default.base,
        },
        factor: value("factor")
            .and_then(Node::number)
            .unwrap_or(default.factor),
        most: value("most")
            .and_then(Node::unsigned)
            .unwrap_or(default.most),
        first_exponent: value("first_exponent").and_then(Node::unsigned),
        jitter: switch(node, "jitter"),
    })
}
