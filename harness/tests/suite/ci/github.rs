//! GitHub's syntax (Workflow syntax, Metadata syntax) as far as it can be held without GitHub, and our own rules on top.

use super::expressions::{self, File};
use super::rules::{items, known, members, one_of, readable};
use super::{Findings, yaml};
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;

const WORKFLOW: &[&str] = &[
    "name",
    "run-name",
    "on",
    "permissions",
    "env",
    "defaults",
    "concurrency",
    "jobs",
];
const EVENTS: &[&str] = &[
    "push",
    "pull_request",
    "workflow_dispatch",
    "schedule",
    "workflow_call",
];
const FILTERS: &[&str] = &[
    "types",
    "branches",
    "branches-ignore",
    "tags",
    "tags-ignore",
    "paths",
    "paths-ignore",
    "inputs",
];
const JOB: &[&str] = &[
    "name",
    "permissions",
    "needs",
    "if",
    "runs-on",
    "environment",
    "concurrency",
    "outputs",
    "env",
    "defaults",
    "steps",
    "timeout-minutes",
    "strategy",
    "continue-on-error",
    "container",
    "services",
];
const STEP: &[&str] = &[
    "id",
    "if",
    "name",
    "uses",
    "run",
    "working-directory",
    "shell",
    "with",
    "env",
    "continue-on-error",
    "timeout-minutes",
];
const COMPOSITE_STEP: &[&str] = &[
    "id",
    "if",
    "name",
    "uses",
    "run",
    "working-directory",
    "shell",
    "with",
    "env",
    "continue-on-error",
];
const ACTION: &[&str] = &[
    "name",
    "author",
    "description",
    "inputs",
    "outputs",
    "runs",
    "branding",
];

/// What is wrong with a workflow that may use the action beside it.
pub fn workflow(text: &str, action: &str) -> Findings {
    let (file, mut found) = (yaml(text), Findings::new());
    known("workflow", &file, WORKFLOW, &mut found);
    known("on", &file["on"], EVENTS, &mut found);
    for (event, filters) in members(&file["on"]) {
        known(event, filters, FILTERS, &mut found);
    }
    permissions(&file["permissions"], &mut found);
    pinned(text, &mut found);
    expressions::known(File::Workflow, &file, &mut found);
    let action = yaml(action);
    for (name, job) in members(&file["jobs"]) {
        known(name, job, JOB, &mut found);
        if !job["timeout-minutes"].is_u64() {
            found.push(format!("{name}: no timeout-minutes"));
        }
        if !job["runs-on"].is_string() {
            found.push(format!("{name}: no runs-on"));
        }
        if job.get("permissions").is_some() {
            permissions(&job["permissions"], &mut found);
        }
        needs(name, job, &file["jobs"], &mut found);
        steps(name, &job["steps"], STEP, &action, &mut found);
        references(name, &job["outputs"], &job["steps"], &action, &mut found);
    }
    if members(&file["jobs"]).next().is_none() {
        found.push("no jobs".to_owned());
    }
    found
}

/// What is wrong with a composite action.
pub fn action(text: &str) -> Findings {
    let (file, mut found) = (yaml(text), Findings::new());
    known("action", &file, ACTION, &mut found);
    known("runs", &file["runs"], &["using", "steps"], &mut found);
    one_of("using", &file["runs"]["using"], &["composite"], &mut found);
    for (name, input) in members(&file["inputs"]) {
        let keys = ["description", "required", "default", "deprecationMessage"];
        known(name, input, &keys, &mut found);
        if !text.contains(&format!("inputs.{name} ")) {
            found.push(format!("input `{name}` is used nowhere"));
        }
    }
    for (name, output) in members(&file["outputs"]) {
        known(name, output, &["description", "value"], &mut found);
    }
    for name in named(text, r"\binputs\.([\w-]+)") {
        if file["inputs"].get(&name).is_none() {
            found.push(format!("no input `{name}`"));
        }
    }
    for step in items(&file["runs"]["steps"]) {
        if step["run"].is_string() && !step["shell"].is_string() {
            found.push(format!("{}: no shell", step["name"]));
        }
    }
    pinned(text, &mut found);
    expressions::known(File::Action, &file, &mut found);
    let list = &file["runs"]["steps"];
    steps("action", list, COMPOSITE_STEP, &file, &mut found);
    references("outputs", &file["outputs"], list, &file, &mut found);
    found
}

