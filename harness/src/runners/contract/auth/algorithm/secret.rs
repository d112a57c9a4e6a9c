//! HMAC with what everybody knows: the public key, a word, a name.

use super::super::case::{Made, refused};
use super::super::der;
use super::super::draft::Draft;
use super::super::session::Session;
use crate::runners::contract::fake::keys::Key;
use jsonwebtoken::Algorithm;

const HMACS: [Algorithm; 3] = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];

fn keyed(draft: &Draft, secret: &[u8], algorithm: Algorithm) -> Result<String, String> {
    let key = Key::Secret(secret.to_vec());
    draft.clone().by(key, algorithm).alg(algorithm).sign()
}

/// AL-8.
pub(super) fn public_keys(session: &Session<'_>) -> Made {
    let mut cases = Vec::new();
    for word in &session.plan.algorithms {
        let draft = session.draft(word)?;
        for (form, secret) in forms(session, word)? {
            for algorithm in HMACS {
                let token = keyed(&draft, &secret, algorithm)?;
                let name = format!("{algorithm:?}, the {word} key as {form}");
                cases.push(refused(session, "AL-8", name, &token));
            }
        }
    }
    Ok(cases)
}

/// A published key in each form in which it is passed on.
fn forms(session: &Session<'_>, word: &str) -> Result<Vec<(&'static str, Vec<u8>)>, String> {
    let named = session
        .idp
        .key(word)
        .ok_or_else(|| format!("no key for {word}"))?;
    let jwk = named.material.jwk(&named.kid, named.algorithm);
    let spki = der::spki(&jwk).ok_or("the key has no SubjectPublicKeyInfo")?;
    let pem = der::pem("PUBLIC KEY", &spki);
    let signs = |body: &[u8]| {
        let signature = super::super::draft::octets_of(&named.key(), body, named.algorithm)?;
        Ok(signature)
    };
    let certificate = der::certificate("issuer", &spki, signs)?;
    let mut forms = vec![
        ("PEM", pem.clone().into_bytes()),
        (
            "PEM without its last newline",
            pem.trim_end().as_bytes().to_vec(),
        ),
        ("PEM with a space before it", format!(" {pem}").into_bytes()),
        ("PEM with CRLF", pem.replace('\n', "\r\n").into_bytes()),
        ("SubjectPublicKeyInfo in DER", spki),
        (
            "JWK",
            serde_json::Value::Object(jwk.clone())
                .to_string()
                .into_bytes(),
        ),
        (
            "certificate in PEM",
            der::pem("CERTIFICATE", &certificate).into_bytes(),
        ),
        ("certificate in DER", certificate),
    ];
    if let Some(pkcs1) = der::pkcs1(&jwk) {
        forms.push((
            "PKCS #1 in PEM",
            der::pem("RSA PUBLIC KEY", &pkcs1).into_bytes(),
        ));
        forms.push(("PKCS #1 in DER", pkcs1));
    }
    Ok(forms)
}

/// AL-9.
pub(super) fn guessable(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let kid = draft.header.get("kid").and_then(|kid| kid.as_str());
    let kid = kid.unwrap_or_default().to_owned();
    let issuer = &session.plan.issuer;
    let secrets = [
        ("nothing", String::new()),
        ("`secret`", "secret".to_owned()),
        ("the `kid`", kid),
        ("the client", issuer.client_id.clone()),
        ("the audience", issuer.audience.clone()),
        ("the issuer", session.idp.issuer()),
    ];
    let case = |(name, secret): (&str, String)| {
        let token = keyed(&draft, secret.as_bytes(), Algorithm::HS256)?;
        Ok(refused(
            session,
            "AL-9",
            format!("HS256 with {name}"),
            &token,
        ))
    };
    secrets.into_iter().map(case).collect()
}
