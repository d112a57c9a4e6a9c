//! `proofhouse drift --remediate` from end to end: the steps of its how-to, with the reference platform
//! and `proofhouse fake github` as they are.

use crate::fake_github::{Fake, git};
use crate::production_guard::with_programs;
use crate::support::{Project, Screen};
use serde_json::Value;
use std::path::PathBuf;

const PAGE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../docs/howto/drift-remediation-github.md"
);
/// Where the page's GitHub listens, and its token.
const ADDRESS: &str = "http://127.0.0.1:9500";
const TOKEN: &str = "ghp_throwaway";
/// What the page declares.
const DECLARED: &str = "trial/behaviors/me.yaml";

/// A file that the page shows, by the comment that it opens with.
fn shown(name: &str) -> String {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let opening = format!("# {name}");
    let mut lines = page.lines();
    let first = lines.find(|line| line.trim() == opening).unwrap();
    let indent = first.len() - opening.len();
    let rest = lines.take_while(|line| line.trim() != "```");
    let file = [first].into_iter().chain(rest);
    file.map(|line| format!("{}\n", line.get(indent..).unwrap_or_default()))
        .collect()
}

/// The page's project, and its GitHub.
struct Trial {
    project: Project,
    fake: Fake,
}

impl Trial {
    fn begin(incidents: &str) -> Self {
        let project = Project::new();
        project.write(DECLARED, &shown(DECLARED));
        project.write("incidents.json", incidents);
        let fake = Fake::start(
            &project,
            &[
                "--token",
                TOKEN,
                "--content",
                "trial",
                "--incidents",
                "incidents.json",
                "--export",
                "out",
            ],
        );
        let suite = with_programs(&shown("suites/remediate.yaml"));
        let token = format!("      GITHUB_TOKEN: {TOKEN}\n");
        assert!(suite.contains(ADDRESS) && suite.contains(&token), "{suite}");
        // GitHub's second between writes would only make the test longer.
        let quick = format!("{token}      GITHUB_MIN_WAIT_SCALE: \"0.01\"\n");
        let suite = suite
            .replace(ADDRESS, fake.told("GITHUB_API_URL"))
            .replace(&token, &quick);
        project.write("suites/remediate.yaml", &suite);
        Self { project, fake }
    }

    /// Detects, and proposes what would mend it; the platform starts anew each time.
    fn remediate(&self) -> Screen {
        self.project
            .run(&["drift", "remediate", "--strict", "--remediate"])
    }

    async fn pulls(&self) -> Vec<Value> {
        let pulls = self.fake.get("/pulls?state=all").await;
        pulls.as_array().unwrap().clone()
    }

    /// Ends the fake, which did nothing wrong itself, and answers what it exported.
    fn end(self) -> (Project, PathBuf) {
        let (code, told) = self.fake.stop();
        assert_eq!(code, 130, "{told}");
        for fault in ["fault of the fake", "request: "] {
            assert!(!told.contains(fault), "{told}");
        }
        let out = self.project.path().join("out");
        (self.project, out)
    }
}

/// Verdict and what was seen of one check.
fn decided(project: &Project, id: &str) -> (String, String) {
    let report = project.report();
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["id"] == id).unwrap();
    let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
    (text("verdict"), text("saw"))
}

/// The branches of an exported repository.
fn branches(repository: &std::path::Path) -> String {
    git(
        repository,
        &["for-each-ref", "--format=%(refname:short)", "refs/heads"],
    )
}

