//! Every scene as a raw client sees it, and a strict verifier without a cache.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::runners::contract::record::Outcome;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use reqwest::redirect;
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn provider() -> IdentityProvider {
    IdentityProvider::start(&Options::default()).await.unwrap()
}

pub(super) fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().redirect(redirect::Policy::none());
    client.build().unwrap()
}

async fn json_at(url: &str) -> Value {
    let answer = client().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{url}");
    answer.json().await.unwrap()
}

async fn play(provider: &IdentityProvider, name: &str) {
    provider.scene(named(name).unwrap()).await.unwrap();
}

fn token(provider: &IdentityProvider) -> String {
    provider.mint(&Claims::default()).unwrap()
}

/// A strict client without a cache: discovery, keys, signature, issuer, audience.
pub(super) async fn accepts(issuer: &str, token: &str) -> bool {
    let discovery = json_at(&format!("{issuer}/.well-known/openid-configuration")).await;
    if discovery["issuer"] != json!(issuer) {
        return false;
    }
    let keys = json_at(discovery["jwks_uri"].as_str().unwrap()).await;
    let keys: JwkSet = serde_json::from_value(keys).unwrap();
    let header = decode_header(token).unwrap();
    let Some(key) = keys.find(header.kid.as_deref().unwrap()) else {
        return false;
    };
    let mut rules = Validation::new(header.alg);
    rules.set_audience(&["workbench-api"]);
    rules.set_issuer(&[issuer]);
    rules.set_required_spec_claims(&["exp", "iss", "aud"]);
    let key = DecodingKey::from_jwk(key).unwrap();
    decode::<Value>(token, &key, &rules).is_ok()
}

/// What comes back for a GET, to the end of the connection.
async fn whole(provider: &IdentityProvider, path: &str) -> (String, Result<(), ErrorKind>) {
    let mut stream = match asked(provider, path).await {
        Ok(stream) => stream,
        Err(error) => return (String::new(), Err(error)),
    };
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await;
    let end = end.map(|_| ()).map_err(|error| error.kind());
    (String::from_utf8_lossy(&bytes).into_owned(), end)
}

async fn asked(provider: &IdentityProvider, path: &str) -> Result<TcpStream, ErrorKind> {
    let stream = TcpStream::connect(provider.front.address()).await;
    let mut stream = stream.map_err(|error| error.kind())?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    Ok(stream)
}

/// What comes back until it ends with a text; the connection must be open then.
async fn begun(provider: &IdentityProvider, path: &str, until: &str) -> String {
    let mark = provider.mark();
    let mut stream = asked(provider, path).await.unwrap();
    let mut text = String::new();
    while !text.ends_with(until) {
        text.push(char::from(stream.read_u8().await.unwrap()));
    }
    let mut outcome = Outcome::Open;
    while outcome == Outcome::Open {
        tokio::task::yield_now().await;
        let seen = provider.requests_since(mark).requests;
        outcome = seen.first().map_or(Outcome::Open, |seen| seen.outcome);
    }
    assert!(matches!(outcome, Outcome::Broken(_)), "{outcome:?}");
    // More may drip in, but the connection is not over.
    assert!(!matches!(stream.try_read(&mut [0; 1]), Ok(0)));
    text
}

