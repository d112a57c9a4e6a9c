//! A provider that takes its time must not hold up tokens of keys that are known.

use super::cold::HERD;
use super::rotation::calm_limit;
use crate::runners::contract::auth::ask::{Reply, Silence};
use crate::runners::contract::auth::lane::{
    BUSY, LOOK, Lane, LaneError, all_of, p95, seen_count, time,
};
use crate::runners::contract::fake::identity_provider::{Route, Scene};
use crate::runners::contract::record::{Mark, Outcome};
use futures_util::future::join_all;
use std::time::{Duration, Instant};

/// A token of a known key is answered within this time.
const PROMPT: Duration = Duration::from_millis(500);
/// How long the keys take when they have grown old. Long against [`PROMPT`], so that a busy machine
/// does not look like a target that waits.
const OLD_KEYS_MS: u64 = 2_000;
/// How long they take for an unknown name.
const UNKNOWN_MS: u64 = 5_000;
/// Known tokens that are sent meanwhile.
const MEANWHILE: usize = 30;

fn slow(delay_ms: u64) -> Scene {
    Scene {
        delay_ms,
        at: vec![Route::Keys],
        ..Scene::default()
    }
}

/// `JB-30`: the fetch that a stranger causes takes five seconds.
pub(super) async fn unknown_name(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.cool_down().await;
    lane.scene(slow(UNKNOWN_MS)).await?;
    let mark = lane.idp().mark();
    let stranger = lane.stranger()?;
    let (_, seen) = tokio::join!(lane.bearer(&stranger), meanwhile(lane, mark));
    let (fetching, replies) = seen?;
    lane.case("JB-30", "the keys take 5 s for an unknown name")
        .fact(seen_count(
            "fetches under way meanwhile",
            (1, usize::MAX),
            fetching,
        ))
        .fact(all_of("known tokens", "all accepted", &replies, |reply| {
            lane.is_accepted(reply)
        }))
        .fact(time(
            "95 % of them were answered within",
            calm_limit(PROMPT).await,
            p95(&replies),
        ))
        .record();
    Ok(())
}

/// Known tokens, sent while a fetch is under way; ends the slowness when they are through.
async fn meanwhile(
    lane: &Lane<'_>,
    mark: Mark,
) -> Result<(usize, Vec<Result<Reply, Silence>>), LaneError> {
    let until = Instant::now() + lane.soon();
    while lane.gets(mark).is_empty() && Instant::now() < until {
        tokio::time::sleep(LOOK).await;
    }
    let gets = lane.gets(mark);
    let fetching = gets
        .iter()
        .filter(|seen| seen.outcome == Outcome::Open)
        .count();
    let mut replies = Vec::with_capacity(MEANWHILE);
    let asked = Instant::now();
    // Who waits for the fetch each time has shown enough with the first one.
    while replies.len() < MEANWHILE && asked.elapsed() < Duration::from_millis(UNKNOWN_MS) / 2 {
        replies.push(lane.bearer(&lane.good()?).await);
    }
    lane.scene(Scene::default()).await?;
    Ok((fetching, replies))
}

/// `JB-10`: a hundred requests when the keys have grown old, and new ones take their time.
pub(super) async fn old_keys(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.scene(slow(OLD_KEYS_MS)).await?;
    // Nobody asks meanwhile, so nothing is fetched before they are old.
    tokio::time::sleep(lane.ttl + Duration::from_millis(200)).await;
    let mark = lane.idp().mark();
    let tokens: Vec<String> = (0..HERD).map(|_| lane.good()).collect::<Result<_, _>>()?;
    let replies = join_all(tokens.iter().map(|token| lane.bearer(token))).await;
    // A target that answers at once and fetches beside it has perhaps not asked yet.
    let until = Instant::now() + BUSY;
    while lane.gets(mark).is_empty() && Instant::now() < until {
        tokio::time::sleep(LOOK).await;
    }
    tokio::time::sleep(LOOK * 4).await;
    let gets = lane.gets(mark).len();
    lane.case("JB-10", "100 requests at once, the keys take 2 s")
        .fact(seen_count("requests for the keys", (1, 2), gets).should())
        .fact(
            all_of("answers", "all accepted", &replies, |reply| {
                lane.is_accepted(reply)
            })
            .should(),
        )
        .fact(
            time(
                "95 % of them were answered within",
                calm_limit(PROMPT).await,
                p95(&replies),
            )
            .should(),
        )
        .record();
    Ok(())
}
