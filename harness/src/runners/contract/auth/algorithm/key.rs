//! Right signatures by keys that are published for something else.

use super::super::case::{Case, Made, refused};
use super::super::session::Session;
use super::unasked;
use crate::runners::contract::fake::identity_provider::NamedKey;
use crate::runners::contract::fake::keys::{ALGORITHMS, Family, Key};
use jsonwebtoken::Algorithm;
use serde_json::Value;
use std::sync::Arc;

const RSA: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
];
/// In the order in which they are taken for what is outside an allow-list: those of RSA last,
/// so that a target that mixes these up fails its own check only.
const OUTSIDE: [Algorithm; 7] = [
    Algorithm::ES384,
    Algorithm::EdDSA,
    Algorithm::ES256,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::RS384,
    Algorithm::RS256,
];

fn is_declared(session: &Session<'_>, algorithm: Algorithm) -> bool {
    let word = format!("{algorithm:?}");
    session.plan.algorithms.contains(&word)
}

/// AL-10: each published RSA key, under every RSA algorithm but its own.
pub(super) fn other_rsa(session: &Session<'_>) -> Made {
    let mut cases = Vec::new();
    for own in RSA.into_iter().filter(|one| is_declared(session, *one)) {
        let word = format!("{own:?}");
        let draft = session.draft(&word)?;
        for other in RSA.into_iter().filter(|one| *one != own) {
            let token = draft.clone().alg(other).sign()?;
            let name = format!("{other:?} by a key that is published for {own:?}");
            cases.push(refused(session, "AL-10", name, &token).twin(&word));
        }
    }
    Ok(cases)
}

/// AL-12: the header says another family than the named key has.
pub(super) fn other_family(session: &Session<'_>) -> Made {
    let mut cases = Vec::new();
    for word in &session.plan.algorithms {
        let own: Algorithm = word.parse().map_err(|_| format!("no algorithm {word}"))?;
        for other in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
            let (Some(family), Some(others)) = (Family::of(own), Family::of(other)) else {
                continue;
            };
            if family != others {
                let key = others.foreign().map_err(|error| error.to_string())?;
                let draft = session.draft(word)?.by(Key::Pair(key), other);
                let token = draft.alg(other).sign()?;
                let name = format!("{other:?} under the name of the {word} key");
                cases.push(refused(session, "AL-12", name, &token).twin(word));
            }
        }
    }
    Ok(cases)
}

/// AL-11 and AL-15, which need keys beside the usual ones.
pub(super) async fn published(session: &Session<'_>) {
    let asked = ["AL-11", "AL-15"].map(|check| session.stage.asks(check));
    if asked == [false, false] {
        return;
    }
    let made = strangers(session);
    let strangers = match made {
        Ok(strangers) => strangers,
        Err(why) => return nothing(session, &why),
    };
    let jwks: Vec<Value> = strangers.iter().map(|(_, jwk)| jwk.clone()).collect();
    if let Err(why) = session.publish(&jwks).await {
        return nothing(session, &why);
    }
    session
        .put_made("AL-11", || outside(session, &strangers))
        .await;
    if outside_of(session).is_empty() {
        unasked(session, "AL-11", "the target declares every algorithm");
    }
    session
        .put_made("AL-15", || curves(session, &strangers))
        .await;
    if let Err(why) = session.play("steady").await {
        session.note(format!(
            "the usual keys could not be published again: {why}"
        ));
    }
}

fn nothing(session: &Session<'_>, why: &str) {
    for check in ["AL-11", "AL-15"]
        .into_iter()
        .filter(|check| session.stage.asks(check))
    {
        session.stage.inconclusive(check, why);
    }
}

/// Two algorithms at most that the target does not declare; of RSA only where there is no other.
fn outside_of(session: &Session<'_>) -> Vec<Algorithm> {
    let outside = OUTSIDE
        .into_iter()
        .filter(|one| !is_declared(session, *one));
    let (rsa, others): (Vec<Algorithm>, Vec<Algorithm>) =
        outside.partition(|one| RSA.contains(one));
    let chosen = if others.is_empty() { rsa } else { others };
    chosen.into_iter().take(2).collect()
}

/// The keys that are published beside the usual ones, each with its JWK.
fn strangers(session: &Session<'_>) -> Result<Vec<(NamedKey, Value)>, String> {
    let mut keys = Vec::new();
    for algorithm in outside_of(session) {
        keys.push(stranger(session, "outside", algorithm)?);
    }
    keys.push(stranger(session, "curve", Algorithm::ES384)?);
    let (key, mut jwk) = stranger(session, "bare-curve", Algorithm::ES384)?;
    if let Some(members) = jwk.as_object_mut() {
        members.remove("alg");
    }
    keys.push((key, jwk));
    keys.push(stranger(session, "curve", Algorithm::ES256)?);
    Ok(keys)
}

fn stranger(
    session: &Session<'_>,
    stem: &str,
    algorithm: Algorithm,
) -> Result<(NamedKey, Value), String> {
    let family = ALGORITHMS
        .contains(&algorithm)
        .then(|| Family::of(algorithm));
    let family = family
        .flatten()
        .ok_or_else(|| format!("no key for {algorithm:?}"))?;
    let material = family.foreign().map_err(|error| error.to_string())?;
    let stem = format!("{stem}-{algorithm:?}").to_lowercase();
    let key = NamedKey {
        kid: session.idp.name(&stem),
        algorithm,
        material: Arc::clone(&material),
    };
    let jwk = key.jwk();
    Ok((key, jwk))
}

/// A good token in all but its key and algorithm.
fn signed(
    session: &Session<'_>,
    key: &NamedKey,
    header: Algorithm,
    signs: Algorithm,
) -> Result<String, String> {
    let draft = session.first_draft()?.header("kid", key.kid.as_str());
    let word = serde_json::to_value(header).map_err(|error| error.to_string())?;
    draft.header("alg", word).by(key.key(), signs).sign()
}

fn outside(session: &Session<'_>, keys: &[(NamedKey, Value)]) -> Made {
    let of = |(key, _): &&(NamedKey, Value)| key.kid.starts_with("outside");
    let case = |(key, _): &(NamedKey, Value)| {
        let token = signed(session, key, key.algorithm, key.algorithm)?;
        let name = format!("{:?} by a published key", key.algorithm);
        Ok(refused(session, "AL-11", name, &token))
    };
    keys.iter().filter(of).map(case).collect()
}

fn curves(session: &Session<'_>, keys: &[(NamedKey, Value)]) -> Made {
    let (small, large) = (Algorithm::ES256, Algorithm::ES384);
    let mut cases: Vec<Case> = Vec::new();
    for (key, jwk) in keys.iter().filter(|(key, _)| key.kid.contains("curve")) {
        let named = match jwk.get("alg") {
            Some(alg) => format!("published for {alg}"),
            None => "published without `alg`".to_owned(),
        };
        let other = if key.algorithm == small { large } else { small };
        let token = signed(session, key, other, key.algorithm)?;
        let curve = jwk.get("crv").and_then(Value::as_str).unwrap_or_default();
        let name = format!("{other:?} with a key of {curve}, {named}");
        cases.push(refused(session, "AL-15", name, &token));
    }
    Ok(cases)
}
