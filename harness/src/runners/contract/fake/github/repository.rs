//! The one repository of the fake: objects, references, forks and pull requests.

use super::git::{
    Commit, Export, ExportError, File, Files, Id, Mode, Object, Signature, Store, place,
};
use super::pull::Pull;
use std::collections::BTreeMap;
use std::path::Path;

/// A repository as it stands: a copy is a snapshot.
#[derive(Debug, Clone)]
pub struct Repository {
    /// The number that stays when the name changes.
    pub id: u64,
    /// The account that it belongs to.
    pub owner: String,
    /// The name that it has today.
    pub name: String,
    /// The names that it had before.
    pub former: Vec<String>,
    /// The branch that everything else comes from.
    pub default_branch: String,
    /// Every object.
    pub store: Store,
    /// References by their whole name, `refs/…`.
    pub references: BTreeMap<String, Id>,
    /// Branches of forks, by owner.
    pub forks: BTreeMap<String, BTreeMap<String, Id>>,
    /// Pull requests by number, oldest first.
    pub pulls: Vec<Pull>,
    /// Seconds since the epoch.
    pub created_at: i64,
    /// Seconds since the epoch.
    pub pushed_at: i64,
}

/// Seconds since the epoch, by this machine's clock.
pub(super) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

impl Repository {
    /// A repository without a commit.
    pub(super) fn new(owner: &str, name: &str, default_branch: &str) -> Self {
        Self {
            id: 1_296_269,
            owner: owner.to_owned(),
            name: name.to_owned(),
            former: Vec::new(),
            default_branch: default_branch.to_owned(),
            store: Store::default(),
            references: BTreeMap::new(),
            forks: BTreeMap::new(),
            pulls: Vec::new(),
            created_at: now(),
            pushed_at: now(),
        }
    }

    /// `owner/name`
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// Whether nothing was ever committed.
    pub fn is_empty(&self) -> bool {
        self.references.is_empty()
    }

    /// The commit that a branch points to.
    pub fn tip(&self, branch: &str) -> Option<Id> {
        self.references
            .get(&format!("refs/heads/{branch}"))
            .copied()
    }

    /// The branches of the repository itself, by name.
    pub fn branches(&self) -> BTreeMap<&str, Id> {
        let all = self.references.iter();
        all.filter_map(|(name, id)| Some((name.strip_prefix("refs/heads/")?, *id)))
            .collect()
    }

    /// Every file of a branch; none when there is no such branch.
    pub fn files(&self, branch: &str) -> Files {
        let tip = self.tip(branch);
        tip.map(|tip| self.store.files_of(tip)).unwrap_or_default()
    }

    /// The bytes of a file of a branch.
    pub fn content(&self, branch: &str, path: &str) -> Option<&[u8]> {
        self.store.blob(self.files(branch).get(path)?.id)
    }

    /// A pull request.
    pub fn pull(&self, number: u64) -> Option<&Pull> {
        self.pulls.iter().find(|pull| pull.number == number)
    }

    /// The commit that a name stands for: a hash, a branch, a tag, a whole reference, or `HEAD`.
    pub fn resolve(&self, word: &str) -> Option<Id> {
        let known = |name: String| self.references.get(&name).copied();
        let hash = Id::parse(word).filter(|id| self.store.commit(*id).is_some());
        match word {
            "HEAD" => self.tip(&self.default_branch),
            _ => hash
                .or_else(|| known(format!("refs/heads/{word}")))
                .or_else(|| known(format!("refs/tags/{word}")))
                .or_else(|| known(format!("refs/{word}")))
                .or_else(|| known(word.to_owned())),
        }
    }

    /// Moves a branch on by one commit, or makes it from the default branch; `None` takes a file away.
    pub fn push(&mut self, branch: &str, changes: &[(&str, Option<&[u8]>)]) -> Id {
        let parent = self.tip(branch).or_else(|| self.tip(&self.default_branch));
        let commit = self.commit_on(parent, changes, "By hand\n");
        self.references
            .insert(format!("refs/heads/{branch}"), commit);
        self.pushed_at = now();
        commit
    }

    /// Writes a commit that changes files of its parent, and moves nothing.
    pub(super) fn commit_on(
        &mut self,
        parent: Option<Id>,
        changes: &[(&str, Option<&[u8]>)],
        message: &str,
    ) -> Id {
        let mut files = parent.map(|id| self.store.files_of(id)).unwrap_or_default();
        for (path, content) in changes {
            let mode = files.get(*path).map_or(Mode::File, |file| file.mode);
            let file = content.map(|content| File {
                mode,
                id: self.store.insert_blob(content),
            });
            place(&mut files, path, file);
        }
        let tree = self.store.insert_tree(&files);
        let somebody = Signature {
            name: "Somebody Else".to_owned(),
            email: "somebody@example.com".to_owned(),
            at: now(),
            offset: 0,
        };
        self.store.insert(Object::Commit(Commit {
            tree,
            parents: parent.into_iter().collect(),
            author: somebody.clone(),
            committer: somebody,
            message: message.to_owned(),
            signature: None,
        }))
    }

    /// Writes a bare repository that git reads, with `refs/pull/N/head` for each pull request.
    ///
    /// # Errors
    /// The folder holds something, or the disk refuses.
    pub fn export(&self, folder: &Path) -> Result<(), ExportError> {
        let mut references = self.references.clone();
        for pull in &self.pulls {
            references.insert(format!("refs/pull/{}/head", pull.number), self.head(pull));
        }
        let export = Export {
            store: &self.store,
            references: &references,
            default_branch: &self.default_branch,
        };
        export.write(folder)
    }
}
