//! HTTP/1.1 on the wire: as much of RFC 9112 as a fault needs that sits below a web server.

use tokio::io::{AsyncRead, AsyncReadExt};

/// Longest head of a message, in octets.
const LONGEST_HEAD: usize = 64 * 1024;
/// Longest body of a request, in octets.
///
/// A file of 1 MiB in base64 and JSON has to fit.
const LONGEST_BODY: usize = 2 * 1024 * 1024;
/// What ends the head of a message.
pub(super) const HEAD_END: &[u8] = b"\r\n\r\n";

/// A header field: its name as it was written, its value without white space around it.
pub type Field = (String, String);

/// A request as it came, its body complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Method, case as it came.
    pub method: String,
    /// Path and query, always beginning with `/`.
    pub target: String,
    /// HTTP/1.0 connections end with their first answer.
    pub is_http_10: bool,
    /// Header fields in order.
    pub fields: Vec<Field>,
    /// Body; empty where there is none.
    pub body: Vec<u8>,
}

/// An answer with its whole body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Header fields in order.
    pub fields: Vec<Field>,
    /// Body; empty where there is none.
    pub body: Vec<u8>,
}

/// Why a request could not be read.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// Not HTTP/1, or a request in a form that no origin server is asked in.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// The head is longer than 64 KiB.
    #[error("head too long")]
    HeadTooLong,
    /// The body is longer than 2 MiB.
    #[error("body too long")]
    BodyTooLong,
    /// The body comes in chunks: RFC 9110, section 15.5.12, lets a server ask for a length.
    #[error("length required")]
    LengthRequired,
    /// The connection broke, or ended within a message.
    #[error("connection: {0}")]
    Io(#[from] std::io::Error),
}

impl WireError {
    /// The status that tells the client; `None` where nobody is left to be told.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Malformed(_) => Some(400),
            Self::LengthRequired => Some(411),
            Self::BodyTooLong => Some(413),
            Self::HeadTooLong => Some(431),
            Self::Io(_) => None,
        }
    }
}

/// Reads the next request of a connection; `None` where the client ended it between two.
///
/// `rest` holds what was read beyond the message and belongs to the next call.
///
/// # Errors
/// The request is malformed, too long, or the connection broke.
pub async fn read_request<R: AsyncRead + Unpin>(
    stream: &mut R,
    rest: &mut Vec<u8>,
) -> Result<Option<Request>, WireError> {
    let Some(end) = head_end(stream, rest).await? else {
        return Ok(None);
    };
    let mut request = request_head(&rest[..end])?;
    rest.drain(..end + HEAD_END.len());
    let length = body_length(&request)?;
    while rest.len() < length {
        if stream.read_buf(rest).await? == 0 {
            return Err(ended());
        }
    }
    request.body = rest.drain(..length).collect();
    Ok(Some(request))
}

/// Reads an answer until the connection ends.
///
/// # Errors
/// It is not HTTP/1, or the connection broke.
pub async fn read_answer<R: AsyncRead + Unpin>(stream: &mut R) -> Result<Answer, WireError> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    let end = find_end(&bytes).ok_or_else(ended)?;
    let (first, fields) = head(&bytes[..end])?;
    let status = first
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split(' ').nth(1)?.parse().ok());
    Ok(Answer {
        status: status.ok_or(WireError::Malformed("status line"))?,
        fields,
        body: bytes.split_off(end + HEAD_END.len()),
    })
}

impl Request {
    /// The first value of a field, its name compared without case.
    pub fn field(&self, name: &str) -> Option<&str> {
        field(&self.fields, name)
    }

