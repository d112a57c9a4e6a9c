//! Every bad input has its screen: what a person sees who made this very mistake.

#![allow(clippy::unwrap_used)]
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bad")
}

fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn proofhouse(words: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proofhouse"));
    command.args(words).current_dir(folder);
    command.env("NO_COLOR", "1").output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn every_bad_input_has_its_screen() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    names.sort();
    assert!(names.len() >= 200);
    let mut wrong = Vec::new();
    for name in names {
        let output = proofhouse(&["check", &name], &folder());
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(output.stdout.is_empty(), "{name}");
        let file = folder().join(&name).with_extension("screen");
        if update {
            std::fs::write(&file, &output.stderr).unwrap();
        }
        let wanted = std::fs::read(&file).unwrap_or_default();
        if wanted != output.stderr {
            wrong.push(format!("{name}:\n{}", text(&output.stderr)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Names of the bad inputs of the gate.
fn of_the_gate(prefix: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names
        .filter(|name| name.starts_with(prefix) && name.ends_with(".yaml"))
        .collect();
    names.sort();
    names
}

/// The gate reads policies and waivers as `check` does: the same words, and nothing is decided.
#[test]
fn the_gate_refuses_every_bad_policy_and_every_bad_waivers_file() {
    let (policies, waivers) = (of_the_gate("gate_"), of_the_gate("waiver_"));
    assert!(policies.len() >= 50 && waivers.len() >= 20);
    let commit = "a1".repeat(20);
    let project = tempfile::tempdir().unwrap();
    let good = "apiVersion: proofhouse/gate/v1\nfreshness: {max_age: 24h}\n\
                required: [{suite: checkout}]\nwaivers_file: w.waivers.yaml\nwaiver_owners: [ada]\n";
    std::fs::write(project.path().join("a.gate.yaml"), good).unwrap();
    for name in policies.iter().chain(&waivers) {
        let bytes = std::fs::read(folder().join(name)).unwrap();
        let (policy, copy) = match name.starts_with("gate_") {
            true => (name.as_str(), name.as_str()),
            false => ("a.gate.yaml", "w.waivers.yaml"),
        };
        std::fs::write(project.path().join(copy), bytes).unwrap();
        let words = ["gate", "--commit", &commit, "--policy", policy];
        let output = proofhouse(&words, project.path());
        let screen = text(&output.stderr);
        // Its waivers are not copied; and an owner who may not sign them is told by a decision.
        let signed = name != "gate_waivers_owner_not_allowed.gate.yaml";
        assert_eq!(output.status.code(), Some(2), "{name}: {screen}");
        assert!(output.stdout.is_empty(), "{name}");
        let golden = folder().join(name).with_extension("screen");
        let golden = std::fs::read_to_string(golden).unwrap_or_default();
        let first = golden.lines().next().unwrap_or_default();
        assert!(!signed || screen.starts_with(first), "{name}: {screen}");
    }
}

/// Whoever reads one of these screens knows what to write instead.
#[test]
fn every_screen_of_the_gate_says_what_to_do() {
    // A number that is out of its range is told with the range.
    let told = ["= help: ", "= known: ", "must be a whole number from"];
    for name in of_the_gate("gate_").iter().chain(&of_the_gate("waiver_")) {
        let output = proofhouse(&["check", name], &folder());
        let screen = text(&output.stderr);
        assert!(
            told.iter().any(|word| screen.contains(word)),
            "{name}: {screen}"
        );
        assert!(
            screen.contains(&format!("--> {name}:")) || name.contains("owner_not_allowed"),
            "{name}: {screen}"
        );
    }
}

#[test]
fn a_folder_is_no_policy() {
    let empty = tempfile::tempdir().unwrap();
    let commit = "a1".repeat(20);
    let output = proofhouse(
        &["gate", "--commit", &commit, "--policy", "."],
        empty.path(),
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("it is a folder"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_screen_shows_no_secret_of_an_address() {
    let output = proofhouse(&["check", "secret_in_url.yaml"], &folder());
    assert!(text(&output.stderr).contains("must not hold a user name or a password"));
    assert!(!text(&output.stderr).contains("secret@"));
}

#[test]
fn the_files_of_the_house_are_good() {
    let output = proofhouse(&["check"], &house());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let wanted = "ok  suites/performance.yaml  3 targets, 3 scenarios, 15 limits\n";
    assert!(
        text(&output.stdout).contains(wanted),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn nothing_to_check_is_an_error() {
    let empty = tempfile::tempdir().unwrap();
    let output = proofhouse(&["check"], empty.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no YAML file in `suites/` or `scenarios/`"));
    let output = proofhouse(&["check", "nowhere.yaml"], empty.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot read `nowhere.yaml`: there is no such file"));
}

#[test]
fn schemas_in_the_documentation_are_what_is_generated() {
    for kind in proofhouse::config::document::Kind::ALL.map(|kind| kind.word()) {
        let output = proofhouse(&["schema", kind], &folder());
        let file = house().join(format!("docs/reference/schema/{kind}.json"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, &output.stdout).unwrap();
        }
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(written, text(&output.stdout), "run with UPDATE_GOLDEN=1");
    }
}

#[test]
fn the_reference_names_every_key_with_its_meaning() {
    for kind in proofhouse::config::document::Kind::ALL {
        let name = match kind.word() {
            "chaos" | "system" => "docs/reference/chaos.md",
            "policy" | "waivers" => "docs/reference/gate.md",
            _ => "docs/reference/suite.md",
        };
        let page = std::fs::read_to_string(house().join(name)).unwrap();
        let schema = kind.schema();
        let definitions = schema["$defs"].as_object().unwrap().values();
        for record in definitions.chain([&schema]) {
            for (key, value) in record["properties"].as_object().into_iter().flatten() {
                let meaning = value["description"].as_str().unwrap();
                let row = format!("| `{key}` | {} |", meaning.replace('|', "\\|"));
                assert!(page.contains(&row), "{name} lacks {row}");
            }
        }
    }
}
