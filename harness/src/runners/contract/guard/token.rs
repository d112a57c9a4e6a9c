//! Tokens and what the target says to them.

use super::{Guard, IdentityProvider};
use crate::model::trial::{Saw, Twin};
use crate::runners::contract::fake::identity_provider::{Claims, Signer};
use crate::runners::contract::fake::keys::base64url;
use serde_json::{Value, json};
use std::time::Instant;

/// An answer to the protected request.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// Status, or why there was none.
    pub(super) status: Result<u16, String>,
    /// Head and body, for searching.
    pub(super) text: String,
    /// How long it took.
    took_ms: u128,
}

impl Answer {
    /// The status as it is judged.
    pub(super) fn saw(&self) -> Saw {
        match &self.status {
            Ok(status) => Saw::Text(status.to_string()),
            Err(why) => Saw::Nothing(why.clone()),
        }
    }
}

impl Guard<'_> {
    /// A token that is good in every respect but what is changed.
    pub(super) fn token(
        &self,
        provider: &IdentityProvider,
        change: Claims,
    ) -> Result<String, String> {
        let mut claims = self.plan.protected.claims.clone();
        claims.extend(change.claims);
        let wanted = Claims { claims, ..change };
        provider.mint(&wanted).map_err(|error| error.to_string())
    }

    /// A good token.
    pub(super) fn good(&self) -> Result<String, String> {
        self.token(&self.provider, Claims::default())
    }

    /// A token signed by a key that nobody published, under the name of the one that is.
    pub(super) fn forged(&self, claims: &[(&str, Value)]) -> Result<String, String> {
        let claims = claims.iter();
        let change = Claims {
            signer: Some(Signer::Unpublished),
            claims: claims
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            ..Claims::default()
        };
        self.token(&self.provider, change)
    }

    /// A token that says it is not signed, and is not.
    pub(super) fn unsigned(&self) -> Result<String, String> {
        let good = self.good()?;
        let payload = good.split('.').nth(1).unwrap_or_default();
        let header = base64url(json!({"alg": "none", "typ": "at+jwt"}).to_string());
        Ok(format!("{header}.{payload}."))
    }

    /// Sends the protected request with a token.
    pub(super) async fn ask(&self, url: &str, token: &str) -> Answer {
        let protected = &self.plan.protected;
        let method = reqwest::Method::from_bytes(protected.method.as_bytes());
        let request = self
            .client
            .request(
                method.unwrap_or_default(),
                format!("{url}{}", protected.path),
            )
            .bearer_auth(token);
        self.send(request).await
    }

    /// Reads a route without a token.
    pub(super) async fn read(&self, url: &str, path: &str) -> Answer {
        self.send(self.client.get(format!("{url}{path}"))).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let began = Instant::now();
        let (status, text) = match request.send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                let head = format!("{:?}\n", answer.headers());
                match answer.text().await {
                    Ok(body) => (Ok(status), head + &body),
                    Err(error) => (Err(error.without_url().to_string()), head),
                }
            }
            Err(error) => (Err(cause(&error.without_url())), String::new()),
        };
        Answer {
            status,
            text,
            took_ms: began.elapsed().as_millis(),
        }
    }

    /// A token that must be accepted, as a twin.
    pub(super) async fn twin(&self, url: &str, token: &str) -> Twin {
        let answer = self.ask(url, token).await;
        let accepts = &self.plan.protected.accepts;
        let (green, saw) = match &answer.status {
            Ok(status) => (accepts.contains(status), status.to_string()),
            Err(why) => (false, why.clone()),
        };
        Twin {
            green,
            saw: format!("{saw} in {} ms", answer.took_ms),
        }
    }
}

/// The innermost reason of an error: `connection refused` rather than `error sending request`.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
