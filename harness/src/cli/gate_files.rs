//! Decisions on the disk: written where they are asked for, kept for later, read again.

use super::arguments::GateArguments;
use super::keys;
use crate::attest::SigningKey;
use crate::gate::Rerun;
use crate::model::decision::Decision;
use crate::model::plan::Source;
use crate::report::decision::{self as written, Detail, FORMATS};
use crate::report::{Format, Style, svr};
use crate::store::{StoreError, atomic, sha256_hex};
use serde::Serialize;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// Folder of decisions, below the folder of evidence.
const DECISIONS: &str = "decisions";

/// Writes a decision where it is kept and where it was asked for; `shown` is what was printed.
///
/// # Errors
/// The file system says no.
pub(super) fn write(
    arguments: &GateArguments,
    decision: &Decision,
    rerun: &Rerun,
    shown: Format,
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
        let path = keep(&arguments.folder, decision, &bytes)?;
        tell(shown, &format!("decision  {}", path.display()));
    }
    Ok(())
}

/// Writes a decision in every format, where a folder was named.
///
/// # Errors
/// The file system says no.
pub(super) fn reports(arguments: &GateArguments, decision: &Decision) -> Result<(), StoreError> {
    let Some(folder) = &arguments.reports else {
        return Ok(());
    };
    create(folder)?;
    for format in FORMATS {
        let bytes = written::render(decision, format, Detail::Explained, Style::default());
        atomic::write(&folder.join(written::file_name(format)), &bytes)?;
    }
    Ok(())
}

/// Writes what was verified where it was asked for; where nothing was, no older statement is left there to
/// be taken for this one.
///
/// # Errors
/// The file system says no.
pub(super) fn write_svr(
    arguments: &GateArguments,
    decision: &Decision,
    key: Option<&SigningKey>,
    shown: Format,
) -> Result<(), StoreError> {
    let Some(path) = &arguments.svr else {
        return Ok(());
    };
    if let Some(statement) = svr(decision) {
        atomic::write(path, &keys::signed(statement, key))?;
        tell(shown, &format!("svr       {}", path.display()));
        return Ok(());
    }
    let gone = match fs::remove_file(path) {
        Ok(()) => "; the older one is taken away",
        Err(error) if error.kind() == ErrorKind::NotFound => "",
        Err(source) => {
            return Err(StoreError::Io {
                act: "take away",
                path: path.clone(),
                source,
            });
        }
    };
    let none = format!("svr       none: a closed gate has verified nothing{gone}");
    tell(shown, &none);
    Ok(())
}

/// Takes an older statement away where none was written, so that nobody takes it for this gate's.
/// Where it cannot be taken away, the exit code still says that there is none.
pub(super) fn forget_svr(arguments: &GateArguments) {
    if let Some(path) = &arguments.svr
        && fs::remove_file(path).is_ok()
    {
        let path = path.display();
        anstream::eprintln!("svr       none: this gate wrote none; the older {path} is taken away");
    }
}

/// What another program reads holds nothing but the decision.
fn tell(shown: Format, line: &str) {
    match shown {
        Format::Text => anstream::println!("{line}"),
        _ => anstream::eprintln!("{line}"),
    }
}

fn create(folder: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(folder).map_err(|source| StoreError::Io {
        act: "create",
        path: folder.to_owned(),
        source,
    })
}

fn keep(folder: &Path, decision: &Decision, bytes: &[u8]) -> Result<PathBuf, StoreError> {
    let folder = folder.join(DECISIONS);
    create(&folder)?;
    let at = decision.question.now.strftime("%Y%m%dT%H%M%SZ");
    let digest = sha256_hex(bytes);
    let path = folder.join(format!("{at}-{}.json", digest.get(..8).unwrap_or_default()));
    atomic::write(&path, bytes)?;
    Ok(path)
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
    let read = names.into_iter().map(|name| {
        let decision = read(&folder.join(&name));
        decision.map(|decision| (name, decision))
    });
    read.collect()
}

/// One decision.
///
/// # Errors
/// A file that cannot be read, or is no decision.
pub(super) fn read(path: &Path) -> Result<Decision, StoreError> {
    let bytes = fs::read(path).map_err(|source| StoreError::Io {
        act: "read",
        path: path.to_owned(),
        source,
    })?;
    crate::gate::decision(&bytes).map_err(|refusal| StoreError::Broken {
        path: path.to_owned(),
        line: 1,
        reason: refusal.detail,
    })
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

/// A path as the policy's entries mean it: from the working directory, with `/` between its parts. `None` for
/// what lies outside, where no entry looks.
pub(super) fn from_here(path: &Path) -> Option<String> {
    let here = std::env::current_dir().unwrap_or_default();
    let below = match path.is_absolute() {
        true => path.strip_prefix(here).ok()?,
        false => path,
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in below.components() {
        match part {
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_the_working_directory() {
        let told = |path: &str| from_here(Path::new(path));
        assert_eq!(told("./out/../unit/a.xml"), Some("unit/a.xml".to_owned()));
        assert_eq!(told("../a.xml"), None);
        assert_eq!(told("/nowhere/a.xml"), None);
        let here = std::env::current_dir().unwrap_or_default();
        assert_eq!(from_here(&here.join("a.xml")), Some("a.xml".to_owned()));
    }
}
