//! Fetches of the keys as the target counts and times them, beside what the provider saw.

use super::counts::{exactly, has_metrics};
use crate::model::trial::Fact;
use crate::model::trial::auth::ErrorsCount;
use crate::runners::contract::auth::lane::{Lane, LaneError, saw};
use crate::runners::contract::auth::scrape::Scrape;
use crate::runners::contract::fake::identity_provider::{
    Fault, KeyChange, Route, Scene, StatusFault,
};

/// How long the keys take, in milliseconds, and how much of that a histogram has to show.
const DELAY_MS: u64 = 300;
const SHOWN_S: f64 = 0.29;

/// `OB-3`.
pub(super) async fn timed(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !has_metrics(lane, "OB-3") {
        return Ok(());
    }
    let declared = &lane.plan.metrics.fetch_duration;
    let count = |scrape: &Scrape| scrape.count(declared).unwrap_or_default();
    let sum = |scrape: &Scrape| scrape.observed(declared).unwrap_or_default();
    lane.cool_down().await;
    let before = lane.scrape().await;
    let mark = lane.idp().mark();
    lane.scene(Scene {
        keys: KeyChange::Add,
        delay_ms: DELAY_MS,
        at: vec![Route::Keys],
        ..Scene::default()
    })
    .await?;
    lane.until_good(lane.soon()).await?;
    let gets = lane.gets(mark).len();
    let seconds = SHOWN_S * f64::from(u32::try_from(gets).unwrap_or(u32::MAX));
    let counted = lane.grown(&before, count, 1.0).await;
    let summed = lane.grown(&before, sum, SHOWN_S).await;
    lane.case("OB-3", "keys that take 300 ms")
        .fact(Fact::holds(
            "requests for the keys",
            "one at least",
            gets > 0,
            gets.to_string(),
        ))
        .fact(exactly("fetches grew by", gets, counted))
        .fact(Fact::number(
            "their time grew by",
            (Some(seconds), None),
            "s",
            saw(summed),
        ))
        .record();
    Ok(())
}

/// `OB-4`: one whole row of attempts that fail.
pub(super) async fn failed(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !has_metrics(lane, "OB-4") {
        return Ok(());
    }
    lane.cool_down().await;
    let before = lane.scrape().await;
    lane.scene(Scene {
        fault: Some(Fault::Status(StatusFault {
            code: 503,
            retry_after_seconds: None,
        })),
        at: vec![Route::Keys],
        ..Scene::default()
    })
    .await?;
    let mark = lane.idp().mark();
    lane.provoke(mark).await?;
    let gets = lane.whole_row(mark).await.len();
    let (wanted, case) = match lane.plan.metrics.errors_count {
        ErrorsCount::Attempts => (gets, "503 for the keys, each attempt counts"),
        ErrorsCount::Cycles => (1, "503 for the keys, the whole row counts once"),
    };
    let grown = lane.grown(&before, |scrape| lane.errors(scrape), 1.0).await;
    lane.case("OB-4", case)
        .fact(Fact::holds(
            "requests for the keys",
            "one at least",
            gets > 0,
            gets.to_string(),
        ))
        .fact(exactly("fetch errors grew by", wanted, grown))
        .record();
    Ok(())
}
