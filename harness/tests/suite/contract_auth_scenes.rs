//! Keys, their fetching and discovery, put to a small verifier that does what is easiest to write.

use crate::support::Project;
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

/// The keys, fetched at once and without patience.
fn keys(issuer: u16) -> Option<Vec<Value>> {
    let mut stream = TcpStream::connect(("127.0.0.1", issuer)).ok()?;
    let request =
        "GET /realms/a/keys HTTP/1.1\r\nhost: idp\r\nuser-agent: easy\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).ok()?;
    let (head, _) = read(&mut stream)?;
    let mut body = Vec::new();
    stream.read_to_end(&mut body).ok()?;
    let document: Value = serde_json::from_slice(&body).ok()?;
    head.starts_with("HTTP/1.1 200").then_some(())?;
    document["keys"].as_array().cloned()
}

/// The status for a request.
fn status(head: &str, issuer: u16) -> &'static str {
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
    let Some(keys) = keys(issuer) else {
        return "503 Service Unavailable";
    };
    let verified = || {
        let kid = decode_header(token).ok()?.kid?;
        let key = keys.iter().find(|key| key["kid"] == kid.as_str())?;
        let key: Jwk = serde_json::from_value(key.clone()).ok()?;
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_audience(&["workbench-api"]);
        rules.set_issuer(&[format!("http://127.0.0.1:{issuer}/realms/a")]);
        decode::<Value>(token, &DecodingKey::from_jwk(&key).ok()?, &rules).ok()
    };
    match verified() {
        Some(_) => "200 OK",
        None => "401 Unauthorized",
    }
}

fn verifier(issuer: u16) -> String {
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

#[test]
fn the_easiest_verifier_fails_where_it_is_wrong_and_nowhere_else() {
    let issuer = free_port();
    let url = verifier(issuer);
    let project = Project::new();
    let suite = format!(
        "kind: contract_auth\n\
         target: {{attach: {{url: \"{url}\"}}}}\n\
         auth:\n\
         \x20 algorithms: [RS256]\n\
         \x20 protected: [{{path: /me}}]\n\
         \x20 open_path: /\n\
         \x20 cooldown_seconds: 0.1\n\
         \x20 issuer: {{listen: \"127.0.0.1:{issuer}\"}}\n"
    );
    project.write("suites/service.yaml", &suite);
    let only = [WRONG, RIGHT, UNASKED].join(",");
    project
        .run(&["run", "service", "--only", &only])
        .expect_code(1);
    let report = project.report();
    let of = |check: &Value| {
        let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
        (text("id"), (text("verdict"), text("saw")))
    };
    let seen: BTreeMap<String, (String, String)> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(of)
        .collect();
    for (ids, wanted) in [(WRONG, "fail"), (RIGHT, "pass"), (UNASKED, "skipped")] {
        for id in ids.split(',') {
            let (verdict, saw) = &seen[id];
            assert_eq!(verdict, wanted, "{id}: {saw}");
        }
    }
}
