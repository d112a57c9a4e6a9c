//! Branch, files and commit.

use crate::model::trial::check::Check;

/// `B1` to `B15`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "B1",
        "the new branch grows out of the current tip of the base, which never moves",
        "seed plan: remediation",
    )
    .catching(&["github-stale-base"]),
    Check::must(
        "B2",
        "the branch is the base with exactly the files that were asked for",
        "seed plan: remediation",
    ),
    Check::must(
        "B3",
        "a default branch that is not `main` is found out or configured",
        "GitHub docs: get a repository",
    )
    .catching(&["github-main-hard-coded"]),
    Check::must(
        "B4",
        "content is kept byte for byte",
        "GitHub docs: create a blob",
    )
    .catching(&[
        "github-trailing-newline",
        "github-double-base64",
        "github-lossy-utf8",
    ]),
    Check::must(
        "B5",
        "files in new nested folders",
        "GitHub docs: create a tree",
    ),
    Check::offered(
        "B6",
        "programs, deletions and symbolic links",
        "GitHub docs: create a tree",
    ),
    Check::must(
        "B7",
        "files that nobody spoke of survive",
        "GitHub docs: create a tree, base_tree",
    )
    .catching(&["github-no-base-tree"]),
    Check::must(
        "B8",
        "all files are in before the pull request is opened, at best in one commit",
        "seed plan: remediation",
    )
    .catching(&["github-pull-before-files"]),
    Check::must(
        "B9",
        "every commit has its parent, the message and the author that are configured",
        "GitHub docs: create a commit",
    )
    .catching(&["github-no-parent"]),
    Check::should(
        "B10",
        "a base that moves meanwhile loses nothing",
        "robustness",
    ),
    Check::must(
        "B11",
        "two findings in the same second have two branches",
        "robustness",
    ),
    Check::must(
        "B12",
        "ids that git would not take for a branch are changed, always in the same way",
        "git-check-ref-format",
    ),
    Check::must(
        "B13",
        "paths that leave the repository or lead into .git are refused before any write",
        "CVE-2014-9390; CWE-22",
    ),
    Check::should(
        "B14",
        "a workflow file without the permission for it is a clear error",
        "GitHub docs: permissions required for GitHub Apps",
    ),
    Check::should(
        "B15",
        "a tree that GitHub answers in part does no harm",
        "GitHub docs: get a tree, truncated",
    )
    .launching(),
];
