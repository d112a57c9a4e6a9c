//! The suite file and the targets file: sections, each read by its own module.

use super::environment::{self, ENVIRONMENT};
use super::form::Form;
use super::node::{Entry, Node};
use super::scenario::{self, SCENARIO, ScenarioEntry};
use super::shape::{Field, Record, Shape, optional, required};
use super::slo::{self, METRICS, SLO, STORAGE, THRESHOLDS};
use super::target::{self, TARGET};
use crate::model::environment::EnvironmentPlan;
use crate::model::load::{Bearer, Target};
use crate::model::place::{Place, Problem};
use crate::model::plan::IssuerPlan;
use crate::model::promise::{BaselineStorage, Metric, RegressionThresholds, Slo};
use std::collections::BTreeMap;

const ENVIRONMENT_FIELD: Field = optional(
    "environment",
    Shape::Record(&ENVIRONMENT),
    "{services: {search: {attach: {url: \"http://127.0.0.1:8080\"}}}}",
    "The services that the suite starts or finds running.",
);
const ISSUER_FIELD: Field = optional(
    "issuer",
    Shape::Record(&ISSUER),
    "{audience: shop}",
    "The suite's own token issuer, for `bearer: {issuer: ...}` and `${issuer.url}`.",
);
const TARGETS: Shape = Shape::Names(Form::Name, &Shape::Record(&TARGET), 1);
const TARGETS_EXAMPLE: &str = "{search: {base_url: \"http://127.0.0.1:8080\", journeys: [{name: read, steps: [{path: /items}]}]}}";

/// A suite file of the kind `performance`.
pub static SUITE: Record = Record {
    name: "suite",
    doc: "A performance suite: what must hold of which service under which load.",
    fields: &[
        optional(
            "kind",
            Shape::Word("kind", &["performance"]),
            "performance",
            "What the suite is; may be left out.",
        ),
        ENVIRONMENT_FIELD,
        ISSUER_FIELD,
        optional(
            "targets",
            TARGETS,
            TARGETS_EXAMPLE,
            "What is sent to each service of `slos`; may stand in `<suite>.targets.yaml` beside the suite.",
        ),
        required(
            "slos",
            Shape::Names(Form::Name, &Shape::Record(&SLO), 1),
            "{search: {p95_latency_ms: 500}}",
            "Limits by service.",
        ),
        required(
            "scenarios",
            Shape::List(&Shape::Record(&SCENARIO), 1),
            "[{name: typical_load, duration_seconds: 60, concurrent_users: 10}]",
            "Loads in order; each one loads every target.",
        ),
        required(
            "metrics",
            Shape::List(&Shape::Word("metric", &METRICS), 1),
            "[p95_latency_ms, throughput_rps, error_rate]",
            "What is measured and reported.",
        ),
        optional(
            "regression_thresholds",
            Shape::Record(&THRESHOLDS),
            "{p95_latency_increase_percent: 20}",
            "How far a run may fall behind the last passed one.",
        ),
        optional(
            "baseline_storage",
            Shape::Record(&STORAGE),
            "{path: baselines}",
            "Where baselines live.",
        ),
        optional(
            "minimum_requests",
            Shape::Whole(1, 1_000_000_000),
            "100",
            "Fewest requests of a service in a scenario for its numbers to mean anything; default 100.",
        ),
        optional(
            "seed",
            Shape::Whole(0, i64::MAX),
            "1",
            "Seed of every random choice that users make; default 1.",
        ),
    ],
    rules: &[],
};

/// A file given with `--targets`, or `<suite>.targets.yaml` beside a suite.
pub static TARGETS_FILE: Record = Record {
    name: "targets_file",
    doc: "Where the services of a suite answer and what is sent to them.",
    fields: &[
        ENVIRONMENT_FIELD,
        ISSUER_FIELD,
        required(
            "targets",
            TARGETS,
            TARGETS_EXAMPLE,
            "What is sent to each service of `slos`.",
        ),
    ],
    rules: &[],
};

static ISSUER: Record = Record {
    name: "issuer",
    doc: "The suite's own token issuer.",
    fields: &[required(
        "audience",
        Shape::Text(Form::Line),
        "shop",
        "The claim `aud` of minted tokens.",
    )],
    rules: &[],
};

/// A suite file, every section typed.
#[derive(Debug, Clone, PartialEq)]
pub struct SuiteFile {
    /// `environment`, `issuer` and `targets`, as far as they stand in the suite.
    pub setting: Setting,
    /// The services of `slos` with the places of their names, in order of the file.
    pub services: Vec<(String, Place)>,
    /// Limits.
    pub slos: Vec<Slo>,
    /// Scenarios in order.
    pub scenarios: Vec<ScenarioEntry>,
    /// Metrics in order.
    pub metrics: Vec<Metric>,
    /// Regression thresholds.
    pub regression: Option<RegressionThresholds>,
    /// Baselines.
    pub baseline: Option<BaselineStorage>,
    /// Fewest judged requests.
    pub minimum_requests: u64,
    /// Seed of random choices.
    pub seed: u64,
}