/// They are stated, and nothing may be written.
fn permissions(value: &Value, found: &mut Findings) {
    let reads = members(value).all(|(_, word)| word == "read" || word == "none");
    if !value.is_object() || !reads {
        found.push(format!("permissions: {value}"));
    }
}

/// Jobs that are waited for are there, and have the outputs that are read.
fn needs(name: &str, job: &Value, jobs: &Value, found: &mut Findings) {
    let one = job["needs"].as_str().into_iter();
    let needed: Vec<&str> = one
        .chain(items(&job["needs"]).iter().filter_map(Value::as_str))
        .collect();
    for other in &needed {
        if jobs.get(other).is_none() || *other == name {
            found.push(format!("{name}: no other job `{other}`"));
        }
    }
    let text = job.to_string();
    for other in named(&text, r"\bneeds\.([\w-]+)\.") {
        if !needed.contains(&other.as_str()) {
            found.push(format!("{name}: `{other}` is not among its needs"));
        }
        for output in named(&text, &format!(r"\bneeds\.{other}\.outputs\.([\w-]+)")) {
            if jobs[&other]["outputs"].get(&output).is_none() {
                found.push(format!("{name}: job `{other}` has no output `{output}`"));
            }
        }
    }
}

/// Whatever is used from elsewhere is named by a whole commit, with its version beside it.
fn pinned(text: &str, found: &mut Findings) {
    let pinned = Regex::new(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$").unwrap();
    for line in text.lines().filter(|line| line.contains("uses: ")) {
        if !line.trim_end().ends_with("uses: ./") && !pinned.is_match(line) {
            found.push(format!("not pinned: {}", line.trim()));
        }
    }
}

fn steps(place: &str, list: &Value, keys: &[&str], action: &Value, found: &mut Findings) {
    if items(list).is_empty() {
        found.push(format!("{place}: no steps"));
    }
    for (at, step) in items(list).iter().enumerate() {
        let place = format!("{place}, step {}", at + 1);
        let earlier = &items(list)[..at];
        if step["id"].is_string() && earlier.iter().any(|other| other["id"] == step["id"]) {
            found.push(format!("{place}: a second step {}", step["id"]));
        }
        known(&place, step, keys, found);
        match (step["run"].as_str(), step["uses"].as_str()) {
            (Some(script), None) => run(&place, script, found),
            (None, Some(uses)) => use_(&place, step, uses, action, found),
            _ => found.push(format!("{place}: not exactly one of run and uses")),
        }
        references(&place, step, list, action, found);
    }
}

fn run(place: &str, script: &str, found: &mut Findings) {
    // What stands in an expression would become part of the script: a branch name could be a command.
    if script.contains("${{") {
        found.push(format!("{place}: an expression in a script"));
    }
    readable(place, "bash", script, found);
}

fn use_(place: &str, step: &Value, uses: &str, action: &Value, found: &mut Findings) {
    let condition = step["if"].as_str().unwrap_or_default();
    if uses.contains("upload-artifact") && !condition.contains("always()") {
        found.push(format!("{place}: an upload without always()"));
    }
    if uses.contains("actions/checkout@") && step["with"]["persist-credentials"] != false {
        found.push(format!(
            "{place}: checkout without persist-credentials: false"
        ));
    }
    if uses == "./" {
        for (name, _) in members(&step["with"]) {
            if action["inputs"].get(name).is_none() {
                found.push(format!("{place}: the action has no input `{name}`"));
            }
        }
    }
}

/// Every `steps.ID.outputs.NAME` below a value has a step that writes it.
fn references(place: &str, value: &Value, list: &Value, action: &Value, found: &mut Findings) {
    let text = value.to_string();
    for id in named(&text, r"\bsteps\.([\w-]+)\.") {
        let Some(step) = items(list).iter().find(|step| step["id"] == *id) else {
            found.push(format!("{place}: no step `{id}`"));
            continue;
        };
        for output in named(&text, &format!(r"\bsteps\.{id}\.outputs\.([\w-]+)")) {
            let written = match step["run"].as_str() {
                Some(script) => script.contains(&format!("echo \"{output}=")),
                None => action["outputs"].get(&output).is_some(),
            };
            if !written {
                found.push(format!("{place}: step `{id}` has no output `{output}`"));
            }
        }
    }
}

/// The first group of every match.
fn named(text: &str, pattern: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).unwrap();
    pattern
        .captures_iter(text)
        .map(|one| one[1].to_owned())
        .collect()
}
