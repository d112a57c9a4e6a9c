//! `probes`: questions asked on a fixed schedule.

use super::time::{self, DURATION};
use crate::config::form::Form;
use crate::config::node::{Node, Value};
use crate::config::shape::{Record, Shape, optional, required};
use crate::model::chaos::{Connection, ContainerState, Endpoint, ProbeKind, ProbePlan};
use crate::model::place::Problem;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Time between two attempts of what is no HTTP.
pub const EVERY: Duration = Duration::from_millis(100);
/// Time between two attempts over HTTP.
pub const EVERY_HTTP: Duration = Duration::from_millis(50);
/// Time allowed for an answer.
pub const TIMEOUT: Duration = Duration::from_secs(1);

const KINDS: [&str; 5] = ["http", "metric", "nats", "db", "container"];
const CONNECTION: Shape = Shape::Word("connection", &["fresh", "pooled"]);
const STATUS: Shape = Shape::Whole(100, 599);

/// Keys that each kind of probe must have, and those that it may have.
const KEYS: [(&str, &[&str], &[&str]); 5] = [
    (
        "http",
        &["url"],
        &["method", "headers", "body", "status", "connection", "value"],
    ),
    ("metric", &["url", "metric"], &[]),
    ("nats", &["stream"], &["consumer", "read"]),
    ("db", &["query"], &[]),
    ("container", &["service"], &["state"]),
];

/// One question.
pub static PROBE: Record = Record {
    name: "probe",
    doc: "A question asked on a fixed schedule in all phases.",
    fields: &[
        required(
            "id",
            Shape::Text(Form::Name),
            "api",
            "Name of the probe, unique in the scenario.",
        ),
        required(
            "kind",
            Shape::Word("probe kind", &KINDS),
            "http",
            "What is asked: `http`, `metric` (a Prometheus page), `nats`, `db` or `container`.",
        ),
        optional(
            "every",
            DURATION,
            "100ms",
            "Time between the starts of two attempts; default `50ms` over HTTP, otherwise `100ms`.",
        ),
        optional(
            "timeout",
            DURATION,
            "1s",
            "An attempt without an answer for so long is unknown; default `1s`.",
        ),
        optional(
            "url",
            Shape::Text(Form::Endpoint),
            "service://api:8000/health",
            "`http`, `metric`: where it is asked.",
        ),
        optional(
            "method",
            Shape::Word("HTTP method", &["GET", "HEAD", "POST"]),
            "POST",
            "`http`: method; default `GET`.",
        ),
        optional(
            "headers",
            Shape::Names(Form::Header, &Shape::Text(Form::Line), 1),
            "{x-tenant: chaos}",
            "`http`: request headers.",
        ),
        optional("body", Shape::Json, "{q: 1}", "`http`: JSON body."),
        optional(
            "status",
            Shape::Either(
                "a status or a list of them",
                &[STATUS, Shape::List(&STATUS, 1)],
            ),
            "200",
            "`http`: statuses that are good; default 200 to 299.",
        ),
        optional(
            "connection",
            Shape::Either(
                "`fresh`, `pooled` or a list",
                &[CONNECTION, Shape::List(&CONNECTION, 1)],
            ),
            "[fresh, pooled]",
            "`http`: connections that every attempt is made over; default both.",
        ),
        optional(
            "value",
            Shape::Text(Form::Pointer),
            "/status",
            "`http`: JSON pointer into the answer, whose value is recorded.",
        ),
        optional(
            "metric",
            Shape::Text(Form::Line),
            "outbox_backlog",
            "`metric`: name of the series; its sum over the labels is the value.",
        ),
        optional(
            "stream",
            Shape::Text(Form::Name),
            "EVENTS",
            "`nats`: the stream; its last sequence is the value.",
        ),
        optional(
            "consumer",
            Shape::Text(Form::Name),
            "projector",
            "`nats`: a durable consumer; what it has not acknowledged is the value.",
        ),
        optional(
            "read",
            Shape::Word("way to read", &["by_sequence"]),
            "by_sequence",
            "`nats`: streams are always read by sequence; may be left out.",
        ),
        optional(
            "query",
            Shape::Text(Form::Filled),
            "select count(*) from outbox where sent_at is null",
            "`db`: SQL; the first column of the first row is the value.",
        ),
        optional(
            "service",
            Shape::Text(Form::Name),
            "nats",
            "`container`: a service of the system.",
        ),
        optional(
            "state",
            Shape::Word("container state", &["running", "healthy"]),
            "healthy",
            "`container`: the good state; default `running`.",
        ),
    ],
    rules: &[],
};

/// Why an accepted connection is no evidence.
const TCP: &str = "a paused container still accepts connections: the kernel answers for it, and the probe stays green\n\
                   use `kind: http`, `nats` or `db`, which read an answer of the program itself";

/// Reads the probes of a scenario.
pub fn probes(node: &Node, problems: &mut Vec<Problem>) -> Vec<ProbePlan> {
    let items = node.get("probes").map(Node::items).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| probe(item, problems))
        .collect()
}

