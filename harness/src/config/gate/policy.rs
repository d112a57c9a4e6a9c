//! The policy file: `*.gate.yaml`.

use super::evidence::{self, OPTIONAL, REQUIRED, texts};
use super::rules::{self, OUTCOMES, RULE};
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::quantity;
use crate::config::shape::{Record, Shape, optional, required};
use crate::config::source::SourceText;
use crate::model::place::{Placed, Problem};
use crate::model::plan::Source;
use crate::model::policy::{Freshness, Policy, SubjectPolicy};
use std::time::Duration;

/// Version of the policy's format.
pub const API_VERSION: &str = "proofhouse/gate/v1";

/// A policy.
pub static POLICY: Record = Record {
    name: "policy",
    doc: "What a release needs; everything must hold, nothing is weighed against anything else.",
    fields: &[
        required(
            "apiVersion",
            Shape::Word("version of policies", &[API_VERSION]),
            API_VERSION,
            "Version of the format.",
        ),
        optional(
            "subject",
            Shape::Record(&SUBJECT),
            "{git: required}",
            "What evidence must be bound to.",
        ),
        required(
            "freshness",
            Shape::Record(&FRESHNESS),
            "{max_age: 24h}",
            "How old evidence may be.",
        ),
        required(
            "required",
            Shape::List(&Shape::Record(&REQUIRED), 1),
            "[{suite: performance, kind: performance}]",
            "Evidence that must be there.",
        ),
        optional(
            "optional",
            Shape::List(&Shape::Record(&OPTIONAL), 1),
            "[{suite: lighthouse, on_missing: warn}]",
            "Evidence that may be missing.",
        ),
        optional(
            "rules",
            Shape::List(&Shape::Record(&RULE), 1),
            "[{id: p95, check: \"*/p95/*\", fail: \"ratio > 1.20\"}]",
            "What closes the gate beyond the reports' own verdicts.",
        ),
        optional(
            "outcomes",
            Shape::Record(&OUTCOMES),
            "{inconclusive: rerun}",
            "What becomes of verdicts that are neither pass nor fail.",
        ),
        optional(
            "waivers_file",
            Shape::Text(Form::Line),
            "release.waivers.yaml",
            "File of waivers, beside the policy.",
        ),
        optional(
            "waiver_owners",
            Shape::List(&Shape::Text(Form::Line), 1),
            "[ada, grace]",
            "Who may sign a waiver; the waivers of others forgive nothing.",
        ),
        optional(
            "self_waive",
            Shape::Boolean,
            "false",
            "Whether a waiver may come in one commit with the code that it excuses; default false.",
        ),
        optional(
            "rejudge",
            Shape::Boolean,
            "false",
            "Whether every report of the commit is judged again from its evidence and refused where it says otherwise. Default true; `false` believes what reports say of their evidence.",
        ),
    ],
    rules: &[],
};

static SUBJECT: Record = Record {
    name: "subject",
    doc: "What evidence must be bound to; by default the commit alone.",
    fields: &[
        optional(
            "git",
            Shape::Word("demand", &["required", "optional"]),
            "required",
            "Whether a report must name its commit; one of another commit never counts. Default `required`.",
        ),
        optional(
            "artifact",
            Shape::Word("demand", &["required", "optional"]),
            "required",
            "Whether a report must name the digest given by `--artifact` among the programs that it ran. Default `optional`: only when `--artifact` is given.",
        ),
        optional(
            "allow_dirty",
            Shape::Boolean,
            "false",
            "Whether reports of changed work trees count; default false.",
        ),
        optional(
            "suites",
            Shape::Word("demand", &["committed", "any"]),
            "committed",
            "Whether suites, scenarios and targets of a run must be those of the commit, byte for byte; asked of git in the working directory. Default `any`: CI may write them.",
        ),
    ],
    rules: &[],
};

