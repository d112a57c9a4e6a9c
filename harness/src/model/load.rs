//! Who sends what, and for how long: scenarios and journeys.

use super::place::Place;
use super::template::Template;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

/// Who, how many, how long. The workload model is closed: each user sends its
/// next request only after the last one was answered and its think time is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Name, unique in a suite.
    pub name: String,
    /// Users of **each** target, at the same time.
    pub users: u32,
    /// Length of the steady phase plus the warm-up, without the ramp.
    pub duration: Duration,
    /// Time in which the users are started, evenly.
    pub ramp: Duration,
    /// Cut from judging (kept in evidence), counted from the end of the ramp.
    pub warmup: Duration,
    /// Replaces `users` and `duration` when not empty: reach `users` within
    /// `duration`, one stage after the other. Judged over all stages.
    pub stages: Vec<Stage>,
    /// Overrides the targets' think times.
    pub think_time: Option<ThinkTime>,
    /// Where the scenario was written.
    pub place: Place,
}

impl Scenario {
    /// Time in which users are still started; stages bring their own ramps.
    #[must_use]
    pub fn ramp_up(&self) -> Duration {
        if self.stages.is_empty() {
            self.ramp
        } else {
            Duration::ZERO
        }
    }

    /// Planned end of the load, counted from its start.
    #[must_use]
    pub fn end(&self) -> Duration {
        match self.stages.as_slice() {
            [] => self.ramp + self.duration,
            stages => stages.iter().map(|stage| stage.duration).sum(),
        }
    }

    /// The seconds of the load that are judged: cut inwards to whole ones, so
    /// that the windows of one second add up to the steady phase exactly.
    /// Empty where no whole second lies between warm-up and end.
    #[must_use]
    pub fn steady_seconds(&self) -> Range<u32> {
        let second = |seconds: u64| u32::try_from(seconds).unwrap_or(u32::MAX);
        let warm = self.ramp_up() + self.warmup;
        let from = warm.as_secs() + u64::from(warm.subsec_nanos() > 0);
        second(from)..second(self.end().as_secs())
    }
}

/// One step of a staged scenario: move to `users` within `duration`, in a straight line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Users of each target at the end of the stage.
    pub users: u32,
    /// Length of the stage.
    pub duration: Duration,
}

/// A pause between two journeys of one user, drawn evenly from a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThinkTime {
    /// Shortest pause.
    pub min: Duration,
    /// Longest pause.
    pub max: Duration,
}

/// One service with its own SLO, its own users and its own requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The name used in `slos`.
    pub name: String,
    /// Where it answers.
    pub endpoint: Endpoint,
    /// What is sent; never empty.
    pub journeys: Vec<Journey>,
    /// Sent once by each user before its first journey; never judged.
    pub setup: Vec<Step>,
    /// Pause between journeys.
    pub think_time: ThinkTime,
    /// Time allowed from sending to the last byte.
    pub timeout: Duration,
    /// Values that templates may name, besides the built-in ones.
    pub values: BTreeMap<String, ValueSource>,
    /// What is sent in `Authorization`.
    pub bearer: Option<Bearer>,
    /// Whether each user keeps cookies of its own.
    pub cookies: bool,
    /// Whose CPU and memory are sampled.
    pub resources: ResourceSource,
    /// Where the target was written.
    pub place: Place,
}

/// Where a target answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// A service of the suite's environment, by name.
    Service(String),
    /// A fixed address without a trailing slash.
    Url(String),
}

/// Whose CPU and memory are sampled while a target is under load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceSource {
    /// The process tree or container behind a service of the environment.
    Service(String),
    /// A process tree that already runs.
    Pid(u32),
    /// A process tree whose root's number stands in a file.
    PidFile(String),
    /// A container, by name or id.
    Container(String),
    /// Nobody said; only allowed where neither `cpu_percent` nor `memory_mb` is asked for.
    Nowhere,
}

