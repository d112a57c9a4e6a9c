//! The group CL: claims and time. Refused unless something else is said.

mod audience;
mod clock;
mod issuer;
mod kind;
mod strange;
mod time;

use super::draft::Draft;
use super::session::Session;
use crate::model::trial::launch::TrialError;
use std::time::{SystemTime, UNIX_EPOCH};

/// Checks that compare clocks.
const TIMED: [&str; 5] = ["CL-1", "CL-2", "CL-5", "CL-6", "CL-7"];

/// Puts the checks of the group to the target.
///
/// # Errors
/// The suite itself cannot go on.
pub(super) async fn ask(session: &mut Session<'_>) -> Result<(), TrialError> {
    let s = &*session;
    let apart = clock::apart(s).await;
    for check in TIMED.into_iter().filter(|check| s.stage.asks(check)) {
        match &apart {
            Some(why) => s.stage.inconclusive(check, why),
            None => timed(s, check).await,
        }
    }
    s.put_made("CL-3", || time::no_exp(s)).await;
    s.put_made("CL-4", || time::exp_types(s)).await;
    s.put_made("CL-8", || issuer::others(s)).await;
    s.put_made("CL-9", || issuer::lists(s)).await;
    s.put_made("CL-10", || audience::each(s)).await;
    kind::id_token(s).await;
    kind::foreign_party(s).await;
    s.put_made("CL-13", || strange::subjects(s)).await;
    kind::lifetime(s).await;
    strange::logged(s).await;
    s.put_made("CL-16", || issuer::second(s)).await;
    s.put_made("CL-17", || strange::roles(s)).await;
    Ok(())
}

async fn timed(session: &Session<'_>, check: &'static str) {
    match check {
        "CL-1" => session.put_made(check, || time::expired(session)).await,
        "CL-2" => time::leeway_of(session).await,
        "CL-5" => session.put_made(check, || time::exp_numbers(session)).await,
        "CL-6" => session.put_made(check, || time::not_before(session)).await,
        _ => session.put_made(check, || time::issued_at(session)).await,
    }
}

/// Seconds since 1970, as NumericDate counts them (RFC 7519, section 2).
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs().cast_signed()
}

/// The declared leeway in whole seconds.
fn leeway(session: &Session<'_>) -> i64 {
    session.plan.claims.leeway.as_secs().cast_signed()
}

/// The draft with one claim written as raw JSON, so that any number can be said.
fn saying(draft: &Draft, claim: &str, text: &str) -> Result<String, String> {
    let rest = draft.clone().without_claim(claim).claims_text();
    let name = serde_json::Value::from(claim);
    let claims = format!("{{{name}:{text},{}", &rest[1..]);
    draft.sign_parts(draft.header_text(), claims)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::bench::{distinct, plan, token, with_session};
    use super::super::case::{Expect, Made};
    use super::super::draft::members;
    use super::*;
    use serde_json::{Map, Value};

    type Make = fn(&Session<'_>) -> Made;

    fn claims_of(token: &str) -> Option<Map<String, Value>> {
        members(token.split('.').nth(1)?)
    }

    /// Claims that differ from those of a good token; what is new in every token is left out.
    fn changed(good: &Map<String, Value>, other: &Map<String, Value>) -> Vec<String> {
        let names = good.keys().chain(other.keys());
        let mut names: Vec<String> = names
            .filter(|name| good.get(*name) != other.get(*name))
            .filter(|name| !["jti", "iat", "exp"].contains(&name.as_str()))
            .cloned()
            .collect();
        names.sort();
        names.dedup();
        names
    }

    #[tokio::test]
    async fn every_case_differs_from_a_good_token_in_one_claim() {
        let makes: [(&str, &str, Make); 3] = [
            ("CL-8", "iss", issuer::others),
            ("CL-9", "iss", issuer::lists),
            ("CL-10", "aud", audience::each),
        ];
        let plan = plan();
        with_session(&plan, async |session| {
            let good = claims_of(&session.good(None).unwrap()).unwrap();
            for (check, claim, make) in makes {
                for case in distinct(check, make(session)) {
                    let other = claims_of(&token(&case)).unwrap();
                    let wanted: &[&str] = match case.expect {
                        // The right audience alone is no change at all.
                        Expect::Accepted if other.get(claim) == good.get(claim) => &[],
                        _ => &[claim],
                    };
                    assert_eq!(changed(&good, &other), wanted, "{check}: {}", case.name);
                }
            }
            for (check, make) in [("CL-3", time::no_exp as Make), ("CL-4", time::exp_types)] {
                for case in distinct(check, make(session)) {
                    // A number beyond 64 bits is no JSON for this library, which is the point of it.
                    let Some(other) = claims_of(&token(&case)) else {
                        assert_eq!(case.name, "1e400");
                        continue;
                    };
                    assert!(changed(&good, &other).is_empty(), "{check}: {}", case.name);
                    assert_ne!(good.get("exp"), other.get("exp"), "{check}: {}", case.name);
                }
            }
        })
        .await;
    }
}
