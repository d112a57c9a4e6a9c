//! Plans of whole folders, written for each test.

#![allow(clippy::unwrap_used)]
use super::*;
use crate::model::environment::{Launch, Program};
use crate::model::load::{
    BUILT_IN_VALUES, Bearer, Body, Endpoint, ExtractFrom, ResourceSource, StatusRange,
};
use crate::model::promise::Metric;
use std::time::Duration;

const SUITE: &str = "\
slos:\n  search: {p95_latency_ms: 500, max_error_rate: 0.01}\n\
scenarios:\n  - {name: typical, duration_seconds: 300, concurrent_users: 10, ramp_seconds: 30}\n\
metrics: [p95_latency_ms, error_rate]\n";
const TARGETS: &str = "\
targets:\n  search:\n    base_url: http://127.0.0.1:8080/\n    \
journeys:\n      - {name: read, steps: [{path: '/items/${user}'}]}\n";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn planned(
    files: &[(&str, &str)],
    targets: Option<&str>,
    profile: Profile,
) -> Result<Plan, PlanProblems> {
    let folder = folder(files);
    plan(&PlanRequest {
        suite: folder.path().join("suites/a.yaml"),
        targets: targets.map(|name| folder.path().join(name)),
        profile,
        only: Vec::new(),
        strict: false,
    })
}

fn digest_of(suite: &str, targets: &str, profile: Profile) -> String {
    let files = [("suites/a.yaml", suite), ("suites/a.targets.yaml", targets)];
    let plan = planned(&files, None, profile).unwrap();
    plan.performance.scenario_digests["typical"].clone()
}

#[test]
fn targets_are_found_beside_the_suite() {
    let files = [("suites/a.yaml", SUITE), ("suites/a.targets.yaml", TARGETS)];
    let plan = planned(&files, None, Profile::Full).unwrap();
    assert_eq!(plan.suite, "a");
    assert_eq!(plan.sources.len(), 2);
    let target = &plan.performance.targets[0];
    assert_eq!(
        target.endpoint,
        Endpoint::Url("http://127.0.0.1:8080".into())
    );
    assert_eq!(target.resources, ResourceSource::Nowhere);
    assert_eq!(target.journeys[0].steps[0].name, "GET /items/${user}");
    assert_eq!(BUILT_IN_VALUES[0], "user");
    let slo = &plan.performance.slos[0];
    assert_eq!((slo.metric, slo.limit), (Metric::P95LatencyMs, 500.0));
    assert_eq!(
        (slo.place.line, slo.place.column, slo.place.length),
        (2, 12, 14)
    );
    assert_eq!(slo.place.key_path, "slos.search.p95_latency_ms");
    assert_eq!(
        plan.performance.scenarios[0].warmup,
        Duration::from_secs(10)
    );
}

#[test]
fn a_given_targets_file_wins() {
    let other = TARGETS.replace("8080", "9090");
    let both = format!("{TARGETS}{SUITE}");
    let files = [("suites/a.yaml", both.as_str()), ("other.yaml", &other)];
    let plan = planned(&files, Some("other.yaml"), Profile::Full).unwrap();
    let endpoint = &plan.performance.targets[0].endpoint;
    assert_eq!(endpoint, &Endpoint::Url("http://127.0.0.1:9090".into()));
}

#[test]
fn services_are_not_started_for_targets_that_run_elsewhere() {
    let own = "environment: {services: {s: {command: [./s], port_variable: PORT}}}\n";
    let suite = format!(
        "{own}{SUITE}{}",
        TARGETS.replace("base_url: http://127.0.0.1:8080/", "service: s")
    );
    let files = [("suites/a.yaml", suite.as_str()), ("other.yaml", TARGETS)];
    let plan = planned(&files, None, Profile::Full).unwrap();
    assert_eq!(plan.environment.services.len(), 1);
    let plan = planned(&files, Some("other.yaml"), Profile::Full).unwrap();
    assert!(plan.environment.services.is_empty());
}

