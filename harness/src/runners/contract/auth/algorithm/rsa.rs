//! Signatures of the right RSA key over blocks that are padded wrongly.
//!
//! The shapes are those of Project Wycheproof, made anew with our key: each block is raised to
//! the private exponent, so that a verifier finds exactly that block and has to refuse its form.

use super::super::case::{Made, refused};
use super::super::draft::Draft;
use super::super::session::Session;
use super::bare_rsa::BareRsa;
use super::{OCTETS, digest_info, pss, rsa_algorithm};
use jsonwebtoken::Algorithm;

/// Something in place of a signature, and what is wrong with it.
type Shape = (String, Vec<u8>);

fn bare(session: &Session<'_>, word: &str) -> Result<BareRsa, String> {
    let key = session
        .idp
        .key(word)
        .ok_or_else(|| format!("no key for {word}"))?;
    BareRsa::from_pkcs8(key.material.pkcs8()).ok_or_else(|| "the RSA key cannot be read".to_owned())
}

/// Numbers that are no signature of anything under any padding.
fn numbers(key: &BareRsa) -> Vec<Shape> {
    let mut one = vec![0; OCTETS];
    one[OCTETS - 1] = 1;
    // The modulus is odd.
    let mut below = key.n.clone();
    below[OCTETS - 1] -= 1;
    let numbers = [
        ("zero", vec![0; OCTETS]),
        ("one", one),
        ("the modulus less one", below),
        ("the modulus", key.n.clone()),
        ("all ones", vec![0xff; OCTETS]),
    ];
    numbers
        .map(|(name, octets)| (name.to_owned(), octets))
        .to_vec()
}

fn raised(key: &BareRsa, blocks: Vec<Shape>) -> Result<Vec<Shape>, String> {
    let one = |(name, block): Shape| match key.power(&block) {
        Some(signature) => Ok((name, signature)),
        None => Err(format!("{name}: the block is not below the modulus")),
    };
    blocks.into_iter().map(one).collect()
}

fn cases(
    session: &Session<'_>,
    check: &'static str,
    draft: &Draft,
    twin: &str,
    shapes: Vec<Shape>,
) -> Made {
    let case = |(name, signature): Shape| {
        let token = draft.with_signature(signature);
        refused(session, check, name, &token).twin(twin)
    };
    Ok(shapes.into_iter().map(case).collect())
}

/// AL-16.
pub(super) fn pkcs1_forms(session: &Session<'_>) -> Made {
    let word = "RS256";
    let (key, draft) = (bare(session, word)?, session.draft(word)?);
    let input = draft.input();
    // The twin of everything below: what the bare operation makes is what a library signs.
    let right = key.power(&digest_info::right_block(input.as_bytes()));
    if right != Some(draft.signature()?) {
        return Err("the bare RSA operation of the harness is wrong".to_owned());
    }
    let mut shapes = numbers(&key);
    shapes.extend(raised(&key, digest_info::wrong_blocks(input.as_bytes()))?);
    let pss = draft.clone().by(draft.key.clone(), Algorithm::PS256);
    shapes.push(("PSS under RS256".to_owned(), pss.signature()?));
    cases(session, "AL-16", &draft, word, shapes)
}

/// AL-17: under PS256 where the target allows it, under the name of its first RSA key otherwise.
pub(super) fn pss_forms(session: &Session<'_>) -> Made {
    let declared = session.plan.algorithms.iter().any(|one| one == "PS256");
    let word = match declared {
        true => "PS256",
        false => rsa_algorithm(session).ok_or("no RSA key")?,
    };
    let key = bare(session, word)?;
    let draft = session.draft(word)?.alg(Algorithm::PS256);
    let input = draft.input();
    let mut shapes = numbers(&key);
    shapes.extend(raised(&key, pss::wrong_blocks(input.as_bytes()))?);
    let v15 = draft.clone().by(draft.key.clone(), Algorithm::RS256);
    shapes.push(("PKCS #1 v1.5 under PS256".to_owned(), v15.signature()?));
    cases(session, "AL-17", &draft, word, shapes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::runners::contract::fake::keys::{Family, Key, base64url};

    #[test]
    fn the_bare_operation_makes_what_a_library_signs_and_every_shape_is_another() {
        let [material, _] = Family::Rsa.own().unwrap();
        let key = BareRsa::from_pkcs8(material.pkcs8()).unwrap();
        let made = key.power(&digest_info::right_block(b"message")).unwrap();
        let signed = Key::Pair(material).sign(b"message", Algorithm::RS256);
        assert_eq!(base64url(&made), signed.unwrap());
        let shapes = numbers(&key);
        assert!(
            shapes
                .iter()
                .all(|(_, octets)| octets.len() == OCTETS && *octets != made)
        );
        assert_eq!(key.power(&key.n), None);
    }

    #[test]
    fn a_block_of_pss_that_is_right_verifies_and_the_wrong_ones_do_not() {
        use jsonwebtoken::jwk::Jwk;
        use jsonwebtoken::{DecodingKey, crypto};
        let [material, _] = Family::Rsa.own().unwrap();
        let key = BareRsa::from_pkcs8(material.pkcs8()).unwrap();
        let jwk = serde_json::Value::Object(material.jwk("k", Algorithm::PS256));
        let jwk: Jwk = serde_json::from_value(jwk).unwrap();
        let public = DecodingKey::from_jwk(&jwk).unwrap();
        let verifies = |block: &[u8]| {
            let signature = base64url(key.power(block).unwrap());
            crypto::verify(&signature, b"message", &public, Algorithm::PS256).unwrap()
        };
        assert!(verifies(&pss::right_block(b"message", &[7; 32])));
        for (what, block) in pss::wrong_blocks(b"message") {
            assert!(!verifies(&block), "{what}");
        }
    }
}
