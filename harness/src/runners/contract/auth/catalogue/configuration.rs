//! Configuration, emergency switch and production guard: each a start of its own.

use crate::model::trial::check::Check;

/// `CF-1` to `CF-13`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "CF-1",
        "production without a real provider: it does not start and says why",
        "the declared guard",
    )
    .launching()
    .catching(&["auth-guard-only-warns"]),
    Check::must(
        "CF-2",
        "no issuer: it does not start and says why",
        "the declared guard",
    )
    .launching(),
    Check::must(
        "CF-3",
        "no client: it does not start and says why",
        "the declared guard",
    )
    .launching(),
    Check::must(
        "CF-4",
        "no audience: it does not start and says why",
        "the declared guard",
    )
    .launching()
    .catching(&["auth-empty-audience"]),
    Check::should(
        "CF-5",
        "several mistakes are all told",
        "the declared guard",
    )
    .launching(),
    Check::should(
        "CF-6",
        "production with an issuer that is no https address: it does not start",
        "RFC 8414 section 2",
    )
    .launching(),
    Check::must(
        "CF-7",
        "only the exact value switches verification off",
        "the declared guard",
    )
    .launching()
    .catching(&["auth-typo-disables"]),
    Check::must(
        "CF-8",
        "switched off, all but the signature is still verified, and a warning says so",
        "the declared guard",
    )
    .launching()
    .catching(&["auth-rollback-skips-exp"]),
    Check::must(
        "CF-9",
        "switched off in production: as declared",
        "the declared guard",
    )
    .launching(),
    Check::must(
        "CF-10",
        "switched on again, the same forged token is refused at once",
        "the declared guard",
    )
    .launching(),
    Check::should(
        "CF-11",
        "a time to live that makes no sense: no start, or a documented limit",
        "the declared guard",
    )
    .launching(),
    Check::must(
        "CF-12",
        "secrets are in no log, metric, configuration route or error",
        "RFC 6819 section 5.1",
    )
    .launching(),
    Check::should(
        "CF-13",
        "a way around authentication is announced, and refused in production",
        "the declared guard",
    )
    .launching(),
];
