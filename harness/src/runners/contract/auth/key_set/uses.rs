//! Right keys that are published for something else, or that everybody can sign with.

use super::craft::{Crafted, allows, draft, name, refused, right};
use crate::model::trial::Fact;
use crate::runners::contract::auth::lane::{LOOK, Lane, LaneError};
use crate::runners::contract::fake::keys::{Key, base64url};
use jsonwebtoken::Algorithm::{self, ES256, HS256, RS256};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A secret that everybody can read in the set.
const SECRET: &[u8] = b"everyone can read this secret in the set of keys";
/// How long a line of a log may take to be there.
const WRITTEN: Duration = Duration::from_secs(1);

/// One right RSA key with members replaced: its tokens are refused.
async fn not_for_this(
    lane: &Lane<'_>,
    check: &str,
    case: &str,
    changes: Value,
) -> Result<(), LaneError> {
    if !allows(lane, check, RS256) {
        return Ok(());
    }
    let crafted = right(lane, case, RS256, &changes)?;
    refused(lane, check, &[crafted]).await
}

/// `KS-3`.
pub(super) async fn encryption(lane: &Lane<'_>) -> Result<(), LaneError> {
    not_for_this(lane, "KS-3", "use: enc", json!({"use": "enc"})).await
}

/// `KS-4`.
pub(super) async fn operations(lane: &Lane<'_>) -> Result<(), LaneError> {
    let changes = json!({"use": null, "key_ops": ["encrypt"]});
    not_for_this(lane, "KS-4", "key_ops: encrypt", changes).await
}

/// `KS-5`: the `alg` of the key is not that of the header.
pub(super) async fn other_algorithm(lane: &Lane<'_>) -> Result<(), LaneError> {
    let declared = |algorithm: Algorithm| lane.plan.algorithms.contains(&format!("{algorithm:?}"));
    let mut all = Vec::new();
    for (algorithm, published) in [(ES256, "ES521"), (ES256, "ES224"), (RS256, "A256KW")] {
        if declared(algorithm) {
            let case = format!("{algorithm:?} by a key that is published for {published}");
            all.push(right(lane, &case, algorithm, &json!({"alg": published}))?);
        }
    }
    if all.is_empty() {
        let why = "the target declares neither RS256 nor ES256";
        lane.stage.not_run("KS-5", why);
        return Ok(());
    }
    refused(lane, "KS-5", &all).await
}

/// `KS-12`: whoever reads the set knows the secret.
pub(super) async fn shared_secret(lane: &Lane<'_>) -> Result<(), LaneError> {
    let kid = name("oct");
    let draft = draft(lane, &kid, HS256)?.by(Key::Secret(SECRET.to_vec()), HS256);
    let crafted = Crafted {
        case: "HS256 with a secret of the set".to_owned(),
        jwk: json!({"kty": "oct", "alg": "HS256", "kid": kid, "k": base64url(SECRET)}),
        token: draft.sign()?,
    };
    refused(lane, "KS-12", &[crafted]).await
}

/// `KS-13`: everybody can sign with a key whose private part is published; somebody should know.
pub(super) async fn private_part(lane: &Lane<'_>) -> Result<(), LaneError> {
    let private = json!({"d": base64url([0x5a; 256]), "p": base64url([0xd1; 128])});
    if !allows(lane, "KS-13", RS256) {
        return Ok(());
    }
    let crafted = right(lane, "its private part is published", RS256, &private)?;
    let kid = crafted.jwk["kid"].as_str().unwrap_or_default().to_owned();
    refused(lane, "KS-13", &[crafted]).await?;
    let Some(mut log) = lane.log() else {
        return Ok(());
    };
    let until = Instant::now() + WRITTEN;
    while !log.contains(&kid) && Instant::now() < until {
        tokio::time::sleep(LOOK).await;
        log = lane.log().unwrap_or_default();
    }
    // The refused token is logged under the same name: the warning is a line that says no more than that.
    let warns = |line: &&str| {
        let lower = line.to_ascii_lowercase();
        line.contains(&kid) && lower.contains("warn") && !lower.contains("authentication")
    };
    let line = log.lines().find(warns);
    lane.case("KS-13", "what is said about it")
        .fact(
            Fact::holds(
                "the log",
                "a warning that names the key",
                line.is_some(),
                line.unwrap_or("no such line"),
            )
            .should(),
        )
        .record();
    Ok(())
}
