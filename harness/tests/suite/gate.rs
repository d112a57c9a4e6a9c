//! `proofhouse gate` as people and pipelines use it: screens, exit codes, decisions on the disk.

use crate::gate_formats;
use crate::gate_schema;
use crate::gate_world::{self as world, CHAOS, COMMIT, NOW, PERFORMANCE, change};
use crate::support::{Project, Screen};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

fn project() -> Project {
    let project = Project::new();
    world::write(project.path(), &world::files());
    project.write("suites/release.gate.yaml", world::POLICY);
    project
}

fn gate(project: &Project, more: &[&str]) -> Screen {
    let words = ["gate", "--commit", COMMIT, "--now", NOW];
    project.run(&[&words, more].concat())
}

fn decision(project: &Project, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(project.path().join(name)).unwrap()).unwrap()
}

#[test]
fn evidence_opens_it_and_the_decision_is_the_same_bytes_every_time() {
    let project = project();
    let screen = gate(&project, &["--json", "one.json"]);
    screen.expect_code(0).expect(&[
        "OPEN  suites/release.gate.yaml",
        "3 counted; 50 checks",
        "pass (exit code 0)",
    ]);
    gate(&project, &["--json", "two.json"]).expect_code(0);
    let read = |name: &str| std::fs::read_to_string(project.path().join(name)).unwrap();
    assert_eq!(read("one.json"), read("two.json"));
    let folder = project.path().to_str().unwrap();
    assert!(
        !read("one.json").contains(folder),
        "an absolute path in the decision"
    );
    let kept = std::fs::read_dir(project.path().join("target/proofhouse/decisions")).unwrap();
    assert_eq!(kept.count(), 1, "the same decision is kept once");
    let decision = decision(&project, "one.json");
    assert_eq!(decision["schema"], "proofhouse.decision/1");
    assert_eq!(decision["question"]["commit"], COMMIT);
    assert_eq!(decision["rules"][0]["checks"], 2);
    assert_eq!(gate_schema::problems(&decision), Vec::<String>::new());
}

#[test]
fn no_evidence_is_4_and_a_failure_is_1_with_the_change_that_would_open_it() {
    let empty = Project::new();
    empty.write("suites/release.gate.yaml", world::POLICY);
    gate(&empty, &[]).expect_code(4).expect(&[
        "CLOSED",
        "MISSING",
        "`checkout` of kind performance is there",
    ]);
    let project = project();
    let mut files = world::files();
    change(&mut files, PERFORMANCE, |report| {
        let checks = report["checks"].as_array_mut().unwrap();
        let check = checks
            .iter_mut()
            .find(|check| check["id"] == "search/typical_load/p95/slo")
            .unwrap();
        check["verdict"] = json!("fail");
        check["reason_code"] = json!("P95_ABOVE_SLO");
        check["current"] = json!(612.0);
        report["verdict"] = json!("fail");
        let pass = report["counts"]["pass"].as_u64().unwrap();
        report["counts"]["pass"] = json!(pass - 1);
        report["counts"]["fail"] = json!(1);
    });
    world::write(project.path(), &files);
    let screen = gate(
        &project,
        &["--emit-rerun", "rerun.json", "--json", "decision.json"],
    );
    let written = decision(&project, "decision.json");
    assert_eq!(gate_schema::problems(&written), Vec::<String>::new());
    screen
        .expect_code(1)
        .expect(&["FAIL", "P95_ABOVE_SLO", "RULE_FAILED", "rule    p95"]);
    assert!(screen.says("bring it from 612 ms to the limit of 500 ms (-18.3 %)"));
    assert!(screen.says("bring `current` from 612 to at most 500 (-18.3 %)"));
    assert_eq!(decision(&project, "rerun.json")["suites"], json!([]));
    let words = ["gate", "explain", "--commit", COMMIT, "--now", NOW];
    let screen = project.run(&words);
    assert!(screen.expect_code(1).says("a waiver of at most 30 days"));
}

#[test]
fn a_suite_to_run_again_is_planned() {
    let project = project();
    std::fs::remove_dir_all(project.path().join(CHAOS)).unwrap();
    project.write(&format!("{PERFORMANCE}-x/evidence.jsonl"), "{}");
    let line = json!({"t_us": 0, "event": {"kind": "run_started", "run_id": "killed",
        "at": "2026-03-14T09:40:00Z", "subject": {"commit": "ff", "dirty": false}, "plan": {"suite": "a"}}});
    project.write(
        &format!("{PERFORMANCE}-y/evidence.jsonl"),
        &line.to_string(),
    );
    let words = ["--emit-rerun", "rerun.json", "--json", "decision.json"];
    gate(&project, &words).expect_code(4);
    let written = decision(&project, "decision.json");
    assert_eq!(gate_schema::problems(&written), Vec::<String>::new());
    let plan = decision(&project, "rerun.json");
    assert_eq!(plan["suites"][0]["suite"], "nats_partition_mesh");
    assert_eq!(plan["suites"][0]["reasons"], json!(["MISSING"]));
}

