//! What a refusal leaves in the log: one line that says why, and nothing of the token.

use super::reasons::{requests, word};
use crate::model::trial::Fact;
use crate::runners::contract::auth::ask::Ask;
use crate::runners::contract::auth::lane::{LOOK, Lane, LaneError};
use std::time::{Duration, Instant};

/// How long a line may take to be there.
const WRITTEN: Duration = Duration::from_secs(1);
/// What comes late, and once too often, is there by then.
const SETTLE: Duration = Duration::from_millis(200);
/// Shorter parts of a token stand in many texts.
const SHORTEST_PART: usize = 12;
/// Keys under which programs log the request that a line belongs to.
const REQUEST_KEYS: [&str; 6] = [
    "request_id",
    "request-id",
    "requestid",
    "trace_id",
    "traceid",
    "correlation",
];
/// Classes that are asked: each has its own word.
const CLASSES: [&str; 5] = [
    "invalid_signature",
    "expired",
    "not_yet_valid",
    "invalid_issuer",
    "invalid_audience",
];

/// `OB-6`.
pub(super) async fn lines(lane: &Lane<'_>) -> Result<(), LaneError> {
    if lane.log().is_none() {
        lane.stage
            .not_run("OB-6", "the log of the target cannot be read");
        return Ok(());
    }
    let mut sent = Vec::new();
    for (class, ask) in requests(lane)? {
        if !CLASSES.contains(&class) {
            continue;
        }
        let before = lane.log().unwrap_or_default().len();
        let id = uuid::Uuid::new_v4().to_string();
        let ask = ask.field("x-request-id", id.clone());
        let reply = lane.send(&ask).await;
        let reason = word(lane, class).to_owned();
        let found = found(lane, before, &reason, &id).await;
        lane.case("OB-6", format!("one line for {class}"))
            .fact(lane.rejected(&reply))
            .fact(Fact::holds(
                "lines with the reason and a request id",
                "exactly one, structured",
                found.len() == 1,
                told(&found),
            ))
            .asked(&ask)
            .record();
        sent.push(token_of(&ask));
    }
    sent.push(lane.good()?);
    let _ = lane.bearer(&sent[sent.len() - 1]).await;
    tokio::time::sleep(SETTLE).await;
    let log = lane.log().unwrap_or_default();
    let leaked: Vec<&str> = sent.iter().flat_map(|token| parts(token)).collect();
    let leaked = leaked.iter().filter(|part| log.contains(**part)).count();
    lane.case("OB-6", "parts of tokens in the whole log")
        .fact(Fact::holds(
            "payloads and signatures",
            "not one of them",
            leaked == 0 && !log.is_empty(),
            format!("{leaked}, in {} lines", log.lines().count()),
        ))
        .record();
    Ok(())
}

fn told(found: &[String]) -> String {
    match found.first() {
        None => "none".to_owned(),
        Some(first) => format!("{}: {first}", found.len()),
    }
}

/// The lines since a place in the log that tell of this refusal.
async fn found(lane: &Lane<'_>, before: usize, reason: &str, id: &str) -> Vec<String> {
    let until = Instant::now() + WRITTEN;
    let look = || {
        let log = lane.log().unwrap_or_default();
        telling(log.get(before..).unwrap_or_default(), reason, id)
    };
    while look().is_empty() && Instant::now() < until {
        tokio::time::sleep(LOOK).await;
    }
    tokio::time::sleep(SETTLE).await;
    look()
}

/// Lines with the reason that belong to a request: by the id that was sent, or, where a target makes
/// its own, by any.
fn telling(log: &str, reason: &str, id: &str) -> Vec<String> {
    let with_reason = |line: &&str| is_structured(line) && has_word(line, reason);
    let lines: Vec<&str> = log.lines().filter(with_reason).collect();
    let by_id = lines.iter().filter(|line| line.contains(id));
    let mut found: Vec<String> = by_id.map(|line| (*line).to_owned()).collect();
    if found.is_empty() {
        let own = lines.iter().filter(|line| has_request(line));
        found = own.map(|line| (*line).to_owned()).collect();
    }
    found
}

/// JSON, or `key=value` pairs.
fn is_structured(line: &str) -> bool {
    let json = serde_json::from_str::<serde_json::Value>(line).is_ok_and(|value| value.is_object());
    json || line
        .split_whitespace()
        .filter(|word| word.contains('='))
        .count()
        >= 2
}

fn has_word(line: &str, wanted: &str) -> bool {
    let apart = |c: char| !(c.is_alphanumeric() || c == '_' || c == '-');
    line.split(apart).any(|word| word == wanted)
}

fn has_request(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    REQUEST_KEYS.iter().any(|key| lower.contains(key))
}

fn token_of(ask: &Ask) -> String {
    let mut fields = ask.fields.iter();
    let value = fields.find(|(name, _)| name == "authorization");
    let value = value.map(|(_, value)| String::from_utf8_lossy(value).into_owned());
    value.unwrap_or_default().replace("Bearer ", "")
}

/// Payload and signature. The header is the same for many tokens, and no secret.
fn parts(token: &str) -> impl Iterator<Item = &str> {
    token
        .split('.')
        .skip(1)
        .filter(|part| part.len() >= SHORTEST_PART)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "{\"level\":\"WARN\",\"reason\":\"expired\",\"request_id\":\"r-1\"}\n\
        {\"level\":\"INFO\",\"path\":\"/me\",\"request_id\":\"r-1\"}\n\
        level=warn reason=expired request_id=r-2\n\
        the token had expired (r-3)\n";

    #[test]
    fn a_line_tells_of_a_refusal_by_its_reason_and_its_request() {
        assert_eq!(telling(LOG, "expired", "r-1").len(), 1);
        assert_eq!(telling(LOG, "expired", "r-2").len(), 1);
        // Prose is no structured line, and without the id sent every line with any id counts.
        assert_eq!(telling(LOG, "expired", "r-3").len(), 2);
        assert_eq!(telling(LOG, "malformed", "r-1").len(), 0);
        assert_eq!(
            telling("{\"reason\":\"expired\"}", "expired", "r-1").len(),
            0
        );
    }

    #[test]
    fn the_parts_that_must_not_be_logged_are_payload_and_signature() {
        let all: Vec<&str> =
            parts("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLW9jdGV0cw").collect();
        assert_eq!(all, ["eyJzdWIiOiJhbGljZSJ9", "c2lnbmF0dXJlLW9jdGV0cw"]);
        assert_eq!(parts("abc").count(), 0);
    }
}
