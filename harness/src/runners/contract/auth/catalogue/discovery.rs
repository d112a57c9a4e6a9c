//! Discovery.

use crate::model::trial::Level;
use crate::model::trial::check::Check;

/// `DI-1` to `DI-8`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "DI-1",
        "the document is asked for below the issuer, path included",
        "OpenID Connect Discovery section 4",
    )
    .and(&[(Level::Offered, "the form of RFC 8414 section 3.1")]),
    Check::must(
        "DI-2",
        "a document of another issuer: never accepted",
        "RFC 8414 section 3.3; OpenID conformance discovery-issuer-mismatch",
    ),
    Check::must(
        "DI-3",
        "`jwks_uri` absent, relative, a file, or http in production: never accepted",
        "RFC 8414 section 2",
    ),
    Check::must(
        "DI-4",
        "discovery that fails in any way: as for keys, never accepted anyway",
        "robustness",
    ),
    Check::should(
        "DI-5",
        "keys that move are followed after the time to live",
        "robustness",
    ),
    Check::offered(
        "DI-6",
        "`jwks_uri` of loopback or link-local is refused in production",
        "robustness",
    ),
    Check::should(
        "DI-7",
        "an unknown name does not fetch discovery each time",
        "robustness",
    ),
    Check::must(
        "DI-8",
        "algorithms that discovery lists widen nothing",
        "RFC 8725 section 3.1",
    )
    .catching(&["auth-discovery-widens-algs"]),
];