/// The sections that may also stand in a targets file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Setting {
    /// What is started or found running.
    pub environment: Option<EnvironmentPlan>,
    /// The token issuer.
    pub issuer: Option<IssuerPlan>,
    /// Targets by name; `None` where there was a problem inside.
    pub targets: BTreeMap<String, (Place, Option<Target>)>,
    /// Where `service` of a target stands, by the target's name.
    pub service_places: BTreeMap<String, Place>,
    /// Where each written section stands, by key.
    pub sections: BTreeMap<&'static str, Place>,
    /// Places of tokens and templates that need an issuer.
    pub wants_issuer: Vec<Place>,
}

/// Reads a suite whose shape was checked.
pub fn suite(node: &Node, problems: &mut Vec<Problem>) -> SuiteFile {
    let services = node.get("slos").map(Node::entries).unwrap_or_default();
    let slos: Vec<Slo> = services
        .iter()
        .flat_map(|entry| slo::slos(entry, problems))
        .collect();
    let metrics_node = node.get("metrics");
    let metrics = metrics_node
        .map(|list| slo::metrics(list, problems))
        .unwrap_or_default();
    let regression = node
        .get("regression_thresholds")
        .map(|section| slo::thresholds(section, problems));
    if metrics_node.is_some_and(|list| !list.items().is_empty()) {
        problems.extend(slo::unmeasured(&metrics, &slos, regression.as_ref()));
    }
    SuiteFile {
        setting: setting(node, problems),
        services: services
            .iter()
            .map(|entry| (entry.key.clone(), entry.place.clone()))
            .collect(),
        slos,
        scenarios: scenarios(node.get("scenarios"), problems),
        metrics,
        baseline: baseline(node, problems),
        regression,
        minimum_requests: node
            .get("minimum_requests")
            .and_then(Node::unsigned)
            .unwrap_or(100),
        seed: node.get("seed").and_then(Node::unsigned).unwrap_or(1),
    }
}

/// Reads the sections that a suite and a targets file share.
pub fn setting(node: &Node, problems: &mut Vec<Problem>) -> Setting {
    let has_issuer = node.get("issuer").is_some();
    let mut setting = Setting::default();
    for key in ["environment", "issuer", "targets"] {
        if let Some(entry) = node.entry(key) {
            setting.sections.insert(key, entry.place.clone());
        }
    }
    let environment = node.get("environment");
    setting.environment =
        environment.and_then(|node| environment::environment(node, has_issuer, problems));
    setting.issuer = node.get("issuer").and_then(issuer);
    for entry in node.get("targets").map(Node::entries).unwrap_or_default() {
        let target = target::target(entry, problems);
        if let Some(Bearer::Issuer { .. }) =
            target.as_ref().and_then(|target| target.bearer.as_ref())
        {
            setting.wants_issuer.extend(bearer_place(entry));
        }
        if let Some(service) = entry.value.get("service") {
            let place = service.place.clone();
            setting.service_places.insert(entry.key.clone(), place);
        }
        setting
            .targets
            .insert(entry.key.clone(), (entry.place.clone(), target));
    }
    setting
}

fn bearer_place(target: &Entry) -> Option<Place> {
    let issuer = target.value.get("bearer")?.entry("issuer")?;
    Some(issuer.place.clone())
}

fn issuer(node: &Node) -> Option<IssuerPlan> {
    Some(IssuerPlan {
        audience: node.get("audience")?.text()?.to_owned(),
    })
}

fn scenarios(node: Option<&Node>, problems: &mut Vec<Problem>) -> Vec<ScenarioEntry> {
    let items = node.map(Node::items).unwrap_or_default();
    let read = items
        .iter()
        .filter_map(|item| scenario::entry(item, problems));
    let entries: Vec<ScenarioEntry> = read.collect();
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    for entry in &entries {
        let (name, place) = entry.name();
        if let Some(earlier) = seen.insert(name, place) {
            let message = format!("a second scenario named `{name}`");
            let help = format!(
                "the first stands in line {}; results are kept by name",
                earlier.line
            );
            problems.push(Problem::at(place, message).help(help));
        }
    }
    entries
}

fn baseline(node: &Node, problems: &mut Vec<Problem>) -> Option<BaselineStorage> {
    let Some(entry) = node.entry("baseline_storage") else {
        let compared = [
            "p95_latency_increase_percent",
            "throughput_decrease_percent",
        ];
        let thresholds = node.get("regression_thresholds");
        let first = compared.iter().find_map(|key| thresholds?.entry(key));
        problems.extend(first.map(|threshold| {
            let message = format!("`{}` has no baseline to compare with", threshold.key);
            let help = "add a section\nbaseline_storage:\n  path: baselines";
            Problem::at(&threshold.place, message).help(help)
        }));
        return None;
    };
    slo::storage(entry)
}
