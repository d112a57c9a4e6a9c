//! The request that makes the target open a pull request, and what its answer says.

use crate::config::bearer::{self, BEARER};
use crate::config::form::Form;
use crate::config::hint;
use crate::config::node::{Entry, Node};
use crate::config::shape::{Record, Rule, Shape, optional, required};
use crate::model::place::Problem;
use crate::model::template::Template;
use crate::model::trial::github::{AnswerPlan, Trigger, TriggerToken};
use serde_json::Value;

const METHODS: [&str; 3] = ["POST", "PUT", "PATCH"];
const STATUSES: Shape = Shape::List(&Shape::Whole(100, 599), 1);
const WORDS: [&str; 9] = [
    "auth_failed",
    "forbidden",
    "not_found",
    "validation_failed",
    "rate_limited",
    "timeout",
    "upstream_error",
    "conflict",
    "invalid_path",
];
/// Holes of the body, of one file, and of the path.
const BODY_HOLES: [&str; 7] = [
    "id",
    "title",
    "text",
    "files",
    "path",
    "content",
    "content_base64",
];

/// The request.
pub(super) static TRIGGER: Record = Record {
    name: "trigger",
    doc: "The request that makes the target open a pull request.",
    fields: &[
        optional(
            "method",
            Shape::Word("HTTP method", &METHODS),
            "POST",
            "HTTP method; default `POST`.",
        ),
        required(
            "path",
            Shape::Text(Form::Path),
            "/findings/${id}/fix",
            "Path with query; may hold `${id}`.",
        ),
        optional(
            "headers",
            Shape::Names(Form::Header, &Shape::Text(Form::Any), 1),
            "{x-tenant: a}",
            "Further headers.",
        ),
        required(
            "body",
            Shape::Json,
            "{id: \"${id}\", title: \"${title}\", files: \"${files}\"}",
            "JSON; text in it may hold `${id}`, `${title}` and `${text}`, for one file `${path}` and `${content}` or `${content_base64}`; the text `${files}` alone is the list of files.",
        ),
        optional(
            "file",
            Shape::Json,
            "{path: \"${path}\", content: \"${content_base64}\", encoding: base64}",
            "One file of that list; may hold `${path}`, and `${content}` or `${content_base64}`.",
        ),
        optional(
            "token",
            Shape::Record(&TOKEN),
            "{text: mock-token}",
            "The bearer token that it wants; default none.",
        ),
    ],
    rules: &[],
};

static TOKEN: Record = Record {
    name: "trigger_token",
    doc: "The bearer token of the trigger.",
    fields: &[
        optional(
            "text",
            Shape::Text(Form::Line),
            "mock-token",
            "A text that is no secret.",
        ),
        optional(
            "bearer",
            Shape::Record(&BEARER),
            "{issuer: {subject: ann}}",
            "A variable of the harness, or a token of the suite's own issuer (`${issuer}`).",
        ),
        optional(
            "audience",
            Shape::Text(Form::Line),
            "workbench",
            "The claim `aud` of a token of the suite's issuer (`${audience}`); default `workbench`.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["text", "bearer"])],
};

/// The answer.
pub(super) static ANSWER: Record = Record {
    name: "trigger_answer",
    doc: "Where the target's answer says what.",
    fields: &[
        required(
            "number",
            Shape::Text(Form::Pointer),
            "/pull_request/number",
            "The pull request's number.",
        ),
        required(
            "url",
            Shape::Text(Form::Pointer),
            "/pull_request/html_url",
            "The pull request's address for people.",
        ),
        optional(
            "error",
            Shape::Text(Form::Pointer),
            "/error/code",
            "The word for an error; default `/error`.",
        ),
        optional(
            "message",
            Shape::Text(Form::Pointer),
            "/error/message",
            "What an error says to people; default `/message`.",
        ),
        optional(
            "success",
            STATUSES,
            "[200, 201]",
            "Statuses when there is a pull request, new or not; default 200 and 201.",
        ),
        optional(
            "refused",
            STATUSES,
            "[400, 422]",
            "Statuses of a request that is refused for what it holds; default 400 and 422.",
        ),
        optional(
            "words",
            Shape::Names(Form::Name, &Shape::List(&Shape::Text(Form::Line), 1), 1),
            "{rate_limited: [throttled]}",
            "Its words for errors where they differ: `auth_failed`, `forbidden`, `not_found`, `validation_failed`, `rate_limited`, `timeout`, `upstream_error`, `conflict`, `invalid_path`.",
        ),
    ],
    rules: &[],
};

/// Reads the request.
pub(super) fn trigger(node: &Node, problems: &mut Vec<Problem>) -> Option<Trigger> {
    let path = Template::parse(node.get("path")?.text()?).ok()?;
    unknown_holes(node.get("path")?, &["id"], problems);
    unknown_holes(node.get("body")?, &BODY_HOLES, problems);
    if let Some(file) = node.get("file") {
        unknown_holes(file, &BODY_HOLES[4..], problems);
    }
    let body = node.get("body")?.json().ok()?;
    let asks_for_files = body.to_string().contains("\"${files}\"");
    if asks_for_files != node.get("file").is_some() {
        let message = "`file` and the text `${files}` in `body` belong together";
        problems.push(Problem::at(&node.place, message));
    }
    let token = match node.get("token") {
        Some(token) => Some(token_of(token, problems)?),
        None => None,
    };
    let headers = node.get("headers").map(Node::entries).unwrap_or_default();
    Some(Trigger {
        method: node
            .get("method")
            .and_then(Node::text)
            .unwrap_or("POST")
            .to_owned(),
        path,
        headers: headers
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), entry.value.text()?.to_owned())))
            .collect(),
        body,
        file: node
            .get("file")
            .and_then(|file| file.json().ok())
            .unwrap_or(Value::Null),
        token,
    })
}

