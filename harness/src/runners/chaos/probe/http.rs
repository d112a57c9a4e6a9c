//! An HTTP request, its answer read to the last byte: a connection that opens proves nothing.

use super::{Answer, Question};
use crate::model::chaos::{AttemptClass, Connection, ProbeKind};
use crate::runners::chaos::access::{Access, AccessError};
use crate::runners::chaos::trouble::Trouble;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, StatusCode, Url};
use serde_json::Value;
use std::collections::BTreeMap;

/// One request over one kind of connection.
pub(super) struct Request {
    client: Client,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    statuses: Vec<u16>,
    pointer: Option<String>,
}

impl Request {
    pub(super) fn new(
        kind: &ProbeKind,
        access: &Access,
        connection: Connection,
    ) -> Result<Self, AccessError> {
        let ProbeKind::Http {
            url,
            method,
            headers,
            body,
            statuses,
            value_pointer,
            ..
        } = kind
        else {
            return Err(AccessError::Request(format!("{kind:?}")));
        };
        let parsed = Method::from_bytes(method.as_bytes());
        Ok(Self {
            client: client(connection)?,
            method: parsed.map_err(|_| AccessError::Request(method.clone()))?,
            url: access.http(url)?,
            headers: header_map(headers, body.is_some())?,
            body: body.as_ref().map(|body| body.to_string().into_bytes()),
            statuses: statuses.clone(),
            pointer: value_pointer.clone(),
        })
    }

    fn is_good(&self, status: StatusCode) -> bool {
        if self.statuses.is_empty() {
            return status.is_success();
        }
        self.statuses.contains(&status.as_u16())
    }

    async fn exchange(&self) -> Result<(StatusCode, Vec<u8>), reqwest::Error> {
        let request = self.client.request(self.method.clone(), self.url.clone());
        let mut request = request.headers(self.headers.clone());
        if let Some(body) = &self.body {
            request = request.body(body.clone());
        }
        let response = request.send().await?;
        let status = response.status();
        Ok((status, response.bytes().await?.into()))
    }

    fn read(&self, status: StatusCode, body: &[u8]) -> Answer {
        // Read also from an answer with a bad status: a deny may come with 403 or 503.
        let value = self.pointer.as_ref().map(|pointer| pointed(body, pointer));
        let trouble = if self.is_good(status) {
            match &value {
                Some(Err(why)) => Some(Trouble::new(AttemptClass::Body, why)),
                _ => None,
            }
        } else {
            let detail = format!("{status}: {}", String::from_utf8_lossy(body));
            Some(Trouble::new(AttemptClass::Status, detail))
        };
        Answer {
            status: Some(status.as_u16()),
            value: value.and_then(Result::ok),
            trouble,
        }
    }
}

#[async_trait::async_trait]
impl Question for Request {
    async fn ask(&self) -> Answer {
        match self.exchange().await {
            Ok((status, body)) => self.read(status, &body),
            Err(error) => Trouble::of(&error.without_url()).into(),
        }
    }
}

/// A client that opens a connection for each request, or keeps one open.
pub(in crate::runners::chaos) fn client(connection: Connection) -> Result<Client, reqwest::Error> {
    match connection {
        Connection::Fresh => client_keeping(0),
        Connection::Pooled => client_keeping(1),
    }
}

/// A client that keeps so many connections open.
pub(in crate::runners::chaos) fn client_keeping(idle: usize) -> Result<Client, reqwest::Error> {
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(idle)
        .tcp_nodelay(true)
        .http1_only()
        .build()
}

/// Header fields; JSON where there is a body and nothing else was said.
pub(in crate::runners::chaos) fn header_map(
    fields: &BTreeMap<String, String>,
    has_body: bool,
) -> Result<HeaderMap, AccessError> {
    let mut map = HeaderMap::new();
    for (name, value) in fields {
        let wrong = || AccessError::Request(name.clone());
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        map.insert(header, HeaderValue::from_str(value).map_err(|_| wrong())?);
    }
    if has_body && !map.contains_key(CONTENT_TYPE) {
        map.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(map)
}

/// The value at a JSON pointer (RFC 6901) in a body.
fn pointed(body: &[u8], pointer: &str) -> Result<Value, String> {
    let json: Value = serde_json::from_slice(body).map_err(|error| format!("no JSON: {error}"))?;
    let value = json.pointer(pointer).cloned();
    value.ok_or_else(|| format!("the answer has no `{pointer}`"))
}
