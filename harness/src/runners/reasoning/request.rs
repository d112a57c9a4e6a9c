//! One request of an adapter with its holes filled, each escaped as its place wants it.

use super::client::GraphName;
use crate::model::load::Body;
use crate::model::template::{Piece, Template};
use crate::model::trial::reasoning::RequestPlan;
use reqwest::{Client, Method, Response};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What fills the holes.
#[derive(Debug, Clone)]
pub(super) struct Holes(BTreeMap<&'static str, String>);

impl Holes {
    /// Those of a graph.
    pub(super) fn new(graph: &GraphName) -> Self {
        let pairs = [("graph", graph.iri.clone()), ("name", graph.name.clone())];
        Self(BTreeMap::from(pairs))
    }

    /// One more.
    pub(super) fn set(&mut self, hole: &'static str, value: &str) {
        self.0.insert(hole, value.to_owned());
    }

    fn fill(&self, template: &Template, escape: fn(&str) -> String) -> Result<String, String> {
        let mut filled = String::new();
        for piece in &template.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Hole(hole) => {
                    let value = self.0.get(hole.as_str());
                    let value = value.ok_or_else(|| format!("nothing fills `${{{hole}}}`"))?;
                    filled.push_str(&escape(value));
                }
            }
        }
        Ok(filled)
    }
}

/// A request that is ready to be sent.
#[derive(Debug, Clone)]
pub(super) struct Built {
    method: Method,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// Fills the holes of a request.
///
/// # Errors
/// A hole that nothing fills, a method that is none.
pub(super) fn build(base: &str, request: &RequestPlan, holes: &Holes) -> Result<Built, String> {
    let path = holes.fill(&request.path, percent)?;
    let headers = request.headers.iter();
    let mut headers: Vec<(String, String)> = headers
        .map(|(name, value)| Ok((name.clone(), holes.fill(value, plain)?)))
        .collect::<Result<_, String>>()?;
    let (content_type, body) = match &request.body {
        Body::Empty => (None, String::new()),
        Body::Text { content_type, text } => (Some(content_type.clone()), holes.fill(text, plain)?),
        Body::Json(text) => (Some("application/json".to_owned()), holes.fill(text, json)?),
        Body::Form(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| Ok(format!("{}={}", percent(name), holes.fill_form(value)?)))
                .collect::<Result<Vec<_>, String>>()?;
            let form = "application/x-www-form-urlencoded".to_owned();
            (Some(form), fields.join("&"))
        }
    };
    headers.extend(content_type.map(|value| ("content-type".to_owned(), value)));
    Ok(Built {
        method: request
            .method
            .parse()
            .map_err(|_| format!("no method `{}`", request.method))?,
        url: format!("{base}{path}"),
        headers,
        body,
    })
}

impl Holes {
    /// A field of a form: text beside the holes is encoded, too.
    fn fill_form(&self, template: &Template) -> Result<String, String> {
        Ok(percent(&self.fill(template, plain)?))
    }
}

impl Built {
    /// Sends it.
    ///
    /// # Errors
    /// No answer came.
    pub(super) async fn send(&self, http: &Client) -> Result<Response, reqwest::Error> {
        let mut sent = http.request(self.method.clone(), &self.url);
        for (name, value) in &self.headers {
            sent = sent.header(name, value);
        }
        if !self.body.is_empty() || self.method != Method::GET && self.method != Method::HEAD {
            sent = sent.body(self.body.clone());
        }
        sent.send().await
    }

    /// The same as a command line.
    pub(super) fn curl(&self) -> String {
        let mut line = format!("curl -sS -X {} {}", self.method, quoted(&self.url));
        for (name, value) in &self.headers {
            // Writing to a string cannot fail.
            let _ = write!(line, " -H {}", quoted(&format!("{name}: {value}")));
        }
        if !self.body.is_empty() {
            let _ = write!(line, " --data-binary {}", quoted(&self.body));
        }
        line
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn plain(text: &str) -> String {
    text.to_owned()
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The inside of a JSON string.
fn json(text: &str) -> String {
    let whole = serde_json::Value::from(text).to_string();
    whole[1..whole.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::load::StatusRange;
    use crate::model::place::Place;

    fn plan(method: &str, path: &str, body: Body) -> RequestPlan {
        let place = Place {
            file: "a.yaml".into(),
            line: 1,
            column: 1,
            length: 1,
            key_path: String::new(),
        };
        RequestPlan {
            method: method.into(),
            path: Template::parse(path).unwrap(),
            headers: vec![("accept".into(), Template::parse("a/b").unwrap())],
            body,
            status: vec![StatusRange {
                first: 200,
                last: 299,
            }],
            place,
        }
    }

    #[test]
    fn holes_are_escaped_for_their_place() {
        let graph = GraphName {
            name: "g".into(),
            iri: "urn:g?a=1&b".into(),
        };
        let mut holes = Holes::new(&graph);
        holes.set("query", "ASK { ?s ?p \"it's\" }\n");
        let text = |text: &str| Template::parse(text).unwrap();
        let form = Body::Form(vec![("query".into(), text("${query}"))]);
        let built = build("http://h", &plan("POST", "/q?g=${graph}", form), &holes).unwrap();
        assert_eq!(built.url, "http://h/q?g=urn%3Ag%3Fa%3D1%26b");
        assert_eq!(
            built.body,
            "query=ASK%20%7B%20%3Fs%20%3Fp%20%22it%27s%22%20%7D%0A"
        );
        let body = Body::Json(text(r#"{"q":"${query}"}"#));
        let built = build("http://h", &plan("POST", "/q", body), &holes).unwrap();
        assert_eq!(built.body, r#"{"q":"ASK { ?s ?p \"it's\" }\n"}"#);
        assert!(
            built
                .curl()
                .starts_with("curl -sS -X POST 'http://h/q' -H 'accept: a/b'")
        );
        assert!(built.curl().contains(r"it'\''s"));
        let plain = Body::Text {
            content_type: "application/sparql-update".into(),
            text: text("INSERT DATA { GRAPH <${graph}> { ${data} } }"),
        };
        let missing = build("http://h", &plan("PUT", "/", plain), &holes).unwrap_err();
        assert_eq!(missing, "nothing fills `${data}`");
    }
}
