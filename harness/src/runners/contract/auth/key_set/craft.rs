//! Published keys with one thing different, each with a token that it signs.

use crate::runners::contract::auth::draft::Draft;
use crate::runners::contract::auth::lane::{Lane, LaneError};
use crate::runners::contract::fake::identity_provider::KeySet;
use crate::runners::contract::fake::keys::{Family, Key};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

/// A key for the set, and a token under its name.
#[derive(Debug)]
pub(super) struct Crafted {
    /// What is different, in words.
    pub(super) case: String,
    /// As it is published.
    pub(super) jwk: Value,
    /// Signed by it.
    pub(super) token: String,
}

/// A name that nobody has seen.
pub(super) fn name(stem: &str) -> String {
    let tail = uuid::Uuid::new_v4().simple().to_string();
    format!("{stem}-{}", &tail[..8])
}

/// A good token under a name and an algorithm, before it is signed.
pub(super) fn draft(lane: &Lane<'_>, kid: &str, algorithm: Algorithm) -> Result<Draft, LaneError> {
    let draft = lane.draft()?;
    Ok(draft.header("kid", kid).header("alg", json!(algorithm)))
}

/// A key with members replaced, or taken out where the value is `null`.
pub(super) fn with(mut jwk: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().into_iter().flatten() {
        match (value, jwk.as_object_mut()) {
            (Value::Null, Some(members)) => drop(members.remove(name)),
            _ => jwk[name] = value.clone(),
        }
    }
    jwk
}

/// A right key of a family, published with members replaced, and a token that it signed.
pub(super) fn right(
    lane: &Lane<'_>,
    case: &str,
    algorithm: Algorithm,
    changes: &Value,
) -> Result<Crafted, LaneError> {
    let family = Family::of(algorithm)
        .ok_or_else(|| LaneError::Harness(format!("no family of {algorithm:?}")))?;
    let material = family.foreign()?;
    let kid = name("crafted");
    let draft = draft(lane, &kid, algorithm)?.by(Key::Pair(material.clone()), algorithm);
    Ok(Crafted {
        case: case.to_owned(),
        jwk: with(Value::Object(material.jwk(&kid, algorithm)), changes),
        token: draft.sign()?,
    })
}

/// Whether the target allows an algorithm; where it does not, the check is written down as not asked.
pub(super) fn allows(lane: &Lane<'_>, check: &str, algorithm: Algorithm) -> bool {
    let word = format!("{algorithm:?}");
    let allows = lane.plan.algorithms.contains(&word);
    if !allows && lane.stage.asks(check) {
        let why = format!("the target does not declare {word}");
        lane.stage.not_run(check, why);
    }
    allows
}

/// Publishes the keys beside a new good one, and puts each token between two good ones: refused.
pub(super) async fn refused(
    lane: &Lane<'_>,
    check: &str,
    all: &[Crafted],
) -> Result<(), LaneError> {
    let keys = all.iter().map(|crafted| crafted.jwk.clone()).collect();
    // Where the good key is not taken, the twins are red, and nothing can be said.
    lane.publish(KeySet::Beside(keys)).await?;
    for crafted in all {
        lane.refuses(check, &crafted.case, &crafted.token).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_replaced_added_and_taken_out() {
        let changed = with(json!({"a": 1, "b": 2}), &json!({"a": 3, "b": null, "c": 4}));
        assert_eq!(changed, json!({"a": 3, "c": 4}));
    }
}
