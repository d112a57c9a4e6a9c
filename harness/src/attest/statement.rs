//! An in-toto statement, v1, as far as its readers need it: about what, of which kind, and whether it holds.

use crate::model::attestation::{GATE_OPEN, STATEMENT, SVR, TEST_RESULT};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A statement. Members that are not known are left alone, as in-toto's parsing rules want it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Statement {
    #[serde(rename = "_type")]
    type_: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Value,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Subject {
    #[serde(default)]
    name: String,
    digest: BTreeMap<String, String>,
}

/// Why signed bytes are no statement of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Other bytes.
    #[error("it is no in-toto statement: {0}")]
    NoStatement(String),
    /// A kind that says nothing about a gate or a suite.
    #[error("it is a `{0}`, and neither `{result}` nor `{svr}`", result = TEST_RESULT, svr = SVR)]
    Predicate(String),
}

/// What a statement says of its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It held; in words.
    Held(String),
    /// It did not; in words.
    Failed(String),
}

impl Statement {
    /// Reads one.
    ///
    /// # Errors
    /// Other bytes, no subject, or a predicate that is not known here.
    pub fn read(bytes: &[u8]) -> Result<Self, StatementError> {
        let read: Result<Self, _> = serde_json::from_slice(bytes);
        let statement = read.map_err(|error| StatementError::NoStatement(error.to_string()))?;
        if statement.type_ != STATEMENT {
            let found = format!("its type is `{}`", short(&statement.type_));
            return Err(StatementError::NoStatement(found));
        }
        if statement.subject.is_empty() {
            let nothing = "it is about nothing".to_owned();
            return Err(StatementError::NoStatement(nothing));
        }
        match statement.predicate_type.as_str() {
            TEST_RESULT | SVR => Ok(statement),
            other => Err(StatementError::Predicate(short(other))),
        }
    }

    /// The kind of statement.
    pub fn predicate_type(&self) -> &str {
        &self.predicate_type
    }

    /// Whether it is about the commit with this full id.
    pub fn is_about_commit(&self, commit: &str) -> bool {
        self.has("gitCommit", commit)
    }

    /// Whether it is about what has this digest, `sha256:` and hex digits.
    pub fn is_about_artifact(&self, digest: &str) -> bool {
        let hex = digest.strip_prefix("sha256:");
        hex.is_some_and(|hex| self.has("sha256", hex))
    }

    fn has(&self, algorithm: &str, wanted: &str) -> bool {
        let mut digests = self.subject.iter().filter_map(|s| s.digest.get(algorithm));
        digests.any(|digest| digest.eq_ignore_ascii_case(wanted))
    }

    /// What it is about, a line each: name, algorithm, digest.
    pub fn subjects(&self) -> Vec<String> {
        let each = self.subject.iter().flat_map(|subject| {
            let digests = subject.digest.iter();
            digests.map(|(kind, hex)| format!("{} {kind}:{hex}", subject.name))
        });
        each.collect()
    }

    /// What it says. Only a result that passed, or a gate that was open, held: everything else, silence
    /// included, did not.
    pub fn said(&self) -> Said {
        let holds = match self.predicate_type.as_str() {
            SVR => self.properties().contains(&GATE_OPEN),
            _ => matches!(self.result(), Some("PASSED" | "WARNED")),
        };
        let words = match self.predicate_type.as_str() {
            SVR => format!("verified: {}", self.properties().join(", ")),
            _ => format!("result: {}", self.result().unwrap_or("none")),
        };
        match holds {
            true => Said::Held(words),
            false => Said::Failed(words),
        }
    }

    /// When it was decided, where it says so.
    pub fn time(&self) -> Option<&str> {
        self.predicate["timeCreated"].as_str()
    }

    fn properties(&self) -> Vec<&str> {
        let list = self.predicate["properties"].as_array();
        let texts = list.into_iter().flatten().filter_map(Value::as_str);
        texts.collect()
    }

    fn result(&self) -> Option<&str> {
        self.predicate["result"].as_str()
    }
}

fn short(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn statement(predicate_type: &str, predicate: Value) -> Value {
        json!({
            "_type": STATEMENT,
            "subject": [
                {"name": "git", "digest": {"gitCommit": "ab".repeat(20)}},
                {"digest": {"sha256": "cd".repeat(32)}},
            ],
            "predicateType": predicate_type,
            "predicate": predicate,
            "somethingNew": true,
        })
    }

    fn read(value: &Value) -> Result<Statement, StatementError> {
        Statement::read(value.to_string().as_bytes())
    }

    fn said(predicate_type: &str, predicate: Value) -> Said {
        read(&statement(predicate_type, predicate)).unwrap().said()
    }

    #[test]
    fn only_what_passed_held() {
        let result = |word: &str| said(TEST_RESULT, json!({"result": word}));
        assert!(matches!(result("PASSED"), Said::Held(_)));
        assert!(matches!(result("WARNED"), Said::Held(_)));
        assert!(matches!(result("FAILED"), Said::Failed(_)));
        assert!(matches!(result("passed"), Said::Failed(_)));
        assert!(matches!(said(TEST_RESULT, json!({})), Said::Failed(_)));
        let open = said(SVR, json!({"properties": [GATE_OPEN, "PROOFHOUSE_OTHER"]}));
        assert_eq!(
            open,
            Said::Held(format!("verified: {GATE_OPEN}, PROOFHOUSE_OTHER"))
        );
        for properties in [json!([]), json!(null), json!("x"), json!(["SLSA_BUILD"])] {
            let other = said(SVR, json!({"properties": properties}));
            assert!(matches!(other, Said::Failed(_)));
        }
        // A test result does not become an open gate by a member of its own.
        let mixed = said(TEST_RESULT, json!({"properties": [GATE_OPEN]}));
        assert!(matches!(mixed, Said::Failed(_)));
    }

    #[test]
    fn a_subject_is_one_of_them_and_of_its_kind() {
        let read = read(&statement(SVR, json!({}))).unwrap();
        assert!(read.is_about_commit(&"ab".repeat(20)));
        assert!(read.is_about_commit(&"AB".repeat(20)));
        assert!(!read.is_about_commit(&"ab".repeat(19)));
        assert!(!read.is_about_commit(&"cd".repeat(32)));
        assert!(read.is_about_artifact(&format!("sha256:{}", "cd".repeat(32))));
        assert!(!read.is_about_artifact(&"cd".repeat(32)));
        assert!(!read.is_about_artifact(&format!("sha256:{}", "ab".repeat(20))));
        assert_eq!(read.subjects().len(), 2);
    }

    #[test]
    fn other_statements_are_refused() {
        let good = statement(SVR, json!({}));
        let changed = |key: &str, value: Value| {
            let mut other = good.clone();
            other[key] = value;
            read(&other).unwrap_err()
        };
        let old = changed("_type", json!("https://in-toto.io/Statement/v0.1"));
        assert!(matches!(old, StatementError::NoStatement(_)));
        let nothing = changed("subject", json!([]));
        assert!(matches!(nothing, StatementError::NoStatement(_)));
        // Version 0.1 has no policies: which policy was verified is not said.
        let svr = changed(
            "predicateType",
            json!("https://in-toto.io/attestation/svr/v0.1"),
        );
        assert!(matches!(svr, StatementError::Predicate(_)));
        assert!(Statement::read(b"{}").is_err());
    }
}
