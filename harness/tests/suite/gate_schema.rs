//! Decisions of the program against the JSON Schema of the documentation.

use serde_json::Value;
use std::path::Path;

/// What is wrong with a decision.
pub fn problems(decision: &Value) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/schema/decision.json");
    let root: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut found = Vec::new();
    look(&root, &root, decision, "", &mut found);
    found
}

/// Knows the keywords that this schema uses and refuses others.
fn look(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().unwrap() {
        let good = match keyword.as_str() {
            "$ref" => {
                let pointer = rule.as_str().unwrap().trim_start_matches('#');
                look(root, root.pointer(pointer).unwrap(), value, at, found);
                true
            }
            "type" => is_type(rule.as_str().unwrap(), value),
            "const" => rule == value,
            "enum" => rule.as_array().unwrap().contains(value),
            "minimum" => value.as_f64().is_none_or(|n| n >= rule.as_f64().unwrap()),
            "anyOf" => rule.as_array().unwrap().iter().any(|option| {
                let mut inner = Vec::new();
                look(root, option, value, at, &mut inner);
                inner.is_empty()
            }),
            "required" => {
                let keys = rule.as_array().unwrap().iter();
                keys.map(|key| key.as_str().unwrap())
                    .all(|key| value.get(key).is_some())
            }
            "additionalProperties" => rest(root, schema, rule, value, at, found),
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
            "$schema" | "$id" | "$defs" | "title" | "format" => true,
            other => unreachable!("keyword {other}"),
        };
        if !good {
            found.push(format!("{at}: {keyword} {rule} for {value:.80}"));
        }
    }
}

/// Keys that the schema does not name.
fn rest(
    root: &Value,
    schema: &Value,
    rule: &Value,
    value: &Value,
    at: &str,
    found: &mut Vec<String>,
) -> bool {
    let known = |key: &String| {
        schema
            .get("properties")
            .is_some_and(|all| all.get(key).is_some())
    };
    let others = value.as_object().into_iter().flatten();
    let mut others = others.filter(|(key, _)| !known(key));
    if *rule == Value::Bool(false) {
        return others.next().is_none();
    }
    others.for_each(|(key, inner)| look(root, rule, inner, &format!("{at}/{key}"), found));
    true
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
