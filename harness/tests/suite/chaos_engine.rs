//! The container engine as tests ask it, and a stand-in before it that can fall silent.

use serde_json::Value;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The output of a command of the engine that must succeed, without the last line's end.
#[track_caller]
pub fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "docker {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

/// Everything that the engine says of a container, in a few milliseconds.
pub fn inspect(container: &str) -> Value {
    let mut stream = UnixStream::connect(socket()).unwrap();
    // HTTP/1.0: the answer is one piece and ends with the connection.
    write!(
        stream,
        "GET /containers/{container}/json HTTP/1.0\r\nhost: docker\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 "), "inspect of {container}: {head}");
    serde_json::from_str(body).unwrap()
}

fn socket() -> PathBuf {
    let host = std::env::var("DOCKER_HOST").unwrap_or_default();
    match host.strip_prefix("unix://") {
        Some(path) => path.into(),
        None => "/var/run/docker.sock".into(),
    }
}

/// A socket that leads to the engine until it falls silent: it still accepts then, and answers nothing.
pub struct Gate {
    path: PathBuf,
    silent: Arc<AtomicBool>,
}

impl Gate {
    /// Listens in a folder.
    pub fn open(folder: &Path) -> Self {
        let path = folder.join("engine.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let silent = Arc::<AtomicBool>::default();
        let shut = Arc::clone(&silent);
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for caller in listener.incoming() {
                let caller = caller.unwrap();
                if shut.load(Ordering::SeqCst) {
                    held.push(caller);
                    continue;
                }
                let engine = UnixStream::connect(socket()).unwrap();
                pass(&caller, &engine, &shut);
                pass(&engine, &caller, &shut);
            }
        });
        Self { path, silent }
    }

    /// What `DOCKER_HOST` is to be.
    pub fn address(&self) -> String {
        format!("unix://{}", self.path.display())
    }

    /// From now on nothing passes, on connections that are open either.
    pub fn fall_silent(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }
}

/// Copies one way until the end, or until nothing may pass any more; then nothing is closed.
fn pass(from: &UnixStream, to: &UnixStream, silent: &Arc<AtomicBool>) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    let silent = Arc::clone(silent);
    std::thread::spawn(move || {
        let mut buffer = [0_u8; 16 * 1024];
        loop {
            let length = from.read(&mut buffer).unwrap_or(0);
            if silent.load(Ordering::SeqCst) {
                // Whoever waits for an answer goes on waiting.
                return std::mem::forget((from, to));
            }
            if length == 0 || to.write_all(&buffer[..length]).is_err() {
                let _ = to.shutdown(std::net::Shutdown::Write);
                return;
            }
        }
    });
}
