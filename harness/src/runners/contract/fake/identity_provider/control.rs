//! The control port: switch scenes, mint tokens and read the record while the provider runs alone.

use super::{Claims, IdentityProvider, Scene, SceneError, scenes};
use crate::runners::contract::record::{Mark, SeenRequest};
use crate::runners::contract::wire::{self, Answer, Request};
use serde_json::{Value, json};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// How long a client may take for its request.
const PATIENCE: Duration = Duration::from_secs(10);

/// The running control port; it ends when it is dropped.
#[derive(Debug)]
pub struct Control {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Control {
    /// Listens.
    ///
    /// # Errors
    /// The address is taken, or not of this machine.
    pub async fn start(provider: Arc<IdentityProvider>, listen: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(run(listener, provider));
        Ok(Self { address, task })
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(listener: TcpListener, provider: Arc<IdentityProvider>) {
    let mut live = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let served = serve(stream, Arc::clone(&provider));
        live.spawn(tokio::time::timeout(PATIENCE, served));
        while live.try_join_next().is_some() {}
    }
}

async fn serve(mut stream: TcpStream, provider: Arc<IdentityProvider>) -> io::Result<()> {
    let answer = match wire::read_request(&mut stream, &mut Vec::new()).await {
        Ok(Some(request)) => answer(&provider, &request).await,
        Ok(None) => return Ok(()),
        Err(error) => match error.status() {
            Some(status) => text(status, &error.to_string()),
            None => return Ok(()),
        },
    };
    let mut bytes = answer.head_bytes(true);
    bytes.extend_from_slice(&answer.body);
    stream.write_all(&bytes).await?;
    stream.shutdown().await
}

async fn answer(provider: &IdentityProvider, request: &Request) -> Answer {
    // A page in a browser of this machine has no business here.
    if request.field("origin").is_some() {
        return text(403, "not for web pages");
    }
    match (request.method.as_str(), request.path()) {
        ("GET", "/_proofhouse/scenes") => json_of(&all_scenes()),
        ("GET", "/_proofhouse/scene") => json_of(&json!(provider.current_scene())),
        ("POST", "/_proofhouse/scene") => scene(provider, &request.body).await,
        ("POST", "/_proofhouse/token") => token(provider, &request.body),
        ("GET", "/_proofhouse/requests") => requests(provider, request),
        _ => text(
            404,
            "known: GET /_proofhouse/scenes, GET and POST /_proofhouse/scene, \
             POST /_proofhouse/token, GET /_proofhouse/requests?since=N",
        ),
    }
}

fn all_scenes() -> Value {
    let all = scenes::names();
    all.iter()
        .filter_map(|name| scenes::named(name).ok())
        .map(|scene| json!(scene))
        .collect()
}

/// By name, or a whole scene as JSON.
async fn scene(provider: &IdentityProvider, body: &[u8]) -> Answer {
    let body = String::from_utf8_lossy(body);
    let body = body.trim();
    let parsed = if body.starts_with('{') {
        serde_json::from_str(body).map_err(|error| SceneError::Contradiction(error.to_string()))
    } else {
        scenes::named(body)
    };
    let scene: Scene = match parsed {
        Ok(scene) => scene,
        Err(SceneError::Unknown { name, known }) => {
            let known = known.join(", ");
            return text(400, &format!("no scene named `{name}`; known: {known}"));
        }
        Err(error) => return text(400, &error.to_string()),
    };
    match provider.scene(scene).await {
        Ok(()) => json_of(&json!(provider.current_scene())),
        Err(error) => text(400, &error.to_string()),
    }
}

/// The bare token: what comes is pasted into a shell.
fn token(provider: &IdentityProvider, body: &[u8]) -> Answer {
    let wanted: Result<Claims, _> = if body.trim_ascii().is_empty() {
        Ok(Claims::default())
    } else {
        serde_json::from_slice(body)
    };
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(error) => return text(400, &error.to_string()),
    };
    match provider.mint(&wanted) {
        Ok(token) => text(200, &token),
        Err(error) => text(400, &error.to_string()),
    }
}

fn requests(provider: &IdentityProvider, request: &Request) -> Answer {
    let query = request
        .target
        .split_once("since=")
        .map(|(_, number)| number);
    let Ok(since) = query.unwrap_or("0").parse() else {
        return text(400, "`since` is the number of a request");
    };
    let delta = provider.requests_since(Mark::before_request(since));
    let rows: Vec<Value> = delta
        .requests
        .iter()
        .map(|seen| row(provider, seen))
        .collect();
    let canary = provider.canary().since(Mark::default());
    json_of(&json!({
        "next": delta.end.request(),
        "lost": delta.lost,
        "canary_connections": canary.connections.len(),
        "requests": rows,
    }))
}

fn row(provider: &IdentityProvider, seen: &SeenRequest) -> Value {
    let ms = |at: Instant| (at - provider.started()).as_secs_f64() * 1000.0;
    json!({
        "number": seen.number,
        "connection": seen.connection,
        "at_ms": ms(seen.at),
        "answered_ms": seen.answered.map(ms),
        "method": seen.method,
        "target": seen.target,
        "outcome": format!("{:?}", seen.outcome).to_lowercase(),
        "header": seen.fields,
    })
}

fn json_of(value: &Value) -> Answer {
    Answer::new(200, "application/json", format!("{value:#}\n"))
}

fn text(status: u16, text: &str) -> Answer {
    Answer::new(status, "text/plain; charset=utf-8", format!("{text}\n"))
}