static FRESHNESS: Record = Record {
    name: "freshness",
    doc: "How old evidence may be.",
    fields: &[
        required(
            "max_age",
            Shape::Text(Form::Duration),
            "24h",
            "Longest time from the end of a run to the decision; at most a day.",
        ),
        optional(
            "future_skew",
            Shape::Text(Form::Duration),
            "5m",
            "How far the clock of a run may be ahead; default `5m`.",
        ),
    ],
    rules: &[],
};

/// Reads a policy whose shape was checked.
pub fn policy(source: &SourceText, node: &Node, problems: &mut Vec<Problem>) -> Option<Policy> {
    let list = |key: &str| node.get(key).map(Node::items).unwrap_or_default();
    let rules: Vec<_> = list("rules")
        .iter()
        .filter_map(|item| rules::rule(item, problems))
        .collect();
    let names = rules.iter().map(|rule| (rule.id.as_str(), &rule.place));
    evidence::second("rule", names, problems);
    let required = list("required").iter();
    let required = required.filter_map(|item| evidence::required_evidence(item, problems));
    let required = required.collect();
    let optional = list("optional").iter();
    let optional = optional.filter_map(|item| evidence::optional_evidence(item, problems));
    let optional = optional.collect();
    owners(node, problems);
    Some(Policy {
        source: Source {
            path: source.path.to_string(),
            digest: source.digest.clone(),
        },
        subject: subject(node.get("subject")),
        freshness: freshness(node.get("freshness")?, problems)?,
        required,
        optional,
        rules,
        outcomes: rules::outcomes(node.get("outcomes")),
        waivers_file: waivers_file(node, problems),
        waiver_owners: texts(node, "waiver_owners"),
        self_waive: truth(Some(node), "self_waive"),
        rejudge: node.get("rejudge").and_then(Node::boolean).unwrap_or(true),
    })
}

fn subject(node: Option<&Node>) -> SubjectPolicy {
    let word = |key: &str| node.and_then(|node| node.get(key)?.text());
    SubjectPolicy {
        git_required: word("git") != Some("optional"),
        artifact_required: word("artifact") == Some("required"),
        allow_dirty: truth(node, "allow_dirty"),
        suites_committed: word("suites") == Some("committed"),
    }
}

fn freshness(node: &Node, problems: &mut Vec<Problem>) -> Option<Freshness> {
    let written = |key: &str| quantity::duration(node.get(key)?.text()?);
    let max_age = written("max_age")?;
    if let (true, Some(zero)) = (max_age.is_zero(), node.get("max_age")) {
        let message = "no evidence is younger than 0: the gate could never open";
        let help = "write how old a run may be: `max_age: 24h`";
        problems.push(Problem::at(&zero.place, message).help(help));
    }
    Some(Freshness {
        max_age,
        future_skew: written("future_skew").unwrap_or(Duration::from_secs(300)),
    })
}

fn truth(node: Option<&Node>, key: &str) -> bool {
    node.and_then(|node| node.get(key)?.boolean())
        .unwrap_or(false)
}

fn waivers_file(node: &Node, problems: &mut Vec<Problem>) -> Option<Placed<String>> {
    let written = node.get("waivers_file")?;
    let text = written.text()?;
    if text.starts_with('/') || text.split('/').any(|part| part == "..") {
        let message = "the file of waivers does not stand beside the policy";
        let help = "write a path from the folder of the policy down: `release.waivers.yaml`";
        problems.push(Problem::at(&written.place, message).help(help));
    }
    Some(Placed {
        value: text.to_owned(),
        place: written.place.clone(),
    })
}

/// Waivers that nobody may sign, or signers without waivers, are a mistake.
fn owners(node: &Node, problems: &mut Vec<Problem>) {
    let (file, owners) = (node.entry("waivers_file"), node.entry("waiver_owners"));
    let (entry, other, example) = match (file, owners) {
        (Some(file), None) => (file, "waiver_owners", "[ada]"),
        (None, Some(owners)) => (owners, "waivers_file", "release.waivers.yaml"),
        _ => return,
    };
    let message = format!("`{}` without `{other}`", entry.key);
    problems.push(Problem::at(&entry.place, message).help(format!("add `{other}: {example}`")));
}
