//! Floods of names that nobody has published: what they cost the provider, and everybody else.

use super::cold::HERD;
use super::retry::failing;
use crate::model::trial::{Fact, Saw};
use crate::runners::contract::auth::ask::{Reply, Silence};
use crate::runners::contract::auth::lane::{
    BUSY, Lane, LaneError, all_of, p95, saw, seen_count, time,
};
use crate::runners::contract::auth::observation;
use crate::runners::contract::auth::pace;
use crate::runners::contract::fake::identity_provider::{Fault, KeyChange, KeySet, Scene};
use futures_util::future::join_all;
use std::time::{Duration, Instant};

/// Strangers of the flood, and how long it takes.
const STRANGERS: u32 = 500;
const FLOOD: Duration = Duration::from_secs(10);
/// Good tokens that are timed before the flood.
const BEFORE: usize = 40;
/// What is slower than twice as slow, and still within what a busy machine does.
const NOTICED: Duration = Duration::from_millis(250);
/// Strangers a second of the shorter floods.
const PER_SECOND: u32 = 50;

type Answers = Vec<Result<Reply, Silence>>;

impl Lane<'_> {
    /// Sends tokens, evenly over a time, whatever becomes of those before.
    async fn evenly(&self, tokens: &[String], over: Duration) -> Answers {
        let count = u32::try_from(tokens.len()).unwrap_or(u32::MAX).max(1);
        let sent = (0..).zip(tokens).map(|(number, token)| async move {
            tokio::time::sleep(over * number / count).await;
            self.bearer(token).await
        });
        join_all(sent).await
    }

    fn strangers(&self, count: u32) -> Result<Vec<String>, LaneError> {
        (0..count).map(|_| self.stranger()).collect()
    }

    /// How many fetches strangers may cause in a time.
    fn allowed(&self, elapsed: Duration) -> usize {
        let cooldowns = elapsed.as_secs_f64() / self.cooldown().as_secs_f64().max(0.001);
        (cooldowns.ceil() as usize).saturating_add(1)
    }
}

/// `JB-11`, `JB-13`, `JB-14` and `OB-5`: a flood while the provider is well.
pub(super) async fn steady(lane: &Lane<'_>) -> Result<(), LaneError> {
    let mut calm = Vec::with_capacity(BEFORE);
    for _ in 0..BEFORE {
        calm.push(lane.bearer(&lane.good()?).await);
    }
    let good: Vec<String> = (0..HERD).map(|_| lane.good()).collect::<Result<_, _>>()?;
    let strangers = lane.strangers(STRANGERS)?;
    observation::warm(lane).await?;
    let page = lane.page().await;
    let (mark, started) = (lane.idp().mark(), Instant::now());
    let (bad, amid, new) = tokio::join!(
        lane.evenly(&strangers, FLOOD),
        lane.evenly(&good, FLOOD),
        new_key(lane)
    );
    let (gets, elapsed) = (lane.gets(mark).len(), started.elapsed());
    let refused = |reply: &Result<Reply, Silence>| matches!(reply, Ok(reply) if lane.plan.statuses.reject.contains(&reply.status));
    lane.case("JB-11", "500 names in 10 s")
        .fact(all_of("answers", "all refused", &bad, refused))
        .fact(seen_count(
            "requests for the keys",
            (1, lane.allowed(elapsed)),
            gets,
        ))
        .record();
    lane.case("JB-14", "a new key in the middle of the flood")
        .fact(time("until its token was accepted", lane.soon(), new?))
        .record();
    observation::series(lane, page).await;
    let kept = kept(lane, &good[0]).await?;
    lane.case("JB-13", "good tokens amid the flood")
        .fact(all_of("answers", "all accepted", &amid, |reply| {
            lane.is_accepted(reply)
        }))
        .fact(as_fast(&calm, &amid).await)
        .fact(all_of(
            "known keys after it, the provider down",
            "all accepted",
            &kept,
            |reply| lane.is_accepted(reply),
        ))
        .record();
    Ok(())
}

/// A new key in the middle of the flood; how long its token took to be accepted.
async fn new_key(lane: &Lane<'_>) -> Result<Option<Duration>, LaneError> {
    tokio::time::sleep(FLOOD / 2).await;
    lane.scene(Scene {
        keys: KeyChange::Add,
        ..Scene::default()
    })
    .await?;
    lane.first_good(lane.soon()).await
}

