//! Scenarios that a suite only names, looked up in their files.

use super::Desk;
use crate::config::document;
use crate::config::hint;
use crate::config::scenario::ScenarioEntry;
use crate::config::source::display;
use crate::config::suite::SuiteFile;
use crate::model::load::Scenario;
use crate::model::place::{Placed, Problem};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where scenario files stand, below a suite's parent's sibling and the working directory.
const FOLDER: &str = "scenarios/load";

/// What a suite may do instead.
const WRITTEN_OUT: &str =
    "or write it out here: `{name: NAME, concurrent_users: 10, duration_seconds: 60}`";

/// The scenario that a chaos file in `scenarios/chaos` names: beside its folder, or in the working directory.
pub(super) fn beside_chaos(
    name: &Placed<String>,
    file: &Path,
    desk: &mut Desk,
) -> Option<Scenario> {
    let parent = file.parent().unwrap_or(Path::new(""));
    let sibling = PathBuf::from(display(&parent.join("../load")));
    let mut folders = vec![sibling];
    if folders.iter().all(|folder| folder != Path::new(FOLDER)) {
        folders.push(PathBuf::from(FOLDER));
    }
    named(name, &folders, "", desk)
}

/// All scenarios in order; `None` when one of them could not be read.
pub(super) fn resolve(suite: &SuiteFile, path: &Path, desk: &mut Desk) -> Option<Vec<Scenario>> {
    let folders = folders(path);
    let read: Vec<Option<Scenario>> = suite
        .scenarios
        .iter()
        .map(|entry| match entry {
            ScenarioEntry::Written(scenario) => Some((**scenario).clone()),
            ScenarioEntry::Named(name) => named(name, &folders, WRITTEN_OUT, desk),
        })
        .collect();
    read.into_iter().collect()
}

fn folders(suite: &Path) -> Vec<PathBuf> {
    let parent = suite.parent().unwrap_or(Path::new(""));
    let sibling = PathBuf::from(display(&parent.join("..").join(FOLDER)));
    let mut folders = vec![sibling];
    if folders.iter().all(|folder| folder != Path::new(FOLDER)) {
        folders.push(PathBuf::from(FOLDER));
    }
    folders
}

fn named(
    name: &Placed<String>,
    folders: &[PathBuf],
    instead: &str,
    desk: &mut Desk,
) -> Option<Scenario> {
    let file = format!("{}.yaml", name.value);
    let found = folders
        .iter()
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file());
    let Some(path) = found else {
        desk.problems.push(unknown(name, folders, instead));
        return None;
    };
    let source = desk.read(&path)?;
    document::scenario(&source, &mut desk.problems)
}

fn unknown(name: &Placed<String>, folders: &[PathBuf], instead: &str) -> Problem {
    let known: BTreeSet<String> = folders.iter().flat_map(|folder| names(folder)).collect();
    let looked: Vec<String> = folders
        .iter()
        .map(|folder| {
            format!(
                "`{}`",
                display(&folder.join(format!("{}.yaml", name.value)))
            )
        })
        .collect();
    let start = match hint::nearest(&name.value, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?\n"),
        None => String::new(),
    };
    let help = format!(
        "{start}looked for {}\n{}",
        looked.join(" and "),
        instead.replace("NAME", &name.value)
    );
    let help = help.trim_end().to_owned();
    Problem::at(&name.place, format!("no scenario named `{}`", name.value))
        .known(known)
        .help(help)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.strip_suffix(".yaml").map(str::to_owned)
    });
    names.collect()
}
