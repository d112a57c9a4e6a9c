//! The pull request and its words.

use crate::model::trial::check::Check;

/// `C1` to `C6`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "C1",
        "title, body, base and head are as asked, and the answer names that pull request",
        "GitHub docs: create a pull request",
    ),
    Check::must(
        "C2",
        "draft, labels and reviewers only where they are asked for",
        "GitHub docs: create a pull request; request reviewers",
    ),
    Check::must(
        "C3",
        "a text longer than GitHub's 65 536 characters is cut or refused",
        "GitHub docs: limits of comments and bodies",
    ),
    Check::must(
        "C4",
        "what a finding says calls nobody, closes nothing and hides nothing",
        "GitHub docs: mentioning people and teams; linking a pull request to an issue",
    ),
    Check::must(
        "C5",
        "the token is in no title, body, commit message or branch",
        "GitHub docs: keeping your API credentials secure",
    ),
    Check::should(
        "C6",
        "a label or a review that cannot be set does not make a pull request a failure",
        "robustness",
    ),
];
