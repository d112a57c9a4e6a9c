//! Keys that grow old: fetched once a window, gone when they were withdrawn.

use crate::runners::contract::auth::lane::{BUSY, LOOK, Lane, LaneError, all_of, seen_count, time};
use crate::runners::contract::fake::identity_provider::{KeyChange, Scene};
use std::time::{Duration, Instant};

/// Windows that are watched.
const WINDOWS: u32 = 3;

/// When keys that were withdrawn have to be gone: the time to live, one cooldown, and what a busy
/// machine takes.
fn gone_after(lane: &Lane<'_>) -> Duration {
    lane.ttl + lane.cooldown() + BUSY
}

/// `JB-3`, the other half: one fetch a window while tokens come all the time.
pub(super) async fn windows(lane: &Lane<'_>) -> Result<(), LaneError> {
    let mark = lane.idp().mark();
    let started = Instant::now();
    let mut replies = Vec::new();
    while started.elapsed() < lane.ttl * WINDOWS {
        replies.push(lane.bearer(&lane.good()?).await);
        tokio::time::sleep(LOOK * 2).await;
    }
    // The first and the last window are cut off anywhere.
    let windows = started.elapsed().as_secs_f64() / lane.ttl.as_secs_f64();
    let most = (windows.ceil() as usize).saturating_add(1);
    let least = (windows.floor() as usize).saturating_sub(1);
    let case = format!("{WINDOWS} windows of {} s", lane.ttl.as_secs());
    lane.case("JB-3", case)
        .fact(all_of("answers", "all accepted", &replies, |reply| {
            lane.is_accepted(reply)
        }))
        .fact(seen_count(
            "requests for the keys",
            (least, most),
            lane.gets(mark).len(),
        ))
        .record();
    Ok(())
}

/// `JB-6`: a withdrawn key is refused in time, without anybody asking for a new one.
pub(super) async fn withdrawn(lane: &Lane<'_>) -> Result<(), LaneError> {
    let old = lane.good()?;
    let reply = lane.bearer(&old).await;
    lane.scene(Scene {
        keys: KeyChange::Remove,
        ..Scene::default()
    })
    .await?;
    let took = lane.first_refused(&old, gone_after(lane)).await;
    lane.until_good(lane.soon()).await?;
    lane.case("JB-6", "a key that was withdrawn")
        .fact(lane.accepted(&reply))
        .fact(time("until its token was refused", gone_after(lane), took))
        .twin(lane.twin().await?)
        .record();
    Ok(())
}

/// `JB-7`: new material under an old name.
pub(super) async fn replaced(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.scene(Scene {
        keys: KeyChange::InPlace,
        ..Scene::default()
    })
    .await?;
    let old = lane.old()?;
    let took = lane.first_refused(&old, gone_after(lane)).await;
    let new = lane.first_good(gone_after(lane)).await?;
    lane.case("JB-7", "new material under the old name")
        .fact(time("until the old was refused", gone_after(lane), took).should())
        .fact(
            time(
                "until the new was accepted, after that",
                gone_after(lane),
                new,
            )
            .should(),
        )
        .twin(lane.twin().await?)
        .record();
    Ok(())
}
