//! `proofhouse fake github` as people use it: started alone, written to over HTTP, read with git.

use crate::python::python;
use crate::support::Project;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// The fake as a process, with the environment that it told.
pub struct Fake {
    child: Child,
    told: BTreeMap<String, String>,
    http: reqwest::Client,
}

/// Reads lines until one of them satisfies.
fn read_until(stdout: &mut BufReader<ChildStdout>, mut done: impl FnMut(&str) -> bool) {
    let mut line = String::new();
    loop {
        line.clear();
        assert_ne!(
            stdout.read_line(&mut line).unwrap(),
            0,
            "it ended too early"
        );
        if done(line.trim_end()) {
            return;
        }
    }
}

impl Fake {
    pub fn start(project: &Project, arguments: &[&str]) -> Self {
        let all = [&["fake", "github"], arguments].concat();
        let mut command = project.command(&all);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut told = BTreeMap::new();
        read_until(&mut stdout, |line| {
            if let Some((name, value)) = line.split_once('=') {
                told.insert(name.to_owned(), value.to_owned());
            }
            told.len() == 3
        });
        let http = reqwest::Client::builder()
            .no_proxy()
            .user_agent("suite")
            .build()
            .unwrap();
        Self { child, told, http }
    }

    pub fn told(&self, name: &str) -> &str {
        &self.told[name]
    }

    /// Status and body; `None` when the connection ended without a reply.
    async fn ask(&self, method: Method, below: &str, body: Value) -> Option<(u16, Value)> {
        let url = format!(
            "{}/repos/{}{below}",
            self.told("GITHUB_API_URL"),
            self.told("GITHUB_REPOSITORY")
        );
        let request = self
            .http
            .request(method, url)
            .bearer_auth(self.told("GITHUB_TOKEN"))
            .header("accept", "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28");
        let response = match body {
            Value::Null => request.send().await,
            body => request.json(&body).send().await,
        };
        let response = response.ok()?;
        Some((
            response.status().as_u16(),
            response.json().await.unwrap_or_default(),
        ))
    }

    pub async fn get(&self, below: &str) -> Value {
        let (status, body) = self.ask(Method::GET, below, Value::Null).await.unwrap();
        assert_eq!(status, 200, "{below}: {body}");
        body
    }

    async fn post(&self, below: &str, body: Value) -> Value {
        let (status, body) = self.ask(Method::POST, below, body).await.unwrap();
        assert_eq!(status, 201, "{below}: {body}");
        body
    }

    /// Ctrl-C; answers the exit code and what was said on standard error.
    pub fn stop(mut self) -> (i32, String) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        kill(pid, Signal::SIGINT).unwrap();
        let mut told = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut told)
            .unwrap();
        (self.child.wait().unwrap().code().unwrap_or(-1), told)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "safe.directory=*", "-c", "core.quotePath=false", "-C"]);
    let output = command.arg(folder).args(arguments).output().unwrap();
    let (out, err) = (output.stdout, String::from_utf8(output.stderr).unwrap());
    assert!(
        output.status.success() && err.is_empty(),
        "git {arguments:?}: {err}"
    );
    String::from_utf8(out).unwrap()
}

/// Blob, tree, commit, reference, pull request.
async fn by_git_data(fake: &Fake) {
    let tip = fake.get("/git/ref/heads/trunk").await["object"]["sha"].clone();
    let commit = fake
        .get(&format!("/git/commits/{}", tip.as_str().unwrap()))
        .await;
    let blob = json!({ "content": "AAEC/w==", "encoding": "base64" });
    let blob = fake.post("/git/blobs", blob).await;
    let entries = json!([
        { "path": "data/bytes.bin", "mode": "100644", "type": "blob", "sha": blob["sha"] },
        { "path": "run", "mode": "100755", "type": "blob", "content": "#!/bin/sh\n" },
    ]);
    let tree = json!({ "base_tree": commit["tree"]["sha"], "tree": entries });
    let tree = fake.post("/git/trees", tree).await;
    let made = json!({ "message": "Data", "tree": tree["sha"], "parents": [tip] });
    let made = fake.post("/git/commits", made).await;
    fake.post(
        "/git/refs",
        json!({ "ref": "refs/heads/fix/data", "sha": made["sha"] }),
    )
    .await;
    let pull = json!({ "title": "Data", "head": "fix/data", "base": "trunk" });
    assert_eq!(fake.post("/pulls", pull).await["number"], 1);
}

