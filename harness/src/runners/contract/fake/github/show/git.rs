//! References, blobs, trees, commits and what differs between them.

use super::super::git::{
    Commit, Difference, Entry, File, Id, Signature, changed_lines, differences,
};
use super::super::world::{World, escaped};
use super::{node_id, time};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// GitHub breaks base64 after so many characters.
const LINE: usize = 60;

/// Base64 in lines, as GitHub sends the content of files.
pub(in super::super) fn in_lines(content: &[u8]) -> String {
    let text = STANDARD.encode(content);
    let mut out = String::with_capacity(text.len() + text.len() / LINE + 1);
    for line in text.as_bytes().chunks(LINE) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out
}

/// Lines added and removed by several differences, and how many files.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Counts {
    pub(in super::super) additions: u64,
    pub(in super::super) deletions: u64,
    pub(in super::super) files: usize,
}

impl World {
    /// `git-ref`; `name` is whole
    pub(in super::super) fn show_reference(&self, name: &str, id: Id) -> Value {
        let below = escaped(name.trim_start_matches("refs/"));
        json!({
            "ref": name, "node_id": node_id("Ref", name),
            "url": self.api(&format!("/git/refs/{below}")),
            "object": {
                "type": "commit", "sha": id.to_string(), "url": self.api(&format!("/git/commits/{id}")),
            },
        })
    }

    /// `short-blob`
    pub(in super::super) fn show_short_blob(&self, id: Id) -> Value {
        json!({ "sha": id.to_string(), "url": self.api(&format!("/git/blobs/{id}")) })
    }

    /// `blob`
    pub(in super::super) fn show_blob(&self, id: Id, content: &[u8]) -> Value {
        let mut shown = self.show_short_blob(id);
        shown["node_id"] = json!(node_id("Blob", id));
        shown["size"] = json!(content.len());
        shown["content"] = json!(in_lines(content));
        shown["encoding"] = json!("base64");
        shown
    }

    /// `git-tree`: one level, or all of them
    pub(in super::super) fn show_tree(&self, id: Id, recursive: bool) -> Value {
        let mut rows = Vec::new();
        self.rows(id, "", recursive, &mut rows);
        let truncated = rows.len() > self.tree_limit;
        rows.truncate(self.tree_limit);
        json!({
            "sha": id.to_string(), "url": self.api(&format!("/git/trees/{id}")),
            "tree": rows, "truncated": truncated,
        })
    }

    fn rows(&self, tree: Id, folder: &str, recursive: bool, rows: &mut Vec<Value>) {
        for entry in self.repository.store.tree(tree).unwrap_or_default() {
            rows.push(self.row(entry, folder));
            if recursive && entry.mode.kind() == "tree" {
                self.rows(entry.id, &format!("{folder}{}/", entry.name), true, rows);
            }
        }
    }

    fn row(&self, entry: &Entry, folder: &str) -> Value {
        let (kind, id) = (entry.mode.kind(), entry.id);
        let mut row = json!({
            "path": format!("{folder}{}", entry.name), "mode": entry.mode.word(),
            "type": kind, "sha": id.to_string(),
        });
        if kind != "commit" {
            row["url"] = json!(self.api(&format!("/git/{kind}s/{id}")));
        }
        if let Some(content) = self.repository.store.blob(id) {
            row["size"] = json!(content.len());
        }
        row
    }

    /// `git-commit`
    pub(in super::super) fn show_git_commit(&self, id: Id) -> Value {
        let Some(commit) = self.repository.store.commit(id) else {
            return Value::Null;
        };
        json!({
            "sha": id.to_string(), "node_id": node_id("Commit", id),
            "url": self.api(&format!("/git/commits/{id}")),
            "html_url": self.page(&format!("/commit/{id}")),
            "author": person(&commit.author), "committer": person(&commit.committer),
            "message": commit.message, "tree": self.tree_pointer(commit),
            "parents": self.parents(commit, "/git/commits"), "verification": verification(commit),
        })
    }

