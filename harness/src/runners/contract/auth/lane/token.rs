//! Tokens of a lane: good ones, drafts of good ones, and ones whose name nobody has published.

use super::super::draft::Draft;
use super::{Lane, LaneError};
use crate::runners::contract::fake::identity_provider::{Claims, Signer};
use crate::runners::contract::fake::keys::Family;
use serde_json::json;

/// How the names of strangers begin: nothing that a target shows of itself may hold it.
pub(in super::super) const STRANGER: &str = "stranger-";

impl Lane<'_> {
    /// What is asked of the provider for a good token.
    pub(in super::super) fn wanted(&self) -> Claims {
        Claims {
            claims: self.plan.claims.required.clone(),
            ..Claims::default()
        }
    }

    /// A fresh good token of the key that signs now.
    ///
    /// # Errors
    /// It could not be signed.
    pub(in super::super) fn good(&self) -> Result<String, LaneError> {
        self.mint(&self.wanted())
    }

    /// A fresh good token of the key before.
    ///
    /// # Errors
    /// It could not be signed.
    pub(in super::super) fn old(&self) -> Result<String, LaneError> {
        self.mint(&Claims {
            signer: Some(Signer::Previous),
            ..self.wanted()
        })
    }

    /// A token as it is wanted.
    ///
    /// # Errors
    /// It could not be signed.
    pub(in super::super) fn mint(&self, wanted: &Claims) -> Result<String, LaneError> {
        let minted = self.idp.mint(wanted);
        minted.map_err(|error| LaneError::Harness(error.to_string()))
    }

    /// The draft of a good token.
    ///
    /// # Errors
    /// There is no key for it.
    pub(in super::super) fn draft(&self) -> Result<Draft, LaneError> {
        self.draft_of(&self.plan.algorithms[0])
    }

    /// The draft of a good token under another of the provider's algorithms.
    ///
    /// # Errors
    /// There is no key for it.
    pub(in super::super) fn draft_of(&self, algorithm: &str) -> Result<Draft, LaneError> {
        let token = self.mint(&Claims {
            algorithm: Some(algorithm.to_owned()),
            ..self.wanted()
        })?;
        let key = self.idp.key(algorithm);
        let draft = key.and_then(|key| Draft::of(&token, &key));
        draft.ok_or_else(|| LaneError::Harness(format!("no key for {algorithm}")))
    }

    /// A token under a name that nobody has published. Its signature is none: nobody can have looked at it.
    ///
    /// # Errors
    /// There is no key for its claims.
    pub(in super::super) fn stranger(&self) -> Result<String, LaneError> {
        let draft = self.draft()?;
        let octets = match Family::of(draft.algorithm) {
            Some(Family::Rsa) => 256,
            Some(Family::P384) => 96,
            _ => 64,
        };
        let name = format!("{STRANGER}{}", uuid::Uuid::new_v4().simple());
        let draft = draft.header("kid", json!(name));
        Ok(draft.with_signature(vec![7_u8; octets]))
    }
}
