//! The comparison itself: a declared behaviour and what was seen of it in, findings out; pure.

use super::finding::{Finding, Kind, Severity};
use super::observe::Seen;
use crate::model::trial::drift::Format;
use crate::model::trial::drift::behavior::{Behavior, Response};
use crate::model::trial::drift::schema::{JsonType, Schema, escape};
use serde_json::{Value, json};

/// What came of comparing one behaviour.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// How many places were held against each other: statuses, fields, header fields.
    pub(super) places: usize,
    /// Differences, in the order of the declaration.
    pub(super) findings: Vec<Finding>,
}

/// Compares a behaviour with everything that was seen of it.
pub(super) fn compare<'a>(
    declared: &Behavior,
    seen: impl IntoIterator<Item = &'a Seen>,
) -> Compared {
    let mut compared = Compared::default();
    for seen in seen {
        About {
            declared,
            seen,
            into: &mut compared,
        }
        .behavior();
    }
    // Two sources, or two statuses of one schema, can show the same.
    let mut told = Vec::new();
    compared.findings.retain(|finding| {
        let key = (finding.kind, finding.pointer.clone());
        let new = !told.contains(&key);
        told.push(key);
        new
    });
    compared
}

/// A behaviour that was seen, and is not declared.
pub(super) fn undeclared(seen: &Behavior) -> Finding {
    let statuses: Vec<&String> = seen.responses.keys().collect();
    let mut finding = Finding {
        kind: Kind::BehaviorAdded,
        severity: Severity::Low,
        behavior: seen.id.clone(),
        file: String::new(),
        pointer: format!("/{}", seen.id),
        title: format!("{} is not declared", seen.name()),
        declared: Value::Null,
        observed: json!({"method": seen.method, "route": seen.route, "statuses": statuses}),
        proposal: String::new(),
        ignored: None,
    };
    finding.propose();
    finding
}

/// A declared behaviour that the API's own document does not have.
pub(super) fn removed(declared: &Behavior) -> Finding {
    let mut finding = Finding {
        kind: Kind::BehaviorRemoved,
        severity: Severity::High,
        behavior: declared.id.clone(),
        file: declared.file.clone(),
        pointer: declared.at.clone(),
        title: format!("{} is not offered any more", declared.name()),
        declared: json!(declared.name()),
        observed: Value::Null,
        proposal: String::new(),
        ignored: None,
    };
    finding.propose();
    finding
}

/// Collects the differences of one behaviour.
struct About<'a> {
    declared: &'a Behavior,
    seen: &'a Seen,
    into: &'a mut Compared,
}

