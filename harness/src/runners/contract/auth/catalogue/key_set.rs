//! What the set of keys holds; the good key beside it stays usable.

use crate::model::trial::Level;
use crate::model::trial::check::Check;

/// `KS-1` to `KS-21`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "KS-1",
        "unknown types, curves and algorithms beside the good key",
        "RFC 7517 section 5",
    )
    .catching(&["auth-set-fails-on-unknown-kty"]),
    Check::must(
        "KS-2",
        "one broken key beside the good one",
        "RFC 7517 section 5",
    ),
    Check::must(
        "KS-3",
        "a key for encryption signs: refused",
        "RFC 7517 section 4.2; Wycheproof 353, 354",
    )
    .catching(&["auth-use-ignored"]),
    Check::must(
        "KS-4",
        "a key with other operations signs: refused",
        "RFC 7517 section 4.3; Wycheproof 355, 356",
    )
    .catching(&["auth-key-ops-ignored"]),
    Check::must(
        "KS-5",
        "a key that is published for another algorithm: refused",
        "RFC 7517 section 4.4; Wycheproof JWK 19, 20, 25, 26",
    ),
    Check::must(
        "KS-6",
        "two keys of one name and type: as declared, and never a third",
        "RFC 7517 section 4.5; Wycheproof JWK 4",
    ),
    Check::should(
        "KS-7",
        "an RSA and an EC key of one name: chosen by type",
        "RFC 7517 section 4.5",
    ),
    Check::must(
        "KS-8",
        "RSA of 1024 bits: refused",
        "RFC 7518 section 3.3; Wycheproof JWK 8",
    )
    .catching(&["auth-rsa-1024"]),
    Check::must(
        "KS-9",
        "RSA with a bad exponent or an even modulus: refused",
        "RFC 8017 section 3.1; Wycheproof JWK 9",
    ),
    Check::should(
        "KS-10",
        "RSA with a modulus of ROCA: refused",
        "CVE-2017-15361; Wycheproof JWK 7",
    ),
    Check::must(
        "KS-11",
        "EC points that are not on the curve, or too short: refused",
        "RFC 8725 section 3.4; Wycheproof JWK 22 to 24",
    ),
    Check::must(
        "KS-12",
        "a shared secret in the set verifies nothing",
        "RFC 8725 section 3.1; Wycheproof JWK 1",
    )
    .catching(&["auth-oct-key-accepted"]),
    Check::should(
        "KS-13",
        "a published private key is not used, and a warning says so",
        "RFC 7517 section 9.2",
    ),
    Check::must(
        "KS-14",
        "5 MiB or 10 000 keys: a bounded read, an error that is counted, and the old keys",
        "robustness",
    ),
    Check::must(
        "KS-15",
        "a body that drips, a head without end, silence: given up within 30 s",
        "robustness",
    )
    .and(&[(Level::Should, "within 5 s")])
    .catching(&["auth-no-timeout"]),
    Check::must(
        "KS-16",
        "a page, half a document, a bomb, `null`: an error, and the old keys",
        "robustness",
    )
    .and(&[(Level::Should, "`application/jwk-set+json` is read")]),
    Check::must(
        "KS-17",
        "an empty set: no crash, and the cooldown holds",
        "brandonrc/mobula#28",
    ),
    Check::must(
        "KS-18",
        "`keys` absent or no list: an error, and the old keys",
        "RFC 7517 section 5",
    ),
    Check::should(
        "KS-19",
        "a set without a single name",
        "RFC 7517 section 4.5",
    ),
    Check::should(
        "KS-20",
        "a key of certificates alone: used or skipped, no crash",
        "RFC 7517 section 4.7",
    ),
    Check::should(
        "KS-21",
        "names such as `__proto__`, a face, 4 KiB",
        "robustness",
    ),
];
