//! The declared side of a drift suite: its files read, and every id in the suite known.

use crate::config::hint;
use crate::config::source::{SourceText, display};
use crate::config::yaml;
use crate::model::place::{Place, Problem};
use crate::model::trial::drift::behavior::{self, Behavior};
use crate::model::trial::drift::{DriftPlan, Format, Written, openapi};
use crate::plan::Desk;
use std::path::{Path, PathBuf};

/// Reads what is declared; nothing declared is a problem, and never a gate that is open.
pub(super) fn read_declared(plan: &mut DriftPlan, desk: &mut Desk) {
    for written in plan.declared.paths.clone() {
        for path in files(&written, desk) {
            let Some(source) = desk.read(&path) else {
                continue;
            };
            let read = document(&source, plan.declared.format, desk);
            plan.declared.files.push(source.path.to_string());
            plan.declared.behaviors.extend(read);
        }
    }
    plan.declared.behaviors.sort_by(|a, b| a.id.cmp(&b.id));
    told_twice(&plan.declared.behaviors, desk);
    match plan.declared.paths.first() {
        Some(first) if plan.declared.behaviors.is_empty() && desk.problems.is_empty() => {
            let problem = Problem::at(&first.place, "no behaviour is declared");
            desk.problems
                .push(problem.help("without a promise nothing can drift"));
        }
        _ => unknown_ids(plan, desk),
    }
}

/// A file as it is, or the `*.yaml` files of a folder.
fn files(written: &Written, desk: &mut Desk) -> Vec<PathBuf> {
    let path = Path::new(&written.text);
    if !path.is_dir() {
        if !path.exists() {
            let message = format!("there is no `{}`", display(path));
            let help = "files are named from the working directory";
            desk.problems
                .push(Problem::at(&written.place, message).help(help));
            return Vec::new();
        }
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let is_yaml = |path: &PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("yaml" | "yml"))
    };
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_yaml).collect();
    found.sort();
    if found.is_empty() {
        let message = format!("the folder `{}` has no *.yaml file", display(path));
        desk.problems.push(Problem::at(&written.place, message));
    }
    found
}

fn document(source: &SourceText, format: Format, desk: &mut Desk) -> Vec<Behavior> {
    let Some(node) = yaml::parse_foreign(source, &mut desk.problems) else {
        return Vec::new();
    };
    let value = match node.json() {
        Ok(value) => value,
        Err(bad) => {
            let message = "a number that JSON cannot carry exactly";
            desk.problems.push(Problem::at(&bad.place, message));
            return Vec::new();
        }
    };
    let read = match format {
        Format::Behaviors => behavior::document(&value),
        Format::OpenApi => openapi::document(&value),
    };
    match read {
        Ok(mut behaviors) => {
            for behavior in &mut behaviors {
                behavior.file = source.path.to_string();
            }
            behaviors
        }
        Err(why) => {
            desk.problems.push(Problem::at(&source.start(), why));
            Vec::new()
        }
    }
}

fn told_twice(behaviors: &[Behavior], desk: &mut Desk) {
    for pair in behaviors.windows(2) {
        if pair[0].id == pair[1].id {
            let message = format!(
                "`{}` is declared twice: {} in `{}`, and {} in `{}`",
                pair[0].id,
                pair[0].name(),
                pair[0].file,
                pair[1].name(),
                pair[1].file,
            );
            desk.problems.push(Problem::without_place(message));
        }
    }
}

/// Requests, rules and excuses that are about nothing declared.
fn unknown_ids(plan: &DriftPlan, desk: &mut Desk) {
    let known: Vec<&str> = plan
        .declared
        .behaviors
        .iter()
        .map(|behavior| behavior.id.as_str())
        .collect();
    let probes = plan.observed.requests.iter();
    let probes = probes.map(|probe| (&probe.behavior, &probe.place));
    let rules = plan.ignore.iter();
    let rules = rules.filter_map(|rule| Some((rule.behavior.as_ref()?, &rule.place)));
    let excuses = plan.not_observed.iter();
    let excuses = excuses.map(|excuse| (&excuse.behavior, &excuse.place));
    let named: Vec<(&String, &Place)> = probes.chain(rules).chain(excuses).collect();
    for (id, place) in named {
        if !known.contains(&id.as_str()) {
            let mut problem = Problem::at(place, format!("no behaviour `{id}` is declared"));
            problem.help = hint::for_word(id, known.iter().copied());
            desk.problems.push(problem.known(known.iter().copied()));
        }
    }
}
