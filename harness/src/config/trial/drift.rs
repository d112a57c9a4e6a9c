//! The section `drift`: where behaviour is declared, and where it is observed.

use super::drift_tables::{DRIFT, WORDS};
use crate::config::hint;
use crate::config::node::{Entry, Node};
use crate::config::shape::{Field, Shape, required};
use crate::config::time;
use crate::model::place::Problem;
use crate::model::template::Template;
use crate::model::trial::drift::{
    Additive, Declared, DriftPlan, Excuse, Format, IgnoreRule, Listing, Liveness, ObservedSide,
    Pages, Probe, Remediation, Written, behavior_id,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// Longest time of one request, where nothing is said.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The section `drift`.
pub(super) const FIELD: Field = required(
    "drift",
    Shape::Record(&DRIFT),
    "{declared: {openapi: api.yaml}, observed: {requests: [{path: /items}]}, liveness: {path: /items, date_moves: true}}",
    "Where behaviour is declared, and where it is observed.",
);

/// Reads the section; the declared files are read by whoever plans.
pub(super) fn drift(node: &Node, problems: &mut Vec<Problem>) -> Option<DriftPlan> {
    let observed = observed(node.get("observed")?, problems)?;
    let timeout = node.get("timeout_seconds").map(time::seconds);
    Some(DriftPlan {
        declared: declared(node.get("declared")?),
        observed,
        liveness: liveness(node.get("liveness")?, problems)?,
        headers: templates(node.get("headers"), problems),
        timeout: timeout.unwrap_or(Some(TIMEOUT))?,
        additive: match node.get("additive").and_then(Node::text) {
            Some("info") => Additive::Info,
            Some("fail") => Additive::Fail,
            _ => Additive::Warn,
        },
        ignore: ignore(node.get("ignore"), problems),
        not_observed: excuses(node.get("not_observed"), problems),
        fixture: text(node, "fixture"),
        remediation: node.get("remediation").and_then(remediation),
        remediate: false,
    })
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::text).map(str::to_owned)
}

fn declared(node: &Node) -> Declared {
    let written = |node: &Node| {
        let text = node.text()?.to_owned();
        let place = node.place.clone();
        Some(Written { text, place })
    };
    let (format, paths) = match (node.get("behaviors"), node.get("openapi")) {
        (Some(list), _) => (
            Format::Behaviors,
            list.items().iter().filter_map(written).collect(),
        ),
        (None, file) => (
            Format::OpenApi,
            file.and_then(written).into_iter().collect(),
        ),
    };
    Declared {
        format,
        paths,
        files: Vec::new(),
        max_age_days: node.get("max_age_days").and_then(Node::unsigned),
        behaviors: Vec::new(),
    }
}

fn observed(node: &Node, problems: &mut Vec<Problem>) -> Option<ObservedSide> {
    let requests = node.get("requests").map(Node::items).unwrap_or_default();
    let requests: Vec<Option<Probe>> = requests
        .iter()
        .map(|request| probe(request, problems))
        .collect();
    let behaviors = match node.get("behaviors") {
        None => None,
        Some(listing) => Some(Listing {
            path: text(listing, "path")?,
            items: text(listing, "items").unwrap_or_default(),
            pages: listing.get("pages").and_then(pages),
        }),
    };
    Some(ObservedSide {
        requests: requests.into_iter().collect::<Option<_>>()?,
        behaviors,
        openapi: text(node, "openapi"),
    })
}

fn probe(node: &Node, problems: &mut Vec<Problem>) -> Option<Probe> {
    let path = template(node.get("path")?, problems)?;
    let method = text(node, "method").unwrap_or_else(|| "GET".to_owned());
    let statuses = node.get("statuses").map(Node::items).unwrap_or_default();
    Some(Probe {
        behavior: behavior(node, &method, &path),
        method,
        json: json(node.get("json"), problems),
        headers: templates(node.get("headers"), problems),
        statuses: statuses.iter().filter_map(Node::unsigned).collect(),
        pages: node.get("pages").and_then(pages),
        place: node.get("path")?.place.clone(),
        path,
    })
}

/// The behaviour that a request shows: the route that is named, or the path itself.
fn behavior(node: &Node, method: &str, path: &Template) -> String {
    let route = text(node, "route").or_else(|| path.as_literal().map(str::to_owned));
    let route = route.unwrap_or_default();
    let route = route.split('?').next().unwrap_or_default();
    behavior_id(method, route)
}

fn pages(node: &Node) -> Option<Pages> {
    Some(Pages {
        next: text(node, "next")?,
        parameter: text(node, "parameter")?,
        at_least: node.get("at_least").and_then(Node::unsigned).unwrap_or(1),
    })
}

