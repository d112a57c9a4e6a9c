//! The system of a scenario: given, in the file, or in a file beside it.

use super::ChaosRequest;
use crate::config::chaos::WrittenSystem;
use crate::config::document;
use crate::config::source::display;
use crate::model::chaos::SystemPlan;
use crate::model::place::Problem;
use crate::plan::{Desk, stem};
use std::path::{Path, PathBuf};

/// The system, and where it was looked for.
pub(super) struct Found {
    system: Option<WrittenSystem>,
    nothing: SystemPlan,
    /// The file that holds it, or the one to write it into.
    pub(super) home: String,
    /// Files that were looked for in vain.
    pub(super) looked_for: Vec<String>,
}

impl Found {
    /// What the system says; nothing where there is none.
    pub(super) fn plan(&self) -> &SystemPlan {
        self.system.as_ref().map_or(&self.nothing, |one| &one.plan)
    }

    /// Whether there is a system at all.
    pub(super) fn is_there(&self) -> bool {
        self.system.is_some()
    }
}

/// Finds the system: `--system FILE`, then `system` in the file, `<stem>.system.yaml` beside
/// it, `system.yaml` in its folder. The first one says everything.
///
/// `None` when there is one and it cannot be read; that was told.
pub(super) fn find(
    request: &ChaosRequest,
    written: Option<WrittenSystem>,
    desk: &mut Desk,
) -> Option<Found> {
    let (system, home, looked_for) = match (&request.system, written) {
        (Some(path), _) => (Some(read(path, desk)?), display(path), Vec::new()),
        (None, Some(written)) => (Some(written), display(&request.file), Vec::new()),
        (None, None) => match beside(&request.file)
            .into_iter()
            .find(|path| path.is_file())
        {
            Some(path) => (Some(read(&path, desk)?), display(&path), Vec::new()),
            None => nowhere(&request.file),
        },
    };
    let mut found = Found {
        system,
        nothing: SystemPlan::default(),
        home,
        looked_for,
    };
    if let Some(system) = &mut found.system {
        inside(system, &mut desk.problems);
        let home = PathBuf::from(&found.home);
        secrets(&mut system.plan, &home, &request.file);
    }
    Some(found)
}

fn nowhere(file: &Path) -> (Option<WrittenSystem>, String, Vec<String>) {
    let looked: Vec<String> = beside(file).iter().map(|path| display(path)).collect();
    let home = looked.last().cloned().unwrap_or_default();
    (None, home, looked)
}

fn beside(file: &Path) -> [PathBuf; 2] {
    [
        file.with_file_name(format!("{}.system.yaml", stem(file))),
        file.with_file_name("system.yaml"),
    ]
}

fn read(path: &Path, desk: &mut Desk) -> Option<WrittenSystem> {
    let source = desk.read(path)?;
    let before = desk.problems.len();
    let system = document::system(&source, &mut desk.problems);
    // Half a system would only say what is missing in it a second time.
    system.filter(|_| desk.problems.len() == before)
}

/// What the sections of a system want of each other.
fn inside(system: &WrittenSystem, problems: &mut Vec<Problem>) {
    let known = || system.plan.services.keys().map(String::as_str);
    for name in &system.named {
        if !system.plan.services.contains_key(&name.value) {
            problems.push(super::unknown("service", name, known()));
        }
    }
    if system.plan.database.is_none() {
        for query in &system.queries {
            let message = format!("`{}` without a database to ask", query.value);
            let help = "write a section `database` beside it";
            problems.push(Problem::at(&query.place, message).help(help));
        }
    }
}

/// Password files stand relative to the system's file; the plan has them relative to the scenario's folder.
fn secrets(plan: &mut SystemPlan, home: &Path, file: &Path) {
    if home.parent() == file.parent() {
        return;
    }
    let folder = home.parent().unwrap_or(Path::new(""));
    let database = plan.database.iter_mut().map(|it| &mut it.password_file);
    let telemetry = plan.telemetry.iter_mut();
    let telemetry = telemetry.map(|it| &mut it.arrived_password_file);
    for name in database.chain(telemetry).flatten() {
        let path = folder.join(&name);
        let whole = std::path::absolute(&path).unwrap_or(path);
        *name = display(&whole);
    }
}

/// Reads a system file by itself, for `check`; the number of its services.
///
/// # Errors
/// Everything that is wrong with it.
pub(in crate::plan) fn alone(path: &Path, desk: &mut Desk) -> Option<usize> {
    let system = read(path, desk)?;
    inside(&system, &mut desk.problems);
    Some(system.plan.services.len())
}
