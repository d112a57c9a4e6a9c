//! The group ST: structure and encoding. Everything here is refused within a second.

mod base64url;
mod encrypted;
mod json;
mod parts;
mod text;

use super::case::{Case, Expect, Made};
use super::session::Session;
use crate::model::trial::launch::TrialError;
use crate::model::trial::{Fact, Trial};
use std::time::Duration;

/// How long a refusal may take.
const SECOND: Duration = Duration::from_secs(1);

/// Makes the cases of one check.
type Make = fn(&Session<'_>) -> Made;

const CHECKS: [(&str, Make); 12] = [
    ("ST-1", parts::count),
    ("ST-2", parts::empty),
    ("ST-3", base64url::other_alphabets),
    ("ST-4", base64url::unused_bits),
    ("ST-5", json::no_object),
    ("ST-6", json::twice),
    ("ST-7", text::no_utf8),
    ("ST-8", json::serialisations),
    ("ST-10", encrypted::nested),
    ("ST-11", encrypted::compressed),
    ("ST-12", encrypted::rounds),
    ("ST-13", encrypted::unencoded),
];

/// Puts the checks of the group to the target.
///
/// # Errors
/// The suite itself cannot go on.
pub(super) async fn ask(session: &mut Session<'_>) -> Result<(), TrialError> {
    let s = &*session;
    for (check, make) in CHECKS {
        s.put_made(check, || make(s)).await;
        if check == "ST-8" {
            deep(s).await;
        }
    }
    Ok(())
}

/// ST-9: it is refused, and the process lives.
async fn deep(session: &Session<'_>) {
    const CHECK: &str = "ST-9";
    if !session.stage.asks(CHECK) {
        return;
    }
    let cases = match json::deep(session) {
        Ok(cases) => cases,
        Err(why) => return session.stage.inconclusive(CHECK, why),
    };
    session.put(cases).await;
    let lives = session.alive().await;
    let (held, saw) = match lives {
        Ok(saw) => (true, saw),
        Err(saw) => (false, saw),
    };
    session.stage.trial(Trial {
        check: CHECK.to_owned(),
        case: "afterwards".to_owned(),
        facts: vec![Fact::holds("process", "it lives", held, saw)],
        ..Trial::default()
    });
}

/// A case of this group: a token that is refused within a second.
fn refused(
    session: &Session<'_>,
    check: &'static str,
    name: impl Into<String>,
    token: &str,
) -> Case {
    let ask = session.request().bearer(token);
    let case = Case::rejected(check, name, ask).within(SECOND);
    // What no field of HTTP may hold, or is too long for one, is refused before it is a token.
    let is_field = token.bytes().all(|octet| (b' '..=b'~').contains(&octet));
    match is_field && token.len() < LONG {
        true => case,
        false => case.expect(Expect::ClientError),
    }
}

/// Fields that are longer may be refused as such.
const LONG: usize = 8_000;

#[cfg(test)]
mod tests {
    use super::super::bench::{distinct, plan, with_session};
    use super::*;

    #[tokio::test]
    async fn every_check_has_cases_that_all_differ() {
        let plan = plan();
        with_session(&plan, async |session| {
            let good = session.good(None).unwrap_or_default();
            for (check, make) in CHECKS {
                for case in distinct(check, make(session)) {
                    assert_ne!(super::super::bench::token(&case), good, "{check}");
                    assert!(case.expect != Expect::Accepted, "{check}");
                }
            }
            assert_eq!(distinct("ST-9", json::deep(session)).len(), 5);
        })
        .await;
    }
}
