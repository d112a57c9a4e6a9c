//! Evidence for the gate, found without following links.

use crate::model::facts::Refusal;
use crate::store::StoreError;
use crate::store::evidence::EVIDENCE_FILE;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Name of the file that a run's report is in.
pub const REPORT_FILE: &str = "report.json";
/// Deepest folder, and most entries of all folders.
const DEEPEST: usize = 32;
const MOST_ENTRIES: usize = 1_000_000;
/// The one link that the store itself makes.
const LATEST: &str = "latest";

/// What was found in a folder, by path below it.
#[derive(Debug, Default)]
pub struct Found {
    /// Evidence of runs without a report.
    pub abandoned: Vec<String>,
    /// What cannot be believed before it is read: links, folders too deep.
    pub refused: Vec<(String, Refusal)>,
}

/// Finds the reports of a folder. A folder with a report or with evidence is a run, and is not looked into.
///
/// `report` is given the path of each report that there may be, below the folder, and says whether
/// there is one: who reads it finds that out, and ten thousand need not be asked for twice.
///
/// # Errors
/// A folder that cannot be read. One that is not there has nothing in it.
pub fn find_reports(
    root: &Path,
    report: &mut dyn FnMut(&str) -> bool,
) -> Result<Found, StoreError> {
    let mut walk = Walk {
        report,
        found: Found::default(),
        entries: 0,
    };
    if root.is_dir() {
        walk.folder(root, "", 0)?;
    }
    let Found { abandoned, refused } = &mut walk.found;
    abandoned.sort();
    refused.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(walk.found)
}

struct Walk<'a> {
    report: &'a mut dyn FnMut(&str) -> bool,
    found: Found,
    entries: usize,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, below: &str, depth: usize) -> Result<(), StoreError> {
        // Asked for by name first: ten thousand runs need not be listed.
        if (self.report)(&format!("{below}{REPORT_FILE}")) {
            return self.hidden(folder, below, depth);
        }
        if fs::symlink_metadata(folder.join(EVIDENCE_FILE)).is_ok() {
            self.found.abandoned.push(format!("{below}{EVIDENCE_FILE}"));
            return self.hidden(folder, below, depth);
        }
        self.list(folder, below, depth)
    }

    /// Runs in a run. One report in the folder of all runs would hide every one of them;
    /// further down a run that lies in another was moved there, which is as good as away.
    fn hidden(&mut self, folder: &Path, below: &str, depth: usize) -> Result<(), StoreError> {
        if depth > 0 {
            return Ok(());
        }
        let mut folders = Vec::new();
        subfolders(folder, "", &mut folders)?;
        for name in folders {
            let has = |file: &str| fs::symlink_metadata(folder.join(&name).join(file)).is_ok();
            if has(REPORT_FILE) || has(EVIDENCE_FILE) {
                let detail = "a run in the folder of another: nothing says which of them is meant";
                let refusal = Refusal::new("AMBIGUOUS", detail);
                self.found.refused.push((format!("{below}{name}"), refusal));
            }
        }
        Ok(())
    }

    fn list(&mut self, folder: &Path, below: &str, depth: usize) -> Result<(), StoreError> {
        let read = || StoreError::io("read", folder);
        for entry in fs::read_dir(folder).map_err(read())? {
            let entry = entry.map_err(read())?;
            let kind = entry.file_type().map_err(read())?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{below}{name}");
            self.entries += 1;
            if kind.is_symlink() && name != LATEST {
                self.found
                    .refused
                    .push((path, Refusal::new("LINK", "a link; links are not followed")));
            } else if kind.is_dir() && (depth >= DEEPEST || self.entries > MOST_ENTRIES) {
                let refusal = Refusal::new("TOO_LARGE", "too deep, or too many files around it");
                self.found.refused.push((path, refusal));
            } else if kind.is_dir() {
                self.folder(&entry.path(), &format!("{path}/"), depth + 1)?;
            }
        }
        Ok(())
    }
}

/// Where files of one name may be that lie so many folders below `fixed`, sorted by path. The folders
/// that they may lie in are not looked into: there may be ten thousand, with much beside each file.
///
/// # Errors
/// A folder that cannot be read, or too many entries.
pub fn find_named(
    root: &Path,
    fixed: &str,
    depth: usize,
    name: &str,
) -> Result<Vec<String>, StoreError> {
    let mut folders = vec![fixed.to_owned()];
    let mut entries = 0;
    for _ in 0..depth {
        let mut below = Vec::new();
        for folder in &folders {
            entries += subfolders(root, folder, &mut below)?;
            if entries > MOST_ENTRIES {
                return Err(too_many(&root.join(folder)));
            }
        }
        folders = below;
    }
    let paths = folders.into_iter().map(|folder| inside(&folder, name));
    let mut paths: Vec<String> = paths.collect();
    paths.sort();
    Ok(paths)
}

/// Adds the folders in a folder; how many entries it has.
fn subfolders(root: &Path, folder: &str, found: &mut Vec<String>) -> Result<usize, StoreError> {
    let path = root.join(folder);
    let listed = match fs::read_dir(&path) {
        Ok(listed) => listed,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(StoreError::io("read", &path)(error)),
    };
    let mut entries = 0;
    for entry in listed {
        let entry = entry.map_err(StoreError::io("read", &path))?;
        entries += 1;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.push(inside(folder, &entry.file_name().to_string_lossy()));
        }
    }
    Ok(entries)
}

fn inside(folder: &str, name: &str) -> String {
    match folder.is_empty() {
        true => name.to_owned(),
        false => format!("{folder}/{name}"),
    }
}

fn too_many(folder: &Path) -> StoreError {
    let many = std::io::Error::other("more than a million files; name a narrower folder");
    StoreError::io("look through", folder)(many)
}

/// The files of a folder that a question is answered with yes for, sorted by path below it.
///
/// # Errors
/// A folder that cannot be read, or too many files.
pub fn find_files(
    root: &Path,
    fixed: &str,
    is_meant: &dyn Fn(&str) -> bool,
) -> Result<Vec<String>, StoreError> {
    let start = root.join(fixed);
    let below = if fixed.is_empty() {
        String::new()
    } else {
        format!("{fixed}/")
    };
    let mut open = vec![(start, below)];
    let (mut found, mut entries) = (Vec::new(), 0);
    while let Some((folder, below)) = open.pop() {
        let listed = match fs::read_dir(&folder) {
            Ok(listed) => listed,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(StoreError::io("read", &folder)(error)),
        };
        for entry in listed {
            let entry = entry.map_err(StoreError::io("read", &folder))?;
            let kind = entry.file_type().map_err(StoreError::io("read", &folder))?;
            let path = format!("{below}{}", entry.file_name().to_string_lossy());
            entries += 1;
            if entries > MOST_ENTRIES {
                return Err(too_many(&folder));
            }
            if kind.is_dir() {
                open.push((entry.path(), format!("{path}/")));
            } else if is_meant(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
