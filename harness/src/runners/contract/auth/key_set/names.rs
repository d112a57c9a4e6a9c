//! Names of keys: two of one, none at all, and ones that programs stumble over.

use super::craft::{allows, draft, name, right};
use crate::model::trial::auth::DuplicateKid;
use crate::model::trial::{Fact, Saw, Want};
use crate::runners::contract::auth::case::status_number;
use crate::runners::contract::auth::lane::{Lane, LaneError, time};
use crate::runners::contract::fake::identity_provider::{KeySet, RawDocument, Scene};
use crate::runners::contract::fake::keys::{Family, Key};
use jsonwebtoken::Algorithm::{ES256, RS256};
use serde_json::{Value, json};

/// `KS-6`: two RSA keys of one name, and a third one that is not published.
pub(super) async fn twice(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !allows(lane, "KS-6", RS256) {
        return Ok(());
    }
    let kid = name("twice");
    let ([third, first], second) = (Family::Rsa.own()?, Family::Rsa.foreign()?);
    let token =
        |key| Ok::<_, LaneError>(draft(lane, &kid, RS256)?.by(Key::Pair(key), RS256).sign()?);
    let keys = [&first, &second].map(|key| Value::Object(key.jwk(&kid, RS256)));
    lane.publish(KeySet::Beside(keys.to_vec())).await?;
    for (case, key) in [("the first of two", first), ("the second of two", second)] {
        match lane.plan.keys.duplicate_kid {
            DuplicateKid::Reject => lane.refuses("KS-6", case, &token(key)?).await?,
            DuplicateKid::TryEach => lane.accepts("KS-6", case, &token(key)?).await,
        }
    }
    lane.refuses("KS-6", "a third key under their name", &token(third)?)
        .await
}

/// `KS-7`: an RSA and an EC key of one name.
pub(super) async fn two_types(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !allows(lane, "KS-7", RS256) || !allows(lane, "KS-7", ES256) {
        return Ok(());
    }
    let kid = name("both");
    let keys = [
        (Family::Rsa.foreign()?, RS256),
        (Family::P256.foreign()?, ES256),
    ];
    let set = keys
        .iter()
        .map(|(key, alg)| Value::Object(key.jwk(&kid, *alg)));
    lane.publish(KeySet::Beside(set.collect())).await?;
    for (key, alg) in keys {
        let token = draft(lane, &kid, alg)?.by(Key::Pair(key), alg).sign()?;
        lane.accepts("KS-7", &format!("{alg:?} under the shared name"), &token)
            .await;
    }
    Ok(())
}

/// `KS-19`: a set without any name: used or not, but nothing breaks.
pub(super) async fn none(lane: &Lane<'_>) -> Result<(), LaneError> {
    let mut keys = lane.idp().published();
    for key in &mut keys {
        if let Some(members) = key.as_object_mut() {
            members.remove("kid");
        }
    }
    lane.scene(Scene {
        key_set: KeySet::Raw(RawDocument {
            content_type: "application/json".to_owned(),
            body: json!({ "keys": keys }).to_string(),
        }),
        ..Scene::default()
    })
    .await?;
    let mark = lane.idp().mark();
    let provoked = lane.provoke(mark).await?;
    let named = lane.bearer(&lane.good()?).await;
    let nameless = lane
        .bearer(&lane.draft()?.without_header("kid").sign()?)
        .await;
    lane.scene(Scene::default()).await?;
    let back = lane.first_good(lane.soon() * 2).await?;
    let sane = |what: &str, saw: Saw| {
        let want = Want::Number {
            at_least: Some(200.0),
            at_most: Some(499.0),
            unit: String::new(),
        };
        Fact::new(what, want, saw).should()
    };
    let saw = if provoked { "it was" } else { "it was not" };
    lane.case("KS-19", "no key has a name")
        .fact(Fact::holds("the set", "fetched", provoked, saw).should())
        .fact(sane("status of a token with a name", status_number(&named)))
        .fact(sane(
            "status of a token without one",
            status_number(&nameless),
        ))
        .fact(time("until a named set was used again", lane.soon() * 2, back).should())
        .record();
    Ok(())
}

/// `KS-21`: names that are something else in the language of the target.
pub(super) async fn odd(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !allows(lane, "KS-21", RS256) {
        return Ok(());
    }
    let names = [
        ("__proto__", "__proto__".to_owned()),
        ("a face", "\u{1f600}".to_owned()),
        ("4 KiB", "k".repeat(4096)),
    ];
    let mut all = Vec::new();
    for (case, kid) in names {
        let mut crafted = right(lane, case, RS256, &json!({ "kid": kid }))?;
        let key = Key::Pair(Family::Rsa.foreign()?);
        crafted.token = draft(lane, &kid, RS256)?.by(key, RS256).sign()?;
        all.push(crafted);
    }
    let keys = all.iter().map(|crafted| crafted.jwk.clone());
    lane.publish(KeySet::Beside(keys.collect())).await?;
    for crafted in &all {
        lane.accepts("KS-21", &crafted.case, &crafted.token).await;
    }
    for kid in ["constructor", "toString", "hasOwnProperty"] {
        let key = Key::Pair(Family::Rsa.foreign()?);
        let token = draft(lane, kid, RS256)?.by(key, RS256).sign()?;
        lane.refuses("KS-21", &format!("{kid}, which is not published"), &token)
            .await?;
    }
    Ok(())
}
