//! A run that ended without a report: what its evidence says about which run it was.

use super::report::{is_name, plain};
use crate::model::evidence::Subject;
use crate::model::facts::{AbandonedFacts, Refusal};
use jiff::Timestamp;
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    event: Started,
}

/// Only the first event of a run has all of these.
#[derive(Deserialize)]
struct Started {
    kind: String,
    run_id: String,
    at: Timestamp,
    subject: Subject,
    plan: Planned,
}

#[derive(Deserialize)]
struct Planned {
    suite: String,
}

/// Reads the first line of a run's evidence.
///
/// # Errors
/// Why it does not say which run it was.
pub fn abandoned(first_line: &[u8]) -> Result<AbandonedFacts, Refusal> {
    plain(first_line)?;
    let refuse =
        |why: String| Refusal::new("UNREADABLE", format!("a run without a report, and {why}"));
    let line: Line = serde_json::from_slice(first_line)
        .map_err(|error| refuse(format!("its first event cannot be read: {error}")))?;
    if line.event.kind != "run_started" {
        return Err(refuse("its first event is not its start".to_owned()));
    }
    for (what, name) in [
        ("id", &line.event.run_id),
        ("suite", &line.event.plan.suite),
    ] {
        is_name(name).map_err(|why| refuse(format!("its {what} {why}")))?;
    }
    Ok(AbandonedFacts {
        id: line.event.run_id,
        suite: line.event.plan.suite,
        commit: line.event.subject.commit,
        started_at: line.event.at,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_start_of_a_run_says_which_it_was() {
        let line =
            br#"{"t_us":0,"event":{"kind":"run_started","run_id":"r","at":"2026-03-14T09:26:20Z",
            "subject":{"commit":"abc","dirty":false},"plan":{"suite":"checkout","x":1},"more":1}}"#;
        let facts = abandoned(line).unwrap();
        assert_eq!((facts.id.as_str(), facts.suite.as_str()), ("r", "checkout"));
        let long = String::from_utf8_lossy(line).replace("checkout", &"x".repeat(1_000));
        let refusal = abandoned(long.as_bytes()).unwrap_err();
        assert!(
            refusal.detail.contains("its suite is longer"),
            "{refusal:?}"
        );
        assert_eq!(abandoned(b"").unwrap_err().code, "EMPTY");
        assert_eq!(abandoned(b"{\"event\":{}}").unwrap_err().code, "UNREADABLE");
    }
}
