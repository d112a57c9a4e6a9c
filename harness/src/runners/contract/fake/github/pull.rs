//! Pull requests: what they are, and what happens to them.

use super::git::Id;
use super::repository::{Repository, now};

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Its number in the repository.
    pub number: u64,
    /// Open, closed or merged.
    pub state: PullState,
    /// The title.
    pub title: String,
    /// The text; `None` when none was given.
    pub body: Option<String>,
    /// Who opened it.
    pub author: String,
    /// The account whose branch it comes from.
    pub head_owner: String,
    /// The branch that it comes from.
    pub head: String,
    /// The branch that it goes to.
    pub base: String,
    /// Not ready to be merged.
    pub draft: bool,
    /// Whether the owner of the repository may push to the branch of a fork.
    pub maintainer_can_modify: bool,
    /// Names of labels.
    pub labels: Vec<String>,
    /// Accounts that are asked for a review.
    pub reviewers: Vec<String>,
    /// Teams that are asked for a review.
    pub teams: Vec<String>,
    /// Seconds since the epoch.
    pub created_at: i64,
    /// Seconds since the epoch.
    pub updated_at: i64,
    /// Seconds since the epoch; `None` while it is open.
    pub closed_at: Option<i64>,
    /// What the branch held when it was last seen, for when it is gone.
    pub last_head: Id,
    /// What the base held when it was opened.
    pub base_sha: Id,
}

/// What became of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullState {
    /// Still to be decided.
    Open,
    /// Closed without being merged.
    Closed,
    /// Merged.
    Merged,
}

/// What is needed to open one.
#[derive(Debug, Clone, Default)]
pub struct NewPull {
    /// The account whose branch it comes from; empty for the owner of the repository.
    pub head_owner: String,
    /// The branch that it comes from.
    pub head: String,
    /// The branch that it goes to; empty for the default branch.
    pub base: String,
    /// The title.
    pub title: String,
    /// The text.
    pub body: Option<String>,
    /// Not ready to be merged.
    pub draft: bool,
}

impl Pull {
    /// `OWNER:BRANCH`
    pub fn label(&self) -> String {
        format!("{}:{}", self.head_owner, self.head)
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.state == PullState::Open
    }
}

impl Repository {
    /// The commit that a pull request would bring in.
    pub fn head(&self, pull: &Pull) -> Id {
        let now = pull
            .is_open()
            .then(|| self.head_tip(&pull.head_owner, &pull.head));
        now.flatten().unwrap_or(pull.last_head)
    }

    /// The commit that a pull request goes onto: of one that is closed, what it was when it was opened.
    pub fn base(&self, pull: &Pull) -> Id {
        let now = pull.is_open().then(|| self.tip(&pull.base));
        now.flatten().unwrap_or(pull.base_sha)
    }

    /// The tip of a branch of the repository or of a fork.
    pub(super) fn head_tip(&self, owner: &str, branch: &str) -> Option<Id> {
        if owner.eq_ignore_ascii_case(&self.owner) {
            return self.tip(branch);
        }
        let forks = self.forks.iter();
        let fork = forks
            .clone()
            .find(|(name, _)| name.eq_ignore_ascii_case(owner));
        fork.and_then(|(_, branches)| branches.get(branch).copied())
    }

    /// Opens a pull request, whatever stands in its way; a branch that is not there is made with one commit.
    /// Answers its number.
    pub fn open_pull(&mut self, new: NewPull, author: &str) -> u64 {
        let owner = if new.head_owner.is_empty() {
            self.owner.clone()
        } else {
            new.head_owner.clone()
        };
        let base = if new.base.is_empty() {
            self.default_branch.clone()
        } else {
            new.base.clone()
        };
        let tip = self.head_tip(&owner, &new.head);
        let tip = tip.unwrap_or_else(|| self.make_head(&owner, &new.head));
        let base_sha = self.tip(&base).unwrap_or(tip);
        let number = self.pulls.last().map_or(1, |last| last.number + 1);
        self.pulls.push(Pull {
            number,
            state: PullState::Open,
            title: new.title,
            body: new.body,
            author: author.to_owned(),
            head_owner: owner,
            head: new.head,
            base,
            draft: new.draft,
            maintainer_can_modify: false,
            labels: Vec::new(),
            reviewers: Vec::new(),
            teams: Vec::new(),
            created_at: now(),
            updated_at: now(),
            closed_at: None,
            last_head: tip,
            base_sha,
        });
        number
    }

    fn make_head(&mut self, owner: &str, branch: &str) -> Id {
        let parent = self.tip(&self.default_branch);
        let content = format!("{owner}:{branch}\n");
        let commit = self.commit_on(
            parent,
            &[("elsewhere.txt", Some(content.as_bytes()))],
            "By hand\n",
        );
        if owner.eq_ignore_ascii_case(&self.owner) {
            self.references
                .insert(format!("refs/heads/{branch}"), commit);
        } else {
            let fork = self.forks.entry(owner.to_owned()).or_default();
            fork.insert(branch.to_owned(), commit);
        }
        commit
    }

    /// Closes a pull request, merged or not; nothing happens when there is no such one.
    pub fn close_pull(&mut self, number: u64, state: PullState) {
        let Some(at) = self.pulls.iter().position(|pull| pull.number == number) else {
            return;
        };
        let head = self.head(&self.pulls[at]);
        let pull = &mut self.pulls[at];
        pull.last_head = head;
        pull.state = state;
        pull.closed_at = (state != PullState::Open).then(now);
        pull.updated_at = now();
        if state == PullState::Merged {
            let base = format!("refs/heads/{}", pull.base);
            self.references.insert(base, head);
        }
    }

    /// Closes what comes from a branch or goes to it, as GitHub does when the branch is deleted.
    pub(super) fn close_pulls_of(&mut self, branch: &str) {
        let ours = |pull: &&Pull| {
            let from_it = pull.head == branch && pull.head_owner.eq_ignore_ascii_case(&self.owner);
            pull.is_open() && (from_it || pull.base == branch)
        };
        let numbers: Vec<u64> = self
            .pulls
            .iter()
            .filter(ours)
            .map(|pull| pull.number)
            .collect();
        for number in numbers {
            self.close_pull(number, PullState::Closed);
        }
    }
}
