//! Counters of accepted and refused tokens, which are exact or nothing.

use super::reasons::{self, count};
use crate::model::trial::Fact;
use crate::runners::contract::auth::lane::{Lane, LaneError, Seen, all_of, saw};
use crate::runners::contract::auth::scrape::Scrape;
use futures_util::future::join_all;

/// Good and bad tokens of the first check.
const GOOD: usize = 10;
const BAD: usize = 5;
/// Requests at once.
const AT_ONCE: usize = 200;

/// Says that the target has no metrics; answers whether it has.
pub(super) fn has_metrics(lane: &Lane<'_>, check: &str) -> bool {
    if !lane.has_metrics() && lane.stage.asks(check) {
        lane.stage
            .not_run(check, "the target declares no `metrics_path`");
    }
    lane.has_metrics()
}

/// Accepted tokens so far.
fn successes_of(lane: &Lane<'_>, scrape: &Scrape) -> f64 {
    scrape.sum(&lane.plan.metrics.success).unwrap_or_default()
}

/// That something grew by exactly so much.
pub(super) fn exactly(what: &str, wanted: usize, grown: Seen<f64>) -> Fact {
    let wanted = f64::from(u32::try_from(wanted).unwrap_or(u32::MAX));
    Fact::number(what, (Some(wanted), Some(wanted)), "", saw(grown))
}

/// `OB-1`: good tokens count, bad ones do not.
pub(super) async fn successes(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !has_metrics(lane, "OB-1") {
        return Ok(());
    }
    let before = lane.scrape().await;
    let mut good = Vec::new();
    for _ in 0..GOOD {
        good.push(lane.bearer(&lane.good()?).await);
    }
    let grown = lane
        .grown(&before, |scrape| successes_of(lane, scrape), 10.0)
        .await;
    lane.case("OB-1", "10 good tokens")
        .fact(all_of("answers", "all accepted", &good, |reply| {
            lane.is_accepted(reply)
        }))
        .fact(exactly("successes grew by", GOOD, grown))
        .record();
    let before = lane.scrape().await;
    let mut bad = Vec::new();
    for _ in 0..BAD {
        bad.push(lane.bearer(&reasons::expired(lane)?).await);
    }
    let grown = lane
        .grown(&before, |scrape| successes_of(lane, scrape), 1.0)
        .await;
    lane.case("OB-1", "5 expired tokens")
        .fact(all_of("answers", "none accepted", &bad, |reply| {
            reply.is_ok() && !lane.is_accepted(reply)
        }))
        .fact(exactly("successes grew by", 0, grown))
        .record();
    Ok(())
}

/// `OB-8`: a mix of 200 at once.
pub(super) async fn at_once(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !has_metrics(lane, "OB-8") {
        return Ok(());
    }
    let mut tokens = Vec::with_capacity(AT_ONCE);
    for number in 0..AT_ONCE {
        tokens.push(match number % 4 {
            0 => reasons::forged(lane)?,
            1 => reasons::expired(lane)?,
            _ => lane.good()?,
        });
    }
    let before = lane.scrape().await;
    let replies = join_all(tokens.iter().map(|token| lane.bearer(token))).await;
    let all = f64::from(u32::try_from(AT_ONCE / 2).unwrap_or(u32::MAX));
    let good = lane
        .grown(&before, |scrape| successes_of(lane, scrape), all)
        .await;
    let forged = lane
        .grown(
            &before,
            |scrape| count(lane, scrape, "invalid_signature"),
            all / 2.0,
        )
        .await;
    let expired = lane
        .grown(&before, |scrape| count(lane, scrape, "expired"), all / 2.0)
        .await;
    lane.case("OB-8", "100 good, 50 forged and 50 expired tokens at once")
        .fact(all_of("answers", "each one", &replies, Result::is_ok))
        .fact(exactly("successes grew by", AT_ONCE / 2, good))
        .fact(exactly("forged tokens grew by", AT_ONCE / 4, forged))
        .fact(exactly("expired tokens grew by", AT_ONCE / 4, expired))
        .record();
    Ok(())
}
