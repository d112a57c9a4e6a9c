//! One trigger with everything that came of it: the answer, the requests to GitHub, the repository before and after.

use super::ask::Ask;
use super::said::Said;
use crate::runners::contract::fake::github::git::{Commit, Id};
use crate::runners::contract::fake::github::{Pull, Repository, Seen};

/// What came of one trigger, or of several at once.
#[derive(Debug)]
pub(super) struct Deed {
    /// What was asked for; the first of several.
    pub(super) ask: Ask,
    /// The answer; of several the first.
    pub(super) said: Said,
    /// Requests to GitHub meanwhile.
    pub(super) requests: Vec<Seen>,
    /// The repository before.
    pub(super) before: Repository,
    /// The repository after.
    pub(super) after: Repository,
}

impl Deed {
    /// Open pull requests that were not open before.
    pub(super) fn opened(&self) -> Vec<&Pull> {
        let was_open = |number| self.before.pull(number).is_some_and(Pull::is_open);
        let now = self.after.pulls.iter().filter(|pull| pull.is_open());
        now.filter(|pull| !was_open(pull.number)).collect()
    }

    /// The pull request that the answer names, else the one that is new.
    pub(super) fn pull(&self, number: Option<u64>) -> Option<&Pull> {
        let named = number.and_then(|number| self.after.pull(number));
        named.or_else(|| self.opened().first().copied())
    }

    /// Requests that ask for a change.
    pub(super) fn writes(&self) -> usize {
        self.requests.iter().filter(|seen| seen.is_write()).count()
    }

    /// Requests of an operation, by GitHub's name of it.
    pub(super) fn of(&self, op: &str) -> Vec<&Seen> {
        self.requests
            .iter()
            .filter(|seen| seen.op() == op)
            .collect()
    }

    /// Requests that met an incident.
    pub(super) fn met(&self) -> Vec<&Seen> {
        let met = self.requests.iter();
        met.filter(|seen| seen.incident.is_some()).collect()
    }

    /// How often the most frequent of the requests that met an incident was sent.
    pub(super) fn most_repeated(&self) -> usize {
        let met = self.met();
        let same =
            |a: &Seen, b: &Seen| a.method == b.method && a.target == b.target && a.body == b.body;
        let counts = met
            .iter()
            .map(|one| met.iter().filter(|other| same(one, other)).count());
        counts.max().unwrap_or(0)
    }

    /// Seconds without any request after the first one that was told of a limit; `None` when none came.
    pub(super) fn silence_after_limit(&self) -> Option<f64> {
        let limited = self
            .requests
            .iter()
            .position(|seen| seen.incident.is_some())?;
        let next = self.requests.get(limited + 1)?;
        Some((next.at.saturating_sub(self.requests[limited].at)).as_secs_f64())
    }

    /// The branch's own commits, oldest first.
    pub(super) fn commits(&self, pull: &Pull) -> Vec<&Commit> {
        let store = &self.after.store;
        let head = self.after.head(pull);
        let ids = store.between(self.after.base(pull), head);
        ids.into_iter().filter_map(|id| store.commit(id)).collect()
    }

    /// What the branch grew out of: the newest commit that the base has, too.
    pub(super) fn root(&self, pull: &Pull) -> Option<Id> {
        let head = self.after.head(pull);
        self.after.store.merge_base(self.after.base(pull), head)
    }
}
