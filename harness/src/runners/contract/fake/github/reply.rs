//! Replies, and what GitHub refuses with.

use serde_json::{Value, json};

/// One reply before the headers that every reply has.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Names in lower case; they win over those that every reply has.
    pub(super) headers: Vec<(String, String)>,
    pub(super) content: Content,
}

/// The media type of nearly every reply.
pub(super) const JSON: &str = "application/json; charset=utf-8";

/// What a reply carries.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Nothing,
    Json(Value),
    /// A media type, and bytes.
    Raw(&'static str, Vec<u8>),
}

impl Reply {
    /// A reply with a JSON body.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, Content::Json(body.clone()))
    }

    /// A reply to something that was made: its address is the `location`, too.
    pub(super) fn created(body: &Value) -> Self {
        let url = body["url"].as_str().unwrap_or_default();
        Self::json(201, body).with("location", url)
    }

    /// A reply with a body of any type.
    pub(super) fn raw(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, Content::Raw(content_type, body.into()))
    }

    /// A reply without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self::new(status, Content::Nothing)
    }

    fn new(status: u16, content: Content) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content,
        }
    }

    /// The same with one header more.
    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// A header of its own.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Why a request is not done.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    status: u16,
    message: String,
    errors: Option<Value>,
}

/// What became of a request.
pub(super) type Answer = Result<Reply, Refusal>;

impl Refusal {
    /// A refusal of one sentence.
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            errors: None,
        }
    }

    /// R5: not there, or not for this token to see.
    pub(super) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    /// R13: nothing was ever committed.
    pub(super) fn empty_repository() -> Self {
        Self::new(409, "Git Repository is empty.")
    }

    /// 422 with a list of what is wrong.
    pub(super) fn invalid(errors: Value) -> Self {
        Self {
            status: 422,
            message: "Validation Failed".to_owned(),
            errors: Some(errors),
        }
    }

    /// 422 about one field of a pull request.
    pub(super) fn field(resource: &str, field: &str, code: &str) -> Self {
        Self::invalid(json!([{ "resource": resource, "field": field, "code": code }]))
    }

    /// 422 about a pull request as a whole.
    pub(super) fn custom(message: &str) -> Self {
        let resource = "PullRequest";
        Self::invalid(json!([{ "resource": resource, "code": "custom", "message": message }]))
    }

    /// The reply that says so; `docs` is the page of the operation.
    pub(super) fn reply(&self, docs: &str) -> Reply {
        let mut body = json!({ "message": self.message });
        if let Some(errors) = &self.errors {
            body["errors"] = errors.clone();
        }
        body["documentation_url"] = json!(docs);
        body["status"] = json!(self.status.to_string());
        Reply::json(self.status, &body)
    }
}
