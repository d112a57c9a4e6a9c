//! Tokens of the provider, with what the target declares that it needs.

use super::Session;
use crate::runners::contract::auth::draft::Draft;
use crate::runners::contract::fake::identity_provider::Claims;

impl Session<'_> {
    /// Mints a token, with the claims that the target declares it needs.
    ///
    /// # Errors
    /// In words: there is no key for it.
    pub fn mint(&self, mut wanted: Claims) -> Result<String, String> {
        for (name, value) in &self.plan.claims.required {
            if !wanted.claims.contains_key(name) && !wanted.without.contains(name) {
                wanted.claims.insert(name.clone(), value.clone());
            }
        }
        self.idp.mint(&wanted).map_err(|error| error.to_string())
    }

    /// A good token, fresh: `None` is the first declared algorithm.
    ///
    /// # Errors
    /// In words: there is no key for it.
    pub fn good(&self, algorithm: Option<&str>) -> Result<String, String> {
        self.mint(Claims {
            algorithm: algorithm.map(str::to_owned),
            ..Claims::default()
        })
    }

    /// A good token before it is signed.
    ///
    /// # Errors
    /// In words: there is no key for it.
    pub fn draft(&self, algorithm: &str) -> Result<Draft, String> {
        let token = self.good(Some(algorithm))?;
        let key = self.idp.key(algorithm);
        let draft = key.and_then(|key| Draft::of(&token, &key));
        draft.ok_or_else(|| format!("no key for `{algorithm}`"))
    }

    /// A good token of the first declared algorithm before it is signed.
    ///
    /// # Errors
    /// In words: there is no key for it.
    pub fn first_draft(&self) -> Result<Draft, String> {
        self.draft(&self.plan.algorithms[0])
    }
}
