//! Evidence for the gate: found without following links, read within bounds, held against its digests.

use super::StoreError;
use super::evidence::EVIDENCE_FILE;
use crate::model::decision::Refusal;
use crate::model::report::EvidenceFile;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Name of the file that a run's report is in.
pub const REPORT_FILE: &str = "report.json";
/// Largest report in bytes.
const LARGEST_REPORT: u64 = 32 << 20;
/// Largest JUnit file in bytes: what GitLab takes.
const LARGEST_JUNIT: u64 = 30 << 20;
/// Longest first line of a run's evidence in bytes: it holds the plan.
const LONGEST_LINE: u64 = 4 << 20;
/// Deepest folder, most entries of folders, and most files beside one report.
const DEEPEST: usize = 32;
const MOST_ENTRIES: usize = 1_000_000;
const MOST_FILES: usize = 100_000;
/// The one link that the store itself makes.
const LATEST: &str = "latest";

/// What was found in a folder, by path below it.
#[derive(Debug, Default)]
pub struct Found {
    /// Reports.
    pub reports: Vec<String>,
    /// Evidence of runs without a report.
    pub abandoned: Vec<String>,
    /// What cannot be believed before it is read: links, folders too deep.
    pub refused: Vec<(String, Refusal)>,
}

/// Finds the reports of a folder. A folder with a report or with evidence is a run, and is not looked into.
///
/// # Errors
/// A folder that cannot be read. One that is not there has nothing in it.
pub fn find_reports(root: &Path) -> Result<Found, StoreError> {
    let mut walk = Walk::default();
    if root.is_dir() {
        walk.folder(root, "", 0)?;
    }
    let Found {
        reports,
        abandoned,
        refused,
    } = &mut walk.found;
    reports.sort();
    abandoned.sort();
    refused.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(walk.found)
}

#[derive(Default)]
struct Walk {
    found: Found,
    entries: usize,
}

