//! Keys that a target does not understand, beside one that it does.

use super::craft::{allows, name, right};
use crate::runners::contract::auth::lane::{Lane, LaneError};
use crate::runners::contract::fake::identity_provider::KeySet;
use crate::runners::contract::fake::keys::base64url;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

/// Publishes keys beside a new good one: the token of that one has to be accepted.
async fn good_works(
    lane: &Lane<'_>,
    check: &str,
    case: &str,
    keys: Vec<Value>,
) -> Result<(), LaneError> {
    lane.publish(KeySet::Beside(keys)).await?;
    let ask = lane.request().bearer(&lane.good()?);
    let reply = lane.send(&ask).await;
    lane.case(check, case)
        .fact(lane.accepted(&reply))
        .asked(&ask)
        .record();
    Ok(())
}

/// `KS-1`: types, curves and algorithms that nobody has to know (RFC 7517, section 5).
pub(super) async fn unknown(lane: &Lane<'_>) -> Result<(), LaneError> {
    let keys = vec![
        json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": name("akp"), "pub": base64url([7; 1312])}),
        json!({"kty": "EC", "crv": "secp256k1", "alg": "ES256K", "kid": name("k1"),
            "x": base64url([1; 32]), "y": base64url([2; 32])}),
        json!({"kty": "OKP", "crv": "X25519", "kid": name("x25519"), "x": base64url([9; 32])}),
        json!({"kty": "RSA", "alg": "FOO", "use": "sig", "kid": name("foo"),
            "n": base64url([0xc1; 256]), "e": "AQAB"}),
        json!({"kty": "ZZZ", "kid": name("zzz")}),
    ];
    good_works(lane, "KS-1", "AKP, secp256k1, X25519, FOO and ZZZ", keys).await
}

/// `KS-2`: one that is broken, in each way.
pub(super) async fn broken(lane: &Lane<'_>) -> Result<(), LaneError> {
    let whole = json!({"kty": "RSA", "alg": "RS256", "use": "sig", "n": base64url([0xc1; 256]), "e": "AQAB"});
    for (case, changes) in [
        ("no modulus", json!({"n": null})),
        ("a modulus that is no base64", json!({"n": "!not base64!"})),
        ("an empty modulus", json!({"n": ""})),
    ] {
        let mut key = super::craft::with(whole.clone(), &changes);
        key["kid"] = json!(name("broken"));
        good_works(lane, "KS-2", case, vec![key]).await?;
    }
    Ok(())
}

/// `KS-20`: a key of certificates alone.
pub(super) async fn certificates(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !allows(lane, "KS-20", Algorithm::RS256) {
        return Ok(());
    }
    // Not even a certificate: a target that reads the member meets the worst of it.
    let only = json!({"n": null, "e": null, "x5c": ["AAAA"]});
    let crafted = right(lane, "x5c alone", Algorithm::RS256, &only)?;
    lane.publish(KeySet::Beside(vec![crafted.jwk.clone()]))
        .await?;
    let ask = lane.request().bearer(&crafted.token);
    let reply = lane.send(&ask).await;
    let good = lane.bearer(&lane.good()?).await;
    lane.case("KS-20", "x5c alone, and it is no certificate")
        .fact(lane.rejected(&reply).should())
        .fact(lane.accepted(&good).should())
        .asked(&ask)
        .record();
    Ok(())
}
