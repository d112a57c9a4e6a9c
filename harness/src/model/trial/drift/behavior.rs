//! A behaviour: one route and method, what it may answer, and what the answers look like.

use super::schema::{Schema, escape, known, members, object, texts};
use super::{Format, behavior_id};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Keys of a behaviour; those after `responses` are not compared.
const KEYS: [&str; 9] = [
    "route",
    "method",
    "statuses",
    "headers",
    "responses",
    "id",
    "count",
    "dependencies",
    "latency_class",
];

/// What one route and method do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behavior {
    /// Made from method and route.
    pub id: String,
    /// Upper case.
    pub method: String,
    /// The template of the route.
    pub route: String,
    /// The file that declares it; empty for what was seen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// How that file is written.
    pub format: Format,
    /// JSON pointer of the behaviour in its document, or empty.
    pub at: String,
    /// Answers: `200`, `2XX` or `default`.
    pub responses: BTreeMap<String, Response>,
    /// JSON body of requests, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Schema>,
}

/// What an answer of one status looks like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// Its JSON body; `None` is not looked into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Schema>,
    /// Header fields, lower case, and whether each is always there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, bool>,
    /// Content types without parameters; empty where none are declared.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub media: BTreeSet<String>,
}

impl Behavior {
    /// One that nothing is known of yet.
    pub fn unseen(method: &str, route: &str) -> Self {
        Self {
            id: behavior_id(method, route),
            method: method.to_ascii_uppercase(),
            route: route.to_owned(),
            file: String::new(),
            format: Format::Behaviors,
            at: String::new(),
            responses: BTreeMap::new(),
            request: None,
        }
    }

    /// `GET /items/{id}`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.route)
    }

    /// What is declared for a status: its own entry, that of its class, or the default.
    pub fn response(&self, status: &str) -> Option<&Response> {
        let class = format!("{}XX", status.get(..1).unwrap_or_default());
        let keys = [status, class.as_str(), "default"];
        keys.into_iter().find_map(|key| self.responses.get(key))
    }

    /// The statuses as one text.
    pub fn statuses_text(&self) -> String {
        let keys: Vec<&str> = self.responses.keys().map(String::as_str).collect();
        keys.join(", ")
    }

    /// Every place that something is declared at.
    pub fn places(&self) -> usize {
        fn of(schema: &Schema) -> usize {
            let fields: usize = schema.properties.values().map(of).sum();
            1 + fields + schema.items.as_deref().map_or(0, of)
        }
        let responses = self.responses.values();
        responses
            .map(|response| response.schema.as_ref().map_or(1, of))
            .sum()
    }
}

/// Reads a document of behaviours: `{shared_statuses, behaviors: [...]}`.
///
/// # Errors
/// What is wrong, with its JSON pointer.
pub fn document(value: &Value) -> Result<Vec<Behavior>, String> {
    let fields = object(value, "")?;
    known(fields, &["shared_statuses", "behaviors"], "/")?;
    let shared = statuses(fields.get("shared_statuses"));
    let rows = fields.get("behaviors").and_then(Value::as_array);
    let rows = rows.ok_or("`/behaviors` is no list")?;
    let read = rows.iter().enumerate().map(|(at, row)| {
        let mut behavior = row_at(row, &format!("/behaviors/{at}"))?;
        for status in &shared {
            behavior.responses.entry(status.clone()).or_default();
        }
        Ok(behavior)
    });
    read.collect()
}

/// Reads rows of behaviours, as a route or a fixture lists them.
///
/// # Errors
/// What is wrong, with its JSON pointer.
pub fn rows(value: &Value) -> Result<Vec<Behavior>, String> {
    let rows = value.as_array().ok_or("the rows are no list")?;
    let read = rows.iter().enumerate();
    read.map(|(at, row)| row_at(row, &format!("/{at}")))
        .collect()
}

fn row_at(row: &Value, at: &str) -> Result<Behavior, String> {
    let fields = object(row, at)?;
    known(fields, &KEYS, at)?;
    let text = |key: &str| {
        let text = fields.get(key).and_then(Value::as_str);
        text.ok_or_else(|| format!("`{at}/{key}` is no text"))
    };
    let mut behavior = Behavior::unseen(text("method")?, text("route")?);
    for status in statuses(fields.get("statuses")) {
        behavior.responses.insert(status, Response::default());
    }
    for (status, schema) in members(fields.get("responses")) {
        // Pointers of behaviours begin in the behaviour, so that they outlive a new order.
        let schema = Schema::read(schema, &format!("/responses/{}", escape(status)))
            .map_err(|error| format!("{} ({at}): {error}", behavior.name()))?;
        behavior.responses.entry(status.clone()).or_default().schema = Some(schema);
    }
    headers(fields, &mut behavior);
    if behavior.responses.is_empty() {
        return Err(format!("`{at}/statuses` is empty"));
    }
    Ok(behavior)
}

fn headers(fields: &Map<String, Value>, behavior: &mut Behavior) {
    for (status, names) in members(fields.get("headers")) {
        let response = behavior.responses.entry(status.clone()).or_default();
        let names = texts(Some(names)).into_iter();
        response
            .headers
            .extend(names.map(|name| (name.to_ascii_lowercase(), true)));
    }
}

/// A list of statuses, or a mapping from each to how often it was seen.
fn statuses(value: Option<&Value>) -> BTreeSet<String> {
    match value {
        Some(Value::Array(items)) => items.iter().map(plain).collect(),
        Some(Value::Object(counts)) => counts.keys().cloned().collect(),
        _ => BTreeSet::new(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn declared_and_observed_rows_are_read_by_the_same_rules() {
        let declared = json!({"shared_statuses": [503], "behaviors": [{
            "route": "/items/{id}", "method": "GET", "statuses": [200], "latency_class": "fast",
            "headers": {"200": ["ETag"]},
            "responses": {"200": {"types": ["object"]}}}]});
        let behavior = document(&declared).unwrap().remove(0);
        assert_eq!(behavior.id, "get-items-id");
        assert_eq!(behavior.statuses_text(), "200, 503");
        assert!(behavior.response("200").unwrap().headers["etag"]);
        let seen = json!([{"id": "x", "route": "/items/{id}", "method": "GET", "count": 2,
            "statuses": {"200": 2}, "responses": {}, "dependencies": [], "latency_class": null}]);
        assert_eq!(rows(&seen).unwrap()[0].id, "get-items-id");
    }

    #[test]
    fn what_is_no_behaviour_is_told_with_its_pointer() {
        for (document_text, wanted) in [
            (json!([]), "the document"),
            (json!({"behaviors": [{"rout": "/x"}]}), "unknown key `rout`"),
            (
                json!({"behaviors": [{"route": "/x", "method": "GET"}]}),
                "/behaviors/0/statuses",
            ),
            (json!({"behavior": []}), "unknown key `behavior`"),
        ] {
            let error = document(&document_text).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
