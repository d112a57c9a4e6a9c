//! Loads as a whole: rate, ids and order over all workers.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::model::chaos::{ChaosEvent, Endpoint, EventsPlan, OperationOutcome};
use crate::model::evidence::Event;
use crate::model::place::Place;
use crate::runners::chaos::access::Published;
use crate::runners::chaos::peer::{Manner, Peer};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn load(id: &str, keys: u32) -> LoadPlan {
    LoadPlan {
        id: id.to_owned(),
        kind: LoadKind::EventWriter,
        rate_per_second: 100.0,
        keys,
        place: Place {
            file: "chaos.yaml".into(),
            line: 1,
            column: 1,
            length: 1,
            key_path: "load".to_owned(),
        },
    }
}

fn system(peer: &Peer) -> SystemPlan {
    SystemPlan {
        events: Some(EventsPlan {
            url: Endpoint(peer.url("/events")),
            headers: BTreeMap::new(),
            body: json!({"id": "${id}", "key": "${key}"}),
            business_query: None,
            outbox_query: None,
            unsent_query: None,
            effects_query: None,
            message_id_pointer: None,
            message_key_pointer: None,
        }),
        ..SystemPlan::default()
    }
}

#[tokio::test]
async fn an_outage_delays_events_and_reorders_none_of_a_key() {
    let peer = Peer::start(Manner::Answer(201, "{}")).await;
    let system = system(&peer);
    let access = Access::new(&system, Path::new("."), Published::new());
    let setting = LoadSetting {
        system: &system,
        access: &access,
        run: "run",
        seed: 1,
    };
    let (sender, events) = std::sync::mpsc::channel();
    let recorder = Recorder::new(sender);
    let loading = start(&[load("a", 3), load("b", 2)], setting, &recorder).unwrap();
    let sent = async |count: usize| {
        while peer.requests().len() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    sent(30).await;
    peer.turn(Manner::Answer(503, "{}"));
    sent(40).await;
    peer.turn(Manner::Answer(201, "{}"));
    sent(80).await;
    loading.stop(Duration::from_secs(60)).await;
    drop(recorder);
    let mut acked: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut workers = BTreeSet::new();
    let mut unknown = 0;
    for timed in events.iter() {
        let Event::Chaos(ChaosEvent::Operation(operation)) = timed.event else {
            continue;
        };
        workers.insert(operation.worker);
        let id = format!("run.{}.{}", operation.worker, operation.counter);
        assert_eq!(operation.element, id);
        match operation.outcome {
            OperationOutcome::Ok => {
                acked
                    .entry(operation.key)
                    .or_default()
                    .push(operation.counter);
            }
            _ => unknown += 1,
        }
    }
    assert_eq!(workers, (0..5).collect());
    assert_eq!(acked.len(), 5);
    assert!(unknown >= 5, "{unknown}");
    for (key, counters) in acked {
        // Each acknowledged once, in order, none left out.
        let wanted: Vec<u64> = (1..=counters.len() as u64).collect();
        assert_eq!(counters, wanted, "{key}");
    }
}

#[tokio::test]
async fn a_load_without_its_plan_is_refused() {
    let system = SystemPlan::default();
    let access = Access::new(&system, Path::new("."), Published::new());
    let setting = LoadSetting {
        system: &system,
        access: &access,
        run: "run",
        seed: 1,
    };
    let (sender, _events) = std::sync::mpsc::channel();
    let refused = start(&[load("a", 1)], setting, &Recorder::new(sender));
    let reason = refused.unwrap_err().to_string();
    assert_eq!(reason, "the scenario says nothing about `system.events`");
}
