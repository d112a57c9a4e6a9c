//! The reads at the end against real servers.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::model::chaos::{DatabasePlan, Endpoint, EventsPlan, NatsPlan};
use crate::model::evidence::Timed;
use crate::runners::chaos::access::Published;
use crate::runners::chaos::servers::{Nats, Postgres};
use async_nats::jetstream::consumer::AckPolicy;
use async_nats::jetstream::consumer::pull::Config;
use futures_util::StreamExt;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::Receiver;

const TABLES: &str = "CREATE TABLE events (id text, key text, at timestamptz); \
    CREATE TABLE outbox (position bigserial, id text, key text, sent_at timestamptz); \
    CREATE TABLE effects (id text, copies int); \
    INSERT INTO events SELECT 'run.0.' || n, 'k', to_timestamp(n) FROM generate_series(1, 1500) n; \
    INSERT INTO events VALUES ('run1.0.1', 'k', now()); \
    INSERT INTO outbox (id, key, sent_at) VALUES ('run.0.1', 'k', now()), ('run.0.2', 'k', now()); \
    INSERT INTO effects VALUES ('run.0.1', 2)";

fn system(postgres: &Postgres, nats: &Nats) -> SystemPlan {
    let text = |text: &str| Some(text.to_owned());
    SystemPlan {
        nats: Some(NatsPlan {
            url: Endpoint(nats.url.clone()),
            stream: "EVENTS".to_owned(),
            consumer: text("projector"),
        }),
        database: Some(DatabasePlan {
            url: Endpoint(postgres.url.clone()),
            user: "proofhouse".to_owned(),
            password_file: None,
            password_env: None,
        }),
        events: Some(EventsPlan {
            url: Endpoint("http://localhost:1/".to_owned()),
            headers: BTreeMap::new(),
            body: json!({}),
            business_query: text(
                "SELECT id, key, null, at FROM events WHERE starts_with(id, $1) ORDER BY at;",
            ),
            outbox_query: text(
                "SELECT id, key, position, null, sent_at IS NOT NULL FROM outbox \
                 WHERE starts_with(id, $1)",
            ),
            unsent_query: text("SELECT count(*) FROM outbox WHERE sent_at IS NULL"),
            effects_query: text(
                "SELECT id, null, null, null, copies FROM effects WHERE starts_with(id, $1)",
            ),
            message_id_pointer: None,
            message_key_pointer: text("/key"),
        }),
        ..SystemPlan::default()
    }
}

async fn publish(nats: &Nats, id: &str) {
    let mut headers = async_nats::HeaderMap::new();
    headers.insert("Nats-Msg-Id", id);
    let context = nats.context().await;
    let body = "{\"key\": \"k\"}".into();
    let ack = context
        .publish_with_headers("events.a", headers, body)
        .await;
    ack.unwrap().await.unwrap();
}

/// The platform's consumer: takes everything and acknowledges it.
async fn consume(nats: &Nats, count: usize) {
    let config = Config {
        durable_name: Some("projector".to_owned()),
        ack_policy: AckPolicy::Explicit,
        ..Config::default()
    };
    let context = nats.context().await;
    let consumer = context.create_consumer_on_stream(config, "EVENTS").await;
    let mut messages = consumer.unwrap().messages().await.unwrap();
    for _ in 0..count {
        let message = messages.next().await.unwrap().unwrap();
        message.double_ack().await.unwrap();
    }
}

/// Everything recorded, by store; numbers and failures by name.
#[derive(Default)]
struct Told {
    reads: BTreeMap<Store, Vec<LedgerRead>>,
    numbers: BTreeMap<String, f64>,
    failed: BTreeMap<String, String>,
}

fn told(events: &Receiver<Timed>) -> Told {
    let mut told = Told::default();
    for timed in events.try_iter() {
        match timed.event {
            Event::Chaos(ChaosEvent::Read(read)) => {
                told.reads.entry(read.store).or_default().push(read);
            }
            Event::Chaos(ChaosEvent::Number { name, value }) => {
                told.numbers.insert(name, value);
            }
            Event::Chaos(ChaosEvent::ReadFailed { name, reason }) => {
                told.failed.insert(name, reason);
            }
            other => panic!("{other:?}"),
        }
    }
    told
}

