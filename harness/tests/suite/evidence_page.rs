//! The tables of `docs/howto/evidence.md` say what the suite and the scenarios say.

use serde_json::Value;
use std::path::Path;

fn text(file: &str) -> String {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(house.join(file)).unwrap()
}

fn yaml(file: &str) -> Value {
    serde_saphyr::from_str(&text(file)).unwrap()
}

/// The rows of the table below a mark, without their last cell where that is prose.
fn table(mark: &str, cells: usize) -> Vec<Vec<String>> {
    let page = text("docs/howto/evidence.md");
    let (_, rest) = page.split_once(&format!("<!-- {mark}: ")).unwrap();
    let lines = rest
        .lines()
        .skip(3)
        .take_while(|line| line.starts_with('|'));
    let cell = |cell: &str| cell.trim().trim_matches('`').to_owned();
    let row = |line: &str| {
        line.trim_matches('|')
            .split('|')
            .take(cells)
            .map(cell)
            .collect()
    };
    lines.map(row).collect()
}

/// A number as the page writes it.
fn number(value: &Value) -> String {
    if value.is_null() {
        "0".to_owned()
    } else {
        value.to_string()
    }
}

#[test]
fn the_slos_are_those_of_the_suite() {
    let suite = yaml("suites/performance.yaml");
    let slos = suite["slos"].as_object().unwrap();
    let keys = [
        "p50_latency_ms",
        "p95_latency_ms",
        "p99_latency_ms",
        "min_throughput_rps",
        "max_error_rate",
    ];
    let mut wanted: Vec<Vec<String>> = Vec::new();
    for (service, limits) in slos {
        assert_eq!(limits.as_object().unwrap().len(), keys.len(), "{service}");
        let limits = keys.iter().map(|key| number(&limits[key]));
        wanted.push([service.clone()].into_iter().chain(limits).collect());
    }
    let mut told = table("slos", 6);
    told.sort();
    wanted.sort();
    assert_eq!(told, wanted);
}

#[test]
fn the_scenarios_are_those_of_their_files() {
    let told = table("scenarios", 4);
    let suite = yaml("suites/performance.yaml");
    let named = suite["scenarios"].as_array().unwrap();
    assert_eq!(told.len(), named.len());
    for (row, scenario) in told.iter().zip(named) {
        let name = scenario["name"].as_str().unwrap();
        let file = yaml(&format!("scenarios/load/{name}.yaml"));
        let keys = ["concurrent_users", "duration_seconds", "ramp_seconds"];
        let numbers = keys.iter().map(|key| number(&file[key]));
        let wanted: Vec<String> = [name.to_owned()].into_iter().chain(numbers).collect();
        assert_eq!(row, &wanted);
    }
}

#[test]
fn the_thresholds_are_those_of_the_suite() {
    let suite = yaml("suites/performance.yaml");
    let thresholds = suite["regression_thresholds"].as_object().unwrap();
    let mut wanted: Vec<Vec<String>> = thresholds
        .iter()
        .map(|(key, value)| vec![key.clone(), number(value)])
        .collect();
    let mut told = table("regression", 2);
    told.sort();
    wanted.sort();
    assert_eq!(told, wanted);
}
