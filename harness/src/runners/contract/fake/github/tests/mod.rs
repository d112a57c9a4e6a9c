//! The fake over real sockets: what it does, what it refuses, and what goes wrong on purpose.
#![allow(clippy::unwrap_used)]

mod content;
mod documentation;
mod gate;
mod incidents;
mod limits;
mod objects;
mod pulls;
mod quirks;
mod references;
mod replies;

use super::{GitHub, Incident, Options};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, redirect};
use serde_json::{Value, json};

/// A fake and somebody who asks it; at the end every reply must have had its published shape.
struct Bench {
    fake: GitHub,
    http: reqwest::Client,
}

/// What was answered.
#[derive(Debug)]
struct Said {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Said {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// Status and message of a refusal.
    fn told(&self) -> (u16, String) {
        let message = self.json()["message"].as_str().unwrap().to_owned();
        (self.status, message)
    }
}

impl Bench {
    async fn start() -> Self {
        Self::with(Options::default()).await
    }

    async fn with(options: Options) -> Self {
        let http = reqwest::Client::builder().redirect(redirect::Policy::none());
        Self {
            fake: GitHub::start(options).await.unwrap(),
            http: http.build().unwrap(),
        }
    }

    /// A request of the API with everything that GitHub wants.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.fake.api_url());
        self.http
            .request(method, url)
            .header("user-agent", "bench")
            .header("accept", "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28")
            .bearer_auth(self.fake.token())
    }

    async fn send(&self, request: RequestBuilder) -> Said {
        self.attempt(request).await.unwrap()
    }

    /// `None` when the connection ended before the reply.
    async fn attempt(&self, request: RequestBuilder) -> Option<Said> {
        let response = request.send().await.ok()?;
        Some(Said {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.ok()?,
        })
    }

    async fn get(&self, below: &str) -> Said {
        self.send(self.request(Method::GET, &format!("/repos/octo/hello{below}")))
            .await
    }

    async fn write(&self, method: Method, below: &str, body: &Value) -> Said {
        self.send(self.change(method, below, body)).await
    }

    fn change(&self, method: Method, below: &str, body: &Value) -> RequestBuilder {
        self.request(method, &format!("/repos/octo/hello{below}"))
            .json(body)
    }

    async fn post(&self, below: &str, body: Value) -> Said {
        self.write(Method::POST, below, &body).await
    }

    /// The hash of a branch.
    async fn tip(&self, branch: &str) -> String {
        let shown = self
            .get(&format!("/git/ref/heads/{branch}"))
            .await
            .expect(200);
        shown["object"]["sha"].as_str().unwrap().to_owned()
    }

    /// A commit on a branch of its own, by the way of git data; answers the commit.
    async fn proposal(&self, branch: &str, files: &[(&str, &[u8])]) -> String {
        let tip = self.tip("trunk").await;
        let commit = self.get(&format!("/git/commits/{tip}")).await.expect(200);
        let mut entries = Vec::new();
        for (path, content) in files {
            let body = json!({ "content": STANDARD.encode(content), "encoding": "base64" });
            let blob = self.post("/git/blobs", body).await.expect(201);
            entries.push(
                json!({ "path": path, "mode": "100644", "type": "blob", "sha": blob["sha"] }),
            );
        }
        let body = json!({ "base_tree": commit["tree"]["sha"], "tree": entries });
        let tree = self.post("/git/trees", body).await.expect(201);
        let body = json!({ "message": "fix", "tree": tree["sha"], "parents": [tip] });
        let made = self.post("/git/commits", body).await.expect(201);
        let sha = made["sha"].as_str().unwrap().to_owned();
        let body = json!({ "ref": format!("refs/heads/{branch}"), "sha": sha });
        self.post("/git/refs", body).await.expect(201);
        sha
    }

    fn incident(&self, op: &str, nth: u32, kind: &str) {
        let incident = Incident {
            op: op.parse().unwrap(),
            nth: Some(nth),
            kind: kind.parse().unwrap(),
        };
        self.fake.incidents(vec![incident]).unwrap();
    }

    fn pulls(&self) -> usize {
        self.fake.repository().pulls.len()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        for seen in self.fake.requests_since(super::Mark::default()) {
            let op = seen.op();
            assert!(
                seen.reply_findings.is_empty(),
                "{op}: {:?}",
                seen.reply_findings
            );
        }
    }
}

/// What a pull request from a branch to the trunk takes.
fn proposed(head: &str) -> Value {
    json!({ "title": "Fix", "body": "Because.", "head": head, "base": "trunk" })
}
