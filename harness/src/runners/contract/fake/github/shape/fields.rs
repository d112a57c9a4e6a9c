//! The members of what GitHub answers with, from the components of its published description
//! (github/rest-api-description, `api.github.com.2022-11-28` and `api.github.com.2026-03-10`).

use super::{Field, Kind, needed, perhaps};

const ASSOCIATIONS: &[&str] = &[
    "COLLABORATOR",
    "CONTRIBUTOR",
    "FIRST_TIMER",
    "FIRST_TIME_CONTRIBUTOR",
    "MANNEQUIN",
    "MEMBER",
    "NONE",
    "OWNER",
];

/// Addresses that every account has.
const USER_ADDRESSES: Field = needed(
    &[
        "avatar_url",
        "url",
        "html_url",
        "followers_url",
        "following_url",
        "gists_url",
        "starred_url",
        "subscriptions_url",
        "organizations_url",
        "repos_url",
        "events_url",
        "received_events_url",
    ],
    Kind::Address,
);

/// `simple-user`
pub(super) const SIMPLE_USER: &[Field] = &[
    needed(&["login", "node_id", "type"], Kind::Text),
    needed(&["id"], Kind::Whole),
    needed(&["gravatar_id"], Kind::Text).or_null(),
    needed(&["site_admin"], Kind::Flag),
    perhaps(&["name", "email"], Kind::Text).or_null(),
    perhaps(&["starred_at", "user_view_type"], Kind::Text),
    USER_ADDRESSES,
];

/// `public-user`
pub(super) const PUBLIC_USER: &[Field] = &[
    needed(&["login", "node_id", "type"], Kind::Text),
    needed(&["id"], Kind::Whole),
    needed(&["gravatar_id"], Kind::Text).or_null(),
    needed(&["site_admin"], Kind::Flag),
    needed(
        &["name", "company", "blog", "location", "email", "bio"],
        Kind::Text,
    )
    .or_null(),
    needed(&["hireable"], Kind::Flag).or_null(),
    needed(
        &["public_repos", "public_gists", "followers", "following"],
        Kind::Whole,
    ),
    needed(&["created_at", "updated_at"], Kind::Time),
    perhaps(&["user_view_type"], Kind::Text),
    USER_ADDRESSES,
];

const REPOSITORY_ADDRESSES: Field = needed(
    &[
        "html_url",
        "url",
        "archive_url",
        "assignees_url",
        "blobs_url",
        "branches_url",
        "collaborators_url",
        "comments_url",
        "commits_url",
        "compare_url",
        "contents_url",
        "contributors_url",
        "deployments_url",
        "downloads_url",
        "events_url",
        "forks_url",
        "git_commits_url",
        "git_refs_url",
        "git_tags_url",
        "git_url",
        "issue_comment_url",
        "issue_events_url",
        "issues_url",
        "keys_url",
        "labels_url",
        "languages_url",
        "merges_url",
        "milestones_url",
        "notifications_url",
        "pulls_url",
        "releases_url",
        "ssh_url",
        "stargazers_url",
        "statuses_url",
        "subscribers_url",
        "subscription_url",
        "tags_url",
        "teams_url",
        "trees_url",
        "clone_url",
        "hooks_url",
        "svn_url",
    ],
    Kind::Address,
);

const REPOSITORY_COUNTS: Field = needed(
    &[
        "id",
        "forks",
        "forks_count",
        "stargazers_count",
        "watchers_count",
        "size",
        "open_issues_count",
        "open_issues",
        "watchers",
    ],
    Kind::Whole,
);
const REPOSITORY_FLAGS: Field = needed(
    &[
        "private",
        "fork",
        "has_issues",
        "has_projects",
        "has_wiki",
        "has_pages",
        "archived",
        "disabled",
    ],
    Kind::Flag,
);
const REPOSITORY_PERHAPS: Field = perhaps(
    &[
        "is_template",
        "allow_rebase_merge",
        "allow_squash_merge",
        "allow_auto_merge",
        "delete_branch_on_merge",
        "allow_merge_commit",
        "allow_update_branch",
        "allow_forking",
        "web_commit_signoff_required",
    ],
    Kind::Flag,
);
const REPOSITORY_NAMES: Field = needed(
    &["node_id", "name", "full_name", "default_branch"],
    Kind::Text,
);
const REPOSITORY_TEXTS: Field = needed(
    &[
        "license",
        "description",
        "mirror_url",
        "homepage",
        "language",
    ],
    Kind::Text,
)
.or_null();
const PERMISSIONS: &[Field] = &[
    needed(&["admin", "pull", "push"], Kind::Flag),
    perhaps(&["maintain", "triage"], Kind::Flag),
];

