//! Throw-away signing keys. TEST ONLY: everyone knows the pool, and nothing signed by it may be trusted.
//!
//! RSA keys come from a pool, because making one takes up to seconds on a busy
//! machine and would make runs uneven; the others are made in microseconds.

use super::small_rsa::SmallRsa;
use aws_lc_rs::rand;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Map, Value, json};
use std::sync::Arc;

const RSA_A: &str = include_str!("../../../../../fixtures/keys/rsa-a.pem");
const RSA_B: &str = include_str!("../../../../../fixtures/keys/rsa-b.pem");
const RSA_C: &str = include_str!("../../../../../fixtures/keys/rsa-c.pem");
/// Too short on purpose.
pub(super) const RSA_1024: &str = include_str!("../../../../../fixtures/keys/rsa-1024.pem");
/// Made by a generator that is broken, on purpose.
const RSA_ROCA: &str = include_str!("../../../../../fixtures/keys/rsa-roca.pem");
const P256_A: &str = include_str!("../../../../../fixtures/keys/p256-a.pem");
const P256_B: &str = include_str!("../../../../../fixtures/keys/p256-b.pem");
const P384: &str = include_str!("../../../../../fixtures/keys/p384.pem");
const ED25519: &str = include_str!("../../../../../fixtures/keys/ed25519.pem");

/// PKCS #8 of an Ed25519 key up to its seed (RFC 8410, section 7).
const ED25519_PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// The algorithms that good tokens can be signed with.
pub const ALGORITHMS: [Algorithm; 7] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Why a key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A key of the pool cannot be read, or none can be made.
    #[error("no usable key: {0}")]
    Material(String),
    /// The key does not sign with this algorithm.
    #[error("cannot sign with {0:?}: {1}")]
    Sign(Algorithm, jsonwebtoken::errors::Error),
}

/// What a key is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// RSA, 2048 bits.
    Rsa,
    /// The curve P-256.
    P256,
    /// The curve P-384.
    P384,
    /// Ed25519.
    Ed25519,
}

impl Family {
    /// The family whose keys sign with an algorithm; `None` for those that good tokens are not signed with.
    pub fn of(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512 | Algorithm::PS256 => {
                Some(Self::Rsa)
            }
            Algorithm::ES256 => Some(Self::P256),
            Algorithm::ES384 => Some(Self::P384),
            Algorithm::EdDSA => Some(Self::Ed25519),
            _ => None,
        }
    }

    /// Two keys that an issuer changes between.
    ///
    /// # Errors
    /// No key could be read or made.
    pub fn own(self) -> Result<[Arc<Material>; 2], KeyError> {
        Ok(match self {
            Self::Rsa => [self.pooled(RSA_A)?, self.pooled(RSA_B)?],
            Self::P256 => [self.pooled(P256_A)?, self.pooled(P256_B)?],
            Self::P384 => [self.pooled(P384)?, self.made()?],
            Self::Ed25519 => [self.pooled(ED25519)?, self.made()?],
        })
    }

    /// A key that the issuer never publishes: another issuer's, or an attacker's.
    ///
    /// # Errors
    /// No key could be read or made.
    pub fn foreign(self) -> Result<Arc<Material>, KeyError> {
        match self {
            Self::Rsa => self.pooled(RSA_C),
            _ => self.made(),
        }
    }

    /// An RSA key of 2048 bits whose modulus gives its factors away (CVE-2017-15361, "ROCA").
    ///
    /// # Errors
    /// It could not be read.
    pub fn roca() -> Result<Arc<Material>, KeyError> {
        Self::Rsa.pooled(RSA_ROCA)
    }

    fn pooled(self, pem: &str) -> Result<Arc<Material>, KeyError> {
        self.material(&pkcs8_of(pem)?)
    }

    fn made(self) -> Result<Arc<Material>, KeyError> {
        let failed = |error: &dyn std::fmt::Debug| KeyError::Material(format!("{error:?}"));
        let curve = |curve: &'static EcdsaSigningAlgorithm| {
            let pair = EcdsaKeyPair::generate(curve).map_err(|error| failed(&error))?;
            let der = pair.to_pkcs8v1().map_err(|error| failed(&error))?;
            self.material(der.as_ref())
        };
        match self {
            Self::P256 => curve(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Self::P384 => curve(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Self::Ed25519 => {
                let mut seed = [0; 32];
                rand::fill(&mut seed).map_err(|error| failed(&error))?;
                self.material(&[&ED25519_PKCS8[..], &seed].concat())
            }
            Self::Rsa => Err(KeyError::Material("RSA keys are not made".to_owned())),
        }
    }

    fn material(self, pkcs8: &[u8]) -> Result<Arc<Material>, KeyError> {
        let failed = |error: jsonwebtoken::errors::Error| KeyError::Material(error.to_string());
        let (key, algorithm) = match self {
            Self::Rsa => {
                let pem = pem_of(pkcs8);
                let key = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(failed)?;
                (key, Algorithm::RS256)
            }
            Self::P256 => (EncodingKey::from_ec_der(pkcs8), Algorithm::ES256),
            Self::P384 => (EncodingKey::from_ec_der(pkcs8), Algorithm::ES384),
            Self::Ed25519 => (EncodingKey::from_ed_der(pkcs8), Algorithm::EdDSA),
        };
        let jwk = Jwk::from_encoding_key(&key, algorithm).map_err(failed)?;
        let public = serde_json::to_value(jwk).ok();
        let Some(Value::Object(mut public)) = public else {
            return Err(KeyError::Material("its JWK is no object".to_owned()));
        };
        public.remove("alg");
        Ok(Arc::new(Material {
            key,
            public,
            pkcs8: pkcs8.to_vec(),
        }))
    }
}

