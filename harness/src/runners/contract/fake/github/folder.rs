//! The files of a folder, as the first commit holds them.

use super::git::path_problem;
use std::io;
use std::path::{Path, PathBuf};

/// Octets of all files together: everything is held in memory.
const MOST: u64 = 64 * 1024 * 1024;
/// Git's own folder is no content.
const GIT: &str = ".git";

/// Why a folder cannot be the content of a repository.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The disk refuses.
    #[error("{path}: {cause}")]
    Disk {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// There is no file in it.
    #[error("{0} holds no file: a first commit needs one")]
    Empty(PathBuf),
    /// A name that GitHub would refuse, or that is no text.
    #[error("{path} cannot be a path of a repository: {why}")]
    Name {
        /// The file.
        path: PathBuf,
        /// Why.
        why: &'static str,
    },
    /// Neither file nor folder.
    #[error("{0} is neither a file nor a folder; links are not followed")]
    Kind(PathBuf),
    /// Too much for the memory.
    #[error("{0} holds more than 64 MiB: name a smaller folder")]
    Large(PathBuf),
}

/// Every file below a folder, by its path there, in the order of the paths; `.git` is left out.
///
/// # Errors
/// There is none, one of them cannot be part of a repository, or they are too large together.
pub(super) fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, FolderError> {
    let mut found = Vec::new();
    let mut octets = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(open) = folders.pop() {
        for path in entries(&open)? {
            let kind = path
                .symlink_metadata()
                .map_err(|cause| disk(&path, cause))?;
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                octets += kind.len();
                if octets > MOST {
                    return Err(FolderError::Large(folder.to_owned()));
                }
                let content = std::fs::read(&path).map_err(|cause| disk(&path, cause))?;
                found.push((name(folder, &path)?, content));
            } else {
                return Err(FolderError::Kind(path));
            }
        }
    }
    if found.is_empty() {
        return Err(FolderError::Empty(folder.to_owned()));
    }
    found.sort();
    Ok(found)
}

fn disk(path: &Path, cause: io::Error) -> FolderError {
    FolderError::Disk {
        path: path.to_owned(),
        cause,
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let failed = |cause| disk(folder, cause);
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let paths: Vec<PathBuf> = paths.collect::<Result<_, _>>().map_err(failed)?;
    let content = |path: &PathBuf| path.file_name() != Some(GIT.as_ref());
    Ok(paths.into_iter().filter(content).collect())
}

/// The path inside the repository.
fn name(folder: &Path, path: &Path) -> Result<String, FolderError> {
    let wrong = |why| FolderError::Name {
        path: path.to_owned(),
        why,
    };
    let below = path.strip_prefix(folder).unwrap_or(path);
    let name = below.to_str().ok_or_else(|| wrong("it is no UTF-8"))?;
    match path_problem(name) {
        Some(why) => Err(wrong(why)),
        None => Ok(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tempfile::TempDir;

    fn folder(names: &[&str]) -> TempDir {
        let folder = TempDir::new().unwrap();
        for name in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name.as_bytes()).unwrap();
        }
        folder
    }

    #[test]
    fn every_file_comes_with_its_path_and_git_keeps_its_own() {
        let folder = folder(&["b.txt", "a/deep/x", ".git/config", ".github/ci.yml"]);
        let found = files(folder.path()).unwrap();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, [".github/ci.yml", "a/deep/x", "b.txt"]);
        assert_eq!(found[1].1, b"a/deep/x");
    }

    #[test]
    fn what_cannot_be_a_first_commit_is_told() {
        let told = |folder: &Path| files(folder).unwrap_err().to_string();
        let empty = folder(&[".git/config"]);
        assert!(told(empty.path()).contains("holds no file"));
        assert!(told(&empty.path().join("none")).contains("none: "));
        let linked = folder(&["a"]);
        std::os::unix::fs::symlink("a", linked.path().join("b")).unwrap();
        assert!(told(linked.path()).contains("b is neither a file nor a folder"));
    }
}