/// Reference, files one by one, pull request whose reply is lost.
async fn by_contents(fake: &Fake) {
    let tip = fake.get("/git/ref/heads/trunk").await["object"]["sha"].clone();
    fake.post(
        "/git/refs",
        json!({ "ref": "refs/heads/fix/text", "sha": tip }),
    )
    .await;
    let readme = fake.get("/contents/README.md").await["sha"].clone();
    for (path, more) in [
        ("README.md", json!({ "sha": readme })),
        ("d%C3%A4/x.txt", json!({})),
    ] {
        let mut body = json!({ "message": "Text", "content": "YQ0KYg==", "branch": "fix/text" });
        if let Some(sha) = more.get("sha") {
            body["sha"] = sha.clone();
        }
        let said = fake
            .ask(Method::PUT, &format!("/contents/{path}"), body)
            .await;
        assert!(matches!(said, Some((200 | 201, _))), "{said:?}");
    }
    let pull = json!({ "title": "Text", "head": "fix/text", "base": "trunk" });
    assert_eq!(fake.ask(Method::POST, "/pulls", pull).await, None);
    let listed = fake.get("/pulls?state=open&head=octo:fix/text").await;
    assert_eq!(listed[0]["number"], 2);
}

#[tokio::test]
async fn both_ways_to_a_pull_request_are_right_and_git_reads_them() {
    let project = Project::new();
    let incidents = r#"[{"op": "pulls/create", "nth": 2, "kind": "lost-reply"}]"#;
    project.write("incidents.json", incidents);
    let arguments = [
        "--incidents",
        "incidents.json",
        "--export",
        "out/repository",
    ];
    let fake = Fake::start(&project, &arguments);
    assert_eq!(fake.told("GITHUB_REPOSITORY"), "octo/hello");
    by_git_data(&fake).await;
    by_contents(&fake).await;
    let (code, told) = fake.stop();
    assert_eq!(code, 130, "{told}");
    assert!(
        told.contains("201  git/create-ref  POST /repos/octo/hello/git/refs"),
        "{told}"
    );
    assert!(
        told.contains("cut  pulls/create") && told.contains("incident: lost-reply"),
        "{told}"
    );
    assert!(
        !told.contains("fault of the fake") && !told.contains("request: "),
        "{told}"
    );
    let folder = project.path().join("out/repository");
    assert_eq!(
        git(
            &folder,
            &["fsck", "--strict", "--no-dangling", "--no-progress"]
        ),
        ""
    );
    assert_eq!(git(&folder, &["rev-list", "--count", "trunk"]), "1\n");
    let changed = |head: &str| {
        git(
            &folder,
            &["diff", "--raw", "--abbrev=1", "--no-renames", "trunk", head],
        )
    };
    let data = changed("refs/pull/1/head");
    let modes: Vec<&str> = data.lines().map(|line| &line[1..14]).collect();
    assert_eq!(modes, ["000000 100644", "000000 100755"]);
    let names = git(
        &folder,
        &["diff", "--name-status", "trunk", "refs/pull/2/head"],
    );
    assert_eq!(names, "M\tREADME.md\nA\tdä/x.txt\n");
    assert_eq!(
        git(&folder, &["show", "refs/pull/2/head:dä/x.txt"]),
        "a\r\nb"
    );
}

