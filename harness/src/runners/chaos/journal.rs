//! The fault journal: what undoes a blow is on disk before the blow, and stays there until it is mended.
//!
//! One JSON line an entry, each with a checksum, each synced before the call returns. A line
//! that was cut off by a crash is the last one and is ignored: nothing was broken after it.

use super::fault::{FaultError, Undo};
use nix::fcntl::{Flock, FlockArg};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

const SUFFIX: &str = ".journal";

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Entry {
    /// A blow will fall.
    Intent {
        /// The action's id.
        fault: String,
        /// What undoes it.
        recipe: Undo,
    },
    /// It is mended.
    Healed {
        /// The action's id.
        fault: String,
    },
    /// The run ended, and nothing is left broken.
    Closed,
}

/// A journal that is being written; the lock says that its run is alive.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Flock<File>,
    open: BTreeSet<String>,
}

impl Journal {
    /// A new journal for a run.
    ///
    /// # Errors
    /// The folder or the file cannot be made, or the file is there already.
    pub fn create(folder: &Path, run: &str) -> Result<Self, FaultError> {
        std::fs::create_dir_all(folder).map_err(|error| told(folder, &error))?;
        let path = folder.join(format!("{run}{SUFFIX}"));
        let file = OpenOptions::new()
            .create_new(true)
            .append(true)
            .open(&path)
            .map_err(|error| told(&path, &error))?;
        // Whoever looks for dead runs may hold a new journal for a moment: that is waited for.
        let file = lock(file, FlockArg::LockExclusive).map_err(|error| told(&path, &error))?;
        // The entry in the folder must survive a power cut, too.
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| told(folder, &error))?;
        Ok(Self {
            path,
            file,
            open: BTreeSet::new(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what will undo a blow; the blow may fall when this has returned.
    ///
    /// # Errors
    /// It is not on disk: the blow must not fall.
    pub fn intent(&mut self, fault: &str, recipe: Undo) -> Result<(), FaultError> {
        let fault = fault.to_owned();
        self.open.insert(fault.clone());
        self.write(&Entry::Intent { fault, recipe })
    }

    /// Writes that a fault is mended.
    ///
    /// # Errors
    /// It is not on disk: whoever reads the journal will mend it again, which does nothing.
    pub fn healed(&mut self, fault: &str) -> Result<(), FaultError> {
        self.write(&Entry::Healed {
            fault: fault.to_owned(),
        })?;
        self.open.remove(fault);
        Ok(())
    }

    /// Whether everything that was broken is mended.
    pub fn is_clean(&self) -> bool {
        self.open.is_empty()
    }

    /// Ends it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn close(mut self) -> Result<(), FaultError> {
        self.write(&Entry::Closed)
    }

    fn write(&mut self, entry: &Entry) -> Result<(), FaultError> {
        append(&mut self.file, entry).map_err(|error| told(&self.path, &error))
    }
}

/// A journal as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// The run that wrote it.
    pub run: String,
    /// Blows that were not mended, newest first: mended in reverse order.
    pub open: Vec<(String, Undo)>,
    /// Whether the run ended well.
    pub closed: bool,
    /// Lines that are not whole: a crash cuts the last one off.
    pub damaged: usize,
}

/// Reads a journal, whoever writes it.
///
/// # Errors
/// It cannot be read.
pub fn read(path: &Path) -> Result<Found, FaultError> {
    let bytes = std::fs::read(path).map_err(|error| told(path, &error))?;
    Ok(read_bytes(path, &bytes))
}

/// What stands in a journal. Whatever else a disk has made of it: lines that are whole count,
/// because what they say is still broken.
pub fn read_bytes(path: &Path, bytes: &[u8]) -> Found {
    let mut found = Found {
        path: path.to_owned(),
        run: stem(path),
        open: Vec::new(),
        closed: false,
        damaged: 0,
    };
    let lines = bytes.split(|byte| *byte == b'\n');
    for line in lines.filter(|line| !line.is_empty()) {
        match std::str::from_utf8(line).ok().and_then(parse) {
            Some(Entry::Intent { fault, recipe }) => found.open.insert(0, (fault, recipe)),
            Some(Entry::Healed { fault }) => found.open.retain(|(open, _)| *open != fault),
            Some(Entry::Closed) => found.closed = true,
            // An intent that is not whole was never acted upon: the blow waits for the disk.
            None => found.damaged += 1,
        }
    }
    found
}

/// A journal of a run that is dead, locked by us; `None` while its run is alive.
///
/// # Errors
/// It cannot be opened.
pub fn take_over(path: &Path) -> Result<Option<Flock<File>>, FaultError> {
    let file = OpenOptions::new()
        .append(true)
        .open(path)
        .map_err(|error| told(path, &error))?;
    match lock(file, FlockArg::LockExclusiveNonblock) {
        Ok(mut file) => {
            // What is added must not stand on a line that was cut off.
            file.write_all(b"\n").map_err(|error| told(path, &error))?;
            Ok(Some(file))
        }
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(told(path, &error)),
    }
}

/// Adds an entry to a journal that was taken over.
///
/// # Errors
/// It is not on disk.
pub fn append(file: &mut File, entry: &Entry) -> std::io::Result<()> {
    file.write_all(line(entry)?.as_bytes())?;
    file.sync_data()
}

/// All journals of a folder; none where there is no folder.
pub fn all(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(SUFFIX))
        .collect();
    found.sort();
    found
}

