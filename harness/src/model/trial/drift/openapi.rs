//! Behaviours out of an OpenAPI 3.0 or 3.1 document.

use super::Format;
use super::behavior::{Behavior, Response};
use super::merge;
use super::schema::{JsonType, Schema, escape, members, object, texts, types};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::collections::BTreeSet;

/// What is nested deeper is not looked into; as long a chain of references leads nowhere.
const DEEPEST: usize = 24;
/// Most schemas of one document, counted as often as references lead to them: a score of
/// schemas that each name the next one twice would be a million.
const MOST_SCHEMAS: usize = 100_000;
/// Methods of a path item (OpenAPI 3.1, section 4.8.9).
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Reads a document.
///
/// # Errors
/// What is wrong, with its JSON pointer.
pub fn document(value: &Value) -> Result<Vec<Behavior>, String> {
    let fields = object(value, "")?;
    let version = fields.get("openapi").and_then(Value::as_str);
    let version = version.unwrap_or_default();
    if !version.starts_with("3.") {
        return Err(format!("`/openapi` is `{version}`; 3.0 and 3.1 are read"));
    }
    let reader = Reader {
        root: value,
        schemas: Cell::new(0),
    };
    let mut behaviors = Vec::new();
    for (route, item) in members(fields.get("paths")) {
        let at = format!("/paths/{}", escape(route));
        let (item, at) = reader.follow(item, at)?;
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let at = format!("{at}/{method}");
                behaviors.push(reader.operation(method, route, operation, &at)?);
            }
        }
    }
    Ok(behaviors)
}

struct Reader<'a> {
    root: &'a Value,
    schemas: Cell<usize>,
}

impl<'a> Reader<'a> {
    /// The value behind `$ref`, and where it stands.
    fn follow(&self, value: &'a Value, at: String) -> Result<(&'a Value, String), String> {
        let (mut value, mut at) = (value, at);
        for _ in 0..DEEPEST {
            let Some(target) = value.get("$ref").and_then(Value::as_str) else {
                return Ok((value, at));
            };
            let pointer = target.strip_prefix('#').ok_or_else(|| {
                format!("`{at}/$ref`: only references within the document are read, not `{target}`")
            })?;
            value = self
                .root
                .pointer(pointer)
                .ok_or_else(|| format!("`{at}/$ref`: there is nothing at `{target}`"))?;
            pointer.clone_into(&mut at);
        }
        Err(format!("`{at}`: a reference that leads to itself"))
    }

    fn operation(
        &self,
        method: &str,
        route: &str,
        operation: &'a Value,
        at: &str,
    ) -> Result<Behavior, String> {
        let mut behavior = Behavior::unseen(method, route);
        behavior.format = Format::OpenApi;
        at.clone_into(&mut behavior.at);
        for (status, response) in members(operation.get("responses")) {
            let at = format!("{at}/responses/{}", escape(status));
            let (response, at) = self.follow(response, at)?;
            let key = match status.as_str() {
                "default" => "default".to_owned(),
                status => status.to_ascii_uppercase(),
            };
            behavior
                .responses
                .insert(key, self.response(response, &at)?);
        }
        if behavior.responses.is_empty() {
            return Err(format!("`{at}/responses` is empty"));
        }
        if let Some(body) = operation.get("requestBody") {
            let (body, at) = self.follow(body, format!("{at}/requestBody"))?;
            behavior.request = self.content(body, &at)?;
        }
        Ok(behavior)
    }

    fn response(&self, response: &'a Value, at: &str) -> Result<Response, String> {
        let mut read = Response {
            schema: self.content(response, at)?,
            ..Response::default()
        };
        for (kind, _) in members(response.get("content")) {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            read.media.insert(kind.to_ascii_lowercase());
        }
        for (name, header) in members(response.get("headers")) {
            let (header, _) = self.follow(header, format!("{at}/headers/{}", escape(name)))?;
            let required = header.get("required") == Some(&Value::Bool(true));
            read.headers.insert(name.to_ascii_lowercase(), required);
        }
        Ok(read)
    }

