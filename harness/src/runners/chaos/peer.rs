//! A small HTTP server for tests that answers, or does not, as it is told.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What is done with a request that was read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Manner {
    Answer(u16, &'static str),
    /// The same, so much later.
    Late(Duration),
    /// The connection stays open and nothing comes.
    Silent,
    Reset,
    Close,
    /// Half of the body, then the end of the connection.
    Half,
}

/// The server; it ends with the test.
pub(super) struct Peer {
    address: SocketAddr,
    state: Arc<State>,
    listening: Mutex<JoinSet<()>>,
}

struct State {
    manner: Mutex<Manner>,
    requests: Mutex<Vec<String>>,
    connections: AtomicUsize,
}

impl Peer {
    pub(super) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = Self {
            address: listener.local_addr().unwrap(),
            state: Arc::new(State {
                manner: Mutex::new(manner),
                requests: Mutex::default(),
                connections: AtomicUsize::new(0),
            }),
            listening: Mutex::default(),
        };
        peer.listen(listener);
        peer
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn turn(&self, manner: Manner) {
        *self.state.manner.lock().unwrap() = manner;
    }

    /// Ends all connections and refuses new ones.
    pub(super) async fn refuse(&self) {
        let mut all = std::mem::take(&mut *self.listening.lock().unwrap());
        all.shutdown().await;
    }

    /// Accepts again after [`Peer::refuse`].
    pub(super) async fn accept(&self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.listen(listener);
    }

    /// Requests as they came, oldest first.
    pub(super) fn requests(&self) -> Vec<String> {
        self.state.requests.lock().unwrap().clone()
    }

    /// Connections that were accepted.
    pub(super) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    fn listen(&self, listener: TcpListener) {
        let state = Arc::clone(&self.state);
        self.listening.lock().unwrap().spawn(async move {
            let mut served = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                state.connections.fetch_add(1, Ordering::SeqCst);
                served.spawn(Arc::clone(&state).serve(stream));
            }
        });
    }
}

impl State {
    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        while let Some(request) = request(&mut stream).await {
            self.requests.lock().unwrap().push(request);
            let manner = *self.manner.lock().unwrap();
            match manner {
                Manner::Answer(status, body) => answer(&mut stream, status, body).await,
                Manner::Late(wait) => {
                    tokio::time::sleep(wait).await;
                    answer(&mut stream, 200, "{}").await;
                }
                Manner::Silent => std::future::pending().await,
                Manner::Reset => return stream.set_zero_linger().unwrap(),
                Manner::Close => return,
                Manner::Half => {
                    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345";
                    return stream.write_all(half).await.unwrap();
                }
            }
        }
    }
}

async fn answer(stream: &mut TcpStream, status: u16, body: &str) {
    let length = body.len();
    let text = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n\r\n{body}");
    // Whoever asked may have given up.
    let _ = stream.write_all(text.as_bytes()).await;
}

/// One request with its body; `None` when the connection ended.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    while !is_whole(&bytes) {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.ok()?;
        if count == 0 {
            return None;
        }
        bytes.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8(bytes).ok()
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse().unwrap())
    });
    body.len() >= length.unwrap_or(0)
}
