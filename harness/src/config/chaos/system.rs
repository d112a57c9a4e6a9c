//! `system`: where the system under test answers and how its data is read.

use super::probe;
use super::time;
use crate::config::address;
use crate::config::node::{Node, Value};
use crate::model::chaos::{
    DatabasePlan, Endpoint, EventsPlan, NatsPlan, OutboxPlan, PolicyPlan, ServicePlan, SystemPlan,
    TelemetryPlan,
};
use crate::model::place::{Place, Placed, Problem};
use std::collections::BTreeMap;

/// A system, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenSystem {
    /// What it says.
    pub plan: SystemPlan,
    /// Where it begins.
    pub place: Place,
    /// Services that its addresses name.
    pub named: Vec<Placed<String>>,
    /// Sections that need others, and where they stand.
    pub queries: Vec<Placed<String>>,
}

/// Reads a system whose shape was checked.
pub fn system(node: &Node, problems: &mut Vec<Problem>) -> WrittenSystem {
    WrittenSystem {
        plan: SystemPlan {
            services: services(node),
            nats: node.get("nats").and_then(nats),
            database: node.get("database").and_then(|it| database(it, problems)),
            events: node.get("events").and_then(events),
            outbox: node.get("outbox").map(|outbox| OutboxPlan {
                statements: texts(outbox.get("statements")),
            }),
            policy: node.get("policy").and_then(|it| policy(it, problems)),
            telemetry: node.get("telemetry").and_then(|it| telemetry(it, problems)),
        },
        place: time::first_key(node),
        named: named_services(node),
        queries: queries(node),
    }
}

/// Every service that an address below this node names.
pub fn named_services(node: &Node) -> Vec<Placed<String>> {
    match &node.value {
        Value::Text(text) => address::service(text)
            .map(|name| Placed {
                value: name.to_owned(),
                place: node.place.clone(),
            })
            .into_iter()
            .collect(),
        Value::List(items) => items.iter().flat_map(named_services).collect(),
        Value::Map(entries) => entries
            .iter()
            .flat_map(|entry| named_services(&entry.value))
            .collect(),
        _ => Vec::new(),
    }
}

fn queries(node: &Node) -> Vec<Placed<String>> {
    let inside = node.get("events").map(Node::entries).unwrap_or_default();
    let queries = inside.iter().filter(|entry| entry.key.ends_with("_query"));
    let all = queries.chain(node.entry("outbox"));
    all.map(|entry| Placed {
        value: entry.key.clone(),
        place: entry.place.clone(),
    })
    .collect()
}

fn services(node: &Node) -> BTreeMap<String, ServicePlan> {
    let Some(section) = node.get("services") else {
        return BTreeMap::new();
    };
    let listed = section.items().iter().filter_map(|item| {
        let place = item.place.clone();
        let plan = ServicePlan {
            container: None,
            place,
        };
        Some((item.text()?.to_owned(), plan))
    });
    let mapped = section.entries().iter().map(|entry| {
        let container = entry.value.get("container").and_then(Node::text);
        let plan = ServicePlan {
            container: container.map(str::to_owned),
            place: entry.place.clone(),
        };
        (entry.key.clone(), plan)
    });
    listed.chain(mapped).collect()
}

fn text(node: &Node, key: &str) -> Option<String> {
    Some(node.get(key)?.text()?.to_owned())
}

fn texts(node: Option<&Node>) -> Vec<String> {
    crate::config::step::texts(node)
}

fn endpoint(node: &Node, key: &str) -> Option<Endpoint> {
    text(node, key).map(Endpoint)
}

fn nats(node: &Node) -> Option<NatsPlan> {
    Some(NatsPlan {
        url: endpoint(node, "url")?,
        stream: text(node, "stream")?,
        consumer: text(node, "consumer"),
    })
}

fn database(node: &Node, problems: &mut Vec<Problem>) -> Option<DatabasePlan> {
    let url = endpoint(node, "url")?;
    let user = text(node, "user").or_else(|| address::user(&url.0));
    if user.is_none() {
        let place = &node.get("url")?.place;
        let problem = Problem::at(place, "no user for this database");
        problems.push(problem.help("write `user: NAME` beside `url`"));
    }
    Some(DatabasePlan {
        url,
        user: user?,
        password_file: text(node, "password_file"),
        password_env: text(node, "password_env"),
    })
}

fn events(node: &Node) -> Option<EventsPlan> {
    Some(EventsPlan {
        url: endpoint(node, "url")?,
        headers: probe::headers(node.get("headers")),
        body: node.get("body")?.json().ok()?,
        business_query: text(node, "business_query"),
        outbox_query: text(node, "outbox_query"),
        unsent_query: text(node, "unsent_query"),
        effects_query: text(node, "effects_query"),
        message_id_pointer: text(node, "message_id_pointer"),
        message_key_pointer: text(node, "message_key_pointer"),
    })
}

fn policy(node: &Node, problems: &mut Vec<Problem>) -> Option<PolicyPlan> {
    let value = |key: &str| node.get(key)?.json().ok();
    let (allowed, denied) = (value("allowed")?, value("denied")?);
    if allowed == denied {
        let place = &node.get("denied")?.place;
        problems.push(Problem::at(
            place,
            "`allowed` and `denied` are the same value",
        ));
    }
    Some(PolicyPlan {
        health_url: endpoint(node, "health_url"),
        policies_url: endpoint(node, "policies_url"),
        policies_pointer: text(node, "policies_pointer"),
        decide_url: endpoint(node, "decide_url")?,
        headers: probe::headers(node.get("headers")),
        question: value("question")?,
        decision_pointer: text(node, "decision_pointer")?,
        allowed,
        denied,
    })
}

fn telemetry(node: &Node, problems: &mut Vec<Problem>) -> Option<TelemetryPlan> {
    let keys = ["arrived_pointer", "arrived_user", "arrived_password_file"];
    let alone = keys.iter().find_map(|key| node.entry(key));
    if let (Some(entry), None) = (alone, node.get("arrived_url")) {
        let problem = Problem::at(
            &entry.place,
            format!("`{}` without `arrived_url`", entry.key),
        );
        problems.push(problem.help("say where the backend's account of what arrived is read"));
    }
    if let (Some(entry), None) = (node.entry("arrived_url"), node.get("arrived_pointer")) {
        let problem = Problem::at(&entry.place, "`arrived_url` without `arrived_pointer`");
        problems.push(problem.help("say which numbers of the answer count what arrived"));
    }
    let producers = texts(node.get("producers")).into_iter().map(Endpoint);
    Some(TelemetryPlan {
        producers: producers.collect(),
        produced_metric: text(node, "produced_metric")?,
        recovered_metric: text(node, "recovered_metric"),
        sent_metric: text(node, "sent_metric")?,
        dropped_metric: text(node, "dropped_metric")?,
        waiting_metrics: texts(node.get("waiting_metrics")),
        arrived_url: endpoint(node, "arrived_url"),
        arrived_pointer: text(node, "arrived_pointer"),
        arrived_user: text(node, "arrived_user"),
        arrived_password_file: text(node, "arrived_password_file"),
    })
}
