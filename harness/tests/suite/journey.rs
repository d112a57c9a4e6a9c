//! From a suite to a verdict: the whole way, with the real program and real load.

use crate::support::{Behaviour, Project, Server, until};
use nix::sys::signal::Signal;

/// A suite of one target and one short scenario.
pub fn suite(url: &str, limits: &str, seconds: u32) -> String {
    format!(
        "targets:
  search:
    base_url: {url}
    think_time: {{min_ms: 5, max_ms: 15}}
    timeout_ms: 2000
    journeys:
      - name: look
        steps:
          - {{name: look, path: /search, status: 200, expect: {{json: {{/status: ok}}}}}}
slos:
  search:
{limits}
scenarios:
  - {{name: short, duration_seconds: {seconds}, concurrent_users: 5, warmup_seconds: 1}}
metrics: [p50_latency_ms, p95_latency_ms, p99_latency_ms, throughput_rps, error_rate]
regression_thresholds:
  p95_latency_increase_percent: 50
  throughput_decrease_percent: 40
  error_rate_absolute: 0.05
baseline_storage: {{enabled: true, path: baselines, comparison_mode: last_passed}}
minimum_requests: 50
"
    )
}

const EASY: &str = "    p95_latency_ms: 400\n    min_throughput_rps: 10\n    max_error_rate: 0.01";

#[test]
fn load_first_run_stores_the_baseline_and_the_second_compares() {
    let server = Server::start(Behaviour::ok(20));
    let project = Project::new();
    project.write("suites/shop.yaml", &suite(&server.url, EASY, 4));

    project
        .run(&["run", "shop"])
        .expect_code(0)
        .expect(&["pass", "first", "baseline"]);
    assert_eq!(project.baselines().len(), 1);
    let first = project.report();
    assert_eq!(first["schema"], "proofhouse.report/1");
    let p95 = first["measurements"][0]["p95_latency_ms"].as_f64().unwrap();
    assert!(
        (20.0..100.0).contains(&p95),
        "p95 of a 20 ms server is {p95} ms"
    );

    project.run(&["run", "shop"]).expect_code(0);
    let second = project.report();
    let compared = |check: &&serde_json::Value| check["id"] == "search/short/p95/last_passed";
    let check = second["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(compared)
        .unwrap();
    assert_eq!(check["verdict"], "pass");
    assert_eq!(check["baseline"]["run_id"], first["id"]);
    assert_eq!(project.baselines().len(), 2);

    // The evidence alone decides again, and in the same way.
    project.run(&["judge"]).expect_code(0).expect(&["pass"]);
    let detail = project.run(&["judge", "--check", "search/short/p95", "--detail"]);
    detail
        .expect_code(0)
        .expect(&["search/short/p95/slo", "second  requests"]);
    crate::reports::of_a_real_run(&project);
    let listed = project.run(&["baseline", "list"]);
    listed.expect_code(0).expect(&["short"]);
}

#[test]
fn load_a_slow_service_fails_with_place_and_never_becomes_a_baseline() {
    let server = Server::start(Behaviour::ok(60));
    let project = Project::new();
    let limits = "    p95_latency_ms: 30\n    min_throughput_rps: 10\n    max_error_rate: 0.01";
    project.write("suites/shop.yaml", &suite(&server.url, limits, 4));
    let screen = project.run(&["run", "shop"]);
    screen
        .expect_code(1)
        .expect(&["search", "short", "p95", "30 ms", "suites/shop.yaml:12:5"]);
    assert!(project.baselines().is_empty());
    assert_eq!(project.report()["verdict"], "fail");
    // Whatever the format, the exit code is the verdict's.
    project
        .run(&["report", "--format", "junit"])
        .expect_code(1)
        .expect(&["<failure"]);
}

#[test]
fn load_errors_are_counted_and_fail() {
    let behaviour = Behaviour {
        status: 500,
        ..Behaviour::ok(5)
    };
    let server = Server::start(behaviour);
    let project = Project::new();
    project.write("suites/shop.yaml", &suite(&server.url, EASY, 3));
    let screen = project.run(&["run", "shop"]);
    screen.expect_code(1).expect(&["status 500"]);
    assert!(project.baselines().is_empty());
}

#[test]
fn load_nobody_there_is_never_a_pass() {
    let project = Project::new();
    let url = {
        // A port on which nothing listens any more.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    project.write("suites/shop.yaml", &suite(&url, EASY, 2));
    let screen = project.run(&["run", "shop"]);
    assert!(matches!(screen.code, 1 | 3), "{screen:?}");
    screen.expect(&["none of", "was answered", "TARGET_NEVER_ANSWERED"]);
    assert!(project.baselines().is_empty());
}

#[test]
fn load_an_interrupted_run_keeps_its_evidence_and_judges_nothing() {
    let server = Server::start(Behaviour::ok(5));
    let project = Project::new();
    project.write("suites/shop.yaml", &suite(&server.url, EASY, 60));
    let mut running = project.start(&["run", "shop"]);
    let requests = || server.requests.load(std::sync::atomic::Ordering::Relaxed);
    until("load arrives", || requests() > 200);
    running.signal(Signal::SIGINT);
    assert_eq!(running.wait(), 130);
    let folder = project.latest();
    let evidence = std::fs::read_to_string(folder.join("evidence.jsonl")).unwrap();
    assert!(evidence.contains("\"interrupted\""), "{evidence}");
    assert!(evidence.contains("run_finished"));
    assert!(!folder.join("report.json").exists());
    assert!(project.baselines().is_empty());
    project
        .run(&["judge"])
        .expect_code(130)
        .expect(&["interrupted"]);
}

#[test]
fn load_a_quick_report_is_not_fit_for_release() {
    let server = Server::start(Behaviour::ok(5));
    let project = Project::new();
    project.write("suites/shop.yaml", &suite(&server.url, EASY, 60));
    project
        .run(&["run", "shop", "--profile", "quick"])
        .expect_code(0)
        .expect(&["not fit for release"]);
    assert_eq!(project.report()["fit_for_release"], false);
}

#[test]
fn load_kill_9_leaves_no_half_written_baseline() {
    let server = Server::start(Behaviour::ok(5));
    let project = Project::new();
    project.write("suites/shop.yaml", &suite(&server.url, EASY, 2));
    for _ in 0..3 {
        let before = std::fs::read_dir(project.path().join("target/proofhouse/runs"))
            .map_or(0, Iterator::count);
        let mut running = project.start(&["run", "shop"]);
        let runs = || {
            std::fs::read_dir(project.path().join("target/proofhouse/runs"))
                .map_or(0, Iterator::count)
        };
        until("the run has begun", || runs() > before);
        // Reports come just before the baseline: the blow falls while it is written.
        until("the report is there", || {
            project.latest_file("report.json").is_some()
        });
        running.kill_9();
    }
    for path in project.baselines() {
        let text = std::fs::read_to_string(&path).unwrap();
        let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            whole["schema"],
            "proofhouse.baseline/1",
            "{}",
            path.display()
        );
    }
    project.run(&["baseline", "list"]).expect_code(0);
}
