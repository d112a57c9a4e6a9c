//! A repository on disk that git itself reads: loose objects, references, HEAD.

use super::object::{Id, Object};
use super::store::Store;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a repository could not be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The folder holds something.
    #[error("{0} is not an empty folder: name one that is not there yet")]
    NotEmpty(PathBuf),
    /// The disk refused.
    #[error("cannot write {path}: {cause}")]
    Disk {
        /// Where.
        path: PathBuf,
        /// What it said.
        cause: io::Error,
    },
}

/// What is exported.
#[derive(Debug)]
pub(in super::super) struct Export<'a> {
    /// All objects, reachable or not.
    pub(in super::super) store: &'a Store,
    /// References by their whole name.
    pub(in super::super) references: &'a BTreeMap<String, Id>,
    /// The branch that HEAD names.
    pub(in super::super) default_branch: &'a str,
}

/// Says whether a repository can be exported to a folder: it is not there, or empty.
///
/// # Errors
/// [`ExportError::NotEmpty`], or the folder cannot be read.
pub(in super::super) fn is_free(folder: &Path) -> Result<(), ExportError> {
    let failed = |cause| ExportError::Disk {
        path: folder.to_owned(),
        cause,
    };
    let first = match std::fs::read_dir(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed)?.next(),
    };
    match first {
        Some(_) => Err(ExportError::NotEmpty(folder.to_owned())),
        None => Ok(()),
    }
}

impl Export<'_> {
    /// Writes a bare repository.
    ///
    /// # Errors
    /// The folder holds something, or the disk refuses.
    pub(in super::super) fn write(&self, folder: &Path) -> Result<(), ExportError> {
        is_free(folder)?;
        let head = format!("ref: refs/heads/{}\n", self.default_branch);
        file(&folder.join("HEAD"), head.as_bytes())?;
        let config = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";
        file(&folder.join("config"), config.as_bytes())?;
        make(&folder.join("objects"))?;
        make(&folder.join("refs"))?;
        for (id, object) in self.store.objects() {
            self.object(folder, id, object)?;
        }
        for (name, id) in self.references {
            file(&folder.join(name), format!("{id}\n").as_bytes())?;
        }
        Ok(())
    }

    fn object(&self, folder: &Path, id: Id, object: &Object) -> Result<(), ExportError> {
        let name = id.to_string();
        let path = folder.join("objects").join(&name[..2]).join(&name[2..]);
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        let packed = encoder
            .write_all(&object.bytes())
            .and_then(|()| encoder.finish());
        let packed = packed.map_err(|cause| ExportError::Disk {
            path: path.clone(),
            cause,
        })?;
        file(&path, &packed)
    }
}

fn file(path: &Path, content: &[u8]) -> Result<(), ExportError> {
    if let Some(folder) = path.parent() {
        make(folder)?;
    }
    std::fs::write(path, content).map_err(|cause| ExportError::Disk {
        path: path.to_owned(),
        cause,
    })
}

fn make(folder: &Path) -> Result<(), ExportError> {
    std::fs::create_dir_all(folder).map_err(|cause| ExportError::Disk {
        path: folder.to_owned(),
        cause,
    })
}
