//! Somebody else's address: a listener that remembers whatever comes, and what a token looks like anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const ANSWER: &[u8] = b"HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 23\r\nconnection: close\r\n\r\n{\"message\":\"Not Found\"}";
/// Who has not said everything after this time has nothing to say.
const PATIENCE: Duration = Duration::from_secs(1);

/// A listener that remembers; it ends when it is dropped.
pub(super) struct Canary {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Canary {
    /// Listens on a free port of loopback.
    ///
    /// # Errors
    /// The system does not let it.
    pub(super) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let task = tokio::spawn(listen(listener, Arc::clone(&heard)));
        Ok(Self {
            address,
            heard,
            task,
        })
    }

    /// Its address.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came, one text a connection.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, heard: Arc<Mutex<Vec<String>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(remember(stream, Arc::clone(&heard)));
    }
}

async fn remember(mut stream: TcpStream, heard: Arc<Mutex<Vec<String>>>) {
    let mut bytes = Vec::new();
    let whole = |bytes: &[u8]| bytes.windows(4).any(|window| window == b"\r\n\r\n");
    let read = async {
        while !whole(&bytes) && stream.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {}
    };
    // Whatever came until then counts.
    let _ = tokio::time::timeout(PATIENCE, read).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    heard
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(text);
    let _ = stream.write_all(ANSWER).await;
}

/// Every text by which a token is recognised: itself, its ends, its usual encodings.
pub(super) fn traces(token: &str) -> Vec<String> {
    let start: String = token.chars().take(8).collect();
    let end: String = token
        .chars()
        .skip(token.chars().count().saturating_sub(8))
        .collect();
    let escaped: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
    // The last octet of an encoding depends on what follows: it is left out.
    let cut = |mut text: String| {
        text.pop();
        text
    };
    vec![
        token.to_owned(),
        start,
        end,
        escaped,
        cut(STANDARD_NO_PAD.encode(token)),
        cut(URL_SAFE_NO_PAD.encode(token)),
        cut(STANDARD_NO_PAD.encode(format!("Bearer {token}"))),
        cut(STANDARD_NO_PAD.encode(format!("x-access-token:{token}"))),
    ]
}

/// The place in a text at which a token can be recognised, without telling it.
pub(super) fn found(token: &str, text: &str) -> Option<String> {
    let traces = traces(token);
    let trace = traces.iter().find(|trace| text.contains(trace.as_str()))?;
    let line = text.lines().find(|line| line.contains(trace.as_str()))?;
    let hidden = traces.iter().fold(line.to_owned(), |line, trace| {
        line.replace(trace, "[token]")
    });
    Some(hidden.chars().take(200).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn a_token_is_recognised_in_every_dress_and_never_told() {
        let token = "ghp_EhGb6dXnYqyJ0mLTmYb0J3m0yTz2b9uVfQ1a";
        for text in [
            format!("a\nauth {token} b"),
            "starts ghp_EhGb…".to_owned(),
            "ends …9uVfQ1a and b9uVfQ1a".to_owned(),
            format!("basic {}", STANDARD.encode(token)),
            format!(
                "basic {}",
                STANDARD.encode(format!("x-access-token:{token}\n"))
            ),
        ] {
            let told = found(token, &text);
            assert!(told.is_some(), "{text}");
            assert!(!told.unwrap_or_default().contains(token));
        }
        assert_eq!(found(token, "ghp_another and 9uVf"), None);
    }
}