fn token_of(node: &Node, problems: &mut Vec<Problem>) -> Option<TriggerToken> {
    if let Some(text) = node.get("text") {
        return Some(TriggerToken::Text(text.text()?.to_owned()));
    }
    let audience = node.get("audience").and_then(Node::text);
    Some(TriggerToken::Bearer {
        bearer: bearer::bearer(node.get("bearer")?, problems)?,
        audience: audience.unwrap_or("workbench").to_owned(),
    })
}

/// Reads what the answer says.
pub(super) fn answer(node: &Node, problems: &mut Vec<Problem>) -> Option<AnswerPlan> {
    let text = |key: &str, default: &str| {
        let written = node.get(key).and_then(Node::text);
        written.unwrap_or(default).to_owned()
    };
    let statuses = |key: &str, default: [u16; 2]| match node.get(key) {
        Some(list) => list.items().iter().filter_map(Node::unsigned).collect(),
        None => default.to_vec(),
    };
    let words = node.get("words").map(Node::entries).unwrap_or_default();
    problems.extend(words.iter().filter_map(|entry| unknown(entry, &WORDS)));
    let list = |node: &Node| {
        let items = node.items().iter();
        items.filter_map(Node::text).map(str::to_owned).collect()
    };
    Some(AnswerPlan {
        number: node.get("number")?.text()?.to_owned(),
        url: node.get("url")?.text()?.to_owned(),
        error: text("error", "/error"),
        message: text("message", "/message"),
        success: statuses("success", [200, 201]),
        refused: statuses("refused", [400, 422]),
        words: words
            .iter()
            .map(|entry| (entry.key.clone(), list(&entry.value)))
            .collect(),
    })
}

/// A key that the suite has no use for.
pub(super) fn unknown(entry: &Entry, known: &[&str]) -> Option<Problem> {
    let problem = Problem::at(
        &entry.place,
        format!("nothing is called `{}` here", entry.key),
    );
    let mut problem = problem.known(known.iter().copied());
    problem.help = hint::for_word(&entry.key, known.iter().copied());
    (!known.contains(&entry.key.as_str())).then_some(problem)
}

/// Every hole in the texts of a value has to be one of these.
fn unknown_holes(node: &Node, known: &[&str], problems: &mut Vec<Problem>) {
    let Ok(value) = node.json() else { return };
    let mut texts = Vec::new();
    collect(&value, &mut texts);
    for text in texts {
        let template = match Template::parse(&text) {
            Ok(template) => template,
            Err(error) => {
                problems.push(Problem::at(&node.place, error.to_string()));
                continue;
            }
        };
        for hole in template.holes().filter(|hole| !known.contains(hole)) {
            let message = format!("nothing fills `${{{hole}}}` here");
            let problem = Problem::at(&node.place, message);
            problems.push(problem.known(known.iter().copied()));
        }
    }
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|item| collect(item, texts)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_text_of_a_value_is_found() {
        let mut texts = Vec::new();
        collect(
            &json!({"a": ["${id}", {"b": "${files}"}], "c": 1}),
            &mut texts,
        );
        assert_eq!(texts, ["${id}", "${files}"]);
    }
}
