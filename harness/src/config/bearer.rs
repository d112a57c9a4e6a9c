//! Where a bearer token comes from: a variable, or the suite's own issuer.

use super::form::Form;
use super::node::Node;
use super::shape::{Record, Rule, SECONDS, Shape, optional, required};
use super::time;
use crate::model::load::Bearer;
use crate::model::place::Problem;
use std::collections::BTreeMap;
use std::time::Duration;

const VARIABLE: Shape = Shape::Text(Form::Variable);

/// Where a bearer token comes from.
pub static BEARER: Record = Record {
    name: "bearer",
    doc: "Where a bearer token comes from; it is never written to evidence or screens.",
    fields: &[
        optional(
            "environment",
            VARIABLE,
            "API_TOKEN",
            "A variable of the harness's environment.",
        ),
        optional(
            "issuer",
            Shape::Record(&SUBJECT),
            "{subject: load-user}",
            "Minted by the suite's own issuer and renewed before it expires.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["environment", "issuer"])],
};

static SUBJECT: Record = Record {
    name: "issued_token",
    doc: "What a minted token says.",
    fields: &[
        required(
            "subject",
            Shape::Text(Form::Line),
            "load-user",
            "The claim `sub`.",
        ),
        optional(
            "claims",
            Shape::Names(Form::Filled, &Shape::Json, 0),
            "{roles: [reader]}",
            "Further claims.",
        ),
        optional(
            "lifetime_seconds",
            SECONDS,
            "300",
            "Time to live; default 300.",
        ),
    ],
    rules: &[],
};

/// Claims that the issuer itself writes.
const ISSUER_CLAIMS: [&str; 6] = ["sub", "iss", "aud", "exp", "iat", "nbf"];

/// Reads where a token comes from.
pub fn bearer(node: &Node, problems: &mut Vec<Problem>) -> Option<Bearer> {
    if let Some(variable) = node.get("environment") {
        return Some(Bearer::Environment(variable.text()?.to_owned()));
    }
    let issuer = node.get("issuer")?;
    let written = issuer.get("claims").map(Node::entries).unwrap_or_default();
    let mut claims = BTreeMap::new();
    for claim in written {
        if ISSUER_CLAIMS.contains(&claim.key.as_str()) {
            let message = format!("the issuer itself writes the claim `{}`", claim.key);
            let help = "`sub` is `subject`, `aud` is `issuer.audience`, times follow from `lifetime_seconds`";
            problems.push(Problem::at(&claim.place, message).help(help));
        }
        claims.insert(claim.key.clone(), claim.value.json().ok()?);
    }
    Some(Bearer::Issuer {
        subject: issuer.get("subject")?.text()?.to_owned(),
        claims,
        lifetime: issuer
            .get("lifetime_seconds")
            .map_or(Some(Duration::from_secs(300)), time::seconds)?,
    })
}
