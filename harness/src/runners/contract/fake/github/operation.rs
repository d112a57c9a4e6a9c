//! The operations of GitHub's REST API that the fake knows, and how a request finds its own.

/// One operation, named as GitHub's description of its API names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `repos/get`
    Repository,
    /// `repos/list-branches`
    Branches,
    /// `repos/get-branch`
    Branch,
    /// `repos/get-commit`
    Commit,
    /// `repos/compare-commits`
    Compare,
    /// `repos/get-content`
    Content,
    /// `repos/create-or-update-file-contents`
    PutContent,
    /// `repos/delete-file`
    DeleteContent,
    /// `git/get-ref`
    Reference,
    /// `git/list-matching-refs`
    MatchingReferences,
    /// `git/create-ref`
    CreateReference,
    /// `git/update-ref`
    UpdateReference,
    /// `git/delete-ref`
    DeleteReference,
    /// `git/create-blob`
    CreateBlob,
    /// `git/get-blob`
    Blob,
    /// `git/create-tree`
    CreateTree,
    /// `git/get-tree`
    Tree,
    /// `git/create-commit`
    CreateCommit,
    /// `git/get-commit`
    GitCommit,
    /// `pulls/list`
    Pulls,
    /// `pulls/create`
    CreatePull,
    /// `pulls/get`
    Pull,
    /// `pulls/update`
    UpdatePull,
    /// `pulls/list-files`
    PullFiles,
    /// `pulls/list-commits`
    PullCommits,
    /// `pulls/list-requested-reviewers`
    Reviewers,
    /// `pulls/request-reviewers`
    RequestReviewers,
    /// `issues/list-labels-on-issue`
    Labels,
    /// `issues/add-labels`
    AddLabels,
    /// `search/issues-and-pull-requests`
    Search,
    /// `rate-limit/get`
    RateLimit,
    /// `users/get-authenticated`
    User,
}

/// One row: what is asked for how, and where GitHub describes it.
pub(super) struct Row {
    pub(super) operation: Operation,
    /// GitHub's `operationId`.
    pub(super) id: &'static str,
    pub(super) method: &'static str,
    /// `{repository}` stands for `repos/OWNER/NAME`, `*` for a segment, `**` for all that follow, or none.
    pub(super) path: &'static str,
    /// Below `https://docs.github.com/rest/`.
    docs: &'static str,
}

const fn row(
    operation: Operation,
    id: &'static str,
    method: &'static str,
    path: &'static str,
    docs: &'static str,
) -> Row {
    Row {
        operation,
        id,
        method,
        path,
        docs,
    }
}

use Operation as O;

#[rustfmt::skip]
pub(super) const TABLE: &[Row] = &[
    row(O::Repository, "repos/get", "GET", "{repository}", "repos/repos#get-a-repository"),
    row(O::Branches, "repos/list-branches", "GET", "{repository}/branches", "branches/branches#list-branches"),
    row(O::Branch, "repos/get-branch", "GET", "{repository}/branches/**", "branches/branches#get-a-branch"),
    row(O::Commit, "repos/get-commit", "GET", "{repository}/commits/**", "commits/commits#get-a-commit"),
    row(O::Compare, "repos/compare-commits", "GET", "{repository}/compare/**", "commits/commits#compare-two-commits"),
    row(O::Content, "repos/get-content", "GET", "{repository}/contents/**", "repos/contents#get-repository-content"),
    row(O::PutContent, "repos/create-or-update-file-contents", "PUT", "{repository}/contents/**", "repos/contents#create-or-update-file-contents"),
    row(O::DeleteContent, "repos/delete-file", "DELETE", "{repository}/contents/**", "repos/contents#delete-a-file"),
    row(O::Reference, "git/get-ref", "GET", "{repository}/git/ref/**", "git/refs#get-a-reference"),
    row(O::MatchingReferences, "git/list-matching-refs", "GET", "{repository}/git/matching-refs/**", "git/refs#list-matching-references"),
    row(O::CreateReference, "git/create-ref", "POST", "{repository}/git/refs", "git/refs#create-a-reference"),
    row(O::UpdateReference, "git/update-ref", "PATCH", "{repository}/git/refs/**", "git/refs#update-a-reference"),
    row(O::DeleteReference, "git/delete-ref", "DELETE", "{repository}/git/refs/**", "git/refs#delete-a-reference"),
    row(O::CreateBlob, "git/create-blob", "POST", "{repository}/git/blobs", "git/blobs#create-a-blob"),
    row(O::Blob, "git/get-blob", "GET", "{repository}/git/blobs/*", "git/blobs#get-a-blob"),
    row(O::CreateTree, "git/create-tree", "POST", "{repository}/git/trees", "git/trees#create-a-tree"),
    row(O::Tree, "git/get-tree", "GET", "{repository}/git/trees/**", "git/trees#get-a-tree"),
    row(O::CreateCommit, "git/create-commit", "POST", "{repository}/git/commits", "git/commits#create-a-commit"),
    row(O::GitCommit, "git/get-commit", "GET", "{repository}/git/commits/*", "git/commits#get-a-commit-object"),
    row(O::Pulls, "pulls/list", "GET", "{repository}/pulls", "pulls/pulls#list-pull-requests"),
    row(O::CreatePull, "pulls/create", "POST", "{repository}/pulls", "pulls/pulls#create-a-pull-request"),
    row(O::Pull, "pulls/get", "GET", "{repository}/pulls/*", "pulls/pulls#get-a-pull-request"),
    row(O::UpdatePull, "pulls/update", "PATCH", "{repository}/pulls/*", "pulls/pulls#update-a-pull-request"),
    row(O::PullFiles, "pulls/list-files", "GET", "{repository}/pulls/*/files", "pulls/pulls#list-pull-requests-files"),
    row(O::PullCommits, "pulls/list-commits", "GET", "{repository}/pulls/*/commits", "pulls/pulls#list-commits-on-a-pull-request"),
    row(O::Reviewers, "pulls/list-requested-reviewers", "GET", "{repository}/pulls/*/requested_reviewers", "pulls/review-requests#get-all-requested-reviewers-for-a-pull-request"),
    row(O::RequestReviewers, "pulls/request-reviewers", "POST", "{repository}/pulls/*/requested_reviewers", "pulls/review-requests#request-reviewers-for-a-pull-request"),
    row(O::Labels, "issues/list-labels-on-issue", "GET", "{repository}/issues/*/labels", "issues/labels#list-labels-for-an-issue"),
    row(O::AddLabels, "issues/add-labels", "POST", "{repository}/issues/*/labels", "issues/labels#add-labels-to-an-issue"),
    row(O::Search, "search/issues-and-pull-requests", "GET", "search/issues", "search/search#search-issues-and-pull-requests"),
    row(O::RateLimit, "rate-limit/get", "GET", "rate_limit", "rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user"),
    row(O::User, "users/get-authenticated", "GET", "user", "users/users#get-the-authenticated-user"),
];

