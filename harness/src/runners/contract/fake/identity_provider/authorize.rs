//! The authorization endpoint: authorization code with PKCE, and every check of RFC 6749, 7636 and 9207.
//!
//! Nobody is asked for a password: `login_hint` signs in, and `alice` where there is none.

use super::state::{Client, Grant, State};
use std::time::Instant;
use url::{Url, form_urlencoded};
use wiremock::ResponseTemplate;

/// Parameters of a request, in order.
pub type Pairs = [(String, String)];

/// Reads parameters (`application/x-www-form-urlencoded`).
pub fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// The value of a parameter. One that is sent without a value counts as left out (RFC 6749, section 3.1).
pub fn value<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    let found = pairs.iter().find(|(known, _)| known == name);
    found
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty())
}

/// The first parameter that is sent twice, which none may be (RFC 6749, section 3.1).
pub fn doubled(pairs: &Pairs) -> Option<&str> {
    let before = |at: usize, name: &str| pairs[..at].iter().any(|(known, _)| known == name);
    let mut names = pairs.iter().map(|(name, _)| name.as_str()).enumerate();
    names
        .find(|(at, name)| before(*at, name))
        .map(|(_, name)| name)
}

/// Answers an authorization request.
pub fn authorize(state: &mut State, asked: &Pairs) -> ResponseTemplate {
    // A redirect to an address that is not the client's would be an open one (RFC 6749, section 3.1.2.4).
    let back = match redirect_uri(&state.client, asked) {
        Ok(back) => back,
        Err(why) => return ResponseTemplate::new(400).set_body_string(why),
    };
    let outcome = match complaint(asked) {
        Some((error, description)) => {
            vec![
                ("error", error.to_owned()),
                ("error_description", description),
            ]
        }
        None => vec![("code", state.give_code(grant(asked, &back)))],
    };
    let mut location = back;
    {
        let mut query = location.query_pairs_mut();
        for (name, text) in &outcome {
            query.append_pair(name, text);
        }
        if let Some(echo) = value(asked, "state") {
            query.append_pair("state", echo);
        }
        // RFC 9207: the client sees whose answer this is.
        query.append_pair("iss", &state.place.issuer());
    }
    ResponseTemplate::new(302)
        .insert_header("location", location.as_str())
        .insert_header("cache-control", "no-store")
}

fn redirect_uri(client: &Client, asked: &Pairs) -> Result<Url, String> {
    if let Some(name) = doubled(asked) {
        return Err(format!("`{name}` is sent twice"));
    }
    if value(asked, "client_id") != Some(client.id.as_str()) {
        return Err(format!("the client is `{}`", client.id));
    }
    let text = value(asked, "redirect_uri").ok_or("`redirect_uri` is missing")?;
    let registered = &client.redirect_uris;
    if !registered.is_empty() && !registered.iter().any(|known| known == text) {
        return Err(format!(
            "`{text}` is not registered; registered are {}",
            registered.join(", ")
        ));
    }
    let url = Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https") && url.fragment().is_none() && url.has_host()
    });
    url.ok_or_else(|| format!("`{text}` is no absolute address without fragment"))
}

/// Error code and description of a request that a client is told about.
fn complaint(asked: &Pairs) -> Option<(&'static str, String)> {
    let invalid = |text: &str| Some(("invalid_request", text.to_owned()));
    if value(asked, "response_type") != Some("code") {
        return Some(("unsupported_response_type", "only `code`".to_owned()));
    }
    if value(asked, "request").is_some() || value(asked, "request_uri").is_some() {
        return Some(("request_not_supported", "no request objects".to_owned()));
    }
    if value(asked, "response_mode").is_some_and(|mode| mode != "query") {
        return invalid("only response_mode `query`");
    }
    if value(asked, "code_challenge_method") != Some("S256") {
        return invalid("PKCE is required: code_challenge_method must be `S256`");
    }
    // A SHA-256 digest in base64url (RFC 7636, section 4.2).
    let url_safe = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let challenge = value(asked, "code_challenge").unwrap_or_default();
    if challenge.len() != 43 || !challenge.chars().all(url_safe) {
        return invalid("code_challenge must be 43 characters of base64url");
    }
    None
}

fn grant(asked: &Pairs, back: &Url) -> Grant {
    let text = |name: &str| value(asked, name).map(str::to_owned);
    Grant {
        challenge: text("code_challenge").unwrap_or_default(),
        nonce: text("nonce"),
        redirect_uri: text("redirect_uri").unwrap_or_else(|| back.to_string()),
        scope: text("scope").unwrap_or_default(),
        subject: text("login_hint").unwrap_or_else(|| "alice".to_owned()),
        given: Instant::now(),
    }
}
