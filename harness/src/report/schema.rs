//! The JSON Schema of the report, for readers that are not ours.

use serde_json::Value;

/// JSON Schema 2020-12 of `proofhouse.report/1`; every object is closed.
pub const SCHEMA: &str = include_str!("schema.json");

/// The schema as a value.
///
/// # Errors
/// Never in a released version: a test reads it.
pub fn schema() -> Result<Value, serde_json::Error> {
    serde_json::from_str(SCHEMA)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::report::testdata;

    /// What is wrong with a value; knows the keywords that our schema uses and refuses others.
    fn problems(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        for (keyword, rule) in schema.as_object().unwrap() {
            let good = match keyword.as_str() {
                "$ref" => {
                    let pointer = rule.as_str().unwrap().trim_start_matches('#');
                    problems(root, root.pointer(pointer).unwrap(), value, at, found);
                    true
                }
                "type" => types(rule).iter().any(|kind| is_type(kind, value)),
                "const" => rule == value,
                "enum" => rule.as_array().unwrap().contains(value),
                "anyOf" => rule.as_array().unwrap().iter().any(|option| {
                    let mut inner = Vec::new();
                    problems(root, option, value, at, &mut inner);
                    inner.is_empty()
                }),
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
                            problems(root, rule, inner, &format!("{at}/{key}"), found);
                        }
                    }
                    true
                }
                "items" => {
                    for (n, inner) in value.as_array().into_iter().flatten().enumerate() {
                        problems(root, rule, inner, &format!("{at}/{n}"), found);
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
                unknown.for_each(|(key, v)| problems(root, rule, v, &format!("{at}/{key}"), found));
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

    fn check(value: &Value) -> Vec<String> {
        let root = schema().unwrap();
        let mut found = Vec::new();
        problems(&root, &root, value, "", &mut found);
        found
    }

    /// Every object of the schema is closed and asks for all its keys; only chaos reports have `chaos`.
    fn closed(schema: &Value) {
        if let Some(properties) = schema.get("properties") {
            assert_eq!(
                schema["additionalProperties"],
                Value::Bool(false),
                "{schema:.100}"
            );
            let keys: Vec<&String> = properties.as_object().unwrap().keys().collect();
            let mut required: Vec<&str> = schema["required"]
                .as_array()
                .unwrap()
                .iter()
                .map(|key| key.as_str().unwrap())
                .collect();
            required.sort_unstable();
            let mut keys: Vec<&str> = keys.into_iter().map(String::as_str).collect();
            keys.retain(|key| *key != "chaos");
            keys.sort_unstable();
            assert_eq!(keys, required);
        }
        match schema {
            Value::Object(map) => map.values().for_each(closed),
            Value::Array(all) => all.iter().for_each(closed),
            _ => {}
        }
    }

    #[test]
    fn real_reports_have_exactly_its_keys() {
        closed(&schema().unwrap());
        for name in testdata::REPORTS {
            let value = serde_json::from_str(testdata::json(name)).unwrap();
            assert_eq!(check(&value), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn a_number_that_is_none_an_unknown_or_a_missing_key_is_refused() {
        let mut report = testdata::report("pass");
        report.measurements[0].throughput_rps = f64::NAN;
        assert!(!check(&serde_json::to_value(&report).unwrap()).is_empty());
        let mut value = serde_json::to_value(testdata::report("pass")).unwrap();
        value["extra"] = Value::from(1);
        assert!(!check(&value).is_empty());
        let mut value = serde_json::to_value(testdata::report("pass")).unwrap();
        value.as_object_mut().unwrap().remove("verdict");
        assert!(!check(&value).is_empty());
        let mut value = serde_json::to_value(testdata::report("chaos_pass")).unwrap();
        value["chaos"]["timeline"][0]["what"] = Value::from(1);
        assert!(!check(&value).is_empty());
    }
}
