//! What each operation answers with when it succeeds, and what every refusal looks like.

use super::super::operation::Operation as O;
use super::fields::{
    FULL_REPOSITORY, LABEL, PUBLIC_USER, PULL_MORE, PULL_SIMPLE, REVIEWERS, SEARCHED, SIMPLE_USER,
};
use super::{Field, Kind, needed, perhaps};

/// `git-ref`
const REFERENCE: &[Field] = &[
    needed(&["ref", "node_id"], Kind::Text),
    needed(&["url"], Kind::Address),
    needed(
        &["object"],
        Kind::Object(&[
            needed(&["type"], Kind::Text),
            needed(&["sha"], Kind::Sha),
            needed(&["url"], Kind::Address),
        ]),
    ),
];

/// A hash and where it is shown.
const POINTER: &[Field] = &[needed(&["sha"], Kind::Sha), needed(&["url"], Kind::Address)];
const PARENT: &[Field] = &[
    needed(&["sha"], Kind::Sha),
    needed(&["url"], Kind::Address),
    needed(&["html_url"], Kind::Address),
];

/// `blob`
const BLOB: &[Field] = &[
    needed(&["content", "node_id"], Kind::Text),
    needed(&["encoding"], Kind::OneOf(&["base64", "utf-8"])),
    needed(&["url"], Kind::Address),
    needed(&["sha"], Kind::Sha),
    needed(&["size"], Kind::Whole).or_null(),
];

const TREE_ENTRY: &[Field] = &[
    needed(&["path", "mode", "type"], Kind::Text),
    needed(&["sha"], Kind::Sha),
    perhaps(&["size"], Kind::Whole),
    perhaps(&["url"], Kind::Address),
];
/// `git-tree`
const TREE: &[Field] = &[
    needed(&["sha"], Kind::Sha),
    perhaps(&["url"], Kind::Address),
    needed(&["truncated"], Kind::Flag),
    needed(&["tree"], Kind::List(&Kind::Object(TREE_ENTRY))),
];

const PERSON: &[Field] = &[
    needed(&["name", "email"], Kind::Text),
    needed(&["date"], Kind::Time),
];
const VERIFICATION: &[Field] = &[
    needed(&["verified"], Kind::Flag),
    needed(&["reason"], Kind::Text),
    needed(&["signature", "payload"], Kind::Text).or_null(),
    needed(&["verified_at"], Kind::Time).or_null(),
];
/// `git-commit`
const GIT_COMMIT: &[Field] = &[
    needed(&["sha"], Kind::Sha),
    needed(&["node_id", "message"], Kind::Text),
    needed(&["url", "html_url"], Kind::Address),
    needed(&["author", "committer"], Kind::Object(PERSON)),
    needed(&["tree"], Kind::Object(POINTER)),
    needed(&["parents"], Kind::List(&Kind::Object(PARENT))),
    needed(&["verification"], Kind::Object(VERIFICATION)),
];

const INNER_COMMIT: &[Field] = &[
    needed(&["url"], Kind::Address),
    needed(&["author", "committer"], Kind::Object(PERSON)).or_null(),
    needed(&["message"], Kind::Text),
    needed(&["comment_count"], Kind::Whole),
    needed(&["tree"], Kind::Object(POINTER)),
    perhaps(&["verification"], Kind::Object(VERIFICATION)),
];
/// `diff-entry`
const DIFF_ENTRY: &[Field] = &[
    needed(&["sha"], Kind::Sha).or_null(),
    needed(&["filename"], Kind::Text),
    needed(
        &["status"],
        Kind::OneOf(&["added", "removed", "modified", "changed"]),
    ),
    needed(&["additions", "deletions", "changes"], Kind::Whole),
    needed(&["blob_url", "raw_url"], Kind::Address).or_null(),
    needed(&["contents_url"], Kind::Address),
];
/// `commit`
const COMMIT: &[Field] = &[
    needed(&["sha"], Kind::Sha),
    needed(&["node_id"], Kind::Text),
    needed(&["url", "html_url", "comments_url"], Kind::Address),
    needed(&["commit"], Kind::Object(INNER_COMMIT)),
    needed(&["author", "committer"], Kind::Object(SIMPLE_USER)).or_null(),
    needed(&["parents"], Kind::List(&Kind::Object(PARENT))),
    perhaps(
        &["stats"],
        Kind::Object(&[perhaps(&["additions", "deletions", "total"], Kind::Whole)]),
    ),
    perhaps(&["files"], Kind::List(&Kind::Object(DIFF_ENTRY))),
];
/// `commit-comparison`
const COMPARISON: &[Field] = &[
    needed(
        &["url", "html_url", "permalink_url", "diff_url", "patch_url"],
        Kind::Address,
    ),
    needed(&["base_commit", "merge_base_commit"], Kind::Object(COMMIT)),
    needed(
        &["status"],
        Kind::OneOf(&["diverged", "ahead", "behind", "identical"]),
    ),
    needed(&["ahead_by", "behind_by", "total_commits"], Kind::Whole),
    needed(&["commits"], Kind::List(&Kind::Object(COMMIT))),
    perhaps(&["files"], Kind::List(&Kind::Object(DIFF_ENTRY))),
];

