//! The report as the gate sees it: borrowed from its bytes, every key that is needed asked for.

use crate::model::facts::CheckFacts;
use crate::model::plan::Profile;
use crate::model::report::{Counts, EvidenceFile};
use crate::model::verdict::Verdict;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;

#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

impl Text<'_> {
    pub fn owned(self) -> String {
        self.0.into_owned()
    }
}

/// A key that may be `null` but must be there.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}

/// What families of suites add to a report is theirs; what is read here must be there.
#[derive(Deserialize)]
pub(super) struct Seen<'a> {
    #[serde(borrow)]
    pub schema: Text<'a>,
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(borrow)]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub suite: Text<'a>,
    pub subject: SeenSubject,
    #[serde(borrow)]
    pub config: Vec<SeenSource<'a>>,
    #[serde(borrow)]
    pub environment: SeenEnvironment<'a>,
    pub run: SeenRun,
    pub profile: Profile,
    pub fit_for_release: bool,
    pub unfit_reasons: Vec<String>,
    pub verdict: Verdict,
    #[serde(deserialize_with = "super::seen_check::all")]
    pub checks: Vec<CheckFacts>,
    pub evidence: Vec<EvidenceFile>,
    pub counts: Counts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeenSubject {
    #[serde(deserialize_with = "present")]
    pub commit: Option<String>,
    pub dirty: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeenSource<'a> {
    #[serde(borrow)]
    pub path: Text<'a>,
    #[serde(borrow)]
    pub digest: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct SeenEnvironment<'a> {
    #[serde(borrow)]
    pub services: Vec<SeenService<'a>>,
}

#[derive(Deserialize)]
pub(super) struct SeenService<'a> {
    #[serde(borrow, deserialize_with = "present")]
    pub program_digest: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "present")]
    pub variant: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct SeenRun {
    pub started_at: Timestamp,
    #[serde(deserialize_with = "present")]
    pub finished_at: Option<Timestamp>,
}
