//! The token endpoint: codes and client credentials, with the errors of RFC 6749, section 5.2.

use super::authorize::{Pairs, doubled, value};
use super::mint::{Claims, Purpose};
use super::state::{Client, Grant, State};
use crate::runners::contract::fake::keys::base64url;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};
use wiremock::ResponseTemplate;

/// How long the tokens of this endpoint are good for.
const LIFETIME: Duration = Duration::from_secs(300);

/// Status, error code and description.
type Refusal = (u16, &'static str, &'static str);

/// Answers a token request: its form, and the value of its `Authorization` field.
pub fn token(state: &mut State, form: &Pairs, authorization: Option<&str>) -> ResponseTemplate {
    let outcome = asked(state, form, authorization).and_then(|asked| tokens(state, &asked));
    let answer = match outcome {
        Ok(body) => ResponseTemplate::new(200).set_body_json(body),
        Err((status, error, description)) => {
            let body = json!({"error": error, "error_description": description});
            let answer = ResponseTemplate::new(status).set_body_json(body);
            match status {
                401 => answer.insert_header("www-authenticate", "Basic realm=\"token\""),
                _ => answer,
            }
        }
    };
    answer.insert_header("cache-control", "no-store")
}

/// What tokens are given for.
enum Asked {
    Code(Grant),
    Client { scope: String },
}

fn asked(state: &mut State, form: &Pairs, authorization: Option<&str>) -> Result<Asked, Refusal> {
    if doubled(form).is_some() {
        return Err((400, "invalid_request", "a parameter is sent twice"));
    }
    authenticate(&state.client, form, authorization)?;
    match value(form, "grant_type") {
        Some("authorization_code") => redeem(state, form).map(Asked::Code),
        // RFC 6749, section 4.4: only for clients with a secret.
        Some("client_credentials") if state.client.secret.is_none() => {
            Err((400, "unauthorized_client", "the client has no secret"))
        }
        Some("client_credentials") => Ok(Asked::Client {
            scope: value(form, "scope").unwrap_or_default().to_owned(),
        }),
        Some(_) => Err((
            400,
            "unsupported_grant_type",
            "known: authorization_code, client_credentials",
        )),
        None => Err((400, "invalid_request", "`grant_type` is missing")),
    }
}

fn authenticate(client: &Client, form: &Pairs, authorization: Option<&str>) -> Result<(), Refusal> {
    let refused: Refusal = (401, "invalid_client", "unknown client, or not its secret");
    let in_form = value(form, "client_secret");
    if authorization.is_some() && in_form.is_some() {
        return Err((400, "invalid_request", "two ways of authentication"));
    }
    let named = value(form, "client_id") == Some(client.id.as_str());
    let good = match (&client.secret, authorization) {
        (None, None) => named && in_form.is_none(),
        (None, Some(_)) => false,
        (Some(secret), None) => named && in_form == Some(secret.as_str()),
        (Some(secret), Some(field)) => basic(field).is_some_and(|(id, told)| {
            id == client.id && told == *secret && (named || value(form, "client_id").is_none())
        }),
    };
    good.then_some(()).ok_or(refused)
}

/// Name and secret, each form-encoded before they were joined (RFC 6749, section 2.3.1).
fn basic(field: &str) -> Option<(String, String)> {
    let (scheme, rest) = field.split_once(' ')?;
    let text = STANDARD.decode(rest.trim()).ok()?;
    let text = String::from_utf8(text)
        .ok()
        .filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (id, secret) = text.split_once(':')?;
    let decoded = |text: &str| {
        let pair = format!("x={text}");
        let (_, value) = url::form_urlencoded::parse(pair.as_bytes()).next()?;
        Some(value.into_owned())
    };
    Some((decoded(id)?, decoded(secret)?))
}

fn redeem(state: &mut State, form: &Pairs) -> Result<Grant, Refusal> {
    let code =
        value(form, "code").ok_or::<Refusal>((400, "invalid_request", "`code` is missing"))?;
    // A code is spent even when what comes with it is wrong.
    let grant = state.take_grant(code, Instant::now());
    let grant = grant.ok_or::<Refusal>((
        400,
        "invalid_grant",
        "the code is unknown, spent or too old",
    ))?;
    if value(form, "redirect_uri") != Some(grant.redirect_uri.as_str()) {
        return Err((
            400,
            "invalid_grant",
            "`redirect_uri` is not the one of the request",
        ));
    }
    let verifier = value(form, "code_verifier").unwrap_or_default();
    if base64url(Sha256::digest(verifier)) != grant.challenge {
        return Err((
            400,
            "invalid_grant",
            "`code_verifier` does not fit the challenge",
        ));
    }
    Ok(grant)
}

fn tokens(state: &mut State, asked: &Asked) -> Result<Value, Refusal> {
    let (subject, scope) = match asked {
        Asked::Code(grant) => (grant.subject.clone(), grant.scope.clone()),
        Asked::Client { scope } => (state.client.id.clone(), scope.clone()),
    };
    let access = Claims {
        subject: Some(subject.clone()),
        scope: Some(scope.clone()).filter(|scope| !scope.is_empty()),
        lifetime_seconds: Some(LIFETIME.as_secs().cast_signed()),
        ..Claims::default()
    };
    let mut body = json!({
        "access_token": minted(state, &access)?,
        "token_type": "Bearer",
        "expires_in": LIFETIME.as_secs(),
    });
    if !scope.is_empty() {
        body["scope"] = json!(scope);
    }
    if let Asked::Code(grant) = asked
        && scope.split(' ').any(|word| word == "openid")
    {
        let nonce = grant
            .nonce
            .as_ref()
            .map(|nonce| ("nonce".to_owned(), json!(nonce)));
        let id = Claims {
            purpose: Purpose::Id,
            subject: Some(subject),
            lifetime_seconds: access.lifetime_seconds,
            claims: nonce.into_iter().collect::<Map<_, _>>(),
            ..Claims::default()
        };
        body["id_token"] = json!(minted(state, &id)?);
    }
    Ok(body)
}

fn minted(state: &mut State, claims: &Claims) -> Result<String, Refusal> {
    let minted = state.mint(claims);
    minted.map_err(|_| (500, "server_error", "this scene has no key that signs"))
}
