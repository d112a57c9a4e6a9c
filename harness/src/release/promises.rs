//! Whether what a run was told to test is what the commit says: its suite, its scenarios, its targets.
//!
//! A clean work tree does not say so: git tells nothing of a file that it does
//! not track, and nothing of one that it was told not to look at.

use crate::config::source::digest;
use crate::environment::history;
use crate::model::facts::Refusal;
use crate::model::plan::Source;
use std::collections::BTreeMap;
use std::path::Path;

/// Most files that one report may name: git is asked for each.
const MOST_FILES: usize = 10_000;

/// The files of a commit that reports name, each asked for once.
#[derive(Debug)]
pub(super) struct Promises<'a> {
    commit: &'a str,
    /// Digests by path; `None` for what the commit does not have.
    known: BTreeMap<String, Option<String>>,
}

impl<'a> Promises<'a> {
    pub(super) fn of(commit: &'a str) -> Self {
        Self {
            commit,
            known: BTreeMap::new(),
        }
    }

    /// Whether all files are the commit's, and whether there are any: a run that no file told what
    /// to test was not told so by the commit.
    ///
    /// # Errors
    /// None, too many, or the first one that is not or that git here knows nothing of.
    pub(super) fn held(&mut self, files: &[Source]) -> Result<(), Refusal> {
        if files.is_empty() {
            let detail = "it names no file that said what to test";
            return Err(Refusal::new("NOT_OF_COMMIT", detail));
        }
        if files.len() > MOST_FILES {
            let detail = format!("{} files that said what to test", files.len());
            return Err(Refusal::new("TOO_LARGE", detail));
        }
        files.iter().try_for_each(|file| self.one(file))
    }

    fn one(&mut self, file: &Source) -> Result<(), Refusal> {
        let path = &file.path;
        let saw = match self.digest(path) {
            Some(own) if *own == file.digest => return Ok(()),
            Some(_) => "is another one in the commit",
            None => "is not in the commit, as far as git here can say",
        };
        let detail = format!("`{path:.120}`, which said what to test, {saw}");
        Err(Refusal::new("NOT_OF_COMMIT", detail))
    }

    fn digest(&mut self, path: &str) -> Option<&String> {
        if !self.known.contains_key(path) {
            let bytes = history::file_at(self.commit, Path::new(path));
            let own = bytes.map(|bytes| digest(&bytes));
            self.known.insert(path.to_owned(), own);
        }
        self.known.get(path)?.as_ref()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_file_at_all_is_not_of_the_commit_and_very_many_are_not_asked_for() {
        let mut promises = Promises::of("a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4");
        assert_eq!(promises.held(&[]).unwrap_err().code, "NOT_OF_COMMIT");
        let file = Source {
            path: "suites/checkout.yaml".to_owned(),
            digest: "sha256:x".to_owned(),
        };
        let many = vec![file; MOST_FILES + 1];
        assert_eq!(promises.held(&many).unwrap_err().code, "TOO_LARGE");
        assert!(promises.known.is_empty());
    }
}
