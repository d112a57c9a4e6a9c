//! Reads the stream by sequence, from its first message to its last, and asks after its consumer.

use super::{Part, Reading, since_1970};
use crate::model::chaos::{EventsPlan, NatsPlan, Row};
use crate::runners::chaos::probe::connect_nats;
use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::{Ordered, OrderedConfig};
use async_nats::jetstream::stream::Stream;
use async_nats::jetstream::{self, Message};
use futures_util::StreamExt;
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause before a read is tried again.
const AGAIN: Duration = Duration::from_millis(300);

/// Reads the stream, again and again until the deadline where the server is away.
///
/// Records `stream_first_seq`, `stream_last_seq`, `stream_deleted` and
/// `stream_unidentified`: messages in which no id was found.
pub(super) async fn read(mut part: Part<'_>, deadline: Instant) {
    let reading = part.reading;
    let (Some(nats), Some(events)) = (&reading.system.nats, &reading.system.events) else {
        return;
    };
    loop {
        part.begin();
        match Box::pin(messages(&mut part, nats, events)).await {
            Ok(()) => return part.finish(),
            Err(_) if Instant::now() < deadline => sleep(AGAIN).await,
            Err(reason) => return part.fail(reason),
        }
    }
}

async fn messages(part: &mut Part<'_>, nats: &NatsPlan, events: &EventsPlan) -> Result<(), String> {
    let stream = open(part.reading, &nats.stream).await?;
    let state = &stream.cached_info().state;
    let (first, last) = (state.first_sequence, state.last_sequence);
    let deleted = state.deleted_count.unwrap_or_default();
    let mut unidentified = 0;
    if state.messages > 0 {
        let mut ordered = ordered(&stream, first).await?;
        loop {
            let (sequence, row) = next(&mut ordered, events).await?;
            match row {
                Some(row) if row.element.starts_with(&part.reading.prefix()) => part.push(row),
                Some(_) => {}
                None => unidentified += 1,
            }
            if sequence >= last {
                break;
            }
        }
    }
    let reading = part.reading;
    reading.number("stream_first_seq", first);
    reading.number("stream_last_seq", last);
    reading.number("stream_deleted", deleted);
    reading.number("stream_unidentified", unidentified);
    Ok(())
}

async fn open(reading: Reading<'_>, name: &str) -> Result<Stream, String> {
    let url = reading.access.nats().map_err(|error| error.to_string())?;
    let client = connect_nats(&url, PATIENCE).await;
    let context = jetstream::new(client.map_err(|trouble| trouble.detail)?);
    within(context.get_stream(name)).await
}

async fn ordered(stream: &Stream, first: u64) -> Result<Ordered, String> {
    let config = OrderedConfig {
        deliver_policy: DeliverPolicy::ByStartSequence {
            start_sequence: first.max(1),
        },
        ..OrderedConfig::default()
    };
    let consumer = within(stream.create_consumer(config)).await?;
    within(consumer.messages()).await
}

/// The next message: its sequence, and its row where it has an id.
async fn next(ordered: &mut Ordered, events: &EventsPlan) -> Result<(u64, Option<Row>), String> {
    let next = timeout(PATIENCE, ordered.next()).await;
    let next = next.map_err(|_| format!("no message within {PATIENCE:?}"))?;
    let message = next.ok_or("the consumer ended before the last message")?;
    let message = message.map_err(|error| error.to_string())?;
    let info = message.info().map_err(|error| error.to_string())?;
    let row = row(&message, events).map(|(element, key)| Row {
        element,
        key,
        position: i64::try_from(info.stream_sequence).ok(),
        at_us: since_1970(info.published.into()),
        sent: None,
        copies: 1,
    });
    Ok((info.stream_sequence, row))
}

/// A message's element and key: by pointer, or by the header that removes duplicates.
fn row(message: &Message, events: &EventsPlan) -> Option<(String, Option<String>)> {
    let body: Value = serde_json::from_slice(&message.payload).unwrap_or(Value::Null);
    let at = |pointer: &String| body.pointer(pointer).and_then(text);
    let element = match &events.message_id_pointer {
        Some(pointer) => at(pointer)?,
        None => {
            let header = message.headers.as_ref()?.get("Nats-Msg-Id")?;
            header.as_str().to_owned()
        }
    };
    Some((element, events.message_key_pointer.as_ref().and_then(at)))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn has_consumer(reading: Reading<'_>) -> bool {
    let plan = reading.system.nats.as_ref();
    plan.is_some_and(|plan| plan.consumer.is_some())
}

/// `num_pending` and `num_ack_pending` of the durable consumer.
pub(super) async fn consumer(reading: Reading<'_>) -> Result<(u64, u64), String> {
    let plan = reading.system.nats.as_ref();
    let plan = plan.ok_or("the scenario has no `nats`")?;
    let name = plan.consumer.as_ref();
    let name = name.ok_or("the scenario has no `nats.consumer`")?;
    let stream = open(reading, &plan.stream).await?;
    let info = within(stream.consumer_info(name)).await?;
    Ok((info.num_pending, info.num_ack_pending as u64))
}

async fn within<T, E: std::fmt::Display>(
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    match timeout(PATIENCE, work).await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {PATIENCE:?}")),
    }
}
