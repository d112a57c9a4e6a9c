//! What others copy into their CI: GitHub's workflow and action, GitLab's example, held against their syntax and the real program.

mod expressions;
mod github;
mod gitlab;
mod lines;
mod rules;
mod steps;
mod tools;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const WORKFLOW: &str = ".github/workflows/release-gate.yml";
const ACTION: &str = "action.yml";
const GITLAB: &str = "docs/examples/gitlab-ci.yml";

/// What is wrong, a sentence each.
type Findings = Vec<String>;

fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(file: &str) -> String {
    std::fs::read_to_string(house().join(file)).unwrap()
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

#[test]
fn the_workflow_is_what_github_reads() {
    let found = github::workflow(&text(WORKFLOW), &text(ACTION));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_workflow_runs_every_scenario_that_there_is() {
    let jobs = &yaml(&text(WORKFLOW))["jobs"];
    let steps = rules::items(&jobs["gate"]["steps"]);
    let step = steps.iter().find(|step| step["uses"] == "./").unwrap();
    let scenarios = step["with"]["scenarios"].as_str().unwrap();
    let mut named: Vec<&str> = scenarios.split_whitespace().collect();
    named.sort_unstable();
    let folder = std::fs::read_dir(house().join("scenarios/chaos")).unwrap();
    let mut there: Vec<String> = folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned))
        // Where the system answers, and not what is broken.
        .filter(|name| name != "system" && !name.ends_with(".targets"))
        .collect();
    there.sort_unstable();
    assert_eq!(named, there);
}

