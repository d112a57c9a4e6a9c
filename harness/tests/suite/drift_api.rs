//! A small API on loopback that keeps its promises, until a test says otherwise.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request: method, path with query, body.
pub struct Asked {
    pub line: String,
    pub body: String,
}

/// What the API does with one request.
pub enum Reply {
    /// A status and JSON, with a fresh `Date`.
    Json(u16, Value),
    /// Octets as they are, then the end of the connection.
    Raw(String),
    /// No word until the client leaves.
    Silence,
    /// The end of the connection, and of the whole API.
    Die,
}

type Answers = dyn Fn(&Asked, u64) -> Reply + Send + Sync;

/// A running API; it ends with the test.
pub struct Api {
    pub url: String,
    pub asked: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
}

impl Api {
    /// Answers with `answers`, which is given how many requests came before.
    pub fn start(answers: impl Fn(&Asked, u64) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let over = Arc::new(AtomicBool::new(false));
        let answers: Arc<Answers> = Arc::new(answers);
        let (log, end) = (Arc::clone(&asked), Arc::clone(&over));
        thread::spawn(move || {
            let count = Arc::new(AtomicU64::new(0));
            while let Ok((stream, _)) = listener.accept() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let (answers, log) = (Arc::clone(&answers), Arc::clone(&log));
                let (count, end) = (Arc::clone(&count), Arc::clone(&end));
                thread::spawn(move || serve(stream, &answers, &log, &count, &end));
            }
        });
        Self { url, asked, over }
    }

    /// One that keeps every promise.
    pub fn good() -> Self {
        Self::start(|asked, _| good(asked))
    }

    /// One that keeps every promise but for what `change` answers.
    pub fn but(change: impl Fn(&Asked, u64) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Self::start(move |asked, count| change(asked, count).unwrap_or_else(|| good(asked)))
    }

    pub fn requests(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

fn serve(
    mut stream: TcpStream,
    answers: &Arc<Answers>,
    log: &Arc<Mutex<Vec<String>>>,
    count: &AtomicU64,
    over: &AtomicBool,
) {
    let Some(asked) = read(&mut stream) else {
        return;
    };
    log.lock().unwrap().push(asked.line.clone());
    let text = match answers(&asked, count.fetch_add(1, Ordering::SeqCst)) {
        Reply::Json(status, body) => whole(status, "application/json", &body.to_string(), ""),
        Reply::Raw(text) => text,
        Reply::Silence => {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
            let _ = stream.read(&mut [0]);
            return;
        }
        Reply::Die => {
            over.store(true, Ordering::SeqCst);
            return;
        }
    };
    let _ = stream.write_all(text.as_bytes());
}

/// A whole answer.
pub fn whole(status: u16, kind: &str, body: &str, fields: &str) -> String {
    let now = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT");
    format!(
        "HTTP/1.1 {status} X\r\ndate: {now}\r\nx-version: 1\r\ncontent-type: {kind}\r\n{fields}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn read(stream: &mut TcpStream) -> Option<Asked> {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lower = head.to_lowercase();
            let length = lower
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(0, |value| value.trim().parse().unwrap());
            if body.len() >= length {
                let first = head.lines().next()?;
                let line = first.rsplit_once(' ')?.0.to_owned();
                let body = body.to_owned();
                return Some(Asked { line, body });
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            // The first octet of TLS: nobody here speaks it.
            Ok(_) if buffer[0] == 0x16 => return None,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

/// One item, as it is declared.
pub fn item(id: &str) -> Value {
    json!({"id": id, "n": 1, "state": "on"})
}

/// A page of items.
pub fn page(item: Value, next: Value) -> Reply {
    Reply::Json(200, json!({"items": [item], "next": next}))
}

/// The answer that keeps every promise.
pub fn good(asked: &Asked) -> Reply {
    match asked.line.as_str() {
        "POST /items" => {
            let sent: Value = serde_json::from_str(&asked.body).unwrap();
            Reply::Json(201, item(sent["id"].as_str().unwrap()))
        }
        "GET /items" => page(item("a"), json!("two")),
        "GET /items?cursor=two" => page(item("b"), Value::Null),
        "GET /me" => Reply::Json(200, json!({"name": "ann"})),
        _ => Reply::Json(404, json!({"error": "not_found"})),
    }
}

/// What it declares.
pub const DECLARED: &str = r#"
behaviors:
  - route: /items
    method: POST
    statuses: [201]
    responses:
      201: &item
        types: [object]
        required: [id, n, state]
        properties: {id: {types: [string]}, n: {types: [integer]}, state: {types: [string], enum: ["on", "off"]}}
  - route: /items
    method: GET
    statuses: [200]
    responses:
      200:
        types: [object]
        required: [items, next]
        properties: {items: {types: [array], items: *item}, next: {types: [string, "null"]}}
  - route: /me
    method: GET
    statuses: [200, 401, 403]
    headers: {200: [x-version]}
    responses: {200: {types: [object], required: [name], properties: {name: {types: [string]}}}}
"#;

/// What it was once seen to do, as a fixture.
pub fn fixture() -> String {
    let item = json!({"types": ["object"], "required": ["id", "n", "state"], "properties": {
        "id": {"types": ["string"]}, "n": {"types": ["integer"]}, "state": {"types": ["string"]}}});
    let row = |method: &str, route: &str, status: &str, schema: &Value| json!({"route": route, "method": method, "statuses": {status: 1}, "responses": {status: schema}});
    let page = json!({"types": ["object"], "required": ["items", "next"], "properties": {
        "items": {"types": ["array"], "items": item}, "next": {"types": ["null"]}}});
    let me = json!({"types": ["object"], "required": ["name"], "properties": {"name": {"types": ["string"]}}});
    json!({"items": [row("POST", "/items", "201", &item), row("GET", "/items", "200", &page),
        row("GET", "/me", "200", &me)]})
    .to_string()
}
