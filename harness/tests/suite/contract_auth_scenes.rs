//! Keys, their fetching and discovery, put to a small verifier that does what is easiest to write.

use crate::support::{Project, Screen};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// What a verifier that fetches the keys for every request, once, and takes what it finds, has to fail.
const WRONG: &str = "JB-2,JB-15,JB-19,JB-30,KS-3,KS-4";
/// What it does right.
const RIGHT: &str = "JB-4,JB-5,JB-8,JB-28,KS-12";
/// What cannot be asked of a service that already runs, or that has no metrics.
const UNASKED: &str = "JB-1,JB-6,JB-9,JB-17,DI-2,DI-8,OB-1,OB-4";

/// A port that nothing listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The head of a message, and what stands behind it.
fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut octets = Vec::new();
    let mut octet = [0; 1];
    while !octets.ends_with(b"\r\n\r\n") {
        if stream.read(&mut octet).ok()? == 0 {
            return None;
        }
        octets.push(octet[0]);
    }
    Some((String::from_utf8_lossy(&octets).into_owned(), octets))
}

/// What the small verifier knows of its issuer.
#[derive(Clone, Copy)]
struct Issuer {
    port: u16,
    /// Whether it looks into the discovery document before it fetches the keys.
    discovery: bool,
}

impl Issuer {
    /// The keys, fetched at once and without patience.
    fn keys(self) -> Option<Vec<Value>> {
        if self.discovery {
            self.document("/realms/a/.well-known/openid-configuration")?;
        }
        self.document("/realms/a/keys")?["keys"].as_array().cloned()
    }

    fn document(self, path: &str) -> Option<Value> {
        document(self.port, path)
    }
}

fn document(issuer: u16, path: &str) -> Option<Value> {
    let mut stream = TcpStream::connect(("127.0.0.1", issuer)).ok()?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: idp\r\nuser-agent: easy\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).ok()?;
    let (head, _) = read(&mut stream)?;
    let mut body = Vec::new();
    stream.read_to_end(&mut body).ok()?;
    head.starts_with("HTTP/1.1 200").then_some(())?;
    serde_json::from_slice(&body).ok()
}

/// The status for a request.
fn status(head: &str, issuer: Issuer) -> &'static str {
    let field = |line: &&str| {
        line.to_ascii_lowercase()
            .starts_with("authorization: bearer ")
    };
    let Some(token) = head
        .lines()
        .find(field)
        .and_then(|line| line.split(' ').nth(2))
    else {
        return "401 Unauthorized";
    };
    let Some(keys) = issuer.keys() else {
        return "503 Service Unavailable";
    };
    let verified = || {
        let kid = decode_header(token).ok()?.kid?;
        let key = keys.iter().find(|key| key["kid"] == kid.as_str())?;
        let key: Jwk = serde_json::from_value(key.clone()).ok()?;
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_audience(&["workbench-api"]);
        rules.set_issuer(&[format!("http://127.0.0.1:{}/realms/a", issuer.port)]);
        decode::<Value>(token, &DecodingKey::from_jwk(&key).ok()?, &rules).ok()
    };
    match verified() {
        Some(_) => "200 OK",
        None => "401 Unauthorized",
    }
}

fn verifier(issuer: Issuer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let Some((head, _)) = read(&mut stream) else {
                    return;
                };
                let status = match head.starts_with("GET / ") {
                    true => "200 OK",
                    false => status(&head, issuer),
                };
                let text = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
                );
                let _ = stream.write_all(text.as_bytes());
            });
        }
    });
    url
}

/// Verdict and what was seen, by check.
fn verdicts(project: &Project) -> BTreeMap<String, (String, String)> {
    let of = |check: &Value| {
        let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
        (text("id"), (text("verdict"), text("saw")))
    };
    let report = project.report();
    let checks = report["checks"].as_array().unwrap();
    checks.iter().map(of).collect()
}

#[test]
fn the_easiest_verifier_fails_where_it_is_wrong_and_nowhere_else() {
    let port = free_port();
    let url = verifier(Issuer {
        port,
        discovery: false,
    });
    let project = Project::new();
    let suite = format!(
        "kind: contract_auth\n\
         target: {{attach: {{url: \"{url}\"}}}}\n\
         auth:\n\
         \x20 algorithms: [RS256]\n\
         \x20 protected: [{{path: /me}}]\n\
         \x20 open_path: /\n\
         \x20 cooldown_seconds: 0.1\n\
         \x20 issuer: {{listen: \"127.0.0.1:{port}\"}}\n"
    );
    project.write("suites/service.yaml", &suite);
    let only = [WRONG, RIGHT, UNASKED].join(",");
    project
        .run(&["run", "service", "--only", &only])
        .expect_code(1);
    let seen = verdicts(&project);
    for (ids, wanted) in [(WRONG, "fail"), (RIGHT, "pass"), (UNASKED, "skipped")] {
        for id in ids.split(',') {
            let (verdict, saw) = &seen[id];
            assert_eq!(verdict, wanted, "{id}: {saw}");
        }
    }
}

/// Every check of discovery.
const OF_DISCOVERY: &str = "DI-1,DI-2,DI-3,DI-4,DI-5,DI-6,DI-7,DI-8";

/// A verifier of which the suite says that it has no discovery, asked strictly, and how that ended.
fn without_discovery(discovery: bool) -> (Project, Screen) {
    let port = free_port();
    let url = verifier(Issuer { port, discovery });
    let project = Project::new();
    let suite = format!(
        "kind: contract_auth\n\
         target: {{attach: {{url: \"{url}\"}}}}\n\
         auth:\n\
         \x20 algorithms: [RS256]\n\
         \x20 protected: [{{path: /me}}]\n\
         \x20 open_path: /\n\
         \x20 cooldown_seconds: 0.1\n\
         \x20 keys: {{discovery: none}}\n\
         \x20 issuer: {{listen: \"127.0.0.1:{port}\"}}\n"
    );
    project.write("suites/service.yaml", &suite);
    let only = format!("AL-1,JB-5,{OF_DISCOVERY}");
    let screen = project.run(&["run", "service", "--strict", "--only", &only]);
    (project, screen)
}

#[test]
fn a_declared_absence_of_discovery_is_skipped_with_its_place_and_never_passed() {
    let (project, screen) = without_discovery(false);
    screen.expect_code(0);
    let seen = verdicts(&project);
    for id in ["AL-1", "JB-5"] {
        assert_eq!(seen[id].0, "pass", "{id}: {}", seen[id].1);
    }
    for id in OF_DISCOVERY.split(',') {
        let (verdict, saw) = &seen[id];
        assert_eq!(verdict, "skipped", "{id}: {saw}");
        let place = "`auth.keys.discovery: none` at suites/service.yaml:8:21";
        assert!(saw.contains(place), "{id}: {saw}");
    }
}

#[test]
fn a_verifier_that_asks_for_discovery_after_all_contradicts_its_declaration() {
    let (project, screen) = without_discovery(true);
    screen.expect_code(1);
    let seen = verdicts(&project);
    let (verdict, saw) = &seen["DI-1"];
    assert_eq!(verdict, "fail", "{saw}");
    for word in [
        "declared against observed",
        "GET /realms/a/.well-known/openid-configuration",
    ] {
        assert!(saw.contains(word), "{saw}");
    }
    // The rest of the service is as good as before, and the rest of the group is not asked.
    for (id, wanted) in [("AL-1", "pass"), ("JB-5", "pass"), ("DI-2", "skipped")] {
        assert_eq!(seen[id].0, wanted, "{id}: {}", seen[id].1);
    }
}