impl Operation {
    /// The operation of GitHub's `operationId`.
    pub fn parse(id: &str) -> Option<Self> {
        let found = TABLE.iter().find(|row| row.id == id);
        found.map(|row| row.operation)
    }

    /// All ids, for those who mistyped one.
    pub fn known() -> Vec<&'static str> {
        TABLE.iter().map(|row| row.id).collect()
    }

    /// GitHub's `operationId`.
    pub fn id(self) -> &'static str {
        self.row().map_or("", |row| row.id)
    }

    /// Where GitHub describes it.
    pub fn docs(self) -> String {
        let page = self.row().map_or("", |row| row.docs);
        format!("https://docs.github.com/rest/{page}")
    }

    /// Whether it may change something.
    pub fn is_write(self) -> bool {
        self.row().is_some_and(|row| row.method != "GET")
    }

    fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.operation == self)
    }
}

/// What a path means: whose repository it names, and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) operation: Operation,
    /// How the repository is named; `None` for what is not about one.
    pub(super) repository: Option<Named>,
    /// What stands for the stars of the pattern, decoded.
    pub(super) words: Vec<String>,
}

/// A repository as a path names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// `repos/OWNER/NAME`
    Name(String, String),
    /// `repositories/ID`
    Id(String),
}

/// Takes the repository off the front of a path.
pub(super) fn repository(segments: &[String]) -> Option<(Named, &[String])> {
    match segments {
        [word, owner, name, rest @ ..] if word == "repos" => {
            Some((Named::Name(owner.clone(), name.clone()), rest))
        }
        [word, id, rest @ ..] if word == "repositories" => Some((Named::Id(id.clone()), rest)),
        _ => None,
    }
}

/// The operation of a method and the decoded segments of a path.
pub(super) fn route(method: &str, segments: &[String]) -> Option<Route> {
    let method = if method == "HEAD" { "GET" } else { method };
    let named = repository(segments);
    TABLE
        .iter()
        .filter(|row| row.method == method)
        .find_map(|row| {
            let (pattern, repository, rest) = match row.path.strip_prefix("{repository}") {
                Some(pattern) => {
                    let (named, rest) = named.clone()?;
                    (pattern, Some(named), rest)
                }
                None => (row.path, None, segments),
            };
            let words = words(pattern, rest)?;
            Some(Route {
                operation: row.operation,
                repository,
                words,
            })
        })
}

/// What stands for the stars; `None` when the path is another.
fn words(pattern: &str, segments: &[String]) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = segments;
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        if part == "**" {
            words.push(rest.join("/"));
            return Some(words);
        }
        let (first, after) = rest.split_first()?;
        match part {
            "*" if !first.is_empty() => words.push(first.clone()),
            known if known == first => {}
            _ => return None,
        }
        rest = after;
    }
    rest.is_empty().then_some(words)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn told(method: &str, path: &str) -> Option<(&'static str, Vec<String>)> {
        let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
        route(method, &segments).map(|route| (route.operation.id(), route.words))
    }

    #[test]
    fn paths_find_their_operation() {
        let found = told("GET", "repos/o/n/git/ref/heads/a/b").unwrap();
        assert_eq!(found, ("git/get-ref", vec!["heads/a/b".to_owned()]));
        assert_eq!(told("GET", "repos/o/n").unwrap().0, "repos/get");
        assert_eq!(told("HEAD", "repos/o/n").unwrap().0, "repos/get");
        assert_eq!(told("GET", "repositories/7/pulls").unwrap().0, "pulls/list");
        assert_eq!(told("GET", "repos/o/n/contents").unwrap().1, [""]);
        let files = told("GET", "repos/o/n/pulls/3/files").unwrap();
        assert_eq!(files, ("pulls/list-files", vec!["3".to_owned()]));
        assert_eq!(told("GET", "repos/o/n/pulls/"), None);
        assert_eq!(told("POST", "repos/o/n/pulls/3"), None);
        assert_eq!(told("GET", "repos/o"), None);
        assert_eq!(told("GET", "nothing"), None);
    }

    #[test]
    fn every_operation_has_one_row_and_an_id_of_its_own() {
        for row in TABLE {
            assert_eq!(Operation::parse(row.id), Some(row.operation), "{}", row.id);
            let method_and_path =
                |other: &&Row| (other.method, other.path) == (row.method, row.path);
            assert_eq!(
                TABLE.iter().filter(method_and_path).count(),
                1,
                "{}",
                row.id
            );
        }
    }
}
