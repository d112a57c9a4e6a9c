//! A temporary project, the real program in it, and a small HTTP server to aim at.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A folder of its own for every test, with the program run inside it.
pub struct Project {
    folder: TempDir,
}

impl Project {
    pub fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_proofhouse"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env("NO_COLOR", "1")
            .env_remove("PLATFORM_FAULT")
            .env_remove("CHAOS_ENABLED")
            .env_remove("ENVIRONMENT")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Screen {
        Screen::of(self.command(arguments).output().unwrap())
    }

    pub fn start(&self, arguments: &[&str]) -> Running {
        let log = std::fs::File::create(self.path().join("stderr.log")).unwrap();
        let child = self
            .command(arguments)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Running::of(child)
    }

    /// The newest run's folder.
    pub fn latest(&self) -> PathBuf {
        self.path()
            .join("target/proofhouse/runs/latest")
            .canonicalize()
            .unwrap()
    }

    /// A file of the newest run, where both are there.
    pub fn latest_file(&self, name: &str) -> Option<PathBuf> {
        let folder = self
            .path()
            .join("target/proofhouse/runs/latest")
            .canonicalize()
            .ok()?;
        Some(folder.join(name)).filter(|path| path.exists())
    }

    pub fn report(&self) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(self.latest().join("report.json")).unwrap()).unwrap()
    }

    /// Every baseline file, sorted.
    pub fn baselines(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        walk(&self.path().join("baselines"), &mut found);
        found.retain(|path| path.extension().is_some_and(|e| e == "json"));
        found.sort();
        found
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found)
        } else {
            found.push(path)
        }
    }
}

/// What a person saw.
#[derive(Debug)]
pub struct Screen {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Screen {
    /// What a program that ended had to say.
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Whether it says so, wherever its lines are broken.
    pub fn says(&self, text: &str) -> bool {
        let plain = |screen: &str| screen.split_whitespace().collect::<Vec<_>>().join(" ");
        plain(&self.out).contains(text) || plain(&self.err).contains(text)
    }

    #[track_caller]
    pub fn expect_code(&self, code: i32) -> &Self {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.out, self.err
        );
        self
    }

    #[track_caller]
    pub fn expect(&self, words: &[&str]) -> &Self {
        for word in words {
            let there = self.out.contains(word) || self.err.contains(word);
            assert!(
                there,
                "`{word}` is missing.\nstdout:\n{}\nstderr:\n{}",
                self.out, self.err
            );
        }
        self
    }
}

/// A program that is ended when the test ends, however it ends.
pub struct Running {
    child: Child,
}

impl Running {
    pub fn of(child: Child) -> Self {
        Self { child }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn kill_9(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn signal(&self, signal: nix::sys::signal::Signal) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.pid()).unwrap());
        nix::sys::signal::kill(pid, signal).unwrap();
    }

    pub fn wait(&mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks until the answer is yes, for at most 30 s.
#[track_caller]
pub fn until(what: &str, mut answer: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !answer() {
        assert!(
            Instant::now() < deadline,
            "waited 30 s in vain until {what}"
        );
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// How the server answers.
#[derive(Debug, Clone)]
pub struct Behaviour {
    pub delay: Duration,
    pub status: u16,
    pub body: String,
}

impl Behaviour {
    pub fn ok(delay_ms: u64) -> Self {
        Self {
            delay: Duration::from_millis(delay_ms),
            status: 200,
            body: r#"{"status":"ok"}"#.into(),
        }
    }
}

/// A server on loopback that answers every request in the same way.
pub struct Server {
    pub url: String,
    pub requests: Arc<AtomicU64>,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    pub fn start(behaviour: Behaviour) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&requests);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer_all(stream, behaviour.clone(), Arc::clone(&counted)));
            }
        });
        Self {
            url,
            requests,
            _runtime: runtime,
        }
    }
}

async fn answer_all(mut stream: TcpStream, behaviour: Behaviour, requests: Arc<AtomicU64>) {
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    while let Some(length) = next_request(&mut stream, &mut buffer).await {
        buffer.drain(..length);
        requests.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(behaviour.delay).await;
        let head = format!(
            "HTTP/1.1 {} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{}",
            behaviour.status,
            behaviour.body.len(),
            behaviour.body
        );
        if stream.write_all(head.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Length of the next whole request in the buffer; `None` when the peer is gone.
async fn next_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<usize> {
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
            let body: usize = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .map_or(0, |value| value.trim().parse().unwrap());
            if buffer.len() >= end + 4 + body {
                return Some(end + 4 + body);
            }
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}
