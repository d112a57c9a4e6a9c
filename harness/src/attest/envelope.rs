//! The DSSE envelope, v1: a payload, what it is, and who signed exactly that.
//!
//! Protocol and envelope are those of the Dead Simple Signing Envelope, version 1.0.

use super::key::{PublicKey, SigningKey};
use base64::Engine as _;
use base64::engine::general_purpose::{
    STANDARD, STANDARD_PAD_INDIFFERENT, URL_SAFE_PAD_INDIFFERENT,
};
use serde::{Deserialize, Serialize};

/// The only kind of payload that is written and read here.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// Unknown members are nobody's business: an envelope may carry certificates or a log's proof beside these.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    #[serde(default)]
    signatures: Vec<Signature>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Signature {
    /// A hint and no more: nobody has signed it.
    #[serde(default)]
    keyid: String,
    sig: String,
}

/// Why an envelope says nothing that can be relied on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Other bytes, or base64 that is none.
    #[error("it is no DSSE envelope: {0}")]
    NoEnvelope(String),
    /// A bare statement, or an envelope whose signatures are gone.
    #[error("nobody has signed it")]
    Unsigned,
    /// Other bytes or another type were signed, or another key signed.
    #[error("none of its {count} signatures is by this key over this payload and type")]
    NotByThisKey {
        /// How many there are.
        count: usize,
        /// Whether one of them claims to be by this key: then the payload is not what was signed.
        claimed: bool,
    },
    /// Signed, and something else.
    #[error("its payload is `{0}`, and `{wanted}` is wanted", wanted = PAYLOAD_TYPE)]
    PayloadType(String),
}

/// A payload that was signed with the key in question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The bytes that were signed.
    pub payload: Vec<u8>,
    /// Signatures in the envelope.
    pub signatures: usize,
}

/// Signs a statement and puts it into an envelope. The same statement and key give the same bytes.
pub fn seal(payload: &[u8], key: &SigningKey) -> Vec<u8> {
    let envelope = Envelope {
        payload: STANDARD.encode(payload),
        payload_type: PAYLOAD_TYPE.to_owned(),
        signatures: vec![Signature {
            keyid: key.public().id(),
            sig: STANDARD.encode(key.sign(&pae(PAYLOAD_TYPE, payload))),
        }],
    };
    // A value of strings and lists has no way to fail.
    let mut bytes = serde_json::to_vec_pretty(&envelope).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// What an envelope holds, where one of its signatures is by this key; other signatures change nothing.
///
/// # Errors
/// No envelope, no signature, none by this key over these bytes, or a payload of another type.
pub fn open(bytes: &[u8], key: &PublicKey) -> Result<Opened, EnvelopeError> {
    let envelope = read(bytes)?;
    let payload = base64(&envelope.payload)
        .ok_or_else(|| EnvelopeError::NoEnvelope("its payload is not base64".to_owned()))?;
    if envelope.signatures.is_empty() {
        return Err(EnvelopeError::Unsigned);
    }
    let message = pae(&envelope.payload_type, &payload);
    let signed = |one: &Signature| base64(&one.sig).is_some_and(|sig| key.verifies(&message, &sig));
    if !envelope.signatures.iter().any(signed) {
        let id = key.id();
        return Err(EnvelopeError::NotByThisKey {
            count: envelope.signatures.len(),
            claimed: envelope.signatures.iter().any(|one| one.keyid == id),
        });
    }
    if envelope.payload_type != PAYLOAD_TYPE {
        let found = envelope.payload_type.chars().take(100).collect();
        return Err(EnvelopeError::PayloadType(found));
    }
    Ok(Opened {
        payload,
        signatures: envelope.signatures.len(),
    })
}

fn read(bytes: &[u8]) -> Result<Envelope, EnvelopeError> {
    serde_json::from_slice(bytes).map_err(|error| {
        let value: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
        match value.is_some_and(|value| value.get("_type").is_some()) {
            true => EnvelopeError::Unsigned,
            false => EnvelopeError::NoEnvelope(error.to_string()),
        }
    })
}

/// What is signed: type and payload with their lengths in octets, so that neither can pass for a part of the other.
fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!(
        "DSSEv1 {} {payload_type} {} ",
        payload_type.len(),
        payload.len()
    );
    [head.as_bytes(), payload].concat()
}

