//! Tokens: good ones, and ones that differ from a good one in exactly what is asked for.

use super::documents::filled;
use super::scene::Signer;
use super::state::State;
use crate::runners::contract::fake::keys::{Key, KeyError, base64url};
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a token is good for where nothing else is said.
const LIFETIME: Duration = Duration::from_secs(300);

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// An access token (RFC 9068).
    #[default]
    Access,
    /// An ID token (OpenID Connect Core 1.0, section 2).
    Id,
}

/// A token that is wanted: all defaults together are a good access token.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Claims {
    /// What it is for.
    pub purpose: Purpose,
    /// `sub`; `alice` where it is left out.
    pub subject: Option<String>,
    /// `scope`.
    pub scope: Option<String>,
    /// Seconds from now to `exp`; below 0 it has expired already.
    pub lifetime_seconds: Option<i64>,
    /// Algorithm by its name; the provider's first one where it is left out.
    pub algorithm: Option<String>,
    /// What signs; what the scene says where it is left out.
    pub signer: Option<Signer>,
    /// Members of the header that are replaced or added, as they are.
    pub header: Map<String, Value>,
    /// Claims that are replaced or added, as they are.
    pub claims: Map<String, Value>,
    /// Members of the header and claims that are left out.
    pub without: Vec<String>,
}

/// Why a token could not be minted.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// The provider has no key for the algorithm.
    #[error("no key for `{0}`; this provider has keys for {1}")]
    Algorithm(String, String),
    /// There is no such key now.
    #[error("no key {0:?} now")]
    Signer(Signer),
    /// The key does not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What signs, under which name and algorithm.
struct Signing {
    key: Key,
    kid: String,
    algorithm: Algorithm,
}

impl State {
    /// Mints a token.
    ///
    /// # Errors
    /// There is no key for it.
    pub fn mint(&mut self, wanted: &Claims) -> Result<String, MintError> {
        self.ring.change(self.scene().before_sign);
        let algorithm = self.algorithm(wanted)?;
        let signer = wanted
            .signer
            .as_ref()
            .unwrap_or(&self.scene().signer)
            .clone();
        let signing = self.signing(&signer, algorithm)?;
        let issuer = match signer {
            Signer::Second => self.place.second_issuer(),
            _ => self.place.issuer(),
        };
        let header = self.header(wanted, &signing);
        let claims = self.claims(wanted, &issuer);
        let part = |members: Map<String, Value>| base64url(Value::Object(members).to_string());
        let input = format!("{}.{}", part(header), part(claims));
        let signature = signing.key.sign(input.as_bytes(), signing.algorithm)?;
        Ok(format!("{input}.{signature}"))
    }

    fn algorithm(&self, wanted: &Claims) -> Result<Algorithm, MintError> {
        let own = self.ring.algorithms();
        let Some(name) = &wanted.algorithm else {
            return Ok(own[0]);
        };
        let found = own.iter().find(|one| format!("{one:?}") == *name);
        found.copied().ok_or_else(|| {
            let known: Vec<String> = own.iter().map(|one| format!("{one:?}")).collect();
            MintError::Algorithm(name.clone(), known.join(", "))
        })
    }

    fn signing(&self, signer: &Signer, algorithm: Algorithm) -> Result<Signing, MintError> {
        let found = match signer {
            Signer::Current => self.ring.current(algorithm).cloned(),
            Signer::Previous => self.ring.previous(algorithm).cloned(),
            Signer::Unpublished | Signer::Second | Signer::Canary => self.ring.foreign(algorithm),
            Signer::Extra(stem) => {
                let extra = self.extras.signer(stem);
                let (key, algorithm) = extra.ok_or_else(|| MintError::Signer(signer.clone()))?;
                return Ok(Signing {
                    key,
                    kid: self.ring.name(stem),
                    algorithm,
                });
            }
        };
        let key = found.ok_or_else(|| MintError::Signer(signer.clone()))?;
        Ok(Signing {
            key: key.key(),
            kid: key.kid,
            algorithm,
        })
    }

    fn header(&self, wanted: &Claims, signing: &Signing) -> Map<String, Value> {
        let kind = match wanted.purpose {
            Purpose::Access => "at+jwt",
            Purpose::Id => "JWT",
        };
        let mut header = Map::new();
        header.insert("alg".to_owned(), json!(signing.algorithm));
        header.insert("typ".to_owned(), json!(kind));
        header.insert("kid".to_owned(), json!(signing.kid));
        for (name, value) in &self.scene().token_header {
            header.insert(name.clone(), filled(&self.place, value));
        }
        header.extend(wanted.header.clone());
        header.retain(|name, _| !wanted.without.contains(name));
        header
    }

    fn claims(&self, wanted: &Claims, issuer: &str) -> Map<String, Value> {
        let now = unix_seconds();
        let lifetime = wanted
            .lifetime_seconds
            .unwrap_or(LIFETIME.as_secs().cast_signed());
        let subject = wanted.subject.as_deref().unwrap_or("alice");
        let mut claims = Map::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("iss", json!(issuer));
        put("sub", json!(subject));
        put("iat", json!(now));
        put("exp", json!(now.saturating_add(lifetime)));
        match wanted.purpose {
            Purpose::Access => {
                put("aud", json!(self.client.audience));
                put("client_id", json!(self.client.id));
                put("jti", json!(uuid::Uuid::new_v4().to_string()));
                if let Some(scope) = &wanted.scope {
                    put("scope", json!(scope));
                }
            }
            Purpose::Id => {
                put("aud", json!(self.client.id));
                put("auth_time", json!(now));
                put("name", json!(subject));
                put("email", json!(format!("{subject}@example.com")));
            }
        }
        claims.extend(wanted.claims.clone());
        claims.retain(|name, _| !wanted.without.contains(name));
        claims
    }
}