/// `repository`, as it stands on each side of a pull request
pub(super) const REPOSITORY: &[Field] = &[
    REPOSITORY_COUNTS,
    REPOSITORY_ADDRESSES,
    REPOSITORY_FLAGS,
    REPOSITORY_PERHAPS,
    REPOSITORY_NAMES,
    REPOSITORY_TEXTS,
    needed(&["owner"], Kind::Object(SIMPLE_USER)).or_null(),
    needed(&["pushed_at", "created_at", "updated_at"], Kind::Time).or_null(),
    needed(&["has_downloads"], Kind::Flag).until_2026(),
    perhaps(&["has_discussions"], Kind::Flag),
    perhaps(&["visibility"], Kind::Text),
    perhaps(&["topics"], Kind::List(&Kind::Text)),
    perhaps(&["permissions"], Kind::Object(PERMISSIONS)),
];

/// `full-repository`
pub(super) const FULL_REPOSITORY: &[Field] = &[
    REPOSITORY_COUNTS,
    REPOSITORY_ADDRESSES,
    REPOSITORY_FLAGS,
    REPOSITORY_PERHAPS,
    REPOSITORY_NAMES,
    REPOSITORY_TEXTS,
    needed(&["owner"], Kind::Object(SIMPLE_USER)),
    needed(&["pushed_at", "created_at", "updated_at"], Kind::Time),
    needed(&["has_discussions"], Kind::Flag),
    needed(&["subscribers_count", "network_count"], Kind::Whole),
    perhaps(&["has_downloads"], Kind::Flag).until_2026(),
    perhaps(&["visibility"], Kind::Text),
    perhaps(&["topics"], Kind::List(&Kind::Text)),
    perhaps(&["permissions"], Kind::Object(PERMISSIONS)),
];

/// `label`
pub(super) const LABEL: &[Field] = &[
    needed(&["id"], Kind::Whole),
    needed(&["node_id", "name", "color"], Kind::Text),
    needed(&["url"], Kind::Address),
    needed(&["description"], Kind::Text).or_null(),
    needed(&["default"], Kind::Flag),
];

const SIDE: &[Field] = &[
    needed(&["label", "ref"], Kind::Text),
    needed(&["sha"], Kind::Sha),
    needed(&["repo"], Kind::Object(REPOSITORY)).or_null(),
    needed(&["user"], Kind::Object(SIMPLE_USER)).or_null(),
];

const LINK: &[Field] = &[needed(&["href"], Kind::Address)];
const PULL_LINKS: &[Field] = &[needed(
    &[
        "comments",
        "commits",
        "statuses",
        "html",
        "issue",
        "review_comments",
        "review_comment",
        "self",
    ],
    Kind::Object(LINK),
)];
const PULL_ADDRESSES: Field = needed(
    &[
        "url",
        "html_url",
        "diff_url",
        "patch_url",
        "issue_url",
        "commits_url",
        "review_comments_url",
        "review_comment_url",
        "comments_url",
        "statuses_url",
    ],
    Kind::Address,
);
const PULL_TIMES: Field = needed(&["closed_at", "merged_at"], Kind::Time).or_null();
const TEAM: &[Field] = &[
    needed(&["id"], Kind::Whole),
    needed(&["node_id", "name", "permission", "slug"], Kind::Text),
    needed(
        &["url", "members_url", "html_url", "repositories_url"],
        Kind::Address,
    ),
    needed(&["description"], Kind::Text).or_null(),
    needed(&["parent"], Kind::Text).or_null(),
    needed(&["type"], Kind::OneOf(&["enterprise", "organization"])),
    perhaps(&["privacy", "notification_setting"], Kind::Text),
];

