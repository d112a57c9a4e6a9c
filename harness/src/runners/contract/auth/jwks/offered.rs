//! What only some targets offer: old keys in an outage, conditions, a shorter age.

use crate::model::trial::{Fact, Saw};
use crate::runners::contract::auth::lane::{BUSY, LOOK, Lane, LaneError, all_of, time};
use crate::runners::contract::fake::identity_provider::{Fault, Scene};
use crate::runners::contract::record::Outcome;
use std::time::{Duration, Instant};

/// A window of old keys that is longer than this is not waited out.
const LONGEST: Duration = Duration::from_secs(60);
/// An age that is shorter than any time to live that a suite sets.
const MAX_AGE: Duration = Duration::from_secs(1);

/// `JB-16`: old keys do for the declared while, and then they do not.
pub(super) async fn stale(lane: &Lane<'_>) -> Result<(), LaneError> {
    let Some(window) = lane.plan.keys.stale_if_error else {
        lane.stage.not_run(
            "JB-16",
            "`auth.keys.stale_if_error_seconds` is not declared",
        );
        return Ok(());
    };
    if window > LONGEST {
        let why = "the declared window is longer than a minute: tell the target a shorter one";
        lane.stage.not_run("JB-16", why);
        return Ok(());
    }
    let before = lane.scrape().await;
    let good = lane.good()?;
    fetched_anew(lane, &good).await;
    lane.scene(Scene {
        fault: Some(Fault::Refused),
        ..Scene::default()
    })
    .await?;
    let down = Instant::now();
    let mut replies = Vec::new();
    // The keys may have been fetched a whole time to live ago: that is how long the window is for sure.
    while replies.len() < 2 || down.elapsed() < window.mul_f64(0.8) {
        replies.push(lane.bearer(&good).await);
        tokio::time::sleep(LOOK * 4).await;
    }
    let counted = lane.error_counted(&before).await;
    let most = lane.ttl + window + lane.longest_answer() + BUSY;
    let gone = first_unavailable(lane, &good, down, most).await;
    lane.scene(Scene::default()).await?;
    lane.until_good(lane.soon() + lane.longest_answer()).await?;
    lane.case("JB-16", "down past the time to live")
        .fact(all_of(
            "within the window",
            "all accepted",
            &replies,
            |reply| lane.is_accepted(reply),
        ))
        .facts(counted)
        .fact(time("until the keys counted as unavailable", most, gone))
        .twin(lane.twin().await?)
        .record();
    Ok(())
}

/// Asks until the keys were fetched once more: a target fetches only when it is asked, and answers
/// from what it has meanwhile, so keys that nobody asked for may be older than their time to live.
async fn fetched_anew(lane: &Lane<'_>, token: &str) {
    let mark = lane.idp().mark();
    let until = Instant::now() + lane.ttl + lane.soon() + lane.longest_answer();
    let answered = |lane: &Lane<'_>| {
        let gets = lane.gets(mark);
        gets.iter()
            .any(|seen| seen.outcome == Outcome::Answered(200))
    };
    while !answered(lane) && Instant::now() < until {
        let _ = lane.bearer(token).await;
        tokio::time::sleep(LOOK * 2).await;
    }
    // The answer has left the provider, and is not read yet.
    tokio::time::sleep(LOOK * 4).await;
}

/// When a token is answered as if there were no keys, counted from a moment.
async fn first_unavailable(
    lane: &Lane<'_>,
    token: &str,
    since: Instant,
    most: Duration,
) -> Option<Duration> {
    let statuses = &lane.plan.statuses.unavailable;
    while since.elapsed() < most {
        let reply = lane.bearer(token).await;
        if matches!(&reply, Ok(reply) if statuses.contains(&reply.status)) {
            return Some(since.elapsed());
        }
        tokio::time::sleep(LOOK * 4).await;
    }
    None
}

/// `JB-24`: what has not changed is not sent again.
pub(super) async fn condition(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !lane.plan.keys.conditional {
        lane.stage
            .not_run("JB-24", "`auth.keys.conditional` is not declared");
        return Ok(());
    }
    let (mark, until) = (lane.idp().mark(), Instant::now() + lane.ttl * 2 + BUSY);
    let unchanged = |lane: &Lane<'_>| {
        let gets = lane.gets(mark);
        gets.iter()
            .filter(|seen| seen.outcome == Outcome::Answered(304))
            .count()
    };
    while unchanged(lane) == 0 && Instant::now() < until {
        let _ = lane.bearer(&lane.good()?).await;
        tokio::time::sleep(LOOK * 2).await;
    }
    let seen = unchanged(lane);
    let after = lane.bearer(&lane.good()?).await;
    lane.case("JB-24", "keys that have not changed")
        .fact(Fact::holds(
            "a fetch",
            "with If-None-Match, answered 304",
            seen > 0,
            format!("{seen} of {}", lane.gets(mark).len()),
        ))
        .fact(lane.accepted(&after))
        .record();
    Ok(())
}

/// `JB-25`: the provider says that its keys grow old sooner.
pub(super) async fn max_age(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !lane.plan.keys.max_age {
        lane.stage
            .not_run("JB-25", "`auth.keys.max_age` is not declared");
        return Ok(());
    }
    let value = format!("public, max-age={}", MAX_AGE.as_secs());
    lane.scene(Scene {
        key_set_fields: [("cache-control".to_owned(), value)].into(),
        ..Scene::default()
    })
    .await?;
    let told = lane.idp().mark();
    lane.provoke(told).await?;
    let mark = lane.idp().mark();
    let started = Instant::now();
    let took = loop {
        let _ = lane.bearer(&lane.good()?).await;
        if !lane.gets(mark).is_empty() {
            break Saw::Number(started.elapsed().as_secs_f64());
        }
        if started.elapsed() > MAX_AGE + BUSY {
            break Saw::Nothing("the keys were not fetched again".to_owned());
        }
        tokio::time::sleep(LOOK * 2).await;
    };
    let most = (MAX_AGE + BUSY).as_secs_f64();
    lane.case("JB-25", "max-age=1")
        .fact(Fact::number(
            "until the keys were fetched again",
            (None, Some(most)),
            "s",
            took,
        ))
        .record();
    Ok(())
}
