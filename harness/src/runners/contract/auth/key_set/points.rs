//! EC keys that are no points of the curve: a verifier that does not look accepts what everybody can sign.
//!
//! Where a key does not count in the sum `u1 G + u2 Q` (because it is taken for the point at infinity,
//! or because it has order two and u2 is even), a signature with the private key 0 is right.

use super::craft::{Crafted, allows, draft, name, refused, with};
use crate::runners::contract::auth::draft::Draft;
use crate::runners::contract::auth::lane::{Lane, LaneError};
use crate::runners::contract::fake::keys::{Family, Key, Material, base64url};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm::ES256;
use num_bigint::BigUint;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Octets of a coordinate.
const OCTETS: usize = 32;
/// The order of P-256 (SEC 2, section 2.4.2).
const ORDER: &[u8] = b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
/// Tries for something that one of two, or one of 256, keys has.
const TRIES: usize = 20_000;

fn harness(why: &str) -> LaneError {
    LaneError::Harness(why.to_owned())
}

fn coordinate(jwk: &Value, name: &str) -> Vec<u8> {
    let text = jwk[name].as_str().unwrap_or_default();
    URL_SAFE_NO_PAD.decode(text).unwrap_or_default()
}

/// The private number in PKCS #8 around an ECPrivateKey (RFC 5915, section 3).
fn private(pkcs8: &[u8]) -> Option<BigUint> {
    let before = [2, 1, 1, 4, 32];
    let at = pkcs8
        .windows(before.len())
        .position(|window| window == before)?;
    let octets = pkcs8.get(at + before.len()..at + before.len() + OCTETS)?;
    Some(BigUint::from_bytes_be(octets))
}

/// A signature with the private key 0, such that u2 is even (SEC 1, section 4.1.3, with d = 0).
fn signed_by_nobody(message: &[u8]) -> Result<Vec<u8>, LaneError> {
    let order = BigUint::parse_bytes(ORDER, 16).ok_or_else(|| harness("the order of P-256"))?;
    let hash = BigUint::from_bytes_be(&Sha256::digest(message));
    for _ in 0..TRIES {
        // A fresh key pair is a random number k with its point k G.
        let key = Family::P256.foreign()?;
        let x = coordinate(&Value::Object(key.jwk("", ES256)), "x");
        let k = private(key.pkcs8()).ok_or_else(|| harness("a private key of P-256"))?;
        let r = BigUint::from_bytes_be(&x) % &order;
        let Some(inverse) = k.modinv(&order) else {
            continue;
        };
        let s = &hash * inverse % &order;
        let u2 = s.modinv(&order).map(|inverse| &r * inverse % &order);
        if u2.is_some_and(|u2| !u2.bit(0)) {
            return Ok([padded(&r), padded(&s)].concat());
        }
    }
    Err(harness("no even number was found"))
}

fn padded(number: &BigUint) -> Vec<u8> {
    let octets = number.to_bytes_be();
    [vec![0; OCTETS.saturating_sub(octets.len())], octets].concat()
}

fn ec(kid: &str, x: &[u8], y: &[u8]) -> Value {
    json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
        "x": base64url(x), "y": base64url(y)})
}

/// A key of which one coordinate begins with a zero octet, published without that octet.
fn short(kid: &str) -> Result<(Arc<Material>, Value), LaneError> {
    for _ in 0..TRIES {
        let key = Family::P256.foreign()?;
        let jwk = Value::Object(key.jwk(kid, ES256));
        for name in ["x", "y"] {
            let octets = coordinate(&jwk, name);
            if octets.first() == Some(&0) {
                let cut = json!({ name: base64url(&octets[1..]) });
                return Ok((key, with(jwk, &cut)));
            }
        }
    }
    Err(harness("no coordinate began with a zero"))
}

fn crafted(case: &str, jwk: Value, token: String) -> Crafted {
    Crafted {
        case: case.to_owned(),
        jwk,
        token,
    }
}

fn by_nobody(lane: &Lane<'_>, case: &str, x: &[u8], y: &[u8]) -> Result<Crafted, LaneError> {
    let kid = name("point");
    let draft: Draft = draft(lane, &kid, ES256)?;
    let signature = signed_by_nobody(draft.input().as_bytes())?;
    Ok(crafted(
        case,
        ec(&kid, x, y),
        draft.with_signature(signature),
    ))
}

/// `KS-11`.
pub(super) async fn off_the_curve(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !allows(lane, "KS-11", ES256) {
        return Ok(());
    }
    let mut all = vec![
        // The order of P-256 is odd, so no point of it has y = 0.
        by_nobody(lane, "a point off the curve", &[0x11; OCTETS], &[0; OCTETS])?,
        by_nobody(lane, "(0, 0)", &[0; OCTETS], &[0; OCTETS])?,
    ];
    let kid = name("swapped");
    let key = Family::P256.foreign()?;
    let jwk = with(
        Value::Object(key.jwk(&kid, ES256)),
        &json!({"crv": "P-384"}),
    );
    let token = draft(lane, &kid, ES256)?.by(Key::Pair(key), ES256).sign()?;
    all.push(crafted(
        "a point of P-256 that is called one of P-384",
        jwk,
        token,
    ));
    let kid = name("short");
    let (key, jwk) = short(&kid)?;
    let token = draft(lane, &kid, ES256)?.by(Key::Pair(key), ES256).sign()?;
    all.push(crafted("a coordinate of 31 octets", jwk, token));
    refused(lane, "KS-11", &all).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nobody_signs_what_verifies_where_the_key_does_not_count() {
        let order = BigUint::parse_bytes(ORDER, 16).unwrap();
        let signature = signed_by_nobody(b"message").unwrap();
        let (r, s) = signature.split_at(OCTETS);
        let (r, s) = (BigUint::from_bytes_be(r), BigUint::from_bytes_be(s));
        let hash = BigUint::from_bytes_be(&Sha256::digest(b"message"));
        let inverse = s.modinv(&order).unwrap();
        // u1 is the k of which r is the coordinate: without Q the sum is k G.
        assert!(!(&r * &inverse % &order).bit(0), "u2 is even");
        assert!(hash * inverse % &order != BigUint::ZERO);
    }

    #[test]
    fn a_short_coordinate_is_that_of_a_right_key() {
        let (key, jwk) = short("k").unwrap();
        let lengths = ["x", "y"].map(|name| coordinate(&jwk, name).len());
        assert!(lengths.contains(&(OCTETS - 1)), "{lengths:?}");
        assert!(private(key.pkcs8()).unwrap() != BigUint::ZERO);
    }
}
