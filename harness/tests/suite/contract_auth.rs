//! The suite for services that verify JWTs, put to services that are wrong as a whole, and to the reference platform.

use crate::support::{Project, Screen};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;

/// Checks of every kind that a careless suite would let pass: most of them only want a refusal.
const ASKED: &str = "AB-2,AB-3,AB-5,AB-7,AB-12,ST-1,ST-5,AL-1,AL-5,AL-8,HD-1,HD-2,CL-3,CL-8,CL-10";

/// A server that does the same with every connection, until the test's process ends.
fn server(serve: fn(TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    url
}

/// Reads a request's head, then answers.
fn answer(mut stream: TcpStream, status: &str) {
    let mut head = Vec::new();
    let mut octet = [0; 1];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut octet).unwrap_or(0) == 1 {
        head.push(octet[0]);
    }
    let text = format!(
        "HTTP/1.1 {status}\r\nwww-authenticate: Bearer\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
    );
    let _ = stream.write_all(text.as_bytes());
}

/// A port that nothing listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Puts the suite to a service that already runs.
fn attached(project: &Project, url: &str, only: &str) -> Screen {
    let suite = format!(
        "kind: contract_auth\n\
         target: {{attach: {{url: \"{url}\"}}}}\n\
         auth:\n\
         \x20 algorithms: [RS256, ES256]\n\
         \x20 protected: [{{path: /me}}]\n\
         \x20 cooldown_seconds: 0.1\n\
         \x20 issuer: {{listen: \"127.0.0.1:{}\"}}\n",
        free_port()
    );
    project.write("suites/service.yaml", &suite);
    project.run(&["run", "service", "--only", only])
}

/// Verdict and what was seen, by check.
fn verdicts(project: &Project) -> BTreeMap<String, (String, String)> {
    let report = project.report();
    let checks = report["checks"].as_array().unwrap();
    let text = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    let of = |check: &Value| {
        let seen = (text(check, "verdict"), text(check, "saw"));
        (text(check, "id"), seen)
    };
    checks
        .iter()
        .map(of)
        .filter(|(id, _)| ASKED.split(',').any(|asked| asked == id))
        .collect()
}

/// Asserts that nothing could be decided, and that every check says why.
#[track_caller]
fn nothing_is_decided(project: &Project, screen: &Screen, why: &str) {
    screen.expect_code(3);
    let verdicts = verdicts(project);
    assert_eq!(verdicts.len(), ASKED.split(',').count());
    for (id, (verdict, saw)) in verdicts {
        assert_eq!(verdict, "error", "{id}: {saw}");
        assert!(
            saw.contains("no baseline") && saw.contains(why),
            "{id}: {saw}"
        );
    }
}

#[test]
fn a_service_that_refuses_everything_scores_nothing() {
    let project = Project::new();
    let url = server(|stream| answer(stream, "401 Unauthorized"));
    let screen = attached(&project, &url, ASKED);
    nothing_is_decided(&project, &screen, "401");
}

#[test]
fn a_service_that_is_not_there_scores_nothing() {
    let project = Project::new();
    let url = format!("http://127.0.0.1:{}", free_port());
    let screen = attached(&project, &url, ASKED);
    nothing_is_decided(&project, &screen, "connection refused");
}

#[test]
fn a_service_that_hangs_scores_nothing_and_ends_soon() {
    let project = Project::new();
    let url = server(|mut stream| {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    });
    let screen = attached(&project, &url, ASKED);
    nothing_is_decided(&project, &screen, "no answer within");
}

#[test]
fn a_service_that_accepts_everything_fails_every_check() {
    let project = Project::new();
    let url = server(|stream| answer(stream, "200 OK"));
    attached(&project, &url, ASKED).expect_code(1);
    for (id, (verdict, saw)) in verdicts(&project) {
        // What is only recommended is a warning.
        let wanted = if id == "AB-7" { "warn" } else { "fail" };
        assert_eq!(verdict, wanted, "{id}: {saw}");
        assert!(saw.contains("200") || saw.contains("no"), "{id}: {saw}");
    }
}

#[test]
fn an_attached_service_has_to_be_told_its_issuer() {
    let project = Project::new();
    let suite = "kind: contract_auth\n\
                 target: {attach: {url: \"http://127.0.0.1:9\"}}\n\
                 auth: {algorithms: [RS256], protected: [{path: /me}]}\n";
    project.write("suites/service.yaml", suite);
    let screen = project.run(&["run", "service", "--only", "AL-1"]);
    assert!(screen.code != 0 && screen.code != 1, "{screen:?}");
    assert!(
        screen.says("has to know its issuer before the suite starts"),
        "{screen:?}"
    );
}

/// The suite of the house, with the platform's program that lies beside the one that is tested.
fn house_suite() -> String {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(house.join("suites/contract_auth.yaml")).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_proofhouse")).with_file_name("platform");
    assert!(binary.exists(), "not built: `cargo build --workspace`");
    let (before, rest) = text.split_once("    cargo:\n").unwrap();
    let (_, after) = rest.split_once("    args: ").unwrap();
    format!(
        "{before}    command: [\"{}\"]\n    args: {after}",
        binary.display()
    )
}

#[test]
fn the_reference_platform_passes() {
    let project = Project::new();
    project.write("suites/contract_auth.yaml", &house_suite());
    let screen = project.run(&["run", "contract_auth"]);
    let report = project.report();
    let checks = report["checks"].as_array().unwrap();
    let bad: Vec<String> = checks
        .iter()
        .filter(|check| !matches!(check["verdict"].as_str(), Some("pass" | "skipped")))
        .map(|check| format!("{}: {} {}", check["id"], check["saw"], check["next"]))
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    screen.expect_code(0);
    let skipped = checks.iter().filter(|check| check["verdict"] == "skipped");
    let skipped: Vec<&str> = skipped.filter_map(|check| check["id"].as_str()).collect();
    // What the platform does not declare; everything else was asked.
    for id in &skipped {
        assert!(
            ["CL-12", "CL-14", "JB-24", "JB-25", "DI-6"].contains(id),
            "{skipped:?}"
        );
    }
    assert!(checks.len() >= 156, "{}", checks.len());
    let notes = report["notes"].to_string();
    assert!(notes.contains("3.1 algorithm verification"), "{notes}");
}
