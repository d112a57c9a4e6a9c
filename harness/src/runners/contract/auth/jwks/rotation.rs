//! Keys that come and go while the target runs, and how it asks for them.

use crate::model::trial::Fact;
use crate::runners::contract::auth::lane::{LOOK, Lane, LaneError, all_of, saw, seen_count, time};
use crate::runners::contract::auth::pace;
use crate::runners::contract::fake::identity_provider::{Fault, KeyChange, Scene};
use crate::runners::contract::record::SeenRequest;
use std::time::{Duration, Instant};

/// Header fields of a request that must not reach the provider.
const FOREIGN: [&str; 6] = [
    "authorization",
    "cookie",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
];
/// What stands in them.
const CANARY: &str = "canary-of-the-request";

/// `JB-4` and `JB-5`: a new key is accepted soon, and the old one while it is published.
pub(super) async fn added(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.scene(Scene {
        keys: KeyChange::Add,
        ..Scene::default()
    })
    .await?;
    let took = lane.first_good(lane.soon()).await?;
    lane.case("JB-4", "a new key beside the old one")
        .fact(time("until its token was accepted", lane.soon(), took))
        .record();
    lane.accepts("JB-5", "the old key, still published", &lane.old()?)
        .await;
    Ok(())
}

/// `JB-8`: the key of a token is newer than everything that was fetched.
pub(super) async fn before_signing(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.play("rotate-before-sign").await?;
    let token = lane.good()?;
    let started = Instant::now();
    let took = loop {
        let reply = lane.bearer(&token).await;
        if lane.is_accepted(&reply) {
            break Some(started.elapsed());
        }
        if started.elapsed() > lane.soon() {
            break None;
        }
        tokio::time::sleep(LOOK).await;
    };
    lane.case("JB-8", "new keys just before the signature")
        .fact(time("until the token was accepted", lane.soon(), took))
        .record();
    Ok(())
}

/// `JB-28`: the fetch says nothing about the request that caused it.
pub(super) async fn hygiene(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.cool_down().await;
    let mark = lane.idp().mark();
    let token = lane.stranger()?;
    let mut ask = lane.request().bearer(&token);
    for name in FOREIGN.into_iter().filter(|name| *name != "authorization") {
        ask = ask.field(name, CANARY);
    }
    let reply = lane.send(&ask).await;
    // The one request may have come inside a cooldown of the target's own.
    lane.provoke(mark).await?;
    let delta = lane.idp().requests_since(mark);
    let named = |fields: &[(String, String)]| {
        fields.iter().any(|(name, value)| {
            FOREIGN
                .iter()
                .any(|foreign| name.eq_ignore_ascii_case(foreign))
                || value.contains(CANARY)
        })
    };
    let (_, keys) = lane.idp().paths();
    let copied = delta
        .requests
        .iter()
        .filter(|seen| named(&seen.fields))
        .count();
    let gets = lane.gets(mark);
    let methods: Vec<&str> = gets.iter().map(|seen| seen.method.as_str()).collect();
    let agent = |seen: &&SeenRequest| {
        let mut fields = seen.fields.iter();
        fields.any(|(name, value)| name.eq_ignore_ascii_case("user-agent") && !value.is_empty())
    };
    let named_agent = gets.iter().filter(agent).count();
    lane.case("JB-28", "a stranger with a cookie and forwarded fields")
        .fact(lane.rejected(&reply))
        .fact(Fact::holds(
            "methods",
            "GET, at least once",
            !methods.is_empty() && methods.iter().all(|method| *method == "GET"),
            methods.join(", "),
        ))
        .fact(seen_count(
            "requests with fields of the request",
            (0, 0),
            copied,
        ))
        .fact(Fact::holds(
            "targets",
            &format!("{keys}, without a query"),
            gets.iter().all(|seen| seen.target == keys),
            gets.first()
                .map(|seen| seen.target.clone())
                .unwrap_or_default(),
        ))
        .fact(seen_count(
            "requests that no provider is meant for",
            (0, 0),
            delta.unmatched().len(),
        ))
        .fact(
            seen_count(
                "fetches with a User-Agent",
                (gets.len().max(1), gets.len().max(1)),
                named_agent,
            )
            .should(),
        )
        .asked(&ask)
        .record();
    Ok(())
}

/// `JB-29`: connections that the provider closed since are nobody's trouble.
pub(super) async fn closed_connections(lane: &Lane<'_>) -> Result<(), LaneError> {
    let before = lane.scrape().await;
    // Shutting the door ends every connection that was kept; it is open again before anybody asks.
    lane.scene(Scene {
        fault: Some(Fault::Refused),
        ..Scene::default()
    })
    .await?;
    lane.scene(Scene {
        keys: KeyChange::Add,
        ..Scene::default()
    })
    .await?;
    let took = lane.first_good(lane.soon()).await?;
    let mut old = Vec::new();
    for _ in 0..5 {
        old.push(lane.bearer(&lane.old()?).await);
    }
    let mut facts = vec![
        time("until a new key was accepted", lane.soon(), took),
        all_of("old tokens", "all accepted", &old, |reply| {
            lane.is_accepted(reply)
        }),
    ];
    if lane.has_metrics() {
        let grown = lane.grown(&before, |scrape| lane.errors(scrape), 0.0).await;
        facts.push(Fact::number(
            "fetch errors counted",
            (None, Some(0.0)),
            "",
            saw(grown),
        ));
    }
    lane.case(
        "JB-29",
        "the provider closed its connections between two fetches",
    )
    .facts(facts)
    .record();
    Ok(())
}

/// A limit of time, longer where loopback itself is slow just now.
pub(super) async fn calm_limit(limit: Duration) -> Duration {
    let slow = pace::loopback().await.unwrap_or_default();
    limit + (slow * 10).min(limit)
}