#[test]
fn the_action_is_what_github_reads() {
    let found = github::action(&text(ACTION));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_example_is_what_gitlab_reads() {
    let found = gitlab::pipeline(&text(GITLAB));
    assert!(found.is_empty(), "{found:#?}");
}

/// Each mistake that these rules are there for is found, so that silence means something.
#[test]
fn every_rule_finds_its_mistake() {
    let action = text(ACTION);
    let workflow = |from: &str, to: &str| github::workflow(&changed(WORKFLOW, from, to), &action);
    let of_action = |from: &str, to: &str| github::action(&changed(ACTION, from, to));
    let pipeline = |from: &str, to: &str| gitlab::pipeline(&changed(GITLAB, from, to));
    for (wanted, found) in [
        (
            "unknown key `timeout`",
            workflow("timeout-minutes: 60", "timeout: 60"),
        ),
        (
            "no timeout-minutes",
            workflow("timeout-minutes: 60", "name: x"),
        ),
        (
            "permissions",
            workflow("permissions:\n  contents: read\n", ""),
        ),
        ("permissions", workflow("contents: read", "contents: write")),
        (
            "not pinned",
            workflow("11bd71901bbe5b1630ceea73d27597364c9af683", "v4"),
        ),
        (
            "persist-credentials",
            workflow("persist-credentials: false", "fetch-depth: 1"),
        ),
        (
            "no input `suite`",
            workflow("scenarios: nats", "suite: nats"),
        ),
        (
            "no output `codes`",
            workflow("outputs.exit-code", "outputs.codes"),
        ),
        (
            "no step `gates`",
            workflow("steps.gate.outputs.verdict", "steps.gates.outputs.verdict"),
        ),
        (
            "always()",
            of_action("always() && inputs.artifact", "inputs.artifact"),
        ),
        ("no shell", of_action("      shell: bash\n", "")),
        (
            "no input `policies`",
            of_action("${{ inputs.policy }}", "${{ inputs.policies }}"),
        ),
        (
            "`policy` is used nowhere",
            of_action("${{ inputs.policy }}", "x"),
        ),
        (
            "expression in a script",
            of_action("\"$POLICY\" = none", "\"${{ inputs.policy }}\" = none"),
        ),
        (
            "no output `verdict`",
            of_action("echo \"verdict=$verdict\"", "echo \"$verdict\""),
        ),
        ("bash says", of_action("esac", "fi")),
        (
            "no `githup.ref` in an expression",
            workflow("${{ github.ref }}", "${{ githup.ref }}"),
        ),
        (
            "no `github.branch` in an expression",
            workflow("${{ github.ref }}", "${{ github.branch }}"),
        ),
        (
            "no `allways(` in an expression",
            workflow("${{ always() }}", "allways()"),
        ),
        (
            "no `githup.ref` in an expression",
            workflow("${{ github.ref }}", "${{ format('{0}', githup.ref) }}"),
        ),
        (
            "no `push` in an expression",
            workflow("== 'push'", "== push"),
        ),
        (
            "without an end",
            workflow("${{ github.ref }}", "${{ github.ref }"),
        ),
        (
            "no `steps.gate.output` in an expression",
            workflow("outputs.verdict }}", "output.verdict }}"),
        ),
        (
            "no `secrets.policy` in an expression",
            of_action("${{ inputs.policy }}", "${{ secrets.policy }}"),
        ),
        (
            "permissions",
            workflow(
                "    timeout-minutes: 60\n",
                "    timeout-minutes: 60\n    permissions: write-all\n",
            ),
        ),
        (
            "no other job `tests`",
            workflow(
                "    timeout-minutes: 60\n",
                "    timeout-minutes: 60\n    needs: [tests]\n",
            ),
        ),
        (
            "`gate` is not among its needs",
            workflow(
                "run: sudo --preserve-env env",
                "if: needs.gate.outputs.verdict == 'pass'\n        run: sudo --preserve-env env",
            ),
        ),
        (
            "a second step \"suites\"",
            of_action("id: chaos", "id: suites"),
        ),
        ("unknown key `scripts`", pipeline("script:", "scripts:")),
        ("no timeout", pipeline("  timeout: 1 hour\n", "")),
        ("is no time", pipeline("timeout: 1 hour", "timeout: soon")),
        ("no stage `proof`", pipeline("stage: prove", "stage: proof")),
        (
            "no job `perf`",
            pipeline(
                "needs: [proofhouse, performance]",
                "needs: [proofhouse, perf]",
            ),
        ),
        (
            "unknown word `alway`",
            pipeline("when: always", "when: alway"),
        ),
        (
            "unknown key `exit_code`",
            pipeline("exit_codes: [3]", "exit_code: [3]"),
        ),
    ] {
        let there = found.iter().any(|one| one.contains(wanted));
        assert!(there, "`{wanted}` is not among {found:#?}");
    }
}

fn changed(file: &str, from: &str, to: &str) -> String {
    let text = text(file);
    assert!(text.contains(from), "{file}: {from}");
    text.replacen(from, to, 1)
}

/// Files with command lines of ours that people copy.
fn documents() -> Vec<String> {
    let folder = std::fs::read_dir(house().join("docs/howto")).unwrap();
    let mut files: Vec<String> = folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md"))
        .map(|name| format!("docs/howto/{name}"))
        .collect();
    files.sort();
    files.push("README.md".to_owned());
    files
}

#[test]
fn every_command_line_parses_with_the_real_program() {
    let mut scripts = Vec::new();
    for file in [WORKFLOW, ACTION, GITLAB] {
        scripts.extend(rules::scripts(&yaml(&text(file))));
    }
    let of_ci = lines::commands(&scripts).len();
    assert!(of_ci >= 10, "only {of_ci} command lines are recognised");
    for file in documents() {
        scripts.extend(lines::fenced(&text(&file)));
    }
    let commands = lines::commands(&scripts);
    assert!(commands.len() > of_ci + 10, "{commands:#?}");
    let found: Findings = commands.iter().filter_map(lines::mistake).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_command_line_that_is_wrong_is_found() {
    for (line, wanted) in [
        ("\"$PROOFHOUSE\" run --profil quick", "--profil"),
        ("tools/bin/proofhouse runs", "runs"),
        ("proofhouse chaos runn x", "chaos runn"),
        ("proofhouse report latest --format pdf", "pdf"),
        ("proofhouse run suites/absent.yaml", "suites/absent.yaml"),
        ("cargo build --bin proofhous", "proofhous"),
        ("just test-performanze", "test-performanze"),
        ("sudo compose/upp", "compose/upp"),
    ] {
        let commands = lines::commands(&[line.to_owned()]);
        let found: Findings = commands.iter().filter_map(lines::mistake).collect();
        assert!(
            found.iter().any(|one| one.contains(wanted)),
            "{line}: {found:?}"
        );
    }
}

/// Where GitHub's linter is installed it is asked, too.
#[test]
fn actionlint_agrees_where_it_is_installed() {
    let linter = Command::new("actionlint")
        .arg(house().join(WORKFLOW))
        .output();
    if let Ok(output) = linter {
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}");
    }
}
