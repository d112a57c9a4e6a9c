//! Where the system under test answers, and how its data is read: the chaos scenarios' targets.

use crate::model::place::Place;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A base or full address: `http://...`, or `service://NAME:PORT/path`, which the
/// runner turns into the port that the container publishes on loopback, or its own address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Endpoint(pub String);

/// The system under test.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SystemPlan {
    /// What may be a target, by the name used in `target:`.
    pub services: BTreeMap<String, ServicePlan>,
    /// The stream.
    pub nats: Option<NatsPlan>,
    /// The database.
    pub database: Option<DatabasePlan>,
    /// How events are written and read back.
    pub events: Option<EventsPlan>,
    /// How outbox rows are written by ourselves.
    pub outbox: Option<OutboxPlan>,
    /// Policy decisions.
    pub policy: Option<PolicyPlan>,
    /// Telemetry.
    pub telemetry: Option<TelemetryPlan>,
}

/// One service in a container.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServicePlan {
    /// The container's name; `None` means the container of the compose service
    /// of this name in the safety network.
    pub container: Option<String>,
    /// Where it was written.
    pub place: Place,
}

/// A NATS server with JetStream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NatsPlan {
    /// `nats://...` or `service://nats:4222`.
    pub url: Endpoint,
    /// The stream that events end in.
    pub stream: String,
    /// The durable consumer that applies them.
    pub consumer: Option<String>,
}

/// A PostgreSQL database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatabasePlan {
    /// `postgres://user@host:port/database` or `service://postgres:5432/database` with `user`; without a password.
    pub url: Endpoint,
    /// User.
    pub user: String,
    /// File with the password; relative to the scenario's folder.
    pub password_file: Option<String>,
    /// Environment variable with the password.
    pub password_env: Option<String>,
}

/// How events are posted and where they can be found afterwards.
///
/// The three queries answer rows `id text, key text, position bigint, at timestamptz`
/// (`null` where there is none), restricted to ids that begin with `$1`; the outbox
/// query has a fifth column `sent boolean`, and the effects query a fifth column `copies bigint`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventsPlan {
    /// Where events are posted.
    pub url: Endpoint,
    /// Header fields.
    pub headers: BTreeMap<String, String>,
    /// Body; `${id}`, `${key}` and `${counter}` are replaced in its texts.
    pub body: Value,
    /// Business rows.
    pub business_query: Option<String>,
    /// Outbox rows.
    pub outbox_query: Option<String>,
    /// Rows of the outbox that wait: one number.
    pub unsent_query: Option<String>,
    /// Effects.
    pub effects_query: Option<String>,
    /// JSON pointer to the event's id in a message of the stream; `None` for the header `Nats-Msg-Id`.
    pub message_id_pointer: Option<String>,
    /// JSON pointer to the aggregate key in a message of the stream.
    pub message_key_pointer: Option<String>,
}

/// Statements of one transaction that writes an event; `$1` id, `$2` key, `$3` counter (bigint).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxPlan {
    /// In order.
    pub statements: Vec<String>,
}

/// Policy decisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyPlan {
    /// Health of the policy engine.
    pub health_url: Option<Endpoint>,
    /// Lists the policies that are loaded: a JSON array or object that must not be empty, at `policies_pointer`.
    pub policies_url: Option<Endpoint>,
    /// JSON pointer to them.
    pub policies_pointer: Option<String>,
    /// Where a decision is asked for.
    pub decide_url: Endpoint,
    /// Header fields.
    pub headers: BTreeMap<String, String>,
    /// A question that is allowed while all is well.
    pub question: Value,
    /// JSON pointer to the decision in the answer.
    pub decision_pointer: String,
    /// Its value when allowed.
    pub allowed: Value,
    /// Its value when denied.
    pub denied: Value,
}

/// Telemetry: what was produced, dropped and arrived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TelemetryPlan {
    /// Prometheus pages of the producers.
    pub producers: Vec<Endpoint>,
    /// Counter of records made.
    pub produced_metric: String,
    /// Counter of records found from an earlier run, where there is one.
    pub recovered_metric: Option<String>,
    /// Counter of records that the backend took.
    pub sent_metric: String,
    /// Counter of records dropped.
    pub dropped_metric: String,
    /// Gauges of records that wait.
    pub waiting_metrics: Vec<String>,
    /// The backend's own account of what arrived.
    pub arrived_url: Option<Endpoint>,
    /// JSON pointers into it whose numbers add up to distinct records; `*` matches every element.
    pub arrived_pointer: Option<String>,
    /// User of HTTP Basic authentication for the account, where it wants one.
    #[serde(default)]
    pub arrived_user: Option<String>,
    /// File with that user's password; relative to the scenario's folder.
    #[serde(default)]
    pub arrived_password_file: Option<String>,
}