/// A key pair.
#[derive(Debug)]
pub struct Material {
    key: EncodingKey,
    /// `kty` and what belongs to it; neither `alg` nor `kid`.
    public: Map<String, Value>,
    pkcs8: Vec<u8>,
}

impl Material {
    /// The key pair as PKCS #8, for operations that no library offers.
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The public key as a JWK (RFC 7517) for signatures under one algorithm.
    pub fn jwk(&self, kid: &str, algorithm: Algorithm) -> Map<String, Value> {
        let mut jwk = self.public.clone();
        jwk.insert("kid".to_owned(), json!(kid));
        jwk.insert("alg".to_owned(), json!(algorithm));
        jwk.insert("use".to_owned(), json!("sig"));
        jwk
    }
}

/// Something that signs.
#[derive(Debug, Clone)]
pub enum Key {
    /// A key that a library signs with.
    Pair(Arc<Material>),
    /// The RSA key of 1024 bits; RS256 only.
    Small(Arc<SmallKey>),
    /// A shared secret (HS256, HS384, HS512).
    Secret(Vec<u8>),
}

impl Key {
    /// The signature, as the third part of a token.
    ///
    /// # Errors
    /// The key does not sign with the algorithm.
    pub fn sign(&self, message: &[u8], algorithm: Algorithm) -> Result<String, KeyError> {
        let failed = |error| KeyError::Sign(algorithm, error);
        match self {
            Self::Pair(material) => crypto::sign(message, &material.key, algorithm).map_err(failed),
            Self::Small(key) => Ok(base64url(key.0.sign(message))),
            Self::Secret(secret) => {
                crypto::sign(message, &EncodingKey::from_secret(secret), algorithm).map_err(failed)
            }
        }
    }
}

/// The RSA key of 1024 bits.
#[derive(Debug)]
pub struct SmallKey(SmallRsa);

impl SmallKey {
    /// Reads it from the pool.
    ///
    /// # Errors
    /// It is not what it should be.
    pub fn new() -> Result<Arc<Self>, KeyError> {
        let key = SmallRsa::from_pkcs8(&pkcs8_of(RSA_1024)?);
        let key = key.ok_or_else(|| KeyError::Material("the short RSA key".to_owned()))?;
        Ok(Arc::new(Self(key)))
    }

    /// The public key as a JWK.
    pub fn jwk(&self, kid: &str) -> Value {
        json!({"kty": "RSA", "kid": kid, "alg": "RS256", "use": "sig",
            "n": base64url(&self.0.n), "e": base64url(&self.0.e)})
    }
}

/// Base64 for URLs without padding (RFC 7515, section 2).
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The octets of a key of the pool.
pub(super) fn pkcs8_of(pem: &str) -> Result<Vec<u8>, KeyError> {
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(text);
    der.map_err(|error| KeyError::Material(error.to_string()))
}

fn pem_of(pkcs8: &[u8]) -> String {
    let text = STANDARD.encode(pkcs8);
    format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use jsonwebtoken::DecodingKey;

    #[test]
    fn every_algorithm_signs_what_its_jwk_verifies_and_nothing_else() {
        for algorithm in ALGORITHMS {
            let family = Family::of(algorithm).unwrap();
            let [first, second] = family.own().unwrap();
            let foreign = family.foreign().unwrap();
            let verifies = |material: &Material, signature: &str| {
                let jwk = Value::Object(material.jwk("k", algorithm));
                assert_eq!(jwk["alg"], json!(algorithm));
                let jwk: Jwk = serde_json::from_value(jwk).unwrap();
                let key = DecodingKey::from_jwk(&jwk).unwrap();
                crypto::verify(signature, b"message", &key, algorithm).unwrap()
            };
            let signature = Key::Pair(Arc::clone(&first)).sign(b"message", algorithm);
            let signature = signature.unwrap();
            assert!(verifies(&first, &signature), "{algorithm:?}");
            assert!(!verifies(&second, &signature), "{algorithm:?}");
            assert!(!verifies(&foreign, &signature), "{algorithm:?}");
        }
    }

    #[test]
    fn a_published_key_holds_no_private_member() {
        for algorithm in ALGORITHMS {
            let [key, _] = Family::of(algorithm).unwrap().own().unwrap();
            let jwk = key.jwk("k", algorithm);
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(!jwk.contains_key(private), "{algorithm:?}");
            }
        }
    }

    #[test]
    fn a_key_refuses_an_algorithm_of_another_family() {
        let [key, _] = Family::Rsa.own().unwrap();
        assert!(Key::Pair(key).sign(b"message", Algorithm::ES256).is_err());
        assert_eq!(Family::of(Algorithm::HS256), None);
    }
}
