//! What only the suite of production guards needs: names and values of the target's own variables.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::time::Duration;

/// What the target declares of its configuration. What is left out is not asked (`NOT RUN`).
///
/// The good production values are those of the target: its own variables and the ones that make
/// it a production process. Every wrong start differs from them in what its check is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardPlan {
    /// How callers are authenticated (`CF-1`).
    pub provider: Option<ProviderVariable>,
    /// The variable with the issuer (`CF-2`, `CF-6`).
    pub issuer: Option<String>,
    /// The variable with the client id (`CF-3`).
    pub client_id: Option<String>,
    /// The variable with the audience (`CF-4`).
    pub audience: Option<String>,
    /// The emergency switch of the signature check (`CF-7` to `CF-10`).
    pub verify_switch: Option<VerifySwitch>,
    /// For how long fetched keys are fresh (`CF-11`).
    pub cache_ttl: Option<CacheTtl>,
    /// What must stand nowhere (`CF-12`).
    pub secrets: Secrets,
    /// Ways around authentication (`CF-13`).
    pub bypasses: Vec<Bypass>,
    /// A request that only a good token opens.
    pub protected: Protected,
    /// Longest time that a start takes to be refused.
    pub exit_within: Duration,
}

/// The variable that says how callers are authenticated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderVariable {
    /// Its name.
    pub variable: String,
    /// Values that production refuses, besides no value and the empty one.
    pub refused: Vec<String>,
}

/// The emergency switch of the signature check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifySwitch {
    /// Its name.
    pub variable: String,
    /// The only value that switches verification off.
    pub off: String,
    /// The value that switches it on.
    pub on: String,
    /// Values that must leave it on, besides no value and the empty one.
    pub still_on: Vec<String>,
    /// What the output says while it is off.
    pub warning: String,
    /// The metric that is 1 while it is off, where there is one.
    pub gauge: Option<String>,
    /// What it does in production.
    pub in_production: RollbackInProduction,
}

/// What the emergency switch does in production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RollbackInProduction {
    /// The service does not start.
    Refuse,
    /// It starts, and warns as everywhere.
    Warn,
}

/// For how long fetched keys are fresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheTtl {
    /// The variable.
    pub variable: String,
    /// Values that make no sense.
    pub senseless: Vec<String>,
    /// What the service does about them.
    pub reaction: TtlReaction,
}

/// What a service does about a time to live that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TtlReaction {
    /// It does not start.
    Exit,
    /// It takes a documented limit in its place.
    Limit,
}

/// Where canaries are put, and where they are looked for besides the output and the metrics.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets {
    /// Variables whose value is a secret.
    pub variables: Vec<String>,
    /// Variables with the path of a file that holds a secret.
    pub files: Vec<String>,
    /// Routes whose answers are searched, such as `/config`.
    pub routes: Vec<String>,
}

/// A way around authentication, for development.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bypass {
    /// The variable.
    pub variable: String,
    /// The value that opens it.
    pub value: String,
    /// What the output says when it is open; without it only the refusal is asked.
    pub announced: Option<String>,
}

/// A request that only a good token opens; it has no body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protected {
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Statuses of a token that is accepted.
    pub accepts: Vec<u16>,
    /// Statuses of a token that is refused.
    pub refuses: Vec<u16>,
    /// Claims of every token, beside those that it has anyway.
    pub claims: Map<String, Value>,
}
