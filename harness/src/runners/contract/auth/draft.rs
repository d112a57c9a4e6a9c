//! A token that is not signed yet, so that one thing of it can be made different.

use crate::runners::contract::fake::identity_provider::NamedKey;
use crate::runners::contract::fake::keys::{Key, base64url};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value, json};

/// A good token before it is signed, and what signs it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Members of the header.
    pub header: Map<String, Value>,
    /// Claims.
    pub claims: Map<String, Value>,
    /// What signs.
    pub key: Key,
    /// The algorithm that it signs with, whatever the header says.
    pub algorithm: Algorithm,
}

impl Draft {
    /// The draft of a token that was signed by this key; `None` where it is no token.
    pub fn of(token: &str, key: &NamedKey) -> Option<Self> {
        let mut parts = token.split('.').map(members);
        Some(Self {
            header: parts.next()??,
            claims: parts.next()??,
            key: key.key(),
            algorithm: key.algorithm,
        })
    }

    /// With a member of the header set.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// With a claim set.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Without a member of the header.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// Without a claim.
    pub fn without_claim(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Signed by another key, under another algorithm than the header's if need be.
    pub fn by(mut self, key: Key, algorithm: Algorithm) -> Self {
        (self.key, self.algorithm) = (key, algorithm);
        self
    }

    /// With another word for the algorithm in the header, and signed with it.
    pub fn alg(self, algorithm: Algorithm) -> Self {
        let key = self.key.clone();
        self.header("alg", json!(algorithm)).by(key, algorithm)
    }

    /// The header as text.
    pub fn header_text(&self) -> String {
        Value::Object(self.header.clone()).to_string()
    }

    /// The claims as text.
    pub fn claims_text(&self) -> String {
        Value::Object(self.claims.clone()).to_string()
    }

    /// What is signed.
    pub fn input(&self) -> String {
        input(self.header_text(), self.claims_text())
    }

    /// Signs it.
    ///
    /// # Errors
    /// In words: the key does not sign with the algorithm.
    pub fn sign(&self) -> Result<String, String> {
        self.sign_input(&self.input())
    }

    /// Signs these octets in place of header and claims.
    ///
    /// # Errors
    /// In words: the key does not sign with the algorithm.
    pub fn sign_parts(
        &self,
        header: impl AsRef<[u8]>,
        payload: impl AsRef<[u8]>,
    ) -> Result<String, String> {
        self.sign_input(&input(header, payload))
    }

    /// Signs any text and puts the signature behind it.
    ///
    /// # Errors
    /// In words: the key does not sign with the algorithm.
    pub fn sign_input(&self, input: &str) -> Result<String, String> {
        let signature = self.key.sign(input.as_bytes(), self.algorithm);
        let signature = signature.map_err(|error| error.to_string())?;
        Ok(format!("{input}.{signature}"))
    }

    /// The octets of the signature.
    ///
    /// # Errors
    /// In words: the key does not sign with the algorithm.
    pub fn signature(&self) -> Result<Vec<u8>, String> {
        octets_of(&self.key, self.input().as_bytes(), self.algorithm)
    }

    /// With these octets as its signature.
    pub fn with_signature(&self, signature: impl AsRef<[u8]>) -> String {
        format!("{}.{}", self.input(), base64url(signature))
    }
}

/// Two parts of a token.
pub fn input(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    format!("{}.{}", base64url(header), base64url(payload))
}

/// The members of a part of a token, where it is an object.
pub fn members(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// The octets of a signature.
///
/// # Errors
/// In words: the key does not sign with the algorithm.
pub fn octets_of(key: &Key, message: &[u8], algorithm: Algorithm) -> Result<Vec<u8>, String> {
    let text = key
        .sign(message, algorithm)
        .map_err(|error| error.to_string())?;
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|error| error.to_string())
}
