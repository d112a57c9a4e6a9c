//! The digest of a scenario: two runs are compared only when they did the same.

use crate::config::source::digest;
use crate::model::load::{Endpoint, ResourceSource, Scenario, Step, Target};
use crate::model::place::Place;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Digest of each scenario together with what is sent in it, by scenario name.
///
/// Places, addresses and process numbers are left out: moving a line, or the
/// service to another port, does not make it another scenario.
pub(super) fn of(scenarios: &[Scenario], targets: &[Target]) -> BTreeMap<String, String> {
    let targets: Vec<Target> = targets.iter().map(bare_target).collect();
    let digests = scenarios.iter().map(|scenario| {
        let bare = Scenario {
            place: nowhere(),
            ..scenario.clone()
        };
        let whole = json!({ "scenario": bare, "targets": targets });
        (scenario.name.clone(), digest(canonical(&whole).as_bytes()))
    });
    digests.collect()
}

fn bare_target(target: &Target) -> Target {
    let mut target = target.clone();
    target.place = nowhere();
    target.endpoint = Endpoint::Url(String::new());
    target.resources = ResourceSource::Nowhere;
    let steps = target
        .journeys
        .iter_mut()
        .flat_map(|journey| &mut journey.steps);
    steps.chain(&mut target.setup).for_each(bare_step);
    target
}

fn bare_step(step: &mut Step) {
    step.place = nowhere();
}

fn nowhere() -> Place {
    Place {
        file: "".into(),
        line: 0,
        column: 0,
        length: 0,
        key_path: String::new(),
    }
}

/// JSON with sorted keys and no spaces, whatever map `serde_json` was built with.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            let pairs = sorted
                .iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            let items = items.iter().map(canonical);
            format!("[{}]", items.collect::<Vec<_>>().join(","))
        }
        scalar => scalar.to_string(),
    }
}
