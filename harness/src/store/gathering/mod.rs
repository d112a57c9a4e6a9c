//! Evidence for the gate: found without following links, read within bounds, held against its digests.

mod find;
mod read;

pub use find::{Found, REPORT_FILE, find_files, find_named, find_reports};
pub use read::EvidenceReader;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::read::LARGEST_REPORT;
    use super::*;
    use crate::model::report::EvidenceFile;
    use crate::store::{EVIDENCE_FILE, sha256_hex};
    use std::fs::{self, File};
    use std::os::unix::fs::symlink;
    use std::path::Path;

    fn file(path: &str, text: &str) -> EvidenceFile {
        EvidenceFile {
            path: path.to_owned(),
            sha256: sha256_hex(text.as_bytes()),
            bytes: text.len() as u64,
        }
    }

    /// The reports that are there, and what else was found.
    fn look(root: &Path) -> (Vec<String>, Found) {
        let mut reports = Vec::new();
        let found = find_reports(root, &mut |path| {
            let there = fs::symlink_metadata(root.join(path)).is_ok();
            reports.extend(there.then(|| path.to_owned()));
            there
        });
        (reports, found.unwrap())
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
        let (reports, found) = look(root.path());
        assert_eq!(reports, ["runs/a/report.json"]);
        assert_eq!(found.abandoned, ["runs/b/evidence.jsonl"]);
        assert_eq!(found.refused.len(), 1);
        assert_eq!(found.refused[0].0, "runs/copy");
        assert!(look(Path::new("/nowhere/at/all")).0.is_empty());
        let files = find_files(root.path(), "runs/a", &|path| path.ends_with(".json")).unwrap();
        assert_eq!(files, ["runs/a/report.json"]);
        let named = |fixed, depth| find_named(root.path(), fixed, depth, REPORT_FILE).unwrap();
        // Where it may be: who reads it says whether it is there.
        let both = ["runs/a/report.json", "runs/b/report.json"];
        assert_eq!(named("runs", 1), both);
        assert_eq!(named("", 2), both);
        assert_eq!(named("runs/a", 0), ["runs/a/report.json"]);
        assert!(named("nowhere", 1).is_empty());
    }

    #[test]
    fn a_report_does_not_hide_the_runs_around_it() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("logs")).unwrap();
        fs::create_dir_all(root.path().join("a")).unwrap();
        fs::write(root.path().join("a").join(EVIDENCE_FILE), "{}").unwrap();
        for name in [EVIDENCE_FILE, REPORT_FILE] {
            fs::write(root.path().join(name), "{}").unwrap();
            let (reports, found) = look(root.path());
            assert_eq!(reports.len() + found.abandoned.len(), 1);
            assert_eq!(found.refused[0].0, "a");
            assert_eq!(found.refused[0].1.code, "AMBIGUOUS");
        }
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
        let hole = EvidenceFile {
            bytes: 1 << 40,
            ..file("a", "abc")
        };
        let refusal = reader.verify(run.path(), &[hole]).unwrap_err();
        assert_eq!(refusal.code, "TOO_LARGE", "{refusal:?}");
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
        assert_eq!(reader.report(&path).unwrap(), None);
        fs::write(&path, "one\ntwo").unwrap();
        assert_eq!(reader.report(&path).unwrap(), Some(&b"one\ntwo"[..]));
        assert_eq!(reader.first_line(&path).unwrap(), b"one");
        let large = File::create(&path).unwrap();
        large.set_len(LARGEST_REPORT + 1).unwrap();
        assert_eq!(reader.report(&path).unwrap_err().code, "TOO_LARGE");
        fs::remove_file(&path).unwrap();
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRUSR).unwrap();
        assert_eq!(reader.report(&path).unwrap_err().code, "UNREADABLE");
    }
}
