//! The documents that the provider publishes: discovery and the set of keys, right ones and others.

use super::place::Place;
use super::ring::Ring;
use super::scene::{KeySet, RawDocument, Scene};
use crate::runners::contract::fake::keys::{Family, Key, KeyError, SmallKey, base64url};
use aws_lc_rs::rand;
use flate2::Compression;
use flate2::read::GzEncoder;
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value, json};
use std::io::Read as _;
use std::sync::Arc;

/// The shared secret that the mixed set gives away.
const SECRET: &[u8] = b"everyone can read this secret in the set of keys";

/// A document with its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// `content-type`.
    pub content_type: String,
    /// `content-encoding`; `None` where the octets are the document itself.
    pub encoding: Option<&'static str>,
    /// Its octets.
    pub body: Vec<u8>,
}

impl Document {
    /// A JSON document.
    pub fn json(value: &Value) -> Self {
        Self {
            content_type: "application/json".to_owned(),
            encoding: None,
            body: value.to_string().into_bytes(),
        }
    }

    /// Any document.
    pub fn raw(raw: &RawDocument) -> Self {
        Self {
            content_type: raw.content_type.clone(),
            encoding: None,
            body: raw.body.clone().into_bytes(),
        }
    }

    /// The same, packed (RFC 1952).
    fn packed(mut self) -> Self {
        let mut packed = Vec::new();
        let read =
            GzEncoder::new(self.body.as_slice(), Compression::fast()).read_to_end(&mut packed);
        // Reading from memory does not fail; if it did, the document would go out as it is.
        if read.is_ok() {
            (self.encoding, self.body) = (Some("gzip"), packed);
        }
        self
    }
}

/// The discovery document (OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2).
pub fn discovery(place: &Place, scene: &Scene, algorithms: &[Algorithm]) -> Value {
    let issuer = place.issuer();
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "end_session_endpoint": format!("{issuer}/end-session"),
        "jwks_uri": format!("{issuer}{}", scene.keys_path.0),
        "scopes_supported": ["openid", "profile", "email"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    });
    for (name, value) in &scene.discovery {
        match value {
            Value::Null => document = without(document, name),
            value => document[name] = filled(place, value),
        }
    }
    document
}

/// The second provider's discovery document: it has keys and nothing else.
pub fn second_discovery(place: &Place, algorithms: &[Algorithm]) -> Value {
    let issuer = place.second_issuer();
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
    })
}

/// A value with the addresses filled into its texts.
pub fn filled(place: &Place, value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(place.fill(text)),
        Value::Array(items) => items.iter().map(|item| filled(place, item)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), filled(place, value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// Keys that stand in the mixed set beside the published ones.
#[derive(Debug)]
pub struct Extras {
    keys: Vec<Extra>,
}

#[derive(Debug)]
struct Extra {
    stem: &'static str,
    jwk: Value,
    signs: Option<(Key, Algorithm)>,
}

impl Extras {
    /// Makes them.
    ///
    /// # Errors
    /// No key could be read.
    pub fn new(ring: &Ring) -> Result<Self, KeyError> {
        let rsa = Family::Rsa.foreign()?;
        let small = SmallKey::new()?;
        let mut extras = Self { keys: Vec::new() };
        let jwk_of = |stem: &str| rsa.jwk(&ring.name(stem), Algorithm::RS256);
        let pair = || Some((Key::Pair(Arc::clone(&rsa)), Algorithm::RS256));
        let changed = |stem: &'static str, changes: Value| {
            let mut jwk = Value::Object(jwk_of(stem));
            for (name, value) in changes.as_object().into_iter().flatten() {
                jwk[name] = value.clone();
            }
            jwk
        };
        // RFC 7517, section 5: types, curves and algorithms that are not understood are skipped.
        extras.add(
            "akp",
            json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": ring.name("akp"),
            "pub": base64url([7_u8; 1312])}),
            None,
        );
        extras.add(
            "k1",
            json!({"kty": "EC", "crv": "secp256k1", "alg": "ES256K", "kid": ring.name("k1"),
            "x": base64url([1_u8; 32]), "y": base64url([2_u8; 32])}),
            None,
        );
        extras.add(
            "x25519",
            json!({"kty": "OKP", "crv": "X25519", "kid": ring.name("x25519"),
            "x": base64url([9_u8; 32])}),
            None,
        );
        extras.add("foo", changed("foo", json!({"alg": "FOO"})), None);
        // Right keys for something else than signatures (RFC 7517, sections 4.2 and 4.3).
        extras.add("enc", changed("enc", json!({"use": "enc"})), pair());
        let ops = changed("ops", json!({"key_ops": ["encrypt"]}));
        extras.add("ops", without(ops, "use"), pair());
        // Not a public key at all, and one that is too short (RFC 7518, section 3.3).
        extras.add(
            "oct",
            json!({"kty": "oct", "alg": "HS256", "kid": ring.name("oct"),
            "k": base64url(SECRET)}),
            Some((Key::Secret(SECRET.to_vec()), Algorithm::HS256)),
        );
        let name = ring.name("small");
        extras.add(
            "small",
            small.jwk(&name),
            Some((Key::Small(small), Algorithm::RS256)),
        );
        // Broken ones: no modulus, none that can be read, an empty one.
        let hollow = changed("no-n", json!({}));
        extras.add("no-n", without(hollow, "n"), None);
        extras.add(
            "bad-n",
            changed("bad-n", json!({"n": "!not base64!"})),
            None,
        );
        extras.add("empty-n", changed("empty-n", json!({"n": ""})), None);
        let nameless = changed("nameless", json!({}));
        extras.add("nameless", without(nameless, "kid"), None);
        Ok(extras)
    }

    fn add(&mut self, stem: &'static str, jwk: Value, signs: Option<(Key, Algorithm)>) {
        self.keys.push(Extra { stem, jwk, signs });
    }

    /// What signs as the extra key of a stem, and under which algorithm.
    pub fn signer(&self, stem: &str) -> Option<(Key, Algorithm)> {
        let extra = self.keys.iter().find(|extra| extra.stem == stem)?;
        extra.signs.clone()
    }
}

