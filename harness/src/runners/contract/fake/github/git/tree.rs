//! Trees as flat lists of paths, and back.

use super::object::{Entry, Id, Mode, Object};
use super::store::Store;
use std::collections::BTreeMap;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File {
    /// What it is; never a folder.
    pub mode: Mode,
    /// The blob, or the commit of a submodule.
    pub id: Id,
}

/// Every file of a tree by its whole path.
pub type Files = BTreeMap<String, File>;

/// A path that differs between two trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The path.
    pub path: String,
    /// What was there.
    pub old: Option<File>,
    /// What is there.
    pub new: Option<File>,
}

impl Store {
    /// Every file below a tree; none where there is no such tree.
    pub fn files(&self, tree: Id) -> Files {
        let mut files = Files::new();
        let mut open = vec![(String::new(), tree)];
        while let Some((folder, tree)) = open.pop() {
            for entry in self.tree(tree).unwrap_or_default() {
                let path = format!("{folder}{}", entry.name);
                if entry.mode == Mode::Folder {
                    open.push((format!("{path}/"), entry.id));
                } else {
                    let (mode, id) = (entry.mode, entry.id);
                    files.insert(path, File { mode, id });
                }
            }
        }
        files
    }

    /// Every file of a commit; none where there is no such commit.
    pub fn files_of(&self, commit: Id) -> Files {
        let tree = self.commit(commit).map(|commit| commit.tree);
        tree.map(|tree| self.files(tree)).unwrap_or_default()
    }

    /// Writes the tree of these files, with its folders.
    pub fn insert_tree(&mut self, files: &Files) -> Id {
        let mut entries = Vec::new();
        let mut folders: BTreeMap<&str, Files> = BTreeMap::new();
        for (path, file) in files {
            match path.split_once('/') {
                Some((folder, rest)) => {
                    let inside = folders.entry(folder).or_default();
                    inside.insert(rest.to_owned(), *file);
                }
                None => entries.push(Entry {
                    name: path.clone(),
                    mode: file.mode,
                    id: file.id,
                }),
            }
        }
        for (folder, inside) in folders {
            let id = self.insert_tree(&inside);
            entries.push(Entry {
                name: folder.to_owned(),
                mode: Mode::Folder,
                id,
            });
        }
        self.insert(Object::Tree(entries))
    }
}

/// Puts a file at a path, or takes away what is there; what stands in the way gives way.
pub(in super::super) fn place(files: &mut Files, path: &str, file: Option<File>) {
    let below = format!("{path}/");
    files.retain(|other, _| !other.starts_with(&below) && other != path);
    let Some(file) = file else { return };
    for (at, _) in path.match_indices('/') {
        files.remove(&path[..at]);
    }
    files.insert(path.to_owned(), file);
}

/// Every path that differs, in the order of paths.
pub(in super::super) fn differences(old: &Files, new: &Files) -> Vec<Difference> {
    let gone = old.keys().filter(|path| !new.contains_key(*path));
    let mut paths: Vec<&String> = new.keys().chain(gone).collect();
    paths.sort();
    let difference = |path: &String| {
        let (old, new) = (old.get(path).copied(), new.get(path).copied());
        (old != new).then(|| Difference {
            path: path.clone(),
            old,
            new,
        })
    };
    paths.into_iter().filter_map(difference).collect()
}