/// Everything that a raw client can see of a scene.
async fn shows(provider: &IdentityProvider, name: &str) -> bool {
    let (discovery, keys) = provider.paths();
    let (text, end) = match name {
        "outage:silent" => return begun(provider, &keys, "").await.is_empty(),
        "outage:drip" => return begun(provider, &keys, "\r\n\r\n{").await.contains("200 OK"),
        "outage:endless-head" => {
            return begun(provider, &keys, "x-more: 1\r\n")
                .await
                .starts_with("HTTP/1.1 200");
        }
        _ => whole(provider, &keys).await,
    };
    let issuer = provider.issuer();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let says = |status: &str| head.starts_with(&format!("HTTP/1.1 {status} ")) && end.is_ok();
    let leads = |to: &str| says("302") && head.contains(&format!("location: {to}"));
    let count = || {
        serde_json::from_str::<Value>(body).unwrap()["keys"]
            .as_array()
            .unwrap()
            .len()
    };
    let published = || body.contains(&kid(provider)) && says("200");
    match name {
        "steady" | "cold" | "rotate-in-place" | "rotate-remove" | "slow:1000" => {
            published() && count() == 2
        }
        "rotate-add" => published() && count() == 4,
        "rotate-before-sign" => !body.contains(&kid(provider)) && says("200"),
        "outage:refused" => end == Err(ErrorKind::ConnectionRefused),
        "outage:reset" => end == Err(ErrorKind::ConnectionReset) && text.is_empty(),
        "outage:eof" => end.is_ok() && text.is_empty(),
        "outage:half" => says("200") && body.len() == announced(head) / 2,
        "outage:429" => says("429") && head.contains("retry-after: 1"),
        "flaky:1" => says("503") && whole(provider, &keys).await.0.starts_with("HTTP/1.1 200"),
        "huge:keys" => published() && count() == 10_002,
        "huge:packed" => {
            says("200") && head.contains("content-encoding: gzip") && text.len() < 1024 * 1024
        }
        "huge:octets" => published() && body.len() > 5 * 1024 * 1024,
        "garbage:html" => says("200") && body.starts_with("<!doctype html>"),
        "garbage:truncated" => says("200") && serde_json::from_str::<Value>(body).is_err(),
        "garbage:null" => says("200") && body == "null",
        "garbage:no-keys" => says("200") && body == "{}",
        "garbage:object" => says("200") && body == "{\"keys\":{}}",
        "garbage:octets" => end.is_ok() && !text.is_empty() && !text.starts_with("HTTP"),
        "empty-set" => says("200") && body == "{\"keys\":[]}",
        "redirect:http" => leads("http://127.0.0.1:"),
        "redirect:other-host" => leads("http://127.0.0.2:"),
        "redirect:loop" => leads(&format!("{issuer}/keys?hop=1")),
        "redirect:file" => leads("file:///"),
        "mixed-set" => published() && count() == 14 && body.contains("secp256k1"),
        "dup-kid" => published() && body.matches(&kid(provider)).count() == 2,
        "issuer-mismatch" => {
            let (text, _) = whole(provider, &discovery).await;
            text.contains(&format!("\"issuer\":\"{issuer}/\""))
        }
        "jwks-moved" => {
            let old = whole(provider, "/realms/a/keys").await.0;
            keys.ends_with("/keys/moved") && published() && old.starts_with("HTTP/1.1 404")
        }
        "second-idp" => accepts(&provider.second_issuer(), &token(provider)).await,
        "canary" => decode_header(token(provider)).unwrap().jku.is_some() && published(),
        status => says(status.strip_prefix("outage:").unwrap()),
    }
}

/// The name in a fresh token.
fn kid(provider: &IdentityProvider) -> String {
    decode_header(token(provider)).unwrap().kid.unwrap()
}

fn announced(head: &str) -> usize {
    let line = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    line.unwrap().parse().unwrap()
}

#[tokio::test]
async fn every_scene_shows_its_effect_to_a_raw_client_and_ends_with_the_next() {
    let provider = provider().await;
    for name in names() {
        play(&provider, "cold").await;
        play(&provider, &name).await;
        // A second is for people: the pause itself is told by the record below.
        if name == "slow:1000" {
            play(&provider, "slow:20").await;
        }
        assert!(shows(&provider, &name).await, "{name} does not show");
        play(&provider, "steady").await;
        let issuer = provider.issuer();
        assert!(accepts(&issuer, &token(&provider)).await, "after {name}");
    }
    assert_eq!(
        provider.canary().since(Mark::default()).connections.len(),
        0
    );
    assert!(
        provider
            .requests_since(Mark::default())
            .unmatched()
            .is_empty()
    );
}

#[tokio::test]
async fn a_slow_answer_is_late_by_the_record() {
    let provider = provider().await;
    play(&provider, "slow:60").await;
    let mark = provider.mark();
    let (discovery, keys) = provider.paths();
    for path in [&discovery, &keys] {
        whole(&provider, path).await.1.unwrap();
    }
    for seen in provider.requests_since(mark).requests {
        let took = seen.answered.unwrap() - seen.at;
        assert!(
            took >= Duration::from_millis(60),
            "{} {took:?}",
            seen.target
        );
    }
}

#[tokio::test]
async fn tokens_of_every_algorithm_verify_from_discovery_on() {
    let options = Options {
        algorithms: [
            "RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA",
        ]
        .map(str::to_owned)
        .to_vec(),
        ..Options::default()
    };
    let provider = IdentityProvider::start(&options).await.unwrap();
    for name in &options.algorithms {
        let wanted = Claims {
            algorithm: Some(name.clone()),
            ..Claims::default()
        };
        let token = provider.mint(&wanted).unwrap();
        assert_eq!(
            decode_header(&token).unwrap().alg,
            name.parse::<Algorithm>().unwrap()
        );
        assert!(accepts(&provider.issuer(), &token).await, "{name}");
        let forged = Claims {
            signer: Some(Signer::Unpublished),
            ..wanted
        };
        let forged = provider.mint(&forged).unwrap();
        assert!(!accepts(&provider.issuer(), &forged).await, "{name}");
    }
}

