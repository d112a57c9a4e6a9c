//! One request, as raw as it is written, and its answer.
//!
//! A client library refuses to send what this suite has to send: control
//! characters, two credentials, paths that are not normal.

use crate::runners::contract::wire::{self, Field, HEAD_END};
use serde_json::Value;
use std::convert::Infallible;
use std::io;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

/// Longest answer that is read, in octets.
const LONGEST: usize = 8 * 1024 * 1024;

/// A request. Everything goes out as it stands here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Header fields beside `host`, `connection` and `content-length`.
    pub fields: Vec<(String, Vec<u8>)>,
    /// Body; empty where there is none.
    pub body: Vec<u8>,
}

impl Ask {
    /// A request without body.
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            fields: Vec::new(),
            body: Vec::new(),
        }
    }

    /// With a field more.
    pub fn field(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.fields.push((name.to_owned(), value.into()));
        self
    }

    /// With a token where it belongs.
    pub fn bearer(self, token: &str) -> Self {
        self.field("authorization", format!("Bearer {token}"))
    }

    /// With a body and its type.
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.field("content-type", content_type)
    }

    fn bytes(&self, to: &Address) -> Vec<u8> {
        let first = format!("{} {}{} HTTP/1.1\r\n", self.method, to.prefix, self.target);
        let mut bytes = first.into_bytes();
        let own = [("host", to.authority()), ("connection", "close".to_owned())];
        for (name, value) in own {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        for (name, value) in &self.fields {
            bytes.extend_from_slice(format!("{name}: ").as_bytes());
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        if !self.body.is_empty() || matches!(&*self.method, "POST" | "PUT" | "PATCH") {
            bytes.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Where the target answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
    /// Path before every path, without a slash at the end.
    prefix: String,
}

impl Address {
    /// Reads an address of plain HTTP; `None` for every other.
    pub fn parse(url: &str) -> Option<Self> {
        let url = Url::parse(url).ok().filter(|url| url.scheme() == "http")?;
        Some(Self {
            host: url.host_str()?.trim_matches(['[', ']']).to_owned(),
            port: url.port_or_known_default()?,
            prefix: url.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Host and port as in the field `host`.
    pub fn authority(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// Scheme, host, port and prefix.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.authority(), self.prefix)
    }
}

/// An answer with its whole body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Header fields in order.
    pub fields: Vec<Field>,
    /// Body; empty where there is none.
    pub body: Vec<u8>,
    /// From connecting to the last octet.
    pub took: Duration,
}

impl Reply {
    /// The first value of a field, its name compared without case.
    pub fn field(&self, name: &str) -> Option<&str> {
        wire::field(&self.fields, name)
    }

    /// Every value of a field.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of = move |field: &&'a Field| field.0.eq_ignore_ascii_case(name);
        self.fields.iter().filter(of).map(|field| field.1.as_str())
    }

    /// The body as text; octets that are no UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Head and body as text: everything that a client can see.
    pub fn everything(&self) -> String {
        let fields = self.fields.iter();
        let mut text: String = fields
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        text.push_str(&self.text());
        text
    }
}

/// Why there is no answer, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Silence(pub String);

/// Sends a request on a connection of its own and reads the answer.
///
/// # Errors
/// There was no answer within the time, or none that is HTTP.
pub async fn send(to: &Address, ask: &Ask, within: Duration) -> Result<Reply, Silence> {
    let started = Instant::now();
    let bytes = ask.bytes(to);
    let exchange = exchange(to, &bytes, ask.method == "HEAD");
    match tokio::time::timeout(within, exchange).await {
        Ok(Ok(mut reply)) => {
            reply.took = started.elapsed();
            Ok(reply)
        }
        Ok(Err(error)) => Err(Silence(words(&error))),
        Err(_) => Err(Silence(format!(
            "no answer within {} ms",
            within.as_millis()
        ))),
    }
}

async fn exchange(to: &Address, bytes: &[u8], bodiless: bool) -> io::Result<Reply> {
    let mut stream = TcpStream::connect((to.host.as_str(), to.port)).await?;
    stream.set_nodelay(true)?;
    let (mut read, mut write) = stream.split();
    // A server may answer, and hang up, before it has read everything.
    tokio::select! {
        biased;
        reply = reply(&mut read, bodiless) => reply,
        never = push(&mut write, bytes) => match never {},
    }
}

async fn push<W: AsyncWrite + Unpin>(stream: &mut W, bytes: &[u8]) -> Infallible {
    // Whether it could be written shows in the answer.
    let _ = stream.write_all(bytes).await;
    let _ = stream.flush().await;
    std::future::pending().await
}

fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => "connection reset".to_owned(),
        io::ErrorKind::UnexpectedEof => "connection closed without a whole answer".to_owned(),
        _ => error.to_string(),
    }
}

fn no_http(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("no HTTP answer: {why}"))
}

/// Reads the final answer.
async fn reply<R: AsyncRead + Unpin>(stream: &mut R, bodiless: bool) -> io::Result<Reply> {
    let mut rest = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = wire::find_end(&rest) {
                break end;
            }
            more(stream, &mut rest).await?;
        };
        let (status, fields) = head(&rest[..end])?;
        rest.drain(..end + HEAD_END.len());
        if (100..200).contains(&status) {
            continue;
        }
        let empty = bodiless || matches!(status, 204 | 304);
        return Ok(Reply {
            status,
            body: if empty {
                Vec::new()
            } else {
                body(stream, rest, &fields).await?
            },
            fields,
            took: Duration::ZERO,
        });
    }
}

