//! Requests: whatever is the same every time is built once, the rest is filled for each request.

use super::PerfError;
use super::fill::{Place, Text, percent};
use super::script::Script;
use super::session::Session;
use super::values::{Draws, Names};
use crate::model::load::{Body, Step};
use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Request, Url};

/// A step's request, as far as it can be prepared.
#[derive(Debug)]
pub(super) struct Draft {
    method: Method,
    url: Address,
    /// Headers that are the same every time.
    headers: HeaderMap,
    /// Headers with holes.
    filled: Vec<(HeaderName, Text)>,
    body: Payload,
}

#[derive(Debug)]
enum Address {
    Ready(Url),
    /// Scheme and authority with the target's own path, and the step's path.
    Filled(String, Text),
}

#[derive(Debug)]
enum Payload {
    Ready(Bytes),
    Filled(Text),
    /// Encoded names and values.
    Form(Vec<(String, Text)>),
}

pub(super) fn bad_step(service: &str, step: &Step, reason: String) -> PerfError {
    PerfError::BadStep {
        service: service.to_owned(),
        step: step.name.clone(),
        reason,
    }
}

impl Draft {
    /// Prepares a step's request.
    ///
    /// # Errors
    /// Why it can never be sent.
    pub(super) fn compile(step: &Step, base_url: &str, names: &Names) -> Result<Self, String> {
        let method = Method::from_bytes(step.method.as_bytes())
            .map_err(|_| format!("`{}` is not an HTTP method", step.method))?;
        let path = Text::compile(&step.path, names, Place::Path)?;
        let base_url = base_url.trim_end_matches('/');
        let url = match path.literal() {
            Some(path) => Address::Ready(address(&format!("{base_url}{path}"))?),
            None => {
                address(base_url)?;
                Address::Filled(base_url.to_owned(), path)
            }
        };
        let (body, content_type) = Payload::compile(&step.body, names)?;
        let mut draft = Self {
            method,
            url,
            headers: HeaderMap::new(),
            filled: Vec::new(),
            body,
        };
        if let Some(content_type) = content_type {
            let value = header_value(content_type)?;
            draft.headers.insert(CONTENT_TYPE, value);
        }
        for (name, text) in &step.headers {
            draft.header(name, Text::compile(text, names, Place::Plain)?)?;
        }
        Ok(draft)
    }

    fn header(&mut self, name: &str, text: Text) -> Result<(), String> {
        let name: HeaderName = name
            .parse()
            .map_err(|_| format!("`{name}` is not a header name"))?;
        match text.literal() {
            Some(value) => {
                self.headers.append(name, header_value(value)?);
            }
            None => self.filled.push((name, text)),
        }
        Ok(())
    }

    /// The request of one user, now.
    ///
    /// # Errors
    /// Why it cannot be sent: a value that no answer has given yet, or one that
    /// does not fit into its place.
    pub(super) fn request(
        &self,
        script: &Script,
        session: &mut Session,
    ) -> Result<Request, String> {
        let mut draws = Draws::new(&script.names, session);
        let missing = |slot| {
            let name = script.names.name(slot);
            format!("no value for `{name}` yet: no answer has given it")
        };
        let url = self.url(&mut draws).map_err(|why| why.told(missing))?;
        let body = self.body.fill(&mut draws).map_err(missing)?;
        let mut request = Request::new(self.method.clone(), url);
        *request.headers_mut() = self.headers.clone();
        for (name, text) in &self.filled {
            let mut value = String::new();
            text.fill(&mut draws, &mut value).map_err(missing)?;
            let value = header_value(&value)?;
            request.headers_mut().append(name, value);
        }
        if !body.is_empty() {
            *request.body_mut() = Some(body.into());
        }
        if let Some(bearer) = &script.bearer {
            let bearer = bearer.borrow().clone();
            request.headers_mut().insert(AUTHORIZATION, bearer);
        }
        Ok(request)
    }

    /// Method and path for people, where no request could be made.
    pub(super) fn told(&self) -> String {
        match &self.url {
            Address::Ready(url) => format!("{} {}", self.method, url.path()),
            Address::Filled(..) => format!("{} (path not filled)", self.method),
        }
    }

    fn url(&self, draws: &mut Draws<'_>) -> Result<Url, Unfit> {
        match &self.url {
            Address::Ready(url) => Ok(url.clone()),
            Address::Filled(base, path) => {
                let mut text = base.clone();
                path.fill(draws, &mut text).map_err(Unfit::Missing)?;
                address(&text).map_err(Unfit::Bad)
            }
        }
    }
}

/// Why a value does not give a request.
enum Unfit {
    Missing(usize),
    Bad(String),
}

