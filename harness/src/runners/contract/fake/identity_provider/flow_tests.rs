//! The code flow and the token endpoint, asked by a client that does things right and then one thing wrong.
#![allow(clippy::unwrap_used)]
use super::tests::{accepts, client};
use super::*;
use crate::runners::contract::fake::keys::base64url;
use reqwest::StatusCode;
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters";
const BACK: &str = "http://127.0.0.1:9/auth/callback?keep=1";

async fn provider(secret: Option<&str>) -> IdentityProvider {
    let mut options = Options::default();
    options.client.secret = secret.map(str::to_owned);
    options.client.redirect_uris = vec![BACK.to_owned()];
    IdentityProvider::start(&options).await.unwrap()
}

type Pairs = Vec<(&'static str, String)>;

/// A right authorization request.
fn request() -> Pairs {
    let challenge = base64url(Sha256::digest(VERIFIER));
    vec![
        ("client_id", "workbench".into()),
        ("redirect_uri", BACK.into()),
        ("response_type", "code".into()),
        ("scope", "openid email".into()),
        ("state", "a state & more".into()),
        ("nonce", "n-1".into()),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256".into()),
        ("login_hint", "bob".into()),
    ]
}

/// With one parameter changed, or left out where the value is empty.
fn but(mut pairs: Pairs, name: &'static str, value: &str) -> Pairs {
    pairs.retain(|(known, _)| *known != name);
    if !value.is_empty() {
        pairs.push((name, value.to_owned()));
    }
    pairs
}

async fn authorized(provider: &IdentityProvider, pairs: &Pairs) -> Result<Url, StatusCode> {
    let url = Url::parse_with_params(&format!("{}/authorize", provider.issuer()), pairs).unwrap();
    let answer = client().get(url).send().await.unwrap();
    match answer.headers().get("location") {
        Some(location) => Ok(Url::parse(location.to_str().unwrap()).unwrap()),
        None => Err(answer.status()),
    }
}

fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(known, _)| known == name);
    found
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

async fn code(provider: &IdentityProvider) -> String {
    parameter(&authorized(provider, &request()).await.unwrap(), "code")
}

/// A right token request.
fn form(code: &str) -> Pairs {
    vec![
        ("grant_type", "authorization_code".into()),
        ("client_id", "workbench".into()),
        ("redirect_uri", BACK.into()),
        ("code_verifier", VERIFIER.into()),
        ("code", code.into()),
    ]
}

