//! Recorded observations, which may stand for an API that is away; never in a strict run.

use super::api::Trouble;
use super::observe::{Missed, Observation, Seen};
use crate::model::trial::drift::behavior::{Behavior, rows};
use serde_json::Value;

/// The fixture in place of the API; what was tried stays in the record.
pub(super) fn read(path: &str, tried: Observation) -> Observation {
    match behaviors(path) {
        Ok(behaviors) => Observation {
            fixture: Some(path.to_owned()),
            seen: behaviors.into_iter().map(seen).collect(),
            ..tried
        },
        Err(why) => {
            let mut tried = tried;
            tried.troubles.push(Missed {
                behavior: None,
                request: format!("fixture {path}"),
                trouble: Trouble::Harness(why),
            });
            tried
        }
    }
}

fn seen(behavior: Behavior) -> Seen {
    Seen {
        behavior,
        stated: false,
        headers: false,
    }
}

fn behaviors(path: &str) -> Result<Vec<Behavior>, String> {
    let text = std::fs::read(path).map_err(|error| error.to_string())?;
    let value: Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    let items = value.get("items").unwrap_or(&value);
    match rows(items)? {
        rows if rows.is_empty() => Err("it holds no behaviour".to_owned()),
        rows => Ok(rows),
    }
}
