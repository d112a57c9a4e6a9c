//! RSA keys whose numbers are weak: each signature is right, so only looking at the key helps.

use super::craft::{Crafted, allows, draft, name, refused};
use crate::runners::contract::auth::draft::Draft;
use crate::runners::contract::auth::lane::{Lane, LaneError};
use crate::runners::contract::fake::keys::{Family, Key, SmallKey, base64url};
use jsonwebtoken::Algorithm::RS256;
use num_bigint::BigUint;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Octets of a modulus.
const OCTETS: usize = 256;
/// DER of a DigestInfo up to the SHA-256 digest (RFC 8017, section 9.2, note 1).
const SHA256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// What RS256 raises to the private exponent (EMSA-PKCS1-v1_5, RFC 8017, section 9.2).
fn block(message: &[u8]) -> BigUint {
    let digest = Sha256::digest(message);
    let mut block = vec![0xff; OCTETS];
    block[..2].copy_from_slice(&[0, 1]);
    let tail = OCTETS - SHA256_INFO.len() - digest.len();
    block[tail - 1] = 0;
    block[tail..tail + SHA256_INFO.len()].copy_from_slice(&SHA256_INFO);
    block[tail + SHA256_INFO.len()..].copy_from_slice(&digest);
    BigUint::from_bytes_be(&block)
}

fn octets(number: &BigUint) -> Vec<u8> {
    let octets = number.to_bytes_be();
    [vec![0; OCTETS.saturating_sub(octets.len())], octets].concat()
}

fn jwk(kid: &str, n: &[u8], e: &[u8]) -> Value {
    json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
        "n": base64url(n), "e": base64url(e)})
}

/// A key and a signature that it verifies, for a token that is given.
type Numbers = (Vec<u8>, Vec<u8>, Vec<u8>);

/// With e = 1 every block is its own signature.
fn exponent_one(draft: &Draft) -> Result<Numbers, LaneError> {
    let key = Family::Rsa.foreign()?.jwk("", RS256);
    let n = key.get("n").and_then(Value::as_str).unwrap_or_default();
    let n = decoded(n)?;
    Ok((n, vec![1], octets(&block(draft.input().as_bytes()))))
}

fn decoded(text: &str) -> Result<Vec<u8>, LaneError> {
    use base64::Engine as _;
    let octets = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text);
    octets.map_err(|error| LaneError::Harness(error.to_string()))
}

/// With e = 2 and n = s^2 - block, s is a signature of the block: s^2 leaves the block, divided by n.
fn exponent_two(draft: &Draft) -> Numbers {
    let block = block(draft.input().as_bytes());
    let mut root = [0xc3; OCTETS / 2];
    // An odd modulus: one of the two numbers is odd.
    root[OCTETS / 2 - 1] = if block.bit(0) { 0x02 } else { 0x03 };
    let root = BigUint::from_bytes_be(&root);
    let n = &root * &root - block;
    (octets(&n), vec![2], octets(&root))
}

/// Modulo 2^2047 odd numbers have roots, and everybody can take them.
fn even_modulus(draft: &Draft) -> Option<Numbers> {
    let block = block(draft.input().as_bytes());
    let bits = OCTETS * 8 - 1;
    let e = BigUint::from(65_537_u32);
    // The order of every odd number modulo 2^k divides 2^(k-2).
    let d = e.modinv(&(BigUint::from(1_u8) << (bits - 2)))?;
    let n = BigUint::from(1_u8) << bits;
    let root = block.bit(0).then(|| block.modpow(&d, &n))?;
    Some((octets(&n), e.to_bytes_be(), octets(&root)))
}

fn crafted(case: &str, kid: &str, draft: &Draft, (n, e, signature): Numbers) -> Crafted {
    Crafted {
        case: case.to_owned(),
        jwk: jwk(kid, &n, &e),
        token: draft.with_signature(signature),
    }
}

/// `KS-8`: 1024 bits.
pub(super) async fn short(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !allows(lane, "KS-8", RS256) {
        return Ok(());
    }
    let (kid, key) = (name("small"), SmallKey::new()?);
    let jwk = key.jwk(&kid);
    let draft = draft(lane, &kid, RS256)?.by(Key::Small(key), RS256);
    let crafted = Crafted {
        case: "RSA of 1024 bits".to_owned(),
        jwk,
        token: draft.sign()?,
    };
    refused(lane, "KS-8", &[crafted]).await
}

/// `KS-9`: exponents and a modulus that make signing easy for everybody.
pub(super) async fn bad(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !allows(lane, "KS-9", RS256) {
        return Ok(());
    }
    let (one, two, even) = (name("e1"), name("e2"), name("even"));
    let mut all = Vec::new();
    let first = draft(lane, &one, RS256)?;
    all.push(crafted("e = 1", &one, &first, exponent_one(&first)?));
    let second = draft(lane, &two, RS256)?;
    all.push(crafted("e = 2", &two, &second, exponent_two(&second)));
    // Every other token has an odd digest.
    let mut tries = 0;
    let (third, numbers) = loop {
        let draft = draft(lane, &even, RS256)?.claim("jti", name("try"));
        if let Some(numbers) = even_modulus(&draft) {
            break (draft, numbers);
        }
        tries += 1;
        if tries > 256 {
            return Err(LaneError::Harness("no odd digest".to_owned()));
        }
    };
    all.push(crafted("n even", &even, &third, numbers));
    refused(lane, "KS-9", &all).await
}

/// `KS-10`: a modulus that gives its factors away.
pub(super) async fn roca(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !allows(lane, "KS-10", RS256) {
        return Ok(());
    }
    let (kid, key) = (name("roca"), Family::roca()?);
    let draft = draft(lane, &kid, RS256)?.by(Key::Pair(key.clone()), RS256);
    let crafted = Crafted {
        case: "a modulus with the fingerprint of ROCA".to_owned(),
        jwk: Value::Object(key.jwk(&kid, RS256)),
        token: draft.sign()?,
    };
    refused(lane, "KS-10", &[crafted]).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn draft(number: u32) -> Draft {
        Draft {
            header: serde_json::Map::new(),
            claims: serde_json::Map::new(),
            key: Key::Secret(Vec::new()),
            algorithm: RS256,
        }
        .claim("jti", number)
    }

    /// What a verifier that looks at nothing but the signature finds.
    fn verifies((n, e, signature): &Numbers, message: &str) -> bool {
        let number = |octets: &[u8]| BigUint::from_bytes_be(octets);
        assert_eq!((n.len(), signature.len()), (OCTETS, OCTETS));
        number(signature).modpow(&number(e), &number(n)) == block(message.as_bytes())
    }

    #[test]
    fn every_weak_key_verifies_the_signature_that_comes_with_it() {
        for number in 0..4 {
            let draft = draft(number);
            let input = draft.input();
            assert!(verifies(&exponent_one(&draft).unwrap(), &input));
            let two = exponent_two(&draft);
            assert!(verifies(&two, &input));
            assert_eq!(
                (two.0[0] >> 7, two.0[OCTETS - 1] % 2),
                (1, 1),
                "2048 bits, odd"
            );
        }
        let even = (0..64).find_map(|number| {
            let draft = draft(number);
            Some((draft.input(), even_modulus(&draft)?))
        });
        let (input, even) = even.unwrap();
        assert!(verifies(&even, &input));
        assert_eq!((even.0[0], even.0[OCTETS - 1]), (0x80, 0));
    }
}
