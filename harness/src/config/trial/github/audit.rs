//! Where the target's audit trail is, and how its records are named.

use super::trigger;
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::shape::{Record, Shape, optional, required};
use crate::model::place::Problem;
use crate::model::trial::github::{AuditPlan, AuditSource};

/// What a record has to say, by the suite's names.
const FIELDS: [&str; 11] = [
    "time",
    "actor",
    "repo",
    "finding",
    "branch",
    "action",
    "outcome",
    "status",
    "attempt",
    "number",
    "request_id",
];

/// The audit trail.
pub(super) static AUDIT: Record = Record {
    name: "github_audit",
    doc: "Where the audit trail is: one JSON record a line.",
    fields: &[
        required(
            "source",
            Shape::Word("source", &["log", "file", "endpoint"]),
            "log",
            "Lines of the log, of the file `${audit_file}`, or of an answer of the target.",
        ),
        optional(
            "path",
            Shape::Text(Form::Filled),
            "/audit",
            "Path of the endpoint, or of the file of an attached target.",
        ),
        optional(
            "only",
            Shape::Names(Form::Pointer, &Shape::Json, 1),
            "{/target: audit}",
            "A JSON line is a record when these members have these values; default: every line.",
        ),
        required(
            "fields",
            Shape::Names(Form::Name, &Shape::Text(Form::Pointer), 1),
            "{time: /timestamp, actor: /actor}",
            "JSON pointers of `time`, `actor`, `repo`, `finding`, `branch`, `action`, `outcome`, `status`, `attempt`, `number`, `request_id`; what is not listed counts as missing.",
        ),
        optional(
            "good",
            Shape::List(&Shape::Text(Form::Line), 1),
            "[created, existing]",
            "Words of `outcome` when there is a pull request; default `created` and `existing`.",
        ),
    ],
    rules: &[],
};

/// Reads the section.
pub(super) fn audit(node: &Node, problems: &mut Vec<Problem>) -> Option<AuditPlan> {
    let path = node.get("path").and_then(Node::text).map(str::to_owned);
    let source = match node.get("source")?.text()? {
        "file" => AuditSource::File(path),
        "endpoint" => AuditSource::Endpoint(path.unwrap_or_else(|| "/audit".to_owned())),
        _ => AuditSource::Log,
    };
    let entries = |key: &str| node.get(key).map(Node::entries).unwrap_or_default();
    problems.extend(
        entries("fields")
            .iter()
            .filter_map(|entry| trigger::unknown(entry, &FIELDS)),
    );
    let good = node.get("good").map(Node::items).unwrap_or_default();
    let good: Vec<String> = good
        .iter()
        .filter_map(Node::text)
        .map(str::to_owned)
        .collect();
    Some(AuditPlan {
        source,
        only: entries("only")
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), entry.value.json().ok()?)))
            .collect(),
        fields: entries("fields")
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), entry.value.text()?.to_owned())))
            .collect(),
        good: if good.is_empty() {
            vec!["created".to_owned(), "existing".to_owned()]
        } else {
            good
        },
    })
}
