//! A regular expression that a value is held against.

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest compiled form, so that no pattern takes the machine's memory.
const MOST_BYTES: usize = 1 << 20;

/// A regular expression in the syntax of the crate `regex` (linear in time, no back-references);
/// it may match anywhere in the text, unless it says `^` and `$`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern(Regex);

/// A text that is no regular expression, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadPattern(String);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Why it is none, in one line.
    pub fn new(text: &str) -> Result<Self, BadPattern> {
        let built = regex::RegexBuilder::new(text)
            .size_limit(MOST_BYTES)
            .build();
        built.map(Self).map_err(|error| {
            // The last line says what is wrong; the others draw the place, without a frame.
            let told = error.to_string();
            let last = told.lines().last().unwrap_or_default();
            BadPattern(last.trim_start_matches("error: ").to_owned())
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        self.0.as_str()
    }

    /// Whether a text matches; numbers and booleans are matched as JSON writes them, and nothing else is text.
    #[must_use]
    pub fn matches(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.0.is_match(text),
            Value::Number(_) | Value::Bool(_) => self.0.is_match(&value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => false,
        }
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl TryFrom<String> for Pattern {
    type Error = BadPattern;

    fn try_from(text: String) -> Result<Self, BadPattern> {
        Self::new(&text)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.text().to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pattern_matches_text_and_survives_storage() {
        let pattern = Pattern::new("^2[.][0-9]+$").unwrap();
        assert!(pattern.matches(&json!("2.14")));
        assert!(!pattern.matches(&json!("3.1")) && !pattern.matches(&json!(["2.1"])));
        assert!(pattern.matches(&json!(2.5)), "as JSON writes it");
        let stored = serde_json::to_string(&pattern).unwrap();
        assert_eq!(stored, "\"^2[.][0-9]+$\"");
        assert_eq!(serde_json::from_str::<Pattern>(&stored).unwrap(), pattern);
    }

    #[test]
    fn what_is_no_pattern_is_told_in_one_line() {
        let told = Pattern::new("(").unwrap_err().to_string();
        assert_eq!(told, "unclosed group");
        assert!(serde_json::from_str::<Pattern>("\"(\"").is_err());
        assert!(Pattern::new("(a{1000}){1000}").is_err(), "too large");
    }
}