#[test]
fn missing_sessions_are_planned_and_open_it_when_they_were_run() {
    let project = project();
    project.write("suites/release.gate.yaml", &world::sessions_policy());
    let words = ["--emit-rerun", "rerun.json", "--json", "decision.json"];
    gate(&project, &words).expect_code(3).expect(&[
        "CLOSED",
        "TOO_FEW_SESSIONS",
        "checkout was run often enough",
        "run checkout 2 times more",
    ]);
    let written = decision(&project, "decision.json");
    assert_eq!(gate_schema::problems(&written), Vec::<String>::new());
    let plan = decision(&project, "rerun.json");
    let wanted = json!({"suite": "checkout", "kind": "performance", "runs": 2,
        "command": ["proofhouse", "run", "checkout"], "reasons": ["TOO_FEW_SESSIONS"]});
    assert_eq!(plan["suites"][0], wanted);
    assert_eq!(plan["suites"][1]["runs"], 2);
    let mut files = world::files();
    world::again(&mut files, PERFORMANCE, "second", 28);
    world::write(project.path(), &files);
    let words = ["gate", "explain", "--commit", COMMIT, "--now", NOW];
    let screen = project.run(&words);
    assert!(screen.expect_code(3).says("run checkout once more"));
    world::write(project.path(), &world::sessions());
    gate(&project, &["--json", "one.json"]).expect_code(0);
    gate(&project, &["--json", "two.json"]).expect_code(0);
    let read = |name: &str| std::fs::read_to_string(project.path().join(name)).unwrap();
    assert_eq!(read("one.json"), read("two.json"));
    // A decision is made again under a policy that asks for more, or allows less.
    for (key, reason) in [
        ("min_sessions: 4", "+ TOO_FEW_SESSIONS checkout"),
        ("sessions_max: 2", "+ TOO_MANY_SESSIONS checkout"),
    ] {
        let text = world::POLICY.replace("min_tests: 20", &format!("min_tests: 20, {key}"));
        project.write("new.gate.yaml", &text);
        let screen = project.run(&["gate", "simulate", "--policy", "new.gate.yaml"]);
        screen.expect_code(1).expect(&["FLIPS", reason]);
    }
}

#[test]
fn a_session_that_failed_closes_it_by_the_name_of_its_run() {
    let project = project();
    project.write("suites/release.gate.yaml", &world::sessions_policy());
    let mut files = world::sessions();
    change(&mut files, PERFORMANCE, fail);
    world::write(project.path(), &files);
    let screen = gate(&project, &["--json", "decision.json"]);
    screen.expect_code(1).expect(&[
        "SESSION_FAILED",
        "checkout holds in every session",
        "run one of 2026-03-14T09:26:20Z failed",
    ]);
    let written = decision(&project, "decision.json");
    assert_eq!(gate_schema::problems(&written), Vec::<String>::new());
    let input = written["findings"][0]["input"].as_str().unwrap();
    assert!(PERFORMANCE.ends_with(input.trim_end_matches("/report.json")));
}

#[test]
fn more_sessions_than_allowed_close_it_and_a_policy_must_not_ask_for_both() {
    let project = project();
    world::write(project.path(), &world::sessions());
    let with =
        |keys: &str| world::POLICY.replace("min_tests: 20", &format!("min_tests: 20, {keys}"));
    project.write("suites/release.gate.yaml", &with("sessions_max: 3"));
    gate(&project, &[]).expect_code(0);
    project.write("suites/release.gate.yaml", &with("sessions_max: 2"));
    gate(&project, &[]).expect_code(1).expect(&[
        "TOO_MANY_SESSIONS",
        "at most 2 complete runs of this commit",
        "3 complete runs",
    ]);
    let both = with("min_sessions: 3, sessions_max: 2");
    project.write("suites/release.gate.yaml", &both);
    gate(&project, &[]).expect_code(2).expect(&[
        "`sessions_max` allows fewer runs than `min_sessions: 3` needs",
        "suites/release.gate.yaml:4:88",
        "allow at least as many: `sessions_max: 3`",
    ]);
}

