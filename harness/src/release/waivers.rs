//! The waivers of a policy, with what the history of the repository says of each.

use crate::config::document;
use crate::config::source::SourceText;
use crate::environment::history;
use crate::model::decision::{Answer, WaiverHistory, WaiverOutcome, WaiverState, Waivers};
use crate::model::place::{Placed, Problem};
use crate::model::plan::Source;
use crate::model::policy::{CommitRange, Policy, Waiver};
use std::path::{Path, PathBuf};

/// A file of waivers that cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{} problems", problems.len())]
pub struct WaiversProblem {
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The file, where it could be read.
    pub sources: Vec<SourceText>,
}

/// Reads the waivers that a policy names, beside the policy's own file.
///
/// # Errors
/// Everything that is wrong with them.
pub fn waivers(policy: &Policy, file: &Path, commit: &str) -> Result<Waivers, WaiversProblem> {
    let Some(named) = &policy.waivers_file else {
        return Ok(Waivers::default());
    };
    let (path, source, list) = read(named, file)?;
    let arrivals = Arrivals::of(&path, &source, commit);
    Ok(Waivers {
        file: Some(Source {
            path: source.path.to_string(),
            digest: source.digest.clone(),
        }),
        list: list
            .into_iter()
            .map(|waiver| outcome(waiver, &arrivals, commit))
            .collect(),
    })
}

/// Reads the waivers that a policy names, and holds their owners against its `waiver_owners`.
///
/// The gate only tells of a waiver that nobody may sign, because a failure without it is closed
/// anyway; here it is a mistake that can be corrected before it matters.
///
/// # Errors
/// Everything that is wrong with them.
pub fn check_waivers(policy: &Policy, file: &Path) -> Result<(), WaiversProblem> {
    let Some(named) = &policy.waivers_file else {
        return Ok(());
    };
    let (_, source, list) = read(named, file)?;
    let known = &policy.waiver_owners;
    let unsigned = list.iter().filter(|waiver| !known.contains(&waiver.owner));
    let problems: Vec<Problem> = unsigned
        .map(|waiver| {
            let (id, owner) = (&waiver.id, &waiver.owner);
            let message = format!("waiver {id} is signed by `{owner}`, who may not sign waivers");
            Problem::at(&waiver.place, message)
                .known(known.iter().cloned())
                .help("let one of these answer for it, or add the owner to the policy's `waiver_owners`")
        })
        .collect();
    match problems.is_empty() {
        true => Ok(()),
        false => Err(WaiversProblem {
            problems,
            sources: vec![source],
        }),
    }
}

/// The file that a policy names, and the waivers in it.
fn read(
    named: &Placed<String>,
    file: &Path,
) -> Result<(PathBuf, SourceText, Vec<Waiver>), WaiversProblem> {
    let path = file.parent().unwrap_or(Path::new("")).join(&named.value);
    let source = SourceText::read(&path).map_err(|problem| WaiversProblem {
        problems: vec![unreadable(named, *problem)],
        sources: Vec::new(),
    })?;
    let mut problems = Vec::new();
    match document::waivers(&source, &mut problems) {
        Some(list) if problems.is_empty() => Ok((path, source, list)),
        _ => Err(WaiversProblem {
            problems,
            sources: vec![source],
        }),
    }
}

/// A file that is not there is shown where the policy names it; bytes that are no text, where they stand.
fn unreadable(named: &Placed<String>, problem: Problem) -> Problem {
    if problem.place.is_some() {
        return problem;
    }
    let help = "a file without waivers is `apiVersion: proofhouse/waivers/v1` and `waivers: []`";
    Problem {
        place: Some(named.place.clone()),
        ..problem.help(help)
    }
}

fn outcome(waiver: Waiver, arrivals: &Arrivals, commit: &str) -> WaiverOutcome {
    let history = WaiverHistory {
        came_with_code: arrivals.came_with_code(&waiver),
        in_range: waiver
            .commits
            .as_ref()
            .map_or(Answer::Yes, |range| in_range(range, commit)),
    };
    WaiverOutcome {
        waiver,
        history,
        state: WaiverState::Unused,
        forgave: Vec::new(),
    }
}

/// How the waivers of a file came into the commit.
enum Arrivals {
    /// All were there before, or came alone.
    Before,
    /// The file changed together with others; these were there before.
    Among(Vec<Waiver>),
    /// The history does not say.
    Unknown,
}

impl Arrivals {
    fn of(path: &Path, source: &SourceText, commit: &str) -> Self {
        Self::asked(path, source, commit).unwrap_or(Arrivals::Unknown)
    }

    fn asked(path: &Path, source: &SourceText, commit: &str) -> Option<Self> {
        // What is not committed came with whatever is being tried right now.
        let committed = history::file_at(commit, path)?;
        let committed = SourceText::from_bytes(&source.path, committed).ok()?;
        if committed.digest != source.digest {
            return None;
        }
        let changed = history::changed_files(commit)?;
        let own = history::name_in_repository(path)?;
        let (mine, others): (Vec<&PathBuf>, Vec<&PathBuf>) =
            changed.iter().partition(|file| **file == own);
        if mine.is_empty() || others.is_empty() {
            return Some(Arrivals::Before);
        }
        let parent = format!("{commit}^");
        let old = history::file_at(&parent, path)
            .map(|bytes| SourceText::from_bytes(&source.path, bytes));
        Some(match old {
            Some(Ok(old)) => Arrivals::Among(document::waivers(&old, &mut Vec::new())?),
            Some(Err(_)) => return None,
            None => Arrivals::Among(Vec::new()),
        })
    }

    fn came_with_code(&self, waiver: &Waiver) -> Answer {
        match self {
            Arrivals::Before => Answer::No,
            Arrivals::Unknown => Answer::Unknown,
            Arrivals::Among(old) => {
                let there = old.iter().any(|old| same(old, waiver));
                if there { Answer::No } else { Answer::Yes }
            }
        }
    }
}

/// Whether two waivers say the same, wherever they stand.
fn same(a: &Waiver, b: &Waiver) -> bool {
    let moved = Waiver {
        place: a.place.clone(),
        ..b.clone()
    };
    *a == moved
}

fn in_range(range: &CommitRange, commit: &str) -> Answer {
    let after = history::is_ancestor(&range.after, commit);
    let up_to = history::is_ancestor(commit, &range.up_to);
    let itself = commit.starts_with(&range.after.to_lowercase());
    match (after, up_to) {
        (Some(true), Some(true)) if !itself => Answer::Yes,
        (Some(_), Some(_)) => Answer::No,
        _ => Answer::Unknown,
    }
}
