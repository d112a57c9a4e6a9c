//! What a commit builds on.

use super::object::Id;
use super::store::Store;
use std::collections::{HashSet, VecDeque};

impl Store {
    /// A commit and everything below it, nearest first.
    pub fn ancestors(&self, commit: Id) -> Vec<Id> {
        let mut seen = HashSet::from([commit]);
        let mut open = VecDeque::from([commit]);
        let mut found = Vec::new();
        while let Some(id) = open.pop_front() {
            let Some(commit) = self.commit(id) else {
                continue;
            };
            found.push(id);
            open.extend(commit.parents.iter().filter(|parent| seen.insert(**parent)));
        }
        found
    }

    /// Whether `new` is `old` or builds on it.
    pub fn builds_on(&self, new: Id, old: Id) -> bool {
        self.ancestors(new).contains(&old)
    }

    /// The nearest commit that both build on; of several the one that is fewest steps below `head`.
    pub fn merge_base(&self, base: Id, head: Id) -> Option<Id> {
        let below_base: HashSet<Id> = self.ancestors(base).into_iter().collect();
        let mut below_head = self.ancestors(head).into_iter();
        below_head.find(|id| below_base.contains(id))
    }

    /// What `head` has and `base` has not, oldest first.
    pub fn between(&self, base: Id, head: Id) -> Vec<Id> {
        let below_base: HashSet<Id> = self.ancestors(base).into_iter().collect();
        let above = self.ancestors(head).into_iter();
        let mut commits: Vec<Id> = above.filter(|id| !below_base.contains(id)).collect();
        commits.reverse();
        commits
    }
}
