//! What only the suite for services that open pull requests needs.

use crate::model::load::Bearer;
use crate::model::template::Template;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// What a service that opens pull requests declares of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GithubPlan {
    /// The request that makes it open a pull request.
    pub trigger: Trigger,
    /// Where its answer says what.
    pub answer: AnswerPlan,
    /// The repository that the suite's fake holds.
    pub repository: RepositoryPlan,
    /// How often it asks for one thing at most.
    pub max_attempts: u32,
    /// What GitHub's waiting rules (60 s, 1 s between writes) are multiplied with; the target gets it, too.
    pub min_wait_scale: f64,
    /// How long one request of a caller may take.
    pub time_bound: Duration,
    /// By how much of itself a gap between tries may be shorter than planned: a ratio.
    pub jitter: f64,
    /// What it does where GitHub leaves the choice.
    pub policy: Policy,
    /// What it offers beside the necessary.
    pub offers: Offers,
    /// Where its audit trail is.
    pub audit: Option<AuditPlan>,
    /// Author of commits, `Name <mail>`, where it is configured.
    pub author: Option<String>,
    /// Where the fake listens for an attached target.
    pub attached: Option<AttachedFake>,
}

/// A request that makes the target open a pull request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// HTTP method.
    pub method: String,
    /// Path with query; may hold `${id}`.
    pub path: Template,
    /// Further headers.
    pub headers: BTreeMap<String, String>,
    /// JSON body; text in it may hold `${id}`, `${title}`, `${text}`; the text `${files}` alone is the list of files.
    pub body: Value,
    /// One file of that list; may hold `${path}`, `${content}`, `${content_base64}`.
    pub file: Value,
    /// The bearer token that it wants.
    pub token: Option<TriggerToken>,
}

/// Where the token of the trigger comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerToken {
    /// A text that is no secret: `mock-token`.
    Text(String),
    /// A variable of the harness, or a token of the suite's own issuer for an audience.
    Bearer {
        /// Where it comes from.
        bearer: Bearer,
        /// The claim `aud` of a token that the issuer mints.
        audience: String,
    },
}

/// Where the target's answer says what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerPlan {
    /// JSON pointer of the pull request's number.
    pub number: String,
    /// JSON pointer of its address.
    pub url: String,
    /// JSON pointer of the word for an error.
    pub error: String,
    /// JSON pointer of what an error says to people.
    pub message: String,
    /// Statuses of a new pull request, and of one that was there.
    pub success: Vec<u16>,
    /// Statuses of a request that is refused for what it holds.
    pub refused: Vec<u16>,
    /// Words for errors: what the suite calls `auth_failed` and the target something else.
    pub words: BTreeMap<String, Vec<String>>,
}

/// The repository that the suite's fake holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryPlan {
    /// Owner.
    pub owner: String,
    /// Name.
    pub name: String,
    /// Default branch in all checks but the one about another name.
    pub base: String,
}

/// What the target does where GitHub leaves the choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// A branch of the same name with other content.
    pub foreign_branch: ForeignBranch,
    /// A closed pull request from the branch.
    pub closed_pull: ClosedPull,
    /// Whether mentions, references and markup of a finding are made harmless.
    pub neutralises: bool,
}

/// What happens to a branch of the same name with other content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForeignBranch {
    /// It is left alone, and an error says so.
    Refuse,
    /// It is left alone, and the pull request comes from another branch.
    OtherBranch,
    /// One more commit is put on top of it.
    BuildOn,
}

/// What a closed pull request from the branch means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedPull {
    /// A new one is opened.
    New,
    /// It is opened again.
    Reopen,
    /// It counts: an error says that it was refused before.
    Refuse,
}

/// What the target offers beside the necessary: each is what is merged into the trigger's body
/// (of `executable` and `deletion`: into one file of it) to ask for it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Offers {
    /// A draft.
    pub draft: Option<Value>,
    /// The label `drift`.
    pub labels: Option<Value>,
    /// A review by `reviewer`.
    pub reviewers: Option<Value>,
    /// A file that is taken away.
    pub deletion: Option<Value>,
    /// A file with the mode 100755.
    pub executable: Option<Value>,
    /// Nothing is written.
    pub dry_run: Option<Value>,
}

/// Where the audit trail is, and how its records are named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditPlan {
    /// Where it is.
    pub source: AuditSource,
    /// A JSON line is a record when these members, by pointer, have these values.
    pub only: BTreeMap<String, Value>,
    /// JSON pointers of what a record has to say, by the suite's names.
    pub fields: BTreeMap<String, String>,
    /// Words of `outcome` for what came out well, and for what was there already.
    pub good: Vec<String>,
}

/// Where the audit trail is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditSource {
    /// Lines of the log.
    Log,
    /// Lines of the file that `${audit_file}` names, or of this one for an attached target.
    File(Option<String>),
    /// A path of the target that answers with JSON lines, or a JSON list.
    Endpoint(String),
}

/// Where the fake listens for a target that was started by somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedFake {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where the target sees it, when that is another address.
    pub public_url: Option<String>,
    /// The throw-away token that the target was given.
    pub token: String,
}

impl GithubPlan {
    /// The target's word, or words, for what the suite calls so.
    pub fn words(&self, word: &str) -> Vec<String> {
        let declared = self.answer.words.get(word).cloned();
        declared.unwrap_or_else(|| vec![word.to_owned()])
    }

    /// Whether one request can ask for several files.
    pub fn takes_many(&self) -> bool {
        holds(&self.trigger.body, "${files}")
    }

    /// Whether the trigger can carry bytes that are no UTF-8.
    pub fn takes_bytes(&self) -> bool {
        let trigger = &self.trigger;
        holds(&trigger.file, "${content_base64}") || holds(&trigger.body, "${content_base64}")
    }
}

/// Whether some text in a value has a hole.
fn holds(value: &Value, hole: &str) -> bool {
    match value {
        Value::String(text) => text.contains(hole),
        Value::Array(items) => items.iter().any(|item| holds(item, hole)),
        Value::Object(members) => members.values().any(|member| holds(member, hole)),
        _ => false,
    }
}