/// `pull-request-simple`, as lists have it
pub(super) const PULL_SIMPLE: &[Field] = &[
    needed(&["id", "number"], Kind::Whole),
    needed(&["node_id", "title"], Kind::Text),
    PULL_ADDRESSES,
    PULL_TIMES,
    needed(&["created_at", "updated_at"], Kind::Time),
    needed(&["state"], Kind::OneOf(&["open", "closed"])),
    needed(&["locked"], Kind::Flag),
    needed(&["user"], Kind::Object(SIMPLE_USER)).or_null(),
    needed(&["body", "milestone", "auto_merge"], Kind::Text).or_null(),
    needed(&["labels"], Kind::List(&Kind::Object(LABEL))),
    perhaps(&["active_lock_reason"], Kind::Text).or_null(),
    needed(&["merge_commit_sha"], Kind::Sha)
        .or_null()
        .until_2026(),
    needed(&["assignee"], Kind::Object(SIMPLE_USER))
        .or_null()
        .until_2026(),
    perhaps(
        &["assignees", "requested_reviewers"],
        Kind::List(&Kind::Object(SIMPLE_USER)),
    ),
    perhaps(&["requested_teams"], Kind::List(&Kind::Object(TEAM))),
    needed(&["head", "base"], Kind::Object(SIDE)),
    needed(&["_links"], Kind::Object(PULL_LINKS)),
    needed(&["author_association"], Kind::OneOf(ASSOCIATIONS)),
    perhaps(&["draft"], Kind::Flag),
];

/// What `pull-request` has besides
pub(super) const PULL_MORE: &[Field] = &[
    needed(&["merged", "maintainer_can_modify"], Kind::Flag),
    needed(&["mergeable"], Kind::Flag).or_null(),
    perhaps(&["rebaseable"], Kind::Flag).or_null(),
    needed(&["mergeable_state"], Kind::Text),
    needed(&["merged_by"], Kind::Object(SIMPLE_USER)).or_null(),
    needed(
        &[
            "comments",
            "review_comments",
            "commits",
            "additions",
            "deletions",
            "changed_files",
        ],
        Kind::Whole,
    ),
];

/// `pull-request-review-request`
pub(super) const REVIEWERS: &[Field] = &[
    needed(&["users"], Kind::List(&Kind::Object(SIMPLE_USER))),
    needed(&["teams"], Kind::List(&Kind::Object(TEAM))),
];

const SEARCHED_PULL: &[Field] = &[
    needed(&["diff_url", "html_url", "patch_url", "url"], Kind::Address).or_null(),
    perhaps(&["merged_at"], Kind::Time).or_null(),
];

/// `issue-search-result-item`
pub(super) const SEARCHED: &[Field] = &[
    needed(
        &[
            "url",
            "repository_url",
            "labels_url",
            "comments_url",
            "events_url",
            "html_url",
        ],
        Kind::Address,
    ),
    needed(&["id", "number", "comments"], Kind::Whole),
    needed(&["node_id", "title"], Kind::Text),
    needed(&["locked"], Kind::Flag),
    needed(&["state"], Kind::OneOf(&["open", "closed"])),
    needed(&["user"], Kind::Object(SIMPLE_USER)).or_null(),
    needed(&["labels"], Kind::List(&Kind::Object(LABEL))),
    needed(&["assignee"], Kind::Object(SIMPLE_USER))
        .or_null()
        .until_2026(),
    perhaps(&["assignees"], Kind::List(&Kind::Object(SIMPLE_USER))).or_null(),
    needed(&["milestone"], Kind::Text).or_null(),
    needed(&["created_at", "updated_at"], Kind::Time),
    needed(&["closed_at"], Kind::Time).or_null(),
    needed(&["score"], Kind::Number),
    needed(&["author_association"], Kind::OneOf(ASSOCIATIONS)),
    perhaps(&["pull_request"], Kind::Object(SEARCHED_PULL)),
    perhaps(&["body", "state_reason"], Kind::Text).or_null(),
    perhaps(&["draft"], Kind::Flag),
];
