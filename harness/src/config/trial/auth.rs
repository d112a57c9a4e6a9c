//! The section `auth`: What a service that verifies JWTs declares of itself.

use crate::config::node::Node;
use crate::config::shape::{Field, Record, Shape, required};
use crate::model::place::Problem;
use crate::model::trial::auth::AuthPlan;

/// Holes that the suite fills: its identity provider.
pub(super) const OFFERS: [&str; 4] = ["issuer", "jwks_uri", "client_id", "audience"];

/// The section `auth`.
pub(super) const FIELD: Field = required(
    "auth",
    Shape::Record(&AUTH),
    "{}",
    "What is asked, and what the target declares of itself.",
);

static AUTH: Record = Record {
    name: "auth",
    doc: "What a service that verifies JWTs declares of itself.",
    fields: &[],
    rules: &[],
};

/// Reads the section.
#[allow(clippy::unnecessary_wraps)]
pub(super) fn auth(_node: &Node, _problems: &mut Vec<Problem>) -> Option<AuthPlan> {
    Some(AuthPlan::default())
}
