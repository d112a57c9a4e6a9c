//! What the store finds for the judge: the latest comparable run, or why there is none.

use super::StoreError;
use super::chain::{Stored, files, history, is_rejected, stored};
use super::layout::{history_folder, name_on_disk, suite_folder};
use crate::model::baseline::{Baseline, Memory, Remembered};
use crate::model::charts::Past;
use crate::model::environment::{Machine, fingerprint};
use crate::model::plan::Plan;
use crate::model::promise::BaselineStorage;
use jiff::Timestamp;
use std::fs;
use std::path::Path;

/// Looks for the baseline of every scenario of a plan on this machine.
///
/// Only runs made before `before` count, so that a run judged again is compared
/// with what it was compared with then, and never with itself.
///
/// Never fails: what cannot be read is told to the judge, which makes it an error.
pub fn load(
    storage: Option<&BaselineStorage>,
    plan: &Plan,
    machine: &Machine,
    before: Timestamp,
) -> Memory {
    let scenarios = plan.performance.scenarios.iter();
    scenarios
        .map(|scenario| {
            let found = match storage {
                Some(storage) if storage.enabled => {
                    let root = Path::new(&storage.path);
                    look(root, plan, machine, before, &scenario.name)
                }
                _ => Remembered::Disabled,
            };
            (scenario.name.clone(), found)
        })
        .collect()
}

/// The believed baselines of every scenario of a plan on this machine, oldest first, for those
/// who draw them: only of the same scenario with the same things sent, made before `before`.
///
/// A history that cannot be believed is left out; [`load`] tells the judge why.
pub fn past(
    storage: Option<&BaselineStorage>,
    plan: &Plan,
    machine: &Machine,
    before: Timestamp,
) -> Past {
    let Some(storage) = storage.filter(|storage| storage.enabled) else {
        return Past::new();
    };
    let digest = fingerprint(machine);
    let root = Path::new(&storage.path);
    let mut past = Past::new();
    for (scenario, wanted) in &plan.performance.scenario_digests {
        let folder = history_folder(root, plan.profile, &plan.suite, &digest, scenario);
        let stored = history(&folder).unwrap_or_default().into_iter();
        let same = stored.map(|stored| stored.baseline).filter(|baseline| {
            baseline.scenario_digest == *wanted && baseline.recorded_at < before
        });
        past.insert(scenario.clone(), same.collect());
    }
    past
}

fn look(
    root: &Path,
    plan: &Plan,
    machine: &Machine,
    before: Timestamp,
    scenario: &str,
) -> Remembered {
    let digest = fingerprint(machine);
    let folder = history_folder(root, plan.profile, &plan.suite, &digest, scenario);
    let found = history(&folder).and_then(|mut history| {
        history.retain(|stored| stored.baseline.recorded_at < before);
        match history.is_empty() {
            false => Ok(newest_comparable(&history, plan, &digest, scenario)),
            true => elsewhere(root, plan, machine, before, scenario),
        }
    });
    found.unwrap_or_else(|error| Remembered::Unreadable {
        reason: error.to_string(),
    })
}

fn newest_comparable(
    history: &[Stored],
    plan: &Plan,
    fingerprint: &str,
    scenario: &str,
) -> Remembered {
    let wanted = plan.performance.scenario_digests.get(scenario);
    let strayed = history.iter().find(|stored| {
        let b = &stored.baseline;
        b.fingerprint != fingerprint
            || (b.suite.as_str(), b.scenario.as_str()) != (&plan.suite, scenario)
            || b.profile != plan.profile
    });
    if let Some(stored) = strayed {
        return Remembered::Unreadable {
            reason: format!(
                "{}: lies in the folder of another history",
                stored.path.display()
            ),
        };
    }
    let same = |stored: &&Stored| wanted == Some(&stored.baseline.scenario_digest);
    match history.iter().rev().find(same) {
        Some(stored) => Remembered::LastPassed(Box::new(stored.baseline.clone())),
        None => Remembered::NotComparable {
            reason: changed(history, scenario),
        },
    }
}

fn changed(history: &[Stored], scenario: &str) -> String {
    let last = history.last().map(|stored| named(&stored.baseline));
    format!(
        "`{scenario}`, or what is sent in it, has changed since the last stored run ({})",
        last.unwrap_or_default()
    )
}

/// Nothing of this machine: the first run ever, or a machine that was never seen.
fn elsewhere(
    root: &Path,
    plan: &Plan,
    machine: &Machine,
    before: Timestamp,
    scenario: &str,
) -> Result<Remembered, StoreError> {
    let suite = suite_folder(root, plan.profile, &plan.suite);
    let mut newest: Option<Baseline> = None;
    for folder in folders(&suite)? {
        for file in files(&folder.join(name_on_disk(scenario)))? {
            if is_rejected(&file) {
                continue;
            }
            let found = stored(&file)?.baseline;
            if found.recorded_at >= before {
                continue;
            }
            if newest
                .as_ref()
                .is_none_or(|old| found.recorded_at > old.recorded_at)
            {
                newest = Some(found);
            }
        }
    }
    Ok(match newest {
        None => Remembered::Nothing,
        Some(other) => Remembered::NotComparable {
            reason: differences(&other, machine),
        },
    })
}

fn folders(folder: &Path) -> Result<Vec<std::path::PathBuf>, StoreError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(StoreError::io("read", folder))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(StoreError::io("read", folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

fn differences(other: &Baseline, machine: &Machine) -> String {
    let then = other.machine.facts();
    let facts: Vec<String> = then
        .iter()
        .zip(machine.facts())
        .filter(|(then, now)| then.1 != now.1)
        .map(|((name, then), (_, now))| format!("{name} was `{then}`, is `{now}`"))
        .collect();
    format!(
        "no run of this machine is stored, only of another ({}): {}",
        named(other),
        facts.join("; ")
    )
}

fn named(baseline: &Baseline) -> String {
    let commit = baseline.commit.as_deref().unwrap_or("no commit");
    let commit: String = commit.chars().take(9).collect();
    let date = baseline.recorded_at.strftime("%Y-%m-%d");
    format!("{commit}, {date}")
}