fn lock(file: File, how: FlockArg) -> std::io::Result<Flock<File>> {
    Flock::lock(file, how).map_err(|(_, errno)| errno.into())
}

/// An entry as a line, with its checksum and its end.
///
/// # Errors
/// None that an entry can have.
pub fn line(entry: &Entry) -> std::io::Result<String> {
    let json = serde_json::to_string(entry)?;
    Ok(format!("{} {json}\n", checksum(&json)))
}

fn parse(line: &str) -> Option<Entry> {
    let (sum, json) = line.split_once(' ')?;
    (sum == checksum(json)).then(|| serde_json::from_str(json).ok())?
}

/// Sixteen hex digits are plenty against a torn write.
fn checksum(json: &str) -> String {
    let digest = Sha256::digest(json.as_bytes());
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.trim_end_matches(SUFFIX).to_owned()
}

fn told(path: &Path, error: &std::io::Error) -> FaultError {
    FaultError::Journal(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn unpause(container: &str) -> Undo {
        Undo::Unpause {
            container: container.to_owned(),
        }
    }

    #[test]
    fn what_is_not_mended_is_found_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::create(folder.path(), "run1").unwrap();
        journal.intent("a", unpause("1")).unwrap();
        journal.intent("b", unpause("2")).unwrap();
        journal.intent("c", unpause("3")).unwrap();
        journal.healed("b").unwrap();
        assert!(!journal.is_clean());
        let found = read(journal.path()).unwrap();
        assert_eq!(found.run, "run1");
        assert_eq!(
            found.open,
            [
                ("c".to_owned(), unpause("3")),
                ("a".to_owned(), unpause("1"))
            ]
        );
        assert!(!found.closed);
    }

    #[test]
    fn a_line_that_was_cut_off_is_ignored_and_writing_goes_on_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::create(folder.path(), "run").unwrap();
        journal.intent("a", unpause("1")).unwrap();
        journal.intent("b", unpause("2")).unwrap();
        let path = journal.path().to_owned();
        let whole = std::fs::read(&path).unwrap();
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for cut in first..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let found = read(&path).unwrap();
            let full = cut + 1 == whole.len();
            assert_eq!(found.open.len(), if full { 2 } else { 1 }, "cut at {cut}");
        }
        drop(journal);
        std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        let mut taken = take_over(&path).unwrap().unwrap();
        append(&mut taken, &Entry::Closed).unwrap();
        append(&mut taken, &Entry::Closed).unwrap();
        let found = read(&path).unwrap();
        assert_eq!((found.damaged, found.closed), (1, true));
        assert_eq!(found.open, [("a".to_owned(), unpause("1"))]);
    }

    #[test]
    fn a_line_that_is_no_text_hides_no_other() {
        let recipe = unpause("1");
        let fault = "a".to_owned();
        let intent = line(&Entry::Intent { fault, recipe }).unwrap();
        let bytes = [b"\xff\xfe\n".as_slice(), intent.as_bytes(), b"\xc3"].concat();
        let found = read_bytes(Path::new("run.journal"), &bytes);
        assert_eq!(found.open, [("a".to_owned(), unpause("1"))]);
        assert_eq!((found.damaged, found.run.as_str()), (2, "run"));
    }

    #[test]
    fn the_journal_of_a_living_run_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::create(folder.path(), "run").unwrap();
        let path = journal.path().to_owned();
        assert!(take_over(&path).unwrap().is_none());
        drop(journal);
        let mut taken = take_over(&path).unwrap().unwrap();
        append(&mut taken, &Entry::Closed).unwrap();
        assert!(read(&path).unwrap().closed);
        assert_eq!(all(folder.path()), [path]);
    }
}
