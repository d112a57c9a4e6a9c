//! The scenarios of a folder, by name.

use crate::config::document::{self, Kind};
use crate::config::source::SourceText;
use std::path::{Path, PathBuf};

/// One scenario that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChaosEntry {
    /// Its name.
    pub name: String,
    /// The file that it stands in.
    pub file: PathBuf,
    /// What is believed of the system.
    pub hypothesis: String,
}

/// The chaos scenarios of a folder, sorted by name and file, or of one file in its own order.
///
/// Files that cannot be read are left out: `check` and `plan_chaos` tell what is wrong with them.
pub fn discover_chaos(folder: &Path) -> Vec<ChaosEntry> {
    if folder.is_file() {
        return entries_of(folder);
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut found: Vec<ChaosEntry> = paths.flat_map(|path| entries_of(&path)).collect();
    found.sort_by(|a, b| (&a.name, &a.file).cmp(&(&b.name, &b.file)));
    found
}

/// The scenarios of one file, in its order; none where it is no chaos file.
pub(in crate::plan) fn entries_of(path: &Path) -> Vec<ChaosEntry> {
    let yaml = path
        .extension()
        .is_some_and(|end| end == "yaml" || end == "yml");
    if !yaml || !path.is_file() {
        return Vec::new();
    }
    let Ok(source) = SourceText::read(path) else {
        return Vec::new();
    };
    if document::kind(&source) != Some(Kind::Chaos) {
        return Vec::new();
    }
    let file = document::chaos(&source, &mut Vec::new());
    let scenarios = file.map(|file| file.scenarios).unwrap_or_default();
    let entries = scenarios.into_iter().map(|scenario| ChaosEntry {
        name: scenario.name.value,
        file: path.to_owned(),
        hypothesis: scenario.hypothesis,
    });
    entries.collect()
}
