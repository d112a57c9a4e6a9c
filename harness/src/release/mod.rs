//! The story of a release: evidence found, read, held against its digests, and decided about.

mod waivers;

pub use waivers::{WaiversProblem, check_waivers, waivers};

use crate::gate::{self, glob};
use crate::model::facts::{Content, Input, Refusal, ReportFacts};
use crate::model::policy::{Policy, Required};
use crate::store::{self, EvidenceReader, StoreError};
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
    let (runs, below) = runs(places.folder);
    let found = store::find_reports(&runs)?;
    let refused = found.refused.into_iter();
    let mut inputs: Vec<Input> = refused
        .map(|(path, refusal)| refused_input(format!("{below}{path}"), refusal))
        .collect();
    for path in found.reports {
        let path = format!("{below}{path}");
        inputs.push(report(places.folder, path, commit, &mut reader));
    }
    for path in found.abandoned {
        let path = format!("{below}{path}");
        inputs.push(abandoned(places.folder, path, &mut reader));
    }
    for path in junit_files(places.working, policy)? {
        inputs.push(junit(places.working, path, &mut reader));
    }
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

fn report(folder: &Path, path: String, commit: &str, reader: &mut EvidenceReader) -> Input {
    let file = folder.join(&path);
    let (sha256, read) = match reader.report(&file) {
        Ok(bytes) => (store::sha256_hex(bytes), gate::report(bytes)),
        Err(refusal) => return refused_input(path, refusal),
    };
    let content = read.and_then(|mut read| {
        if is_of_another(&read.facts, commit) {
            // Set aside in any case: neither its evidence nor its checks are needed.
            read.facts.checks = Vec::new();
        } else {
            let run = file.parent().unwrap_or(folder);
            reader.verify(run, &read.evidence)?;
        }
        Ok(Content::Report(Box::new(read.facts)))
    });
    Input {
        path,
        sha256: Some(sha256),
        content: content.unwrap_or_else(Content::Refused),
    }
}

fn is_of_another(facts: &ReportFacts, commit: &str) -> bool {
    let known = facts.commit.as_deref();
    known.is_some_and(|known| !known.eq_ignore_ascii_case(commit))
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
            files.extend(store::find_files(working, &fixed, &is_meant)?);
        }
    }
    Ok(files)
}

fn junit(working: &Path, path: String, reader: &mut EvidenceReader) -> Input {
    match reader.junit(&working.join(&path)) {
        Ok(bytes) => Input {
            sha256: Some(store::sha256_hex(bytes)),
            content: gate::junit(bytes).map_or_else(Content::Refused, Content::JUnit),
            path,
        },
        Err(refusal) => refused_input(path, refusal),
    }
}
