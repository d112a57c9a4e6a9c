//! The repository and its branches.

use super::super::git::Id;
use super::super::world::{World, escaped};
use super::{node_id, time};
use serde_json::{Value, json};

/// Addresses below the repository's own: name and what follows.
const ADDRESSES: &[(&str, &str)] = &[
    ("url", ""),
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    (
        "notifications_url",
        "/notifications{?since,all,participating}",
    ),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("hooks_url", "/hooks"),
];

const FLAGS: &[(&str, bool)] = &[
    ("is_template", false),
    ("has_issues", true),
    ("has_projects", true),
    ("has_wiki", true),
    ("has_pages", false),
    ("has_downloads", true),
    ("has_discussions", false),
    ("archived", false),
    ("disabled", false),
    ("allow_forking", true),
    ("web_commit_signoff_required", false),
];

impl World {
    /// `repository`: the repository itself, or a fork of it
    pub(in super::super) fn show_repository_of(&self, owner: &str) -> Value {
        let repository = &self.repository;
        let is_fork = !owner.eq_ignore_ascii_case(&repository.owner);
        let full_name = format!("{owner}/{}", repository.name);
        let id = if is_fork {
            repository.id + Self::account_id(owner)
        } else {
            repository.id
        };
        let api = format!("{}/repos/{full_name}", self.site.api);
        let page = format!("{}/{full_name}", self.site.web);
        let host = self.site.web.split("://").nth(1).unwrap_or_default();
        let open = repository
            .pulls
            .iter()
            .filter(|pull| pull.is_open())
            .count();
        let open = if is_fork { 0 } else { open };
        let mut shown = json!({
            "id": id, "node_id": node_id("Repository", id),
            "name": repository.name, "full_name": full_name, "owner": self.show_user(owner),
            "private": true, "visibility": "private", "fork": is_fork, "description": null,
            "html_url": page, "git_url": format!("git://{host}/{full_name}.git"),
            "ssh_url": format!("git@{host}:{full_name}.git"),
            "clone_url": format!("{page}.git"), "svn_url": page,
            "mirror_url": null, "homepage": null, "language": null, "license": null,
            "size": 0, "forks": repository.forks.len(), "forks_count": repository.forks.len(),
            "open_issues": open, "open_issues_count": open,
            "default_branch": repository.default_branch, "topics": [],
            "created_at": time(repository.created_at), "updated_at": time(repository.pushed_at),
            "pushed_at": time(repository.pushed_at),
        });
        for (name, below) in ADDRESSES {
            shown[*name] = json!(format!("{api}{below}"));
        }
        for (name, flag) in FLAGS {
            shown[*name] = json!(flag);
        }
        for name in ["stargazers_count", "watchers", "watchers_count"] {
            shown[name] = json!(0);
        }
        shown
    }

    /// `full-repository`
    pub(in super::super) fn show_repository(&self) -> Value {
        let mut shown = self.show_repository_of(&self.repository.owner);
        for (name, value) in [
            ("subscribers_count", json!(0)),
            ("network_count", json!(self.repository.forks.len())),
            (
                "permissions",
                json!({ "admin": false, "maintain": false, "push": true, "triage": true, "pull": true }),
            ),
            ("allow_merge_commit", json!(true)),
            ("allow_squash_merge", json!(true)),
            ("allow_rebase_merge", json!(true)),
            ("allow_auto_merge", json!(false)),
            ("allow_update_branch", json!(false)),
            ("delete_branch_on_merge", json!(false)),
        ] {
            shown[name] = value;
        }
        shown
    }

    /// `short-branch`
    pub(in super::super) fn show_short_branch(&self, name: &str, tip: Id) -> Value {
        let url = self.api(&format!("/commits/{tip}"));
        json!({ "name": name, "commit": { "sha": tip.to_string(), "url": url }, "protected": false })
    }

    /// `branch-with-protection`
    pub(in super::super) fn show_branch(&self, name: &str, tip: Id) -> Value {
        let url = self.api(&format!("/branches/{}", escaped(name)));
        json!({
            "name": name, "commit": self.show_commit(tip, false), "protected": false,
            "_links": { "self": url, "html": self.page(&format!("/tree/{}", escaped(name))) },
            "protection": { "enabled": false }, "protection_url": format!("{url}/protection"),
        })
    }
}
