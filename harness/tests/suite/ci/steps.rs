//! The action's own scripts, run one after the other as GitHub would, with a program that ends with given codes.

use super::rules::{items, members};
use super::{ACTION, text, yaml};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// In the place of the program: leaves what a run leaves, and ends as it is told.
const PROGRAM: &str = r##"#!/bin/sh
case $1 in
  --version) echo "proofhouse 0.1.0" ;;
  run | chaos)
    mkdir -p "target/proofhouse/runs/$1"
    echo "summary of $1" >"target/proofhouse/runs/$1/summary.md"
    ln -sfn "$1" target/proofhouse/runs/latest
    echo "$*" >>calls
    [ "$1" = run ] && exit "$RUN_CODE"
    exit "$CHAOS_CODE" ;;
  gate)
    echo "$*" >>calls
    mkdir -p target/proofhouse/gate
    echo "what the gate says" >target/proofhouse/gate/decision.md
    echo "::warning title=gate::what it points at" >target/proofhouse/gate/decision.annotations.txt
    exit "$GATE_CODE" ;;
  report) echo "$*" >>calls; exit 1 ;;
esac
"##;
/// In the place of sudo, which would ask for a password.
const SUDO: &str = "#!/bin/sh\n[ \"$1\" != --preserve-env ] || shift\nexec \"$@\"\n";

/// What one use of the action came to.
struct Job {
    folder: TempDir,
    inputs: BTreeMap<String, String>,
    outputs: BTreeMap<String, BTreeMap<String, String>>,
    outcomes: BTreeMap<String, &'static str>,
    failed: bool,
    /// Exit code of the last script.
    last: i32,
}