#[tokio::test]
async fn discovery_is_in_all_its_places() {
    let provider = provider().await;
    let origin = format!("http://{}", provider.front.address());
    let right = json_at(&format!(
        "{}/.well-known/openid-configuration",
        provider.issuer()
    ))
    .await;
    for path in [
        "/.well-known/oauth-authorization-server/realms/a",
        "/.well-known/openid-configuration/realms/a",
    ] {
        assert_eq!(json_at(&format!("{origin}{path}")).await, right);
    }
    assert_eq!(right["jwks_uri"], json!(provider.keys_uri()));
}

#[tokio::test]
async fn withdrawn_and_renewed_keys_verify_no_more() {
    let provider = provider().await;
    let issuer = provider.issuer();
    let first = token(&provider);
    play(&provider, "rotate-add").await;
    assert!(accepts(&issuer, &first).await && accepts(&issuer, &token(&provider)).await);
    play(&provider, "rotate-remove").await;
    assert!(!accepts(&issuer, &first).await && accepts(&issuer, &token(&provider)).await);
    let second = token(&provider);
    play(&provider, "rotate-in-place").await;
    assert!(!accepts(&issuer, &second).await && accepts(&issuer, &token(&provider)).await);
}

#[tokio::test]
async fn the_record_tells_requests_connections_and_strangers_apart() {
    let provider = provider().await;
    let mark = provider.mark();
    let client = client();
    let keys = provider.keys_uri();
    let first = client
        .get(&keys)
        .header("x-probe", "7")
        .send()
        .await
        .unwrap();
    let tag = first.headers()["etag"].clone();
    first.bytes().await.unwrap();
    let again = client
        .get(&keys)
        .header("if-none-match", tag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 304);
    let stranger = client
        .get(format!("{}/userinfo", provider.issuer()))
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), 404);
    assert!(!stranger.headers().contains_key("x-proofhouse-unmatched"));
    let delta = provider.requests_since(mark);
    let outcomes: Vec<Outcome> = delta.requests.iter().map(|seen| seen.outcome).collect();
    let answered = Outcome::Answered;
    assert_eq!(outcomes, [answered(200), answered(304), Outcome::Unmatched]);
    // One client, one connection that is kept alive.
    assert_eq!(delta.connections.len(), 1);
    let probe = ("x-probe".to_owned(), "7".to_owned());
    assert!(delta.requests[0].fields.contains(&probe));
    assert_eq!(delta.unmatched().len(), 1);
    assert!(delta.requests.is_sorted_by_key(|seen| seen.at));
}

#[tokio::test]
async fn whoever_follows_a_redirect_is_counted_and_led_to_a_forged_key() {
    let provider = provider().await;
    for (scene, connections) in [("redirect:http", 1), ("redirect:other-host", 2)] {
        play(&provider, scene).await;
        let followed = reqwest::get(provider.keys_uri()).await.unwrap();
        let keys: Value = followed.json().await.unwrap();
        assert_eq!(keys["keys"][0]["kid"], json!(kid(&provider)));
        let seen = provider.canary().since(Mark::default());
        assert_eq!(seen.connections.len(), connections, "{scene}");
    }
}

#[tokio::test]
async fn options_that_make_no_sense_are_told() {
    let wrong = |change: fn(&mut Options)| async move {
        let mut options = Options::default();
        change(&mut options);
        let error = IdentityProvider::start(&options).await.unwrap_err();
        error.to_string()
    };
    let error = wrong(|options| options.algorithms = vec!["none".into()]).await;
    assert!(error.contains("no algorithm `none`"), "{error}");
    let error = wrong(|options| options.issuer_path = "realms".into()).await;
    assert!(error.contains("issuer path"), "{error}");
    let error = wrong(|options| options.listen = "192.0.2.1:0".parse().unwrap()).await;
    assert!(error.contains("cannot listen on 192.0.2.1:0"), "{error}");
}

#[test]
fn the_reference_names_every_scene_and_every_member() {
    let page = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/reference/fake-identity-provider.md"
    );
    let page = std::fs::read_to_string(page).unwrap();
    let mut missing = Vec::new();
    let mut want = |word: &str| {
        if !page.contains(&format!("`{word}`")) {
            missing.push(word.to_owned());
        }
    };
    for (name, parameters, _) in NAMES {
        match *parameters {
            [] => want(name),
            [first, rest @ ..] => {
                want(&format!("{name}:{first}"));
                for word in rest {
                    if !page.contains(&format!("`{name}:{word}`")) {
                        want(word);
                    }
                }
            }
        }
    }
    for value in [json!(Scene::default()), json!(Claims::default())] {
        value
            .as_object()
            .unwrap()
            .keys()
            .for_each(|member| want(member));
    }
    assert!(missing.is_empty(), "not in the reference: {missing:?}");
    let example = page.split("```json\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    serde_json::from_str::<Scene>(example)
        .unwrap()
        .check()
        .unwrap();
}
