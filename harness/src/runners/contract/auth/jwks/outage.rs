//! A provider that is down: before the keys grow old, and before there were any.

use crate::model::trial::Fact;
use crate::model::trial::auth::ColdStart;
use crate::runners::contract::auth::ask::{Reply, Silence};
use crate::runners::contract::auth::case::status;
use crate::runners::contract::auth::lane::{BUSY, Lane, LaneError, Seen, all_of, saw, time};
use crate::runners::contract::auth::pace;
use crate::runners::contract::auth::scrape::Scrape;
use crate::runners::contract::fake::identity_provider::{Fault, KeyChange, Scene};
use std::time::Duration;

/// Tokens of known keys that are sent during the outage.
const KNOWN: usize = 10;

fn refused() -> Scene {
    Scene {
        fault: Some(Fault::Refused),
        ..Scene::default()
    }
}

/// `JB-15`, `JB-27` and `JB-26`: known keys do, the process is alive, and new keys are soon accepted
/// when the provider is back.
pub(super) async fn inside_the_time(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.cool_down().await;
    let before = lane.scrape().await;
    let tokens: Vec<String> = (0..KNOWN).map(|_| lane.good()).collect::<Result<_, _>>()?;
    lane.scene(refused()).await?;
    // A fetch that fails: only that can make a target forget its keys.
    let stranger = lane.bearer(&lane.stranger()?).await;
    let mut replies = Vec::with_capacity(KNOWN);
    for token in &tokens {
        replies.push(lane.bearer(token).await);
    }
    let alive = lane.liveness().await;
    let counted = lane.error_counted(&before).await;
    lane.case("JB-15", "refused connections, while the keys are fresh")
        .fact(lane.not_accepted(&stranger))
        .fact(all_of("known tokens", "all accepted", &replies, |reply| {
            lane.is_accepted(reply)
        }))
        .facts(counted)
        .record();
    lane.case("JB-27", "alive while the provider is down")
        .fact(match lane.plan.open_path {
            Some(_) => Fact::one_of("status without a token", [200, 204], status(&alive)),
            // Nothing is declared that needs no token: any answer is one of a living process.
            None => Fact::none_of("status without a token", [500, 502, 504], status(&alive)),
        })
        .record();
    back(lane).await
}

/// `JB-26`: the provider is back, with a new key.
async fn back(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.scene(Scene {
        keys: KeyChange::Add,
        ..Scene::default()
    })
    .await?;
    let most = lane.cooldown() + Duration::from_secs(1);
    let what = "until a new key was accepted";
    let fact = match lane.first_good(most + BUSY).await? {
        Some(took) => pace::within(what, most, took).await,
        None => time(what, most, None),
    };
    lane.case("JB-26", "the provider is back")
        .fact(fact)
        .record();
    Ok(())
}

/// The class of `OB-2` that only a target without keys can show.
async fn counted(lane: &Lane<'_>, before: &Seen<Scrape>, reply: &Result<Reply, Silence>) {
    if !lane.has_metrics() {
        return;
    }
    let word = lane.plan.reasons.get("jwks_unavailable");
    let word = word.map_or("jwks_unavailable", String::as_str);
    let metrics = &lane.plan.metrics;
    let count = |scrape: &Scrape| {
        let all = scrape.by(&metrics.failure, &metrics.reason_label);
        all.get(word).copied().unwrap_or_default()
    };
    let grown = lane.grown(before, count, 1.0).await;
    let what = format!("{word} grew by");
    lane.case("OB-2", "keys that cannot be had")
        .fact(lane.unavailable(reply))
        .fact(Fact::number(&what, (Some(1.0), Some(1.0)), "", saw(grown)))
        .record();
}

/// `JB-17`, `JB-27` and a class of `OB-2`: a start while the provider says nothing, and then refuses.
pub(super) async fn cold(lane: &Lane<'_>) -> Result<(), LaneError> {
    let alive = lane.liveness().await;
    let wanted = match lane.plan.keys.cold_start {
        ColdStart::Starts => "it starts and answers",
        ColdStart::Exits => "it ends by itself",
    };
    let starts = lane.plan.keys.cold_start == ColdStart::Starts;
    lane.case("JB-27", "a start while the provider is down")
        .fact(Fact::holds(
            "the start",
            wanted,
            starts && alive.is_ok(),
            match &alive {
                Ok(reply) => format!("it answers {}", reply.status),
                Err(silence) => silence.to_string(),
            },
        ))
        .record();
    let silent = lane.bearer(&lane.good()?).await;
    lane.scene(refused()).await?;
    lane.cool_down().await;
    let before = lane.scrape().await;
    let refused = lane.bearer(&lane.good()?).await;
    counted(lane, &before, &refused).await;
    lane.scene(Scene::default()).await?;
    lane.until_good(lane.soon() + lane.longest_answer()).await?;
    let twin = lane.twin().await?;
    for (case, reply) in [
        ("a silent provider", silent),
        ("refused connections", refused),
    ] {
        let took = reply.as_ref().ok().map(|reply| reply.took);
        lane.case("JB-17", format!("no keys yet, {case}"))
            .fact(lane.unavailable(&reply))
            .fact(time(
                "until it was answered",
                lane.longest_answer() + BUSY,
                took,
            ))
            .twin(twin.clone())
            .record();
    }
    Ok(())
}