#[test]
fn mistakes_are_told_before_anything_starts() {
    let project = Project::new();
    project.write("bad.json", r#"[{"op": "pulls/create", "kind": "r21"}]"#);
    project.write("op.json", r#"[{"op": "pulls/make", "kind": "r1"}]"#);
    project.write("full/file", "x");
    let run = |arguments: &[&str]| project.run(&[&["fake", "github"], arguments].concat());
    run(&["--incidents", "none.json"])
        .expect_code(2)
        .expect(&["none.json"]);
    run(&["--incidents", "bad.json"])
        .expect_code(2)
        .expect(&["bad.json", "`r21`", "lost-reply"]);
    run(&["--incidents", "op.json"])
        .expect_code(2)
        .expect(&["`pulls/make`", "pulls/create"]);
    run(&["--export", "full"])
        .expect_code(2)
        .expect(&["full is not an empty folder"]);
    run(&["--content", "none"])
        .expect_code(2)
        .expect(&["none: "]);
    run(&["--repo", "a/b"]).expect_code(2).expect(&["`a/b`"]);
    run(&["--default-branch", "a..b"])
        .expect_code(2)
        .expect(&["`a..b`"]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    run(&["--listen", &address])
        .expect_code(2)
        .expect(&["cannot listen on", &address]);
}

/// The reference platform, with its audit of this GitHub.
struct Platform {
    child: Child,
    url: String,
}

impl Platform {
    fn start(fake: &Fake) -> Self {
        // The platform's program lies beside the one that is tested.
        let binary = Path::new(env!("CARGO_BIN_EXE_proofhouse")).with_file_name("platform");
        assert!(
            binary.exists(),
            "{} is not built: `cargo build --workspace`",
            binary.display()
        );
        let mut command = Command::new(binary);
        command.arg("workbench-bff").env_clear().envs([
            ("WORKBENCH_ADDR", "127.0.0.1:0"),
            ("KNOWLEDGE_GRAPH_URL", "http://127.0.0.1:9"),
            ("GITHUB_REMEDIATION_REPO", fake.told("GITHUB_REPOSITORY")),
            ("GITHUB_API_URL", fake.told("GITHUB_API_URL")),
            ("GITHUB_TOKEN", fake.told("GITHUB_TOKEN")),
            ("GITHUB_MIN_WAIT_SCALE", "0.01"),
            ("GITHUB_FOREIGN_FINDINGS", "accept"),
        ]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut url = String::new();
        read_until(&mut stdout, |line| {
            let line: Value = serde_json::from_str(line).unwrap_or_default();
            if line["message"] == "listening" {
                url = format!("http://{}", line["addr"].as_str().unwrap());
            }
            !url.is_empty()
        });
        // Somebody has to read on, or the platform would wait for its log.
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        Self { child, url }
    }

    async fn remediate(&self, fake: &Fake) -> (u16, Value) {
        let files =
            json!([{ "path": "behaviors/api.yaml", "content": "AAEC/w==", "encoding": "base64" }]);
        let finding = json!({ "title": "GET /x lacks a field", "kind": "missing_field", "proposed_files": files });
        let request = fake.http.post(format!("{}/drift/remediate", self.url));
        let request = request
            .bearer_auth("mock-token")
            .json(&json!({ "drift_id": "fix-10", "finding": finding }));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_reference_platform_opens_one_right_pull_request() {
    let project = Project::new();
    let incidents = r#"[{"op": "pulls/create", "nth": 1, "kind": "lost-reply"}]"#;
    project.write("incidents.json", incidents);
    let fake = Fake::start(
        &project,
        &[
            "--enterprise",
            "--incidents",
            "incidents.json",
            "--export",
            "out",
        ],
    );
    assert!(fake.told("GITHUB_API_URL").ends_with("/api/v3"));
    let platform = Platform::start(&fake);
    let (status, said) = platform.remediate(&fake).await;
    assert!(matches!(status, 200 | 201), "{status} {said}");
    assert_eq!(
        (&said["pr_number"], &said["branch"]),
        (&json!(1), &json!("remediation/fix-10"))
    );
    let (again, same) = platform.remediate(&fake).await;
    assert_eq!((again, &same["pr_number"]), (200, &json!(1)), "{same}");
    drop(platform);
    let (code, told) = fake.stop();
    assert_eq!(code, 130, "{told}");
    assert!(
        !told.contains("fault of the fake") && !told.contains("request: "),
        "{told}"
    );
    assert_eq!(
        told.matches("POST /api/v3/repos/octo/hello/pulls\n")
            .count(),
        1,
        "{told}"
    );
    let folder = project.path().join("out");
    let names = git(
        &folder,
        &["diff", "--name-status", "trunk", "remediation/fix-10"],
    );
    assert_eq!(names, "A\tbehaviors/api.yaml\n");
    assert_eq!(
        git(
            &folder,
            &["rev-list", "--count", "trunk..remediation/fix-10"]
        ),
        "1\n"
    );
}

/// What PyGithub does, unmodified: a branch, a commit and a pull request.
const PY_GITHUB: &str = r#"
import os
from github import Auth, Github

github = Github(auth=Auth.Token(os.environ["GITHUB_TOKEN"]), base_url=os.environ["GITHUB_API_URL"])
repository = github.get_repo(os.environ["GITHUB_REPOSITORY"])
base = repository.default_branch
tip = repository.get_branch(base).commit.sha
repository.create_git_ref("refs/heads/fix/py", tip)
made = repository.create_file("docs/py.txt", "By PyGithub", "by PyGithub\n", branch="fix/py")
pull = repository.create_pull(base=base, head="fix/py", title="From PyGithub", body="as it is")
assert pull.number == 1 and pull.html_url.endswith("/pull/1"), pull
assert pull.get_commits()[0].sha == made["commit"].sha
found = repository.get_pulls(state="open", head="octo:fix/py")
assert [one.number for one in found] == [1]
"#;

#[test]
fn py_github_opens_a_pull_request() {
    let Some(python) = python("pygithub", &["PyGithub==2.8.1"], "github") else {
        return;
    };
    let project = Project::new();
    let fake = Fake::start(&project, &["--export", "out"]);
    let script = project.write("opens.py", PY_GITHUB);
    let output = Command::new(python)
        .arg(script)
        .env("no_proxy", "127.0.0.1")
        .envs(&fake.told)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let (_, told) = fake.stop();
    assert!(
        !told.contains("fault of the fake") && !told.contains("request: "),
        "{told}"
    );
    let folder = project.path().join("out");
    let names = git(
        &folder,
        &["diff", "--name-status", "trunk", "refs/pull/1/head"],
    );
    assert_eq!(names, "A\tdocs/py.txt\n");
    assert_eq!(
        git(
            &folder,
            &["fsck", "--strict", "--no-dangling", "--no-progress"]
        ),
        ""
    );
}
