//! Bearer tokens of the targets, minted and renewed outside the measured path.

use super::RunError;
use crate::model::load::{Bearer, Target};
use crate::runners::contract::issuer::Minter;
use reqwest::header::HeaderValue;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;

/// The current `Authorization` value of every target that has one.
pub(super) struct Tokens {
    current: BTreeMap<String, watch::Receiver<HeaderValue>>,
}

impl Tokens {
    /// Reads or mints every token once, so that a missing one is told before anything starts.
    pub(super) fn prepare(targets: &[Target], issuer: Option<&Minter>) -> Result<Self, RunError> {
        let mut current = BTreeMap::new();
        for target in targets {
            if let Some(bearer) = &target.bearer {
                current.insert(target.name.clone(), token(target, bearer, issuer)?);
            }
        }
        Ok(Self { current })
    }

    /// The token of a target.
    pub(super) fn of(&self, target: &str) -> Option<watch::Receiver<HeaderValue>> {
        self.current.get(target).cloned()
    }
}

fn token(
    target: &Target,
    bearer: &Bearer,
    minter: Option<&Minter>,
) -> Result<watch::Receiver<HeaderValue>, RunError> {
    match bearer {
        Bearer::Environment(variable) => {
            let missing = || RunError::NoToken {
                target: target.name.clone(),
                variable: variable.clone(),
            };
            let text = std::env::var(variable).ok().filter(|text| !text.is_empty());
            let value = header(target, &text.ok_or_else(missing)?)?;
            Ok(watch::channel(value).1)
        }
        Bearer::Issuer { lifetime, .. } => {
            // The plan has an issuer wherever a target asks for one.
            let minter = minter.ok_or_else(|| RunError::BadToken(target.name.clone()))?;
            let (sender, receiver) = watch::channel(mint(target, bearer, minter)?);
            tokio::spawn(renew(target.clone(), minter.clone(), *lifetime / 2, sender));
            Ok(receiver)
        }
    }
}

fn mint(target: &Target, bearer: &Bearer, minter: &Minter) -> Result<HeaderValue, RunError> {
    header(target, &minter.mint(bearer)?.unwrap_or_default())
}

/// `Bearer TOKEN`, marked so that no log shows it.
fn header(target: &Target, token: &str) -> Result<HeaderValue, RunError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|_| RunError::BadToken(target.name.clone()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Mints a new token at half of the lifetime until nobody uses it any more.
async fn renew(
    target: Target,
    minter: Minter,
    every: Duration,
    current: watch::Sender<HeaderValue>,
) {
    let Some(bearer) = target.bearer.clone() else {
        return;
    };
    loop {
        tokio::select! {
            () = current.closed() => return,
            () = tokio::time::sleep(every) => {}
        }
        // A token that could not be minted is not replaced; the old one lives on for its other half.
        if let Ok(fresh) = mint(&target, &bearer, &minter) {
            let _ = current.send(fresh);
        }
    }
}
