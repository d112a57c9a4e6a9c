//! Answers that are never whole: an attempt is given up, and the next one brings the keys.

use crate::model::trial::{Fact, Saw};
use crate::runners::contract::auth::lane::{BUSY, LOOK, Lane, LaneError, time};
use crate::runners::contract::fake::identity_provider::{Fault, KeyChange, Route, Scene};
use crate::runners::contract::record::{Mark, Side};
use std::time::{Duration, Instant};

/// Between two octets, or two fields, in milliseconds.
const PACE_MS: u64 = 1_000;
/// When an attempt has to be given up, and when it should be.
const LATEST: Duration = Duration::from_secs(30);
const BETTER: Duration = Duration::from_secs(5);

/// `KS-15`.
pub(super) async fn never_whole(lane: &Lane<'_>) -> Result<(), LaneError> {
    for (fault, case) in [
        (Fault::Drip(PACE_MS), "one octet a second"),
        (Fault::EndlessHead(PACE_MS), "a head without end"),
        (Fault::Silent, "silence"),
    ] {
        lane.rests().await;
        if !once(lane, fault, case).await? {
            // The next ones would only take as long again.
            break;
        }
    }
    // Whoever still waits is let go: the door ends all connections.
    lane.scene(Scene {
        fault: Some(Fault::Refused),
        ..Scene::default()
    })
    .await?;
    lane.scene(Scene::default()).await
}

/// One attempt that never gets its answer; answers whether it was given up in time.
async fn once(lane: &Lane<'_>, fault: Fault, case: &str) -> Result<bool, LaneError> {
    lane.cool_down().await;
    lane.scene(Scene {
        keys: KeyChange::Add,
        fault: Some(fault),
        at: vec![Route::Keys],
        first: Some(1),
        ..Scene::default()
    })
    .await?;
    let mark = lane.idp().mark();
    let token = lane.good()?;
    let (reply, given_up) = tokio::join!(lane.bearer(&token), given_up(lane, mark));
    let seconds = match given_up {
        Some(time) => Saw::Number(time.as_secs_f64()),
        None => Saw::Nothing("the attempt was not given up".to_owned()),
    };
    let within = |most: Duration| {
        let most = Some(most.as_secs_f64());
        Fact::number("until it was given up", (None, most), "s", seconds.clone())
    };
    let took = reply.as_ref().ok().map(|reply| reply.took);
    lane.case("KS-15", case)
        .fact(within(LATEST))
        .fact(within(BETTER).should())
        .fact(lane.accepted(&reply))
        .fact(time(
            "until the token was answered",
            lane.longest_answer() + BUSY,
            took,
        ))
        .record();
    Ok(given_up.is_some())
}

/// How long the first attempt after a mark lasted until the target closed its connection.
async fn given_up(lane: &Lane<'_>, mark: Mark) -> Option<Duration> {
    let until = Instant::now() + LATEST + BUSY;
    while Instant::now() < until {
        // The connection may be older than the mark.
        let delta = lane.idp().requests_since(Mark::default());
        let first = lane.gets(mark).into_iter().next();
        let ended = first.as_ref().and_then(|seen| {
            let mut all = delta.connections.iter();
            let own = all.find(|connection| connection.number == seen.connection)?;
            own.closed.filter(|(_, side)| *side == Side::Client)
        });
        if let (Some(seen), Some((at, _))) = (first, ended) {
            return Some(at.saturating_duration_since(seen.at));
        }
        tokio::time::sleep(LOOK).await;
    }
    None
}
