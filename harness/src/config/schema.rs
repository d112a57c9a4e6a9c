//! JSON Schema (draft 2020-12) of the files that people write, made from the same tables.

use super::form::Form;
use super::shape::{Record, Rule, Shape};
use serde_json::{Map, Value, json};

/// The schema of a file called `title` whose root follows one of `records`.
pub fn schema(title: &str, records: &[&'static Record]) -> Value {
    let mut definitions = Map::new();
    let mut root = match records {
        [record] => body(record, &mut definitions),
        _ => {
            let choices = records.iter().map(|one| reference(one, &mut definitions));
            json!({ "anyOf": choices.collect::<Vec<_>>() })
        }
    };
    if let Value::Object(root) = &mut root {
        root.insert(
            "$schema".to_owned(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        root.insert("title".to_owned(), json!(title));
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    root
}

fn body(record: &'static Record, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for field in record.fields {
        let mut value = shape(&field.shape, definitions);
        if let Value::Object(value) = &mut value {
            value.insert("description".to_owned(), json!(field.doc));
        }
        properties.insert(field.key.to_owned(), value);
    }
    let required = record.fields.iter().filter(|field| field.required);
    let required: Vec<&str> = required.map(|field| field.key).collect();
    let mut schema = json!({
        "type": "object",
        "description": record.doc,
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    let rules: Vec<Value> = record.rules.iter().map(rule).collect();
    if !rules.is_empty() {
        schema["allOf"] = json!(rules);
    }
    schema
}

fn rule(rule: &Rule) -> Value {
    let one = |keys: &[&str]| -> Vec<Value> {
        keys.iter()
            .map(|key| json!({ "required": [key] }))
            .collect()
    };
    match rule {
        Rule::ExactlyOne(keys) => json!({ "oneOf": one(keys) }),
        Rule::AtLeastOne(keys) => json!({ "anyOf": one(keys) }),
        Rule::AtMostOne(keys) => {
            let mut choices = one(keys);
            choices.push(json!({ "not": { "anyOf": one(keys) } }));
            json!({ "oneOf": choices })
        }
    }
}

fn shape(shape: &Shape, definitions: &mut Map<String, Value>) -> Value {
    match shape {
        Shape::Text(form) => text(*form),
        Shape::Word(_, words) => json!({ "enum": words }),
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::True => json!({ "const": true }),
        Shape::Whole(least, most) => whole(*least, *most),
        Shape::Number(range) => {
            let least = if range.above {
                "exclusiveMinimum"
            } else {
                "minimum"
            };
            json!({ "type": "number", least: range.least, "maximum": range.most })
        }
        Shape::List(of, least) => {
            json!({ "type": "array", "items": self::shape(of, definitions), "minItems": least })
        }
        Shape::Names(form, of, least) => json!({
            "type": "object",
            "propertyNames": text(*form),
            "additionalProperties": self::shape(of, definitions),
            "minProperties": least,
        }),
        Shape::Record(record) => reference(record, definitions),
        Shape::Either(_, shapes) => {
            let choices = shapes.iter().map(|choice| self::shape(choice, definitions));
            json!({ "anyOf": choices.collect::<Vec<_>>() })
        }
        Shape::Json => json!({}),
    }
}

fn reference(record: &'static Record, definitions: &mut Map<String, Value>) -> Value {
    if !definitions.contains_key(record.name) {
        // Entered before its body, so that a record may hold itself.
        definitions.insert(record.name.to_owned(), Value::Null);
        let body = body(record, definitions);
        definitions.insert(record.name.to_owned(), body);
    }
    json!({ "$ref": format!("#/$defs/{}", record.name) })
}

fn text(form: Form) -> Value {
    match form.pattern() {
        Some(pattern) => json!({ "type": "string", "pattern": pattern }),
        None => json!({ "type": "string" }),
    }
}

/// Bounds of 64 bits are left out: they say nothing to a reader.
fn whole(least: i64, most: i64) -> Value {
    let mut schema = json!({ "type": "integer" });
    if least != i64::MIN {
        schema["minimum"] = json!(least);
    }
    if most != i64::MAX {
        schema["maximum"] = json!(most);
    }
    schema
}
