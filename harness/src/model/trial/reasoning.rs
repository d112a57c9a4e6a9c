//! What only the reasoning suite needs: how a knowledge graph is spoken to, what it declares, the cases.

pub mod case;

use crate::model::load::{Body, StatusRange};
use crate::model::place::{Place, Placed};
use crate::model::template::Template;
use case::GraphCase;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// What only the reasoning suite needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReasoningPlan {
    /// How data comes in.
    pub write: WriteAdapter,
    /// How questions are put.
    pub ask: AskAdapter,
    /// IRI of the explicit graph called `${name}`.
    pub graph: Template,
    /// IRI of what is inferred from it under `${profile}`, where that has a graph of its own.
    pub inferred_graph: Option<Template>,
    /// Where an answer tells what; empty where the target tells nothing of itself.
    pub metadata: BTreeMap<Told, String>,
    /// Which of several right readings the target follows.
    pub declares: Declared,
    /// How long things may take.
    pub limits: Limits,
    /// Files with cases of the suite's own, as they were named.
    pub case_files: Vec<Placed<String>>,
    /// The cases that ship with the suite, then those of the files.
    pub cases: Vec<GraphCase>,
    /// Seed of the random graphs; a new one for every run where it is not set.
    pub seed: Option<u64>,
    /// How many random graphs are compared.
    pub random_graphs: u32,
}

/// How data comes in. Holes of its requests: `${graph}`, `${name}` and `${data}`, which are lines
/// of N-Triples: they are Turtle as well, and may stand in `INSERT DATA`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WriteAdapter {
    /// Adds triples to a graph.
    pub insert: RequestPlan,
    /// Makes the triples the whole graph; where it is missing, `clear` and `insert` do.
    pub replace: Option<RequestPlan>,
    /// Takes triples out of a graph; where it is missing, the rest is written anew.
    pub delete: Option<RequestPlan>,
    /// Empties a graph; where it is missing, `replace` with nothing does.
    pub clear: Option<RequestPlan>,
    /// Statuses of a write to an inferred graph that is refused.
    pub refused_status: Vec<StatusRange>,
}

/// How questions are put. Holes of its requests: `${query}`, `${profile}`, `${graph}`, `${name}`
/// and `${inferred_graph}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AskAdapter {
    /// A question whose default graph is `${graph}` and what follows from it under `${profile}`.
    pub query: RequestPlan,
    /// The same without any inference; where it is missing, `query` with the profile `none`.
    pub query_without_profile: Option<RequestPlan>,
    /// The same as `query`, with every row marked as said or inferred.
    pub query_with_marks: Option<RequestPlan>,
    /// JSON pointer to the SPARQL 1.1 Query Results JSON document within the answer.
    pub results: String,
    /// The words for the profiles.
    pub profiles: Profiles,
    /// Statuses of a question with an unknown profile.
    pub unknown_profile_status: Vec<StatusRange>,
}

/// The target's words for the profiles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profiles {
    /// No inference; `None` where that is asked for with a request of its own.
    pub none: Option<String>,
    /// RDFS as the target declares it.
    pub rdfs: String,
    /// RDFS with everything: axiomatic triples and rdfs4a, rdfs4b.
    pub rdfs_full: Option<String>,
}

/// One request with holes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestPlan {
    /// HTTP method, upper case.
    pub method: String,
    /// Path and query; what fills a hole is percent-encoded.
    pub path: Template,
    /// Headers in order, names in lower case.
    pub headers: Vec<(String, Template)>,
    /// What is sent; what fills a hole is escaped as its place wants it.
    pub body: Body,
    /// Statuses that count as done.
    pub status: Vec<StatusRange>,
    /// Where it is written.
    pub place: Place,
}

impl RequestPlan {
    /// Every hole, with repeats.
    pub fn holes(&self) -> impl Iterator<Item = &str> {
        let headers = self.headers.iter().map(|(_, value)| value);
        let body: Vec<&Template> = match &self.body {
            Body::Empty => Vec::new(),
            Body::Text { text, .. } | Body::Json(text) => vec![text],
            Body::Form(fields) => fields.iter().map(|(_, value)| value).collect(),
        };
        let all = std::iter::once(&self.path).chain(headers).chain(body);
        all.flat_map(Template::holes)
    }
}