fn head(bytes: &[u8]) -> io::Result<(u16, Vec<Field>)> {
    let (first, fields) = wire::head(bytes).map_err(|error| no_http(&error.to_string()))?;
    let status = first.strip_prefix("HTTP/1.");
    let status = status.and_then(|rest| rest.split(' ').nth(1)?.parse().ok());
    Ok((status.ok_or_else(|| no_http("status line"))?, fields))
}

async fn more<R: AsyncRead + Unpin>(stream: &mut R, rest: &mut Vec<u8>) -> io::Result<()> {
    if rest.len() > LONGEST {
        return Err(no_http("more than 8 MiB"));
    }
    match stream.read_buf(rest).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

/// Reads a body in the form that its fields announce (RFC 9112, section 6.3).
async fn body<R: AsyncRead + Unpin>(
    stream: &mut R,
    mut rest: Vec<u8>,
    fields: &[Field],
) -> io::Result<Vec<u8>> {
    let coding = wire::field(fields, "transfer-encoding").unwrap_or_default();
    if coding.to_ascii_lowercase().contains("chunked") {
        return chunks(stream, rest).await;
    }
    match wire::field(fields, "content-length") {
        Some(length) => {
            let length: usize = length.parse().map_err(|_| no_http("content-length"))?;
            while rest.len() < length {
                more(stream, &mut rest).await?;
            }
            rest.truncate(length);
            Ok(rest)
        }
        None => {
            stream.take(LONGEST as u64).read_to_end(&mut rest).await?;
            Ok(rest)
        }
    }
}

/// Reads chunks up to the last one; trailers are left unread.
async fn chunks<R: AsyncRead + Unpin>(stream: &mut R, mut rest: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = loop {
            match rest.windows(2).position(|window| window == b"\r\n") {
                Some(end) => break end,
                None => more(stream, &mut rest).await?,
            }
        };
        let size = String::from_utf8_lossy(&rest[..end]).into_owned();
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| no_http("chunk size"))?;
        if size == 0 {
            return Ok(body);
        }
        let whole = end.saturating_add(size).saturating_add(4);
        while rest.len() < whole {
            more(stream, &mut rest).await?;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest.drain(..whole);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    async fn read(mut bytes: &[u8]) -> io::Result<Reply> {
        reply(&mut bytes, false).await
    }

    #[tokio::test]
    async fn bodies_are_read_in_each_form() {
        for (text, body) in [
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi and more",
                "hi",
            ),
            ("HTTP/1.1 200 OK\r\n\r\nto the end", "to the end"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\nA\r\n0123456789\r\n0\r\n\r\n",
                "hi0123456789",
            ),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx",
                "x",
            ),
            ("HTTP/1.1 204 No Content\r\n\r\n", ""),
        ] {
            assert_eq!(read(text.as_bytes()).await.unwrap().text(), body, "{text}");
        }
    }

    #[tokio::test]
    async fn half_an_answer_is_none() {
        for text in [
            "",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhi",
        ] {
            let error = read(text.as_bytes()).await.unwrap_err();
            assert_eq!(words(&error), "connection closed without a whole answer");
        }
        let error = read(b"SSH-2.0-x\r\n\r\n").await.unwrap_err();
        assert!(words(&error).starts_with("no HTTP answer"), "{error}");
    }

    #[test]
    fn a_request_goes_out_as_it_was_written() {
        let to = Address::parse("http://127.0.0.1:8080/base/").unwrap();
        let ask = Ask::new("GET", "//p/../q").field("authorization", b"Bearer a\tb\0".to_vec());
        let wanted = b"GET /base//p/../q HTTP/1.1\r\nhost: 127.0.0.1:8080\r\nconnection: close\r\nauthorization: Bearer a\tb\0\r\n\r\n";
        assert_eq!(ask.bytes(&to), wanted);
        assert_eq!(Address::parse("https://127.0.0.1"), None);
        assert_eq!(
            Address::parse("http://[::1]:1").unwrap().authority(),
            "[::1]:1"
        );
    }
}
