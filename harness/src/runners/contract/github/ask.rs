//! One change set, and the request by which the target is asked to propose it.

use super::predicate::Wanted;
use crate::model::trial::github::{GithubPlan, Trigger};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// What is to be proposed.
#[derive(Debug, Clone, Default)]
pub(super) struct Ask {
    /// Id of the finding, unique in the run.
    pub(super) id: String,
    /// Its title.
    pub(super) title: String,
    /// Its text.
    pub(super) text: String,
    /// Files with their whole content.
    pub(super) files: Vec<Wish>,
    /// What is merged into the body beside: a draft, labels.
    pub(super) beside: Option<Value>,
}

/// One file.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) path: String,
    pub(super) content: Vec<u8>,
    /// What is merged into the file: a deletion, a mode.
    pub(super) beside: Option<Value>,
    /// Whether it is to be taken away.
    pub(super) gone: bool,
}

impl Ask {
    /// A small one: one new file, named after the id.
    pub(super) fn plain(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            title: format!("Finding {} lacks a field", id.replace(['#', '@'], "-")),
            text: "The declaration says one thing and the service does another.".to_owned(),
            files: Vec::new(),
            beside: None,
        }
        .with("behaviors/api.yaml", b"declared: right\n")
    }

    /// With one file more.
    pub(super) fn with(mut self, path: &str, content: &[u8]) -> Self {
        self.files.push(Wish {
            path: path.to_owned(),
            content: content.to_vec(),
            beside: None,
            gone: false,
        });
        self
    }

    /// With exactly these files.
    pub(super) fn files(mut self, files: &[(&str, &[u8])]) -> Self {
        self.files.clear();
        for (path, content) in files {
            self = self.with(path, content);
        }
        self
    }

    /// What the branch has to hold.
    pub(super) fn wanted(&self) -> Wanted {
        let wish = |wish: &Wish| {
            let content = (!wish.gone).then(|| wish.content.clone());
            (wish.path.clone(), content)
        };
        self.files.iter().map(wish).collect()
    }

    /// Path and body of the request.
    pub(super) fn render(&self, trigger: &Trigger) -> (String, Value) {
        let escaped: String = url::form_urlencoded::byte_serialize(self.id.as_bytes()).collect();
        let escaped = escaped.replace('+', "%20");
        let path = trigger.path.fill(|_| Some(escaped.as_str()));
        let mut body = self.filled(&trigger.body, self.files.first(), trigger);
        if let Some(beside) = &self.beside {
            merge(&mut body, beside);
        }
        (path.unwrap_or_default(), body)
    }

    fn filled(&self, value: &Value, file: Option<&Wish>, trigger: &Trigger) -> Value {
        match value {
            Value::String(text) if text == "${files}" => {
                let files = self.files.iter();
                let files = files.map(|file| self.file(&trigger.file, file, trigger));
                Value::Array(files.collect())
            }
            Value::String(text) => Value::String(self.text(text, file)),
            Value::Array(items) => {
                let items = items.iter().map(|item| self.filled(item, file, trigger));
                Value::Array(items.collect())
            }
            Value::Object(members) => {
                let members = members.iter();
                let members =
                    members.map(|(key, value)| (key.clone(), self.filled(value, file, trigger)));
                Value::Object(members.collect())
            }
            other => other.clone(),
        }
    }

    fn file(&self, template: &Value, file: &Wish, trigger: &Trigger) -> Value {
        let mut filled = self.filled(template, Some(file), trigger);
        if let Some(beside) = &file.beside {
            merge(&mut filled, beside);
        }
        filled
    }

    fn text(&self, template: &str, file: Option<&Wish>) -> String {
        let Ok(template) = crate::model::template::Template::parse(template) else {
            return template.to_owned();
        };
        let value = |hole: &str| match (hole, file) {
            ("id", _) => Some(self.id.clone()),
            ("title", _) => Some(self.title.clone()),
            ("text", _) => Some(self.text.clone()),
            ("path", Some(file)) => Some(file.path.clone()),
            ("content", Some(file)) => Some(String::from_utf8_lossy(&file.content).into_owned()),
            ("content_base64", Some(file)) => Some(STANDARD.encode(&file.content)),
            _ => None,
        };
        template.fill(value).unwrap_or_default()
    }
}

/// Whether the trigger can say this at all; the reason why not.
pub(super) fn cannot_say(plan: &GithubPlan, ask: &Ask) -> Option<&'static str> {
    if ask.files.len() > 1 && !plan.takes_many() {
        return Some("the trigger takes one file");
    }
    let is_text = |wish: &Wish| std::str::from_utf8(&wish.content).is_ok();
    if !plan.takes_bytes() && !ask.files.iter().all(is_text) {
        return Some("the trigger takes text only");
    }
    None
}

/// JSON Merge Patch (RFC 7396).
fn merge(value: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *value = patch.clone();
        return;
    };
    if !value.is_object() {
        *value = Value::Object(serde_json::Map::new());
    }
    for (key, member) in members {
        if member.is_null() {
            value.as_object_mut().map(|object| object.remove(key));
        } else {
            merge(&mut value[key.as_str()], member);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::template::Template;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn a_request_is_filled_in_and_nothing_is_escaped_twice() {
        let trigger = Trigger {
            method: "POST".into(),
            path: Template::parse("/fix/${id}").unwrap(),
            headers: BTreeMap::new(),
            body: json!({"id": "${id}", "in": {"text": "${text}", "files": "${files}"}, "n": 1}),
            file: json!({"path": "${path}", "content": "${content_base64}"}),
            token: None,
        };
        let mut ask = Ask::plain("a b/\"1").files(&[("x", b"\0\xff"), ("y", b"")]);
        ask.text = "${id} \" \n".to_owned();
        ask.beside = Some(json!({"in": {"draft": true}, "n": null}));
        ask.files[1].beside = Some(json!({"delete": true}));
        let (path, body) = ask.render(&trigger);
        assert_eq!(path, "/fix/a%20b%2F%221");
        let wanted = json!({"id": "a b/\"1", "in": {"text": "${id} \" \n", "draft": true, "files": [
            {"path": "x", "content": "AP8="}, {"path": "y", "content": "", "delete": true}]}});
        assert_eq!(body, wanted);
    }
}
