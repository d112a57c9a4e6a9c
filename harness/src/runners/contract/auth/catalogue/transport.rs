//! Transport and baseline.

use crate::model::trial::Level;
use crate::model::trial::check::Check;

/// `AB-1` to `AB-14`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "AB-1",
        "a valid token of each algorithm is accepted, and its own subject is answered",
        "RFC 9068 section 4",
    ),
    Check::must(
        "AB-2",
        "without Authorization: 401 with a Bearer challenge and no error code",
        "RFC 6750 section 3.1",
    ),
    Check::must(
        "AB-3",
        "`Bearer` alone or with a word that is no token: 400 or 401, never 5xx",
        "RFC 6750 section 3.1",
    ),
    Check::should(
        "AB-4",
        "the scheme's case does not matter",
        "RFC 9110 section 11.1",
    ),
    Check::must(
        "AB-5",
        "another scheme, or the bare token, is refused",
        "RFC 6750 section 2.1",
    ),
    Check::must(
        "AB-6",
        "two credentials, one valid and one forged, in any order and form: never accepted",
        "RFC 9110 section 5.3",
    )
    .catching(&["auth-second-header-wins"]),
    Check::should(
        "AB-7",
        "a valid token in the query, a cookie or a form alone is refused",
        "RFC 6750 section 2.3; RFC 9700",
    ),
    Check::must(
        "AB-8",
        "white space, control characters and other junk around the token: 4xx, never 5xx",
        "RFC 6750 section 2.1",
    ),
    Check::must(
        "AB-9",
        "a forged token never gets the protected body, by no method and no spelling",
        "RFC 6750 section 3",
    )
    .catching(&["auth-head-unprotected"]),
    Check::must(
        "AB-10",
        "a valid token of 16 KiB is answered, one of 1 MiB is refused within 2 s",
        "RFC 6585 section 5",
    ),
    Check::must(
        "AB-11",
        "100 000 dots: 4xx within 1 s, memory grows by less than 50 MiB",
        "CVE-2025-30204",
    ),
    Check::must(
        "AB-12",
        "a 401 carries no stack trace, key, file path or the token",
        "RFC 6750 section 3.1",
    )
    .and(&[(
        Level::Should,
        "the challenge says `error=\"invalid_token\"`",
    )]),
    Check::must(
        "AB-13",
        "after ten refusals a fresh valid token is accepted about as fast as before",
        "robustness",
    ),
    Check::offered(
        "AB-14",
        "403 and `insufficient_scope` for a missing scope, and never for a bad token",
        "RFC 6750 section 3.1",
    )
    .catching(&["auth-forbidden-for-bad-token"]),
];