/// A weighted sequence of requests that one user sends in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// Name, unique in the target.
    pub name: String,
    /// How often it is chosen, relative to its siblings; at least 1.
    pub weight: u32,
    /// Requests in order; never empty. The first failed step ends the journey.
    pub steps: Vec<Step>,
}

/// One request, what must hold of its answer, and what is kept of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Name under which its response times are counted; unique in the target.
    pub name: String,
    /// HTTP method in capitals.
    pub method: String,
    /// Path with query, starting with `/`.
    pub path: Template,
    /// Headers besides `Authorization` and `Content-Type` of the body.
    pub headers: Vec<(String, Template)>,
    /// What is sent.
    pub body: Body,
    /// Statuses that count as good; never empty (default 200 to 299).
    pub status: Vec<StatusRange>,
    /// Further checks on the answer.
    pub expect: Vec<Expectation>,
    /// Values kept for the later steps of the same user.
    pub extract: Vec<Extraction>,
    /// Pause after the step, not counted as response time.
    pub pause: Option<ThinkTime>,
    /// Where the step was written.
    pub place: Place,
}

/// An inclusive range of HTTP statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRange {
    /// First good status.
    pub first: u16,
    /// Last good status.
    pub last: u16,
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Nothing.
    Empty,
    /// Text as it stands, with its content type.
    Text {
        /// Value of `Content-Type`.
        content_type: String,
        /// The text, with holes.
        text: Template,
    },
    /// JSON; the template is the JSON text. A hole inside a JSON string is
    /// escaped when filled; a string that is nothing but a hole `"${n}"` stays a string.
    Json(Template),
    /// `application/x-www-form-urlencoded`, encoded when filled.
    Form(Vec<(String, Template)>),
}

/// What must hold of an answer besides its status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// The header is there and contains the text.
    HeaderContains {
        /// Header name, lower case.
        header: String,
        /// Text that must stand in it; empty asks only that it is there.
        text: String,
    },
    /// The value at a JSON pointer (RFC 6901) equals this one.
    JsonEquals {
        /// JSON pointer.
        pointer: String,
        /// Wanted value.
        value: Value,
    },
    /// There is a value at a JSON pointer (RFC 6901).
    JsonExists {
        /// JSON pointer.
        pointer: String,
    },
    /// The array or string at a JSON pointer has at least this many elements.
    JsonMinLength {
        /// JSON pointer.
        pointer: String,
        /// Least number of elements.
        length: u64,
    },
    /// The body contains the text.
    BodyContains(String),
}

/// One value kept from an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extraction {
    /// Name for templates.
    pub name: String,
    /// Where it is found. Not finding it is a failed check.
    pub from: ExtractFrom,
}

/// Where a kept value is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtractFrom {
    /// JSON pointer (RFC 6901) into the body; strings without quotes, other values as JSON.
    Json(String),
    /// Header, lower case.
    Header(String),
}

/// Where a template's value comes from, drawn anew for every request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueSource {
    /// One of a list, evenly.
    OneOf(Vec<String>),
    /// A whole number from an inclusive range, evenly.
    Integer {
        /// Least.
        min: i64,
        /// Greatest.
        max: i64,
    },
    /// A random UUID (version 4).
    Uuid,
    /// Counts up from 1 over all users of the target.
    Sequence,
    /// An environment variable of the harness, read when the run starts.
    Environment(String),
}

/// Names that every template of a step may use without declaring them:
/// `user` (number of the user, from 1), `iteration` (of this user, from 1), `uuid`.
pub const BUILT_IN_VALUES: [&str; 3] = ["user", "iteration", "uuid"];

/// Where a bearer token comes from. It is never written to evidence or screens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bearer {
    /// An environment variable of the harness.
    Environment(String),
    /// Minted by the suite's own issuer and renewed before it expires.
    Issuer {
        /// `sub`.
        subject: String,
        /// Further claims.
        claims: BTreeMap<String, Value>,
        /// Time to live.
        lifetime: Duration,
    },
}
