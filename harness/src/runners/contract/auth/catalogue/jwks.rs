//! Fetching and caching of keys.

use crate::model::trial::Level;
use crate::model::trial::check::Check;

/// `JB-1` to `JB-30`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "JB-1",
        "the first request fetches discovery and keys once",
        "OpenID conformance discovery-jwks-uri-keys",
    ),
    Check::must(
        "JB-2",
        "100 requests inside the time to live fetch nothing",
        "the declared time to live",
    )
    .catching(&["auth-fetch-per-request"]),
    Check::must(
        "JB-3",
        "after the time to live one fetch a window",
        "the declared time to live",
    )
    .and(&[(Level::Should, "the default of 3600 s can be seen")])
    .launching(),
    Check::must(
        "JB-4",
        "a token with a new key is accepted at once or within one cooldown",
        "OpenID Connect Core section 10.1.1",
    )
    .catching(&["auth-never-refetch"]),
    Check::must(
        "JB-5",
        "the old key works while it is published",
        "OpenID Connect Core section 10.1.1",
    ),
    Check::must(
        "JB-6",
        "a withdrawn key is refused after the time to live and one cooldown",
        "spring-security#5853",
    )
    .catching(&["auth-cache-never-expires"]),
    Check::should(
        "JB-7",
        "new material under an old name: the old is refused in time",
        "OpenID Connect Core section 10.1.1",
    ),
    Check::should(
        "JB-8",
        "keys that change just before the signature",
        "OpenID conformance signing-key-rotation-just-before-signing",
    ),
    Check::must(
        "JB-9",
        "100 cold requests at once fetch at most twice, and all are accepted",
        "robustness",
    )
    .catching(&["auth-no-single-flight"]),
    Check::should(
        "JB-10",
        "100 requests when the keys grow old: two fetches at most, nobody waits 500 ms",
        "camunda/camunda#60337",
    ),
    Check::must(
        "JB-11",
        "500 unknown names in 10 s: one fetch a cooldown",
        "the declared cooldown",
    )
    .catching(&["auth-refetch-every-unknown-kid"]),
    Check::must(
        "JB-12",
        "the same while the keys are empty, failing or refused",
        "Tr3kkR/Yuzu#1900",
    )
    .catching(&["auth-empty-set-no-cooldown"]),
    Check::must(
        "JB-13",
        "that flood neither evicts nor delays good keys",
        "fastapi-zitadel-auth#156",
    ),
    Check::must(
        "JB-14",
        "a real new key during that flood is accepted within one cooldown",
        "the declared cooldown",
    ),
    Check::must(
        "JB-15",
        "the provider is down inside the time to live: accepted",
        "robustness",
    )
    .catching(&["auth-failure-clears-cache"]),
    Check::offered(
        "JB-16",
        "down past the time to live: accepted for the declared while, then unavailable",
        "smallrye-jwt#826",
    )
    .catching(&["auth-failure-clears-cache", "auth-stale-for-ever"]),
    Check::must(
        "JB-17",
        "a cold start while the provider is down: unavailable in bounded time",
        "the declared retries",
    )
    .launching(),
    Check::must(
        "JB-18",
        "the gaps between attempts grow as declared",
        "the declared retries",
    )
    .catching(&["auth-constant-delay", "auth-slow-first-delay"]),
    Check::must(
        "JB-19",
        "up to three failures: accepted with so many fetches more; four: refused",
        "the declared retries",
    )
    .catching(&["auth-no-retry", "auth-five-attempts"]),
    Check::must(
        "JB-20",
        "50 requests in an outage share their attempts",
        "the declared retries",
    ),
    Check::must(
        "JB-21",
        "transient failures are tried again, refusals are not",
        "the declared retries",
    )
    .and(&[(Level::Should, "429 with its Retry-After")])
    .catching(&["auth-retries-404"]),
    Check::must(
        "JB-22",
        "a redirect to http, another host or a file is not followed",
        "robustness",
    )
    .catching(&["auth-follows-redirect"]),
    Check::must(
        "JB-23",
        "a redirect to itself ends within ten hops",
        "RFC 9110 section 15.4",
    ),
    Check::offered(
        "JB-24",
        "a condition is sent, and 304 keeps the keys",
        "RFC 9110 section 13",
    ),
    Check::offered(
        "JB-25",
        "a shorter max-age is honoured",
        "RFC 9111 section 5.2.2.1",
    ),
    Check::must(
        "JB-26",
        "the provider is back: a new key is accepted within one cooldown and a second",
        "the declared cooldown",
    ),
    Check::should(
        "JB-27",
        "alive during the outage; a start during it goes as declared",
        "the declared start",
    )
    .launching(),
    Check::must(
        "JB-28",
        "the fetch is a GET that copies nothing of the request",
        "robustness",
    )
    .and(&[(Level::Should, "it has a User-Agent")]),
    Check::should(
        "JB-29",
        "a connection that the provider closed between two fetches is no error",
        "RFC 9112 section 9.5",
    ),
    Check::must(
        "JB-30",
        "keys that come slowly do not delay tokens of known keys",
        "robustness",
    )
    .catching(&["auth-lock-across-fetch"]),
];
