//! One service under load: where it answers, what is sent to it, who sends it.

use super::bearer::{self, BEARER};
use super::form::Form;
use super::node::{Entry, Node};
use super::shape::{MILLISECONDS, Record, Rule, Shape, optional, required};
use super::step::{self, STEP};
use super::time::{self, PAUSE};
use super::values;
use crate::model::load::{Endpoint, Journey, ResourceSource, Step, Target, ThinkTime, ValueSource};
use crate::model::place::Problem;
use std::collections::BTreeMap;
use std::time::Duration;

const STEPS: Shape = Shape::List(&Shape::Record(&STEP), 1);
const NAME: Shape = Shape::Text(Form::Name);
const VARIABLE: Shape = Shape::Text(Form::Variable);

/// One service under load.
pub static TARGET: Record = Record {
    name: "target",
    doc: "One service under load: where it answers and what is sent to it.",
    fields: &[
        optional(
            "service",
            NAME,
            "search",
            "A service of `environment.services`.",
        ),
        optional(
            "base_url",
            Shape::Text(Form::TargetAddress),
            "http://127.0.0.1:8080",
            "A fixed address, for a service that already runs; beside a chaos scenario also `service://NAME:PORT`.",
        ),
        optional(
            "resources",
            Shape::Record(&RESOURCES),
            "{pid_file: /run/search.pid}",
            "Whose CPU and memory are sampled; default: the service's own.",
        ),
        optional(
            "think_time",
            Shape::Record(&PAUSE),
            "{min_ms: 50, max_ms: 150}",
            "Pause between two journeys of one user; default none.",
        ),
        optional(
            "timeout_ms",
            MILLISECONDS,
            "10000",
            "Time allowed from sending to the last byte; default 10000.",
        ),
        optional(
            "cookies",
            Shape::Boolean,
            "true",
            "Whether each user keeps cookies of its own; default false.",
        ),
        optional(
            "values",
            Shape::Names(Form::Name, &Shape::Record(&VALUE), 1),
            "{word: {one_of: [red, green]}}",
            "Values that templates may name, drawn anew for every request.",
        ),
        optional(
            "bearer",
            Shape::Record(&BEARER),
            "{environment: API_TOKEN}",
            "What is sent as `Authorization: Bearer`.",
        ),
        optional(
            "setup",
            STEPS,
            "[{method: POST, path: /login}]",
            "Sent once by each user before its first journey; never judged.",
        ),
        required(
            "journeys",
            Shape::List(&Shape::Record(&JOURNEY), 1),
            "[{name: read, steps: [{path: /items}]}]",
            "What is sent, again and again.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["base_url", "service"])],
};

static JOURNEY: Record = Record {
    name: "journey",
    doc: "A weighted sequence of requests that one user sends in order; the first failed step ends it.",
    fields: &[
        required(
            "name",
            Shape::Text(Form::Line),
            "read",
            "Name, unique in the target.",
        ),
        optional(
            "weight",
            Shape::Whole(1, 1_000_000),
            "3",
            "How often it is chosen, relative to its siblings; default 1.",
        ),
        required("steps", STEPS, "[{path: /items}]", "Requests in order."),
    ],
    rules: &[],
};

static RESOURCES: Record = Record {
    name: "resources",
    doc: "Whose CPU and memory are sampled.",
    fields: &[
        optional(
            "pid_file",
            Shape::Text(Form::Filled),
            "/run/search.pid",
            "File that holds the number of the process tree's root.",
        ),
        optional(
            "pid",
            Shape::Whole(1, u32::MAX as i64),
            "4711",
            "Root of a process tree that already runs.",
        ),
        optional(
            "container",
            Shape::Text(Form::Line),
            "search-1",
            "A container, by name or id.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["pid_file", "pid", "container"])],
};

static VALUE: Record = Record {
    name: "value",
    doc: "Where a template's value comes from.",
    fields: &[
        optional(
            "one_of",
            Shape::List(&Shape::Text(Form::Any), 1),
            "[red, green]",
            "One of a list, evenly.",
        ),
        optional(
            "integer",
            Shape::Record(&INTEGER),
            "{min: 1, max: 100}",
            "A whole number, evenly.",
        ),
        optional("uuid", Shape::True, "true", "A random UUID (version 4)."),
        optional(
            "sequence",
            Shape::True,
            "true",
            "Counts up from 1 over all users of the target.",
        ),
        optional(
            "environment",
            VARIABLE,
            "TENANT",
            "A variable of the harness's environment.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&[
        "one_of",
        "integer",
        "uuid",
        "sequence",
        "environment",
    ])],
};

static INTEGER: Record = Record {
    name: "integer_range",
    doc: "An inclusive range of whole numbers.",
    fields: &[
        required("min", Shape::Whole(i64::MIN, i64::MAX), "1", "Least."),
        required("max", Shape::Whole(i64::MIN, i64::MAX), "100", "Greatest."),
    ],
    rules: &[],
};

/// Reads a target; what does not fit its shape was told before and is passed over.
pub fn target(entry: &Entry, problems: &mut Vec<Problem>) -> Option<Target> {
    let node = &entry.value;
    let endpoint = endpoint(node);
    let resources = resources(node, endpoint.as_ref());
    let think_time = match node.get("think_time") {
        Some(pause) => time::pause(pause, problems),
        None => Some(ThinkTime {
            min: Duration::ZERO,
            max: Duration::ZERO,
        }),
    };
    let values = value_sources(node, problems);
    let bearer = node
        .get("bearer")
        .map(|bearer| bearer::bearer(bearer, problems));
    let setup = steps(node.get("setup"), problems);
    let journeys = journeys(node, problems);
    values::check(node, bearer.is_some(), problems);
    Some(Target {
        name: entry.key.clone(),
        endpoint: endpoint?,
        journeys: journeys?,
        setup: setup?,
        think_time: think_time?,
        timeout: node
            .get("timeout_ms")
            .map_or(Some(Duration::from_secs(10)), time::milliseconds)?,
        values: values?,
        bearer: match bearer {
            Some(bearer) => Some(bearer?),
            None => None,
        },
        cookies: node.get("cookies").map_or(Some(false), Node::boolean)?,
        resources: resources?,
        place: entry.place.clone(),
    })
}

fn endpoint(node: &Node) -> Option<Endpoint> {
    if let Some(service) = node.get("service") {
        return Some(Endpoint::Service(service.text()?.to_owned()));
    }
    let url = node.get("base_url")?.text()?;
    Some(Endpoint::Url(url.trim_end_matches('/').to_owned()))
}

fn resources(node: &Node, endpoint: Option<&Endpoint>) -> Option<ResourceSource> {
    let Some(written) = node.get("resources") else {
        return Some(match endpoint? {
            Endpoint::Service(name) => ResourceSource::Service(name.clone()),
            Endpoint::Url(_) => ResourceSource::Nowhere,
        });
    };
    if let Some(pid) = written.get("pid") {
        return Some(ResourceSource::Pid(pid.unsigned()?));
    }
    if let Some(file) = written.get("pid_file") {
        return Some(ResourceSource::PidFile(file.text()?.to_owned()));
    }
    Some(ResourceSource::Container(
        written.get("container")?.text()?.to_owned(),
    ))
}

fn value_sources(
    node: &Node,
    problems: &mut Vec<Problem>,
) -> Option<BTreeMap<String, ValueSource>> {
    let entries = node.get("values").map(Node::entries).unwrap_or_default();
    let read: Vec<_> = entries
        .iter()
        .map(|entry| Some((entry.key.clone(), value(&entry.value, problems)?)))
        .collect();
    read.into_iter().collect()
}

fn value(node: &Node, problems: &mut Vec<Problem>) -> Option<ValueSource> {
    let entry = node.entries().first()?;
    Some(match entry.key.as_str() {
        "one_of" => ValueSource::OneOf(step::texts(Some(&entry.value))),
        "integer" => {
            let (min, max) = (entry.value.get("min")?.whole()?, entry.value.get("max")?);
            let greatest = max.whole()?;
            if greatest < min {
                problems.push(Problem::at(
                    &max.place,
                    format!("`max` is below `min` ({min})"),
                ));
            }
            ValueSource::Integer { min, max: greatest }
        }
        "uuid" => ValueSource::Uuid,
        "sequence" => ValueSource::Sequence,
        _ => ValueSource::Environment(entry.value.text()?.to_owned()),
    })
}

fn journeys(node: &Node, problems: &mut Vec<Problem>) -> Option<Vec<Journey>> {
    let items = node.get("journeys")?.items();
    let read: Vec<_> = items.iter().map(|item| journey(item, problems)).collect();
    read.into_iter().collect()
}

fn journey(node: &Node, problems: &mut Vec<Problem>) -> Option<Journey> {
    let steps = steps(node.get("steps"), problems);
    Some(Journey {
        name: node.get("name")?.text()?.to_owned(),
        weight: node.get("weight").map_or(Some(1), Node::unsigned)?,
        steps: steps?,
    })
}

fn steps(node: Option<&Node>, problems: &mut Vec<Problem>) -> Option<Vec<Step>> {
    let items = node.map(Node::items).unwrap_or_default();
    let read: Vec<_> = items
        .iter()
        .map(|item| step::step(item, problems))
        .collect();
    read.into_iter().collect()
}
