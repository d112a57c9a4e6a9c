//! One history of baselines: read in order, each file vouching for the one before it.

use super::layout::diffable;
use super::{StoreError, sha256_hex};
use crate::model::baseline::{BASELINE_SCHEMA, Baseline};
use crate::model::environment::fingerprint;
use std::fs;
use std::path::{Path, PathBuf};

/// End of the name of a file that a person rejected.
pub(crate) const REJECTED: &str = ".rejected.json";

/// One believed baseline.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub path: PathBuf,
    pub digest: String,
    pub baseline: Baseline,
}

/// The believed baselines of a folder, oldest first; empty where there is no folder.
///
/// # Errors
/// A file that cannot be read, says something else than its name, or is not
/// the one that its successor vouches for.
pub(crate) fn history(folder: &Path) -> Result<Vec<Stored>, StoreError> {
    let mut all = Vec::new();
    for path in files(folder)? {
        if !is_rejected(&path) && !rejected_twin(&path).exists() {
            all.push(stored(&path)?);
        }
    }
    all.sort_by(|a, b| {
        let age = |s: &Stored| (s.baseline.sequence, s.baseline.recorded_at);
        age(a).cmp(&age(b)).then_with(|| a.path.cmp(&b.path))
    });
    vouched(&all)?;
    Ok(all)
}

/// All `.json` files of a folder, rejected ones too, sorted; empty where there is no folder.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder).map_err(StoreError::io("read", folder))? {
        let path = entry.map_err(StoreError::io("read", folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".json") && !name.starts_with('.') {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a person rejected it.
pub(crate) fn is_rejected(path: &Path) -> bool {
    path.to_string_lossy().ends_with(REJECTED)
}

/// The name under which a baseline is kept once it is rejected.
pub(crate) fn rejected_twin(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}{REJECTED}"))
}

/// The sequence in a file's name.
pub(crate) fn sequence_of(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    name.split('-').next()?.parse().ok()
}

/// Reads one baseline and holds it against its own name and fingerprint.
pub(crate) fn stored(path: &Path) -> Result<Stored, StoreError> {
    let bytes = fs::read(path).map_err(StoreError::io("read", path))?;
    Ok(Stored {
        path: path.to_owned(),
        digest: sha256_hex(&bytes),
        baseline: believed(path, &bytes)?,
    })
}

/// The baseline in the bytes of a file, held against the file's name and its own fingerprint.
pub(crate) fn believed(path: &Path, bytes: &[u8]) -> Result<Baseline, StoreError> {
    let baseline: Baseline =
        serde_json::from_slice(bytes).map_err(|e| bad(path, format!("not a baseline: {e}")))?;
    if baseline.schema != BASELINE_SCHEMA {
        let text = format!(
            "has the format `{}`, not `{BASELINE_SCHEMA}`",
            baseline.schema
        );
        return Err(bad(path, text));
    }
    if sequence_of(path) != Some(baseline.sequence) {
        return Err(bad(path, "its sequence is not the one in its name".into()));
    }
    if fingerprint(&baseline.machine) != baseline.fingerprint {
        return Err(bad(
            path,
            "its fingerprint is not that of its machine".into(),
        ));
    }
    Ok(baseline)
}

/// Bytes as they are stored: sorted keys, numbers of six significant digits.
///
/// # Errors
/// A number that is none.
pub fn bytes(baseline: &Baseline) -> Result<Vec<u8>, StoreError> {
    let value = serde_json::to_value(baseline).map_err(|e| {
        bad(
            Path::new(&baseline.scenario),
            format!("cannot be written: {e}"),
        )
    })?;
    Ok(diffable(&value).into_bytes())
}

/// Every file names the digest of one with the next lower sequence. Two of the
/// same sequence come from merged branches: both are believed.
fn vouched(all: &[Stored]) -> Result<(), StoreError> {
    for next in all {
        let sequence = next.baseline.sequence;
        let lower = all
            .iter()
            .map(|s| s.baseline.sequence)
            .filter(|s| *s < sequence);
        let Some(before) = lower.max() else {
            continue;
        };
        let mut candidates = all.iter().filter(|s| s.baseline.sequence == before);
        let named = next.baseline.predecessor.as_ref();
        if !candidates.any(|s| Some(&s.digest) == named) {
            let name = next.path.file_name().unwrap_or_default().to_string_lossy();
            let text = format!(
                "sequence {before} before {name} was changed or is not the one it followed"
            );
            return Err(bad(&next.path, text));
        }
    }
    Ok(())
}

fn bad(path: &Path, reason: String) -> StoreError {
    StoreError::Baseline {
        path: path.to_owned(),
        reason: format!(
            "{reason}; restore it from version control, or remove this history to begin anew"
        ),
    }
}
