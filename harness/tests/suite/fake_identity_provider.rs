//! `proofhouse fake idp` as a person uses it, and the reference platform against it.

use crate::support::{Project, Running, until};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The provider, run alone.
struct Fake {
    running: Running,
    environment: BTreeMap<String, String>,
    control: String,
}

impl Fake {
    /// Starts it and reads what it prints, as somebody would who pastes it.
    fn start(arguments: &[&str]) -> Self {
        let project = Project::new();
        let mut command = project.command(&["fake", "idp"]);
        let mut child = command
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let screen = BufReader::new(child.stdout.take().unwrap());
        let running = Running::of(child);
        let mut fake = Self {
            running,
            environment: BTreeMap::new(),
            control: String::new(),
        };
        for line in screen.lines().map(Result::unwrap) {
            if let Some(rest) = line.strip_prefix("# token     curl -s -X POST ") {
                fake.control = rest.trim_end_matches("/token").to_owned();
            }
            if let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
                fake.environment.insert(name.to_owned(), value.to_owned());
            }
            if line.starts_with("# stop") {
                return fake;
            }
        }
        panic!("it ended before it said how to stop it");
    }

    fn issuer(&self) -> &str {
        &self.environment["OIDC_ISSUER_URL"]
    }

    async fn post(&self, path: &str, body: String) -> (u16, String) {
        let request = reqwest::Client::new().post(format!("{}{path}", self.control));
        let answer = request.body(body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.text().await.unwrap())
    }

    async fn token(&self, wanted: Value) -> String {
        let (status, text) = self.post("/token", wanted.to_string()).await;
        assert_eq!(status, 200, "{text}");
        text.trim().to_owned()
    }

    async fn play(&self, scene: &str) {
        let (status, text) = self.post("/scene", scene.to_owned()).await;
        assert_eq!(status, 200, "{text}");
    }

    /// The record from the request of a number on.
    async fn requests(&self, since: u64) -> Value {
        let url = format!("{}/requests?since={since}", self.control);
        reqwest::get(url).await.unwrap().json().await.unwrap()
    }
}

/// The reference platform, which is ended with the test.
struct Platform {
    child: Child,
    workbench: String,
}

impl Drop for Platform {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The platform's program lies beside the one that is tested.
fn platform_binary() -> PathBuf {
    let binary = Path::new(env!("CARGO_BIN_EXE_proofhouse")).with_file_name("platform");
    assert!(binary.exists(), "not built: `cargo build --workspace`");
    binary
}

impl Platform {
    /// All services on free ports, told what the fake printed.
    fn start(environment: &BTreeMap<String, String>) -> Self {
        let addresses = [
            "KNOWLEDGE_GRAPH_ADDR",
            "WORKBENCH_ADDR",
            "POLICY_GATEWAY_ADDR",
            "OUTBOX_RELAY_ADDR",
            "PROJECTOR_ADDR",
        ];
        let mut child = Command::new(platform_binary())
            .arg("all")
            .env_clear()
            .envs(addresses.map(|name| (name, "127.0.0.1:0")))
            .envs(environment)
            .env("KNOWLEDGE_GRAPH_GENERATED_TRIPLES", "0")
            .envs([("JWKS_CACHE_TTL", "1"), ("JWKS_COOLDOWN", "1")])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stdout.take().unwrap());
        let mut platform = Self {
            child,
            workbench: String::new(),
        };
        let mut lines = log.lines().map(Result::unwrap);
        let listening = lines.find_map(|line| {
            let line: Value = serde_json::from_str(&line).ok()?;
            let ours = line["message"] == "listening" && line["service"] == "workbench-bff";
            ours.then(|| line["addr"].as_str().unwrap().to_owned())
        });
        platform.workbench = listening.unwrap();
        // A pipe that nobody reads would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        platform
    }

    async fn status(&self, token: &str) -> u16 {
        let url = format!("http://{}/api/me", self.workbench);
        let request = reqwest::Client::new().get(url).bearer_auth(token);
        request.send().await.unwrap().status().as_u16()
    }

