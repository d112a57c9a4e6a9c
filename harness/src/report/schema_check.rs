//! A small validator for the JSON Schemas of our own formats, for tests of the library and of the program.

#![allow(clippy::unwrap_used)]

use serde_json::Value;

/// What is wrong with a value; knows the keywords that our schemas use and refuses others.
pub(crate) fn problems(root: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    look(root, root, value, "", &mut found);
    found
}

/// What is wrong with a part of a value.
fn look(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().unwrap() {
        let good = match keyword.as_str() {
            "$ref" => {
                let pointer = rule.as_str().unwrap().trim_start_matches('#');
                look(root, root.pointer(pointer).unwrap(), value, at, found);
                true
            }
            "type" => types(rule).iter().any(|kind| is_type(kind, value)),
            "const" => rule == value,
            "enum" => rule.as_array().unwrap().contains(value),
            "anyOf" => rule.as_array().unwrap().iter().any(|option| {
                let mut inner = Vec::new();
                look(root, option, value, at, &mut inner);
                inner.is_empty()
            }),
            "minLength" => value
                .as_str()
                .is_none_or(|s| s.chars().count() as u64 >= rule.as_u64().unwrap()),
            "minItems" => value
                .as_array()
                .is_none_or(|a| a.len() as u64 >= rule.as_u64().unwrap()),
            "minimum" => value.as_f64().is_none_or(|n| n >= rule.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|n| n <= rule.as_f64().unwrap()),
            "required" => {
                let keys = rule.as_array().unwrap().iter();
                keys.map(|k| k.as_str().unwrap())
                    .all(|key| value.get(key).is_some())
            }
            "additionalProperties" => extra(root, schema, rule, value, at, found),
            "properties" => {
                for (key, rule) in rule.as_object().unwrap() {
                    if let Some(inner) = value.get(key) {
                        look(root, rule, inner, &format!("{at}/{key}"), found);
                    }
                }
                true
            }
            "items" => {
                for (n, inner) in value.as_array().into_iter().flatten().enumerate() {
                    look(root, rule, inner, &format!("{at}/{n}"), found);
                }
                true
            }
            "$schema" | "$id" | "$defs" | "title" | "description" | "format" => true,
            other => unreachable!("keyword {other}"),
        };
        if !good {
            found.push(format!("{at}: {keyword} {rule} for {value:.80}"));
        }
    }
}

fn extra(
    root: &Value,
    schema: &Value,
    rule: &Value,
    value: &Value,
    at: &str,
    found: &mut Vec<String>,
) -> bool {
    let Some(object) = value.as_object() else {
        return true;
    };
    let known = |key: &String| schema["properties"].get(key).is_some();
    let mut unknown = object.iter().filter(|(key, _)| !known(key));
    match rule {
        Value::Bool(false) => unknown.next().is_none(),
        rule => {
            unknown.for_each(|(key, v)| look(root, rule, v, &format!("{at}/{key}"), found));
            true
        }
    }
}

fn types(rule: &Value) -> Vec<&str> {
    match rule {
        Value::Array(all) => all.iter().map(|kind| kind.as_str().unwrap()).collect(),
        one => vec![one.as_str().unwrap()],
    }
}

fn is_type(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        other => unreachable!("type {other}"),
    }
}
