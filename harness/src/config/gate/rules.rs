//! `rules` and `outcomes`: when checks close the gate beyond their own verdicts.

use super::condition::condition;
use super::evidence::{no_suite, text};
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::shape::{Record, Rule, Shape, optional, required};
use crate::model::place::Problem;
use crate::model::policy::{GateRule, OnUndecided, Outcomes};

const CONDITION: Shape = Shape::Text(Form::Line);
const OUTCOME: &str = "outcome";

/// One entry of `rules`.
pub static RULE: Record = Record {
    name: "rule",
    doc: "A condition under which checks close the gate, whatever their own verdict.",
    fields: &[
        required(
            "id",
            Shape::Text(Form::Name),
            "p95",
            "Its name in the decision.",
        ),
        required(
            "check",
            CONDITION,
            "\"*/p95/*\"",
            "Checks that it is asked of, by id; `*` is any text, `?` any character. One that matches no check closes the gate.",
        ),
        optional(
            "suite",
            CONDITION,
            "performance",
            "Only checks of these suites, with `*` and `?`.",
        ),
        optional(
            "fail",
            CONDITION,
            "\"ratio > 1.20\"",
            "Closes the gate where it holds: `current`, `limit`, `baseline`, `ratio`, `samples` compared by `<`, `<=`, `>`, `>=`, `==`, `!=`; `verdict`, `severity`, `class`, `reason` by `==` and `!=`; joined by `and`, `or` and brackets.",
        ),
        optional(
            "warn",
            CONDITION,
            "\"ratio > 1.10\"",
            "Warns where it holds.",
        ),
        optional(
            "severity",
            Shape::Word("severity", &["block", "warn"]),
            "block",
            "Whether `fail` closes the gate or only warns; default `block`.",
        ),
        optional(
            "missing",
            Shape::Word(OUTCOME, &["rerun", "fail", "warn", "pass"]),
            "rerun",
            "What becomes of a decided check without the numbers that the rule asks for; default `rerun`.",
        ),
    ],
    rules: &[Rule::AtLeastOne(&["fail", "warn"])],
};

/// The section `outcomes`.
pub static OUTCOMES: Record = Record {
    name: "outcomes",
    doc: "What becomes of verdicts that are neither pass nor fail.",
    fields: &[
        optional(
            "warn",
            Shape::Word(OUTCOME, &["pass", "fail"]),
            "pass",
            "Warnings: told and open, or closing; default `pass`.",
        ),
        optional(
            "inconclusive",
            Shape::Word(OUTCOME, &["rerun", "fail"]),
            "rerun",
            "Checks that could not be decided; default `rerun` (exit code 3).",
        ),
        optional(
            "invalid",
            Shape::Word(OUTCOME, &["rerun", "fail"]),
            "fail",
            "Measured by a load generator that was not fit to measure; default `fail`.",
        ),
        optional(
            "skipped_required",
            Shape::Word(OUTCOME, &["fail", "rerun", "warn"]),
            "fail",
            "A check of a suite under `required` was skipped and is not in its `may_skip`; default `fail`.",
        ),
        optional(
            "first_run",
            Shape::Word(OUTCOME, &["warn", "fail", "rerun", "pass"]),
            "warn",
            "Skipped because there is no earlier run to compare with; default `warn`.",
        ),
        optional(
            "flaky",
            Shape::Word(OUTCOME, &["warn", "fail", "pass"]),
            "warn",
            "An earlier attempt on the same commit did not pass; default `warn`.",
        ),
        optional(
            "unlisted",
            Shape::Word(OUTCOME, &["warn", "fail"]),
            "warn",
            "A report of the commit that neither `required` nor `optional` names; its checks count in either case. Default `warn`.",
        ),
    ],
    rules: &[],
};

/// Reads one rule.
pub(super) fn rule(node: &Node, problems: &mut Vec<Problem>) -> Option<GateRule> {
    let id = node.get("id")?;
    let fail = condition(node, "fail", problems);
    let warn = condition(node, "warn", problems);
    problems.extend(node.get("suite").and_then(no_suite));
    Some(GateRule {
        id: id.text()?.to_owned(),
        check: text(node, "check")?,
        suite: text(node, "suite"),
        fail,
        warn,
        blocks: text(node, "severity").as_deref() != Some("warn"),
        missing: outcome(node, "missing", OnUndecided::Rerun),
        place: id.place.clone(),
    })
}

/// Reads the section; what is not written has its default.
pub(super) fn outcomes(node: Option<&Node>) -> Outcomes {
    let default = Outcomes::default();
    let Some(node) = node else { return default };
    Outcomes {
        warn: outcome(node, "warn", default.warn),
        inconclusive: outcome(node, "inconclusive", default.inconclusive),
        invalid: outcome(node, "invalid", default.invalid),
        skipped_required: outcome(node, "skipped_required", default.skipped_required),
        first_run: outcome(node, "first_run", default.first_run),
        flaky: outcome(node, "flaky", default.flaky),
        unlisted: outcome(node, "unlisted", default.unlisted),
    }
}

fn outcome(node: &Node, key: &str, default: OnUndecided) -> OnUndecided {
    match node.get(key).and_then(Node::text) {
        Some("rerun") => OnUndecided::Rerun,
        Some("fail") => OnUndecided::Fail,
        Some("warn") => OnUndecided::Warn,
        Some("pass") => OnUndecided::Pass,
        _ => default,
    }
}
