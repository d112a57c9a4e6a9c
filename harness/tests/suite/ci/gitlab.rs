//! GitLab's syntax (CI/CD YAML syntax reference) as far as it can be held without GitLab.

use super::rules::{items, known, members, one_of, readable};
use super::{Findings, yaml};
use serde_json::Value;

/// Top-level keys that are no jobs.
const GLOBAL: &[&str] = &["default", "include", "stages", "variables", "workflow"];
const JOB: &[&str] = &[
    "after_script",
    "allow_failure",
    "artifacts",
    "before_script",
    "cache",
    "coverage",
    "dependencies",
    "environment",
    "extends",
    "id_tokens",
    "image",
    "inherit",
    "interruptible",
    "needs",
    "parallel",
    "release",
    "resource_group",
    "retry",
    "rules",
    "script",
    "secrets",
    "services",
    "stage",
    "tags",
    "timeout",
    "trigger",
    "variables",
    "when",
];
const DEFAULT: &[&str] = &[
    "after_script",
    "artifacts",
    "before_script",
    "cache",
    "hooks",
    "id_tokens",
    "image",
    "interruptible",
    "retry",
    "services",
    "tags",
    "timeout",
];
const ARTIFACTS: &[&str] = &[
    "access",
    "exclude",
    "expire_in",
    "expose_as",
    "name",
    "paths",
    "public",
    "reports",
    "untracked",
    "when",
];
const CACHE: &[&str] = &[
    "fallback_keys",
    "key",
    "paths",
    "policy",
    "unprotect",
    "untracked",
    "when",
];
const RULE: &[&str] = &[
    "allow_failure",
    "changes",
    "exists",
    "if",
    "interruptible",
    "needs",
    "variables",
    "when",
];
const JOB_WHEN: &[&str] = &[
    "on_success",
    "on_failure",
    "never",
    "always",
    "manual",
    "delayed",
];

/// What is wrong with a pipeline.
pub fn pipeline(text: &str) -> Findings {
    let (file, mut found) = (yaml(text), Findings::new());
    known("default", &file["default"], DEFAULT, &mut found);
    let mut jobs = 0;
    for (name, job) in members(&file) {
        if !GLOBAL.contains(&name.as_str()) {
            jobs += 1;
            check(name, job, &file, &mut found);
        }
    }
    if jobs == 0 {
        found.push("no jobs".to_owned());
    }
    found
}

fn check(name: &str, job: &Value, file: &Value, found: &mut Findings) {
    known(name, job, JOB, found);
    known(name, &job["artifacts"], ARTIFACTS, found);
    known(name, &job["cache"], CACHE, found);
    known(name, &job["retry"], &["max", "when", "exit_codes"], found);
    known(name, &job["allow_failure"], &["exit_codes"], found);
    for rule in items(&job["rules"]) {
        known(name, rule, RULE, found);
    }
    one_of(name, &job["when"], JOB_WHEN, found);
    let upload = &job["artifacts"]["when"];
    one_of(name, upload, &["on_success", "on_failure", "always"], found);
    refers(name, job, file, found);
    ends(name, job, found);
    keeps(name, job, found);
    let lines: Vec<&str> = items(&job["script"])
        .iter()
        .filter_map(Value::as_str)
        .collect();
    if lines.is_empty() {
        found.push(format!("{name}: no script"));
    }
    readable(name, "sh", &lines.join("\n"), found);
}

/// Stages and jobs that are named are there.
fn refers(name: &str, job: &Value, file: &Value, found: &mut Findings) {
    if !items(&file["stages"]).contains(&job["stage"]) {
        let stage = job["stage"].as_str().unwrap_or_default();
        found.push(format!("{name}: no stage `{stage}`"));
    }
    for needed in items(&job["needs"]).iter().filter_map(Value::as_str) {
        if file.get(needed).is_none() || GLOBAL.contains(&needed) {
            found.push(format!("{name}: no job `{needed}`"));
        }
    }
}

/// Every job says how long it may take: the default of a project, or of none, is for jobs that nobody thought of.
fn ends(name: &str, job: &Value, found: &mut Findings) {
    let Some(text) = job["timeout"].as_str() else {
        found.push(format!("{name}: no timeout"));
        return;
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_pair = |pair: &[&str]| match pair {
        [number, unit] => {
            let whole = number.parse::<u32>().is_ok_and(|number| number > 0);
            whole && matches!(unit.trim_end_matches('s'), "minute" | "hour")
        }
        _ => false,
    };
    if words.is_empty() || !words.chunks(2).all(is_pair) {
        found.push(format!(
            "{name}: `{text}` is no time such as `1 hour 30 minutes`"
        ));
    }
}

/// The evidence of a job that runs or judges is kept whatever its verdict.
fn keeps(name: &str, job: &Value, found: &mut Findings) {
    let paths = items(&job["artifacts"]["paths"]);
    let evidence = paths.iter().any(|path| path == "target/proofhouse");
    if evidence && job["artifacts"]["when"] != "always" {
        found.push(format!("{name}: evidence is not kept when it fails"));
    }
}