#[test]
fn an_attached_service_without_a_process_cannot_be_sampled() {
    let own = "environment: {services: {s: {attach: {url: 'http://127.0.0.1:1'}}}}\n";
    let suite = SUITE.replace("error_rate]", "error_rate, cpu_percent]");
    let suite = format!(
        "{own}{suite}{}",
        TARGETS.replace("base_url: http://127.0.0.1:8080/", "service: s")
    );
    let wrong = planned(&[("suites/a.yaml", &suite)], None, Profile::Full).unwrap_err();
    assert!(wrong.problems[0].message.contains("whose cpu_percent"));
    let suite = suite.replace("'http://127.0.0.1:1'", "'http://127.0.0.1:1', pid: 1");
    planned(&[("suites/a.yaml", &suite)], None, Profile::Full).unwrap();
}

#[test]
fn a_suite_without_targets_is_told_what_to_write() {
    let wrong = planned(&[("suites/a.yaml", SUITE)], None, Profile::Full).unwrap_err();
    assert_eq!(wrong.problems.len(), 1);
    let problem = &wrong.problems[0];
    assert_eq!(problem.place.as_ref().unwrap().key_path, "slos.search");
    let help = problem.help.as_ref().unwrap();
    assert!(help.contains("suites/a.targets.yaml"), "{help}");
    // What the help shows is itself a good targets file.
    let start = help.find("targets:\n").unwrap();
    let files = [
        ("suites/a.yaml", SUITE),
        ("suites/a.targets.yaml", &help[start..]),
    ];
    planned(&files, None, Profile::Full).unwrap();
}

#[test]
fn scenarios_are_found_beside_the_suites() {
    let suite = SUITE.replace(
        "duration_seconds: 300, concurrent_users: 10, ramp_seconds: 30",
        "",
    );
    let suite = suite.replace("typical, ", "typical");
    let scenario = "name: typical\nstages: [{users: 5, duration_seconds: 20}, {users: 9, duration_seconds: 20}]\n";
    let files = [
        ("suites/a.yaml", suite.as_str()),
        ("suites/a.targets.yaml", TARGETS),
        ("scenarios/load/typical.yaml", scenario),
    ];
    let plan = planned(&files, None, Profile::Quick).unwrap();
    let scenario = &plan.performance.scenarios[0];
    assert_eq!(
        (scenario.users, scenario.duration),
        (9, Duration::from_secs(10))
    );
    assert_eq!(scenario.stages[1].duration, Duration::from_secs(5));
    let wrong = planned(&files[..2], None, Profile::Full).unwrap_err();
    assert_eq!(wrong.problems[0].message, "no scenario named `typical`");
}

#[test]
fn the_quick_profile_shortens_in_proportion() {
    let files = [("suites/a.yaml", SUITE), ("suites/a.targets.yaml", TARGETS)];
    let plan = planned(&files, None, Profile::Quick).unwrap();
    let scenario = &plan.performance.scenarios[0];
    let lengths = [scenario.duration, scenario.ramp, scenario.warmup].map(|d| d.as_millis());
    assert_eq!(lengths, [10_000, 1_000, 333]);
}

#[test]
fn a_digest_is_of_what_is_done_and_not_of_where_it_is_written() {
    let full = digest_of(SUITE, TARGETS, Profile::Full);
    assert!(full.starts_with("sha256:") && full.len() == 71);
    assert_eq!(
        full,
        digest_of(&format!("# moved\n\n{SUITE}"), TARGETS, Profile::Full)
    );
    assert_eq!(
        full,
        digest_of(SUITE, &TARGETS.replace("8080", "9090"), Profile::Full)
    );
    assert_eq!(
        full,
        digest_of(&SUITE.replace("0.01", "0.02"), TARGETS, Profile::Full)
    );
    for other in [
        digest_of(SUITE, TARGETS, Profile::Quick),
        digest_of(
            &SUITE.replace("users: 10", "users: 11"),
            TARGETS,
            Profile::Full,
        ),
        digest_of(SUITE, &TARGETS.replace("/items", "/things"), Profile::Full),
    ] {
        assert_ne!(full, other);
    }
}

