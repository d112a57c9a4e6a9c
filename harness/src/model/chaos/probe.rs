//! Questions asked of the system on a fixed schedule, and what must hold of their answers.

use super::pattern::Pattern;
use super::system::Endpoint;
use crate::model::place::Place;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// One question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbePlan {
    /// Its id, unique in the scenario.
    pub id: String,
    /// What is asked.
    pub kind: ProbeKind,
    /// Time between the starts of two attempts: a schedule, never a pause after an answer.
    pub every: Duration,
    /// An attempt without an answer for so long is unknown.
    pub timeout: Duration,
    /// Where it was written.
    pub place: Place,
}

/// What a probe asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeKind {
    /// An HTTP request, its answer read to the last byte.
    Http {
        /// Where.
        url: Endpoint,
        /// `GET` or `POST`.
        method: String,
        /// Header fields.
        headers: BTreeMap<String, String>,
        /// Body; JSON.
        body: Option<Value>,
        /// Statuses that are good; empty for 200 to 299.
        statuses: Vec<u16>,
        /// Connections that are used: each attempt is made over each of them.
        connections: BTreeSet<Connection>,
        /// JSON pointer into the answer, whose value is recorded.
        value_pointer: Option<String>,
    },
    /// Sum of a Prometheus metric over its labels, recorded as value.
    Metric {
        /// Where.
        url: Endpoint,
        /// The metric's name.
        metric: String,
    },
    /// State of a JetStream stream; `last_seq` is recorded as value.
    NatsStream {
        /// The stream.
        stream: String,
    },
    /// State of a durable consumer; `num_pending + num_ack_pending` is recorded as value.
    NatsConsumer {
        /// The stream.
        stream: String,
        /// The consumer.
        consumer: String,
    },
    /// A SQL query on a fresh connection; its first column of the first row is recorded as value.
    Database {
        /// The query.
        query: String,
    },
    /// State of a container as the engine sees it; its word is recorded as value.
    Container {
        /// Name of the service.
        service: String,
        /// The good state.
        state: ContainerState,
    },
}

/// How an attempt is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// A connection of its own.
    Fresh,
    /// One that is kept open and used again.
    Pooled,
}

/// States of a container that a probe can want.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerState {
    /// Runs and is not paused.
    Running,
    /// Runs and its health check says healthy.
    Healthy,
}

/// The three phases of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before the first blow.
    Pre,
    /// From the first blow until the last fault is healed.
    During,
    /// From then until recovery and drain were seen, or the wait for them ended.
    Post,
}

impl Phase {
    /// All, in order.
    pub const ALL: [Phase; 3] = [Phase::Pre, Phase::During, Phase::Post];

    /// The word in YAML.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Pre => "pre",
            Phase::During => "during",
            Phase::Post => "post",
        }
    }

    /// The key of the seed's results: `pre_chaos`.
    pub fn result_key(self) -> &'static str {
        match self {
            Phase::Pre => "pre_chaos",
            Phase::During => "during_chaos",
            Phase::Post => "post_chaos",
        }
    }
}

/// What must hold of a probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// Its id, unique in the scenario: the seed's word, or `PROBE` with a number.
    pub id: String,
    /// The probe.
    pub probe: String,
    /// All of these.
    pub conditions: Vec<Condition>,
    /// For how long at the end of the phase; zero means over the whole phase.
    ///
    /// In [`Phase::Post`] the condition must come true and then hold for so long.
    pub hold_for: Duration,
    /// In these phases.
    pub phases: BTreeSet<Phase>,
    /// Where it was written.
    pub place: Place,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// What is looked at.
    pub of: Measure,
    /// What it is held against.
    pub is: Comparison,
    /// Where it was written.
    pub place: Place,
}

/// What is looked at, over the attempts of a probe in a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Good attempts / all attempts, 0 to 1. Without another condition every attempt must be good.
    SuccessRatio,
    /// HTTP status of every attempt.
    Status,
    /// The value of every attempt that was answered.
    Value,
    /// Last value of the phase minus the first.
    Increase,
    /// Median of the answered attempts in milliseconds.
    LatencyP50Ms,
    /// 95th percentile.
    LatencyP95Ms,
    /// 99th percentile.
    LatencyP99Ms,
}

/// What a measure is held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// `<`
    Less(f64),
    /// `<=`
    AtMost(f64),
    /// `>`
    Greater(f64),
    /// `>=`
    AtLeast(f64),
    /// Equal, of one JSON type.
    Equals(Value),
    /// Both ends included.
    Between(f64, f64),
    /// One of them.
    OneOf(Vec<Value>),
    /// A list, a map or a text that is not empty.
    NotEmpty,
    /// Text that a regular expression finds something in.
    Matches(Pattern),
}
