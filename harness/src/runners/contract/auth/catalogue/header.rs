//! Attacks by the header: everything here is refused, and the canary sees no connection.

use crate::model::trial::check::Check;

/// `HD-1` to `HD-12`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "HD-1",
        "the attacker's key in `jwk`",
        "CVE-2018-0114; Wycheproof 32",
    )
    .catching(&["auth-embedded-jwk"]),
    Check::must(
        "HD-2",
        "`jku` that points to the canary",
        "RFC 8725 section 3.10",
    )
    .catching(&["auth-jku-fetched"]),
    Check::must(
        "HD-3",
        "`x5u` that points to the canary",
        "RFC 8725 section 3.10",
    ),
    Check::must(
        "HD-4",
        "a certificate of one's own in `x5c`",
        "RFC 7515 section 4.1.6",
    )
    .catching(&["auth-x5c-trusted"]),
    Check::must("HD-5", "a forged `x5t`", "RFC 7515 section 4.1.7"),
    Check::must(
        "HD-6",
        "`jku` that looks like the issuer's",
        "RFC 8725 section 3.10",
    ),
    Check::must(
        "HD-7",
        "`kid` as a path, an SQL text or a command, answered within 1 s",
        "RFC 8725 section 3.10",
    ),
    Check::must(
        "HD-8",
        "`kid` of 100 KiB or with control characters: one log line, escaped",
        "RFC 8725 section 3.10",
    ),
    Check::must("HD-9", "`kid` that is no text", "RFC 7515 section 4.1.4"),
    Check::must(
        "HD-10",
        "`crit` in every form",
        "RFC 7515 section 4.1.11; CVE-2026-35042; GHSA-752w-5fwx-jx9f",
    )
    .catching(&["auth-crit-ignored"]),
    Check::offered(
        "HD-11",
        "`typ` of another kind is refused, `at+jwt` in both spellings is accepted",
        "RFC 8725 section 3.11; RFC 9068 section 4",
    ),
    Check::offered(
        "HD-12",
        "no `kid`: as declared for one key, refused for several",
        "RFC 7517 section 4.5; OpenID conformance kid-absent",
    )
    .catching(&["auth-first-key-without-kid"]),
];
