//! What the git repository around the working directory says; `None` wherever it cannot say.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The full id of a commit that is written short, or as a name.
pub fn full_id(commit: &str) -> Option<String> {
    // A name that starts with a dash would be an option.
    if commit.starts_with('-') {
        return None;
    }
    let id = text(&[
        "rev-parse",
        "--verify",
        "--quiet",
        &format!("{commit}^{{commit}}"),
    ])?;
    Some(id.trim().to_owned())
}

/// Whether one commit is the other or comes before it.
pub fn is_ancestor(earlier: &str, later: &str) -> Option<bool> {
    let (earlier, later) = (full_id(earlier)?, full_id(later)?);
    let status = git(&["merge-base", "--is-ancestor", &earlier, &later])
        .stdout(Stdio::null())
        .status()
        .ok()?;
    match status.code() {
        Some(0) => Some(true),
        Some(1) => Some(false),
        _ => None,
    }
}

/// The bytes of a file, named from the working directory, as a commit has it.
pub fn file_at(commit: &str, path: &Path) -> Option<Vec<u8>> {
    let name = name_in_repository(path)?;
    let output = git(&["cat-file", "blob", &format!("{commit}:{}", name.display())])
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}

/// The files that a commit changes, against its first parent; `None` where that is not there.
pub fn changed_files(commit: &str) -> Option<Vec<PathBuf>> {
    let parent = full_id(&format!("{commit}^"))?;
    let commit = full_id(commit)?;
    let names = text(&[
        "diff-tree",
        "-r",
        "-z",
        "--no-commit-id",
        "--name-only",
        &parent,
        &commit,
    ])?;
    let names = names.split('\0').filter(|name| !name.is_empty());
    Some(names.map(PathBuf::from).collect())
}

/// The name of a file from the root of the repository. A link has its own name, not that of the file
/// behind it: nobody could put a weaker committed file under a name that is trusted.
pub fn name_in_repository(path: &Path) -> Option<PathBuf> {
    let root = text(&["rev-parse", "--show-toplevel"])?;
    let root = std::fs::canonicalize(root.trim_end_matches('\n')).ok()?;
    let name = path.file_name()?;
    let folder = match path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        Some(folder) => std::fs::canonicalize(folder).ok()?,
        None => std::env::current_dir().ok()?.canonicalize().ok()?,
    };
    let folder = folder.strip_prefix(root).ok()?;
    Some(folder.join(name))
}

fn text(words: &[&str]) -> Option<String> {
    let output = git(words).output().ok()?;
    let text = output.status.success().then_some(output.stdout)?;
    String::from_utf8(text).ok()
}

fn git(words: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .args(words)
        // What a commit says, and not what somebody put in its place in this copy of the repository.
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    command
}
