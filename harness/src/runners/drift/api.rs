//! Requests to the API, and why an answer cannot be used.

use crate::model::template::Template;
use crate::model::trial::drift::DriftPlan;
use crate::model::trial::launch::TrialError;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// Longest body that is read, in octets.
const LONGEST_BODY: usize = 16 * 1024 * 1024;

/// The API, and what is the same in every request.
#[derive(Debug)]
pub(super) struct Api<'a> {
    url: String,
    client: reqwest::Client,
    headers: &'a BTreeMap<String, Template>,
    timeout: Duration,
    nonce: String,
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) method: &'a str,
    /// Path and query, filled.
    pub(super) path: &'a str,
    pub(super) json: Option<&'a Value>,
    pub(super) headers: Option<&'a BTreeMap<String, Template>>,
}

/// An answer that came whole.
#[derive(Debug, Clone)]
pub(super) struct Got {
    pub(super) status: u16,
    /// Header fields, names in lower case; of several values the first.
    pub(super) headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// Why nothing can be said of a behaviour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No answer at all: refused, no such name, no TLS, silence.
    Unreachable(String),
    /// The answer leads to another place.
    Elsewhere(String),
    /// The answer is broken, empty, or no JSON.
    Unusable(String),
    /// A declared status, but none that the request is meant to get.
    Unwanted(String),
    /// The request itself cannot be made.
    Harness(String),
}

impl Trouble {
    /// In words.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Unreachable(text)
            | Self::Elsewhere(text)
            | Self::Unusable(text)
            | Self::Unwanted(text)
            | Self::Harness(text) => text,
        }
    }
}

impl<'a> Api<'a> {
    /// Knows where the API is; nothing is sent.
    pub(super) fn new(url: &str, plan: &'a DriftPlan) -> Result<Self, TrialError> {
        // A cache or a proxy in between could answer for an API that is gone.
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .build();
        Ok(Self {
            url: url.to_owned(),
            client: client.map_err(|error| TrialError::Harness(error.to_string()))?,
            headers: &plan.headers,
            timeout: plan.timeout,
            nonce: format!("drift-{}", uuid::Uuid::new_v4().simple()),
        })
    }

    /// The same API, whose answers may take this long at least.
    pub(super) fn with_patience(&self, least: Duration) -> Self {
        Self {
            url: self.url.clone(),
            client: self.client.clone(),
            headers: self.headers,
            timeout: self.timeout.max(least),
            nonce: self.nonce.clone(),
        }
    }

    /// Where it is.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// What nobody could have recorded before this run.
    pub(super) fn nonce(&self) -> &str {
        &self.nonce
    }

    /// Fills a template.
    pub(super) fn fill(&self, template: &Template) -> Result<String, Trouble> {
        let value = |hole: &str| match hole.strip_prefix("env.") {
            Some(name) => std::env::var(name).ok(),
            None => (hole == "nonce").then(|| self.nonce.clone()),
        };
        template.fill(value).map_err(|hole| {
            let name = hole.strip_prefix("env.").unwrap_or(hole);
            Trouble::Harness(format!("the environment variable {name} is not set"))
        })
    }

    /// Fills every text of a JSON body.
    pub(super) fn fill_json(&self, value: &Value) -> Result<Value, Trouble> {
        Ok(match value {
            Value::String(text) => match Template::parse(text) {
                Ok(template) => Value::String(self.fill(&template)?),
                Err(error) => return Err(Trouble::Harness(error.to_string())),
            },
            Value::Array(items) => {
                let items = items.iter().map(|item| self.fill_json(item));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            Value::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), self.fill_json(value)?)));
                Value::Object(fields.collect::<Result<_, Trouble>>()?)
            }
            other => other.clone(),
        })
    }

    /// Sends a request and reads the whole answer.
    pub(super) async fn send(&self, sent: Sent<'_>) -> Result<Got, Trouble> {
        let request = self.request(sent)?;
        let answer = request
            .send()
            .await
            .map_err(|error| Trouble::Unreachable(self.why(error)))?;
        let status = answer.status().as_u16();
        let headers = fields(answer.headers());
        if let Some(location) = headers
            .get("location")
            .filter(|_| (300..400).contains(&status))
        {
            let text = format!("{status} leads to {location}");
            return Err(Trouble::Elsewhere(text));
        }
        Ok(Got {
            status,
            headers,
            body: self.body(answer).await?,
        })
    }

    fn request(&self, sent: Sent<'_>) -> Result<reqwest::RequestBuilder, Trouble> {
        let method = reqwest::Method::from_bytes(sent.method.as_bytes());
        let method = method.map_err(|error| Trouble::Harness(error.to_string()))?;
        let mut request = self
            .client
            .request(method, format!("{}{}", self.url, sent.path))
            .timeout(self.timeout)
            .header("accept", "application/json")
            .header("cache-control", "no-store");
        let own = sent.headers.into_iter().flatten();
        for (name, template) in self.headers.iter().chain(own) {
            request = request.header(name, self.fill(template)?);
        }
        Ok(match sent.json {
            Some(json) => request.json(json),
            None => request,
        })
    }

    async fn body(&self, mut answer: reqwest::Response) -> Result<Vec<u8>, Trouble> {
        let mut body = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > LONGEST_BODY => {
                    let text = format!("the body is longer than {LONGEST_BODY} octets");
                    return Err(Trouble::Unusable(text));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body),
                Err(error) => {
                    let after = body.len();
                    let why = self.why(error);
                    let text = format!("the answer broke off after {after} octets: {why}");
                    return Err(Trouble::Unusable(text));
                }
            }
        }
    }

    fn why(&self, error: reqwest::Error) -> String {
        if error.is_timeout() {
            return format!("no answer within {} s", self.timeout.as_secs_f64());
        }
        let error = error.without_url();
        let mut words = vec![error.to_string()];
        let mut inner: &dyn std::error::Error = &error;
        while let Some(source) = inner.source() {
            inner = source;
            let text = inner.to_string();
            if !words.iter().any(|word| word.contains(&text)) {
                words.push(text);
            }
        }
        words.join(": ")
    }
}

impl Got {
    /// The body as JSON.
    pub(super) fn json(&self) -> Result<Value, Trouble> {
        let unusable = |text: String| Err(Trouble::Unusable(text));
        let kind = self.media();
        if self.body.is_empty() {
            return unusable(format!(
                "{} with an empty body where JSON is declared",
                self.status
            ));
        }
        if kind != "application/json" && !kind.ends_with("+json") {
            let kind = if kind.is_empty() {
                "no content type"
            } else {
                &kind
            };
            return unusable(format!(
                "{} with {kind} where JSON is declared",
                self.status
            ));
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            Trouble::Unusable(format!(
                "{} with JSON that cannot be read: {error}",
                self.status
            ))
        })
    }

    /// The content type without parameters, in lower case.
    pub(super) fn media(&self) -> String {
        let kind = self.headers.get("content-type").map(String::as_str);
        let kind = kind.unwrap_or_default().split(';').next();
        kind.unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// When it was answered, as the API says.
    pub(super) fn date(&self) -> Option<&String> {
        self.headers.get("date")
    }
}

fn fields(map: &reqwest::header::HeaderMap) -> BTreeMap<String, String> {
    let fields = map.keys().filter_map(|name| {
        let value = String::from_utf8_lossy(map.get(name)?.as_bytes()).into_owned();
        Some((name.as_str().to_owned(), value))
    });
    fields.collect()
}
