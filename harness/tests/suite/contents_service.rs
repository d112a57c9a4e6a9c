//! A small service that opens pull requests by the way of contents: a reference, then `PUT contents` for each file.

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The running service; it ends when it is dropped.
pub struct ContentsService {
    pub url: String,
    _runtime: tokio::runtime::Runtime,
}

/// Starts it for a GitHub at an address.
pub fn start(github: String) -> ContentsService {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, GitHub::new(github.clone())));
        }
    });
    ContentsService {
        url,
        _runtime: runtime,
    }
}

async fn answer(mut stream: TcpStream, github: GitHub) {
    let Some(asked) = body(&mut stream).await else {
        return;
    };
    let (status, said) = match github.remediate(&asked).await {
        Some((status, said)) => (status, said.to_string()),
        None => (502, json!({ "error": "upstream_error" }).to_string()),
    };
    let answer = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{said}",
        said.len()
    );
    let _ = stream.write_all(answer.as_bytes()).await;
}

async fn body(stream: &mut TcpStream) -> Option<Value> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let mut lines = head.lines();
            let length = lines.find_map(|line| line.strip_prefix("content-length:"))?;
            if bytes.len() >= end + 4 + length.trim().parse::<usize>().ok()? {
                return serde_json::from_slice(&bytes[end + 4..]).ok();
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

struct GitHub {
    root: String,
    http: Client,
}

impl GitHub {
    fn new(github: String) -> Self {
        Self {
            root: format!("{github}/repos/octo/hello"),
            http: Client::builder()
                .no_proxy()
                .user_agent("contents")
                .build()
                .unwrap(),
        }
    }

    fn request(&self, method: Method, below: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{below}", self.root))
            .header("accept", "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28")
            .bearer_auth("ghp_throwaway")
    }

    async fn read(&self, below: &str) -> Option<Value> {
        let response = self.request(Method::GET, below).send().await.ok()?;
        let response = response.error_for_status().ok()?;
        response.json().await.ok()
    }

    async fn write(&self, method: Method, below: &str, body: &Value) -> Option<Value> {
        let response = self.request(method, below).json(body).send().await.ok()?;
        response.error_for_status().ok()?.json().await.ok()
    }

    async fn remediate(&self, asked: &Value) -> Option<(u16, Value)> {
        let branch = format!("fix/{}", asked["id"].as_str()?);
        let repository = self.read("").await?;
        let base = repository["default_branch"].as_str()?;
        let open = format!("/pulls?state=open&head=octo:{branch}&base={base}");
        if let Some(found) = self.read(&open).await?.get(0) {
            return Some((200, shown(found)));
        }
        let tip = self.read(&format!("/git/ref/heads/{base}")).await?;
        let made = json!({ "ref": format!("refs/heads/{branch}"), "sha": tip["object"]["sha"] });
        self.write(Method::POST, "/git/refs", &made).await?;
        for file in asked["files"].as_array()? {
            self.put(file, &branch).await?;
        }
        let pull = json!({
            "title": asked["title"], "body": asked["text"], "head": branch, "base": base,
        });
        let pull = self.write(Method::POST, "/pulls", &pull).await?;
        Some((201, shown(&pull)))
    }

    async fn put(&self, file: &Value, branch: &str) -> Option<()> {
        let below = format!("/contents/{}", file["path"].as_str()?);
        let mut body = json!({
            "message": "Fix the declaration", "content": file["content"], "branch": branch,
        });
        if let Some(there) = self.read(&format!("{below}?ref={branch}")).await {
            body["sha"] = there["sha"].clone();
        }
        self.write(Method::PUT, &below, &body).await.map(|_| ())
    }
}

fn shown(pull: &Value) -> Value {
    json!({ "number": pull["number"], "url": pull["html_url"] })
}
