//! What only the drift gate needs: what is declared, how it is observed, what is allowed to differ.

pub mod behavior;
mod merge;
pub mod openapi;
pub mod schema;

use crate::model::place::Place;
use crate::model::template::Template;
use behavior::Behavior;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// What only the drift gate needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftPlan {
    /// The promises.
    pub declared: Declared,
    /// How what the API does is seen.
    pub observed: ObservedSide,
    /// What shows that a living API answers, and no copy of its answers.
    pub liveness: Liveness,
    /// Header fields of every request; holes: `nonce`, `env.NAME`.
    pub headers: BTreeMap<String, Template>,
    /// Longest time of one request.
    pub timeout: Duration,
    /// What a change that breaks nobody means.
    pub additive: Additive,
    /// Differences that are allowed.
    pub ignore: Vec<IgnoreRule>,
    /// Behaviours that nobody can observe here.
    pub not_observed: Vec<Excuse>,
    /// Recorded observations for runs that are not strict, as JSON.
    pub fixture: Option<String>,
    /// Where findings are sent on demand.
    pub remediation: Option<Remediation>,
    /// Whether they are sent in this run.
    pub remediate: bool,
}

/// The promises, and the files that they were read from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Declared {
    /// How the files are written.
    pub format: Format,
    /// Files and folders as the suite names them.
    pub paths: Vec<Written>,
    /// The files that were read.
    pub files: Vec<String>,
    /// How old the youngest of them may be, in days; `None` is any age.
    pub max_age_days: Option<u32>,
    /// Every promise, in the order of the ids.
    pub behaviors: Vec<Behavior>,
}

/// A text of the suite, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// How declared files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Behaviours: routes, statuses, schemas.
    Behaviors,
    /// OpenAPI 3.
    OpenApi,
}

impl Format {
    /// The member of a schema that holds its types, at the end of JSON pointers.
    pub fn type_member(self) -> &'static str {
        match self {
            Format::Behaviors => "types",
            Format::OpenApi => "type",
        }
    }
}

/// How what the API does is seen; at least one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObservedSide {
    /// Requests whose answers are looked into, in this order.
    pub requests: Vec<Probe>,
    /// A route that lists what the API was seen to do.
    pub behaviors: Option<Listing>,
    /// A route with the API's own OpenAPI document.
    pub openapi: Option<String>,
}

/// One request, whose answer is looked into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Id of the behaviour that it shows.
    pub behavior: String,
    /// Method.
    pub method: String,
    /// Path and query; holes: `nonce`, `env.NAME`.
    pub path: Template,
    /// JSON body, its texts with the same holes.
    pub json: Option<Value>,
    /// Header fields of this request alone.
    pub headers: BTreeMap<String, Template>,
    /// Statuses that it is meant to get; empty for every 2xx.
    pub statuses: Vec<u16>,
    /// How its pages are followed.
    pub pages: Option<Pages>,
    /// Where it was written.
    pub place: Place,
}

/// How pages are followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pages {
    /// JSON pointer to what the next page is asked with; `null` or nothing on the last page.
    pub next: String,
    /// The query parameter that it goes into.
    pub parameter: String,
    /// Fewer pages show too little.
    pub at_least: u32,
}

/// A route that lists behaviours, page by page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Path and query.
    pub path: String,
    /// JSON pointer to the rows.
    pub items: String,
    /// How its pages are followed.
    pub pages: Option<Pages>,
}

/// What shows that a living API answers: the request comes first, with a nonce of this run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Liveness {
    /// Method.
    pub method: String,
    /// Path and query; holes as in every request.
    pub path: Template,
    /// JSON body.
    pub json: Option<Value>,
    /// JSON pointer at which the answer holds the nonce.
    pub at: Option<String>,
    /// Header field in which the answer holds the nonce.
    pub in_header: Option<String>,
    /// Whether the `Date` of answers has to move.
    pub date_moves: bool,
}

/// What a change that breaks nobody means: a field, a behaviour, a value that is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Additive {
    /// It is told.
    Info,
    /// It is a warning, and fails a strict run.
    Warn,
    /// It is drift.
    Fail,
}

/// A difference that is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoreRule {
    /// Id of the behaviour; `None` is every one.
    pub behavior: Option<String>,
    /// JSON pointer of the finding, or of something around it.
    pub pointer: String,
    /// Why.
    pub reason: String,
    /// Where it was written.
    pub place: Place,
}

/// A behaviour that nobody can observe here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excuse {
    /// Its id.
    pub behavior: String,
    /// Why.
    pub reason: String,
    /// Where it was written.
    pub place: Place,
}

/// Where findings are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remediation {
    /// Asked first, with POST: the platform's own detection, whose findings have ids.
    pub detect: String,
    /// JSON pointer to its findings; each has `id`, `behavior` and `pointer`.
    pub findings: String,
    /// Asked with POST and `{"drift_id": ID}`.
    pub path: String,
    /// JSON pointer to the pull request's address.
    pub pull_request: String,
}

/// The id of a behaviour: `get-api-items-id` for `GET /api/items/{id}`.
pub fn behavior_id(method: &str, route: &str) -> String {
    let text = format!("{method}{route}").to_ascii_lowercase();
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}