    /// The schema of the JSON content.
    fn content(&self, holder: &'a Value, at: &str) -> Result<Option<Schema>, String> {
        let is_json = |kind: &str| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/json") || kind.ends_with("+json")
        };
        let mut contents = members(holder.get("content"));
        let Some((kind, content)) = contents.find(|(kind, _)| is_json(kind)) else {
            return Ok(None);
        };
        let Some(schema) = content.get("schema") else {
            return Ok(None);
        };
        let at = format!("{at}/content/{}/schema", escape(kind));
        self.schema(schema, at, &[]).map(Some)
    }

    /// `within` holds the places of the schemas around this one.
    fn schema(&self, value: &'a Value, at: String, within: &[String]) -> Result<Schema, String> {
        let (value, at) = self.follow(value, at)?;
        self.schemas.set(self.schemas.get() + 1);
        if self.schemas.get() > MOST_SCHEMAS {
            return Err(format!(
                "`{at}`: more than {MOST_SCHEMAS} schemas, counted as often as references lead to them"
            ));
        }
        let known = within.contains(&at) || within.len() >= DEEPEST;
        let Some(fields) = value.as_object().filter(|_| !known) else {
            // `true` allows everything; a schema within itself says nothing new.
            return Ok(Schema::anything(&at));
        };
        let mut within = within.to_vec();
        within.push(at.clone());
        let mut parts = Vec::new();
        for (key, of_all) in [("allOf", true), ("oneOf", false), ("anyOf", false)] {
            let listed = fields.get(key).and_then(Value::as_array);
            let read = listed
                .into_iter()
                .flatten()
                .enumerate()
                .map(|(n, part)| self.schema(part, format!("{at}/{key}/{n}"), &within));
            let read: Vec<Schema> = read.collect::<Result<_, _>>()?;
            match (read.is_empty(), of_all) {
                (true, _) => {}
                (false, true) => parts.extend(read),
                (false, false) => parts.push(merge::any(read, &at)),
            }
        }
        let own = self.own(fields, &at, &within)?;
        let mut schema = match parts.is_empty() {
            true => own,
            false => {
                parts.push(own);
                merge::all(parts, &at)
            }
        };
        if fields.get("nullable") == Some(&Value::Bool(true)) {
            schema.types.insert(JsonType::Null);
            if let Some(values) = &mut schema.values {
                values.insert(Value::Null.to_string());
            }
        }
        Ok(schema)
    }

    /// What the schema says itself, besides its parts.
    fn own(
        &self,
        fields: &'a Map<String, Value>,
        at: &str,
        within: &[String],
    ) -> Result<Schema, String> {
        let mut schema = Schema::anything(at);
        let has = |key: &str| fields.contains_key(key);
        let single = |kind: JsonType| BTreeSet::from([kind]);
        if has("type") {
            schema.types = types(fields.get("type"), &format!("{at}/type"))?;
        } else if has("properties") {
            schema.types = single(JsonType::Object);
        } else if has("items") {
            schema.types = single(JsonType::Array);
        }
        let values = match (fields.get("enum"), fields.get("const")) {
            (Some(Value::Array(values)), _) => Some(values.iter().collect::<Vec<_>>()),
            (_, constant) => constant.map(|value| vec![value]),
        };
        if let Some(values) = values {
            if !has("type") {
                schema.types = values.iter().map(|value| JsonType::of(value)).collect();
            }
            schema.values = Some(values.iter().map(|value| value.to_string()).collect());
        }
        for (name, field) in members(fields.get("properties")) {
            let at = format!("{at}/properties/{}", escape(name));
            let read = self.schema(field, at, within)?;
            schema.properties.insert(name.clone(), read);
        }
        schema.required = texts(fields.get("required"));
        if let Some(items) = fields.get("items") {
            let items = self.schema(items, format!("{at}/items"), within)?;
            schema.items = Some(Box::new(items));
        }
        // A field that is not listed is allowed by default, and worth being told of all the same.
        schema.additional = match fields.get("additionalProperties") {
            Some(Value::Bool(allowed)) => *allowed,
            Some(_) => true,
            None => schema.properties.is_empty(),
        };
        Ok(schema)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn paths(schema: Value) -> Value {
        json!({"openapi": "3.1.0", "paths": {"/items/{id}": {"get": {"responses": {
            "200": {"headers": {"ETag": {"required": true}},
                "content": {"application/json": {"schema": schema}}},
            "4xx": {"description": "wrong"}}}}},
            "components": {"schemas": {
                "Item": {"type": "object", "required": ["id"], "properties": {
                    "id": {"type": "integer"}, "of": {"$ref": "#/components/schemas/Item"}}},
                "Loop": {"$ref": "#/components/schemas/Loop"}}}})
    }

    fn read(schema: Value) -> Schema {
        let behaviors = document(&paths(schema)).unwrap();
        behaviors[0]
            .response("200")
            .unwrap()
            .schema
            .clone()
            .unwrap()
    }

    #[test]
    fn pointers_lead_to_where_a_field_is_written() {
        let behaviors = document(&paths(json!({"$ref": "#/components/schemas/Item"}))).unwrap();
        let item = &behaviors[0];
        assert_eq!(
            (item.id.as_str(), item.statuses_text().as_str()),
            ("get-items-id", "200, 4XX")
        );
        assert!(item.response("404").is_some() && item.response("500").is_none());
        let answer = item.response("200").unwrap();
        assert!(answer.headers["etag"]);
        let schema = answer.schema.as_ref().unwrap();
        assert_eq!(
            schema.properties["id"].at,
            "/components/schemas/Item/properties/id"
        );
    }

    #[test]
    fn parts_and_nullability_are_joined() {
        let all = read(json!({"allOf": [{"$ref": "#/components/schemas/Item"},
            {"type": "object", "required": ["n"], "properties": {"n": {"type": "string", "nullable": true}}}]}));
        assert_eq!(all.required.len(), 2);
        assert_eq!(all.types_text(), "object");
        assert_eq!(all.properties["n"].types_text(), "string or null");
        let one = read(json!({"oneOf": [{"type": "integer"}, {"type": ["string", "null"]}]}));
        assert_eq!(one.types_text(), "string or integer or null");
        let word = read(json!({"enum": ["a", "b"]}));
        assert_eq!(
            (word.types_text().as_str(), word.values.unwrap().len()),
            ("string", 2)
        );
        assert!(read(json!({})).is_anything());
    }

    #[test]
    fn references_that_double_again_and_again_end() {
        let mut value = paths(json!({"$ref": "#/components/schemas/S0"}));
        for level in 0..24 {
            let next = json!({"$ref": format!("#/components/schemas/S{}", level + 1)});
            value["components"]["schemas"][format!("S{level}")] =
                json!({"properties": {"a": next.clone(), "b": next}});
        }
        value["components"]["schemas"]["S24"] = json!({"type": "string"});
        let error = document(&value).unwrap_err();
        assert!(error.contains("more than 100000 schemas"), "{error}");
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_pointer() {
        for (value, wanted) in [
            (json!({"openapi": "2.0"}), "`/openapi` is `2.0`"),
            (
                paths(json!({"$ref": "#/nowhere"})),
                "there is nothing at `#/nowhere`",
            ),
            (
                paths(json!({"$ref": "other.yaml"})),
                "only references within",
            ),
            (
                paths(json!({"$ref": "#/components/schemas/Loop"})),
                "leads to itself",
            ),
            (paths(json!({"type": "int"})), "is no JSON type"),
        ] {
            let error = document(&value).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
