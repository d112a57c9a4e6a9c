//! Metrics and logs.

use crate::model::trial::Level;
use crate::model::trial::check::Check;

/// `OB-1` to `OB-8`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "OB-1",
        "successes count good tokens and nothing else",
        "the declared metrics",
    )
    .catching(&["auth-failure-as-success"]),
    Check::must(
        "OB-2",
        "each kind of failure moves one series by one",
        "the declared metrics",
    )
    .and(&[(Level::Should, "no two kinds share a series")])
    .catching(&["auth-reason-other"]),
    Check::must(
        "OB-3",
        "fetches are counted and timed as the provider saw them",
        "the declared metrics",
    ),
    Check::must(
        "OB-4",
        "failed fetches are counted exactly, as declared",
        "the declared metrics",
    )
    .catching(&["auth-errors-per-cycle"]),
    Check::must(
        "OB-5",
        "a flood of names adds no series",
        "the declared metrics",
    )
    .catching(&["auth-kid-label"]),
    Check::must(
        "OB-6",
        "one structured line a failure, without any part of the token",
        "RFC 6750 section 5.3",
    )
    .catching(&["auth-token-in-log"]),
    Check::should(
        "OB-7",
        "the page of metrics parses, and counters only grow",
        "OpenMetrics 1.0",
    ),
    Check::must(
        "OB-8",
        "200 requests at once are counted exactly",
        "the declared metrics",
    ),
];
