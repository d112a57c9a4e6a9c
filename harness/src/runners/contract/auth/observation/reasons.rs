//! Refusals by their class: each class has a series of its own, and moves no other.

use super::counts::has_metrics;
use crate::model::trial::{Fact, Saw};
use crate::runners::contract::auth::ask::Ask;
use crate::runners::contract::auth::lane::{Lane, LaneError};
use crate::runners::contract::auth::scrape::Scrape;
use crate::runners::contract::fake::identity_provider::{Claims, Signer};
use crate::runners::contract::fake::keys::Key;
use jsonwebtoken::Algorithm;
use serde_json::{Map, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds beyond the leeway.
const BEYOND: i64 = 60;

/// The word of a class, as the target declares it.
pub(super) fn word<'l>(lane: &'l Lane<'_>, class: &'l str) -> &'l str {
    lane.plan.reasons.get(class).map_or(class, String::as_str)
}

/// How many refusals of a class were counted so far.
pub(super) fn count(lane: &Lane<'_>, scrape: &Scrape, class: &str) -> f64 {
    let all = by_word(lane, scrape);
    all.get(word(lane, class)).copied().unwrap_or_default()
}

fn by_word(lane: &Lane<'_>, scrape: &Scrape) -> BTreeMap<String, f64> {
    let metrics = &lane.plan.metrics;
    scrape.by(&metrics.failure, &metrics.reason_label)
}

fn leeway(lane: &Lane<'_>) -> i64 {
    let seconds = lane.plan.claims.leeway.as_secs();
    i64::try_from(seconds).unwrap_or(i64::MAX / 2)
}

/// A token that has expired.
pub(super) fn expired(lane: &Lane<'_>) -> Result<String, LaneError> {
    lane.mint(&Claims {
        lifetime_seconds: Some(-leeway(lane) - BEYOND),
        ..lane.wanted()
    })
}

/// A token that another key signed under the name of the right one.
pub(super) fn forged(lane: &Lane<'_>) -> Result<String, LaneError> {
    lane.mint(&Claims {
        signer: Some(Signer::Unpublished),
        ..lane.wanted()
    })
}

fn claiming(lane: &Lane<'_>, claims: serde_json::Value) -> Result<String, LaneError> {
    let mut wanted = lane.wanted();
    let members = claims.as_object().cloned().unwrap_or_else(Map::new);
    wanted.claims.extend(members);
    lane.mint(&wanted)
}

fn early(lane: &Lane<'_>) -> Result<String, LaneError> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX / 2);
    claiming(lane, json!({"nbf": now + leeway(lane) + BEYOND}))
}

fn without_expiry(lane: &Lane<'_>) -> Result<String, LaneError> {
    lane.mint(&Claims {
        without: vec!["exp".to_owned()],
        ..lane.wanted()
    })
}

fn shared_secret(lane: &Lane<'_>) -> Result<String, LaneError> {
    let draft = lane.draft()?.header("alg", "HS256");
    let draft = draft.by(Key::Secret(b"secret".to_vec()), Algorithm::HS256);
    Ok(draft.sign()?)
}

/// Each class that a target with keys can show, with a request of it.
pub(super) fn requests(lane: &Lane<'_>) -> Result<Vec<(&'static str, Ask)>, LaneError> {
    let bearer = |token: String| lane.request().bearer(&token);
    Ok(vec![
        ("missing_token", lane.request()),
        ("malformed", bearer("abc".to_owned())),
        ("unsupported_alg", bearer(shared_secret(lane)?)),
        ("unknown_kid", bearer(lane.stranger()?)),
        ("invalid_signature", bearer(forged(lane)?)),
        ("expired", bearer(expired(lane)?)),
        ("not_yet_valid", bearer(early(lane)?)),
        (
            "invalid_issuer",
            bearer(claiming(lane, json!({"iss": "https://other.example"}))?),
        ),
        (
            "invalid_audience",
            bearer(claiming(lane, json!({"aud": "another-api"}))?),
        ),
        ("missing_claim", bearer(without_expiry(lane)?)),
    ])
}

/// `OB-2`.
pub(super) async fn each(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !has_metrics(lane, "OB-2") {
        return Ok(());
    }
    for (class, ask) in requests(lane)? {
        let before = lane.scrape().await;
        let reply = lane.send(&ask).await;
        let all = |scrape: &Scrape| by_word(lane, scrape).values().sum();
        let grown = lane.grown(&before, all, 1.0).await;
        let saw = match (&before, &grown, lane.scrape().await) {
            (Ok(before), Ok(_), Ok(after)) => moved(&by_word(lane, before), &by_word(lane, &after)),
            (Err(why), _, _) | (_, Err(why), _) => Saw::Unknown(why.clone()),
            (_, _, Err(why)) => Saw::Unknown(why),
        };
        let wanted = format!("{} by 1", word(lane, class));
        lane.case("OB-2", class)
            .fact(lane.not_accepted(&reply))
            .fact(Fact::one_of("series that moved", [wanted], saw))
            .asked(&ask)
            .record();
    }
    let words: BTreeSet<&String> = lane.plan.reasons.values().collect();
    lane.case("OB-2", "the declared words")
        .fact(
            Fact::holds(
                "classes",
                "no two share a series",
                words.len() == lane.plan.reasons.len(),
                format!(
                    "{} words for {} classes",
                    words.len(),
                    lane.plan.reasons.len()
                ),
            )
            .should(),
        )
        .record();
    Ok(())
}

/// Which series moved, and by how much, in words.
fn moved(before: &BTreeMap<String, f64>, after: &BTreeMap<String, f64>) -> Saw {
    let grown = after.iter().filter_map(|(word, value)| {
        let by = value - before.get(word).copied().unwrap_or_default();
        (by.abs() > f64::EPSILON).then(|| format!("{word} by {by}"))
    });
    let all: Vec<String> = grown.collect();
    match all.is_empty() {
        true => Saw::Nothing("no series moved".to_owned()),
        false => Saw::Text(all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pairs: &[(&str, f64)]) -> BTreeMap<String, f64> {
        pairs
            .iter()
            .map(|(word, value)| ((*word).to_owned(), *value))
            .collect()
    }

    #[test]
    fn what_moved_is_told_with_everything_else_that_did() {
        let before = counts(&[("expired", 1.0), ("malformed", 4.0)]);
        let alone = counts(&[("expired", 2.0), ("malformed", 4.0)]);
        assert_eq!(moved(&before, &alone), Saw::Text("expired by 1".to_owned()));
        let both = counts(&[("expired", 2.0), ("malformed", 5.0), ("new", 2.0)]);
        let told = "expired by 1, malformed by 1, new by 2";
        assert_eq!(moved(&before, &both), Saw::Text(told.to_owned()));
        assert!(matches!(moved(&before, &before), Saw::Nothing(_)));
    }
}
