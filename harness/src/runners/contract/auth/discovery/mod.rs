//! The group DI: how the keys are found. Its steps are asked in lanes.

mod absent;
mod production;
mod refusals;

pub(super) use absent::{applies, declared, watched};
#[cfg(test)]
pub(super) use production::CHECKS as IN_PRODUCTION;
pub(super) use production::in_production;

use super::lane::{BUSY, Lane, LaneError, seen_count, time};
use super::lanes::Step;
use crate::runners::contract::fake::identity_provider::{KeyChange, Scene, named};

/// A target without keys, and documents that it must not believe; then one that it may.
pub(super) const REFUSALS: &[Step] = &[
    Step::cold(&["DI-2", "DI-3", "DI-4"], |lane| {
        Box::pin(refusals::all(lane))
    }),
    Step::cold(&["DI-8"], |lane| Box::pin(refusals::widening(lane))),
    Step::new(&["DI-7"], |lane| Box::pin(unknown_names(lane))),
];

/// Keys that move.
pub(super) const MOVING: &[Step] = &[Step::new(&["DI-5"], |lane| Box::pin(moved(lane)))];

/// Strangers of `DI-7`, each of which causes a fetch.
const STRANGERS: usize = 3;

/// `DI-5`: discovery says another address, and the old one is gone.
async fn moved(lane: &Lane<'_>) -> Result<(), LaneError> {
    let moved = named("jwks-moved").map_err(|error| LaneError::Harness(error.to_string()))?;
    lane.scene(Scene {
        keys: KeyChange::Add,
        ..moved
    })
    .await?;
    let mark = lane.idp().mark();
    // The keys may be fetched at the old address once more before discovery is asked again.
    let most = lane.ttl * 2 + lane.cooldown() + BUSY;
    let took = lane.first_good(most).await?;
    lane.case("DI-5", "the keys are in another place")
        .fact(time("until a key of there was accepted", most, took).should())
        .fact(seen_count("requests there", (1, usize::MAX), lane.gets(mark).len()).should())
        .record();
    Ok(())
}

/// `DI-7`: a fetch of the keys is no reason to look for them anew.
async fn unknown_names(lane: &Lane<'_>) -> Result<(), LaneError> {
    let start = lane.idp().mark();
    let mut fetches = 0;
    for _ in 0..STRANGERS {
        lane.cool_down().await;
        let mark = lane.idp().mark();
        fetches += usize::from(lane.provoke(mark).await?);
    }
    lane.case("DI-7", "three strangers, each after a cooldown")
        .fact(seen_count("fetches of the keys", (STRANGERS, usize::MAX), fetches).should())
        .fact(
            seen_count(
                "requests for discovery",
                (0, 1),
                lane.discoveries(start).len(),
            )
            .should(),
        )
        .record();
    Ok(())
}
