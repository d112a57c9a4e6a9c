//! The section `github`: What a service that opens pull requests declares of itself.

use crate::config::node::Node;
use crate::config::shape::{Field, Record, Shape, required};
use crate::model::place::Problem;
use crate::model::trial::github::GithubPlan;

/// Holes that the suite fills: its fake GitHub.
pub(super) const OFFERS: [&str; 7] = [
    "github_api",
    "github_token",
    "github_owner",
    "github_repo",
    "min_wait_scale",
    "issuer",
    "audience",
];

/// The section `github`.
pub(super) const FIELD: Field = required(
    "github",
    Shape::Record(&GITHUB),
    "{}",
    "What is asked, and what the target declares of itself.",
);

static GITHUB: Record = Record {
    name: "github",
    doc: "What a service that opens pull requests declares of itself.",
    fields: &[],
    rules: &[],
};

/// Reads the section.
#[allow(clippy::unnecessary_wraps)]
pub(super) fn github(_node: &Node, _problems: &mut Vec<Problem>) -> Option<GithubPlan> {
    Some(GithubPlan::default())
}