#[tokio::test]
async fn a_drift_becomes_one_pull_request_that_mends_it() {
    let trial = Trial::begin("[]");
    for run in ["the first", "the second"] {
        // The drift is there until somebody merges.
        trial.remediate().expect_code(1);
        assert_eq!(decided(&trial.project, "drift/get-api-me").0, "fail");
        let (verdict, saw) = decided(&trial.project, "drift/remediation");
        assert_eq!(verdict, "pass", "{run}: {saw}");
        let pulls = trial.pulls().await;
        assert_eq!(pulls.len(), 1, "{run}: {pulls:#?}");
        assert_eq!(pulls[0]["state"], "open");
        assert_eq!(pulls[0]["base"]["ref"], "trunk");
        let notes = trial.project.report()["notes"].to_string();
        let address = pulls[0]["html_url"].as_str().unwrap();
        assert!(
            notes.contains(&format!("pull request {address}")),
            "{notes}"
        );
    }
    let (project, out) = trial.end();
    let changed = git(
        &out,
        &["diff", "--name-status", "trunk", "refs/pull/1/head"],
    );
    assert_eq!(changed, "M\tbehaviors/me.yaml\n");
    let commits = git(&out, &["rev-list", "--count", "trunk..refs/pull/1/head"]);
    assert_eq!(commits, "1\n");
    assert_eq!(git(&out, &["rev-list", "--count", "trunk"]), "1\n");
    // What is merged opens the gate, and then there is nothing more to propose.
    let merged = git(&out, &["show", "refs/pull/1/head:behaviors/me.yaml"]);
    assert!(merged.starts_with(&format!("# {DECLARED}")), "{merged}");
    project.write(DECLARED, &merged);
    project
        .run(&["drift", "remediate", "--strict", "--remediate"])
        .expect_code(0);
    let (verdict, saw) = decided(&project, "drift/remediation");
    assert_eq!(
        (verdict.as_str(), saw.as_str()),
        ("skipped", "nothing to mend")
    );
}

/// What a fault leaves behind: an error with its reason, and no branch at all.
fn nothing_is_left(incidents: &str, reasons: &[&str]) {
    let trial = Trial::begin(incidents);
    trial.remediate().expect_code(1);
    let (verdict, saw) = decided(&trial.project, "drift/remediation");
    assert_eq!(verdict, "error", "{saw}");
    for reason in reasons {
        assert!(saw.contains(reason), "{saw}");
    }
    // What was found is told all the same.
    assert_eq!(decided(&trial.project, "drift/get-api-me").0, "fail");
    let (_project, out) = trial.end();
    assert_eq!(branches(&out), "trunk\n");
}

#[test]
fn a_limit_of_github_is_an_error_that_names_it() {
    let limit = r#"[{"op": "any", "nth": 1, "kind": "rate:secondary:403:retry-after=3600"}]"#;
    nothing_is_left(limit, &["503", "rate_limited"]);
}

#[test]
fn a_broken_github_is_an_error_that_names_it() {
    let broken = r#"[{"op": "git/create-ref", "kind": "r16"}]"#;
    nothing_is_left(broken, &["502", "upstream_error"]);
}

#[test]
fn a_token_that_is_not_accepted_is_an_error_that_names_it() {
    nothing_is_left(r#"[{"op": "any", "kind": "r1"}]"#, &["502", "auth_failed"]);
}

/// When the branch is there and GitHub takes no pull request, the branch is whole, and the next run
/// goes on from it.
#[tokio::test]
async fn a_run_after_a_fault_goes_on_where_it_stopped() {
    // As often as the platform tries in one remediation.
    let refused = [1, 2, 3, 4]
        .map(|nth| serde_json::json!({"op": "pulls/create", "nth": nth, "kind": "r16"}));
    let trial = Trial::begin(&serde_json::json!(refused).to_string());
    trial.remediate().expect_code(1);
    assert_eq!(trial.pulls().await.len(), 0);
    trial.remediate().expect_code(1);
    assert_eq!(decided(&trial.project, "drift/remediation").0, "pass");
    assert_eq!(trial.pulls().await.len(), 1);
    let (_project, out) = trial.end();
    assert_eq!(branches(&out).lines().count(), 2);
    let commits = git(&out, &["rev-list", "--count", "trunk..refs/pull/1/head"]);
    assert_eq!(commits, "1\n");
}
