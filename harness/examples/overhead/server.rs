//! A server that costs little: 64 bytes for every request, keep-alive.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The body: 64 bytes of JSON.
const BODY: &str = r#"{"id":"0123456789abcdef0123456789abcdef","ok":true,"stock":1234}"#;

/// How long an answer is held back, by the time since the server began.
pub type Delay = fn(Duration) -> Duration;

/// How long each answer took by the server's own clock.
pub type Log = Arc<Mutex<Vec<Duration>>>;

/// Serves until it is killed; the first line of output is its address.
pub fn serve_forever() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    println!("http://{}", listener.local_addr().expect("it is bound"));
    serve(listener, None);
}

/// Serves on a thread of its own, slowly; gives its address and its log.
pub fn spawn(delay: Delay) -> (String, Log) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let log = Log::default();
    let shared = log.clone();
    std::thread::spawn(move || serve(listener, Some((delay, shared))));
    (url, log)
}

fn serve(listener: std::net::TcpListener, slow: Option<(Delay, Log)>) {
    assert_eq!(BODY.len(), 64);
    listener.set_nonblocking(true).expect("a socket");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let began = Instant::now();
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener).expect("a socket");
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, began, slow.clone()));
        }
    });
}

async fn connection(mut stream: TcpStream, began: Instant, slow: Option<(Delay, Log)>) {
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 64\r\n\r\n{BODY}"
    );
    let _ = stream.set_nodelay(true);
    let mut buffer = vec![0; 4096];
    let mut filled = 0;
    while let Ok(read @ 1..) = stream.read(&mut buffer[filled..]).await {
        filled += read;
        if !buffer[..filled].ends_with(b"\r\n\r\n") {
            continue;
        }
        filled = 0;
        if let Some((delay, log)) = &slow {
            let asked = Instant::now();
            tokio::time::sleep(delay(asked - began)).await;
            log.lock().expect("no panic held it").push(asked.elapsed());
        }
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}