    async fn until(&self, what: &str, token: &str, status: u16) {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let seen = self.status(token).await;
            if seen == status {
                return;
            }
            assert!(Instant::now() < deadline, "{what}: {seen}, not {status}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn keys_requests(record: &Value) -> Vec<&Value> {
    let all = record["requests"].as_array().unwrap();
    let keys = |one: &&Value| one["target"] == "/realms/a/keys";
    all.iter().filter(keys).collect()
}

#[tokio::test]
async fn the_platform_trusts_it_follows_its_keys_and_survives_its_outages() {
    let fake = Fake::start(&[]);
    let platform = Platform::start(&fake.environment);
    let first = fake.token(json!({"subject": "bob"})).await;
    platform.until("a good token", &first, 200).await;
    let forged = fake.token(json!({"signer": "unpublished"})).await;
    assert_eq!(platform.status(&forged).await, 401);
    let expired = fake.token(json!({"lifetime_seconds": -600})).await;
    assert_eq!(platform.status(&expired).await, 401);
    assert_eq!(platform.status(&first).await, 200);

    let before = fake.requests(0).await;
    assert!(!keys_requests(&before).is_empty());
    fake.play("rotate-add").await;
    let second = fake.token(json!({})).await;
    platform.until("a new key", &second, 200).await;
    assert_eq!(
        platform.status(&first).await,
        200,
        "the old key is still published"
    );
    let after = fake.requests(before["next"].as_u64().unwrap()).await;
    assert!(
        !keys_requests(&after).is_empty(),
        "the new key came from nowhere"
    );

    fake.play("rotate-remove").await;
    platform.until("a withdrawn key", &first, 401).await;
    assert_eq!(platform.status(&second).await, 200);

    // Down, and up again at the same port with keys that nobody has seen.
    fake.play("outage:refused").await;
    assert!(reqwest::get(fake.issuer()).await.unwrap_err().is_connect());
    fake.play("cold").await;
    let third = fake.token(json!({})).await;
    platform.until("keys after an outage", &third, 200).await;

    let record = fake.requests(0).await;
    assert_eq!(
        (&record["lost"], &record["canary_connections"]),
        (&json!(0), &json!(0))
    );
    let rows = record["requests"].as_array().unwrap();
    assert!(
        rows.iter().all(|row| row["outcome"] != "unmatched"),
        "{rows:?}"
    );
    let times: Vec<f64> = rows
        .iter()
        .map(|row| row["at_ms"].as_f64().unwrap())
        .collect();
    assert!(times.is_sorted() && times[0] >= 0.0, "{times:?}");
}

#[tokio::test]
async fn ctrl_c_ends_it_and_frees_the_port() {
    let mut fake = Fake::start(&["--issuer-path", "", "--scene", "outage:503@keys"]);
    let keys = format!("{}/keys", fake.issuer());
    assert_eq!(reqwest::get(keys).await.unwrap().status(), 503);
    let address = fake.issuer().trim_start_matches("http://").to_owned();
    fake.running.signal(Signal::SIGINT);
    assert_eq!(fake.running.wait(), 130);
    until("the port is free", || {
        std::net::TcpListener::bind(&address).is_ok()
    });
}

#[tokio::test]
async fn it_can_be_somebody_else_to_the_outside() {
    let fake = Fake::start(&[
        "--public-url",
        "https://idp.test",
        "--client-id",
        "shop",
        "--audience",
        "shop-api",
        "--algorithms",
        "EdDSA,PS256",
    ]);
    assert_eq!(fake.issuer(), "https://idp.test/realms/a");
    assert_eq!(fake.environment["OIDC_CLIENT_ID"], "shop");
    assert_eq!(fake.environment["OIDC_AUDIENCE"], "shop-api");
    let token = fake.token(json!({})).await;
    let head = token.split('.').next().unwrap();
    // `{"alg":"EdDSA",` in base64url.
    assert!(head.starts_with("eyJhbGciOiJFZERTQSIs"), "{head}");
}

#[tokio::test]
async fn the_control_port_says_what_is_wrong() {
    let fake = Fake::start(&[]);
    for (path, body, status, words) in [
        ("/scene", "sunny", 400, "known: steady, cold"),
        (
            "/scene",
            r#"{"fautl": "eof"}"#,
            400,
            "unknown field `fautl`",
        ),
        (
            "/scene",
            r#"{"fault": {"status": {"code": 200}}}"#,
            400,
            "status 200",
        ),
        ("/token", r#"{"algorithm": "HS256"}"#, 400, "RS256, ES256"),
        ("/token", "not json", 400, "expected"),
        ("/nothing", "", 404, "POST /_proofhouse/token"),
    ] {
        let (seen, text) = fake.post(path, body.to_owned()).await;
        assert_eq!(seen, status, "{path} {body}: {text}");
        assert!(text.contains(words), "{path} {body}: {text}");
    }
    let own = json!({"name": "own", "fault": {"drip_ms": 5}, "at": ["keys"], "first": 1});
    fake.play(&own.to_string()).await;
    let scene = reqwest::get(format!("{}/scene", fake.control))
        .await
        .unwrap();
    assert_eq!(
        scene.json::<Value>().await.unwrap()["fault"],
        json!({"drip_ms": 5})
    );
    let scenes = reqwest::get(format!("{}/scenes", fake.control))
        .await
        .unwrap();
    assert_eq!(scenes.json::<Vec<Value>>().await.unwrap().len(), 41);
    // A page in a browser could otherwise switch scenes.
    let page = reqwest::Client::new()
        .post(format!("{}/scene", fake.control))
        .header("origin", "http://evil.test")
        .body("cold");
    assert_eq!(page.send().await.unwrap().status(), 403);
}

#[test]
fn mistakes_on_the_command_line_are_told_before_anything_listens() {
    let project = Project::new();
    project
        .run(&["fake", "idp", "--scene", "rotate-ad"])
        .expect_code(2)
        .expect(&["no scene named `rotate-ad`", "did you mean `rotate-add`?"]);
    project
        .run(&["fake", "idp", "--public-url", "idp.test"])
        .expect_code(2)
        .expect(&["public URL `idp.test`"]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for option in ["--listen", "--control"] {
        project
            .run(&["fake", "idp", option, &address])
            .expect_code(2)
            .expect(&["cannot listen on", &address]);
    }
    project.run(&["fake", "scenes"]).expect_code(0).expect(&[
        "rotate-in-place",
        "outage:{503|",
        "@end_session",
    ]);
}

/// Names of the keys of the pool that a program contains, by a line out of the middle of each.
fn known_keys(program: &Path) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/keys");
    let mut lines = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "pem") {
            let text = std::fs::read_to_string(&path).unwrap();
            let secret: Vec<&str> = text.lines().filter(|line| !line.starts_with('-')).collect();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            lines.insert(secret[secret.len() / 2].to_owned(), name);
        }
    }
    assert_eq!(lines.len(), 9, "two keys share a line");
    let project = Project::new();
    let wanted: Vec<&str> = lines.keys().map(String::as_str).collect();
    let wanted = project.write("wanted", &format!("{}\n", wanted.join("\n")));
    // grep, because a program is some hundred megabytes, and tests are not optimised.
    let grep = Command::new("grep")
        .args(["--text", "--only-matching", "--fixed-strings", "--file"])
        .arg(wanted)
        .arg(program)
        .output()
        .unwrap();
    assert!(grep.status.code().is_some_and(|code| code < 2), "{grep:?}");
    let found = String::from_utf8(grep.stdout).unwrap();
    let mut names: Vec<String> = found.lines().map(|line| lines[line].clone()).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn keys_that_everybody_knows_are_in_the_harness_and_not_in_the_platform() {
    // The same search finds them all where they are: that it finds none elsewhere means something.
    let own = known_keys(Path::new(env!("CARGO_BIN_EXE_proofhouse")));
    let all = [
        "ed25519", "p256-a", "p256-b", "p384", "rsa-1024", "rsa-a", "rsa-b", "rsa-c", "rsa-roca",
    ];
    assert_eq!(own, all);
    assert_eq!(known_keys(&platform_binary()), Vec::<String>::new());
}