#[test]
fn old_decisions_are_made_again_under_another_policy() {
    let project = project();
    project
        .run(&["gate", "simulate"])
        .expect_code(4)
        .expect(&["no decisions"]);
    gate(&project, &[]).expect_code(0);
    project
        .run(&["gate", "simulate"])
        .expect_code(0)
        .expect(&["0 of 1 decisions"]);
    let strict = world::POLICY.replace("current > 500", "current > 1");
    project.write("strict.gate.yaml", &strict);
    let screen = project.run(&["gate", "simulate", "--policy", "strict.gate.yaml"]);
    screen.expect_code(1).expect(&[
        "FLIPS",
        "pass (0) -> fail (1)",
        "+ RULE_FAILED search/typical_load/p95/slo (rule p95)",
    ]);
}

#[test]
fn questions_that_are_none_are_2() {
    let project = project();
    let asked = |words: &[&str]| project.run(&[&["gate"], words].concat());
    asked(&["--commit", COMMIT, "--now", "today"])
        .expect_code(2)
        .expect(&["is not a time"]);
    asked(&["--commit", "nothing", "--now", NOW])
        .expect_code(2)
        .expect(&["no commit `nothing`"]);
    asked(&["--commit", COMMIT, "--artifact", "abc"])
        .expect_code(2)
        .expect(&["is not a digest"]);
    asked(&["--commit", COMMIT, "--policy", "none.yaml"])
        .expect_code(2)
        .expect(&["cannot read `none.yaml`"]);
    project.write(
        "suites/release.gate.yaml",
        &world::POLICY.replace("current >", "confidence >"),
    );
    let screen = asked(&["--commit", COMMIT]);
    screen.expect_code(2).expect(&[
        "suites/release.gate.yaml:8:42",
        "reports do not carry it",
        "^^^^^^^^^^",
    ]);
    project
        .run(&["check"])
        .expect_code(2)
        .expect(&["reports do not carry it"]);
}

#[test]
fn policies_are_checked_and_are_no_suites() {
    let project = project();
    project.write(
        "suites/release.waivers.yaml",
        "apiVersion: proofhouse/waivers/v1\nwaivers: []\n",
    );
    project.run(&["check"]).expect_code(0).expect(&[
        "ok  suites/release.gate.yaml  3 required entries, 1 rule",
        "ok  suites/release.waivers.yaml  0 waivers",
    ]);
    project
        .run(&["run"])
        .expect_code(2)
        .expect(&["there are no suites"]);
}