impl Walk {
    fn folder(&mut self, folder: &Path, below: &str, depth: usize) -> Result<(), StoreError> {
        // Asked for by name first: ten thousand runs need not be listed.
        match fs::symlink_metadata(folder.join(REPORT_FILE)) {
            Ok(_) => {
                self.found.reports.push(format!("{below}{REPORT_FILE}"));
                return Ok(());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(StoreError::io("read", folder)(error)),
        }
        if fs::symlink_metadata(folder.join(EVIDENCE_FILE)).is_ok() {
            self.found.abandoned.push(format!("{below}{EVIDENCE_FILE}"));
            return Ok(());
        }
        self.list(folder, below, depth)
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
                let many =
                    std::io::Error::other("more than a million files; name a narrower folder");
                return Err(StoreError::io("look through", &folder)(many));
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

/// Reads evidence; one buffer serves all files.
#[derive(Debug, Default)]
pub struct EvidenceReader {
    buffer: Vec<u8>,
}

impl EvidenceReader {
    /// The bytes of a report.
    ///
    /// # Errors
    /// Why it is not read: a link, no file, too large.
    pub fn report(&mut self, path: &Path) -> Result<&[u8], Refusal> {
        self.whole(path, LARGEST_REPORT)
    }

    /// The bytes of a JUnit file.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub fn junit(&mut self, path: &Path) -> Result<&[u8], Refusal> {
        self.whole(path, LARGEST_JUNIT)
    }

    /// The first line of a run's evidence, without its end.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub fn first_line(&mut self, path: &Path) -> Result<&[u8], Refusal> {
        let (file, _) = open(path)?;
        self.buffer.clear();
        let read = file.take(LONGEST_LINE).read_to_end(&mut self.buffer);
        read.map_err(|error| unreadable(&error))?;
        let line = self.buffer.split(|byte| *byte == b'\n').next();
        Ok(line.unwrap_or_default())
    }

    fn whole(&mut self, path: &Path, most: u64) -> Result<&[u8], Refusal> {
        let (file, length) = open(path)?;
        if length > most {
            return Err(too_large(length, most));
        }
        self.buffer.clear();
        // One byte more, so that a file that grows meanwhile is noticed.
        let read = file.take(most + 1).read_to_end(&mut self.buffer);
        read.map_err(|error| unreadable(&error))?;
        match self.buffer.len() as u64 {
            length if length > most => Err(too_large(length, most)),
            _ => Ok(&self.buffer),
        }
    }

    /// Whether the files beside a report are those that it was made from.
    ///
    /// # Errors
    /// The first one that is missing, is not what it should be, or lies elsewhere.
    pub fn verify(&mut self, run: &Path, files: &[EvidenceFile]) -> Result<(), Refusal> {
        if files.len() > MOST_FILES {
            return Err(Refusal::new(
                "TOO_LARGE",
                format!("{} files beside one report", files.len()),
            ));
        }
        let mut seen = BTreeSet::new();
        for file in files {
            if !seen.insert(&file.path) {
                return Err(Refusal::new(
                    "INCONSISTENT",
                    format!("`{:.120}` is named twice", file.path),
                ));
            }
            self.one(run, file)?;
        }
        Ok(())
    }

    fn one(&mut self, run: &Path, file: &EvidenceFile) -> Result<(), Refusal> {
        let path = inside(run, &file.path)?;
        let named = |refusal: Refusal| Refusal {
            detail: format!("{:.120}: {}", file.path, refusal.detail),
            ..refusal
        };
        let (mut open, length) = open(&path).map_err(named)?;
        if length != file.bytes {
            let detail = format!("{length} bytes where the report says {}", file.bytes);
            return Err(named(Refusal::new("DIGEST_MISMATCH", detail)));
        }
        let digest = self
            .digest(&mut open)
            .map_err(|error| named(unreadable(&error)))?;
        match digest.eq_ignore_ascii_case(&file.sha256) {
            true => Ok(()),
            false => {
                let detail =
                    "it is not the file that the report was made from: its SHA-256 differs";
                Err(named(Refusal::new("DIGEST_MISMATCH", detail)))
            }
        }
    }

    fn digest(&mut self, file: &mut File) -> std::io::Result<String> {
        let mut digest = Sha256::new();
        self.buffer.resize(self.buffer.capacity().max(64 * 1024), 0);
        loop {
            match file.read(&mut self.buffer)? {
                0 => return Ok(super::digest::hex(&digest.finalize())),
                n => digest.update(&self.buffer[..n]),
            }
        }
    }
}

/// Opens a plain file, never through a link and never waiting for a pipe; its length comes along.
fn open(path: &Path) -> Result<(File, u64), Refusal> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)
        .map_err(|error| unreadable(&error))?;
    let meta = file.metadata().map_err(|error| unreadable(&error))?;
    match meta.is_file() {
        true => Ok((file, meta.len())),
        false => Err(Refusal::new("UNREADABLE", "not a plain file")),
    }
}

fn unreadable(error: &std::io::Error) -> Refusal {
    match error.kind() {
        ErrorKind::NotFound => Refusal::new("EVIDENCE_MISSING", "it is not there"),
        _ if error.raw_os_error() == Some(libc::ELOOP) => {
            Refusal::new("LINK", "a link; links are not followed")
        }
        _ => Refusal::new("UNREADABLE", format!("cannot be read: {}", error.kind())),
    }
}

fn too_large(length: u64, most: u64) -> Refusal {
    let detail = format!("{length} bytes; at most {most} are read");
    Refusal::new("TOO_LARGE", detail)
}