const CONTENT_LINKS: &[Field] = &[
    needed(&["git", "html"], Kind::Address).or_null(),
    needed(&["self"], Kind::Address),
];
const CONTENT_SIZE: Field = needed(&["size"], Kind::Whole);
const CONTENT_NAMES: Field = needed(&["name", "path"], Kind::Text);
const CONTENT_SHA: Field = needed(&["sha"], Kind::Sha);
const CONTENT_ADDRESS: Field = needed(&["url"], Kind::Address);
const CONTENT_VIEWS: Field =
    needed(&["git_url", "html_url", "download_url"], Kind::Address).or_null();
const CONTENT_LINKED: Field = needed(&["_links"], Kind::Object(CONTENT_LINKS));
/// `content-file`
const FILE: &[Field] = &[
    needed(&["type"], Kind::OneOf(&["file"])),
    needed(&["encoding", "content"], Kind::Text),
    CONTENT_SIZE,
    CONTENT_NAMES,
    CONTENT_SHA,
    CONTENT_ADDRESS,
    CONTENT_VIEWS,
    CONTENT_LINKED,
];
/// `content-symlink`
const SYMLINK: &[Field] = &[
    needed(&["type"], Kind::OneOf(&["symlink"])),
    needed(&["target"], Kind::Text),
    CONTENT_SIZE,
    CONTENT_NAMES,
    CONTENT_SHA,
    CONTENT_ADDRESS,
    CONTENT_VIEWS,
    CONTENT_LINKED,
];
/// `content-submodule`
const SUBMODULE: &[Field] = &[
    needed(&["type"], Kind::OneOf(&["submodule"])),
    needed(&["submodule_git_url"], Kind::Address),
    CONTENT_SIZE,
    CONTENT_NAMES,
    CONTENT_SHA,
    CONTENT_ADDRESS,
    CONTENT_VIEWS,
    CONTENT_LINKED,
];
/// An item of `content-directory`, and the content of `file-commit`
const ITEM: &[Field] = &[
    needed(
        &["type"],
        Kind::OneOf(&["file", "dir", "symlink", "submodule"]),
    ),
    CONTENT_SIZE,
    CONTENT_NAMES,
    CONTENT_SHA,
    CONTENT_ADDRESS,
    CONTENT_VIEWS,
    CONTENT_LINKED,
];
const CONTENT: Kind = Kind::Either(&[
    Kind::Object(FILE),
    Kind::Object(SYMLINK),
    Kind::Object(SUBMODULE),
    Kind::List(&Kind::Object(ITEM)),
]);
/// `file-commit`
const FILE_COMMIT: &[Field] = &[
    needed(&["content"], Kind::Object(ITEM)).or_null(),
    needed(&["commit"], Kind::Object(GIT_COMMIT)),
];

const SHORT_BRANCH: &[Field] = &[
    needed(&["name"], Kind::Text),
    needed(&["commit"], Kind::Object(POINTER)),
    needed(&["protected"], Kind::Flag),
];
const BRANCH: &[Field] = &[
    needed(&["name"], Kind::Text),
    needed(&["commit"], Kind::Object(COMMIT)),
    needed(
        &["_links"],
        Kind::Object(&[needed(&["html", "self"], Kind::Address)]),
    ),
    needed(&["protected"], Kind::Flag),
    needed(
        &["protection"],
        Kind::Object(&[perhaps(&["enabled"], Kind::Flag)]),
    ),
    needed(&["protection_url"], Kind::Address),
];

