//! Signs of life: a nonce that comes back, a clock that goes on.

use super::api::{Api, Got, Sent, Trouble};
use crate::model::trial::drift::Liveness;
use serde_json::Value;
use std::time::{Duration, Instant};

/// `Date` has whole seconds: a living clock has moved by then.
const MOVES_WITHIN: Duration = Duration::from_millis(2500);
/// Time between two looks at `Date`.
const LOOK: Duration = Duration::from_millis(200);

/// A sign of life, or why there is none.
pub(super) type Sign = Result<String, String>;

/// The request, filled.
pub(super) struct Question<'a> {
    liveness: &'a Liveness,
    path: String,
    json: Option<Value>,
}

impl<'a> Question<'a> {
    pub(super) fn new(api: &Api<'_>, liveness: &'a Liveness) -> Result<Self, Trouble> {
        let json = liveness.json.as_ref().map(|json| api.fill_json(json));
        Ok(Self {
            liveness,
            path: api.fill(&liveness.path)?,
            json: json.transpose()?,
        })
    }

    pub(super) fn text(&self) -> String {
        format!("{} {}", self.liveness.method, self.path)
    }

    pub(super) async fn ask(&self, api: &Api<'_>) -> Result<Got, Trouble> {
        let sent = Sent {
            method: &self.liveness.method,
            path: &self.path,
            json: self.json.as_ref(),
            headers: None,
        };
        api.send(sent).await
    }

    /// Where the nonce should have come back.
    pub(super) fn signs(&self, got: &Got, nonce: &str) -> Vec<Sign> {
        let told = |place: &str, value: Option<String>| match value {
            Some(value) if value.contains(nonce) => Ok(format!("the nonce came back {place}")),
            Some(value) => Err(format!(
                "{place} stands `{value}`, not the nonce of this run"
            )),
            None => Err(format!("{place} stands nothing ({})", got.status)),
        };
        let mut signs = Vec::new();
        if let Some(pointer) = &self.liveness.at {
            let json = got.json();
            let value = json.as_ref().ok().and_then(|json| json.pointer(pointer));
            let text = |value: &Value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            signs.push(told(&format!("at {pointer}"), value.map(text)));
        }
        if let Some(name) = &self.liveness.in_header {
            let value = got.headers.get(name).cloned();
            signs.push(told(&format!("in the header {name}"), value));
        }
        signs
    }

    /// Whether `Date` moves on from what it was.
    pub(super) async fn clock(&self, api: &Api<'_>, first: Option<&String>) -> Option<Sign> {
        if !self.liveness.date_moves {
            return None;
        }
        let Some(first) = first else {
            return Some(Err("the first answer had no `Date`".to_owned()));
        };
        let until = Instant::now() + MOVES_WITHIN;
        loop {
            match self.ask(api).await {
                Ok(got) if got.date().is_some_and(|date| date != first) => {
                    let now = got.date().cloned().unwrap_or_default();
                    return Some(Ok(format!("`Date` moved from {first} to {now}")));
                }
                Ok(_) => {}
                Err(trouble) => return Some(Err(trouble.text().to_owned())),
            }
            if Instant::now() >= until {
                let seconds = MOVES_WITHIN.as_secs_f64();
                return Some(Err(format!(
                    "`Date` stood still at {first} for {seconds} s"
                )));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}
