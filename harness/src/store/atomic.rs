//! Writing a file whole or not at all: beside it, synced, then renamed into place.

use super::StoreError;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

/// Writes a file so that readers, and a machine that loses power, see the old
/// one or the new one and never a part.
///
/// # Errors
/// Whatever the file system says; the old file is then untouched.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let beside = beside(path);
    let written = write_synced(&beside, bytes).and_then(|()| rename(&beside, path));
    if written.is_err() {
        // The first error is the one to tell; a left-over file harms nobody.
        let _ = fs::remove_file(&beside);
    }
    written?;
    sync_folder(folder)
}

/// As [`write`], but never over a file that is there already. The caller holds the folder's lock.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    if path.symlink_metadata().is_ok() {
        let exists = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(StoreError::io("write", path)(exists));
    }
    write(path, bytes)
}

/// Renames and makes the new name last.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(StoreError::io("rename into place", to))?;
    sync_folder(to.parent().unwrap_or(Path::new(".")))
}

/// Locks a folder until the returned file is dropped; other processes wait.
///
/// The lock is on the folder itself (`flock`), so it leaves nothing behind and
/// ends with the process that holds it, however that ends.
pub(crate) fn lock(folder: &Path) -> Result<File, StoreError> {
    let file = File::open(folder).map_err(StoreError::io("open", folder))?;
    file.lock().map_err(StoreError::io("lock", folder))?;
    Ok(file)
}

/// A name in the same folder that no other process uses.
pub(crate) fn beside(path: &Path) -> std::path::PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", uuid::Uuid::new_v4().simple()))
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = File::create_new(path).map_err(StoreError::io("create", path))?;
    file.write_all(bytes)
        .map_err(StoreError::io("write", path))?;
    file.sync_all().map_err(StoreError::io("sync", path))
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let file = File::open(folder).map_err(StoreError::io("open", folder))?;
    file.sync_all().map_err(StoreError::io("sync", folder))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn replaces_whole_and_leaves_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn never_over_an_old_file_when_asked_not_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write_new(&path, b"one").unwrap();
        assert!(write_new(&path, b"two").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn an_error_names_the_file() {
        let error = write(Path::new("/nowhere/at/all/a.json"), b"").unwrap_err();
        assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
    }
}