/// What was pushed out cannot come back while the provider is down.
async fn kept(lane: &Lane<'_>, old: &str) -> Result<Answers, LaneError> {
    let new = lane.good()?;
    lane.scene(Scene {
        fault: Some(Fault::Refused),
        ..Scene::default()
    })
    .await?;
    Ok(vec![lane.bearer(old).await, lane.bearer(&new).await])
}

async fn as_fast(calm: &Answers, amid: &Answers) -> Fact {
    let most = (p95(calm).unwrap_or_default() * 2).max(NOTICED);
    match p95(amid) {
        Some(slow) => pace::within("95 % of them were answered within", most, slow).await,
        None => time("95 % of them were answered within", most, None),
    }
}

/// `JB-12` and `KS-17`: shorter floods while the keys are empty, failing, or refused.
pub(super) async fn amid_faults(lane: &Lane<'_>) -> Result<(), LaneError> {
    empty(lane).await?;
    lane.rests().await;
    failing_keys(lane).await?;
    lane.rests().await;
    refused(lane).await
}

fn short(lane: &Lane<'_>) -> Duration {
    (lane.cooldown() * 3).clamp(Duration::from_secs(3), FLOOD)
}

async fn flood(lane: &Lane<'_>) -> Result<(Answers, Duration), LaneError> {
    let over = short(lane);
    let count = u32::try_from(over.as_secs()).unwrap_or(1) * PER_SECOND;
    let strangers = lane.strangers(count)?;
    let started = Instant::now();
    let answers = lane.evenly(&strangers, over).await;
    Ok((answers, started.elapsed()))
}

fn answered(answers: &Answers) -> Fact {
    all_of(
        "answers",
        "each one, and none of them 5xx but 503",
        answers,
        |reply| matches!(reply, Ok(reply) if reply.status < 500 || reply.status == 503),
    )
}

async fn empty(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.cool_down().await;
    lane.scene(Scene {
        key_set: KeySet::Empty,
        ..Scene::default()
    })
    .await?;
    let (mark, started) = (lane.idp().mark(), Instant::now());
    lane.provoke(mark).await?;
    let (answers, _) = flood(lane).await?;
    let (gets, elapsed) = (lane.gets(mark).len(), started.elapsed());
    let alive = lane.liveness().await;
    let back = {
        lane.scene(Scene::default()).await?;
        lane.first_good(lane.soon()).await?
    };
    for check in ["JB-12", "KS-17"] {
        lane.case(check, "a flood while the set is empty")
            .fact(answered(&answers))
            .fact(seen_count(
                "requests for the keys",
                (1, lane.allowed(elapsed)),
                gets,
            ))
            .fact(Fact::holds(
                "the process",
                "alive",
                alive.is_ok(),
                alive
                    .as_ref()
                    .map_or_else(ToString::to_string, |reply| reply.status.to_string()),
            ))
            .fact(time(
                "until a good token was accepted again",
                lane.soon() + BUSY,
                back,
            ))
            .record();
    }
    Ok(())
}

async fn failing_keys(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.cool_down().await;
    lane.scene(failing(500, None, KeyChange::Keep)).await?;
    let mark = lane.idp().mark();
    let (answers, elapsed) = flood(lane).await?;
    let attempts = lane.plan.keys.retry.most as usize + 1;
    let most = lane.allowed(elapsed) * attempts;
    lane.case("JB-12", "a flood while the keys are answered 500")
        .fact(answered(&answers))
        .fact(seen_count(
            "requests for the keys",
            (1, most),
            lane.gets(mark).len(),
        ))
        .record();
    Ok(())
}

/// What is refused the provider does not see: the target's own count is all there is.
async fn refused(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !lane.has_metrics() {
        return Ok(());
    }
    lane.cool_down().await;
    let before = lane.scrape().await;
    lane.scene(Scene {
        fault: Some(Fault::Refused),
        ..Scene::default()
    })
    .await?;
    let (answers, elapsed) = flood(lane).await?;
    let grown = lane.grown(&before, |scrape| lane.errors(scrape), 1.0).await;
    let attempts = lane.plan.keys.retry.most + 1;
    let allowed = u32::try_from(lane.allowed(elapsed)).unwrap_or(u32::MAX);
    let most = f64::from(allowed.saturating_mul(attempts));
    let saw: Saw = saw(grown);
    lane.case("JB-12", "a flood while connections are refused")
        .fact(answered(&answers))
        .fact(Fact::number(
            "fetch errors counted",
            (Some(1.0), Some(most)),
            "",
            saw,
        ))
        .record();
    Ok(())
}
