//! What may stand in `${{ }}`: contexts, their members and functions (Contexts, Evaluate expressions in workflows and actions).

use super::Findings;
use super::rules::{items, members};
use regex::Regex;
use serde_json::Value;

/// Contexts that an action has, too.
const CONTEXTS: &[&str] = &[
    "env", "github", "inputs", "job", "matrix", "runner", "steps", "strategy",
];
/// Contexts of a workflow alone: an action is handed what it shall know.
const OF_WORKFLOWS: &[&str] = &["jobs", "needs", "secrets", "vars"];
const FUNCTIONS: &[&str] = &[
    "always",
    "cancelled",
    "case",
    "contains",
    "endsWith",
    "failure",
    "format",
    "fromJSON",
    "hashFiles",
    "join",
    "startsWith",
    "success",
    "toJSON",
];
const LITERALS: &[&str] = &["true", "false", "null", "NaN", "Infinity"];
const GITHUB: &[&str] = &[
    "action",
    "action_path",
    "action_ref",
    "action_repository",
    "action_status",
    "actor",
    "actor_id",
    "api_url",
    "base_ref",
    "env",
    "event",
    "event_name",
    "event_path",
    "graphql_url",
    "head_ref",
    "job",
    "path",
    "ref",
    "ref_name",
    "ref_protected",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "repositoryUrl",
    "retention_days",
    "run_attempt",
    "run_id",
    "run_number",
    "secret_source",
    "server_url",
    "sha",
    "token",
    "triggering_actor",
    "workflow",
    "workflow_ref",
    "workflow_sha",
    "workspace",
];
const RUNNER: &[&str] = &[
    "arch",
    "debug",
    "environment",
    "name",
    "os",
    "temp",
    "tool_cache",
];
const STEP: &[&str] = &["conclusion", "outcome", "outputs"];

/// Which file the expressions stand in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum File {
    Workflow,
    Action,
}

/// Every expression below a value that GitHub would not evaluate, or would evaluate to nothing.
pub fn known(file: File, value: &Value, found: &mut Findings) {
    for (key, value) in members(value) {
        match value {
            // A condition is an expression without its brackets.
            Value::String(text) if key == "if" && !text.contains("${{") => {
                expression(file, text, found);
            }
            other => known(file, other, found),
        }
    }
    for item in items(value) {
        known(file, item, found);
    }
    if let Value::String(text) = value {
        texts(file, text, found);
    }
}

fn texts(file: File, text: &str, found: &mut Findings) {
    let whole = Regex::new(r"(?s)\$\{\{(.*?)\}\}").unwrap();
    for one in whole.captures_iter(text) {
        expression(file, &one[1], found);
    }
    if text.matches("${{").count() != whole.find_iter(text).count() {
        found.push(format!("an expression without an end: {text}"));
    }
}

fn expression(file: File, text: &str, found: &mut Findings) {
    let literal = Regex::new(r"'(?:[^']|'')*'").unwrap();
    // Room after a bracket, for the name within to have something before it.
    let bare = literal.replace_all(text, " ").replace('(', "( ");
    // A name that nothing precedes, and what follows it: a bracket, a member, or nothing.
    let follows = r"\(|\.\s*([\w*-]+)(?:\.\s*([\w*-]+))?";
    let name = format!(r"(?:^|[^.\w-])([A-Za-z_][\w-]*)\s*({follows})?");
    for one in Regex::new(&name).unwrap().captures_iter(&bare) {
        let part = |at: usize| one.get(at).map_or("", |part| part.as_str());
        let wrong = match (part(1), part(2)) {
            (name, "(") => !FUNCTIONS.contains(&name),
            (name, "") => !LITERALS.contains(&name) && !is_context(file, name),
            (name, _) => !is_context(file, name) || !has(name, part(3), part(4)),
        };
        if wrong {
            found.push(format!(
                "no `{}{}` in an expression: {text}",
                part(1),
                part(2)
            ));
        }
    }
}

fn is_context(file: File, name: &str) -> bool {
    CONTEXTS.contains(&name) || (file == File::Workflow && OF_WORKFLOWS.contains(&name))
}

/// Whether a context has a member, where its members are known.
fn has(context: &str, member: &str, next: &str) -> bool {
    match context {
        "github" => GITHUB.contains(&member),
        "runner" => RUNNER.contains(&member),
        "steps" => STEP.contains(&next),
        _ => true,
    }
}
