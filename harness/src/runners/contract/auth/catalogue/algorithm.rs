//! Algorithm and signature: everything here is refused.

use crate::model::trial::check::Check;

/// `AL-1` to `AL-20`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "AL-1",
        "another payload under the old signature",
        "RFC 8725 section 3.3",
    )
    .catching(&["auth-signature-skipped"]),
    Check::must(
        "AL-2",
        "one bit of the signature turned, first, middle and last octet",
        "RFC 8725 section 3.3",
    ),
    Check::must(
        "AL-3",
        "a signature cut off, doubled, all zero, or of no length",
        "CVE-2020-28042",
    )
    .catching(&["auth-signature-prefix"]),
    Check::must(
        "AL-4",
        "signed by a key that is not published, under a published name",
        "RFC 8725 section 3.3",
    ),
    Check::must(
        "AL-5",
        "`none` in every spelling, without signature",
        "RFC 8725 section 3.1; CVE-2015-9235; Wycheproof 341 to 344",
    )
    .catching(&["auth-none-accepted", "auth-none-case-sensitive"]),
    Check::must(
        "AL-6",
        "`none` with the signature kept",
        "RFC 8725 section 3.1",
    )
    .catching(&["auth-none-kept-signature"]),
    Check::must(
        "AL-7",
        "`alg` absent, of another type, or with a space",
        "RFC 7515 section 4.1.1",
    ),
    Check::must(
        "AL-8",
        "HMAC with the public key in each of its forms as the secret",
        "CVE-2016-10555; CVE-2022-29217; CVE-2024-33663; CVE-2026-34950",
    )
    .catching(&["auth-pem-as-hmac-key"]),
    Check::must(
        "AL-9",
        "HMAC with a secret that can be guessed",
        "RFC 8725 section 3.5",
    ),
    Check::must(
        "AL-10",
        "a right signature by another RSA algorithm than the key is published for",
        "RFC 8725 section 3.1; CVE-2026-22817; Wycheproof 332 to 340",
    )
    .catching(&["auth-any-rsa-alg"]),
    Check::must(
        "AL-11",
        "a right signature by a published key whose algorithm is not allowed",
        "RFC 8725 sections 3.1, 3.2",
    ),
    Check::must(
        "AL-12",
        "an algorithm of another key type",
        "RFC 8725 section 3.1",
    ),
    Check::must(
        "AL-13",
        "ECDSA with r and s of 0, 1, n-1 and n",
        "CVE-2022-21449; Wycheproof 386 to 401",
    )
    .catching(&["auth-zero-ecdsa"]),
    Check::must(
        "AL-14",
        "ECDSA in DER, of another length, or with numbers out of range",
        "RFC 7518 section 3.4; Wycheproof 379 to 385",
    )
    .catching(&["auth-der-ecdsa"]),
    Check::must(
        "AL-15",
        "ES256 with a key of P-384, ES384 with one of P-256",
        "RFC 7518 section 3.4",
    )
    .catching(&["auth-curve-unchecked"]),
    Check::must(
        "AL-16",
        "forgeries of the padding of PKCS #1 v1.5",
        "RFC 8017 section 8.2.2; Wycheproof 46 to 258",
    ),
    Check::must(
        "AL-17",
        "PSS with another salt length, mask hash or trailer",
        "RFC 7518 section 3.5; Wycheproof 276 to 330",
    ),
    Check::offered(
        "AL-18",
        "EdDSA with S out of range, points of small order, another length",
        "RFC 8032 section 5.1.7; Wycheproof",
    ),
    Check::must(
        "AL-19",
        "algorithms that no service should know",
        "RFC 8725 section 3.2",
    ),
    Check::must(
        "AL-20",
        "a header with one member more under the old signature",
        "RFC 7515 section 5.2",
    ),
];
