//! The suite's own token issuer: a right one, for load that needs tokens.
//!
//! Serves `OpenID` Connect Discovery 1.0 and a JWK Set (RFC 7517) on loopback and
//! mints RS256 tokens (RFC 7519). Its key lives only in this process.

use crate::model::load::Bearer;
use crate::model::plan::IssuerPlan;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const KEY_ID: &str = "proofhouse-suite";

/// Why the issuer could not start or mint.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// No RSA key could be made.
    #[error("cannot make a signing key: {0}")]
    Key(String),
    /// A token could not be signed.
    #[error("cannot mint a token: {0}")]
    Mint(#[from] jsonwebtoken::errors::Error),
}

/// A running issuer; it ends when it is dropped.
pub struct Issuer {
    server: MockServer,
    minter: Minter,
}

/// Mints tokens in the issuer's name; cheap to clone.
#[derive(Clone)]
pub struct Minter {
    url: String,
    key: EncodingKey,
    audience: String,
}

impl Issuer {
    /// Starts on a free loopback port with a fresh RSA-2048 key.
    ///
    /// # Errors
    /// No key could be made.
    pub async fn start(plan: &IssuerPlan) -> Result<Self, IssuerError> {
        let key = signing_key()?;
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256)?;
        jwk.common.key_id = Some(KEY_ID.to_owned());
        let server = MockServer::start().await;
        serve(&server, "/jwks", json!(JwkSet { keys: vec![jwk] })).await;
        serve(
            &server,
            "/.well-known/openid-configuration",
            discovery(&server.uri()),
        )
        .await;
        let minter = Minter {
            url: server.uri(),
            key,
            audience: plan.audience.clone(),
        };
        Ok(Self { server, minter })
    }

    /// The issuer identifier: its address.
    pub fn url(&self) -> String {
        self.server.uri()
    }

    /// What mints its tokens.
    pub fn minter(&self) -> Minter {
        self.minter.clone()
    }
}

impl Minter {
    /// A token for a target; `None` where its bearer does not come from an issuer.
    ///
    /// # Errors
    /// The token could not be signed.
    pub fn mint(&self, bearer: &Bearer) -> Result<Option<String>, IssuerError> {
        let Bearer::Issuer {
            subject,
            claims,
            lifetime,
        } = bearer
        else {
            return Ok(None);
        };
        let mut payload = serde_json::Map::new();
        payload.extend(claims.clone());
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO)
            .as_secs();
        payload.insert("iss".to_owned(), json!(self.url));
        payload.insert("aud".to_owned(), json!(self.audience));
        payload.insert("sub".to_owned(), json!(subject));
        payload.insert("iat".to_owned(), json!(now));
        payload.insert("exp".to_owned(), json!(now + lifetime.as_secs()));
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(KEY_ID.to_owned());
        Ok(Some(jsonwebtoken::encode(
            &header,
            &Value::Object(payload),
            &self.key,
        )?))
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}

async fn serve(server: &MockServer, at: &str, body: Value) {
    Mock::given(method("GET"))
        .and(path(at))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(server)
        .await;
}

fn discovery(url: &str) -> Value {
    json!({
        "issuer": url,
        "jwks_uri": format!("{url}/jwks"),
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}

fn signing_key() -> Result<EncodingKey, IssuerError> {
    let failed = |error: &dyn std::fmt::Debug| IssuerError::Key(format!("{error:?}"));
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|error| failed(&error))?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|error| failed(&error))?;
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der.as_ref())
    );
    Ok(EncodingKey::from_rsa_pem(pem.as_bytes())?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use jsonwebtoken::{DecodingKey, Validation, decode};
    use std::collections::BTreeMap;

    #[tokio::test]
    async fn a_minted_token_verifies_against_the_served_keys() {
        let issuer = Issuer::start(&IssuerPlan {
            audience: "bench".into(),
        })
        .await
        .unwrap();
        let config: Value =
            reqwest::get(format!("{}/.well-known/openid-configuration", issuer.url()))
                .await
                .unwrap()
                .json()
                .await
                .unwrap();
        let keys: JwkSet = reqwest::get(config["jwks_uri"].as_str().unwrap())
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let bearer = Bearer::Issuer {
            subject: "load".into(),
            claims: BTreeMap::from([("role".to_owned(), json!("reader"))]),
            lifetime: Duration::from_secs(300),
        };
        let token = issuer.minter().mint(&bearer).unwrap().unwrap();
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_audience(&["bench"]);
        rules.set_issuer(&[issuer.url()]);
        let key = DecodingKey::from_jwk(&keys.keys[0]).unwrap();
        let claims = decode::<Value>(&token, &key, &rules).unwrap().claims;
        assert_eq!(
            (&claims["sub"], &claims["role"]),
            (&json!("load"), &json!("reader"))
        );
        assert_eq!(
            issuer
                .minter()
                .mint(&Bearer::Environment("X".into()))
                .unwrap(),
            None
        );
    }
}
