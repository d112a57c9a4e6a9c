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
    assert!(names.len() >= 45);
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