fn git(folder: &Path, words: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(words)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{words:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A waiver forgives a failure, but not when it comes in one commit with the code.
#[test]
fn a_waiver_must_not_come_with_the_code_that_it_excuses() {
    let project = Project::new();
    let root = project.path();
    git(root, &["init", "--quiet"]);
    let policy = format!(
        "{}waivers_file: w.yaml\nwaiver_owners: [ada]\n",
        world::POLICY
    );
    project.write("suites/release.gate.yaml", &policy);
    project.write(
        "suites/w.yaml",
        "apiVersion: proofhouse/waivers/v1\nwaivers: []\n",
    );
    project.write(".gitignore", "target\nunit\n");
    git(root, &["add", "."]);
    git(root, &["commit", "--quiet", "-m", "one"]);
    let waiver = "apiVersion: proofhouse/waivers/v1\nwaivers:\n  - {id: W-1, check: search/typical_load/p95/slo, reason: r, owner: ada, issue: i, created: 2026-03-10, expires: 2026-03-20, limit: current <= 650}\n";
    project.write("suites/w.yaml", waiver);
    project.write("code.txt", "changed");
    git(root, &["add", "."]);
    git(root, &["commit", "--quiet", "-m", "code and its waiver"]);
    failing(&project, &git(root, &["rev-parse", "HEAD"]));
    let screen = project.run(&["gate", "--now", NOW]);
    assert!(
        screen
            .expect_code(1)
            .says("came in one commit with the code that it excuses")
    );
    assert!(screen.err.contains("the one of this folder"));
    project.write("code.txt", "changed again");
    git(root, &["commit", "--quiet", "-am", "code alone"]);
    failing(&project, &git(root, &["rev-parse", "HEAD"]));
    project
        .run(&["gate", "--now", NOW, "--json", "waived.json"])
        .expect_code(0)
        .expect(&["WAIVED", "1 of 1 waivers used"]);
    let written = decision(&project, "waived.json");
    assert_eq!(gate_schema::problems(&written), Vec::<String>::new());
    gate_formats::a_waived_check_is_no_pass_anywhere(&project);
    project
        .run(&["gate", "--now", "2026-03-14T09:30:00Z"])
        .expect_code(0);
}

/// One check of a report failed, and the report says so.
fn fail(report: &mut Value) {
    let checks = report["checks"].as_array_mut().unwrap();
    let check = checks
        .iter_mut()
        .find(|check| check["id"] == "search/typical_load/p95/slo")
        .unwrap();
    check["verdict"] = json!("fail");
    check["current"] = json!(612.0);
    report["verdict"] = json!("fail");
    let pass = report["counts"]["pass"].as_u64().unwrap();
    report["counts"]["pass"] = json!(pass - 1);
    report["counts"]["fail"] = json!(1);
}

/// The evidence of a commit, with one failed check.
fn failing(project: &Project, commit: &str) {
    let mut files = world::files();
    change(&mut files, PERFORMANCE, fail);
    for file in files.values_mut() {
        *file = String::from_utf8(file.clone())
            .unwrap()
            .replace(COMMIT, commit)
            .into_bytes();
    }
    world::write(project.path(), &files);
}

/// Makes a commit with a strict suite, a weak one, and a policy that wants suites of the commit; its id.
fn committed(project: &Project) -> String {
    let root = project.path();
    git(root, &["init", "--quiet"]);
    let policy = format!("{}subject: {{suites: committed}}\n", world::POLICY);
    project.write("suites/release.gate.yaml", &policy);
    project.write("suites/checkout.yaml", "strict\n");
    project.write("suites/weak.yaml", "lax\n");
    project.write(".gitignore", "target\nunit\n");
    git(root, &["add", "."]);
    git(root, &["commit", "--quiet", "-m", "one"]);
    git(root, &["rev-parse", "HEAD"])
}

/// A clean work tree says nothing of a suite that git does not track.
#[test]
fn suites_must_be_those_of_the_commit_where_the_policy_asks_for_that() {
    let project = Project::new();
    let commit = committed(&project);
    project.write("elsewhere/checkout.yaml", "lax\n");
    for (path, text, code) in [
        ("suites/checkout.yaml", "strict\n", 0),
        ("suites/checkout.yaml", "lax\n", 4),
        ("elsewhere/checkout.yaml", "lax\n", 4),
        ("nowhere.yaml", "strict\n", 4),
    ] {
        told_by(&project, &commit, path, text);
        let screen = project.run(&["gate", "--now", NOW]);
        screen.expect_code(code);
        assert_eq!(
            screen.says("which said what to test"),
            code == 4,
            "{path} {text}"
        );
    }
}

/// A weaker file that the commit has, too, under the name of the one that is trusted: by a link in the
/// work tree, or by what git shows in its place.
#[test]
fn another_file_of_the_commit_cannot_take_the_place_of_a_suite() {
    let project = Project::new();
    let (root, commit) = (project.path(), committed(&project));
    told_by(&project, &commit, "suites/checkout.yaml", "lax\n");
    let refused = |why: &str| {
        let screen = project.run(&["gate", "--now", NOW]);
        screen.expect_code(4);
        assert!(screen.says("is another one in the commit"), "{why}");
    };
    let suite = root.join("suites/checkout.yaml");
    std::fs::remove_file(&suite).unwrap();
    std::os::unix::fs::symlink("weak.yaml", &suite).unwrap();
    refused("a link");
    std::fs::remove_file(&suite).unwrap();
    project.write("suites/checkout.yaml", "strict\n");
    let blob = |path: &str| git(root, &["rev-parse", &format!("HEAD:{path}")]);
    let (strong, weak) = (blob("suites/checkout.yaml"), blob("suites/weak.yaml"));
    git(root, &["replace", &strong, &weak]);
    refused("a replaced object");
}

/// The evidence of a commit, of runs that were told by a file with a text what to test.
fn told_by(project: &Project, commit: &str, path: &str, text: &str) {
    let mut files = world::files();
    let digest = format!("sha256:{}", proofhouse::store::sha256_hex(text.as_bytes()));
    for run in [PERFORMANCE, CHAOS] {
        change(&mut files, run, |report| {
            report["config"] = json!([{"path": path, "digest": digest}]);
        });
    }
    for file in files.values_mut() {
        let text = String::from_utf8(file.clone()).unwrap();
        *file = text.replace(COMMIT, commit).into_bytes();
    }
    world::write(project.path(), &files);
}
