//! Redirects of the request for the keys: somebody else's keys are not the provider's.

use crate::model::trial::{Fact, Saw};
use crate::runners::contract::auth::lane::{BUSY, Lane, LaneError, seen_count, time};
use crate::runners::contract::record::SeenRequest;

/// Hops after which a redirect to itself has to be given up.
const HOPS: u32 = 10;

/// `JB-22`: to plain http, to another host, to a file.
pub(super) async fn elsewhere(lane: &Lane<'_>) -> Result<(), LaneError> {
    for (scene, what) in [
        ("redirect:http", "to another address of plain http"),
        ("redirect:other-host", "to another host"),
        ("redirect:file", "to a file"),
    ] {
        lane.rests().await;
        lane.cool_down().await;
        let before = lane.scrape().await;
        lane.play(scene).await?;
        let (mark, canary) = (lane.idp().mark(), lane.idp().canary().mark());
        let provoked = lane.provoke(mark).await?;
        let touched = lane.idp().canary().since(canary).connections.len();
        let counted = lane.error_counted(&before).await;
        let known = lane.bearer(&lane.good()?).await;
        lane.case("JB-22", what)
            .fact(asked(provoked))
            .fact(seen_count("connections to where it leads", (0, 0), touched))
            .fact(lane.accepted(&known))
            .facts(counted)
            .record();
    }
    Ok(())
}

fn asked(provoked: bool) -> Fact {
    let saw = if provoked { "it was" } else { "it was not" };
    Fact::holds("the keys", "asked for once more", provoked, saw)
}

/// `JB-23`: to itself, for ever.
pub(super) async fn to_itself(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.cool_down().await;
    lane.play("redirect:loop").await?;
    let mark = lane.idp().mark();
    let stranger = lane.bearer(&lane.stranger()?).await;
    let provoked = lane.provoke(mark).await?;
    let hops = lane.gets(mark).iter().filter_map(hop).max().unwrap_or(0);
    let known = lane.bearer(&lane.good()?).await;
    let took = stranger.as_ref().ok().map(|reply| reply.took);
    lane.case("JB-23", "a redirect to itself")
        .fact(asked(provoked))
        .fact(Fact::number(
            "hops",
            (None, Some(f64::from(HOPS))),
            "",
            Saw::Number(f64::from(hops)),
        ))
        .fact(time(
            "until it was answered",
            lane.longest_answer() + BUSY,
            took,
        ))
        .fact(lane.accepted(&known))
        .record();
    Ok(())
}

/// The number that the provider counts hops by.
fn hop(seen: &SeenRequest) -> Option<u32> {
    seen.target.split_once("hop=")?.1.parse().ok()
}