fn without(mut jwk: Value, member: &str) -> Value {
    if let Some(members) = jwk.as_object_mut() {
        members.remove(member);
    }
    jwk
}

/// The set of keys (RFC 7517, section 5) as a scene wants it.
///
/// `others` are the keys of [`KeySet::Many`].
pub fn key_set(scene: &Scene, ring: &Ring, extras: &Extras, others: &[Value]) -> Document {
    let own = ring.jwks();
    let keys = match &scene.key_set {
        KeySet::Ring => own,
        KeySet::Empty => Vec::new(),
        KeySet::Mixed => {
            let mut keys: Vec<Value> = extras.keys.iter().map(|key| key.jwk.clone()).collect();
            keys.extend(own);
            keys
        }
        KeySet::DuplicateKid => {
            let mut keys = ring.foreign_jwks();
            keys.extend(own);
            keys
        }
        KeySet::Many(_) => {
            let mut keys = others.to_vec();
            keys.extend(own);
            keys
        }
        KeySet::Beside(first) => {
            let mut keys = first.clone();
            keys.extend(own);
            keys
        }
        KeySet::Padded(octets) => return padded(*octets, &own),
        KeySet::Packed(octets) => return padded(*octets, &own).packed(),
        KeySet::Raw(raw) => return Document::raw(raw),
    };
    Document::json(&json!({ "keys": keys }))
}

fn padded(octets: usize, keys: &[Value]) -> Document {
    Document::json(&json!({"padding": " ".repeat(octets), "keys": keys}))
}

/// Public keys that look like any other: a random odd number of 2048 bits, the usual exponent.
///
/// # Errors
/// No random octets could be made.
pub fn others(set: &KeySet) -> Result<Vec<Value>, KeyError> {
    let KeySet::Many(count) = *set else {
        return Ok(Vec::new());
    };
    let mut keys = Vec::with_capacity(count);
    for number in 0..count {
        let mut n = [0_u8; 256];
        rand::fill(&mut n).map_err(|error| KeyError::Material(error.to_string()))?;
        n[0] |= 0x80;
        n[255] |= 1;
        keys.push(json!({"kty": "RSA", "use": "sig", "alg": "RS256",
            "kid": format!("other-{number}"), "n": base64url(n), "e": "AQAB"}));
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn keys_of(key_set_of: KeySet) -> Vec<Value> {
        let ring = Ring::new(&[Algorithm::RS256], "run".into()).unwrap();
        let extras = Extras::new(&ring).unwrap();
        let scene = Scene {
            key_set: key_set_of,
            ..Scene::default()
        };
        let others = others(&scene.key_set).unwrap();
        let document = key_set(&scene, &ring, &extras, &others);
        let value: Value = serde_json::from_slice(&document.body).unwrap();
        value["keys"].as_array().unwrap().clone()
    }

    #[test]
    fn sets_hold_what_they_say_and_the_good_key_last() {
        let good = &keys_of(KeySet::Ring)[0];
        for (set, count) in [
            (KeySet::Ring, 1),
            (KeySet::Mixed, 13),
            (KeySet::DuplicateKid, 2),
            (KeySet::Many(3), 4),
            (KeySet::Padded(1000), 1),
            (KeySet::Beside(vec![json!({"kty": "AKP"})]), 2),
        ] {
            let keys = keys_of(set.clone());
            assert_eq!(keys.len(), count, "{set:?}");
            assert_eq!(keys.last(), Some(good), "{set:?}");
        }
        let twins = keys_of(KeySet::DuplicateKid);
        assert_eq!(twins[0]["kid"], twins[1]["kid"]);
        assert_ne!(twins[0]["n"], twins[1]["n"]);
    }

    #[test]
    fn a_packed_set_is_small_on_the_wire_and_large_behind_it() {
        let ring = Ring::new(&[Algorithm::RS256], "run".into()).unwrap();
        let extras = Extras::new(&ring).unwrap();
        let scene = Scene {
            key_set: KeySet::Packed(1 << 20),
            ..Scene::default()
        };
        let document = key_set(&scene, &ring, &extras, &[]);
        assert_eq!(document.encoding, Some("gzip"));
        assert!(document.body.len() < 20_000, "{}", document.body.len());
        let mut text = String::new();
        let mut plain = flate2::read::GzDecoder::new(document.body.as_slice());
        plain.read_to_string(&mut text).unwrap();
        assert!(text.len() > 1 << 20);
        assert!(serde_json::from_str::<Value>(&text).unwrap()["keys"][0]["kid"].is_string());
    }

    #[test]
    fn the_extra_keys_that_can_sign_do() {
        let ring = Ring::new(&[Algorithm::RS256], "run".into()).unwrap();
        let extras = Extras::new(&ring).unwrap();
        for stem in ["enc", "ops", "oct", "small"] {
            let (key, algorithm) = extras.signer(stem).unwrap();
            assert!(!key.sign(b"message", algorithm).unwrap().is_empty());
        }
        assert!(extras.signer("akp").is_none());
    }
}
