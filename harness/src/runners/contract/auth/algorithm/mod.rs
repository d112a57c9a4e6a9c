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

use super::case::{Case, Made};
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

/// A case of this group: a token that is refused.
fn refused(
    session: &Session<'_>,
    check: &'static str,
    name: impl Into<String>,
    token: &str,
) -> Case {
    Case::rejected(check, name, session.request().bearer(token))
}
