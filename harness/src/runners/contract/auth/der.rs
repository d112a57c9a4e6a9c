//! DER (X.690) as far as keys, signatures and certificates need it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// 1.2.840.113549.1.1.1, with its NULL.
const RSA_ENCRYPTION: [u8; 15] = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];
/// 1.2.840.10045.2.1.
const EC_PUBLIC_KEY: [u8; 9] = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.2.840.10045.3.1.7.
const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// 1.3.132.0.34.
const P384: [u8; 7] = [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
/// 1.3.101.112, as an AlgorithmIdentifier (RFC 8410, section 3).
const ED25519: [u8; 7] = [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];

/// Tag, shortest length, content.
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let octets: Vec<u8> = length
        .to_be_bytes()
        .into_iter()
        .skip_while(|o| *o == 0)
        .collect();
    let mut der = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => der.push(short),
        _ => {
            der.push(0x80 | octets.len().to_be_bytes()[size_of::<usize>() - 1]);
            der.extend_from_slice(&octets);
        }
    }
    der.extend_from_slice(content);
    der
}

/// A SEQUENCE of elements.
pub fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    element(0x30, &elements.concat())
}

/// An INTEGER that is not negative, from big-endian octets.
pub fn integer(octets: &[u8]) -> Vec<u8> {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    let mut content = octets[zeros..].to_vec();
    if content.first().is_none_or(|octet| *octet >= 0x80) {
        content.insert(0, 0);
    }
    element(0x02, &content)
}

/// A BIT STRING of whole octets.
pub fn bit_string(octets: &[u8]) -> Vec<u8> {
    element(0x03, &[&[0], octets].concat())
}

/// The numbers of an ECDSA signature of fixed length, as the SEQUENCE of X9.62.
pub fn ecdsa(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(signature.len() / 2);
    sequence(&[&integer(r), &integer(s)])
}

fn octets(jwk: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok()
}

/// An RSA key as PKCS #1 has it; `None` for other keys.
pub fn pkcs1(jwk: &Map<String, Value>) -> Option<Vec<u8>> {
    let (n, e) = (octets(jwk, "n")?, octets(jwk, "e")?);
    Some(sequence(&[&integer(&n), &integer(&e)]))
}

/// A public key as SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).
pub fn spki(jwk: &Map<String, Value>) -> Option<Vec<u8>> {
    if let Some(rsa) = pkcs1(jwk) {
        return Some(sequence(&[&RSA_ENCRYPTION, &bit_string(&rsa)]));
    }
    let x = octets(jwk, "x")?;
    let curve: &[u8] = match jwk.get("crv")?.as_str()? {
        "P-256" => &P256,
        "P-384" => &P384,
        _ => return Some(sequence(&[&ED25519, &bit_string(&x)])),
    };
    let algorithm = sequence(&[&EC_PUBLIC_KEY, curve]);
    let point = [vec![4], x, octets(jwk, "y")?].concat();
    Some(sequence(&[&algorithm, &bit_string(&point)]))
}

/// PEM with lines of 64 characters (RFC 7468).
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem + &format!("-----END {label}-----\n")
}

/// `OID` of sha256WithRSAEncryption, with its NULL.
const SHA256_WITH_RSA: [u8; 15] = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00,
];
/// 2.5.4.3, a common name.
const COMMON_NAME: [u8; 5] = [0x06, 0x03, 0x55, 0x04, 0x03];

/// A self-signed certificate for a key (RFC 5280, section 4.1), valid from 2020 to 2049; what
/// signs it is asked for the signature (RS256) of its body.
pub fn certificate(
    name: &str,
    spki: &[u8],
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, String>,
) -> Result<Vec<u8>, String> {
    let common = sequence(&[&COMMON_NAME, &element(0x0c, name.as_bytes())]);
    let name = sequence(&[&element(0x31, &common)]);
    let validity = sequence(&[
        &element(0x17, b"200101000000Z"),
        &element(0x17, b"491231235959Z"),
    ]);
    let version = element(0xa0, &integer(&[2]));
    let body = sequence(&[
        &version,
        &integer(&[1]),
        &SHA256_WITH_RSA,
        &name,
        &validity,
        &name,
        spki,
    ]);
    let signature = sign(&body)?;
    Ok(sequence(&[
        &body,
        &SHA256_WITH_RSA,
        &bit_string(&signature),
    ]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::runners::contract::fake::keys::Family;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    };
    use jsonwebtoken::Algorithm;

    #[test]
    fn keys_are_what_a_library_reads() {
        let rsa = Family::Rsa.foreign().unwrap().jwk("k", Algorithm::RS256);
        for der in [spki(&rsa).unwrap(), pkcs1(&rsa).unwrap()] {
            assert!(ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &der).is_ok());
        }
        let ec = Family::P256.foreign().unwrap().jwk("k", Algorithm::ES256);
        let der = spki(&ec).unwrap();
        assert!(ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &der).is_ok());
        assert_eq!(pkcs1(&ec), None);
    }

    #[test]
    fn lengths_and_numbers_have_their_shortest_form() {
        assert_eq!(element(4, &[]), [4, 0]);
        assert_eq!(element(4, &[7; 0x80])[..3], [4, 0x81, 0x80]);
        assert_eq!(element(4, &[7; 0x100])[..4], [4, 0x82, 1, 0]);
        assert_eq!(integer(&[0, 0, 1]), [2, 1, 1]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[0]), [2, 1, 0]);
        let pem = pem("PUBLIC KEY", &[1; 60]);
        assert_eq!(
            pem.lines().map(str::len).collect::<Vec<_>>(),
            [26, 64, 16, 24]
        );
    }
}
