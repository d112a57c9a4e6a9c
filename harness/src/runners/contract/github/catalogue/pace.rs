//! Retries, pauses and bounds.

use crate::model::trial::check::Check;

const LIMITS: &str = "GitHub docs: rate limits for the REST API; best practices";

/// `E1` to `E14`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "E1",
        "`retry-after` of a secondary limit is kept, by everybody",
        LIMITS,
    )
    .catching(&["github-ignore-retry-after", "github-retry-after-as-ms"]),
    Check::must(
        "E2",
        "the reset of a used-up quota is waited for",
        "GitHub docs: rate limits for the REST API; octokit plugin-throttling",
    )
    .catching(&["github-ignore-reset"]),
    Check::must(
        "E3",
        "a limit that names no time is waited for by the rule of 60 s, or given up",
        "GitHub docs: best practices; octokit plugin-throttling",
    ),
    Check::must("E4", "429 is a limit as 403 is one", "apache/devlake#1322"),
    Check::must(
        "E5",
        "a missing permission is not tried again",
        "GitHub docs: troubleshooting the REST API",
    )
    .catching(&["github-retry-forbidden"]),
    Check::must(
        "E6",
        "broken reads are tried again in growing gaps, and not for ever",
        "seed plan: retries",
    )
    .catching(&["github-linear-backoff", "github-endless-retry"]),
    Check::must(
        "E7",
        "a refusal (400, 401, 404, 422) is asked for once",
        "GitHub docs: best practices, do not ignore errors",
    )
    .catching(&["github-retry-invalid"]),
    Check::must(
        "E8",
        "after a broken write the state is looked at before it is written again",
        "robustness",
    ),
    Check::must(
        "E9",
        "absurd times are bounded: no busy loop, no sleep for years",
        "RFC 9110 section 10.2.3",
    )
    .launching()
    .catching(&["github-huge-wait-slept"]),
    Check::must(
        "E10",
        "the time of one request is bounded, and its caller is told when to come again",
        "seed plan: timeouts",
    ),
    Check::should(
        "E11",
        "a second between writes, and never two at once",
        "GitHub docs: best practices, pause between mutative requests",
    )
    .launching(),
    Check::must(
        "E12",
        "while one is limited nobody else asks",
        "GitHub docs: best practices, handle rate limit errors",
    )
    .launching()
    .catching(&["github-pause-per-task"]),
    Check::should(
        "E13",
        "a quota that is nearly used up slows the service, or it warns",
        LIMITS,
    )
    .launching(),
    Check::must(
        "E14",
        "a reset in the past (clocks that differ) is a pause all the same",
        "robustness",
    ),
];