impl About<'_> {
    fn behavior(&mut self) {
        let (declared, seen) = (self.declared, &self.seen.behavior);
        for (status, answer) in &seen.responses {
            match declared.response(status) {
                Some(promise) => self.response(status, promise, answer),
                None => self.undeclared_status(status),
            }
        }
        if self.seen.stated {
            for status in declared.responses.keys() {
                if seen.response(status).is_none() {
                    self.removed_status(status);
                }
            }
            if let (Some(promise), Some(body)) = (&declared.request, &seen.request) {
                self.request(promise, body);
            }
        }
    }

    fn status_pointer(&self, status: &str) -> String {
        match self.declared.format {
            Format::Behaviors => format!("/statuses/{status}"),
            Format::OpenApi => format!("{}/responses/{status}", self.declared.at),
        }
    }

    fn undeclared_status(&mut self, status: &str) {
        self.into.places += 1;
        let name = self.declared.name();
        let title = format!("{name} answered {status}, which is not declared");
        let declared = json!(self.declared.statuses_text());
        let pointer = self.status_pointer(status);
        self.found(Kind::StatusAdded, &pointer, title, declared, json!(status));
    }

    fn removed_status(&mut self, status: &str) {
        self.into.places += 1;
        let title = format!("{} does not offer {status} any more", self.declared.name());
        let pointer = self.status_pointer(status);
        self.found(
            Kind::StatusRemoved,
            &pointer,
            title,
            json!(status),
            Value::Null,
        );
    }

    fn response(&mut self, status: &str, promise: &Response, answer: &Response) {
        self.into.places += 1;
        let name = format!("{} {status}", self.declared.name());
        let headers = promise.headers.iter().filter(|_| self.seen.headers);
        for (header, always) in headers {
            self.into.places += 1;
            if *always && !answer.headers.contains_key(header) {
                let title = format!("{name} lacks the header field {header}");
                let pointer = self.header_pointer(status, header);
                self.found(
                    Kind::HeaderRemoved,
                    &pointer,
                    title,
                    json!(header),
                    Value::Null,
                );
            }
        }
        if let (Some(declared), Some(seen)) = (&promise.schema, &answer.schema) {
            self.schema(&name, declared, seen);
        }
    }

    fn header_pointer(&self, status: &str, header: &str) -> String {
        let header = escape(header);
        match self.declared.format {
            Format::Behaviors => format!("/headers/{status}/{header}"),
            Format::OpenApi => format!("{}/responses/{status}/headers/{header}", self.declared.at),
        }
    }

    fn request(&mut self, promise: &Schema, body: &Schema) {
        self.into.places += 1;
        for field in body.required.difference(&promise.required) {
            let pointer = format!("{}/required", promise.at);
            let title = format!("{} must be sent `{field}` now", self.declared.name());
            self.found(
                Kind::RequiredAdded,
                &pointer,
                title,
                Value::Null,
                json!(field),
            );
        }
        for (name, field) in &promise.properties {
            if let Some(seen) = body.properties.get(name) {
                // Of a request the other way round: what was allowed must still be.
                let refused = field
                    .types
                    .iter()
                    .any(|kind| !seen.types.iter().any(|allowed| allowed.allows(*kind)));
                if refused {
                    let pointer = format!("{}/{}", field.at, self.declared.format.type_member());
                    let title = format!(
                        "{} takes {} as `{name}` where {} is declared",
                        self.declared.name(),
                        seen.types_text(),
                        field.types_text()
                    );
                    let (declared, observed) = (json!(field.types), json!(seen.types));
                    self.found(Kind::TypeChanged, &pointer, title, declared, observed);
                }
            }
        }
    }

    fn schema(&mut self, name: &str, declared: &Schema, seen: &Schema) {
        self.into.places += 1;
        if declared.is_anything() || !self.types(name, declared, seen) {
            return;
        }
        self.values(name, declared, seen);
        if seen.types.contains(&JsonType::Object) {
            self.fields(name, declared, seen);
        }
        if let (Some(declared), Some(seen)) = (&declared.items, &seen.items) {
            self.schema(&format!("{name}[]"), declared, seen);
        }
    }

    /// Whether the types agree, so that there is more to look at.
    fn types(&mut self, name: &str, declared: &Schema, seen: &Schema) -> bool {
        let allowed = |kind: &JsonType| declared.types.iter().any(|one| one.allows(*kind));
        let wrong: Vec<JsonType> = seen
            .types
            .iter()
            .copied()
            .filter(|kind| !allowed(kind))
            .collect();
        let Some(first) = wrong
            .iter()
            .find(|kind| **kind != JsonType::Null)
            .or(wrong.first())
        else {
            return true;
        };
        let swapped = match first {
            JsonType::Array => declared.types.contains(&JsonType::Object),
            JsonType::Object => declared.types.contains(&JsonType::Array),
            _ => false,
        };
        let kind = match first {
            JsonType::Null => Kind::NullAdded,
            _ if swapped => Kind::ArrayOrObject,
            _ => Kind::TypeChanged,
        };
        let title = format!(
            "{name} is {} where {} is declared",
            seen.types_text(),
            declared.types_text()
        );
        let pointer = format!("{}/{}", declared.at, self.declared.format.type_member());
        self.found(
            kind,
            &pointer,
            title,
            json!(declared.types),
            json!(seen.types),
        );
        kind == Kind::NullAdded
    }

    fn values(&mut self, name: &str, declared: &Schema, seen: &Schema) {
        let Some(listed) = &declared.values else {
            return;
        };
        self.into.places += 1;
        let pointer = format!("{}/enum", declared.at);
        let Some(there) = &seen.values else {
            if self.seen.stated {
                let title = format!("{name} may be any value where {listed:?} are declared");
                self.found(
                    Kind::ValueAdded,
                    &pointer,
                    title,
                    json!(listed),
                    Value::Null,
                );
            }
            return;
        };
        let added: Vec<&String> = there.difference(listed).collect();
        if !added.is_empty() {
            let title = format!("{name} is {} which is not declared", words(&added));
            self.found(
                Kind::ValueAdded,
                &pointer,
                title,
                json!(listed),
                json!(added),
            );
        }
        let gone: Vec<&String> = listed.difference(there).collect();
        if self.seen.stated && !gone.is_empty() {
            let title = format!("{name} is never {} any more", words(&gone));
            self.found(
                Kind::ValueRemoved,
                &pointer,
                title,
                json!(gone),
                Value::Null,
            );
        }
    }

    fn fields(&mut self, name: &str, declared: &Schema, seen: &Schema) {
        for field in declared.properties.keys() {
            // Never there: drift where it was promised, or where the API says so itself.
            let promised = declared.required.contains(field) || self.seen.stated;
            if promised && !seen.properties.contains_key(field) {
                self.lacks(name, declared, field, false);
            }
        }
        for field in declared.required.difference(&seen.required) {
            let sometimes = seen.properties.contains_key(field);
            if sometimes || !declared.properties.contains_key(field) {
                self.lacks(name, declared, field, sometimes);
            }
        }
        for (field, there) in &seen.properties {
            match declared.properties.get(field) {
                Some(promise) => self.schema(&format!("{name}.{field}"), promise, there),
                None if declared.additional => {}
                None => {
                    let pointer = format!("{}/properties/{}", declared.at, escape(field));
                    let title = format!("{name} has the field `{field}`, which is not declared");
                    let observed = json!(there.types);
                    self.found(Kind::FieldAdded, &pointer, title, Value::Null, observed);
                }
            }
        }
    }

    fn lacks(&mut self, name: &str, declared: &Schema, field: &str, sometimes: bool) {
        self.into.places += 1;
        let pointer = format!("{}/properties/{}", declared.at, escape(field));
        let (often, observed) = match sometimes {
            true => ("sometimes lacks", json!("sometimes")),
            false => ("lacks", Value::Null),
        };
        let title = format!("{name} {often} the field `{field}`");
        self.found(
            Kind::FieldRemoved,
            &pointer,
            title,
            json!("required"),
            observed,
        );
    }

    fn found(
        &mut self,
        kind: Kind,
        pointer: &str,
        title: String,
        declared: Value,
        observed: Value,
    ) {
        let mut finding = Finding {
            kind,
            severity: if kind.breaks() {
                Severity::High
            } else {
                Severity::Low
            },
            behavior: self.declared.id.clone(),
            file: self.declared.file.clone(),
            pointer: pointer.to_owned(),
            title,
            declared,
            observed,
            proposal: String::new(),
            ignored: None,
        };
        finding.propose();
        self.into.findings.push(finding);
    }
}

fn words(values: &[&String]) -> String {
    let values: Vec<&str> = values.iter().map(|value| value.as_str()).collect();
    values.join(", ")
}