/// Seconds since 1970, as NumericDate counts them (RFC 7519, section 2).
fn unix_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs().cast_signed()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::scenes::named;
    use super::super::state::tests::shared;
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::jwk::{Jwk, JwkSet};
    use jsonwebtoken::{DecodingKey, Validation, decode};

    fn parts(token: &str) -> (Value, Value) {
        let part = |at: usize| {
            let text = token.split('.').nth(at).unwrap();
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
        };
        (part(0), part(1))
    }

    /// Verifies as a strict library does, with one key.
    fn verified(token: &str, jwk: &Value, algorithm: Algorithm) -> bool {
        let mut rules = Validation::new(algorithm);
        rules.set_audience(&["workbench-api"]);
        rules.set_issuer(&["http://127.0.0.1:1/realms/a"]);
        let jwk: Jwk = serde_json::from_value(jwk.clone()).unwrap();
        decode::<Value>(token, &DecodingKey::from_jwk(&jwk).unwrap(), &rules).is_ok()
    }

    #[test]
    fn a_good_token_verifies_under_the_published_key_of_its_name() {
        let shared = shared();
        let mut state = shared.lock();
        for name in ["RS256", "ES256"] {
            let wanted = Claims {
                algorithm: Some(name.into()),
                ..Claims::default()
            };
            let token = state.mint(&wanted).unwrap();
            let (header, claims) = parts(&token);
            assert_eq!(
                (&header["typ"], &header["alg"]),
                (&json!("at+jwt"), &json!(name))
            );
            assert_eq!(claims["client_id"], json!("workbench"));
            let keys = state.ring.jwks();
            let key = keys.iter().find(|key| key["kid"] == header["kid"]).unwrap();
            assert!(verified(&token, key, name.parse().unwrap()));
            assert!(serde_json::from_value::<JwkSet>(json!({ "keys": keys })).is_ok());
        }
    }

    #[test]
    fn a_token_differs_in_exactly_what_was_asked_for() {
        let shared = shared();
        let wanted: Claims = serde_json::from_value(json!({
            "lifetime_seconds": -90, "subject": "bob", "scope": "a b",
            "header": {"typ": null}, "claims": {"iss": ["x"]}, "without": ["kid", "aud"],
        }))
        .unwrap();
        let (header, claims) = parts(&shared.lock().mint(&wanted).unwrap());
        assert_eq!(header, json!({"alg": "RS256", "typ": null}));
        let (exp, iat) = (
            claims["exp"].as_i64().unwrap(),
            claims["iat"].as_i64().unwrap(),
        );
        assert_eq!((exp - iat, &claims["iss"]), (-90, &json!(["x"])));
        assert_eq!((&claims["sub"], claims.get("aud")), (&json!("bob"), None));
    }

    #[test]
    fn every_signer_signs_as_it_says() {
        let shared = shared();
        let mut state = shared.lock();
        state.begin(named("rotate-remove").unwrap()).unwrap();
        let own = state.ring.jwks()[0].clone();
        let kid = own["kid"].clone();
        for (signer, same_name, verifies) in [
            (Signer::Current, true, true),
            (Signer::Previous, false, false),
            (Signer::Unpublished, true, false),
            (Signer::Second, true, false),
            (Signer::Canary, true, false),
            (Signer::Extra("small".into()), false, false),
        ] {
            let wanted = Claims {
                signer: Some(signer.clone()),
                ..Claims::default()
            };
            let token = state.mint(&wanted).unwrap();
            let (header, claims) = parts(&token);
            assert_eq!(header["kid"] == kid, same_name, "{signer:?}");
            assert_eq!(
                verified(&token, &own, Algorithm::RS256),
                verifies,
                "{signer:?}"
            );
            let second = claims["iss"] == json!("http://127.0.0.1:1/realms/b");
            assert_eq!(second, signer == Signer::Second);
        }
    }

    #[test]
    fn scenes_change_what_is_minted() {
        let shared = shared();
        let mut state = shared.lock();
        state.begin(named("canary").unwrap()).unwrap();
        let (header, _) = parts(&state.mint(&Claims::default()).unwrap());
        assert_eq!(header["jku"], json!("http://127.0.0.1:2/keys"));
        state.begin(named("rotate-before-sign").unwrap()).unwrap();
        let names: Vec<Value> = (0..3)
            .map(|_| parts(&state.mint(&Claims::default()).unwrap()).0["kid"].clone())
            .collect();
        assert!(names[0] != names[1] && names[1] != names[2]);
        let published: Vec<Value> = state
            .ring
            .jwks()
            .iter()
            .map(|key| key["kid"].clone())
            .collect();
        assert!(published.contains(&names[2]) && published.contains(&names[1]));
    }

    #[test]
    fn what_cannot_be_signed_is_told() {
        let shared = shared();
        let mint = |wanted: Value| {
            let wanted: Claims = serde_json::from_value(wanted).unwrap();
            shared.lock().mint(&wanted).unwrap_err().to_string()
        };
        let error = mint(json!({"algorithm": "ES384"}));
        assert_eq!(
            error,
            "no key for `ES384`; this provider has keys for RS256, ES256"
        );
        assert!(mint(json!({"signer": "previous"})).contains("Previous"));
        assert!(mint(json!({"signer": {"extra": "akp"}})).contains("akp"));
    }
}
