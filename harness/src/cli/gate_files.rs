//! Decisions on the disk: written where they are asked for, kept for later, read again.

use super::arguments::GateArguments;
use crate::gate::Rerun;
use crate::model::decision::Decision;
use crate::model::plan::Source;
use crate::store::{StoreError, atomic, sha256_hex};
use serde::Serialize;
use std::fs;
use std::path::Path;

/// Folder of decisions, below the folder of evidence.
const DECISIONS: &str = "decisions";

/// Writes a decision where it is kept and where it was asked for.
///
/// # Errors
/// The file system says no.
pub(super) fn write(
    arguments: &GateArguments,
    decision: &Decision,
    rerun: &Rerun,
) -> Result<(), StoreError> {
    let bytes = bytes(decision);
    if let Some(path) = &arguments.json {
        atomic::write(path, &bytes)?;
    }
    if let Some(path) = &arguments.emit_rerun {
        atomic::write(path, &self::bytes(rerun))?;
    }
    // Where there is no evidence at all there is nothing to decide again.
    if arguments.folder.is_dir() {
        keep(&arguments.folder, decision, &bytes)?;
    }
    Ok(())
}

fn keep(folder: &Path, decision: &Decision, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = folder.join(DECISIONS);
    fs::create_dir_all(&folder).map_err(|source| StoreError::Io {
        act: "create",
        path: folder.clone(),
        source,
    })?;
    let at = decision.question.now.strftime("%Y%m%dT%H%M%SZ");
    let digest = sha256_hex(bytes);
    let path = folder.join(format!("{at}-{}.json", digest.get(..8).unwrap_or_default()));
    atomic::write(&path, bytes)?;
    anstream::println!("decision  {}", path.display());
    Ok(())
}

/// Keys in the order of the types, two spaces, a newline at the end: the same decision is the same bytes.
pub(super) fn bytes<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = match serde_json::to_vec_pretty(value) {
        Ok(bytes) => bytes,
        // Every key is text and every number finite: there is nothing that JSON cannot say.
        Err(error) => std::panic::panic_any(format!("not JSON: {error}")),
    };
    bytes.push(b'\n');
    bytes
}

/// The decisions of a folder, oldest first, by file name.
///
/// # Errors
/// A folder or a file that cannot be read, or is no decision.
pub(super) fn decisions(folder: &Path) -> Result<Vec<(String, Decision)>, StoreError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let names = crate::store::find_files(folder, "", &|path| path.ends_with(".json"))?;
    let read = names.into_iter().map(|name| -> Result<_, StoreError> {
        let path = folder.join(&name);
        let bytes = fs::read(&path).map_err(|source| StoreError::Io {
            act: "read",
            path: path.clone(),
            source,
        })?;
        let decision = crate::gate::decision(&bytes).map_err(|refusal| StoreError::Broken {
            path,
            line: 1,
            reason: refusal.detail,
        })?;
        Ok((name, decision))
    });
    read.collect()
}

/// A policy's path as decisions name it: from the working directory, never absolute, so
/// that another machine makes the same bytes.
pub(super) fn relative(source: Source) -> Source {
    let path = Path::new(&source.path);
    if !path.is_absolute() {
        return source;
    }
    let here = std::env::current_dir().unwrap_or_default();
    let below = path
        .strip_prefix(here)
        .ok()
        .or(path.file_name().map(Path::new));
    let path = below.unwrap_or(path).display().to_string();
    Source { path, ..source }
}
