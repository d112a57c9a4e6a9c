//! Pull requests, labels and what a search finds.

use super::super::git::{Difference, Id};
use super::super::pull::{Pull, PullState};
use super::super::world::{World, escaped};
use super::{node_id, time};
use serde_json::{Value, json};

impl World {
    /// `pull-request-simple`
    pub(in super::super) fn show_pull_simple(&self, pull: &Pull) -> Value {
        let number = pull.number;
        let url = self.api(&format!("/pulls/{number}"));
        let issue = self.api(&format!("/issues/{number}"));
        let page = self.page(&format!("/pull/{number}"));
        let head = self.repository.head(pull);
        let statuses = self.api(&format!("/statuses/{head}"));
        let links = [
            ("self", url.clone()),
            ("html", page.clone()),
            ("issue", issue.clone()),
            ("comments", format!("{issue}/comments")),
            ("review_comments", format!("{url}/comments")),
            ("review_comment", self.api("/pulls/comments{/number}")),
            ("commits", format!("{url}/commits")),
            ("statuses", statuses.clone()),
        ];
        let mut shown = json!({
            "id": self.pull_id(pull), "node_id": node_id("PullRequest", self.pull_id(pull)),
            "number": number, "state": word(pull), "locked": false, "active_lock_reason": null,
            "title": pull.title, "body": pull.body, "draft": pull.draft,
            "user": self.show_user(&pull.author), "author_association": "MEMBER",
            "labels": self.show_labels(pull), "milestone": null, "auto_merge": null,
            "assignee": null, "assignees": [],
            "requested_reviewers": self.show_users(&pull.reviewers),
            "requested_teams": self.show_teams(&pull.teams),
            "created_at": time(pull.created_at), "updated_at": time(pull.updated_at),
            "closed_at": pull.closed_at.map(time), "merged_at": merged_at(pull),
            "merge_commit_sha": merged_at(pull).map(|_| head.to_string()),
            "url": url, "html_url": page, "issue_url": issue,
            "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"),
            "commits_url": format!("{url}/commits"), "comments_url": format!("{issue}/comments"),
            "review_comments_url": format!("{url}/comments"),
            "review_comment_url": self.api("/pulls/comments{/number}"), "statuses_url": statuses,
        });
        shown["head"] = self.side(&pull.head_owner, &pull.head, head);
        let base = self.repository.base(pull);
        shown["base"] = self.side(&self.repository.owner, &pull.base, base);
        let links = links.map(|(name, href)| (name.to_owned(), json!({ "href": href })));
        shown["_links"] = Value::Object(links.into_iter().collect());
        shown
    }

    /// `pull-request`
    pub(in super::super) fn show_pull(&self, pull: &Pull) -> Value {
        let mut shown = self.show_pull_simple(pull);
        let counts = self.counts(&self.pull_changes(pull));
        let merged = pull.state == PullState::Merged;
        let author = self.show_user(&pull.author);
        for (name, value) in [
            ("merged", json!(merged)),
            ("mergeable", json!(pull.is_open().then_some(true))),
            ("rebaseable", json!(pull.is_open().then_some(true))),
            (
                "mergeable_state",
                json!(if pull.is_open() { "clean" } else { "unknown" }),
            ),
            ("merged_by", if merged { author } else { Value::Null }),
            ("maintainer_can_modify", json!(pull.maintainer_can_modify)),
            ("comments", json!(0)),
            ("review_comments", json!(0)),
            ("commits", json!(self.pull_commits(pull).len())),
            ("additions", json!(counts.additions)),
            ("deletions", json!(counts.deletions)),
            ("changed_files", json!(counts.files)),
        ] {
            shown[name] = value;
        }
        shown
    }

    /// What a pull request changes: from where it forked off to its head.
    pub(in super::super) fn pull_changes(&self, pull: &Pull) -> Vec<Difference> {
        let head = self.repository.head(pull);
        let base = self.repository.base(pull);
        self.changes(self.repository.store.merge_base(base, head), head)
    }

    /// What a pull request would bring in, oldest first.
    pub(in super::super) fn pull_commits(&self, pull: &Pull) -> Vec<Id> {
        let (base, head) = (self.repository.base(pull), self.repository.head(pull));
        self.repository.store.between(base, head)
    }

    fn pull_id(&self, pull: &Pull) -> u64 {
        self.repository.id * 1000 + pull.number
    }

    fn side(&self, owner: &str, branch: &str, sha: Id) -> Value {
        json!({
            "label": format!("{owner}:{branch}"), "ref": branch, "sha": sha.to_string(),
            "user": self.show_user(owner), "repo": self.show_repository_of(owner),
        })
    }

    fn show_users(&self, logins: &[String]) -> Vec<Value> {
        logins.iter().map(|login| self.show_user(login)).collect()
    }

    fn show_teams(&self, slugs: &[String]) -> Vec<Value> {
        slugs.iter().map(|slug| self.show_team(slug)).collect()
    }

    /// `label`, one for each
    pub(in super::super) fn show_labels(&self, pull: &Pull) -> Vec<Value> {
        let label = |name: &String| {
            let id = Self::account_id(name);
            let url = self.api(&format!("/labels/{}", escaped(name)));
            json!({
                "id": id, "node_id": node_id("Label", id), "url": url, "name": name,
                "color": "ededed", "default": false, "description": null,
            })
        };
        pull.labels.iter().map(label).collect()
    }

    /// `pull-request-review-request`
    pub(in super::super) fn show_reviewers(&self, pull: &Pull) -> Value {
        json!({ "users": self.show_users(&pull.reviewers), "teams": self.show_teams(&pull.teams) })
    }

    /// `issue-search-result-item`
    pub(in super::super) fn show_searched(&self, pull: &Pull) -> Value {
        let number = pull.number;
        let issue = self.api(&format!("/issues/{number}"));
        let page = self.page(&format!("/pull/{number}"));
        json!({
            "url": issue, "repository_url": self.api(""), "html_url": page,
            "labels_url": format!("{issue}/labels{{/name}}"),
            "comments_url": format!("{issue}/comments"), "events_url": format!("{issue}/events"),
            "id": self.pull_id(pull), "node_id": node_id("PullRequest", self.pull_id(pull)),
            "number": number, "title": pull.title, "body": pull.body, "draft": pull.draft,
            "state": word(pull), "state_reason": null, "locked": false, "comments": 0,
            "user": self.show_user(&pull.author), "author_association": "MEMBER",
            "labels": self.show_labels(pull), "assignee": null, "assignees": [], "milestone": null,
            "created_at": time(pull.created_at), "updated_at": time(pull.updated_at),
            "closed_at": pull.closed_at.map(time), "score": 1.0,
            "pull_request": {
                "url": self.api(&format!("/pulls/{number}")), "html_url": page,
                "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"),
                "merged_at": merged_at(pull),
            },
        })
    }
}

fn word(pull: &Pull) -> &'static str {
    if pull.is_open() { "open" } else { "closed" }
}

fn merged_at(pull: &Pull) -> Option<String> {
    let merged = pull.closed_at.filter(|_| pull.state == PullState::Merged);
    merged.map(time)
}