const BUCKET: &[Field] = &[needed(
    &["limit", "remaining", "reset", "used"],
    Kind::Whole,
)];
const RATE_LIMIT: &[Field] = &[
    needed(
        &["resources"],
        Kind::Object(&[needed(&["core", "search"], Kind::Object(BUCKET))]),
    ),
    needed(&["rate"], Kind::Object(BUCKET)).until_2026(),
];
const SEARCH: &[Field] = &[
    needed(&["total_count"], Kind::Whole),
    needed(&["incomplete_results"], Kind::Flag),
    needed(&["items"], Kind::List(&Kind::Object(SEARCHED))),
    needed(
        &["search_type"],
        Kind::OneOf(&["lexical", "semantic", "hybrid"]),
    ),
];

const PULL: &[Field] = &joined();
/// `pull-request` is `pull-request-simple` and more.
const fn joined() -> [Field; PULL_SIMPLE.len() + PULL_MORE.len()] {
    let mut all = [PULL_SIMPLE[0]; PULL_SIMPLE.len() + PULL_MORE.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < PULL_SIMPLE.len() {
            PULL_SIMPLE[at]
        } else {
            PULL_MORE[at - PULL_SIMPLE.len()]
        };
        at += 1;
    }
    all
}

/// `basic-error`, `validation-error` and `validation-error-simple`
const REFUSAL: &[Field] = &[
    needed(&["message"], Kind::Text),
    needed(&["documentation_url"], Kind::Address),
    perhaps(&["url"], Kind::Address),
    perhaps(&["status"], Kind::Text),
    perhaps(&["errors"], Kind::List(&Kind::Object(PROBLEM))),
];
const PROBLEM: &[Field] = &[
    needed(&["code"], Kind::Text),
    perhaps(&["resource", "field", "message"], Kind::Text),
];

/// What a reply of this status must be; `None` for one without a JSON body.
pub(in super::super) fn reply(operation: O, status: u16) -> Option<Kind> {
    if status >= 400 {
        return Some(Kind::Object(REFUSAL));
    }
    if matches!(status, 204 | 304) || (301..309).contains(&status) {
        return None;
    }
    Some(match operation {
        O::Repository => Kind::Object(FULL_REPOSITORY),
        O::Branches => Kind::List(&Kind::Object(SHORT_BRANCH)),
        O::Branch => Kind::Object(BRANCH),
        O::Commit => Kind::Object(COMMIT),
        O::Compare => Kind::Object(COMPARISON),
        O::Content => CONTENT,
        O::PutContent | O::DeleteContent => Kind::Object(FILE_COMMIT),
        O::Reference | O::CreateReference | O::UpdateReference => Kind::Object(REFERENCE),
        O::MatchingReferences => Kind::List(&Kind::Object(REFERENCE)),
        O::DeleteReference => return None,
        O::CreateBlob => Kind::Object(POINTER),
        O::Blob => Kind::Object(BLOB),
        O::CreateTree | O::Tree => Kind::Object(TREE),
        O::CreateCommit | O::GitCommit => Kind::Object(GIT_COMMIT),
        O::Pulls => Kind::List(&Kind::Object(PULL_SIMPLE)),
        O::CreatePull | O::Pull | O::UpdatePull => Kind::Object(PULL),
        O::PullFiles => Kind::List(&Kind::Object(DIFF_ENTRY)),
        O::PullCommits => Kind::List(&Kind::Object(COMMIT)),
        O::Reviewers => Kind::Object(REVIEWERS),
        O::RequestReviewers => Kind::Object(PULL_SIMPLE),
        O::Labels | O::AddLabels => Kind::List(&Kind::Object(LABEL)),
        O::Search => Kind::Object(SEARCH),
        O::RateLimit => Kind::Object(RATE_LIMIT),
        O::User => Kind::Object(PUBLIC_USER),
    })
}
