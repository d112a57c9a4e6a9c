//! Errors as they are told, the audit trail, and secrets.

use crate::model::trial::check::Check;

/// `F1` to `F12`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "F1",
        "401 of GitHub is `auth_failed`, and not the caller's 401",
        "seed plan: error table",
    ),
    Check::must(
        "F2",
        "403 without permission is `forbidden`, and the permission is named",
        "GitHub docs: troubleshooting the REST API",
    ),
    Check::must(
        "F3",
        "404 of GitHub is `not_found`",
        "seed plan: error table",
    ),
    Check::must(
        "F4",
        "422 is success where it exists already, else `validation_failed` with GitHub's own words",
        "GitHub docs: troubleshooting, validation failed",
    )
    .catching(&["github-errors-lost"]),
    Check::must(
        "F5",
        "a limit is told as 429 or 503 with Retry-After",
        "RFC 9110 section 10.2.3; seed plan: error table",
    )
    .launching(),
    Check::must(
        "F6",
        "replies that are HTML, broken or empty are an `upstream_error` and no crash",
        "seed plan: error table",
    )
    .catching(&["github-html-panic"]),
    Check::must(
        "F7",
        "errors are read in every form: texts, one object, absent, without a message",
        "renovate's client for GitHub",
    ),
    Check::must(
        "F8",
        "one structured audit record for each attempt says who did what, and how it ended",
        "seed plan: audit trail",
    ),
    Check::must(
        "F9",
        "failures and reuse are audited, too",
        "seed plan: audit trail",
    )
    .catching(&["github-audit-success-only"]),
    Check::must(
        "F10",
        "the token is in no log, audit record, metric or answer",
        "CWE-532",
    )
    .catching(&["github-token-in-trace"]),
    Check::should(
        "F11",
        "an attempt that a stop interrupts is audited",
        "seed plan: audit trail",
    )
    .launching(),
    Check::must(
        "F12",
        "a dry run writes nothing",
        "what the service declares",
    ),
];
