//! The disk: run folders and baselines; written whole or not at all.

pub(crate) mod atomic;
pub mod baselines;
mod chain;
mod comparison;
mod digest;
mod evidence;
mod gathering;
mod layout;
pub mod runs;
#[cfg(test)]
mod testdata;

#[cfg(test)]
pub(crate) use digest::is_report;
pub use digest::{evidence_files, sha256_hex};
pub use evidence::{EVIDENCE_FILE, EvidenceWriter, read, read_bytes};
pub use gathering::{EvidenceReader, Found, REPORT_FILE, find_files, find_named, find_reports};

use std::path::{Path, PathBuf};

/// What can go wrong on the disk.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system said no.
    #[error("cannot {act} {path}: {source}", path = path.display())]
    Io {
        /// What was tried: `read`, `write`.
        act: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line of a file is not what it should be.
    #[error("{path}:{line}: {reason}", path = path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A baseline cannot be believed.
    #[error("{path}: {reason}", path = path.display())]
    Baseline {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// There is no such run.
    #[error("no run named `{wanted}` in {root}", root = root.display())]
    NoRun {
        /// What was asked for.
        wanted: String,
        /// Where it was looked for.
        root: PathBuf,
        /// The latest runs there.
        known: Vec<String>,
    },
    /// Several runs could be meant.
    #[error("`{wanted}` could be any of {}", known.join(", "))]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// The runs.
        known: Vec<String>,
    },
    /// There is no such baseline.
    #[error("no baseline of {0}")]
    NoBaseline(String),
    /// Later ones were compared with it already.
    #[error("{path} is not the newest of its history; only that one can be rejected", path = .0.display())]
    NotNewest(PathBuf),
    /// A person must say why.
    #[error("a reason is needed: it is stored with the baseline")]
    NoReason,
}

impl StoreError {
    /// An error of the file system, for `map_err`.
    fn io(act: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
        let path = path.to_owned();
        move |source| StoreError::Io { act, path, source }
    }
}
