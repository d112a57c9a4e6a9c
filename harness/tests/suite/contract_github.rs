//! `kind: contract_github` as people run it: the reference platform passes, and whoever does nothing right passes nothing.

use crate::contents_service;
use crate::support::{Behaviour, Project, Server};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

/// The suite of the reference platform, with the program that lies beside the one that is tested.
fn reference_suite() -> String {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../suites/contract_github.yaml"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_proofhouse")).with_file_name("platform");
    assert!(
        binary.exists(),
        "{} is not built: `cargo build --workspace`",
        binary.display()
    );
    let (before, rest) = text.split_once("    cargo:\n").unwrap();
    let (_, after) = rest.split_once("    args:").unwrap();
    format!(
        "{before}    command: [\"{}\"]\n    args:{after}",
        binary.display()
    )
}

/// Verdict and what was seen, by check.
fn decided(project: &Project) -> BTreeMap<String, (String, String)> {
    let report = project.report();
    let checks = report["checks"].as_array().unwrap();
    let text = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    let one = |check: &Value| {
        let told = (text(check, "verdict"), text(check, "saw"));
        (text(check, "id"), told)
    };
    checks.iter().map(one).collect()
}

fn of_verdict(decided: &BTreeMap<String, (String, String)>, verdict: &str) -> BTreeSet<String> {
    let found = decided.iter().filter(|(_, (word, _))| word == verdict);
    found.map(|(id, _)| id.clone()).collect()
}

#[test]
fn the_reference_platform_passes_every_check_that_it_can_be_asked() {
    let project = Project::new();
    project.write("suites/contract_github.yaml", &reference_suite());
    let screen = project.run(&["run", "contract_github"]);
    screen.expect_code(0);
    let decided = decided(&project);
    assert_eq!(decided.len(), 68, "{decided:#?}");
    // What it does not offer, and the search that it does not use.
    let skipped = ["B6", "C6", "D12", "F12"].map(str::to_owned);
    assert_eq!(of_verdict(&decided, "skipped"), skipped.into());
    assert_eq!(of_verdict(&decided, "pass").len(), 64, "{decided:#?}");
}

/// An address that nobody uses.
fn free() -> SocketAddr {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap()
}

/// A suite for a service that is there already.
fn attached(url: &str) -> String {
    attached_with(url, free())
}

fn attached_with(url: &str, listen: SocketAddr) -> String {
    format!(
        "kind: contract_github
target:
  attach: {{url: \"{url}\"}}
github:
  trigger:
    path: /fix
    body: {{id: \"${{id}}\", title: \"${{title}}\", text: \"${{text}}\", files: \"${{files}}\"}}
    file: {{path: \"${{path}}\", content: \"${{content_base64}}\"}}
  answer: {{number: /number, url: /url}}
  time_bound_seconds: 1
  min_wait_scale: 0.001
  fake: {{listen: \"{listen}\", token: ghp_throwaway}}
"
    )
}

/// Runs the suite against a service that does nothing right, and answers what was decided.
fn judged(url: &str) -> BTreeMap<String, (String, String)> {
    let project = Project::new();
    project.write("suites/small.yaml", &attached(url));
    let screen = project.run(&["run", "small"]);
    assert!(
        matches!(screen.code, 1 | 3),
        "{}\n{}",
        screen.out,
        screen.err
    );
    let decided = decided(&project);
    assert_eq!(decided.len(), 68);
    for verdict in ["pass", "warn"] {
        let good = of_verdict(&decided, verdict);
        let soft = |id: &String| verdict == "warn" && !decided[id].1.is_empty();
        assert!(
            good.iter().all(soft),
            "{url}: {verdict} of {good:?}\n{decided:#?}"
        );
    }
    let silent = decided.iter().find(|(_, (_, saw))| saw.is_empty());
    assert_eq!(silent, None, "it does not say what is the matter");
    decided
}

#[test]
fn who_always_agrees_passes_nothing() {
    let server = Server::start(Behaviour::ok(0));
    let decided = judged(&server.url);
    assert!(
        decided["D1"].1.contains("number") || decided["D1"].1.contains("new open"),
        "{decided:#?}"
    );
    assert!(decided["A4"].1.contains("attached"), "{:?}", decided["A4"]);
}

#[test]
fn who_always_fails_passes_nothing() {
    let server = Server::start(Behaviour {
        status: 500,
        body: r#"{"error":"internal"}"#.into(),
        ..Behaviour::ok(0)
    });
    let decided = judged(&server.url);
    assert!(decided["B1"].1.contains("500"), "{:?}", decided["B1"]);
}

#[test]
fn who_refuses_everything_passes_nothing() {
    let server = Server::start(Behaviour {
        status: 422,
        body: r#"{"error":"validation_failed","message":"no"}"#.into(),
        ..Behaviour::ok(0)
    });
    let decided = judged(&server.url);
    // Its refusal of a bad path is worth nothing: it refuses the good one, too.
    assert_eq!(decided["B13"].0, "error", "{:?}", decided["B13"]);
}

#[test]
fn who_never_answers_passes_nothing() {
    let mut slow = Behaviour::ok(0);
    slow.delay = Duration::from_secs(600);
    let server = Server::start(slow);
    let decided = judged(&server.url);
    assert!(
        decided["B1"].1.contains("no answer within 6 s"),
        "{:?}",
        decided["B1"]
    );
}

#[test]
fn who_is_not_there_passes_nothing() {
    let decided = judged(&format!("http://{}", free()));
    assert!(
        decided["B1"].1.contains("nothing answers"),
        "{:?}",
        decided["B1"]
    );
}

#[test]
fn the_way_of_contents_is_as_right_as_the_way_of_git_data() {
    let listen = free();
    let service = contents_service::start(format!("http://{listen}"));
    let project = Project::new();
    project.write("suites/small.yaml", &attached_with(&service.url, listen));
    let right = [
        "A1", "A2", "A5", "B1", "B2", "B4", "B5", "B7", "B9", "C1", "D1", "D2",
    ];
    let asked = format!("{},B8", right.join(","));
    project.run(&["run", "small", "--only", &asked]);
    let decided = decided(&project);
    let wanted: BTreeSet<String> = right.map(str::to_owned).into();
    assert_eq!(of_verdict(&decided, "pass"), wanted, "{decided:#?}");
    // A commit for each file is allowed, and not the best.
    assert_eq!(decided["B8"].0, "warn", "{:?}", decided["B8"]);
}

#[test]
fn mistakes_of_the_section_are_told_together() {
    let project = Project::new();
    let text = attached("http://127.0.0.1:1")
        .replace("text: \"${text}\"", "text: \"${words}\"")
        .replace("url: /url}", "url: /url, words: {limited: [slow]}}")
        .replace(
            "  time_bound",
            "  audit: {source: log, fields: {who: /actor}}\n  time_bound",
        );
    project.write("suites/small.yaml", &text);
    project
        .run(&["check", "suites/small.yaml"])
        .expect_code(2)
        .expect(&["${words}", "`limited`", "`who`"]);
    let text = attached("http://127.0.0.1:1");
    let lines = text.lines().filter(|line| !line.contains("fake:"));
    let without = lines.collect::<Vec<_>>().join("\n");
    project.write("suites/small.yaml", &without);
    project
        .run(&["check", "suites/small.yaml"])
        .expect_code(2)
        .expect(&["`attach` without `github.fake`"]);
}
