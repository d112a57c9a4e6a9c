//! The group HD: attacks by the header. Everything here is refused, and the canary sees nothing.

mod bring;
mod kid;
mod kind;

use super::case::Made;
use super::session::Session;
use crate::model::trial::launch::TrialError;
use crate::model::trial::{Fact, Saw};
use crate::runners::contract::record::Mark;
use std::time::Duration;

/// How long a service may still think about an address before the canary is asked.
const AFTERTHOUGHT: Duration = Duration::from_millis(100);

/// Puts the checks of the group to the target.
///
/// # Errors
/// The suite itself cannot go on.
pub(super) async fn ask(session: &mut Session<'_>) -> Result<(), TrialError> {
    let s = &*session;
    watched(s, "HD-1", || bring::jwk(s)).await;
    watched(s, "HD-2", || bring::address(s, "HD-2", "jku")).await;
    watched(s, "HD-3", || bring::address(s, "HD-3", "x5u")).await;
    watched(s, "HD-4", || bring::chain(s)).await;
    watched(s, "HD-5", || bring::thumbprint(s)).await;
    watched(s, "HD-6", || bring::tricks(s)).await;
    s.put_made("HD-7", || kid::places(s)).await;
    kid::logged(s).await;
    s.put_made("HD-9", || kid::no_text(s)).await;
    s.put_made("HD-10", || kind::critical(s)).await;
    kind::types(s).await;
    kid::absent(s).await;
    Ok(())
}

/// Puts cases to the target; afterwards nobody may have been asked whom the token named.
async fn watched(session: &Session<'_>, check: &'static str, make: impl FnOnce() -> Made) {
    if !session.stage.asks(check) {
        return;
    }
    let (canary, provider) = (session.idp.canary().mark(), session.idp.mark());
    session.put_made(check, make).await;
    session
        .framed(check, "whom the target asked", None, async {
            tokio::time::sleep(AFTERTHOUGHT).await;
            vec![canary_saw(session, canary), provider_saw(session, provider)]
        })
        .await;
}

fn canary_saw(session: &Session<'_>, mark: Mark) -> Fact {
    let delta = session.idp.canary().since(mark);
    let saw = match delta.lost {
        0 => Saw::Number(delta.connections.len() as f64),
        _ => Saw::Unknown("the canary's record is not whole".to_owned()),
    };
    Fact::number("connections to the canary", (None, Some(0.0)), "", saw)
}

/// Requests to the provider that no token may cause: anything but discovery and keys.
fn provider_saw(session: &Session<'_>, mark: Mark) -> Fact {
    let delta = session.idp.requests_since(mark);
    let (discovery, keys) = session.idp.paths();
    let others = delta.requests.iter().filter(|seen| {
        let path = seen.path();
        path != keys && path != discovery && !path.contains("/.well-known/")
    });
    let others: Vec<String> = others.map(|seen| seen.target.clone()).collect();
    let saw = match others.first() {
        Some(first) => format!("{first} and {} more", others.len() - 1),
        None => "none".to_owned(),
    };
    Fact::holds(
        "other requests to the issuer",
        "none",
        others.is_empty(),
        saw,
    )
}
