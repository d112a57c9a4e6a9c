//! State of a JetStream stream or consumer, over a NATS connection of the probe's own.

use super::{Answer, Question};
use crate::model::chaos::AttemptClass;
use crate::runners::chaos::trouble::Trouble;
use async_nats::connection::State as Link;
use async_nats::{Client, ConnectOptions, RequestError, RequestErrorKind};
use serde_json::Value;
use std::time::Duration;
use tokio::sync::OnceCell;

/// Pause between two attempts to connect.
const RECONNECT: Duration = Duration::from_millis(50);

/// One question to the JetStream API.
pub(super) struct State {
    url: String,
    subject: String,
    read: fn(&Value) -> Option<u64>,
    timeout: Duration,
    client: OnceCell<Client>,
}

impl State {
    /// `last_seq` of a stream.
    pub(super) fn stream(url: String, stream: &str, timeout: Duration) -> Self {
        let subject = format!("$JS.API.STREAM.INFO.{stream}");
        Self::new(url, subject, last_seq, timeout)
    }

    /// `num_pending + num_ack_pending` of a consumer.
    pub(super) fn consumer(url: String, stream: &str, consumer: &str, timeout: Duration) -> Self {
        let subject = format!("$JS.API.CONSUMER.INFO.{stream}.{consumer}");
        Self::new(url, subject, waiting, timeout)
    }

    fn new(
        url: String,
        subject: String,
        read: fn(&Value) -> Option<u64>,
        timeout: Duration,
    ) -> Self {
        Self {
            url,
            subject,
            read,
            timeout,
            client: OnceCell::new(),
        }
    }

    async fn request(&self) -> Result<Value, Trouble> {
        let connect = || connect(&self.url, self.timeout);
        let client = self.client.get_or_try_init(connect).await?;
        let answer = client.request(self.subject.clone(), "".into()).await;
        let message = answer.map_err(|error| refused(&error, client))?;
        let body = serde_json::from_slice(&message.payload);
        let body: Value =
            body.map_err(|error| Trouble::new(AttemptClass::Body, error.to_string()))?;
        if let Some(error) = body.get("error") {
            return Err(Trouble::new(AttemptClass::Server, error.to_string()));
        }
        let value = (self.read)(&body);
        let missing = || Trouble::new(AttemptClass::Body, "the answer lacks the state");
        value.map(Value::from).ok_or_else(missing)
    }
}

#[async_trait::async_trait]
impl Question for State {
    async fn ask(&self) -> Answer {
        self.request().await.into()
    }
}

fn last_seq(info: &Value) -> Option<u64> {
    info.pointer("/state/last_seq")?.as_u64()
}

fn waiting(info: &Value) -> Option<u64> {
    Some(info.get("num_pending")?.as_u64()? + info.get("num_ack_pending")?.as_u64()?)
}

fn refused(error: &RequestError, client: &Client) -> Trouble {
    match error.kind() {
        // The server is up and says that nobody answers: JetStream is not.
        RequestErrorKind::NoResponders => Trouble::new(AttemptClass::Server, "no responders"),
        RequestErrorKind::TimedOut if client.connection_state() != Link::Connected => {
            Trouble::new(AttemptClass::Timeout, "not connected")
        }
        RequestErrorKind::TimedOut => Trouble::new(AttemptClass::Timeout, "no answer in time"),
        _ => Trouble::of(error),
    }
}

/// A client that notices a dead connection within seconds and connects again at once.
///
/// It is there before the server is, and requests wait for the connection.
pub(in crate::runners::chaos) async fn connect(
    url: &str,
    timeout: Duration,
) -> Result<Client, Trouble> {
    let span = timeout.clamp(Duration::from_millis(500), Duration::from_secs(2));
    let options = ConnectOptions::new()
        .name("proofhouse")
        .ping_interval(Duration::from_secs(1))
        .request_timeout(Some(timeout))
        .connection_timeout(span)
        .reconnect_delay_callback(|_| RECONNECT)
        .ignore_discovered_servers()
        .retry_on_initial_connect();
    let client = options.connect(url).await;
    client.map_err(|error| Trouble::of(&error))
}
