//! The identity provider that the suite plays.

use super::text;
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::shape::{Record, Shape, optional};
use crate::model::place::Problem;
use crate::model::trial::auth::IssuerPlan;
use std::net::SocketAddr;

pub(super) static ISSUER: Record = Record {
    name: "trusted_issuer",
    doc: "The identity provider that the suite plays, and the target trusts.",
    fields: &[
        optional(
            "path",
            Shape::Text(Form::PlainPath),
            "/realms/a",
            "Path of the issuer; default `/realms/a`, since a path finds more defects than a bare host.",
        ),
        optional(
            "client_id",
            Shape::Text(Form::Line),
            "workbench",
            "The client that is registered; default `workbench`.",
        ),
        optional(
            "audience",
            Shape::Text(Form::Line),
            "workbench-api",
            "The audience of access tokens; default `workbench-api`.",
        ),
        optional(
            "listen",
            Shape::Text(Form::Line),
            "\"0.0.0.0:9400\"",
            "IP address and port that it listens on, needed for an attached target; default a free port of loopback.",
        ),
        optional(
            "public_url",
            Shape::Text(Form::Address),
            "http://host.docker.internal:9400",
            "Its origin as the target sees it, where that is not what it listens on.",
        ),
    ],
    rules: &[],
};

/// Reads the provider; everything has a default.
pub(super) fn issuer(node: Option<&Node>, problems: &mut Vec<Problem>) -> Option<IssuerPlan> {
    let default = IssuerPlan::default();
    let listen = match node.and_then(|node| node.get("listen")) {
        Some(node) => Some(address(node, problems)?),
        None => None,
    };
    Some(IssuerPlan {
        path: text(node, "path").unwrap_or(default.path),
        client_id: text(node, "client_id").unwrap_or(default.client_id),
        audience: text(node, "audience").unwrap_or(default.audience),
        public_url: text(node, "public_url").map(|url| url.trim_end_matches('/').to_owned()),
        listen,
    })
}

fn address(node: &Node, problems: &mut Vec<Problem>) -> Option<SocketAddr> {
    let text = node.text()?;
    let parsed = text.parse();
    if parsed.is_err() {
        let message = format!("`{text}` is not an IP address with a port");
        let help = "write both: `127.0.0.1:9400`, or `0.0.0.0:9400` for containers";
        problems.push(Problem::at(&node.place, message).help(help));
    }
    parsed.ok()
}
