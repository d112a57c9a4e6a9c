//! Documents in place of the set of keys: an error that is counted, and the keys of before.

use crate::model::trial::Fact;
use crate::runners::contract::auth::lane::{Lane, LaneError};
use crate::runners::contract::fake::identity_provider::{
    Fault, KeyChange, KeySet, RawDocument, Route, Scene, named,
};
use serde_json::json;

/// One document after another: fetched, refused, and the old keys do.
async fn old_keys_do(
    lane: &Lane<'_>,
    check: &str,
    documents: &[(&str, &str)],
) -> Result<(), LaneError> {
    for (name, case) in documents {
        lane.rests().await;
        let before = lane.scrape().await;
        let scene = named(name).map_err(|error| LaneError::Harness(error.to_string()))?;
        lane.scene(Scene {
            at: vec![Route::Keys],
            ..scene
        })
        .await?;
        let mark = lane.idp().mark();
        let provoked = lane.provoke(mark).await?;
        let counted = lane.error_counted(&before).await;
        let reply = lane.bearer(&lane.good()?).await;
        lane.case(check, *case)
            .fact(Fact::holds(
                "the document",
                "fetched",
                provoked,
                if provoked { "it was" } else { "it was not" },
            ))
            .fact(lane.accepted(&reply))
            .facts(counted)
            .record();
    }
    Ok(())
}

/// `KS-14`.
pub(super) async fn large(lane: &Lane<'_>) -> Result<(), LaneError> {
    let documents = [("huge:octets", "5 MiB"), ("huge:keys", "10 000 keys")];
    old_keys_do(lane, "KS-14", &documents).await
}

/// `KS-16`.
pub(super) async fn no_set(lane: &Lane<'_>) -> Result<(), LaneError> {
    let documents = [
        ("garbage:html", "a page"),
        (
            "garbage:truncated",
            "half a document, with the length of that half",
        ),
        (
            "outage:half",
            "half a document, with the length of the whole",
        ),
        ("huge:packed", "32 MiB in a small gzip"),
        ("garbage:null", "null"),
    ];
    old_keys_do(lane, "KS-16", &documents).await?;
    lane.rests().await;
    own_type(lane).await
}

/// `KS-16`, the type that RFC 7517 has for sets.
async fn own_type(lane: &Lane<'_>) -> Result<(), LaneError> {
    // The new keys are there before the document that is made of them.
    lane.scene(Scene {
        keys: KeyChange::Fresh,
        fault: Some(Fault::NotHttp),
        at: vec![Route::Keys],
        ..Scene::default()
    })
    .await?;
    lane.scene(Scene {
        key_set: KeySet::Raw(RawDocument {
            content_type: "application/jwk-set+json".to_owned(),
            body: json!({"keys": lane.idp().published()}).to_string(),
        }),
        ..Scene::default()
    })
    .await?;
    lane.until_good(lane.soon()).await?;
    let reply = lane.bearer(&lane.good()?).await;
    lane.case("KS-16", "application/jwk-set+json")
        .fact(lane.accepted(&reply).should())
        .record();
    Ok(())
}

/// `KS-18`.
pub(super) async fn no_list(lane: &Lane<'_>) -> Result<(), LaneError> {
    let documents = [
        ("garbage:no-keys", "{}"),
        ("garbage:object", "keys is an object"),
    ];
    old_keys_do(lane, "KS-18", &documents).await
}
