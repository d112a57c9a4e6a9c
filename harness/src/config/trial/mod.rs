//! Black-box suites: what all of them share, and one table a kind.

pub mod auth;
pub mod drift;
mod drift_tables;
pub mod github;
pub mod guard;
pub mod reasoning;
mod target;
mod waiver;

use super::environment::{self, ENVIRONMENT};
use super::node::Node;
use super::shape::{Field, Record, Shape, optional, required};
use crate::model::environment::EnvironmentPlan;
use crate::model::place::{Place, Problem};
use crate::model::trial::plan::{Asks, TargetPlan, Waiver};
use target::TARGET;
use waiver::WAIVER;

const ENVIRONMENT_FIELD: Field = optional(
    "environment",
    Shape::Record(&ENVIRONMENT),
    "{services: {store: {attach: {url: \"http://127.0.0.1:8080\"}}}}",
    "What the target needs beside it; started before the first check.",
);
const TARGET_FIELD: Field = required(
    "target",
    Shape::Record(&TARGET),
    "{attach: {url: \"http://127.0.0.1:8080\"}}",
    "The service that is judged.",
);
const STRICT_FIELD: Field = optional(
    "strict",
    Shape::Boolean,
    "true",
    "Whether warnings, and musts that were not asked, fail; default false.",
);
const WAIVERS: Shape = Shape::List(&Shape::Record(&WAIVER), 1);
const WAIVERS_FIELD: Field = optional(
    "waivers",
    WAIVERS,
    "[{check: JB-10, reason: refresh ahead is planned, expires: 2027-01-31}]",
    "Failures that are known and allowed for a time.",
);

const fn kind_field(word: &'static [&'static str; 1]) -> Field {
    required(
        "kind",
        Shape::Word("kind", word),
        word[0],
        "What the suite is.",
    )
}

/// The kinds of black-box suites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialKind {
    /// A service that verifies JWTs.
    ContractAuth,
    /// A service that opens pull requests.
    ContractGithub,
    /// A knowledge graph that infers.
    Reasoning,
    /// Declared against observed behaviour.
    Drift,
    /// Refusal of wrong production environments.
    ProductionGuard,
}

impl TrialKind {
    /// All kinds.
    pub const ALL: [TrialKind; 5] = [
        TrialKind::ContractAuth,
        TrialKind::ContractGithub,
        TrialKind::Reasoning,
        TrialKind::Drift,
        TrialKind::ProductionGuard,
    ];

    /// The word after `kind:`.
    pub fn word(self) -> &'static str {
        match self {
            TrialKind::ContractAuth => "contract_auth",
            TrialKind::ContractGithub => "contract_github",
            TrialKind::Reasoning => "reasoning",
            TrialKind::Drift => "drift",
            TrialKind::ProductionGuard => "production_guard",
        }
    }

    /// The tables that the file's root can follow.
    pub fn roots(self) -> &'static [&'static Record] {
        static ROOTS: [[&Record; 1]; 5] = [
            [&CONTRACT_AUTH],
            [&CONTRACT_GITHUB],
            [&REASONING],
            [&DRIFT],
            [&PRODUCTION_GUARD],
        ];
        let at = Self::ALL.iter().position(|kind| *kind == self);
        at.map_or(&[], |at| &ROOTS[at])
    }

    /// The key of the section that only this kind has.
    fn section(self) -> &'static str {
        match self {
            TrialKind::ContractAuth => "auth",
            TrialKind::ContractGithub => "github",
            TrialKind::Reasoning => "reasoning",
            TrialKind::Drift => "drift",
            TrialKind::ProductionGuard => "guard",
        }
    }

    /// Holes that the suite itself can fill in the target's arguments and variables.
    fn offers(self) -> &'static [&'static str] {
        match self {
            TrialKind::ContractAuth | TrialKind::ProductionGuard => &auth::OFFERS,
            TrialKind::ContractGithub => &github::OFFERS,
            TrialKind::Reasoning | TrialKind::Drift => &[],
        }
    }

    fn asks(self, node: &Node, problems: &mut Vec<Problem>) -> Option<Asks> {
        Some(match self {
            TrialKind::ContractAuth => Asks::Auth(Box::new(auth::auth(node, problems)?)),
            TrialKind::ContractGithub => Asks::Github(Box::new(github::github(node, problems)?)),
            TrialKind::Reasoning => {
                Asks::Reasoning(Box::new(reasoning::reasoning(node, problems)?))
            }
            TrialKind::Drift => Asks::Drift(Box::new(drift::drift(node, problems)?)),
            TrialKind::ProductionGuard => Asks::Guard(Box::new(guard::guard(node, problems)?)),
        })
    }
}

macro_rules! trial_record {
    ($name:ident, $word:literal, $doc:literal, $section:expr) => {
        #[doc = $doc]
        pub static $name: Record = Record {
            name: $word,
            doc: $doc,
            fields: &[
                kind_field(&[$word]),
                ENVIRONMENT_FIELD,
                TARGET_FIELD,
                $section,
                STRICT_FIELD,
                WAIVERS_FIELD,
            ],
            rules: &[],
        };
    };
}

trial_record!(
    CONTRACT_AUTH,
    "contract_auth",
    "A suite for a service that verifies JWTs.",
    auth::FIELD
);
trial_record!(
    CONTRACT_GITHUB,
    "contract_github",
    "A suite for a service that opens pull requests on GitHub.",
    github::FIELD
);
trial_record!(
    REASONING,
    "reasoning",
    "A suite for a knowledge graph that infers by RDFS.",
    reasoning::FIELD
);
trial_record!(
    DRIFT,
    "drift",
    "A gate of declared against observed behaviour.",
    drift::FIELD
);
trial_record!(
    PRODUCTION_GUARD,
    "production_guard",
    "A suite for a service that refuses wrong production environments.",
    guard::FIELD
);

/// A black-box suite file, every section typed.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialFile {
    /// What it is.
    pub kind: TrialKind,
    /// What the target needs beside it.
    pub environment: EnvironmentPlan,
    /// The service that is judged; `None` where there was a problem inside.
    pub target: Option<TargetPlan>,
    /// What only this kind has; `None` where there was a problem inside.
    pub asks: Option<Asks>,
    /// Whether warnings fail.
    pub strict: bool,
    /// Waivers in order of the file.
    pub waivers: Vec<Waiver>,
    /// Where the kind's own section stands.
    pub place: Place,
}

/// Reads a black-box suite whose shape was checked.
pub fn file(kind: TrialKind, node: &Node, problems: &mut Vec<Problem>) -> TrialFile {
    let environment = node.get("environment");
    let environment = environment.and_then(|node| environment::environment(node, false, problems));
    let environment = environment.unwrap_or_default();
    let names: Vec<&str> = environment
        .services
        .iter()
        .map(|s| s.name.as_str())
        .collect();
    let target = node.entry("target");
    let target = target.and_then(|entry| target::target(entry, &names, kind.offers(), problems));
    let section = node.entry(kind.section());
    let asks = section.and_then(|entry| kind.asks(&entry.value, problems));
    problems.extend(github::without_fake(asks.as_ref(), target.as_ref()));
    TrialFile {
        kind,
        target,
        asks,
        strict: node.get("strict").and_then(Node::boolean).unwrap_or(false),
        waivers: waiver::waivers(node.get("waivers"), problems),
        place: section.map_or_else(|| node.place.clone(), |entry| entry.place.clone()),
        environment,
    }
}
