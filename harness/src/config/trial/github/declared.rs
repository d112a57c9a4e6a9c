//! What the target does where GitHub leaves the choice, and what it offers beside the necessary.

use crate::config::node::Node;
use crate::config::shape::{Field, Record, Shape, optional};
use crate::model::trial::github::{ClosedPull, ForeignBranch, Offers, Policy};

/// What it does where GitHub leaves the choice.
pub(super) static POLICY: Record = Record {
    name: "github_policy",
    doc: "What the target does where GitHub leaves the choice.",
    fields: &[
        optional(
            "foreign_branch",
            Shape::Word("policy", &["refuse", "other_branch", "build_on"]),
            "refuse",
            "A branch of the same name with other content: it is left alone and an error says so (default), the pull request comes from another branch, or one more commit is put on top. It is never overwritten.",
        ),
        optional(
            "closed_pull",
            Shape::Word("policy", &["new", "reopen", "refuse"]),
            "new",
            "A closed pull request from the branch: a new one is opened (default), it is opened again, or an error says that it was refused before.",
        ),
        optional(
            "neutralises",
            Shape::Boolean,
            "true",
            "Whether mentions, references and markup of a finding are made harmless; default true.",
        ),
    ],
    rules: &[],
};

const fn offer(key: &'static str, example: &'static str, doc: &'static str) -> Field {
    optional(key, Shape::Json, example, doc)
}

/// What it offers.
pub(super) static OFFERS: Record = Record {
    name: "github_offers",
    doc: "What the target offers beside the necessary; each is merged into the trigger's body, or into one file of it, to ask for it.",
    fields: &[
        offer("draft", "{draft: true}", "A draft."),
        offer("labels", "{labels: [drift]}", "The label `drift`."),
        offer(
            "reviewers",
            "{reviewers: [reviewer]}",
            "A review by `reviewer`.",
        ),
        offer(
            "deletion",
            "{delete: true}",
            "In one file: it is taken away.",
        ),
        offer(
            "executable",
            "{mode: \"100755\"}",
            "In one file: it has the mode 100755.",
        ),
        offer("dry_run", "{dry_run: true}", "Nothing is written."),
    ],
    rules: &[],
};

/// Reads the policy.
pub(super) fn policy(node: Option<&Node>) -> Policy {
    let word = |key: &str| node.and_then(|node| node.get(key)).and_then(Node::text);
    let neutralises = node.and_then(|node| node.get("neutralises"));
    Policy {
        foreign_branch: match word("foreign_branch") {
            Some("other_branch") => ForeignBranch::OtherBranch,
            Some("build_on") => ForeignBranch::BuildOn,
            _ => ForeignBranch::Refuse,
        },
        closed_pull: match word("closed_pull") {
            Some("reopen") => ClosedPull::Reopen,
            Some("refuse") => ClosedPull::Refuse,
            _ => ClosedPull::New,
        },
        neutralises: neutralises.and_then(Node::boolean).unwrap_or(true),
    }
}

/// Reads what is offered.
pub(super) fn offers(node: Option<&Node>) -> Offers {
    let asked = |key: &str| {
        let written = node.and_then(|node| node.get(key));
        written.and_then(|written| written.json().ok())
    };
    Offers {
        draft: asked("draft"),
        labels: asked("labels"),
        reviewers: asked("reviewers"),
        deletion: asked("deletion"),
        executable: asked("executable"),
        dry_run: asked("dry_run"),
    }
}
