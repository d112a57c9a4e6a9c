//! `proofhouse baseline`: what is remembered, and people's say in it.

use super::again;
use super::arguments::{BaselineCommand, BaselineFolder};
use super::decide::{Decided, decide};
use super::exit;
use crate::model::baseline::{Baseline, Origin};
use crate::store::StoreError;
use crate::store::baselines::{self, Listed, State};
use std::path::PathBuf;

/// Lists, shows, accepts or rejects.
pub(super) fn run(command: &BaselineCommand) -> u8 {
    match command {
        BaselineCommand::List(folder) => list(folder),
        BaselineCommand::Show { baseline, folder } => show(baseline, folder),
        BaselineCommand::Accept { run, reason } => accept(run, reason),
        BaselineCommand::Reject {
            baseline,
            reason,
            folder,
        } => reject(baseline, reason, folder),
    }
}

fn told(error: &StoreError) -> u8 {
    anstream::eprintln!("error: {error}");
    exit::USAGE
}

fn list(folder: &BaselineFolder) -> u8 {
    let listed = match baselines::list(&folder.folder) {
        Ok(listed) => listed,
        Err(error) => return told(&error),
    };
    if listed.is_empty() {
        anstream::println!(
            "no baselines in {}: the first run that passes stores one",
            folder.folder.display()
        );
    }
    let mut code = exit::PASS;
    for one in &listed {
        anstream::println!("{}", line(one));
        if matches!(one.state, State::Unreadable(_)) {
            code = exit::EVIDENCE;
        }
    }
    code
}

fn line(listed: &Listed) -> String {
    let path = listed.path.display();
    match &listed.state {
        State::Newest(baseline) => format!("current   {path}\n          {}", facts(baseline)),
        State::Older(baseline) => format!("older     {path}\n          {}", facts(baseline)),
        State::Rejected => format!("rejected  {path}"),
        State::Unreadable(reason) => format!("broken    {path}\n          {reason}"),
    }
}

fn facts(baseline: &Baseline) -> String {
    let services: Vec<String> = baseline
        .services
        .iter()
        .map(|(name, s)| {
            format!(
                "{name} p95 {:.1} ms, {:.1} req/s",
                s.p95_latency_ms, s.throughput_rps
            )
        })
        .collect();
    let commit = baseline
        .commit
        .as_deref()
        .map_or("no commit", |commit| &commit[..commit.len().min(8)]);
    let how = match &baseline.origin {
        Origin::Passed => "passed".to_owned(),
        Origin::Accepted(reason) => format!("accepted: {reason}"),
    };
    format!(
        "{} at {commit}, {how}; {}",
        baseline.recorded_at,
        services.join("; ")
    )
}

/// The baseline that a path, or the start of its run's id, means.
fn find(wanted: &str, folder: &BaselineFolder) -> Result<PathBuf, u8> {
    let mut meant = baselines::find(&folder.folder, wanted).map_err(|error| told(&error))?;
    match (meant.pop(), meant.is_empty()) {
        (Some(path), true) => Ok(path),
        (None, _) => {
            anstream::eprintln!(
                "error: no baseline named `{wanted}`\n  = help: `proofhouse baseline list` shows them"
            );
            Err(exit::USAGE)
        }
        (Some(last), false) => {
            meant.push(last);
            let names: Vec<_> = meant
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            anstream::eprintln!(
                "error: `{wanted}` has a baseline in several scenarios: name the file\n  = known: {}",
                names.join(", ")
            );
            Err(exit::USAGE)
        }
    }
}

fn show(wanted: &str, folder: &BaselineFolder) -> u8 {
    let path = match find(wanted, folder) {
        Ok(path) => path,
        Err(code) => return code,
    };
    match baselines::show(&path) {
        Ok(baseline) => {
            anstream::println!("{}\n{}", path.display(), facts(&baseline));
            for (name, value) in baseline.machine.facts() {
                anstream::println!("  {name:<14} {value}");
            }
            exit::PASS
        }
        Err(error) => told(&error),
    }
}

/// A person's word that a run is what later runs are held against.
fn accept(run: &str, reason: &str) -> u8 {
    let (evidence, folder) = match again::evidence(run) {
        Ok(found) => found,
        Err(code) => return code,
    };
    let Some(storage) = &evidence.started.plan.performance.baseline else {
        anstream::eprintln!("error: the suite of this run has no `baseline_storage`");
        return exit::USAGE;
    };
    let Decided { candidates, .. } = match decide(&evidence, &folder) {
        Ok(decided) => decided,
        Err(error) => return again::unreadable(&error),
    };
    if candidates.is_empty() {
        anstream::eprintln!(
            "error: this run has no whole scenario: nothing of it can be a baseline"
        );
        return exit::ERROR;
    }
    match baselines::accept(storage, candidates, reason) {
        Ok(paths) => {
            for path in paths {
                anstream::println!("baseline  {}", path.display());
            }
            exit::PASS
        }
        Err(error) => told(&error),
    }
}

fn reject(wanted: &str, reason: &str, folder: &BaselineFolder) -> u8 {
    let path = match find(wanted, folder) {
        Ok(path) => path,
        Err(code) => return code,
    };
    match baselines::reject(&path, reason) {
        Ok(kept) => {
            anstream::println!("rejected  {}", kept.display());
            exit::PASS
        }
        Err(error) => told(&error),
    }
}
