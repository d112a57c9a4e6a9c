//! Run folders: made, found by name, listed.

use super::atomic;
use super::evidence::{EVIDENCE_FILE, EvidenceWriter};
use super::layout::name_on_disk;
use crate::model::evidence::{RunStarted, Timed};
use jiff::Timestamp;
use std::fs;
use std::path::{Path, PathBuf};

pub use super::StoreError;
pub use super::evidence::read;

/// Where runs live, relative to the working directory.
pub const RUNS: &str = "target/proofhouse/runs";
/// The link to the newest run.
pub const LATEST: &str = "latest";

/// The folder of a run that is being made, with its evidence open for writing.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    evidence: EvidenceWriter,
}

impl RunFolder {
    /// Makes the folder, points `latest` at it and begins its evidence.
    ///
    /// # Errors
    /// The folder is there already, or the file system says no.
    pub fn create(root: &Path, started: &RunStarted) -> Result<Self, StoreError> {
        let path = create(root, started.at, &started.plan.suite, started.short_id())?;
        let evidence = EvidenceWriter::create(&path)?;
        Ok(Self { path, evidence })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes one event; see [`EvidenceWriter::append`].
    ///
    /// # Errors
    /// The disk is full or gone.
    pub fn append(&mut self, timed: &Timed) -> Result<(), StoreError> {
        self.evidence.append(timed)
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// The disk is full or gone.
    pub fn finish(self) -> Result<(), StoreError> {
        self.evidence.finish()
    }
}

/// Makes the folder of a new run, `<UTC time>-<suite>-<short id>`, and points `latest` at it.
///
/// # Errors
/// The folder is there already, or the file system says no.
pub fn create(
    root: &Path,
    at: Timestamp,
    suite: &str,
    short_id: &str,
) -> Result<PathBuf, StoreError> {
    fs::create_dir_all(root).map_err(StoreError::io("create", root))?;
    let time = at.strftime("%Y%m%dT%H%M%SZ");
    let name = format!("{time}-{}-{}", name_on_disk(suite), name_on_disk(short_id));
    let run = root.join(&name);
    fs::create_dir(&run).map_err(StoreError::io("create", &run))?;
    point_latest(root, &name)?;
    Ok(run)
}

fn point_latest(root: &Path, name: &str) -> Result<(), StoreError> {
    let link = root.join(LATEST);
    let beside = atomic::beside(&link);
    std::os::unix::fs::symlink(name, &beside).map_err(StoreError::io("link", &beside))?;
    atomic::rename(&beside, &link)
}

/// Finds a run: `latest`, the start of its short id or of its folder's name, or a path.
///
/// # Errors
/// None, or several that could be meant.
pub fn find(root: &Path, wanted: &str) -> Result<PathBuf, StoreError> {
    let path = Path::new(wanted);
    if wanted != LATEST && (wanted.contains('/') || path.join(EVIDENCE_FILE).is_file()) {
        return match path.join(EVIDENCE_FILE).is_file() {
            true => Ok(path.to_owned()),
            false => Err(no_run(root, wanted)),
        };
    }
    if wanted == LATEST {
        let latest = fs::canonicalize(root.join(LATEST));
        return latest.map_err(|_| no_run(root, wanted));
    }
    let mut meant = list(root)?;
    meant.retain(|run| is_meant(run, wanted));
    match meant.as_slice() {
        [run] => Ok(run.clone()),
        [] => Err(no_run(root, wanted)),
        _ => Err(StoreError::Ambiguous {
            wanted: wanted.to_owned(),
            known: meant.iter().map(|run| name_of(run)).collect(),
        }),
    }
}

fn is_meant(run: &Path, wanted: &str) -> bool {
    let name = name_of(run);
    let id = name.rsplit('-').next().unwrap_or_default();
    let ends_whole_id = wanted.len() >= 36 && !id.is_empty() && wanted.ends_with(id);
    !wanted.is_empty() && (name.starts_with(wanted) || id.starts_with(wanted) || ends_whole_id)
}

/// All runs, oldest first.
///
/// # Errors
/// The folder is there but cannot be read.
pub fn list(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    if !root.exists() {
        return Ok(Vec::new());
    }
    let mut runs = Vec::new();
    for entry in fs::read_dir(root).map_err(StoreError::io("read", root))? {
        let entry = entry.map_err(StoreError::io("read", root))?;
        // Links are left out: `latest` is one of the others.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            runs.push(entry.path());
        }
    }
    runs.sort();
    Ok(runs)
}

fn no_run(root: &Path, wanted: &str) -> StoreError {
    let runs = list(root).unwrap_or_default();
    StoreError::NoRun {
        wanted: wanted.to_owned(),
        root: root.to_owned(),
        known: runs.iter().rev().take(5).map(|run| name_of(run)).collect(),
    }
}

fn name_of(run: &Path) -> String {
    run.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn run(root: &Path, time: &str, id: &str) -> PathBuf {
        let run = create(root, time.parse().unwrap(), "checkout", id).unwrap();
        fs::write(run.join(EVIDENCE_FILE), "").unwrap();
        run
    }

    #[test]
    fn found_by_every_name() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        let old = run(&root, "2026-03-14T09:26:20Z", "3c4e9a3f");
        let new = run(&root, "2026-03-14T09:30:00Z", "3caaaaaa");
        assert!(old.ends_with("20260314T092620Z-checkout-3c4e9a3f"));
        assert_eq!(find(&root, LATEST).unwrap(), new);
        assert_eq!(find(&root, "3c4e").unwrap(), old);
        assert_eq!(find(&root, "20260314T093").unwrap(), new);
        assert_eq!(
            find(&root, "0195f2d4-7c1a-7b3e-9d21-0a6f3c4e9a3f").unwrap(),
            old
        );
        assert_eq!(find(&root, old.to_str().unwrap()).unwrap(), old);
        assert!(matches!(
            find(&root, "3c"),
            Err(StoreError::Ambiguous { .. })
        ));
        assert_eq!(list(&root).unwrap(), [old, new]);
    }

    #[test]
    fn an_unknown_run_is_told_with_the_known_ones() {
        let root = tempfile::tempdir().unwrap();
        assert!(matches!(
            find(root.path(), LATEST),
            Err(StoreError::NoRun { .. })
        ));
        run(root.path(), "2026-03-14T09:26:20Z", "3c4e9a3f");
        let Err(StoreError::NoRun { known, .. }) = find(root.path(), "zz") else {
            unreachable!("found")
        };
        assert_eq!(known, ["20260314T092620Z-checkout-3c4e9a3f"]);
        assert!(find(root.path(), "").is_err());
    }
}