async fn exchanged(provider: &IdentityProvider, form: &Pairs, basic: Option<&str>) -> (u16, Value) {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let mut request = client()
        .post(format!("{}/token", provider.issuer()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    if let Some(secret) = basic {
        request = request.basic_auth("workbench", Some(secret));
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn claims(token: &Value) -> Value {
    jsonwebtoken::dangerous::insecure_decode::<Value>(token.as_str().unwrap())
        .unwrap()
        .claims
}

#[tokio::test]
async fn a_code_becomes_tokens_once() {
    let provider = provider(None).await;
    let back = authorized(&provider, &request()).await.unwrap();
    assert!(back.as_str().starts_with(BACK), "{back}");
    assert_eq!(parameter(&back, "state"), "a state & more");
    assert_eq!(parameter(&back, "iss"), provider.issuer());
    let form = form(&parameter(&back, "code"));
    let (status, tokens) = exchanged(&provider, &form, None).await;
    assert_eq!((status, &tokens["token_type"]), (200, &"Bearer".into()));
    let access = tokens["access_token"].as_str().unwrap();
    assert!(accepts(&provider.issuer(), access).await);
    assert_eq!(claims(&tokens["access_token"])["scope"], "openid email");
    let id = claims(&tokens["id_token"]);
    assert_eq!((&id["nonce"], &id["sub"]), (&"n-1".into(), &"bob".into()));
    assert_eq!(id["aud"], "workbench");
    let (status, refused) = exchanged(&provider, &form, None).await;
    assert_eq!((status, &refused["error"]), (400, &"invalid_grant".into()));
    let delta = provider.requests_since(Mark::default());
    assert!(delta.unmatched().is_empty());
}

#[tokio::test]
async fn an_authorization_request_that_is_wrong_is_refused_in_the_right_place() {
    let provider = provider(None).await;
    // Where the client or its address is not known nobody is sent anywhere.
    for (name, value) in [
        ("client_id", "other"),
        ("redirect_uri", "http://127.0.0.1:9/auth/callback"),
        ("redirect_uri", ""),
    ] {
        let refused = authorized(&provider, &but(request(), name, value)).await;
        assert_eq!(
            refused.unwrap_err(),
            StatusCode::BAD_REQUEST,
            "{name}={value}"
        );
    }
    let mut twice = request();
    twice.push(("state", "again".into()));
    assert!(authorized(&provider, &twice).await.is_err());
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "too-short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("response_mode", "fragment", "invalid_request"),
        ("request", "x.y.z", "request_not_supported"),
    ] {
        let back = authorized(&provider, &but(request(), name, value))
            .await
            .unwrap();
        assert_eq!(parameter(&back, "error"), error, "{name}={value}");
        assert_eq!(parameter(&back, "state"), "a state & more");
        assert_eq!(parameter(&back, "code"), "");
    }
}

#[tokio::test]
async fn a_token_request_that_is_wrong_is_refused_and_its_code_is_spent() {
    let provider = provider(None).await;
    for (name, value, status, error) in [
        ("code_verifier", "another", 400, "invalid_grant"),
        ("redirect_uri", "http://127.0.0.1:9/", 400, "invalid_grant"),
        ("client_id", "other", 401, "invalid_client"),
        ("client_secret", "guess", 401, "invalid_client"),
        ("grant_type", "password", 400, "unsupported_grant_type"),
        (
            "grant_type",
            "client_credentials",
            400,
            "unauthorized_client",
        ),
        ("grant_type", "", 400, "invalid_request"),
        ("code", "", 400, "invalid_request"),
    ] {
        let wrong = but(form(&code(&provider).await), name, value);
        let (seen, body) = exchanged(&provider, &wrong, None).await;
        assert_eq!(
            (seen, &body["error"]),
            (status, &error.into()),
            "{name}={value}"
        );
    }
    let spent = code(&provider).await;
    exchanged(&provider, &but(form(&spent), "code_verifier", "x"), None).await;
    assert_eq!(exchanged(&provider, &form(&spent), None).await.0, 400);
}

#[tokio::test]
async fn a_client_with_a_secret_shows_it_in_one_way() {
    let secret = "s p:ä";
    let provider = provider(Some(secret)).await;
    let posted = || async { but(form(&code(&provider).await), "client_secret", secret) };
    assert_eq!(exchanged(&provider, &posted().await, None).await.0, 200);
    let (status, body) = exchanged(&provider, &posted().await, Some("s+p%3A%C3%A4")).await;
    assert_eq!((status, &body["error"]), (400, &"invalid_request".into()));
    let plain = || async { form(&code(&provider).await) };
    let encoded = exchanged(&provider, &plain().await, Some("s+p%3A%C3%A4")).await;
    assert_eq!(encoded.0, 200, "{}", encoded.1);
    assert_eq!(
        exchanged(&provider, &plain().await, Some("wrong")).await.0,
        401
    );
    assert_eq!(exchanged(&provider, &plain().await, None).await.0, 401);
    let machine = vec![("grant_type", "client_credentials".to_owned())];
    let (status, tokens) = exchanged(&provider, &machine, Some("s+p%3A%C3%A4")).await;
    assert_eq!(status, 200);
    assert_eq!(claims(&tokens["access_token"])["sub"], "workbench");
    assert_eq!(tokens.get("id_token"), None);
}

#[tokio::test]
async fn the_end_of_a_session_leads_back() {
    let provider = provider(None).await;
    let end = format!("{}/end-session", provider.issuer());
    let asked = [
        ("post_logout_redirect_uri", "http://127.0.0.1:9/"),
        ("state", "s"),
    ];
    let url = Url::parse_with_params(&end, asked).unwrap();
    let answer = client().get(url).send().await.unwrap();
    assert_eq!(answer.headers()["location"], "http://127.0.0.1:9/?state=s");
    assert_eq!(client().get(end).send().await.unwrap().status(), 200);
}
