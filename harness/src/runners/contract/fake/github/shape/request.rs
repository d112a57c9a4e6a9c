//! What each operation takes, as GitHub's description of its API (version 2022-11-28) has it.

use super::super::operation::Operation as O;
use super::{Field, Kind, needed, perhaps};

const PAGING: Field = perhaps(&["per_page", "page"], Kind::Whole);
const DIRECTION: Field = perhaps(&["direction"], Kind::OneOf(&["asc", "desc"]));

const PERSON: &[Field] = &[
    needed(&["name", "email"], Kind::Text),
    perhaps(&["date"], Kind::Text),
];
const COMMITTER: &[Field] = &[perhaps(&["name", "email", "date"], Kind::Text)];

const BLOB: &[Field] = &[
    needed(&["content"], Kind::Text),
    perhaps(&["encoding"], Kind::Text),
];
const TREE_ENTRY: &[Field] = &[
    perhaps(&["path", "content"], Kind::Text),
    perhaps(
        &["mode"],
        Kind::OneOf(&["100644", "100755", "040000", "160000", "120000"]),
    ),
    perhaps(&["type"], Kind::OneOf(&["blob", "tree", "commit"])),
    perhaps(&["sha"], Kind::Text).or_null(),
];
const TREE: &[Field] = &[
    needed(&["tree"], Kind::List(&Kind::Object(TREE_ENTRY))),
    perhaps(&["base_tree"], Kind::Text),
];
const COMMIT: &[Field] = &[
    needed(&["message", "tree"], Kind::Text),
    perhaps(&["parents"], Kind::List(&Kind::Text)),
    perhaps(&["author"], Kind::Object(PERSON)),
    perhaps(&["committer"], Kind::Object(COMMITTER)),
    perhaps(&["signature"], Kind::Text),
];
const CREATE_REFERENCE: &[Field] = &[needed(&["ref", "sha"], Kind::Text)];
const UPDATE_REFERENCE: &[Field] = &[
    needed(&["sha"], Kind::Text),
    perhaps(&["force"], Kind::Flag),
];
const PUT_CONTENT: &[Field] = &[
    needed(&["message", "content"], Kind::Text),
    perhaps(&["sha", "branch"], Kind::Text),
    perhaps(&["committer", "author"], Kind::Object(PERSON)),
];
const DELETE_CONTENT: &[Field] = &[
    needed(&["message", "sha"], Kind::Text),
    perhaps(&["branch"], Kind::Text),
    perhaps(&["committer", "author"], Kind::Object(COMMITTER)),
];
const CREATE_PULL: &[Field] = &[
    needed(&["head", "base"], Kind::Text),
    perhaps(&["title", "head_repo", "body"], Kind::Text),
    perhaps(&["maintainer_can_modify", "draft"], Kind::Flag),
    perhaps(&["issue"], Kind::Whole),
];
const UPDATE_PULL: &[Field] = &[
    perhaps(&["title", "base", "body"], Kind::Text),
    perhaps(&["state"], Kind::OneOf(&["open", "closed"])),
    perhaps(&["maintainer_can_modify"], Kind::Flag),
];
const NAMED_LABEL: &[Field] = &[needed(&["name"], Kind::Text)];
const LABELS: &[Field] = &[perhaps(
    &["labels"],
    Kind::List(&Kind::Either(&[Kind::Text, Kind::Object(NAMED_LABEL)])),
)];
const REVIEWERS: &[Field] = &[perhaps(
    &["reviewers", "team_reviewers"],
    Kind::List(&Kind::Text),
)];

/// The members of the body that an operation takes; `None` for one without a body.
pub(in super::super) fn body_fields(operation: O) -> Option<&'static [Field]> {
    Some(match operation {
        O::CreateBlob => BLOB,
        O::CreateTree => TREE,
        O::CreateCommit => COMMIT,
        O::CreateReference => CREATE_REFERENCE,
        O::UpdateReference => UPDATE_REFERENCE,
        O::PutContent => PUT_CONTENT,
        O::DeleteContent => DELETE_CONTENT,
        O::CreatePull => CREATE_PULL,
        O::UpdatePull => UPDATE_PULL,
        O::AddLabels => LABELS,
        O::RequestReviewers => REVIEWERS,
        _ => return None,
    })
}

const PULLS_QUERY: &[Field] = &[
    PAGING,
    DIRECTION,
    perhaps(&["state"], Kind::OneOf(&["open", "closed", "all"])),
    perhaps(&["head", "base"], Kind::Text),
    perhaps(
        &["sort"],
        Kind::OneOf(&["created", "updated", "popularity", "long-running"]),
    ),
];
const SEARCH_QUERY: &[Field] = &[
    PAGING,
    needed(&["q"], Kind::Text),
    perhaps(
        &["sort", "order", "advanced_search", "search_type"],
        Kind::Text,
    ),
];
const BRANCHES_QUERY: &[Field] = &[
    PAGING,
    perhaps(&["protected"], Kind::OneOf(&["true", "false"])),
];
const CONTENT_QUERY: &[Field] = &[perhaps(&["ref"], Kind::Text)];
const TREE_QUERY: &[Field] = &[perhaps(&["recursive"], Kind::Text)];
const LIST_QUERY: &[Field] = &[PAGING];

/// The parameters of the query that an operation takes.
pub(in super::super) fn query_fields(operation: O) -> &'static [Field] {
    match operation {
        O::Pulls => PULLS_QUERY,
        O::Search => SEARCH_QUERY,
        O::Branches => BRANCHES_QUERY,
        O::Content => CONTENT_QUERY,
        O::Tree => TREE_QUERY,
        O::Commit | O::Compare | O::PullFiles | O::PullCommits | O::Labels => LIST_QUERY,
        _ => &[],
    }
}
