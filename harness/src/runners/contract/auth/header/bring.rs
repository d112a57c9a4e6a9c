//! Keys that a token brings along, or says where to find (RFC 8725, section 3.10).

use super::super::case::{Case, Expect, Made, refused};
use super::super::der;
use super::super::draft::{Draft, octets_of};
use super::super::session::Session;
use crate::runners::contract::fake::identity_provider::NamedKey;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A good token in all but its key, which is the attacker's under the name of the right one.
fn attackers(session: &Session<'_>, word: &str) -> Result<(Draft, NamedKey), String> {
    let key = session.idp.foreign_key(word);
    let key = key.ok_or_else(|| format!("no other key for {word}"))?;
    let draft = session.draft(word)?.by(key.key(), key.algorithm);
    Ok((draft, key))
}

/// HD-1.
pub(super) fn jwk(session: &Session<'_>) -> Made {
    let mut cases = Vec::new();
    for word in &session.plan.algorithms {
        let (draft, key) = attackers(session, word)?;
        let own = draft.header("jwk", key.jwk());
        let mut case = |name: &str, draft: &Draft| {
            let token = draft.sign()?;
            cases.push(refused(session, "HD-1", format!("{word}: {name}"), &token).twin(word));
            Ok::<(), String>(())
        };
        case("the published name", &own)?;
        case("no name", &own.clone().without_header("kid"))?;
        case("a name of its own", &own.clone().header("kid", "attacker"))?;
    }
    Ok(cases)
}

/// HD-2 and HD-3.
pub(super) fn address(session: &Session<'_>, check: &'static str, member: &str) -> Made {
    let word = &session.plan.algorithms[0];
    let (attacker, _) = attackers(session, word)?;
    let mut cases = Vec::new();
    for at in ["{canary}/keys", "{canary_elsewhere}/keys"] {
        let at = session.idp.fill(at);
        let token = attacker.clone().header(member, at.as_str()).sign()?;
        cases.push(refused(session, check, format!("`{member}` {at}"), &token));
        let nameless = attacker
            .clone()
            .without_header("kid")
            .header(member, at.as_str());
        let name = format!("`{member}` {at}, no `kid`");
        cases.push(refused(session, check, name, &nameless.sign()?));
        cases.push(by_the_issuer(session, check, member, &at)?);
    }
    Ok(cases)
}

/// Signed by the right key: it may be accepted, but nobody is asked.
fn by_the_issuer(
    session: &Session<'_>,
    check: &'static str,
    member: &str,
    at: &str,
) -> Result<Case, String> {
    let token = session.first_draft()?.header(member, at).sign()?;
    let name = format!("`{member}` {at}, signed by the issuer");
    Ok(refused(session, check, name, &token).expect(Expect::NoServerError))
}

/// HD-4.
pub(super) fn chain(session: &Session<'_>) -> Made {
    let mut cases = Vec::new();
    for word in &session.plan.algorithms {
        let (draft, key) = attackers(session, word)?;
        let (spki, certificate) = certificate(&key)?;
        for (name, octets) in [
            ("a certificate of its own", certificate),
            ("a bare key", spki),
        ] {
            let chain = json!([STANDARD.encode(octets)]);
            let token = draft.clone().header("x5c", chain.clone()).sign()?;
            let name = format!("{word}: {name}");
            cases.push(refused(session, "HD-4", name.clone(), &token).twin(word));
            let nameless = draft.clone().header("x5c", chain).without_header("kid");
            let name = format!("{name}, no `kid`");
            cases.push(refused(session, "HD-4", name, &nameless.sign()?).twin(word));
        }
    }
    Ok(cases)
}

/// The attacker's key, bare and in a certificate that it signed itself.
fn certificate(key: &NamedKey) -> Result<(Vec<u8>, Vec<u8>), String> {
    let jwk = key.material.jwk(&key.kid, key.algorithm);
    let spki = der::spki(&jwk).ok_or("the key has no SubjectPublicKeyInfo")?;
    let sign = |body: &[u8]| octets_of(&key.key(), body, key.algorithm);
    let certificate = der::certificate("issuer", &spki, sign)?;
    Ok((spki, certificate))
}

/// HD-5.
pub(super) fn thumbprint(session: &Session<'_>) -> Made {
    let word = &session.plan.algorithms[0];
    let (draft, key) = attackers(session, word)?;
    let (_, certificate) = certificate(&key)?;
    let mut cases = Vec::new();
    for (member, hash) in [("x5t", &SHA1_FOR_LEGACY_USE_ONLY), ("x5t#S256", &SHA256)] {
        let print = URL_SAFE_NO_PAD.encode(digest(hash, &certificate));
        let token = draft.clone().header(member, print.as_str());
        cases.push(refused(
            session,
            "HD-5",
            format!("`{member}`"),
            &token.sign()?,
        ));
        let nameless = token.without_header("kid").sign()?;
        cases.push(refused(
            session,
            "HD-5",
            format!("`{member}`, no `kid`"),
            &nameless,
        ));
    }
    Ok(cases)
}

/// HD-6.
pub(super) fn tricks(session: &Session<'_>) -> Made {
    let word = &session.plan.algorithms[0];
    let (draft, _) = attackers(session, word)?;
    let fill = |text: &str| session.idp.fill(text);
    let bare = |text: &str| fill(text).trim_start_matches("http://").to_owned();
    let (issuer, canary) = (bare("{origin}"), bare("{canary}"));
    let tricks: [(&str, String); 9] = [
        (
            "an open redirect of the issuer",
            fill("{issuer}/authorize?redirect_uri={canary}/keys&response_type=code"),
        ),
        (
            "the issuer as a user name",
            format!("http://{issuer}@{canary}/keys"),
        ),
        ("no scheme", format!("//{canary}/keys")),
        (
            "upper case",
            format!("HTTP://{}/keys", canary.to_uppercase()),
        ),
        (
            "the issuer's path elsewhere",
            fill("{canary}/realms/a/keys"),
        ),
        (
            "a name that looks alike",
            "http://\u{456}ssuer.example/keys".to_owned(),
        ),
        ("a file", "file:///etc/passwd".to_owned()),
        (
            "the address of cloud metadata",
            "http://169.254.169.254/latest/meta-data/".to_owned(),
        ),
        ("no address at all", "javascript:alert(1)".to_owned()),
    ];
    let case = |(name, at): (&str, String)| {
        let token = draft.clone().header("jku", Value::from(at)).sign()?;
        Ok(refused(session, "HD-6", name, &token))
    };
    tricks.into_iter().map(case).collect()
}
