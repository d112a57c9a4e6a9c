//! Keeps the laws of `docs/ARCHITECTURE.md`: who may import whom, and where packages live.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A room and the rooms of ours that it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &["model"]),
    ("config", &["model", "config"]),
    ("report", &["model", "report"]),
    ("gate", &["model", "gate"]),
    ("store", &["model", "store"]),
    ("attest", &["model", "attest"]),
    ("environment", &["model", "environment"]),
    ("runners/perf", &["model", "runners/perf"]),
    ("runners/chaos", &["model", "runners/chaos"]),
    ("runners/contract", &["model", "runners/contract"]),
    ("runners/reasoning", &["model", "runners/reasoning"]),
    ("runners/drift", &["model", "runners/drift"]),
    ("runners", &["runners"]),
    ("judge", &["model", "judge"]),
    // A plan names the checks of the catalogues, which live where they are asked.
    (
        "plan",
        &[
            "model",
            "config",
            "plan",
            "runners",
            "runners/contract",
            "runners/reasoning",
            "runners/drift",
        ],
    ),
    (
        "release",
        &[
            "model",
            "config",
            "store",
            "environment",
            "judge",
            "gate",
            "release",
        ],
    ),
];

/// A package and the only rooms that may name it.
const HOMES: &[(&str, &[&str])] = &[
    ("goose", &["runners/perf"]),
    ("bollard", &["runners/chaos", "runners/perf", "environment"]),
    ("wiremock", &["runners/contract"]),
    ("jsonwebtoken", &["runners/contract"]),
    ("aws_lc_rs", &["runners/contract", "attest"]),
    ("oxigraph", &["runners/reasoning"]),
    ("hdrhistogram", &["model", "runners/perf"]),
    ("serde_saphyr", &["config"]),
    ("quick_xml", &["report", "gate"]),
    ("clap", &["cli", "main"]),
    ("indicatif", &["cli"]),
];

/// Rooms in which nothing waits, reads the clock, or touches disk or network.
const PURE: &[&str] = &["judge", "report", "model", "gate", "attest"];
const IMPURE: &[&str] = &[
    "tokio::",
    "std::fs",
    "std::net::Tcp",
    "std::net::Udp",
    "ToSocketAddrs",
    "reqwest::",
    "SystemTime::now",
    "Timestamp::now",
    "async fn",
];
/// The run's one clock is a word that everyone shares; it is read by runners.
/// What starting a target means is a word, too; the environment does it, and runners wait for it.
const PURE_EXCEPTIONS: &[&str] = &["model/recorder.rs", "model/trial/launch.rs"];

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Path below `src` and text without the tests at the file's foot, comments taken out.
fn sources() -> BTreeMap<String, String> {
    let root = source_root();
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    let read = |path: &PathBuf| {
        let name = path
            .strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(path).unwrap();
        let code = text
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap()
            .to_owned();
        let lines: Vec<_> = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        (name, lines.join("\n"))
    };
    files.iter().map(read).collect()
}

/// `runners/perf/engine.rs` is in `runners/perf`, `judge/check/slo.rs` in `judge`, `plan.rs` in `plan`.
fn room(file: &str) -> String {
    let parts: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    match parts.as_slice() {
        ["runners", inner, ..] if *inner != "mod" => format!("runners/{inner}"),
        [first, ..] => (*first).to_owned(),
        [] => String::new(),
    }
}

/// Rooms named after `crate::` anywhere in the code.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let path: String = code[at + 7..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':'))
            .collect();
        let words: Vec<&str> = path.split("::").filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            ["runners", inner, ..] => found.push(format!("runners/{inner}")),
            [first, ..] => found.push((*first).to_owned()),
            [] => found.push("{".to_owned()),
        }
    }
    found
}

#[test]
fn arrows_point_downward_only() {
    let mut broken = Vec::new();
    for (file, code) in sources() {
        let here = room(&file);
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == here) else {
            continue;
        };
        for import in imports(&code) {
            if !allowed.contains(&import.as_str()) {
                broken.push(format!("{file} ({here}) imports crate::{import}"));
            }
        }
    }
    assert!(broken.is_empty(), "laws broken:\n{}", broken.join("\n"));
}

#[test]
fn every_package_stays_at_home() {
    let mut broken = Vec::new();
    for (file, code) in sources() {
        let here = room(&file);
        for (package, homes) in HOMES {
            let named = code.contains(&format!("{package}::"));
            if named && !homes.contains(&here.as_str()) {
                broken.push(format!("{file} names {package}, whose home is {homes:?}"));
            }
        }
    }
    assert!(broken.is_empty(), "laws broken:\n{}", broken.join("\n"));
}

#[test]
fn what_judges_never_touches_the_world() {
    let mut broken = Vec::new();
    for (file, code) in sources() {
        if !PURE.contains(&room(&file).as_str()) || PURE_EXCEPTIONS.contains(&file.as_str()) {
            continue;
        }
        for word in IMPURE.iter().filter(|word| code.contains(**word)) {
            broken.push(format!("{file} uses {word}"));
        }
    }
    assert!(broken.is_empty(), "laws broken:\n{}", broken.join("\n"));
}

#[test]
fn every_file_opens_with_a_sentence() {
    let root = source_root();
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    let silent: Vec<_> = files
        .iter()
        .filter(|path| !std::fs::read_to_string(path).unwrap().starts_with("//! "))
        .collect();
    assert!(silent.is_empty(), "no opening sentence: {silent:?}");
}

#[test]
fn harness_and_platform_share_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let harness = std::fs::read_to_string(root.join("harness/Cargo.toml")).unwrap();
    let platform = std::fs::read_to_string(root.join("fixtures/platform/Cargo.toml")).unwrap();
    assert!(
        !harness.contains("reference-platform"),
        "the harness depends on the platform"
    );
    assert!(
        !platform.contains("proofhouse ="),
        "the platform depends on the harness"
    );
    assert!(
        !platform.contains("proofhouse."),
        "the platform depends on the harness"
    );
}

#[test]
fn the_laws_themselves_can_be_broken() {
    assert_eq!(
        imports("use crate::judge::x; pub(crate) fn a() {} crate::runners::perf::y()"),
        ["judge", "runners/perf"]
    );
    assert_eq!(room("runners/perf/engine.rs"), "runners/perf");
    assert_eq!(room("plan.rs"), "plan");
    assert_eq!(room("judge/check/slo.rs"), "judge");
}
