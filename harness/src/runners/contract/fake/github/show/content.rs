//! Files and folders by their path.

use super::super::git::{Entry, Id, Mode};
use super::super::world::{World, escaped};
use super::git::in_lines;
use serde_json::{Value, json};

/// Above a megabyte the content is left out (docs: "1-100 MB").
const MOST_IN_LINE: usize = 1024 * 1024;

/// What stands at a path of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Found {
    pub(in super::super) path: String,
    pub(in super::super) mode: Mode,
    pub(in super::super) id: Id,
}

impl World {
    /// What stands at a path below a tree; the empty path is the tree itself.
    pub(in super::super) fn find_path(&self, tree: Id, path: &str) -> Option<Found> {
        let mut found = Found {
            path: path.to_owned(),
            mode: Mode::Folder,
            id: tree,
        };
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let entries = self.repository.store.tree(found.id)?;
            let entry = entries.iter().find(|entry| entry.name == part)?;
            (found.mode, found.id) = (entry.mode, entry.id);
        }
        Some(found)
    }

    /// `content-file`, `content-symlink` or `content-submodule`, whole; `shown_at` is the name of the commit
    pub(in super::super) fn show_content(&self, found: &Found, shown_at: &str) -> Value {
        let mut shown = self.show_item(found, shown_at);
        let content = self.repository.store.blob(found.id).unwrap_or_default();
        match found.mode {
            Mode::Link => shown["target"] = json!(String::from_utf8_lossy(content)),
            Mode::Submodule => shown["submodule_git_url"] = shown["html_url"].clone(),
            _ if content.len() > MOST_IN_LINE => {
                shown["encoding"] = json!("none");
                shown["content"] = json!("");
            }
            _ => {
                shown["encoding"] = json!("base64");
                shown["content"] = json!(in_lines(content));
            }
        }
        shown
    }

    /// The items of a folder.
    pub(in super::super) fn show_folder(&self, found: &Found, shown_at: &str) -> Vec<Value> {
        let entries = self.repository.store.tree(found.id).unwrap_or_default();
        let path = |entry: &Entry| match found.path.as_str() {
            "" => entry.name.clone(),
            folder => format!("{folder}/{}", entry.name),
        };
        let item = |entry: &Entry| {
            let (path, mode, id) = (path(entry), entry.mode, entry.id);
            self.show_item(&Found { path, mode, id }, shown_at)
        };
        entries.iter().map(item).collect()
    }

    /// An item without its content.
    pub(in super::super) fn show_item(&self, found: &Found, shown_at: &str) -> Value {
        let path = escaped(&found.path);
        let (word, view) = match found.mode {
            Mode::Folder => ("dir", "tree"),
            Mode::Submodule => ("submodule", "tree"),
            Mode::Link => ("symlink", "blob"),
            Mode::File | Mode::Executable => ("file", "blob"),
        };
        let at = escaped(shown_at);
        let url = self.api(&format!("/contents/{path}?ref={at}"));
        let kind = if found.mode == Mode::Folder {
            "trees"
        } else {
            "blobs"
        };
        let git = self.api(&format!("/git/{kind}/{}", found.id));
        let html = self.page(&format!("/{view}/{at}/{path}"));
        let raw = self.page(&format!("/raw/{at}/{path}"));
        let download = (view == "blob").then_some(raw);
        let name = found.path.rsplit('/').next().unwrap_or_default();
        let size = self.repository.store.blob(found.id).map_or(0, <[u8]>::len);
        json!({
            "type": word, "name": name, "path": found.path, "sha": found.id.to_string(),
            "size": size, "url": url, "git_url": git, "html_url": html, "download_url": download,
            "_links": { "self": url, "git": git, "html": html },
        })
    }
}