    /// Whether the client wants the connection to end with the answer (RFC 9112, section 9.3).
    pub fn closes(&self) -> bool {
        let told = self.field("connection").unwrap_or_default();
        let has = |word: &str| told.split(',').any(|w| w.trim().eq_ignore_ascii_case(word));
        has("close") || (self.is_http_10 && !has("keep-alive"))
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The request's bytes for the server behind, one to a connection.
    pub fn bytes(&self) -> Vec<u8> {
        let hop = ["connection", "keep-alive", "expect", "upgrade", "te"];
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.fields {
            if !hop.iter().any(|known| name.eq_ignore_ascii_case(known)) {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        text.push_str("connection: close\r\n\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

impl Answer {
    /// An answer with this body.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let fields = vec![
            ("content-type".to_owned(), content_type.to_owned()),
            ("content-length".to_owned(), body.len().to_string()),
        ];
        Self {
            status,
            fields,
            body,
        }
    }

    /// Takes a field out and answers its value.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let at = self
            .fields
            .iter()
            .position(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(self.fields.remove(at).1)
    }

    /// The head's bytes, with the word on whether the connection goes on.
    pub fn head_bytes(&self, closes: bool) -> Vec<u8> {
        let mut text = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.fields {
            if !name.eq_ignore_ascii_case("connection") {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        let word = if closes { "close" } else { "keep-alive" };
        text.push_str(&format!("connection: {word}\r\n\r\n"));
        text.into_bytes()
    }
}

fn reason(status: u16) -> &'static str {
    reqwest::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Unknown")
}

/// The first value of a field, its name compared without case.
pub(super) fn field<'a>(fields: &'a [Field], name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

fn ended() -> WireError {
    WireError::Io(std::io::ErrorKind::UnexpectedEof.into())
}

/// Where the head of a message ends.
pub(super) fn find_end(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(HEAD_END.len())
        .position(|window| window == HEAD_END)
}

/// Where the next head ends; `None` where the stream ended before its first octet.
async fn head_end<R: AsyncRead + Unpin>(
    stream: &mut R,
    rest: &mut Vec<u8>,
) -> Result<Option<usize>, WireError> {
    loop {
        if let Some(end) = find_end(rest) {
            return Ok(Some(end));
        }
        if rest.len() > LONGEST_HEAD {
            return Err(WireError::HeadTooLong);
        }
        if stream.read_buf(rest).await? == 0 {
            return if rest.is_empty() {
                Ok(None)
            } else {
                Err(ended())
            };
        }
    }
}

/// The first line and the fields.
///
/// # Errors
/// A field has no colon, or white space in its name.
pub(super) fn head(bytes: &[u8]) -> Result<(String, Vec<Field>), WireError> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let parse = |line: &str| {
        let (name, value) = line.split_once(':')?;
        let fits = !name.is_empty() && !name.contains(|c: char| c.is_whitespace());
        fits.then(|| (name.to_owned(), value.trim().to_owned()))
    };
    let fields: Option<Vec<Field>> = lines.map(parse).collect();
    Ok((first, fields.ok_or(WireError::Malformed("header field"))?))
}

fn request_head(bytes: &[u8]) -> Result<Request, WireError> {
    let (first, fields) = head(bytes)?;
    let words: Vec<&str> = first.split(' ').collect();
    let [method, target, version] = words.as_slice() else {
        return Err(WireError::Malformed("request line"));
    };
    if !matches!(*version, "HTTP/1.1" | "HTTP/1.0") {
        return Err(WireError::Malformed("version"));
    }
    if !target.starts_with('/') {
        return Err(WireError::Malformed("request target"));
    }
    Ok(Request {
        method: (*method).to_owned(),
        target: (*target).to_owned(),
        is_http_10: *version == "HTTP/1.0",
        fields,
        body: Vec::new(),
    })
}

fn body_length(request: &Request) -> Result<usize, WireError> {
    if request.field("transfer-encoding").is_some() {
        return Err(WireError::LengthRequired);
    }
    let length = match request.field("content-length") {
        Some(text) => text
            .parse()
            .map_err(|_| WireError::Malformed("content length"))?,
        None => 0,
    };
    if length > LONGEST_BODY {
        return Err(WireError::BodyTooLong);
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    async fn read(mut bytes: &[u8]) -> Result<Option<Request>, WireError> {
        read_request(&mut bytes, &mut Vec::new()).await
    }

    #[tokio::test]
    async fn two_requests_on_one_connection_are_told_apart() {
        let mut stream: &[u8] = b"POST /a?b=c HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /d HTTP/1.1\r\nConnection: Keep-Alive, close\r\n\r\n";
        let mut rest = Vec::new();
        let first = read_request(&mut stream, &mut rest).await.unwrap().unwrap();
        assert_eq!((first.path(), first.target.as_str()), ("/a", "/a?b=c"));
        assert_eq!((first.body.as_slice(), first.closes()), (&b"hi"[..], false));
        let second = read_request(&mut stream, &mut rest).await.unwrap().unwrap();
        assert_eq!((second.method.as_str(), second.closes()), ("GET", true));
        assert!(
            read_request(&mut stream, &mut rest)
                .await
                .unwrap()
                .is_none()
        );
    }

    #[tokio::test]
    async fn what_is_no_request_is_named() {
        let long = format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(LONGEST_HEAD));
        let cases: [(&[u8], Option<u16>); 8] = [
            (b"PRI * HTTP/2.0\r\n\r\n", Some(400)),
            (b"\x16\x03\x01\r\n\r\n", Some(400)),
            (b"GET http://a/ HTTP/1.1\r\n\r\n", Some(400)),
            (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", Some(400)),
            (
                b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
                Some(411),
            ),
            (
                b"POST / HTTP/1.1\r\nContent-Length: 2097153\r\n\r\n",
                Some(413),
            ),
            (long.as_bytes(), Some(431)),
            (b"GET / HTTP/1.1\r\n", None),
        ];
        for (bytes, status) in cases {
            let error = read(bytes).await.unwrap_err();
            assert_eq!(error.status(), status, "{error}");
        }
    }

    #[tokio::test]
    async fn an_answer_is_read_to_its_end() {
        let mut stream: &[u8] = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nConnection: close\r\n\r\nbody";
        let mut answer = read_answer(&mut stream).await.unwrap();
        assert_eq!(answer.take("x-a").as_deref(), Some("1"));
        assert_eq!(answer.body, b"body");
        let head = String::from_utf8(answer.head_bytes(false)).unwrap();
        assert_eq!(head, "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\n\r\n");
    }
}