fn liveness(node: &Node, problems: &mut Vec<Problem>) -> Option<Liveness> {
    let live = Liveness {
        method: text(node, "method").unwrap_or_else(|| "GET".to_owned()),
        path: template(node.get("path")?, problems)?,
        json: json(node.get("json"), problems),
        at: text(node, "at"),
        in_header: text(node, "in_header").map(|name| name.to_ascii_lowercase()),
        date_moves: node.get("date_moves").and_then(Node::boolean) == Some(true),
    };
    let sent = live.path.holes().any(|hole| hole == "nonce")
        || live
            .json
            .as_ref()
            .is_some_and(|json| json.to_string().contains("${nonce}"));
    let headers = node.get("at").or_else(|| node.get("in_header"));
    // The header may be one that every request carries, with the nonce in it.
    if let Some(found) = headers.filter(|_| !sent && live.in_header.is_none()) {
        let help = "put `${nonce}` into `path` or `json`, where the API gives it back";
        problems.push(Problem::at(&found.place, "nothing that is sent holds the nonce").help(help));
    }
    Some(live)
}

fn ignore(node: Option<&Node>, problems: &mut Vec<Problem>) -> Vec<IgnoreRule> {
    let mut rules: Vec<IgnoreRule> = Vec::new();
    for rule in node.map(Node::items).unwrap_or_default() {
        let read = || {
            Some(IgnoreRule {
                behavior: text(rule, "behavior"),
                pointer: text(rule, "pointer")?,
                reason: text(rule, "reason")?,
                place: rule.get("pointer")?.place.clone(),
            })
        };
        let Some(read) = read() else { continue };
        // A pointer to everything would be a gate that is open.
        if read.pointer.is_empty() && read.behavior.is_none() {
            let help = "name a `behavior`, or a pointer below the document";
            problems.push(Problem::at(&read.place, "this rule ignores everything").help(help));
        }
        rules.push(read);
    }
    rules
}

fn excuses(node: Option<&Node>, problems: &mut Vec<Problem>) -> Vec<Excuse> {
    let mut read: Vec<Excuse> = Vec::new();
    for item in node.map(Node::items).unwrap_or_default() {
        let (Some(behavior), Some(reason)) = (item.get("behavior"), text(item, "reason")) else {
            continue;
        };
        let name = behavior.text().unwrap_or_default().to_owned();
        if read.iter().any(|earlier| earlier.behavior == name) {
            problems.push(Problem::at(
                &behavior.place,
                format!("`{name}` stands here twice"),
            ));
        }
        read.push(Excuse {
            behavior: name,
            reason,
            place: behavior.place.clone(),
        });
    }
    read
}

fn remediation(node: &Node) -> Option<Remediation> {
    Some(Remediation {
        detect: text(node, "detect")?,
        findings: text(node, "findings").unwrap_or_else(|| "/findings".to_owned()),
        path: text(node, "path")?,
        pull_request: text(node, "pull_request").unwrap_or_else(|| "/pr_url".to_owned()),
    })
}

fn templates(node: Option<&Node>, problems: &mut Vec<Problem>) -> BTreeMap<String, Template> {
    let entries = node.map(Node::entries).unwrap_or_default().iter();
    let read = entries.filter_map(|entry: &Entry| {
        let template = template(&entry.value, problems)?;
        Some((entry.key.to_ascii_lowercase(), template))
    });
    read.collect()
}

fn template(node: &Node, problems: &mut Vec<Problem>) -> Option<Template> {
    let template = Template::parse(node.text()?).ok()?;
    for hole in template.holes() {
        problems.extend(unknown(hole, node));
    }
    Some(template)
}

fn unknown(hole: &str, node: &Node) -> Option<Problem> {
    let known = hole == "nonce"
        || hole
            .strip_prefix("env.")
            .is_some_and(|name| !name.is_empty());
    (!known).then(|| {
        let mut problem = Problem::at(&node.place, format!("nothing fills `${{{hole}}}`"));
        problem.help = hint::for_word(hole, WORDS.into_iter());
        problem.known(WORDS)
    })
}

/// A JSON body: every text in it is a template.
fn json(node: Option<&Node>, problems: &mut Vec<Problem>) -> Option<Value> {
    let node = node?;
    check_texts(node, problems);
    node.json().ok()
}

fn check_texts(node: &Node, problems: &mut Vec<Problem>) {
    if let Some(text) = node.text() {
        match Template::parse(text) {
            Ok(_) => {
                template(node, problems);
            }
            Err(error) => {
                let message = format!("`{text}` is a bad template: {error}");
                problems.push(Problem::at(&node.place, message));
            }
        }
    }
    for item in node.items() {
        check_texts(item, problems);
    }
    for entry in node.entries() {
        check_texts(&entry.value, problems);
    }
}
