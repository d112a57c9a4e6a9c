//! Limits: they hold for everybody, for their time, and are seen in the record.

use super::super::{Mark, Options};
use super::Bench;
use std::time::{Duration, Instant};

/// A limit of each form, and what its reply must and must not say.
#[tokio::test]
async fn every_form_of_limit_names_its_time_in_its_own_way() {
    for (kind, status, primary, named) in [
        ("rate:secondary:403:retry-after", 403, false, "retry-after"),
        ("rate:secondary:429:retry-after", 429, false, "retry-after"),
        ("rate:primary:403:retry-after", 403, true, "retry-after"),
        ("rate:primary:429:retry-after", 429, true, "retry-after"),
        ("rate:secondary:403:reset", 403, false, "x-ratelimit-reset"),
        ("rate:secondary:429:reset", 429, false, "x-ratelimit-reset"),
        ("rate:primary:403:reset", 403, true, "x-ratelimit-reset"),
        ("rate:primary:429:reset", 429, true, "x-ratelimit-reset"),
        ("rate:secondary:403:none", 403, false, ""),
        ("rate:secondary:429:none", 429, false, ""),
        ("rate:primary:403:none", 403, true, ""),
        ("rate:primary:429:none", 429, true, ""),
    ] {
        let bench = Bench::start().await;
        bench.incident("git/get-ref", 1, kind);
        let said = bench.get("/git/ref/heads/trunk").await;
        assert_eq!(said.status, status, "{kind}");
        let message = if primary {
            "API rate limit exceeded"
        } else {
            "You have exceeded a secondary rate limit"
        };
        assert!(said.told().1.starts_with(message), "{kind}");
        assert_eq!(
            said.header("x-ratelimit-remaining") == "0",
            primary,
            "{kind}"
        );
        let seconds = match named {
            "retry-after" => said.header(named).parse().unwrap(),
            "x-ratelimit-reset" => {
                assert_eq!(said.header("retry-after"), "", "{kind}");
                said.header(named).parse::<i64>().unwrap() - jiff::Timestamp::now().as_second()
            }
            _ => {
                assert_eq!(
                    (said.header("retry-after"), said.header("x-ratelimit-reset")),
                    ("", ""),
                    "{kind}"
                );
                2
            }
        };
        assert!((1..=2).contains(&seconds), "{kind}: {seconds}");
        // Everybody is limited, whatever they ask.
        assert_eq!(bench.get("").await.status, status, "{kind}");
        let seen = bench.fake.requests_since(Mark::default());
        assert_eq!([seen[0].limited, seen[1].limited], [false, true], "{kind}");
        bench.fake.heal();
        bench.get("").await.expect(200);
    }
}

#[tokio::test]
async fn the_rule_of_sixty_seconds_is_scaled_and_ends() {
    let options = Options {
        min_wait_scale: 0.002,
        ..Options::default()
    };
    let bench = Bench::with(options).await;
    bench.incident("any", 1, "rate:secondary:403:none");
    let started = Instant::now();
    bench.get("").await.expect(403);
    // Asked again until the limit ends: 60 s times 0.002.
    while bench.get("").await.status == 403 {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "the limit never ends"
        );
    }
    assert!(
        started.elapsed() >= Duration::from_millis(115),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_refused_by_itself() {
    let options = Options {
        core_limit: 2,
        ..Options::default()
    };
    let bench = Bench::with(options).await;
    bench.get("").await.expect(200);
    bench.get("").await.expect(200);
    let said = bench.get("").await;
    assert_eq!(
        (said.status, said.header("x-ratelimit-remaining")),
        (403, "0")
    );
    // Asking for the limits is free.
    let limits = bench
        .send(bench.request(reqwest::Method::GET, "/rate_limit"))
        .await
        .expect(200);
    assert_eq!(
        (
            &limits["resources"]["core"]["remaining"],
            &limits["resources"]["core"]["used"]
        ),
        (&0.into(), &2.into())
    );
}
