//! Posts events with ids of our own to the system's API.

use super::worker::{Element, Tried, Writer};
use crate::model::chaos::{AttemptOutcome, EventsPlan};
use crate::runners::chaos::access::{Access, AccessError};
use crate::runners::chaos::probe::{client_keeping, header_map};
use crate::runners::chaos::trouble::Trouble;
use reqwest::header::HeaderMap;
use reqwest::{Client, StatusCode, Url};
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// Longest wait for one answer; the event stays unknown after it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Posts to one address.
#[derive(Clone)]
pub(super) struct EventWriter {
    client: Client,
    url: Url,
    headers: HeaderMap,
    body: Value,
}

impl EventWriter {
    pub(super) fn new(plan: &EventsPlan, access: &Access) -> Result<Self, AccessError> {
        Ok(Self {
            client: client_keeping(usize::MAX)?,
            url: access.http(&plan.url)?,
            headers: header_map(&plan.headers, true)?,
            body: plan.body.clone(),
        })
    }

    async fn post(&self, element: &Element) -> Result<(StatusCode, Vec<u8>), reqwest::Error> {
        let request = self.client.post(self.url.clone());
        let request = request.headers(self.headers.clone());
        let body = filled(&self.body, element).to_string();
        let response = request.body(body).send().await?;
        let status = response.status();
        // What was acknowledged is so from its status on; the rest says only why.
        let text = response.bytes().await;
        match text {
            Err(error) if !status.is_success() => Err(error),
            text => Ok((status, text.unwrap_or_default().into())),
        }
    }
}

#[async_trait::async_trait]
impl Writer for EventWriter {
    async fn write(&mut self, element: &Element) -> Tried {
        match timeout(PATIENCE, self.post(element)).await {
            Err(_) => Tried::info(format!("no answer within {PATIENCE:?}")),
            Ok(Err(error)) => unanswered(&Trouble::of(&error.without_url())),
            Ok(Ok((status, body))) => answered(status, &body),
        }
    }
}

/// A connection that was never opened carried nothing; everything else may have.
fn unanswered(trouble: &Trouble) -> Tried {
    match trouble.outcome() {
        AttemptOutcome::Bad => Tried::fail(&trouble.detail),
        AttemptOutcome::Ok | AttemptOutcome::Info => Tried::info(&trouble.detail),
    }
}

fn answered(status: StatusCode, body: &[u8]) -> Tried {
    let detail = || format!("{status}: {}", String::from_utf8_lossy(body));
    let refused = status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT;
    if status.is_success() {
        Tried::ok()
    } else if refused || says_not_committed(body) {
        Tried::fail(detail())
    } else {
        // A gateway that gave up, a server that broke: it may be committed.
        Tried::info(detail())
    }
}

/// Whether an answer says that nothing was committed: `"committed": false`.
///
/// A status alone does not: a 503 may follow a commit whose answer was lost.
fn says_not_committed(body: &[u8]) -> bool {
    let json = serde_json::from_slice::<Value>(body);
    json.is_ok_and(|json| json.get("committed") == Some(&Value::Bool(false)))
}

/// The body with `${id}`, `${key}` and `${counter}` replaced in its texts.
fn filled(template: &Value, element: &Element) -> Value {
    match template {
        Value::String(text) if text == "${counter}" => Value::from(element.counter),
        Value::String(text) => Value::from(
            text.replace("${id}", &element.id)
                .replace("${key}", &element.key)
                .replace("${counter}", &element.counter.to_string()),
        ),
        Value::Array(items) => items.iter().map(|item| filled(item, element)).collect(),
        Value::Object(map) => {
            let field = |(name, value): (&String, _)| (name.clone(), filled(value, element));
            Value::Object(map.iter().map(field).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::chaos::{AttemptClass, Endpoint, OperationOutcome, SystemPlan};
    use crate::runners::chaos::access::Published;
    use crate::runners::chaos::peer::{Manner, Peer};
    use serde_json::json;
    use std::path::Path;

    fn element() -> Element {
        Element {
            id: "run.0.7".to_owned(),
            key: "run-k0".to_owned(),
            counter: 7,
        }
    }

    #[test]
    fn texts_are_filled_and_a_lone_counter_is_a_number() {
        let template = json!({
            "id": "${id}", "list": ["${key}/${counter}"], "n": "${counter}", "x": 1
        });
        assert_eq!(
            filled(&template, &element()),
            json!({"id": "run.0.7", "list": ["run-k0/7"], "n": 7, "x": 1})
        );
    }

    #[test]
    fn only_a_definite_refusal_is_a_failure() {
        use OperationOutcome::{Fail, Info, Ok};
        for (status, body, wanted) in [
            (201, "", Ok),
            (200, "{}", Ok),
            (409, "", Fail),
            (408, "", Info),
            (500, "", Info),
            (503, "{\"error\": \"busy\"}", Info),
            (503, "{\"committed\": false}", Fail),
            (503, "{\"committed\": true}", Info),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(
                answered(status, body.as_bytes()).outcome,
                wanted,
                "{status}"
            );
        }
        let outcome = |class| unanswered(&Trouble::new(class, "")).outcome;
        assert_eq!(outcome(AttemptClass::Refused), Fail);
        assert_eq!(outcome(AttemptClass::Reset), Info);
        assert_eq!(outcome(AttemptClass::Eof), Info);
    }

    #[tokio::test]
    async fn a_real_server_is_read_the_same_way() {
        let peer = Peer::start(Manner::Answer(201, "{}")).await;
        let plan = EventsPlan {
            url: Endpoint(peer.url("/events")),
            headers: [("x-user".to_owned(), "chaos".to_owned())].into(),
            body: json!({"id": "${id}"}),
            business_query: None,
            outbox_query: None,
            unsent_query: None,
            effects_query: None,
            message_id_pointer: None,
            message_key_pointer: None,
        };
        let system = SystemPlan::default();
        let access = Access::new(&system, Path::new("."), Published::new());
        let mut writer = EventWriter::new(&plan, &access).unwrap();
        let mut outcomes = Vec::new();
        for manner in [
            Manner::Answer(201, "{}"),
            Manner::Answer(503, "{}"),
            Manner::Reset,
            Manner::Close,
        ] {
            peer.turn(manner);
            outcomes.push(writer.write(&element()).await.outcome);
        }
        peer.refuse().await;
        // A writer without a connection that it has not yet seen end.
        let mut writer = EventWriter::new(&plan, &access).unwrap();
        outcomes.push(writer.write(&element()).await.outcome);
        use OperationOutcome::{Fail, Info, Ok};
        assert_eq!(outcomes, [Ok, Info, Info, Info, Fail]);
        let request = peer.requests().remove(0);
        assert!(
            request.starts_with("POST /events HTTP/1.1\r\n"),
            "{request}"
        );
        assert!(request.contains("x-user: chaos"), "{request}");
        assert!(
            request.contains("content-type: application/json"),
            "{request}"
        );
        assert!(request.ends_with("{\"id\":\"run.0.7\"}"), "{request}");
    }
}
