//! One finding, one pull request, whatever happens.

use crate::model::trial::check::Check;

/// `D1` to `D13`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "D1",
        "the same request twice is one pull request, and the second writes nothing",
        "seed plan: remediation",
    )
    .catching(&["github-no-search"]),
    Check::must(
        "D2",
        "open pull requests are looked for with the owner of the branch",
        "PyGithub#1566; argoproj-labs/gitops-promoter#1417",
    )
    .catching(&["github-head-without-owner"]),
    Check::must(
        "D3",
        "near misses are not taken: longer and shorter names, other case, fork or base",
        "googleapis/code-suggester tests; GitHub docs: search by branch name",
    )
    .catching(&["github-prefix-match"]),
    Check::must(
        "D4",
        "an existing one beyond the first hundred is found",
        "GitHub docs: using pagination in the REST API",
    )
    .catching(&["github-first-page-only"]),
    Check::must(
        "D5",
        "a closed one is what the service declares, and never called open",
        "GitHub docs: list pull requests, state",
    )
    .catching(&["github-state-all"]),
    Check::must(
        "D6",
        "a branch without a pull request is finished",
        "renovate#20281",
    )
    .catching(&["github-ref-exists-fatal"]),
    Check::must(
        "D7",
        "a branch with the right content is not rewritten, and with other content never overwritten",
        "solana-foundation/solana-developer-platform#602; rust-lang/bors#591",
    )
    .catching(&["github-force-push", "github-patch-missing-as-conflict"]),
    Check::must(
        "D8",
        "ten at once are one pull request, and all ten answers name it",
        "robustness",
    ),
    Check::must(
        "D9",
        "a created pull request whose reply is lost is found again, and told as created",
        "robustness",
    )
    .catching(&["github-blind-post-retry"]),
    Check::must(
        "D10",
        "one that somebody else opened just before counts as there",
        "gm3dmo/the-power#175",
    )
    .catching(&["github-exists-is-failure"]),
    Check::must(
        "D11",
        "a created branch whose reply is lost is taken for one's own",
        "renovate#20281",
    ),
    Check::should(
        "D12",
        "a search that lags does not lead to a second one",
        "GitHub docs: search, timeouts and incomplete results",
    ),
    Check::must(
        "D13",
        "a restart between two requests changes nothing",
        "seed plan: remediation",
    )
    .launching()
    .catching(&["github-memory-idempotency"]),
];
