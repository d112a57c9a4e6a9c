//! The group AL: algorithm and signature. Everything here is refused.

mod bare_rsa;
mod digest_info;
mod ecdsa;
mod eddsa;
mod key;
mod pss;
mod rsa;
mod secret;
mod signature;
mod word;

use super::case::Made;
use super::session::Session;
use crate::model::trial::launch::TrialError;

/// Octets of the modulus of every RSA key of the pool.
const OCTETS: usize = 256;

/// Puts the checks of the group to the target.
///
/// # Errors
/// The suite itself cannot go on.
pub(super) async fn ask(session: &mut Session<'_>) -> Result<(), TrialError> {
    let s = &*session;
    s.put_made("AL-1", || signature::other_payload(s)).await;
    s.put_made("AL-2", || signature::turned_bits(s)).await;
    s.put_made("AL-3", || signature::lengths(s)).await;
    s.put_made("AL-4", || signature::unpublished(s)).await;
    s.put_made("AL-5", || word::none(s)).await;
    s.put_made("AL-6", || word::none_with_signature(s)).await;
    s.put_made("AL-7", || word::no_word(s)).await;
    s.put_made("AL-8", || secret::public_keys(s)).await;
    s.put_made("AL-9", || secret::guessable(s)).await;
    with_rsa(s, "AL-10", || key::other_rsa(s)).await;
    key::published(s).await;
    s.put_made("AL-12", || key::other_family(s)).await;
    only(s, "AL-13", "ES256", || ecdsa::edges(s)).await;
    only(s, "AL-14", "ES256", || ecdsa::forms(s)).await;
    only(s, "AL-16", "RS256", || rsa::pkcs1_forms(s)).await;
    with_rsa(s, "AL-17", || rsa::pss_forms(s)).await;
    eddsa::ask(s).await;
    s.put_made("AL-19", || word::strange(s)).await;
    s.put_made("AL-20", || signature::other_header(s)).await;
    Ok(())
}

/// Asks a check that needs one algorithm.
async fn only(
    session: &Session<'_>,
    check: &'static str,
    algorithm: &str,
    make: impl FnOnce() -> Made,
) {
    let declared = session.plan.algorithms.iter().any(|one| one == algorithm);
    match declared {
        true => session.put_made(check, make).await,
        false => unasked(session, check, &format!("{algorithm} is not declared")),
    }
}

/// Asks a check that needs a key of RSA, whatever the algorithm.
async fn with_rsa(session: &Session<'_>, check: &'static str, make: impl FnOnce() -> Made) {
    match rsa_algorithm(session) {
        Some(_) => session.put_made(check, make).await,
        None => unasked(session, check, "no algorithm of RSA is declared"),
    }
}

fn unasked(session: &Session<'_>, check: &str, why: &str) {
    if session.stage.asks(check) {
        session.stage.not_run(check, why);
    }
}

/// The first declared algorithm of RSA.
fn rsa_algorithm<'a>(session: &Session<'a>) -> Option<&'a str> {
    let mut declared = session.plan.algorithms.iter().map(String::as_str);
    let of_rsa = |name: &&str| name.starts_with("RS") || name.starts_with("PS");
    declared.find(of_rsa)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::bench::{distinct, plan, token, with_session};
    use super::*;
    use jsonwebtoken::jwk::Jwk;
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
    use serde_json::Value;

    /// Verifies as a strict library does: under the published key of the name, and its one algorithm.
    fn verified(session: &Session<'_>, token: &str) -> bool {
        let head = token
            .split('.')
            .next()
            .and_then(super::super::draft::members);
        let kid = head.and_then(|head| head.get("kid").cloned());
        let published = session.idp.published();
        let Some(jwk) = published.iter().find(|jwk| jwk.get("kid") == kid.as_ref()) else {
            return false;
        };
        let algorithm: Algorithm = jwk["alg"].as_str().unwrap().parse().unwrap();
        let mut rules = Validation::new(algorithm);
        rules.set_audience(&[&session.plan.issuer.audience]);
        rules.set_issuer(&[session.idp.issuer()]);
        let jwk: Jwk = serde_json::from_value(jwk.clone()).unwrap();
        decode::<Value>(token, &DecodingKey::from_jwk(&jwk).unwrap(), &rules).is_ok()
    }

    type Make = fn(&Session<'_>) -> Made;

    #[tokio::test]
    async fn good_tokens_verify_and_no_case_of_this_group_does() {
        let makes: [(&str, Make); 14] = [
            ("AL-1", signature::other_payload),
            ("AL-2", signature::turned_bits),
            ("AL-3", signature::lengths),
            ("AL-4", signature::unpublished),
            ("AL-5", word::none),
            ("AL-6", word::none_with_signature),
            ("AL-7", word::no_word),
            ("AL-8", secret::public_keys),
            ("AL-9", secret::guessable),
            ("AL-10", key::other_rsa),
            ("AL-12", key::other_family),
            ("AL-13", ecdsa::edges),
            ("AL-14", ecdsa::forms),
            ("AL-19", word::strange),
        ];
        let plan = plan();
        with_session(&plan, async |session| {
            for word in &plan.algorithms {
                assert!(
                    verified(session, &session.good(Some(word)).unwrap()),
                    "{word}"
                );
                let again = session.draft(word).unwrap().sign().unwrap();
                assert!(verified(session, &again), "{word}");
            }
            for (check, make) in makes {
                for case in distinct(check, make(session)) {
                    assert!(!verified(session, &token(&case)), "{check}: {}", case.name);
                }
            }
            for case in distinct("AL-20", signature::other_header(session)) {
                assert!(!verified(session, &token(&case)), "AL-20: {}", case.name);
            }
        })
        .await;
    }

    #[tokio::test]
    async fn there_are_at_least_213_forgeries_of_padding_and_none_verifies() {
        let plan = plan();
        with_session(&plan, async |session| {
            let cases = distinct("AL-16", rsa::pkcs1_forms(session));
            assert!(cases.len() >= 213, "{}", cases.len());
            for case in cases
                .iter()
                .chain(&distinct("AL-17", rsa::pss_forms(session)))
            {
                assert!(
                    !verified(session, &token(case)),
                    "{}: {}",
                    case.check,
                    case.name
                );
            }
        })
        .await;
    }
}
