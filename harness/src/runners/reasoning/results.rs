//! SPARQL 1.1 Query Results JSON, read with care.

use super::turtle::{iri, literal};
use serde_json::Value;
use std::collections::BTreeMap;

/// A row: variables that are bound, each with its term as N-Triples writes it.
pub(super) type Binding = BTreeMap<String, String>;

/// The answer of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Results {
    /// Of `ASK`.
    Boolean(bool),
    /// Of `SELECT`, in order, repeated rows included.
    Rows(Vec<Binding>),
}

/// Reads a results document.
///
/// # Errors
/// What it lacks of one.
pub(super) fn read(json: &Value) -> Result<Results, String> {
    if let Some(boolean) = json.get("boolean") {
        return match boolean.as_bool() {
            Some(boolean) => Ok(Results::Boolean(boolean)),
            None => Err("`boolean` is neither true nor false".to_owned()),
        };
    }
    let bindings = json
        .pointer("/results/bindings")
        .and_then(Value::as_array)
        .ok_or("neither `boolean` nor `results.bindings`: no SPARQL results document")?;
    Ok(Results::Rows(
        bindings.iter().map(binding).collect::<Result<_, _>>()?,
    ))
}

fn binding(row: &Value) -> Result<Binding, String> {
    let cells = row.as_object().ok_or("a row that is no object")?;
    let cells = cells
        .iter()
        .map(|(name, value)| Ok((name.clone(), term(value)?)));
    cells.collect()
}

fn term(value: &Value) -> Result<String, String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let content = text("value").ok_or_else(|| format!("a term without a value: {value}"))?;
    match text("type") {
        Some("uri") => Ok(iri(content)),
        Some("bnode") => Ok(format!("_:{content}")),
        // `typed-literal` is what the format was called before it was a recommendation.
        Some("literal" | "typed-literal") => {
            Ok(literal(content, text("xml:lang"), text("datatype")))
        }
        other => Err(format!("a term of the type {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_term_is_read() {
        let rows = json!({"head": {"vars": ["a", "b", "c", "d"]}, "results": {"bindings": [{
            "a": {"type": "uri", "value": "urn:x:a"},
            "b": {"type": "bnode", "value": "n"},
            "c": {"type": "literal", "value": "x", "xml:lang": "EN"},
            "d": {"type": "typed-literal", "value": "1", "datatype": "urn:d"},
        }, {}]}});
        let Results::Rows(rows) = read(&rows).unwrap() else {
            panic!("no rows");
        };
        let cells: Vec<&str> = rows[0].values().map(String::as_str).collect();
        assert_eq!(cells, ["<urn:x:a>", "_:n", "\"x\"@en", "\"1\"^^<urn:d>"]);
        assert!(rows[1].is_empty());
        assert_eq!(
            read(&json!({"boolean": true})).unwrap(),
            Results::Boolean(true)
        );
    }

    #[test]
    fn what_is_no_document_is_no_answer() {
        for bad in [
            json!({}),
            json!({"status": "ok"}),
            json!({"boolean": "true"}),
            json!({"results": {"bindings": {}}}),
            json!({"results": {"bindings": [{"a": {"type": "uri"}}]}}),
            json!({"results": {"bindings": [{"a": {"type": "triple", "value": "x"}}]}}),
        ] {
            assert!(read(&bad).is_err(), "{bad}");
        }
    }
}