fn probe(node: &Node, problems: &mut Vec<Problem>) -> Option<ProbePlan> {
    let word = node.get("kind")?;
    if word.text() == Some("tcp") {
        refuse_tcp(word, problems);
        return None;
    }
    let (name, must, may) = KEYS.iter().find(|(name, ..)| Some(*name) == word.text())?;
    keys(node, name, (must, may), problems);
    let id = node.get("id")?;
    let default = if *name == "http" { EVERY_HTTP } else { EVERY };
    Some(ProbePlan {
        id: id.text()?.to_owned(),
        kind: kind(node, name)?,
        every: positive(node, "every", default, problems)?,
        timeout: positive(node, "timeout", TIMEOUT, problems)?,
        place: id.place.clone(),
    })
}

/// The shape says only that there is no such kind; here stands why.
fn refuse_tcp(word: &Node, problems: &mut Vec<Problem>) {
    problems.retain(|problem| problem.place.as_ref() != Some(&word.place));
    let problem = Problem::at(&word.place, "a TCP connection proves nothing");
    problems.push(problem.known(KINDS).help(TCP));
}

fn keys(node: &Node, kind: &str, (must, may): (&[&str], &[&str]), problems: &mut Vec<Problem>) {
    let always = ["id", "kind", "every", "timeout"];
    for entry in node.entries() {
        let key = entry.key.as_str();
        let fits = always.contains(&key) || must.contains(&key) || may.contains(&key);
        if !fits && PROBE.field(key).is_some() {
            let message = format!("`{key}` is no key of a probe of the kind `{kind}`");
            let known = must.iter().chain(may).copied();
            problems.push(Problem::at(&entry.place, message).known(known));
        }
    }
    for key in must.iter().filter(|key| node.get(key).is_none()) {
        let message = format!("`{key}` is missing in a probe of the kind `{kind}`");
        let place = time::first_key(node);
        let field = PROBE.field(key);
        let help = field.map(|field| format!("write `{key}: {}`", field.example));
        problems.push(Problem::at(&place, message).help(help.unwrap_or_default()));
    }
}

fn positive(
    node: &Node,
    key: &str,
    default: Duration,
    problems: &mut Vec<Problem>,
) -> Option<Duration> {
    let Some(written) = node.get(key) else {
        return Some(default);
    };
    let duration = time::duration(node, key)?;
    if duration < Duration::from_millis(1) {
        let message = format!("`{key}` must be at least `1ms`");
        problems.push(Problem::at(&written.place, message));
    }
    Some(duration)
}

fn kind(node: &Node, kind: &str) -> Option<ProbeKind> {
    let text = |key: &str| Some(node.get(key)?.text()?.to_owned());
    Some(match kind {
        "http" => http(node)?,
        "metric" => ProbeKind::Metric {
            url: Endpoint(text("url")?),
            metric: text("metric")?,
        },
        "nats" => match text("consumer") {
            Some(consumer) => ProbeKind::NatsConsumer {
                stream: text("stream")?,
                consumer,
            },
            None => ProbeKind::NatsStream {
                stream: text("stream")?,
            },
        },
        "db" => ProbeKind::Database {
            query: text("query")?,
        },
        _ => ProbeKind::Container {
            service: text("service")?,
            state: match text("state").as_deref() {
                Some("healthy") => ContainerState::Healthy,
                _ => ContainerState::Running,
            },
        },
    })
}

fn http(node: &Node) -> Option<ProbeKind> {
    let text = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let connections: BTreeSet<Connection> = match node.get("connection") {
        Some(written) => each(written).filter_map(connection).collect(),
        None => BTreeSet::from([Connection::Fresh, Connection::Pooled]),
    };
    Some(ProbeKind::Http {
        url: Endpoint(text("url")?),
        method: text("method").unwrap_or_else(|| "GET".to_owned()),
        headers: headers(node.get("headers")),
        body: match node.get("body") {
            Some(body) => Some(body.json().ok()?),
            None => None,
        },
        statuses: node
            .get("status")
            .map(|written| each(written).filter_map(Node::unsigned).collect())
            .unwrap_or_default(),
        connections,
        value_pointer: text("value"),
    })
}

/// The items of a list, or the value itself.
pub fn each(node: &Node) -> impl Iterator<Item = &Node> {
    let single = !matches!(node.value, Value::List(_));
    node.items().iter().chain(single.then_some(node))
}

/// The word of a connection.
pub fn connection(node: &Node) -> Option<Connection> {
    match node.text()? {
        "fresh" => Some(Connection::Fresh),
        "pooled" => Some(Connection::Pooled),
        _ => None,
    }
}

/// Header fields, names in small letters.
pub fn headers(node: Option<&Node>) -> BTreeMap<String, String> {
    let entries = node.map(Node::entries).unwrap_or_default();
    let pairs = entries.iter().filter_map(|entry| {
        let value = entry.value.text()?.to_owned();
        Some((entry.key.to_ascii_lowercase(), value))
    });
    pairs.collect()
}
