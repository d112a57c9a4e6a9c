//! Digests of files, by which a report names its evidence.

use super::StoreError;
use crate::model::digest::hex;
use crate::model::report::EvidenceFile;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

/// Names of what reporters write into a run's folder: made from evidence, so no evidence.
const REPORTS: [&str; 9] = [
    "report.json",
    "report.txt",
    "report.html",
    "junit.xml",
    "summary.md",
    "ctrf.json",
    "annotations.txt",
    "metrics.prom",
    "test-result.json",
];

/// SHA-256 in hex digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Every file of a run's folder except reports, sorted by path, with digest and size.
///
/// # Errors
/// A folder or a file that cannot be read.
pub fn evidence_files(run: &Path) -> Result<Vec<EvidenceFile>, StoreError> {
    let mut files = Vec::new();
    collect(run, "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<EvidenceFile>) -> Result<(), StoreError> {
    let read = || StoreError::io("read", folder);
    for entry in fs::read_dir(folder).map_err(read())? {
        let entry = entry.map_err(read())?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(read())?;
        let path = format!("{prefix}{name}");
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file() && !is_made(prefix, &name) {
            files.push(digested(&entry.path(), path)?);
        }
    }
    Ok(())
}

/// Whether a file is a report or only half written.
fn is_made(prefix: &str, name: &str) -> bool {
    (prefix.is_empty() && is_report(name)) || name.ends_with(".tmp")
}

/// Whether reporters write a file of this name into a run's folder.
pub(crate) fn is_report(name: &str) -> bool {
    // Very many checks have several files of JUnit: `junit-2.xml`.
    let part = name
        .strip_prefix("junit-")
        .and_then(|rest| rest.strip_suffix(".xml"));
    let part = part.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    part || REPORTS.contains(&name)
}

fn digested(file: &Path, path: String) -> Result<EvidenceFile, StoreError> {
    let mut open = File::open(file).map_err(StoreError::io("read", file))?;
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let n = open
            .read(&mut buffer)
            .map_err(StoreError::io("read", file))?;
        if n == 0 {
            break;
        }
        digest.update(&buffer[..n]);
        bytes += n as u64;
    }
    let sha256 = hex(&digest.finalize());
    Ok(EvidenceFile {
        path,
        sha256,
        bytes,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn evidence_and_logs_but_no_reports_and_no_links() {
        let run = tempfile::tempdir().unwrap();
        fs::write(run.path().join("evidence.jsonl"), "abc").unwrap();
        fs::write(run.path().join("junit.xml"), "<x/>").unwrap();
        fs::create_dir(run.path().join("logs")).unwrap();
        fs::write(run.path().join("logs/search.log"), "").unwrap();
        std::os::unix::fs::symlink("/etc/hostname", run.path().join("link")).unwrap();
        let files = evidence_files(run.path()).unwrap();
        let paths: Vec<&str> = files.iter().map(|f| f.path.as_str()).collect();
        assert_eq!(paths, ["evidence.jsonl", "logs/search.log"]);
        assert_eq!(files[0].sha256, sha256_hex(b"abc"));
        // FIPS 180-2, appendix B.1.
        assert!(files[0].sha256.starts_with("ba7816bf8f01cfea"));
        assert_eq!(files[0].bytes, 3);
    }
}
