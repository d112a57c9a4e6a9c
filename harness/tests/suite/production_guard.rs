//! The suite of production guards against the reference platform, and against targets that score nothing.

use super::support::Project;
use serde_json::Value;
use std::path::Path;

/// A shipped suite with the programs that are there in place of builds.
pub fn with_built_programs(suite: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let shipped = std::fs::read_to_string(root.join("suites").join(suite)).unwrap();
    with_programs(&shipped)
}

/// The text of a suite, with the platform's program that lies beside the one that is tested.
pub fn with_programs(shipped: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_proofhouse")).with_file_name("platform");
    assert!(
        binary.exists(),
        "{} is not built: `cargo build --workspace`",
        binary.display()
    );
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut text = String::new();
    // How deep the `cargo:` stands whose keys are left out.
    let mut cargo = None;
    for line in shipped.lines() {
        if cargo.is_some_and(|at| depth(line) > at) {
            continue;
        }
        cargo = None;
        match line.trim_start() {
            word if word.starts_with("cargo:") => cargo = Some(depth(line)),
            word => match word.strip_prefix("args: [") {
                Some(words) => {
                    let indent = " ".repeat(depth(line));
                    text += &format!("{indent}command: [{}, {words}\n", binary.display());
                }
                None => text += &format!("{line}\n"),
            },
        }
    }
    text
}

fn verdicts(report: &Value) -> Vec<(String, String)> {
    let checks = report["checks"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let own = |check: &&Value| check["id"].as_str().unwrap().starts_with("CF-");
    checks
        .filter(own)
        .map(|check| (text(&check["id"]), text(&check["verdict"])))
        .collect()
}

#[test]
fn the_reference_platform_refuses_every_wrong_environment() {
    let project = Project::new();
    let suite = with_built_programs("production_guard.yaml");
    project.write("suites/production_guard.yaml", &suite);
    let screen = project.run(&["run", "production_guard", "--strict"]);
    screen.expect_code(0);
    let verdicts = verdicts(&project.report());
    assert_eq!(verdicts.len(), 13);
    assert!(
        verdicts.iter().all(|(_, verdict)| verdict == "pass"),
        "{verdicts:?}"
    );
}

#[test]
fn a_target_that_never_starts_refuses_nothing() {
    let project = Project::new();
    let suite = with_built_programs("production_guard.yaml");
    // It ends with 1 at once, whatever it is told.
    let line = suite
        .lines()
        .find(|line| line.contains("command: ["))
        .unwrap();
    let suite = suite.replace(line, "    command: [\"false\"]");
    project.write("suites/production_guard.yaml", &suite);
    let screen = project.run(&["run", "production_guard"]);
    assert_ne!(screen.code, 0);
    let verdicts = verdicts(&project.report());
    assert!(
        verdicts.iter().all(|(_, verdict)| verdict != "pass"),
        "{verdicts:?}"
    );
    let of = |id: &str| {
        verdicts
            .iter()
            .find(|(known, _)| known == id)
            .unwrap()
            .1
            .clone()
    };
    // Nor does it fail: behind a twin that is not green nothing is known.
    assert_eq!(of("CF-2"), "error");
}

#[test]
fn an_attached_target_is_not_started() {
    let project = Project::new();
    project.write(
        "suites/guard.yaml",
        "kind: production_guard\ntarget: {attach: {url: \"http://127.0.0.1:9\"}}\nguard: {protected: {path: /me}, audience_variable: AUDIENCE}\n",
    );
    project.run(&["run", "guard"]).expect_code(3);
    let verdicts = verdicts(&project.report());
    assert!(
        verdicts.iter().all(|(_, verdict)| verdict == "skipped"),
        "{verdicts:?}"
    );
}