/// Both alphabets, with or without padding: a verifier must read either.
fn base64(text: &str) -> Option<Vec<u8>> {
    let url_safe = text.contains(['-', '_']);
    let decoded = match url_safe {
        true => URL_SAFE_PAD_INDIFFERENT.decode(text),
        false => STANDARD_PAD_INDIFFERENT.decode(text),
    };
    decoded.ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    const KEY: &str = include_str!("../../../fixtures/keys/ed25519.pem");
    /// The key of RFC 8032, section 7.1, test 1.
    const OTHER: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
    const STATEMENT: &[u8] = b"{\"_type\": \"https://in-toto.io/Statement/v1\"}\n";

    fn key(pem: &str) -> SigningKey {
        SigningKey::from_pem(pem).unwrap()
    }

    fn sealed() -> Value {
        serde_json::from_slice(&seal(STATEMENT, &key(KEY))).unwrap()
    }

    fn opened(envelope: &Value) -> Result<Opened, EnvelopeError> {
        open(envelope.to_string().as_bytes(), &key(KEY).public())
    }

    fn refused(envelope: &Value) -> EnvelopeError {
        opened(envelope).unwrap_err()
    }

    /// The example of DSSE's protocol, and lengths that are counted in octets.
    #[test]
    fn what_is_signed_is_what_the_protocol_says() {
        let example = pae("http://example.com/HelloWorld", b"hello world");
        assert_eq!(
            example,
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
        assert_eq!(pae("", b""), b"DSSEv1 0  0 ");
        assert_eq!(pae("é", b"\xff\0"), b"DSSEv1 2 \xc3\xa9 2 \xff\0");
        assert_ne!(pae("a", b"b 1 c"), pae("a 5 b", b"c"));
    }

    #[test]
    fn an_envelope_opens_for_the_key_that_sealed_it_and_is_the_same_bytes_every_time() {
        assert_eq!(seal(STATEMENT, &key(KEY)), seal(STATEMENT, &key(KEY)));
        let envelope = sealed();
        assert_eq!(envelope["payloadType"], PAYLOAD_TYPE);
        assert_eq!(
            envelope["signatures"][0]["keyid"],
            key(KEY).public().id().as_str()
        );
        let read = opened(&envelope).unwrap();
        assert_eq!((read.payload.as_slice(), read.signatures), (STATEMENT, 1));
        assert_eq!(
            open(envelope.to_string().as_bytes(), &key(OTHER).public()),
            Err(EnvelopeError::NotByThisKey {
                count: 1,
                claimed: false
            })
        );
    }

    #[test]
    fn every_changed_octet_of_the_payload_is_found() {
        for at in 0..STATEMENT.len() {
            let mut changed = STATEMENT.to_vec();
            changed[at] ^= 1;
            let mut envelope = sealed();
            envelope["payload"] = json!(STANDARD.encode(changed));
            assert_eq!(
                refused(&envelope),
                EnvelopeError::NotByThisKey {
                    count: 1,
                    claimed: true
                }
            );
        }
    }

    /// The type is signed, too: changed afterwards it breaks the signature, and signed it is still not ours.
    #[test]
    fn a_payload_of_another_type_is_refused() {
        let mut envelope = sealed();
        envelope["payloadType"] = json!("application/json");
        assert!(matches!(
            refused(&envelope),
            EnvelopeError::NotByThisKey { .. }
        ));
        let signature = key(KEY).sign(&pae("application/json", STATEMENT));
        envelope["signatures"][0]["sig"] = json!(STANDARD.encode(signature));
        assert_eq!(
            refused(&envelope),
            EnvelopeError::PayloadType("application/json".to_owned())
        );
    }

    #[test]
    fn without_a_signature_it_is_unsigned() {
        let mut envelope = sealed();
        envelope["signatures"] = json!([]);
        assert_eq!(refused(&envelope), EnvelopeError::Unsigned);
        envelope.as_object_mut().unwrap().remove("signatures");
        assert_eq!(refused(&envelope), EnvelopeError::Unsigned);
        let bare: Value = serde_json::from_slice(STATEMENT).unwrap();
        assert_eq!(refused(&bare), EnvelopeError::Unsigned);
        for sig in ["", "*", "AAAA"] {
            let mut envelope = sealed();
            envelope["signatures"][0]["sig"] = json!(sig);
            assert!(matches!(
                refused(&envelope),
                EnvelopeError::NotByThisKey { .. }
            ));
        }
    }

    /// One good signature is enough, wherever it stands and whatever its hint says.
    #[test]
    fn of_two_signatures_ours_counts_and_a_hint_decides_nothing() {
        let theirs = key(OTHER);
        let other = json!({
            "keyid": theirs.public().id(),
            "sig": STANDARD.encode(theirs.sign(&pae(PAYLOAD_TYPE, STATEMENT))),
        });
        let mut envelope = sealed();
        let ours = envelope["signatures"][0].clone();
        for order in [[&ours, &other], [&other, &ours]] {
            envelope["signatures"] = json!(order);
            assert_eq!(opened(&envelope).unwrap().signatures, 2);
        }
        envelope["signatures"] = json!([{"sig": ours["sig"]}]);
        assert!(opened(&envelope).is_ok());
        envelope["signatures"] = json!([{"keyid": ours["keyid"], "sig": other["sig"]}]);
        assert!(opened(&envelope).is_err());
        envelope["signatures"] = json!([other]);
        assert!(opened(&envelope).is_err());
    }

    #[test]
    fn both_alphabets_are_read() {
        let mut envelope = sealed();
        let payload = URL_SAFE_NO_PAD.encode(STATEMENT);
        let signature = key(KEY).sign(&pae(PAYLOAD_TYPE, STATEMENT));
        envelope["payload"] = json!(payload);
        envelope["signatures"][0]["sig"] = json!(URL_SAFE_NO_PAD.encode(signature));
        assert_eq!(opened(&envelope).unwrap().payload, STATEMENT);
    }

    #[test]
    fn what_is_no_envelope_is_refused() {
        let key = key(KEY).public();
        for bytes in [
            &b""[..],
            b"[]",
            b"{}",
            b"\xff\xfe",
            b"{\"payload\": 1, \"payloadType\": \"a\", \"signatures\": []}",
            b"{\"payload\": \"*\", \"payloadType\": \"a\", \"signatures\": []}",
            b"{\"payload\": \"\", \"payload\": \"\", \"payloadType\": \"a\"}",
        ] {
            let error = open(bytes, &key).unwrap_err();
            assert!(matches!(error, EnvelopeError::NoEnvelope(_)), "{error}");
        }
    }
}
