//! What the identity provider does at a time, as data: a scene is written as JSON as well as chosen by name.

use super::ring::KeyChange;
use reqwest::header::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A scene. Every member has a default, and all defaults together are a provider without fault.
///
/// In texts `{issuer}`, `{origin}` (scheme, host and port of the issuer), `{second_issuer}`,
/// `{canary}` and `{canary_elsewhere}` (the canary's two origins) are replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scene {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub meaning: String,
    /// What happens to the keys when it begins.
    pub keys: KeyChange,
    /// What happens to the keys each time before a token is signed.
    pub before_sign: KeyChange,
    /// What is served as the set of keys.
    pub key_set: KeySet,
    /// Header fields of the answers with the set.
    pub key_set_fields: BTreeMap<String, String>,
    /// Where the set is, below the issuer; begins with `/keys`.
    pub keys_path: KeysPath,
    /// Members of the discovery document that are replaced; `null` takes one out.
    pub discovery: Map<String, Value>,
    /// What is served in place of the discovery document.
    pub discovery_document: Option<RawDocument>,
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// Where it goes wrong, and where it is slow; empty is everywhere.
    pub at: Vec<Route>,
    /// How many requests it goes wrong for, counted over all of `at`; all where it is left out.
    pub first: Option<u32>,
    /// Pause before an answer, in milliseconds.
    pub delay_ms: u64,
    /// How tokens are signed that do not say so themselves.
    pub signer: Signer,
    /// Members of the header of every token that is minted.
    pub token_header: Map<String, Value>,
}

/// A route of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// The discovery document, in all its places.
    Discovery,
    /// The set of keys.
    Keys,
    /// The authorization endpoint.
    Authorize,
    /// The token endpoint.
    Token,
    /// The end of a session.
    EndSession,
}

/// Where the set of keys is, below the issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeysPath(pub String);

impl Default for KeysPath {
    fn default() -> Self {
        Self("/keys".to_owned())
    }
}

/// What is served as the set of keys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeySet {
    /// The published keys.
    #[default]
    Ring,
    /// `{"keys":[]}`.
    Empty,
    /// The published keys among ones that a client must skip: unknown types, other uses, broken and short ones.
    Mixed,
    /// For every published key, another one of the same name and type before it.
    DuplicateKid,
    /// The published keys behind this many others, each a right RSA key that signs nothing.
    #[serde(rename = "many_keys")]
    Many(usize),
    /// The published keys in a document that is longer by this many octets.
    #[serde(rename = "padded_octets")]
    Padded(usize),
    /// The published keys in a document that is longer by this many octets, and that gzip makes small.
    #[serde(rename = "packed_octets")]
    Packed(usize),
    /// The published keys behind these, which are written as they are.
    Beside(Vec<Value>),
    /// Any document.
    Raw(RawDocument),
}

/// Any document, with its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDocument {
    /// `content-type`.
    pub content_type: String,
    /// The text.
    pub body: String,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Nothing listens, and live connections end; at the whole port.
    Refused,
    /// The connection is reset before a word.
    Reset,
    /// The connection ends in order before a word.
    Eof,
    /// Half of the body that the head announces.
    Half,
    /// One octet of the body at a time, this many milliseconds apart.
    #[serde(rename = "drip_ms")]
    Drip(u64),
    /// A head that gets a field more at a time and never ends, this many milliseconds apart.
    #[serde(rename = "endless_head_ms")]
    EndlessHead(u64),
    /// No word until the client leaves.
    Silent,
    /// Octets that are not HTTP.
    NotHttp,
    /// A status.
    Status(StatusFault),
    /// 302 to another place.
    Redirect(RedirectTo),
}

/// A status in place of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusFault {
    /// Status code, 300 to 599.
    pub code: u16,
    /// `Retry-After`, in seconds.
    #[serde(default)]
    pub retry_after_seconds: Option<u64>,
}

/// Where a redirect leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectTo {
    /// A plain-http address of another server: the canary.
    Http,
    /// The canary under another host.
    OtherHost,
    /// Itself, for ever.
    Loop,
    /// A file.
    File,
}

/// What a token is signed with, and in whose name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signer {
    /// The newest published key.
    #[default]
    Current,
    /// The key before it.
    Previous,
    /// A key that is not published, under the name of the current one.
    Unpublished,
    /// The second provider: its own issuer and its own key, under the name of the current one.
    Second,
    /// The canary's key, under the name of the current one.
    Canary,
    /// A key of the mixed set, by its stem: `enc`, `ops`, `small` or `oct`.
    Extra(String),
}

/// Why a scene cannot be played.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SceneError {
    /// No scene has this name.
    #[error("no scene named `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
        /// Every name that there is.
        known: Vec<String>,
    },
    /// What stands behind the name's colon or `@` makes no sense.
    #[error("scene `{name}`: {why}")]
    Parameter {
        /// What was asked for.
        name: String,
        /// What was wanted.
        why: String,
    },
    /// The scene contradicts itself.
    #[error("scene: {0}")]
    Contradiction(String),
}

impl Scene {
    /// Whether the fault and the pause concern a route.
    pub fn concerns(&self, route: Route) -> bool {
        self.at.is_empty() || self.at.contains(&route)
    }

    /// Says what cannot be played.
    ///
    /// # Errors
    /// The first contradiction.
    pub fn check(&self) -> Result<(), SceneError> {
        let wrong = |text: String| Err(SceneError::Contradiction(text));
        if self.fault == Some(Fault::Refused) && !(self.at.is_empty() && self.first.is_none()) {
            return wrong(
                "`refused` is for the whole port: it goes with neither `at` nor `first`".into(),
            );
        }
        if self.first.is_some() && self.fault.is_none() {
            return wrong("`first` without a `fault`".into());
        }
        if let Some(Fault::Status(StatusFault { code, .. })) = self.fault
            && !(300..=599).contains(&code)
        {
            return wrong(format!("status {code} is not between 300 and 599"));
        }
        if !self.keys_path.0.starts_with("/keys") {
            return wrong("`keys_path` begins with `/keys`".into());
        }
        for (name, value) in &self.key_set_fields {
            let named = HeaderName::from_bytes(name.as_bytes()).is_ok();
            if !named || HeaderValue::from_str(value).is_err() {
                return wrong(format!("`{name}: {value}` is no header field"));
            }
        }
        Ok(())
    }
}
