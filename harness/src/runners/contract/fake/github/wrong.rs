//! The replies R1 to R20 of the contract, as data: what GitHub says when it does not do what was asked.
//!
//! Sources stand in `docs/howto/fake-github.md`. `{docs}`, `{owner}`, `{head}`, `{base}`, `{api}`,
//! `{id}` and `{rest}` are filled in from the request that is answered.

use super::reply::Reply;
use serde_json::{Value, json};

/// One reply that is no success.
#[derive(Debug)]
pub(super) struct Wrong {
    /// `r3:429`: the reply, and its variant; the first of a reply stands for it.
    pub(super) word: &'static str,
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: Body,
}

#[derive(Debug)]
enum Body {
    Nothing,
    /// GitHub's plain refusal: message, page of the operation, status.
    Message(&'static str),
    /// 422 with this list of errors, as JSON.
    Errors(&'static str),
    /// This JSON.
    Json(&'static str),
    /// A media type and a text.
    Raw(&'static str, &'static str),
}

const fn wrong(word: &'static str, status: u16, body: Body) -> Wrong {
    Wrong {
        word,
        status,
        headers: &[],
        body,
    }
}

const fn with(
    word: &'static str,
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: Body,
) -> Wrong {
    Wrong {
        word,
        status,
        headers,
        body,
    }
}

const SECONDARY: Body = Body::Json(
    r#"{"documentation_url":"https://docs.github.com/en/free-pro-team@latest/rest/overview/resources-in-the-rest-api#secondary-rate-limits","message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}"#,
);
const PRIMARY: Body = Body::Message(
    "API rate limit exceeded for user ID 9535539. If you reach out to GitHub Support for help, please include the request ID {request} and timestamp {now} UTC.",
);
const SPENT: &[(&str, &str)] = &[("x-ratelimit-remaining", "0")];
const MOVED: Body = Body::Json(
    r#"{"message":"Moved Permanently","url":"{moved}","documentation_url":"https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects"}"#,
);
const LOCATION: &[(&str, &str)] = &[("location", "{moved}")];
const UNICORN: &str = "<!DOCTYPE html><html><head><title>Unicorn! &middot; GitHub</title></head><body><p><strong>We had issues producing the response to your request.</strong></p></body></html>";

#[rustfmt::skip]
pub(super) const TABLE: &[Wrong] = &[
    wrong("r1", 401, Body::Json(r#"{"message":"Bad credentials","documentation_url":"https://docs.github.com/rest","status":"401"}"#)),
    with("r2", 403, &[("x-accepted-github-permissions", "contents=write")], Body::Message("Resource not accessible by integration")),
    with("r2:pat", 403, &[("x-accepted-github-permissions", "contents=write")], Body::Message("Resource not accessible by personal access token")),
    wrong("r3", 403, SECONDARY),
    wrong("r3:429", 429, SECONDARY),
    wrong("r3:content", 403, Body::Message("You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.")),
    wrong("r3:abuse", 403, Body::Message("You have triggered an abuse detection mechanism. Please wait a few minutes before you try again.")),
    with("r4", 403, SPENT, PRIMARY),
    with("r4:429", 429, SPENT, PRIMARY),
    wrong("r5", 404, Body::Message("Not Found")),
    wrong("r6", 422, Body::Errors(r#"[{"resource":"PullRequest","code":"custom","message":"A pull request already exists for {owner}:{head}."}]"#)),
    wrong("r7", 422, Body::Errors(r#"[{"resource":"PullRequest","field":"head","code":"invalid"}]"#)),
    wrong("r8", 422, Body::Errors(r#"[{"resource":"PullRequest","code":"custom","message":"No commits between {base} and {head}"}]"#)),
    wrong("r9", 422, Body::Message("Reference already exists")),
    wrong("r10", 422, Body::Message("Update is not a fast forward")),
    wrong("r11", 422, Body::Message("Reference does not exist")),
    wrong("r12", 422, Body::Message("Reference update failed")),
    wrong("r13", 409, Body::Message("Git Repository is empty.")),
    wrong("r14", 409, Body::Message("{rest} does not match 0000000000000000000000000000000000000000")),
    wrong("r15", 422, Body::Json(r#"{"message":"Repository rule violations found\n\nChanges must be made through a pull request.\n\n","documentation_url":"{docs}","status":"422","metadata":{"secret_scanning":{"bypass_placeholders":[]}}}"#)),
    wrong("r15:409", 409, Body::Json(r#"{"message":"Repository rule violations found\n\nChanges must be made through a pull request.\n\n","documentation_url":"{docs}","status":"409","metadata":{"secret_scanning":{"bypass_placeholders":[]}}}"#)),
    wrong("r16", 500, Body::Nothing),
    wrong("r16:502", 502, Body::Raw("text/html", UNICORN)),
    wrong("r16:503", 503, Body::Json(r#"{"code":"503","message":"Service unavailable","documentation_url":"{docs}"}"#)),
    with("r17", 301, LOCATION, MOVED),
    with("r17:302", 302, LOCATION, MOVED),
    with("r17:307", 307, LOCATION, MOVED),
    wrong("r18", 400, Body::Message("Problems parsing JSON")),
    wrong("r18:version", 400, Body::Message("The 'X-GitHub-Api-Version' header does not name a supported version of the API.")),
    wrong("r18:agent", 403, Body::Raw("text/html", "\r\nRequest forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).\r\n")),
    wrong("r19", 422, Body::Errors(r#"[{"message":"Could not resolve to a node with the global id of 'PR_kwDOABnYV85d'."}]"#)),
    wrong("r20", 422, Body::Errors(r#"["Head branch is protected","Base branch is protected"]"#)),
    wrong("r20:object", 422, Body::Errors(r#"{"resource":"PullRequest","field":"head","code":"invalid","message":"Head branch is protected"}"#)),
    wrong("r20:absent", 422, Body::Message("Validation Failed")),
    wrong("r20:no-message", 422, Body::Json(r#"{"documentation_url":"{docs}","errors":[{"code":"custom","message":"Head branch is protected"}]}"#)),
    wrong("r20:not-json", 422, Body::Raw("application/json; charset=utf-8", "{\"message\": \"Validation Fai")),
];

/// What is put into the gaps of a reply.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    pub(super) docs: String,
    pub(super) owner: String,
    pub(super) head: String,
    pub(super) base: String,
    /// Where the request would have to go.
    pub(super) moved: String,
    /// The path below `contents/`, or whatever else the request is about.
    pub(super) rest: String,
    pub(super) request: String,
    pub(super) now: String,
}

impl Wrong {
    /// The reply of a word.
    pub(super) fn parse(word: &str) -> Option<&'static Self> {
        TABLE.iter().find(|wrong| wrong.word == word)
    }

    /// The reply to a request.
    pub(super) fn reply(&self, gaps: &Gaps) -> Reply {
        let mut reply = match self.body {
            Body::Nothing => Reply::empty(self.status),
            Body::Message(message) => {
                Reply::json(self.status, &self.refusal(gaps.text(message), gaps))
            }
            Body::Errors(errors) => {
                let mut body = self.refusal("Validation Failed".to_owned(), gaps);
                body["errors"] = gaps.json(errors);
                Reply::json(self.status, &body)
            }
            Body::Json(text) => Reply::json(self.status, &gaps.json(text)),
            Body::Raw(content_type, text) => Reply::raw(self.status, content_type, text),
        };
        for (name, value) in self.headers {
            reply = reply.with(name, gaps.text(value));
        }
        reply
    }

    fn refusal(&self, message: String, gaps: &Gaps) -> Value {
        json!({ "message": message, "documentation_url": gaps.docs, "status": self.status.to_string() })
    }
}

impl Gaps {
    fn text(&self, text: &str) -> String {
        let gaps = [
            ("{docs}", &self.docs),
            ("{owner}", &self.owner),
            ("{head}", &self.head),
            ("{base}", &self.base),
            ("{moved}", &self.moved),
            ("{rest}", &self.rest),
            ("{request}", &self.request),
            ("{now}", &self.now),
        ];
        let fill = |text: String, (gap, value): (&str, &String)| text.replace(gap, value);
        gaps.into_iter().fold(text.to_owned(), fill)
    }

    /// JSON whose strings have gaps: read first, so that what is put in cannot break it.
    fn json(&self, text: &str) -> Value {
        let mut value = serde_json::from_str(text).unwrap_or(Value::Null);
        self.fill(&mut value);
        value
    }

    fn fill(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.fill(member)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reply_of_the_contract_is_there_and_its_json_can_be_read() {
        for number in 1..=20 {
            let first = TABLE
                .iter()
                .find(|wrong| wrong.word == format!("r{number}"));
            assert!(first.is_some(), "r{number}");
        }
        for wrong in TABLE {
            if let Body::Json(text) | Body::Errors(text) = wrong.body {
                assert!(
                    serde_json::from_str::<Value>(text).is_ok(),
                    "{}",
                    wrong.word
                );
            }
        }
    }
}