/// What an answer may tell of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// The profile that was asked for.
    Profile,
    /// Whether it was applied.
    Applied,
    /// What inferred.
    Engine,
    /// Its version.
    Version,
    /// A hash of rules and axioms.
    RulesetHash,
    /// IRI of the inferred graph.
    InferredGraph,
    /// Triples that are inferred.
    InferredCount,
    /// Triples that are said.
    ExplicitCount,
    /// Whether nothing that follows is missing.
    Complete,
    /// Why it is not complete.
    Error,
    /// Contradictions, a list.
    Inconsistencies,
    /// How long inferring took, in ms.
    DurationMs,
    /// Rounds that inferring took.
    Iterations,
    /// A list with an entry for each row.
    Rows,
    /// Within such an entry: whether the row needs what is inferred.
    RowInferred,
    /// Rules or premises behind the rows.
    Support,
    /// Id of the explicit content.
    SnapshotId,
    /// When that content came to be, RFC 3339.
    SnapshotCreatedAt,
    /// Id of the content before.
    SnapshotParent,
    /// Triples that came since then.
    DeltaAdded,
    /// Triples that went since then.
    DeltaRemoved,
    /// Whether what is inferred follows from older content.
    Stale,
}

impl Told {
    /// Everything, in the order of the reference.
    pub const ALL: [Told; 22] = [
        Told::Profile,
        Told::Applied,
        Told::Engine,
        Told::Version,
        Told::RulesetHash,
        Told::InferredGraph,
        Told::InferredCount,
        Told::ExplicitCount,
        Told::Complete,
        Told::Error,
        Told::Inconsistencies,
        Told::DurationMs,
        Told::Iterations,
        Told::Rows,
        Told::RowInferred,
        Told::Support,
        Told::SnapshotId,
        Told::SnapshotCreatedAt,
        Told::SnapshotParent,
        Told::DeltaAdded,
        Told::DeltaRemoved,
        Told::Stale,
    ];

    /// The key in a suite file.
    pub fn key(self) -> &'static str {
        match self {
            Told::Profile => "profile",
            Told::Applied => "applied",
            Told::Engine => "engine",
            Told::Version => "version",
            Told::RulesetHash => "ruleset_hash",
            Told::InferredGraph => "inferred_graph",
            Told::InferredCount => "inferred_count",
            Told::ExplicitCount => "explicit_count",
            Told::Complete => "complete",
            Told::Error => "error",
            Told::Inconsistencies => "inconsistencies",
            Told::DurationMs => "duration_ms",
            Told::Iterations => "iterations",
            Told::Rows => "rows",
            Told::RowInferred => "row_inferred",
            Told::Support => "support",
            Told::SnapshotId => "snapshot_id",
            Told::SnapshotCreatedAt => "snapshot_created_at",
            Told::SnapshotParent => "snapshot_parent",
            Told::DeltaAdded => "delta_added",
            Told::DeltaRemoved => "delta_removed",
            Told::Stale => "stale",
        }
    }
}

/// Which of several right readings a target follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// Which rows the profile `rdfs` adds.
    pub rows: Reading,
    /// What the premises of an inference are (RS-31).
    pub scope: Scope,
    /// Whether a triple that is said may stand in the inferred graph, too (RS-33).
    pub repeats_explicit: bool,
    /// What becomes of a write into an inferred graph (RS-44).
    pub inferred_writes: InferredWrites,
}

/// Which conclusions of RDFS a profile has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// rdfs2, 3, 5, 7, 9 and 11: the fragment that is called ρdf.
    Core,
    /// rdfD2 and rdfs1 to 13 without rdfs4a, rdfs4b and axiomatic triples.
    Rules,
    /// Everything.
    Full,
}

/// What the premises of an inference are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The triples of one graph.
    Graph,
    /// The triples of all graphs.
    Dataset,
}

/// What becomes of a write into an inferred graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InferredWrites {
    /// It is refused.
    Refused,
    /// It is gone with the next change of the explicit graph.
    Rebuilt,
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// One answer.
    pub answer: Duration,
    /// Everything that follows from a chain of a thousand classes (RS-28).
    pub chain: Duration,
    /// Until an explosion is stopped (RS-46).
    pub explosion: Duration,
}
