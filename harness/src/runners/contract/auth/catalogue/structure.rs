//! Structure and encoding: everything here is refused within 1 s and never with 5xx.

use crate::model::trial::check::Check;

/// `ST-1` to `ST-13`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "ST-1",
        "1, 2, 4 and 5 parts, and an extra empty one",
        "RFC 7515 section 3.1; Wycheproof 4, 14, 15",
    )
    .catching(&["auth-two-parts"]),
    Check::must(
        "ST-2",
        "each part empty, all empty, the empty text",
        "RFC 7515 section 3.1; Wycheproof 3, 6, 9, 13",
    ),
    Check::must(
        "ST-3",
        "padding, `+`, `/`, spaces and line ends in a part",
        "RFC 7515 section 2; Wycheproof 360 to 371",
    )
    .catching(&["auth-lax-base64"]),
    Check::should(
        "ST-4",
        "a last character with unused bits set",
        "RFC 4648 section 3.5; Wycheproof 374, 375",
    ),
    Check::must(
        "ST-5",
        "a header or payload that is no object",
        "RFC 7515 section 4; RFC 7519 section 7.2",
    ),
    Check::should(
        "ST-6",
        "members that stand twice",
        "RFC 7515 sections 4, 10.12",
    ),
    Check::should(
        "ST-7",
        "invalid UTF-8, a byte order mark, UTF-16",
        "RFC 8725 section 3.7",
    ),
    Check::must(
        "ST-8",
        "JSON serialisations, and a text that is both",
        "CVE-2022-39227; Wycheproof 17",
    ),
    Check::must(
        "ST-9",
        "100 000 nested arrays: 4xx, and the process lives",
        "robustness",
    ),
    Check::should("ST-10", "a token in a token", "RFC 8725 section 3.3"),
    Check::must(
        "ST-11",
        "compressed tokens and deflate bombs",
        "RFC 8725 section 3.6; CVE-2024-28176; CVE-2024-33664",
    ),
    Check::must(
        "ST-12",
        "an encrypted token that asks for a billion rounds",
        "CVE-2022-36083; CVE-2023-31582",
    ),
    Check::must("ST-13", "an unencoded payload", "RFC 7797 section 6"),
];