async fn read(system: &SystemPlan, patience: Duration) -> Told {
    let access = Access::new(system, Path::new("."), Published::new());
    let (sender, events) = std::sync::mpsc::channel();
    let recorder = Recorder::new(sender);
    let reading = Reading {
        system,
        access: &access,
        run: "run",
        recorder: &recorder,
    };
    Box::pin(read_all(reading, patience)).await;
    told(&events)
}

#[tokio::test]
async fn all_stores_are_read_and_a_drained_way_is_told_from_one_that_is_not() {
    let postgres = Postgres::start().await;
    let nats = Nats::start().await;
    let client = postgres.client().await;
    client.batch_execute(TABLES).await.unwrap();
    nats.make_stream("EVENTS", "events.>").await;
    for id in ["run.0.1", "other.0.1", "run.0.2"] {
        publish(&nats, id).await;
    }
    consume(&nats, 3).await;
    let system = system(&postgres, &nats);
    let seen = read(&system, Duration::from_secs(60)).await;
    assert_eq!(seen.failed, BTreeMap::new());

    let business = &seen.reads[&Store::Business];
    let sizes: Vec<_> = business
        .iter()
        .map(|read| (read.rows.len(), read.last))
        .collect();
    assert_eq!(sizes, [(1000, false), (500, true)]);
    let outbox = &seen.reads[&Store::Outbox][0].rows;
    assert_eq!((outbox[1].position, outbox[1].sent), (Some(2), Some(true)));
    let effects = &seen.reads[&Store::Effects][0];
    assert_eq!((effects.rows[0].copies, effects.drained), (2, true));
    let stream = &seen.reads[&Store::Stream][0];
    assert!(stream.drained && stream.last);
    let rows: Vec<_> = stream
        .rows
        .iter()
        .map(|row| (row.element.as_str(), row.position, row.key.as_deref()))
        .collect();
    let wanted = [
        ("run.0.1", Some(1), Some("k")),
        ("run.0.2", Some(3), Some("k")),
    ];
    assert_eq!(rows, wanted);
    assert!(stream.rows[0].at_us.unwrap() > 1_000_000_000_000_000);
    assert_eq!(seen.numbers["stream_last_seq"], 3.0);

    // One row that waits and one message that nobody took.
    let waits = "INSERT INTO outbox (id, key) VALUES ('run.0.3', 'k')";
    client.batch_execute(waits).await.unwrap();
    publish(&nats, "run.0.9").await;
    let seen = read(&system, Duration::from_secs(1)).await;
    assert!(!seen.reads[&Store::Stream][0].drained);
    assert!(!seen.reads[&Store::Effects][0].drained);
    assert!(seen.reads[&Store::Outbox][0].drained);
    assert_eq!(seen.numbers["outbox_unsent"], 1.0);
    assert_eq!(seen.numbers["num_pending"], 1.0);
}

#[tokio::test]
async fn deleted_messages_are_counted_and_a_broken_query_is_no_empty_store() {
    let postgres = Postgres::start().await;
    let nats = Nats::start().await;
    let client = postgres.client().await;
    client.batch_execute(TABLES).await.unwrap();
    nats.make_stream("EVENTS", "events.>").await;
    for id in ["run.0.1", "run.0.2", "run.0.3"] {
        publish(&nats, id).await;
    }
    let stream = nats.context().await.get_stream("EVENTS").await.unwrap();
    stream.delete_message(2).await.unwrap();
    let mut system = system(&postgres, &nats);
    let events = system.events.as_mut().unwrap();
    events.business_query = Some("SELECT nonsense".to_owned());
    events.effects_query = None;
    let seen = read(&system, Duration::ZERO).await;
    assert!(seen.failed["business"].contains("nonsense"));
    assert!(!seen.reads.contains_key(&Store::Business));
    assert!(!seen.reads.contains_key(&Store::Effects));
    // The consumer was never made: what it has to do is not known.
    assert!(seen.failed.contains_key("ack_pending"), "{:?}", seen.failed);
    let rows = &seen.reads[&Store::Stream][0].rows;
    let positions: Vec<_> = rows.iter().map(|row| row.position).collect();
    assert_eq!(positions, [Some(1), Some(3)]);
    assert_eq!(seen.numbers["stream_deleted"], 1.0);
}
