//! Discovery documents that must not be believed. The target has no keys, so whatever it accepted it
//! would accept because of them.

use crate::model::trial::{Fact, Trial, Twin};
use crate::runners::contract::auth::draft::input;
use crate::runners::contract::auth::lane::{BUSY, LOOK, Lane, LaneError, seen_count, time};
use crate::runners::contract::fake::identity_provider::{
    Fault, KeySet, RawDocument, Route, Scene, StatusFault,
};
use crate::runners::contract::fake::keys::{Family, Key, Material};
use crate::runners::contract::record::{Mark, Outcome};
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Instant;

/// Octets of a document that no issuer needs.
const LARGE: usize = 5 * 1024 * 1024;
/// Algorithms that an issuer may list and a target need not allow; the first that it does not is tried.
const OTHERS: [Algorithm; 5] = [
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::ES384,
    Algorithm::RS384,
    Algorithm::EdDSA,
];

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn saying(value: Value) -> Scene {
    Scene {
        discovery: members(value),
        ..Scene::default()
    }
}

fn failing(fault: Fault) -> Scene {
    Scene {
        fault: Some(fault),
        at: vec![Route::Discovery],
        ..Scene::default()
    }
}

fn status(code: u16) -> Scene {
    failing(Fault::Status(StatusFault {
        code,
        retry_after_seconds: None,
    }))
}

fn page() -> Scene {
    Scene {
        discovery_document: Some(RawDocument {
            content_type: "text/html".to_owned(),
            body: "<!doctype html><title>Sign in</title><p>Please sign in".to_owned(),
        }),
        ..Scene::default()
    }
}

/// Every document: its check, what it is, and the scene.
fn documents() -> Vec<(&'static str, &'static str, Scene)> {
    vec![
        (
            "DI-2",
            "the issuer with a slash more",
            saying(json!({"issuer": "{issuer}/"})),
        ),
        (
            "DI-2",
            "the issuer of another",
            saying(json!({"issuer": "{second_issuer}"})),
        ),
        ("DI-2", "no issuer", saying(json!({"issuer": null}))),
        ("DI-3", "no jwks_uri", saying(json!({"jwks_uri": null}))),
        (
            "DI-3",
            "a relative jwks_uri",
            saying(json!({"jwks_uri": "/realms/a/keys"})),
        ),
        (
            "DI-3",
            "a file",
            saying(json!({"jwks_uri": "file:///etc/hostname"})),
        ),
        ("DI-4", "404", status(404)),
        ("DI-4", "500", status(500)),
        ("DI-4", "a page", page()),
        ("DI-4", "octets that are no HTTP", failing(Fault::NotHttp)),
        (
            "DI-4",
            "5 MiB",
            saying(json!({"padding": " ".repeat(LARGE)})),
        ),
        ("DI-4", "silence", failing(Fault::Silent)),
    ]
}

/// What came of one document, until its twin is known.
struct Seen {
    check: &'static str,
    case: &'static str,
    facts: Vec<Fact>,
}

/// `DI-2`, `DI-3` and `DI-4`. The twin comes last, since a target that has keys has nothing to ask for.
pub(super) async fn all(lane: &Lane<'_>) -> Result<(), LaneError> {
    let mut seen = Vec::new();
    for (check, case, scene) in documents() {
        if lane.stage.asks(check) && !lane.stage.stopped() {
            let facts = believed(lane, scene).await?;
            seen.push(Seen { check, case, facts });
        }
    }
    // The document of the twin is the one that `DI-8` is about: it is not fetched again.
    lane.scene(widened(lane)).await?;
    lane.until_good(lane.soon() + lane.longest_answer()).await?;
    let twin = lane.twin().await?;
    for Seen { check, case, facts } in seen {
        record(lane, check, case, facts, &twin);
    }
    Ok(())
}

fn record(lane: &Lane<'_>, check: &str, case: &str, facts: Vec<Fact>, twin: &Twin) {
    lane.stage.trial(Trial {
        check: check.to_owned(),
        case: case.to_owned(),
        facts,
        twins: vec![twin.clone()],
        curl: None,
    });
}

