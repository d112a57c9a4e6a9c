//! The story of a release: evidence found, read, held against its digests, and decided about.

mod promises;
mod rejudge;
#[cfg(test)]
mod tests;
mod waivers;

pub use waivers::{WaiversProblem, check_waivers, waivers};

use crate::gate::{self, glob};
use crate::model::facts::{Content, Input, Refusal, ReportFacts};
use crate::model::policy::{Policy, Required};
use crate::store::{self, EVIDENCE_FILE, EvidenceReader, StoreError};
use promises::Promises;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where evidence is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// Folder with `runs` in it, or the folder of runs itself.
    pub folder: &'a Path,
    /// The folder that paths of JUnit files are meant from.
    pub working: &'a Path,
}

/// Reads all evidence that a policy may want; what cannot be believed becomes a refusal.
///
/// # Errors
/// A folder that cannot be read.
pub fn gather(places: Places<'_>, policy: &Policy, commit: &str) -> Result<Vec<Input>, StoreError> {
    let mut reader = EvidenceReader::default();
    let mut asked = Asked {
        commit,
        rejudge: policy.rejudge,
        promises: policy
            .subject
            .suites_committed
            .then(|| Promises::of(commit)),
    };
    let (runs, below) = runs(places.folder);
    let mut inputs: Vec<Input> = Vec::new();
    let found = store::find_reports(&runs, &mut |path| {
        let path = format!("{below}{path}");
        let input = report(places.folder, path, &mut asked, &mut reader);
        let there = input.is_some();
        inputs.extend(input);
        there
    })?;
    let refused = found.refused.into_iter();
    inputs.extend(refused.map(|(path, refusal)| refused_input(format!("{below}{path}"), refusal)));
    for path in found.abandoned {
        let path = format!("{below}{path}");
        inputs.push(abandoned(places.folder, path, &mut reader));
    }
    for path in junit_files(places.working, policy)? {
        inputs.extend(junit(places.working, path, &mut reader));
    }
    // Folders are read in the order that the file system likes.
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(inputs)
}

/// The folder's own `runs` where it has them: what lies beside them, such as runs of
/// seeded faults, was never meant as evidence. Else the folder itself.
fn runs(folder: &Path) -> (PathBuf, &'static str) {
    let runs = folder.join("runs");
    match runs.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
        true => (runs, "runs/"),
        false => (folder.to_owned(), ""),
    }
}

fn refused_input(path: String, refusal: Refusal) -> Input {
    Input {
        path,
        sha256: None,
        content: Content::Refused(refusal),
    }
}

/// What is asked of every report.
struct Asked<'a> {
    commit: &'a str,
    rejudge: bool,
    promises: Option<Promises<'a>>,
}

/// A report; `None` where there is none.
fn report(
    folder: &Path,
    path: String,
    asked: &mut Asked<'_>,
    reader: &mut EvidenceReader,
) -> Option<Input> {
    let file = folder.join(&path);
    let (sha256, read) = match reader.report(&file) {
        Ok(None) => return None,
        Ok(Some(bytes)) => (store::sha256_hex(bytes), gate::report(bytes)),
        Err(refusal) => return Some(refused_input(path, refusal)),
    };
    let run = file.parent().unwrap_or(folder);
    let content = read.and_then(|mut read| {
        if is_of_another(&read.facts, asked.commit) {
            not_hidden(run, asked.commit, reader)?;
            // Set aside in any case: neither its evidence nor its checks are needed.
            read.facts.checks = Vec::new();
        } else {
            reader.verify(run, &read.evidence)?;
            // A try that cannot release anything may have been one of another suite.
            let promises = asked.promises.as_mut();
            if let Some(promises) = promises.filter(|_| read.facts.unfit_reasons.is_empty()) {
                promises.held(&read.config)?;
            }
            if asked.rejudge {
                rejudge::held(&read, reader.evidence(run, &read.evidence)?)?;
            }
        }
        Ok(Content::Report(Box::new(read.facts)))
    });
    Some(Input {
        path,
        sha256: Some(sha256),
        content: content.unwrap_or_else(Content::Refused),
    })
}

fn is_of_another(facts: &ReportFacts, commit: &str) -> bool {
    let known = facts.commit.as_deref();
    known.is_some_and(|known| !known.eq_ignore_ascii_case(commit))
}

/// A report is not set aside as one of another commit when the run itself was of this one:
/// an attempt that failed would be hidden behind an earlier one that passed.
///
/// # Errors
/// What the evidence says.
fn not_hidden(run: &Path, commit: &str, reader: &mut EvidenceReader) -> Result<(), Refusal> {
    let line = reader.first_line(&run.join(EVIDENCE_FILE));
    let started = line.and_then(gate::abandoned).ok();
    let own = started.and_then(|started| started.commit);
    if own.is_some_and(|own| own.eq_ignore_ascii_case(commit)) {
        let detail = "it says that it is of another commit, and its evidence is of this one";
        return Err(Refusal::new("INCONSISTENT", detail));
    }
    Ok(())
}

fn abandoned(folder: &Path, path: String, reader: &mut EvidenceReader) -> Input {
    let first = reader.first_line(&folder.join(&path));
    let content = first.and_then(gate::abandoned).map(Content::Abandoned);
    Input {
        path,
        sha256: None,
        content: content.unwrap_or_else(Content::Refused),
    }
}

/// Every file that an entry of the policy means, once.
fn junit_files(working: &Path, policy: &Policy) -> Result<BTreeSet<String>, StoreError> {
    let mut files = BTreeSet::new();
    for entry in &policy.required {
        if let Required::JUnit(entry) = entry {
            let fixed = glob::fixed_folder(&entry.path);
            let is_meant = |path: &str| glob::path_matches(&entry.path, path);
            let found = match glob::fixed_name(&entry.path) {
                Some((depth, name)) => store::find_named(working, &fixed, depth, name)?,
                None => store::find_files(working, &fixed, &is_meant)?,
            };
            files.extend(found.into_iter().filter(|path| is_meant(path)));
        }
    }
    Ok(files)
}

/// A JUnit file; `None` where there is none.
fn junit(working: &Path, path: String, reader: &mut EvidenceReader) -> Option<Input> {
    match reader.junit(&working.join(&path)) {
        Ok(None) => None,
        Ok(Some(bytes)) => Some(Input {
            sha256: Some(store::sha256_hex(bytes)),
            content: gate::junit(bytes).map_or_else(Content::Refused, Content::JUnit),
            path,
        }),
        Err(refusal) => Some(refused_input(path, refusal)),
    }
}
