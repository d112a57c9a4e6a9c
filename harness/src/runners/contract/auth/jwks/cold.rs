//! Targets that have just started: their first fetch, and then none that nobody needs.

use crate::model::trial::auth::ColdStart;
use crate::model::trial::{Fact, Saw, Trial};
use crate::runners::contract::auth::ask::{Reply, Silence};
use crate::runners::contract::auth::lane::{Ground, LOOK, Lane, LaneError, all_of, seen_count};
use crate::runners::contract::record::{Mark, SeenRequest};
use futures_util::future::join_all;
use std::time::Duration;

/// Requests of a herd, each on a connection of its own.
pub(super) const HERD: usize = 100;
/// How long a target without the variable is watched: longer than the time to live that the suite sets.
const WATCHED: Duration = Duration::from_secs(5);
/// Between two requests of that watch.
const PACE: Duration = Duration::from_millis(250);

/// `JB-1` and `DI-1`: the first request finds one discovery document, where the target declares
/// discovery, and one set of keys.
pub(super) async fn first_fetch(lane: &Lane<'_>) -> Result<(), LaneError> {
    let start = Mark::default();
    let reply = lane.bearer(&lane.good()?).await;
    let documents = lane.discoveries(start);
    let declared = usize::from(lane.plan.keys.no_discovery.is_none());
    lane.case("JB-1", "the first request after a start")
        .fact(lane.accepted(&reply))
        .fact(seen_count(
            "requests for discovery",
            (declared, declared),
            documents.len(),
        ))
        .fact(seen_count(
            "requests for the keys",
            (1, 1),
            lane.gets(start).len(),
        ))
        .record();
    if declared > 0 {
        place_of_the_document(lane, &documents, &reply);
    }
    Ok(())
}

/// `DI-1`.
fn place_of_the_document(
    lane: &Lane<'_>,
    documents: &[SeenRequest],
    reply: &Result<Reply, Silence>,
) {
    let (own, _) = lane.idp().paths();
    let path = &lane.plan.issuer.path;
    let wanted = match lane.plan.keys.rfc8414_path {
        false => vec![own],
        true => vec![
            format!("/.well-known/oauth-authorization-server{path}"),
            format!("/.well-known/openid-configuration{path}"),
        ],
    };
    let saw = match documents.first() {
        Some(seen) => Saw::Text(seen.target.clone()),
        None => Saw::Nothing("discovery was not asked for".to_owned()),
    };
    lane.case("DI-1", "where the document is asked for")
        .fact(Fact::one_of("first request for discovery", wanted, saw))
        .fact(lane.accepted(reply))
        .record();
}

/// `JB-2`: keys that are fresh are not fetched.
pub(super) async fn inside_the_time(lane: &Lane<'_>) -> Result<(), LaneError> {
    let mark = lane.idp().mark();
    let mut replies = Vec::with_capacity(HERD);
    for _ in 0..HERD {
        replies.push(lane.bearer(&lane.good()?).await);
    }
    lane.case("JB-2", "100 requests one after another")
        .fact(all_of("answers", "all accepted", &replies, |reply| {
            lane.is_accepted(reply)
        }))
        .fact(seen_count(
            "requests for the keys",
            (0, 0),
            lane.gets(mark).len(),
        ))
        .record();
    Ok(())
}

/// `JB-3`, one half: without the variable keys are fetched once and no more.
pub(super) async fn default_time(lane: &Lane<'_>) -> Result<(), LaneError> {
    if lane.plan.keys.ttl_variable.is_none() {
        return Ok(());
    }
    let mark = lane.idp().mark();
    let mut replies = Vec::new();
    while replies.is_empty() || lane.age() < WATCHED {
        replies.push(lane.bearer(&lane.good()?).await);
        tokio::time::sleep(PACE).await;
    }
    let seconds = lane.ttl.as_secs();
    let log = lane.log().unwrap_or_default();
    let told = log.lines().any(|line| names_time(line, seconds));
    lane.case("JB-3", "without the variable")
        .fact(all_of("answers", "all accepted", &replies, |reply| {
            lane.is_accepted(reply)
        }))
        .fact(seen_count(
            "further requests for the keys",
            (0, 0),
            lane.gets(mark).len(),
        ))
        .fact(
            Fact::holds(
                "the default",
                &format!("{seconds} s can be seen in the start log"),
                told,
                if told { "it can" } else { "no such line" },
            )
            .should(),
        )
        .record();
    Ok(())
}

/// Whether a line of a log tells a time to live of so many seconds.
fn names_time(line: &str, seconds: u64) -> bool {
    let line = line.to_ascii_lowercase();
    let about = line.contains("ttl") || line.contains("cache") || line.contains("time to live");
    let number = seconds.to_string();
    let digits = |c: char| !c.is_ascii_digit();
    about && line.split(digits).any(|word| word == number)
}

/// `JB-9`: a hundred requests at once, while the first fetch is under way.
pub(super) async fn herd(lane: &Lane<'_>) -> Result<(), LaneError> {
    let start = Mark::default();
    let tokens: Vec<String> = (0..HERD).map(|_| lane.good()).collect::<Result<_, _>>()?;
    let replies = join_all(tokens.iter().map(|token| lane.bearer(token))).await;
    tokio::time::sleep(LOOK).await;
    lane.case("JB-9", "100 requests at once, the keys take 300 ms")
        .fact(all_of("answers", "all accepted", &replies, |reply| {
            lane.is_accepted(reply)
        }))
        .fact(seen_count(
            "requests for the keys",
            (1, 2),
            lane.gets(start).len(),
        ))
        .record();
    Ok(())
}

/// A target that did not start. Where it says that it ends while the provider is down, and did so, that
/// is what was wanted; everything else decides nothing.
pub(in super::super) fn not_started(
    ground: &Ground<'_>,
    lane: &str,
    checks: &[&str],
    error: &LaneError,
) {
    let asked = checks.iter().filter(|check| ground.asks(check));
    let exits = ground.plan.keys.cold_start == ColdStart::Exits;
    for check in asked {
        if exits && matches!(error, LaneError::Launch(_)) && ["JB-17", "JB-27"].contains(check) {
            let told = error.to_string();
            ground.stage.trial(Trial {
                check: (*check).to_owned(),
                case: "a start while the provider is down".to_owned(),
                facts: vec![Fact::holds(
                    "the start",
                    "it ends by itself, with another code than 0",
                    told.contains("ended by itself") && !told.ends_with(" 0"),
                    told,
                )],
                ..Trial::default()
            });
        } else {
            ground.stage.inconclusive(check, format!("{lane}: {error}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_log_tells_the_time_to_live_in_seconds() {
        assert!(names_time(r#"{"jwks_cache_ttl_s":3600,"x":1}"#, 3600));
        assert!(names_time("key cache: 3600s", 3600));
        assert!(!names_time(r#"{"jwks_cache_ttl_s":36000}"#, 3600));
        assert!(!names_time("listening on port 3600", 3600));
    }
}
