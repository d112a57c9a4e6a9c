//! A request as the fake reads it.

use super::operation::{self, Route};
use serde_json::Value;

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query, as they were sent.
    pub(super) target: String,
    /// Names in lower case, in the order in which they came.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Name and value of the query, decoded.
    pub(super) query: Vec<(String, String)>,
    /// The decoded segments of the path below the root of the API; `None` outside of it.
    pub(super) segments: Option<Vec<String>>,
    pub(super) route: Option<Route>,
}

/// What the body is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    Nothing,
    Json(Value),
    NotJson,
}

impl Request {
    /// Reads what wiremock took from the wire; `prefix` is the path of the root of the API.
    pub(super) fn read(raw: &wiremock::Request, prefix: &str) -> Self {
        let headers = raw.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        let query = raw.url.query_pairs().into_owned().collect();
        let target = match raw.url.query() {
            Some(query) => format!("{}?{query}", raw.url.path()),
            None => raw.url.path().to_owned(),
        };
        let segments = below(raw.url.path(), prefix);
        let method = raw.method.as_str().to_owned();
        let route = segments
            .as_ref()
            .and_then(|segments| operation::route(&method, segments));
        Self {
            method,
            target,
            headers: headers.collect(),
            body: raw.body.clone(),
            query,
            segments,
            route,
        }
    }

    /// The first header of a name, which is in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim())
    }

    /// What is accepted; several fields are one list (RFC 9110, section 5.3).
    pub(super) fn accept(&self) -> String {
        let fields = self.headers.iter().filter(|(name, _)| name == "accept");
        fields
            .map(|(_, value)| value.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The last value of a name in the query, as Rails reads it.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body, read.
    pub(super) fn json(&self) -> Body {
        if self.body.is_empty() {
            return Body::Nothing;
        }
        serde_json::from_slice(&self.body).map_or(Body::NotJson, Body::Json)
    }
}

/// The decoded segments of a path below a prefix.
fn below(path: &str, prefix: &str) -> Option<Vec<String>> {
    let rest = path.strip_prefix(prefix)?.strip_prefix('/')?;
    Some(rest.split('/').map(decoded).collect())
}

/// Percent-decoding (RFC 3986, section 2.1); what is no escape stays as it is.
fn decoded(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        let digits = escaped.filter(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_decoded_once() {
        let told = below(
            "/api/v3/repos/o/n/contents/d%C3%A4/%3F%20%2525+%zz",
            "/api/v3",
        );
        let wanted = ["repos", "o", "n", "contents", "dä", "? %25+%zz"];
        assert_eq!(told, Some(wanted.map(str::to_owned).to_vec()));
        assert_eq!(below("/repos/o/n", "/api/v3"), None);
        assert_eq!(below("/repos", ""), Some(vec!["repos".to_owned()]));
    }
}
