//! What only the suite for services that verify JWTs needs: what the target declares of itself.

use super::guard::GuardPlan;
use crate::model::place::Place;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// What only the suite for services that verify JWTs needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthPlan {
    /// Algorithms that the target allows, by name; the first one is that of most twins. Never empty.
    pub algorithms: Vec<String>,
    /// The identity provider that the target trusts.
    pub issuer: IssuerPlan,
    /// Requests that need a token; the first one is that of most checks. Never empty.
    pub protected: Vec<Protected>,
    /// A path that needs none, asked for liveness.
    pub open_path: Option<String>,
    /// Statuses by meaning.
    pub statuses: Statuses,
    /// What is declared of claims.
    pub claims: ClaimsPlan,
    /// What is declared of keys and how they are fetched.
    pub keys: KeysPlan,
    /// A right that a request needs; `None` where the target does not declare one.
    pub scope: Option<ScopePlan>,
    /// Names of metrics.
    pub metrics: MetricsPlan,
    /// Word of each class of failures in metrics and logs: class to word.
    pub reasons: BTreeMap<String, String>,
    /// Wrong production environments, for the group CF; `None` where nothing is declared.
    pub guard: Option<GuardPlan>,
}

/// The classes of failures that are counted apart, in the words of most targets.
pub const REASONS: [&str; 11] = [
    "missing_token",
    "malformed",
    "unsupported_alg",
    "unknown_kid",
    "invalid_signature",
    "expired",
    "not_yet_valid",
    "invalid_issuer",
    "invalid_audience",
    "missing_claim",
    "jwks_unavailable",
];

/// The identity provider that the target trusts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerPlan {
    /// Path of the issuer, empty or beginning with a slash.
    pub path: String,
    /// The client that is registered.
    pub client_id: String,
    /// The audience of access tokens.
    pub audience: String,
    /// Where it listens; `None` is a free port of loopback.
    pub listen: Option<SocketAddr>,
    /// Its origin as the target sees it, where that is not what it listens on.
    pub public_url: Option<String>,
}

/// A request that needs a token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Protected {
    /// HTTP method.
    pub method: String,
    /// Path with query.
    pub path: String,
    /// JSON that is sent; `None` is nothing.
    pub body: Option<Value>,
    /// JSON pointer to the subject in the answer.
    pub subject: Option<String>,
    /// Statuses that say that the token was accepted; never empty.
    pub accepted: Vec<u16>,
}

/// Statuses by meaning; none of them is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statuses {
    /// The token is refused.
    pub reject: Vec<u16>,
    /// The token is good and does not suffice.
    pub forbidden: Vec<u16>,
    /// The keys cannot be had.
    pub unavailable: Vec<u16>,
}

/// What is declared of claims.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimsPlan {
    /// How far clocks may be apart.
    pub leeway: Duration,
    /// Claims that every good token needs beside the standard ones.
    pub required: Map<String, Value>,
    /// Whether `typ` has to be `at+jwt`.
    pub at_jwt_required: bool,
    /// Whether a `typ` of another kind of token is refused.
    pub typ_checked: bool,
    /// Whether a token without `iat` is refused.
    pub iat_required: bool,
    /// Whether an ID token is refused as an access token.
    pub id_token_refused: bool,
    /// Whether a foreign `azp` beside several audiences is refused.
    pub azp_checked: bool,
    /// The longest lifetime that is accepted.
    pub longest_lifetime: Option<Duration>,
    /// The claim that holds roles or the tenant, as a list of texts.
    pub roles: Option<String>,
}

/// What is declared of keys and how they are fetched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeysPlan {
    /// What becomes of a token without `kid` when the set has one key; `None` is not declared.
    pub no_kid: Option<NoKid>,
    /// What becomes of two different keys of one name and type.
    pub duplicate_kid: DuplicateKid,
    /// Shortest time between two fetches that unknown names cause.
    pub cooldown: Duration,
    /// The variable that holds the time to live, in seconds.
    pub ttl_variable: Option<String>,
    /// The time to live that the suite sets through it.
    pub ttl: Duration,
    /// The time to live without that variable.
    pub default_ttl: Duration,
    /// Longest time of one attempt to fetch.
    pub fetch_timeout: Duration,
    /// How failed attempts are repeated.
    pub retry: RetryPlan,
    /// How long after the time to live old keys do while none can be fetched; `None` is not offered.
    pub stale_if_error: Option<Duration>,
    /// Whether it asks with `If-None-Match`.
    pub conditional: bool,
    /// Whether it heeds a `max-age` that is shorter than the time to live.
    pub max_age: bool,
    /// Where it is declared that there is no discovery: the address of the keys is configured.
    /// `None` is discovery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_discovery: Option<Place>,
    /// Whether the discovery document is asked in the form of RFC 8414, section 3.1.
    pub rfc8414_path: bool,
    /// Whether a set on loopback or a link-local address is refused in production.
    pub private_hosts_refused: bool,
    /// What a start does while the issuer is down.
    pub cold_start: ColdStart,
}

