//! Evidence for the gate, read within bounds and held against its digests.

use crate::model::digest::hex;
use crate::model::facts::Refusal;
use crate::model::report::EvidenceFile;
use crate::store::evidence::EVIDENCE_FILE;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The reason of a file that is not there.
const MISSING: &str = "EVIDENCE_MISSING";
/// Largest report in bytes.
pub(super) const LARGEST_REPORT: u64 = 32 << 20;
/// Largest JUnit file in bytes: what GitLab takes.
const LARGEST_JUNIT: u64 = 30 << 20;
/// Largest evidence that is judged again, in bytes.
const LARGEST_EVIDENCE: u64 = 512 << 20;
/// Largest files beside one report together, in bytes: hashing them takes seconds.
const LARGEST_BESIDE: u64 = 8 << 30;
/// Longest first line of a run's evidence in bytes: it holds the plan.
const LONGEST_LINE: u64 = 4 << 20;
/// Most files beside one report.
const MOST_FILES: usize = 100_000;

/// Reads evidence; its buffers serve all files.
#[derive(Debug, Default)]
pub struct EvidenceReader {
    buffer: Vec<u8>,
    chunk: Vec<u8>,
}

impl EvidenceReader {
    /// The bytes of a report; `None` where there is none.
    ///
    /// # Errors
    /// Why it is not read: a link, no plain file, too large.
    pub fn report(&mut self, path: &Path) -> Result<Option<&[u8]>, Refusal> {
        there(self.whole(path, LARGEST_REPORT))
    }

    /// The bytes of a JUnit file; `None` where there is none, but nothing or a folder.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub fn junit(&mut self, path: &Path) -> Result<Option<&[u8]>, Refusal> {
        match self.whole(path, LARGEST_JUNIT) {
            Err(_) if path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) => Ok(None),
            read => there(read),
        }
    }

    /// The first line of a run's evidence, without its end.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub fn first_line(&mut self, path: &Path) -> Result<&[u8], Refusal> {
        let (file, _) = open(path)?;
        self.buffer.clear();
        // Not the whole file: what comes after the line is never asked for.
        let mut lines = BufReader::new(file.take(LONGEST_LINE));
        let read = lines.read_until(b'\n', &mut self.buffer);
        read.map_err(|error| unreadable(&error))?;
        let line = self.buffer.split(|byte| *byte == b'\n').next();
        Ok(line.unwrap_or_default())
    }

    fn whole(&mut self, path: &Path, most: u64) -> Result<&[u8], Refusal> {
        let (mut file, length) = open(path)?;
        if length > most {
            return Err(too_large(length, most));
        }
        let length = usize::try_from(length).map_err(|_| too_large(length, most))?;
        // One byte more, so that a file that grows meanwhile is noticed. What a larger file left
        // in the buffer stays: to clear it each time takes as long as to read.
        let wanted = length + 1;
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        let filled = fill(&mut file, &mut self.buffer[..wanted], length);
        match filled.map_err(|error| unreadable(&error))? == length {
            true => Ok(&self.buffer[..length]),
            false => Err(Refusal::new("UNREADABLE", "it changed while it was read")),
        }
    }

    /// The bytes of a run's evidence, which are those that the report names.
    ///
    /// They are read and held against the digest in one go: who verified a file
    /// and then read it again would trust whoever writes in between.
    ///
    /// # Errors
    /// It is not named, not there or another one.
    pub fn evidence(&mut self, run: &Path, files: &[EvidenceFile]) -> Result<&[u8], Refusal> {
        let named = files.iter().find(|file| file.path == EVIDENCE_FILE);
        let Some(file) = named else {
            return Err(Refusal::new(
                "EVIDENCE_MISSING",
                "the report does not name it",
            ));
        };
        let bytes = self.whole(&run.join(EVIDENCE_FILE), LARGEST_EVIDENCE)?;
        match hex(&Sha256::digest(bytes)).eq_ignore_ascii_case(&file.sha256) {
            true => Ok(bytes),
            false => Err(Refusal::new(
                "DIGEST_MISMATCH",
                format!("{EVIDENCE_FILE}: it changed while it was read"),
            )),
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
        // Each is as long as the report says, or refused: a hole in a file costs nobody a disk.
        let bytes = files
            .iter()
            .map(|file| file.bytes)
            .fold(0, u64::saturating_add);
        if bytes > LARGEST_BESIDE {
            return Err(too_large(bytes, LARGEST_BESIDE));
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
            .digest(&mut open, length)
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

    fn digest(&mut self, file: &mut File, length: u64) -> std::io::Result<String> {
        let mut digest = Sha256::new();
        self.chunk.resize(64 * 1024, 0);
        let mut read = 0;
        loop {
            let n = file.read(&mut self.chunk)?;
            digest.update(&self.chunk[..n]);
            read += n as u64;
            // As in `fill`: less than was asked for, and all that there should be, is the end.
            if n == 0 || (n < self.chunk.len() && read == length) {
                return Ok(hex(&digest.finalize()));
            }
        }
    }
}

/// Reads until a buffer is full or the file at its end; how much of the buffer was filled.
///
/// A file that gives all of its `length` and less than was asked for is at its end: to be told so
/// in one more call would cost ten thousand of them.
fn fill(file: &mut File, buffer: &mut [u8], length: usize) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(more) => {
                filled += more;
                if filled == length {
                    break;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// What is not there is none.
fn there(read: Result<&[u8], Refusal>) -> Result<Option<&[u8]>, Refusal> {
    match read {
        Err(refusal) if refusal.code == MISSING => Ok(None),
        read => read.map(Some),
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
        ErrorKind::NotFound => Refusal::new(MISSING, "it is not there"),
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