/// The path of a file beside a report, which must not lead out of the run's folder.
fn inside(run: &Path, name: &str) -> Result<PathBuf, Refusal> {
    let parts: Vec<&str> = name.split('/').collect();
    let plain =
        |part: &&str| !part.is_empty() && *part != "." && *part != ".." && !part.contains('\0');
    if !parts.iter().all(plain) {
        let detail = format!("`{name:.120}` does not lie in the folder of the run");
        return Err(Refusal::new("OUTSIDE", detail));
    }
    let mut path = run.to_owned();
    let (last, folders) = parts.split_last().unwrap_or((&"", &[]));
    for folder in folders {
        path.push(folder);
        if path.is_symlink() {
            let detail = format!("`{name:.120}` leads through a link");
            return Err(Refusal::new("LINK", detail));
        }
    }
    path.push(last);
    Ok(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::symlink;

    fn file(path: &str, text: &str) -> EvidenceFile {
        EvidenceFile {
            path: path.to_owned(),
            sha256: super::super::sha256_hex(text.as_bytes()),
            bytes: text.len() as u64,
        }
    }

    #[test]
    fn runs_are_found_and_links_are_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let run = |name: &str| {
            let folder = root.path().join("runs").join(name);
            fs::create_dir_all(folder.join("logs")).unwrap();
            folder
        };
        fs::write(run("a").join(REPORT_FILE), "{}").unwrap();
        fs::write(run("b").join(EVIDENCE_FILE), "{}").unwrap();
        symlink(root.path().join("runs/a"), root.path().join("runs/latest")).unwrap();
        symlink(root.path().join("runs/a"), root.path().join("runs/copy")).unwrap();
        let found = find_reports(root.path()).unwrap();
        assert_eq!(found.reports, ["runs/a/report.json"]);
        assert_eq!(found.abandoned, ["runs/b/evidence.jsonl"]);
        assert_eq!(found.refused.len(), 1);
        assert_eq!(found.refused[0].0, "runs/copy");
        assert!(
            find_reports(Path::new("/nowhere/at/all"))
                .unwrap()
                .reports
                .is_empty()
        );
        let files = find_files(root.path(), "runs/a", &|path| path.ends_with(".json")).unwrap();
        assert_eq!(files, ["runs/a/report.json"]);
    }

    #[test]
    fn evidence_must_be_what_the_report_says() {
        let run = tempfile::tempdir().unwrap();
        fs::create_dir(run.path().join("logs")).unwrap();
        fs::write(run.path().join("a"), "abc").unwrap();
        fs::write(run.path().join("logs/b"), "x").unwrap();
        symlink("a", run.path().join("link")).unwrap();
        symlink("logs", run.path().join("folder")).unwrap();
        let mut reader = EvidenceReader::default();
        let good = [file("a", "abc"), file("logs/b", "x")];
        assert_eq!(reader.verify(run.path(), &good), Ok(()));
        for (bad, code) in [
            (file("a", "abd"), "DIGEST_MISMATCH"),
            (file("a", "ab"), "DIGEST_MISMATCH"),
            (file("c", ""), "EVIDENCE_MISSING"),
            (file("link", "abc"), "LINK"),
            (file("folder/b", "x"), "LINK"),
            (file("../x", ""), "OUTSIDE"),
            (file("/etc/hostname", ""), "OUTSIDE"),
            (file("logs//b", "x"), "OUTSIDE"),
            (file("logs", ""), "UNREADABLE"),
        ] {
            let refusal = reader
                .verify(run.path(), std::slice::from_ref(&bad))
                .unwrap_err();
            assert_eq!(refusal.code, code, "{bad:?} {refusal:?}");
        }
        let twice = [file("a", "abc"), file("a", "abc")];
        assert_eq!(
            reader.verify(run.path(), &twice).unwrap_err().code,
            "INCONSISTENT"
        );
    }

    #[test]
    fn only_plain_files_of_a_bearable_size_are_read() {
        let run = tempfile::tempdir().unwrap();
        let mut reader = EvidenceReader::default();
        let path = run.path().join(REPORT_FILE);
        assert_eq!(reader.report(&path).unwrap_err().code, "EVIDENCE_MISSING");
        fs::write(&path, "one\ntwo").unwrap();
        assert_eq!(reader.report(&path).unwrap(), b"one\ntwo");
        assert_eq!(reader.first_line(&path).unwrap(), b"one");
        let large = File::create(&path).unwrap();
        large.set_len(LARGEST_REPORT + 1).unwrap();
        assert_eq!(reader.report(&path).unwrap_err().code, "TOO_LARGE");
        fs::remove_file(&path).unwrap();
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRUSR).unwrap();
        assert_eq!(reader.report(&path).unwrap_err().code, "UNREADABLE");
    }
}