#[test]
fn suites_of_a_folder() {
    let folder = folder(&[
        ("s/b.yaml", ""),
        ("s/a.yml", ""),
        ("s/a.targets.yaml", ""),
        ("s/c.txt", ""),
    ]);
    let found = discover(&folder.path().join("s"));
    let names: Vec<_> = found
        .iter()
        .map(|path| path.file_name().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["a.yml", "b.yaml"]);
    assert!(discover(Path::new("/nowhere")).is_empty());
}

#[test]
fn the_format_that_users_have_is_read_unchanged() {
    let files = [
        (
            "suites/a.yaml",
            include_str!("../../tests/compat/perf_config.yaml"),
        ),
        (
            "targets.yaml",
            include_str!("../../tests/compat/targets.yaml"),
        ),
    ];
    let plan = planned(&files, Some("targets.yaml"), Profile::Full).unwrap();
    let work = &plan.performance;
    assert_eq!(
        (work.targets.len(), work.slos.len(), work.scenarios.len()),
        (3, 15, 3)
    );
    assert_eq!(work.metrics, Metric::ALL);
    let regression = work.regression.as_ref().unwrap();
    assert_eq!(regression.error_rate_absolute.as_ref().unwrap().value, 0.05);
    assert_eq!(
        work.baseline.as_ref().unwrap().path,
        "tests/performance/baselines"
    );
    let wrong = planned(&files[..1], None, Profile::Full).unwrap_err();
    assert_eq!(wrong.problems.len(), 3);
}

#[test]
fn the_shipped_suite_says_what_it_means() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("../suites/performance.yaml");
    let request = PlanRequest {
        suite,
        targets: None,
        profile: Profile::Full,
        only: Vec::new(),
        strict: false,
    };
    let plan = plan(&request).unwrap();
    let names: Vec<_> = plan
        .environment
        .services
        .iter()
        .map(|s| s.name.as_str())
        .collect();
    assert_eq!(names, ["knowledge-graph", "workbench-bff"]);
    let Launch::Process(process) = &plan.environment.services[1].launch else {
        panic!("not started here");
    };
    let Program::Cargo(program) = &process.program else {
        panic!("not a cargo binary");
    };
    let variant = program.variant.as_ref().unwrap();
    assert_eq!(
        (variant.when_set.as_str(), variant.binary.as_str()),
        ("PLATFORM_FAULT", "platform-seeded")
    );
    assert_eq!(process.port_variable.as_deref(), Some("PORT"));
    let url = &process.environment["KNOWLEDGE_GRAPH_URL"];
    assert_eq!(
        url.holes().collect::<Vec<_>>(),
        ["service.knowledge-graph.url"]
    );
    let api = plan
        .performance
        .targets
        .iter()
        .find(|t| t.name == "workbench_api")
        .unwrap();
    assert!(matches!(&api.bearer, Some(Bearer::Issuer { subject, .. }) if subject == "load-user"));
    assert_eq!(
        api.resources,
        ResourceSource::Service("workbench-bff".into())
    );
    let create = &api.journeys[0].steps[0];
    let Body::Json(body) = &create.body else {
        panic!("no JSON")
    };
    let sent = body.fill(|_| Some("7")).unwrap();
    assert_eq!(
        sent,
        r#"{"labels":{"made_by":"load"},"name":"workspace 7"}"#
    );
    assert_eq!(
        create.status,
        [StatusRange {
            first: 201,
            last: 201
        }]
    );
    assert_eq!(create.extract[0].from, ExtractFrom::Json("/id".into()));
    assert_eq!(plan.sources.len(), 4);
    // What is stored in evidence comes back as it was.
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
}