/// Sends good tokens until the document was fetched: none of them is accepted.
async fn believed(lane: &Lane<'_>, scene: Scene) -> Result<Vec<Fact>, LaneError> {
    lane.scene(scene).await?;
    let (mark, until) = (lane.idp().mark(), Instant::now() + lane.soon());
    let mut last;
    loop {
        last = lane.bearer(&lane.good()?).await;
        if fetched(lane, mark) || lane.is_accepted(&last) || Instant::now() >= until {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    // The one that was asked while the document was fetched may have been too early to be wrong.
    let again = lane.bearer(&lane.good()?).await;
    let documents = lane.discoveries(mark).len();
    let took = last.as_ref().ok().map(|reply| reply.took);
    Ok(vec![
        seen_count("requests for discovery", (1, usize::MAX), documents),
        lane.not_accepted(&last),
        lane.not_accepted(&again),
        time("until it was answered", lane.longest_answer() + BUSY, took),
        seen_count("requests for the keys", (0, 0), lane.gets(mark).len()),
    ])
}

fn fetched(lane: &Lane<'_>, mark: Mark) -> bool {
    let documents = lane.discoveries(mark);
    documents.iter().any(|seen| seen.outcome != Outcome::Open)
}

/// The first algorithm that the target does not allow.
fn outside(lane: &Lane<'_>) -> Option<Algorithm> {
    let allowed = |one: &Algorithm| lane.plan.algorithms.contains(&format!("{one:?}"));
    OTHERS.into_iter().find(|one| !allowed(one))
}

/// A right document that lists more than the target allows.
fn widened(lane: &Lane<'_>) -> Scene {
    let mut listed = vec![json!("none"), json!("HS256")];
    listed.extend(lane.plan.algorithms.iter().map(|one| json!(one)));
    listed.extend(outside(lane).iter().map(|one| json!(one)));
    saying(json!({ "id_token_signing_alg_values_supported": listed }))
}

/// `DI-8`: discovery lists what the target does not allow, and a right key of it is published.
pub(super) async fn widening(lane: &Lane<'_>) -> Result<(), LaneError> {
    let other = outside(lane);
    let kid = format!("widened-{}", uuid::Uuid::new_v4().simple());
    let key = other
        .and_then(Family::of)
        .map(|family| family.foreign())
        .transpose()?;
    let mut beside = Vec::new();
    if let (Some(other), Some(key)) = (other, &key) {
        beside.push(Value::Object(key.jwk(&kid, other)));
    }
    lane.scene(Scene {
        key_set: KeySet::Beside(beside),
        ..widened(lane)
    })
    .await?;
    // A target that has its keys already fetches the new one for a stranger.
    let mark = lane.idp().mark();
    lane.until_good(lane.soon() + lane.longest_answer()).await?;
    lane.provoke(mark).await?;
    for (case, token) in tokens(lane, other.zip(key), &kid)? {
        lane.refuses("DI-8", &case, &token).await?;
    }
    Ok(())
}

type Right = (Algorithm, Arc<Material>);

/// Tokens that only a widened list allows.
fn tokens(
    lane: &Lane<'_>,
    other: Option<Right>,
    kid: &str,
) -> Result<Vec<(String, String)>, LaneError> {
    let draft = lane.draft()?;
    let none = draft.clone().header("alg", "none");
    let none = format!("{}.", input(none.header_text(), none.claims_text()));
    // What everybody knows of the key, as the secret that it then is.
    let published = lane.idp().published();
    let public = published.first().map(Value::to_string).unwrap_or_default();
    let secret = Key::Secret(public.into_bytes());
    let shared = draft
        .clone()
        .header("alg", "HS256")
        .by(secret, Algorithm::HS256)
        .sign()?;
    let mut tokens = vec![("none".to_owned(), none), ("HS256".to_owned(), shared)];
    if let Some((algorithm, key)) = other {
        let draft = draft.header("kid", kid).header("alg", json!(algorithm));
        let token = draft.by(Key::Pair(key), algorithm).sign()?;
        tokens.push((format!("{algorithm:?} by a right key of the set"), token));
    }
    Ok(tokens)
}