    /// `commit`, with what it changes or without
    pub(in super::super) fn show_commit(&self, id: Id, whole: bool) -> Value {
        let Some(commit) = self.repository.store.commit(id) else {
            return Value::Null;
        };
        let url = self.api(&format!("/commits/{id}"));
        let mut shown = json!({
            "sha": id.to_string(), "node_id": node_id("Commit", id),
            "url": url, "html_url": self.page(&format!("/commit/{id}")),
            "comments_url": format!("{url}/comments"),
            "commit": {
                "url": self.api(&format!("/git/commits/{id}")),
                "author": person(&commit.author), "committer": person(&commit.committer),
                "message": commit.message, "comment_count": 0,
                "tree": self.tree_pointer(commit), "verification": verification(commit),
            },
            "author": self.user_of(&commit.author), "committer": self.user_of(&commit.committer),
            "parents": self.parents(commit, "/commits"),
        });
        if whole {
            let changes = self.changes(commit.parents.first().copied(), id);
            let counts = self.counts(&changes);
            let (added, removed) = (counts.additions, counts.deletions);
            shown["stats"] =
                json!({ "additions": added, "deletions": removed, "total": added + removed });
            shown["files"] = json!(self.show_differences(&changes, id));
        }
        shown
    }

    fn tree_pointer(&self, commit: &Commit) -> Value {
        let tree = commit.tree;
        json!({ "sha": tree.to_string(), "url": self.api(&format!("/git/trees/{tree}")) })
    }

    fn parents(&self, commit: &Commit, below: &str) -> Vec<Value> {
        let parent = |id: &Id| {
            json!({
                "sha": id.to_string(), "url": self.api(&format!("{below}/{id}")),
                "html_url": self.page(&format!("/commit/{id}")),
            })
        };
        commit.parents.iter().map(parent).collect()
    }

    /// The account whose address a commit has.
    fn user_of(&self, signature: &Signature) -> Value {
        let login = &self.account.login;
        if signature.email == Self::address(login) {
            self.show_user(login)
        } else {
            Value::Null
        }
    }

    /// What differs between two commits; everything, where there is no first one.
    pub(in super::super) fn changes(&self, from: Option<Id>, to: Id) -> Vec<Difference> {
        let store = &self.repository.store;
        let old = from.map(|id| store.files_of(id)).unwrap_or_default();
        differences(&old, &store.files_of(to))
    }

    /// How much differs.
    pub(in super::super) fn counts(&self, changes: &[Difference]) -> Counts {
        let mut counts = Counts {
            files: changes.len(),
            ..Counts::default()
        };
        for change in changes {
            let (added, removed) = self.lines(change);
            counts.additions += added;
            counts.deletions += removed;
        }
        counts
    }

    fn lines(&self, change: &Difference) -> (u64, u64) {
        let content = |file: Option<File>| {
            let blob = file.and_then(|file| self.repository.store.blob(file.id));
            blob.unwrap_or_default()
        };
        changed_lines(content(change.old), content(change.new))
    }

    /// `diff-entry`, one for each; `at` is the commit that they are shown at
    pub(in super::super) fn show_differences(&self, changes: &[Difference], at: Id) -> Vec<Value> {
        let entry = |change: &Difference| {
            let (added, removed) = self.lines(change);
            let path = escaped(&change.path);
            let status = match (change.old, change.new) {
                (None, _) => "added",
                (_, None) => "removed",
                (Some(old), Some(new)) if old.id == new.id => "changed",
                _ => "modified",
            };
            json!({
                "sha": change.new.or(change.old).map(|file| file.id.to_string()),
                "filename": change.path, "status": status,
                "additions": added, "deletions": removed, "changes": added + removed,
                "blob_url": self.page(&format!("/blob/{at}/{path}")),
                "raw_url": self.page(&format!("/raw/{at}/{path}")),
                "contents_url": self.api(&format!("/contents/{path}?ref={at}")),
            })
        };
        changes.iter().map(entry).collect()
    }
}

fn person(signature: &Signature) -> Value {
    json!({ "name": signature.name, "email": signature.email, "date": time(signature.at) })
}

/// The fake checks no signature: one that is there is by a key that nobody knows.
fn verification(commit: &Commit) -> Value {
    let reason = if commit.signature.is_some() {
        "unknown_key"
    } else {
        "unsigned"
    };
    json!({
        "verified": false, "reason": reason, "signature": commit.signature,
        "payload": null, "verified_at": null,
    })
}