fn script(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

impl Job {
    /// Runs all steps; `codes` are those of run, chaos and gate.
    fn run(inputs: &[(&str, &str)], codes: [i32; 3]) -> Self {
        let action = yaml(&text(ACTION));
        let folder = TempDir::new().unwrap();
        script(&folder.path().join("proofhouse"), PROGRAM);
        script(&folder.path().join("sudo"), SUDO);
        let defaults = members(&action["inputs"]).map(|(name, input)| {
            let value = input["default"].as_str().unwrap_or_default();
            (name.clone(), value.to_owned())
        });
        let mut job = Self {
            inputs: defaults.collect(),
            folder,
            outputs: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            failed: false,
            last: 0,
        };
        let given = [("binary", "./proofhouse"), ("commit", "c0ffee")];
        for (name, value) in given.iter().chain(inputs) {
            job.inputs.insert((*name).to_owned(), (*value).to_owned());
        }
        for step in items(&action["runs"]["steps"]) {
            job.step(step, codes);
        }
        job
    }

    fn step(&mut self, step: &Value, codes: [i32; 3]) {
        let Some(run) = step["run"].as_str() else {
            return;
        };
        let id = step["id"].as_str().unwrap_or_default();
        if !self.holds(step["if"].as_str().unwrap_or("success()")) {
            self.outcomes.insert(id.to_owned(), "skipped");
            return;
        }
        let output = self.folder.path().join("output");
        std::fs::write(&output, "").unwrap();
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new("bash");
        // As GitHub calls it for `shell: bash`.
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", run])
            .current_dir(self.folder.path())
            .env("PATH", format!("{}:{path}", self.folder.path().display()))
            .env("RUNNER_TEMP", self.folder.path())
            .env("GITHUB_OUTPUT", &output)
            .env(
                "GITHUB_STEP_SUMMARY",
                self.folder.path().join("step-summary"),
            )
            .envs(
                ["RUN_CODE", "CHAOS_CODE", "GATE_CODE"]
                    .into_iter()
                    .zip(codes.map(|c| c.to_string())),
            );
        for (name, value) in members(&step["env"]) {
            command.env(name, self.value(value.as_str().unwrap()));
        }
        let ended = command.output().unwrap();
        self.last = ended.status.code().unwrap();
        self.failed |= self.last != 0;
        let outcome = if self.last == 0 { "success" } else { "failure" };
        self.outcomes.insert(id.to_owned(), outcome);
        let written = std::fs::read_to_string(output).unwrap();
        let pairs = written.lines().filter_map(|line| line.split_once('='));
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.outputs.insert(id.to_owned(), pairs.collect());
    }

    /// The few forms of conditions that the action has.
    fn holds(&self, condition: &str) -> bool {
        let condition = condition.trim_start_matches("${{").trim_end_matches("}}");
        let checks_status = condition.contains("cancelled()") || condition.contains("always()");
        let mut terms = condition.split("&&").map(str::trim);
        let all = terms.all(|term| match term {
            "!cancelled()" | "always()" | "success()" => true,
            term => {
                let (left, equal, right) = match term.split_once(" == ") {
                    Some((left, right)) => (left, true, right),
                    None => {
                        let (left, right) = term.split_once(" != ").unwrap();
                        (left, false, right)
                    }
                };
                (self.expression(left) == right.trim_matches('\'')) == equal
            }
        });
        // Without a status function GitHub adds success().
        all && (checks_status || !self.failed)
    }

    fn value(&self, text: &str) -> String {
        match text
            .strip_prefix("${{")
            .and_then(|rest| rest.strip_suffix("}}"))
        {
            Some(expression) => self.expression(expression.trim()),
            None => text.to_owned(),
        }
    }

    fn expression(&self, expression: &str) -> String {
        let parts: Vec<&str> = expression.split('.').collect();
        match parts[..] {
            ["inputs", name] => self.inputs[name].clone(),
            ["steps", id, "outputs", name] => {
                let outputs = self.outputs.get(id);
                let value = outputs.and_then(|outputs| outputs.get(name));
                value.cloned().unwrap_or_default()
            }
            ["steps", id, "outcome"] => self.outcomes[id].to_owned(),
            ["github", "action_path"] => String::new(),
            _ => panic!("an expression that this test does not know: {expression}"),
        }
    }

    fn verdict(&self) -> (&str, i32) {
        let verdict = self
            .outputs
            .get("decide")
            .and_then(|one| one.get("verdict"));
        (verdict.map_or("", String::as_str), self.last)
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

#[test]
fn the_actions_verdict_is_that_of_the_gate() {
    type Inputs = &'static [(&'static str, &'static str)];
    let plain: Inputs = &[];
    let chaos: Inputs = &[("scenarios", "opa_restart nats")];
    let no_gate: Inputs = &[("policy", "none")];
    let no_gate_chaos: Inputs = &[("policy", "none"), ("scenarios", "x")];
    let nothing: Inputs = &[("policy", "none"), ("suites", "none")];
    for (inputs, codes, wanted) in [
        (plain, [0, 0, 0], ("pass", 0)),
        (plain, [1, 0, 1], ("fail", 1)),
        // A waiver.
        (plain, [1, 0, 0], ("pass", 0)),
        (plain, [3, 0, 3], ("error", 3)),
        (plain, [0, 0, 4], ("missing", 4)),
        (plain, [0, 0, 70], ("error", 70)),
        // A run that ended without a verdict is none, whatever a gate would say.
        (plain, [2, 0, 0], ("error", 2)),
        (chaos, [0, 130, 0], ("error", 130)),
        (chaos, [0, 1, 1], ("fail", 1)),
        (no_gate, [1, 0, 0], ("fail", 1)),
        (no_gate_chaos, [3, 1, 0], ("fail", 1)),
        (no_gate_chaos, [0, 3, 0], ("error", 3)),
        (nothing, [0, 0, 0], ("missing", 4)),
    ] {
        let job = Job::run(inputs, codes);
        assert_eq!(job.verdict(), wanted, "{inputs:?} {codes:?}");
        assert_eq!(job.failed, wanted.1 != 0, "{inputs:?} {codes:?}");
    }
}

#[test]
fn the_action_passes_on_what_it_is_given() {
    let inputs = [
        ("suites", "shop other"),
        ("scenarios", "cut"),
        ("profile", "quick"),
        ("policy", "p.yaml"),
    ];
    let job = Job::run(&inputs, [1, 0, 0]);
    let calls = job.file("calls");
    let calls: Vec<&str> = calls.lines().collect();
    assert_eq!(
        calls[..3],
        [
            "run shop other --profile quick --keep-baseline",
            "chaos run cut --enable-chaos --profile quick",
            "gate --policy p.yaml --commit c0ffee --reports target/proofhouse/gate",
        ]
    );
    // Each run once, and not `latest` beside them.
    assert_eq!(calls[3..].len(), 2, "{calls:?}");
    assert!(
        calls[3..]
            .iter()
            .all(|call| call.ends_with("--format annotations"))
    );
    let summary = job.file("step-summary");
    assert!(summary.starts_with("## Proofhouse: pass\n"), "{summary}");
    for said in ["what the gate says", "summary of run", "summary of chaos"] {
        assert_eq!(summary.matches(said).count(), 1, "{said}: {summary}");
    }
    let stores = Job::run(&[("baselines", "store")], [0, 0, 0]);
    assert!(!stores.file("calls").contains("--keep-baseline"));
}

/// Names of files are words, whatever stands in them, and are given on only where there are some.
#[test]
fn the_action_lets_the_gate_write_and_sign_a_statement() {
    let of_gate = |inputs: &[(&str, &str)]| {
        let job = Job::run(inputs, [0, 0, 0]);
        let calls = job.file("calls");
        let call = calls.lines().find(|call| call.starts_with("gate "));
        let (_, more) = call.unwrap().split_once("proofhouse/gate").unwrap();
        assert!(job.file("planted").is_empty(), "{calls}");
        more.to_owned()
    };
    assert_eq!(of_gate(&[]), "");
    assert_eq!(of_gate(&[("svr", "out/svr.json")]), " --svr out/svr.json");
    let both = [("svr", "svr.json"), ("sign-key", "gate key.pem")];
    assert_eq!(of_gate(&both), " --svr svr.json --sign-key gate key.pem");
    let hostile = [
        ("svr", "$(echo x >planted)"),
        ("sign-key", "`echo x >planted`; a"),
    ];
    let wanted = format!(" --svr {} --sign-key {}", hostile[0].1, hostile[1].1);
    assert_eq!(of_gate(&hostile), wanted);
}

#[test]
fn another_version_is_refused_before_anything_runs() {
    let job = Job::run(&[("version", "v9.9.9")], [0, 0, 0]);
    assert!(job.failed && job.file("calls").is_empty());
    // No decision is no pass.
    assert_eq!(job.verdict(), ("", 70));
    assert!(!Job::run(&[("version", "v0.1.0")], [0, 0, 0]).failed);
}
