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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::facts;
    use super::*;
    use crate::model::trial::Saw;
    use crate::runners::contract::fake::github::{GitHub, Operation, Options};
    use std::time::Duration;

    fn seen(op: &str, at_ms: u64, incident: Option<&str>) -> Seen {
        let operation = Operation::parse(op).unwrap();
        Seen {
            at: Duration::from_millis(at_ms),
            operation: Some(operation),
            method: if operation.is_write() { "POST" } else { "GET" }.to_owned(),
            target: format!("/{op}"),
            headers: Vec::new(),
            body: Vec::new(),
            status: Some(200),
            request_id: String::new(),
            incident: incident.map(str::to_owned),
            limited: false,
            request_findings: Vec::new(),
            reply_findings: Vec::new(),
        }
    }

    async fn deed(requests: Vec<Seen>) -> Deed {
        let fake = GitHub::start(Options::default()).await.unwrap();
        Deed {
            ask: Ask::plain("x"),
            said: Said::default(),
            requests,
            before: fake.repository(),
            after: fake.repository(),
        }
    }

    #[tokio::test]
    async fn requests_are_counted_as_they_came() {
        let none = deed(Vec::new()).await;
        assert_eq!((none.writes(), none.most_repeated()), (0, 0));
        assert_eq!(none.silence_after_limit(), None);
        let some = deed(vec![
            seen("repos/get", 0, None),
            seen("git/create-blob", 100, Some("r2")),
            seen("git/create-blob", 2_350, Some("r2")),
            seen("pulls/list", 2_400, None),
        ])
        .await;
        assert_eq!((some.writes(), some.most_repeated()), (2, 2));
        assert_eq!(some.silence_after_limit(), Some(2.25));
    }

    #[tokio::test]
    async fn a_second_creation_without_a_look_is_blind() {
        let blind = |deed: &Deed| match facts::not_blind(deed).saw {
            Saw::Number(count) => count,
            other => panic!("{other:?}"),
        };
        let create = || seen("pulls/create", 0, None);
        let twice = deed(vec![create(), seen("git/get-ref", 0, None), create()]).await;
        assert!((blind(&twice) - 1.0).abs() < f64::EPSILON);
        let looked = deed(vec![create(), seen("pulls/list", 0, None), create()]).await;
        assert!(blind(&looked).abs() < f64::EPSILON);
    }
}
