//! What every request to GitHub has to be.

use crate::model::trial::check::Check;

/// `A1` to `A8`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "A1",
        "every request names its API version, media type, user agent and token",
        "GitHub docs: getting started with the REST API; API versions",
    )
    .catching(&["github-no-version", "github-wrong-version"]),
    Check::must(
        "A2",
        "bodies and queries have the shape that GitHub publishes",
        "GitHub's OpenAPI description",
    ),
    Check::must(
        "A3",
        "odd paths and branches are percent-encoded and come through",
        "RFC 3986 section 2.1",
    ),
    Check::must(
        "A4",
        "the address is configured, also of an Enterprise Server below /api/v3, and nothing else is asked",
        "GitHub Enterprise Server docs: REST API",
    )
    .launching(),
    Check::must(
        "A5",
        "the token stands in its header only, in no address and no body",
        "GitHub docs: keeping your API credentials secure",
    )
    .catching(&["github-token-in-url"]),
    Check::must(
        "A6",
        "a redirect or a next page elsewhere does not get the token",
        "GitHub docs: best practices, follow redirects; RFC 9110 section 15.4",
    )
    .catching(&["github-token-across-origins"]),
    Check::should(
        "A7",
        "redirects of a renamed repository are followed with method and body",
        "GitHub docs: best practices, follow redirects",
    ),
    Check::should(
        "A8",
        "the next page is where the reply's link says",
        "GitHub docs: using pagination in the REST API",
    ),
];