impl Unfit {
    fn told(self, missing: impl Fn(usize) -> String) -> String {
        match self {
            Self::Missing(slot) => missing(slot),
            Self::Bad(reason) => reason,
        }
    }
}

impl Payload {
    fn compile<'a>(body: &'a Body, names: &Names) -> Result<(Self, Option<&'a str>), String> {
        Ok(match body {
            Body::Empty => (Self::Ready(Bytes::new()), None),
            Body::Text { content_type, text } => {
                let text = Text::compile(text, names, Place::Plain)?;
                (Self::of(text), Some(content_type))
            }
            Body::Json(text) => {
                let text = Text::compile(text, names, Place::Json)?;
                (Self::of(text), Some("application/json"))
            }
            Body::Form(fields) => {
                let field = |(name, text)| -> Result<_, String> {
                    Ok((percent(name), Text::compile(text, names, Place::Form)?))
                };
                let fields: Result<Vec<_>, _> = fields
                    .iter()
                    .map(|(name, text)| field((name, text)))
                    .collect();
                let form = Self::Form(fields?);
                (form, Some("application/x-www-form-urlencoded"))
            }
        })
    }

    fn of(text: Text) -> Self {
        match text {
            Text::Literal(text) => Self::Ready(Bytes::from(text)),
            Text::Filled(_) => Self::Filled(text),
        }
    }

    fn fill(&self, draws: &mut Draws<'_>) -> Result<Bytes, usize> {
        let mut out = String::new();
        match self {
            Self::Ready(bytes) => return Ok(bytes.clone()),
            Self::Filled(text) => text.fill(draws, &mut out)?,
            Self::Form(fields) => {
                for (name, text) in fields {
                    if !out.is_empty() {
                        out.push('&');
                    }
                    out.push_str(name);
                    out.push('=');
                    text.fill(draws, &mut out)?;
                }
            }
        }
        Ok(out.into())
    }
}

fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("`{text}` is not a URL: {error}"))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        other => Err(format!("`{other}` is not http or https")),
    }
}

fn header_value(text: &str) -> Result<HeaderValue, String> {
    // The text may be a secret, so it is not shown.
    HeaderValue::from_str(text).map_err(|_| "a header has a line break or control character".into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::scene;
    use super::*;
    use crate::model::load::ValueSource;
    use crate::model::template::Template;

    fn sent(step: &Step) -> Result<Request, String> {
        let mut target = scene::target("shop");
        let list = |value: &str| ValueSource::OneOf(vec![value.to_owned()]);
        target.values.insert("name".into(), list("Ann & \"Bo\""));
        target.values.insert("evil".into(), list("a\r\nx: y"));
        target.journeys[0].steps = vec![step.clone()];
        let scenario = scene::scenario(1, 10);
        let resolved = scene::resolved(&target, "http://127.0.0.1:1/base/");
        let script = Script::compile(0, &scenario, &resolved, 1).unwrap();
        let mut session = Session::new(1, 0, 1, script.names.len());
        let legs = script.choose(&mut session.random.clone());
        legs[0].draft.request(&script, &mut session)
    }

    fn body(request: &Request) -> &str {
        std::str::from_utf8(request.body().unwrap().as_bytes().unwrap()).unwrap()
    }

    #[test]
    fn holes_are_escaped_for_their_place() {
        let mut step = scene::step("s", "/a/${name}?u=${user}");
        step.method = "POST".into();
        step.body = Body::Json(Template::parse(r#"{"n":"${name}"}"#).unwrap());
        let request = sent(&step).unwrap();
        let url = "http://127.0.0.1:1/base/a/Ann%20%26%20%22Bo%22?u=1";
        assert_eq!(request.url().as_str(), url);
        assert_eq!(body(&request), r#"{"n":"Ann & \"Bo\""}"#);
        assert_eq!(request.headers()[CONTENT_TYPE], "application/json");
    }

    #[test]
    fn forms_are_encoded() {
        let mut step = scene::step("s", "/a");
        let template = |text| Template::parse(text).unwrap();
        step.body = Body::Form(vec![
            ("a b".into(), template("1&2")),
            ("c".into(), template("x${name}")),
        ]);
        let request = sent(&step).unwrap();
        assert_eq!(body(&request), "a%20b=1%262&c=xAnn%20%26%20%22Bo%22");
    }

    #[test]
    fn a_value_cannot_add_a_header() {
        let mut step = scene::step("s", "/a");
        step.headers = vec![("x-a".into(), Template::parse("${evil}").unwrap())];
        assert!(sent(&step).unwrap_err().contains("line break"));
    }
}
