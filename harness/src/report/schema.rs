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
    use crate::model::check::CheckClass;
    use crate::report::schema_check::problems;
    use crate::report::testdata;

    fn check(value: &Value) -> Vec<String> {
        let root = schema().unwrap();
        problems(&root, value)
    }

    /// Every object of the schema is closed and asks for all its keys, but those that only some reports and checks have.
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
            keys.retain(|key| !["chaos", "source", "waiver"].contains(key));
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
    fn every_family_of_checks_and_their_own_keys_are_known() {
        let mut report = testdata::report("pass");
        report.checks[0] = testdata::waived(report.checks[0].clone());
        for class in [
            CheckClass::Contract,
            CheckClass::Reasoning,
            CheckClass::Drift,
            CheckClass::Guard,
        ] {
            report.checks[0].class = class;
            let value = serde_json::to_value(&report).unwrap();
            assert_eq!(check(&value), Vec::<String>::new());
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
