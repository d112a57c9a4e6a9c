//! Claims and time; refused unless something else is said.

use crate::model::trial::Level;
use crate::model::trial::check::Check;

/// `CL-1` to `CL-17`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "CL-1",
        "expired by 30 s more than the leeway",
        "RFC 7519 section 4.1.4",
    )
    .catching(&["auth-milliseconds"]),
    Check::must(
        "CL-2",
        "accepted 5 s inside the leeway, refused 5 s outside",
        "RFC 7519 section 4.1.4",
    )
    .and(&[(Level::Should, "the leeway is at most 120 s")])
    .catching(&["auth-leeway-hour"]),
    Check::must("CL-3", "a token without `exp`", "RFC 9068 section 2.2")
        .catching(&["auth-exp-optional"]),
    Check::must(
        "CL-4",
        "`exp` of another type",
        "RFC 7519 section 2; CVE-2026-25537",
    )
    .catching(&["auth-exp-string-skipped"]),
    Check::must(
        "CL-5",
        "`exp` of huge and of exponent numbers: never 5xx, never accepted when past",
        "RFC 7519 section 2",
    )
    .and(&[(Level::Should, "a future `exp` with a fraction is accepted")]),
    Check::must(
        "CL-6",
        "`nbf` in the future, as number and as text",
        "RFC 7519 section 4.1.5; CVE-2026-25537",
    )
    .catching(&["auth-nbf-unchecked"]),
    Check::should("CL-7", "`iat` in the future", "RFC 7519 section 4.1.6")
        .and(&[(Level::Offered, "no `iat`")]),
    Check::must(
        "CL-8",
        "another `iss`: slash, case, prefix, suffix, part, empty, absent, of another type",
        "RFC 8725 section 3.8; CVE-2024-53861",
    )
    .catching(&["auth-iss-prefix", "auth-iss-slash-trimmed"]),
    Check::must(
        "CL-9",
        "`iss` as a list",
        "RFC 7519 section 4.1.1; CVE-2025-30144",
    )
    .catching(&["auth-iss-array-any"]),
    Check::must(
        "CL-10",
        "another `aud`, in the same ways; the right one is accepted as text and in a list",
        "RFC 7519 section 4.1.3; CVE-2020-26160",
    )
    .catching(&[
        "auth-aud-missing",
        "auth-aud-substring",
        "auth-aud-empty-array",
    ]),
    Check::offered(
        "CL-11",
        "an ID token in place of an access token",
        "RFC 8725 section 3.12",
    )
    .catching(&["auth-id-token-accepted"]),
    Check::offered(
        "CL-12",
        "several audiences and a foreign `azp`",
        "OpenID Connect Core section 3.1.3.7",
    ),
    Check::should(
        "CL-13",
        "`sub` absent, empty or a number",
        "RFC 9068 section 2.2",
    ),
    Check::offered(
        "CL-14",
        "a lifetime above the declared maximum",
        "robustness",
    ),
    Check::must(
        "CL-15",
        "control characters and 1 MiB in claims: no crash, and logs stay safe",
        "robustness",
    ),
    Check::must(
        "CL-16",
        "a token of a second, valid provider with a key of the same name",
        "RFC 8725 section 3.8",
    )
    .catching(&["auth-other-tenant"]),
    Check::should(
        "CL-17",
        "a role or tenant of another type: 401 or 403, never 5xx or more rights",
        "robustness",
    ),
];