/// What becomes of a token without `kid` when the set has one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoKid {
    /// It is refused.
    Reject,
    /// The one key is tried.
    OnlyKey,
    /// Every key is tried, also of several.
    EveryKey,
}

/// What becomes of two different keys of one name and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateKid {
    /// Tokens of both are refused.
    Reject,
    /// Both are tried.
    TryEach,
}

/// What a start does while the issuer is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColdStart {
    /// It starts and asks later.
    Starts,
    /// It ends with an exit code that is not 0.
    Exits,
}

/// How failed attempts are repeated: after base x factor^n, n from `first_exponent` on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetryPlan {
    /// The base of the pauses.
    pub base: Duration,
    /// What each pause is longer by.
    pub factor: f64,
    /// Repetitions after the first attempt.
    pub most: u32,
    /// The first exponent, 0 or 1; `None` accepts both.
    pub first_exponent: Option<u32>,
    /// Whether pauses are drawn from nothing up to their length (full jitter).
    pub jitter: bool,
}

/// A right that a request needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScopePlan {
    /// The claim: `scope`.
    pub claim: String,
    /// Its value for a token that suffices.
    pub value: Value,
    /// The request that needs it.
    pub request: Protected,
}

/// Names of metrics; an optional prefix and the usual suffixes are allowed for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricsPlan {
    /// Counter of accepted tokens.
    pub success: String,
    /// Counter of refusals.
    pub failure: String,
    /// The label of the refusals' class.
    pub reason_label: String,
    /// Histogram of the time that fetches of keys take.
    pub fetch_duration: String,
    /// Counter of failed fetches.
    pub fetch_errors: String,
    /// What that counts.
    pub errors_count: ErrorsCount,
}

/// What the counter of failed fetches counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorsCount {
    /// Each attempt.
    Attempts,
    /// Each row of attempts.
    Cycles,
}

impl Default for AuthPlan {
    /// A target that declares nothing but where it answers.
    fn default() -> Self {
        Self {
            algorithms: vec!["RS256".to_owned()],
            issuer: IssuerPlan::default(),
            protected: vec![Protected::default()],
            open_path: None,
            statuses: Statuses::default(),
            claims: ClaimsPlan::default(),
            keys: KeysPlan::default(),
            scope: None,
            metrics: MetricsPlan::default(),
            reasons: REASONS
                .map(|word| (word.to_owned(), word.to_owned()))
                .into(),
            guard: None,
        }
    }
}

impl Default for IssuerPlan {
    fn default() -> Self {
        Self {
            path: "/realms/a".to_owned(),
            client_id: "workbench".to_owned(),
            audience: "workbench-api".to_owned(),
            listen: None,
            public_url: None,
        }
    }
}

impl Default for Protected {
    fn default() -> Self {
        Self {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            body: None,
            subject: None,
            accepted: vec![200],
        }
    }
}

impl Default for Statuses {
    fn default() -> Self {
        Self {
            reject: vec![401],
            forbidden: vec![403],
            unavailable: vec![503],
        }
    }
}

impl Default for ClaimsPlan {
    fn default() -> Self {
        Self {
            leeway: Duration::from_secs(60),
            required: Map::new(),
            at_jwt_required: false,
            typ_checked: false,
            iat_required: false,
            id_token_refused: false,
            azp_checked: false,
            longest_lifetime: None,
            roles: None,
        }
    }
}

impl Default for KeysPlan {
    fn default() -> Self {
        Self {
            no_kid: None,
            duplicate_kid: DuplicateKid::Reject,
            cooldown: Duration::from_secs(10),
            ttl_variable: None,
            ttl: Duration::from_secs(2),
            default_ttl: Duration::from_secs(3600),
            fetch_timeout: Duration::from_secs(5),
            retry: RetryPlan::default(),
            stale_if_error: None,
            conditional: false,
            max_age: false,
            no_discovery: None,
            rfc8414_path: false,
            private_hosts_refused: false,
            cold_start: ColdStart::Starts,
        }
    }
}

impl Default for RetryPlan {
    fn default() -> Self {
        Self {
            base: Duration::from_millis(100),
            factor: 2.0,
            most: 3,
            first_exponent: None,
            jitter: false,
        }
    }
}

impl Default for MetricsPlan {
    fn default() -> Self {
        Self {
            success: "auth_success".to_owned(),
            failure: "auth_failure_by_reason".to_owned(),
            reason_label: "reason".to_owned(),
            fetch_duration: "jwks_fetch_duration".to_owned(),
            fetch_errors: "jwks_fetch_errors".to_owned(),
            errors_count: ErrorsCount::Attempts,
        }
    }
}
