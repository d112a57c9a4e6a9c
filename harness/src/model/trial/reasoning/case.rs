//! One case of the reasoning suite: what is said, what must follow from it, and what must not.

use super::Reading;
use crate::model::place::{Place, Placed};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One case of a check; all cases of a check must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GraphCase {
    /// Id of its check.
    pub check: String,
    /// What it is about, in words.
    pub case: String,
    /// What the check means, where it is not one of the catalogue.
    pub meaning: Option<String>,
    /// What it is asked under.
    pub profile: CaseProfile,
    /// The declared readings of the profile `rdfs` under which it is asked.
    pub readings: Vec<Reading>,
    /// Whether nothing may follow but what is listed.
    pub exact: bool,
    /// Prefixes of its Turtle and its queries, beside those that every case has.
    pub prefixes: BTreeMap<String, String>,
    /// What is written, and what must hold then; never empty.
    pub steps: Vec<CaseStep>,
    /// Where it is written.
    pub place: Place,
}

/// The profile of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseProfile {
    /// No inference.
    None,
    /// RDFS as declared.
    Rdfs,
    /// RDFS with everything.
    RdfsFull,
}

impl CaseProfile {
    /// The word in a case file.
    pub fn word(self) -> &'static str {
        match self {
            CaseProfile::None => "none",
            CaseProfile::Rdfs => "rdfs",
            CaseProfile::RdfsFull => "rdfs_full",
        }
    }
}

/// One change of the graph and what must hold after it. All texts are Turtle.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CaseStep {
    /// Triples that are added.
    pub insert: Option<Placed<String>>,
    /// Triples that are taken out, before those are added.
    pub delete: Option<Placed<String>>,
    /// Triples that must follow.
    pub follows: Option<Placed<String>>,
    /// Triples that follow in the readings `rules` and `full` only.
    pub follows_by_rules: Option<Placed<String>>,
    /// Triples that must not follow.
    pub absent: Option<Placed<String>>,
    /// Triples that must follow, or else the absence of others proves nothing.
    pub twin: Option<Placed<String>>,
    /// Queries with what they must answer.
    pub questions: Vec<CaseQuestion>,
}

/// A query and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseQuestion {
    /// SPARQL; the prefixes are put before it.
    pub query: Placed<String>,
    /// What is answered.
    pub answer: CaseAnswer,
}

/// What a query must answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseAnswer {
    /// The answer of an `ASK`.
    Boolean(bool),
    /// The number in the only row's only column.
    Number(i64),
    /// Rows as a set, up to the labels of blank nodes: variable and Turtle term.
    Rows(Vec<BTreeMap<String, String>>),
}
