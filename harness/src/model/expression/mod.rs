//! The small language of gate rules and waivers: `ratio > 1.20 and samples >= 100`.

mod parse;

use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest condition in characters.
const LONGEST: usize = 500;

/// A condition over one check of a report, with the text it was written as.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Condition {
    text: String,
    /// What it asks.
    pub expression: Expression,
}

/// What a condition asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// Two numbers compared.
    Compare(Operand, Operator, Operand),
    /// A word of the check is, or is not, this one.
    Is {
        /// Which word of the check.
        field: WordField,
        /// `==`, or `!=`.
        equal: bool,
        /// The word.
        word: String,
    },
    /// Every one holds.
    And(Vec<Expression>),
    /// At least one holds.
    Or(Vec<Expression>),
}

/// A number in a comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Operand {
    /// As it was written.
    Number(f64),
    /// Of the check.
    Field(NumberField),
}

/// Numbers that a check carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberField {
    /// What was measured.
    Current,
    /// What it was held against.
    Limit,
    /// Value of the earlier run.
    Baseline,
    /// Measured / baseline.
    Ratio,
    /// Requests or samples behind what was measured.
    Samples,
}

/// Words that a check carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordField {
    /// `pass`, `warn`, `error`, `fail` or `skipped`.
    Verdict,
    /// `block`, `warn` or `info`.
    Severity,
    /// Family of the check: `slo`, `regression`.
    Class,
    /// Reason in capitals: `P95_ABOVE_SLO`.
    Reason,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
}

/// Names of numbers.
const NUMBERS: [(&str, NumberField); 5] = [
    ("current", NumberField::Current),
    ("limit", NumberField::Limit),
    ("baseline", NumberField::Baseline),
    ("ratio", NumberField::Ratio),
    ("samples", NumberField::Samples),
];
/// Names of words.
const WORDS: [(&str, WordField); 4] = [
    ("verdict", WordField::Verdict),
    ("severity", WordField::Severity),
    ("class", WordField::Class),
    ("reason", WordField::Reason),
];
/// Longer ones first.
const OPERATORS: [(&str, Operator); 6] = [
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("==", Operator::Equal),
    ("!=", Operator::Unequal),
    ("<", Operator::Less),
    (">", Operator::Greater),
];
/// What people may ask for and reports of version 1 do not carry.
const NOT_CARRIED: [&str; 6] = [
    "confidence",
    "p_value",
    "noise_sd",
    "mde",
    "ci95",
    "sessions",
];

impl NumberField {
    /// The name in a condition.
    pub fn word(self) -> &'static str {
        let found = NUMBERS.iter().find(|(_, field)| *field == self);
        found.map_or("", |(word, _)| word)
    }
}

impl WordField {
    /// The name in a condition.
    pub fn word(self) -> &'static str {
        let found = WORDS.iter().find(|(_, field)| *field == self);
        found.map_or("", |(word, _)| word)
    }

    /// The words that it can be; `None` where any will do.
    fn known(self) -> Option<&'static [&'static str]> {
        match self {
            WordField::Verdict => Some(&["pass", "warn", "error", "fail", "skipped"]),
            WordField::Severity => Some(&["block", "warn", "info"]),
            WordField::Class | WordField::Reason => None,
        }
    }
}

impl Operator {
    /// The sign in a condition.
    pub fn sign(self) -> &'static str {
        let found = OPERATORS.iter().find(|(_, operator)| *operator == self);
        found.map_or("", |(sign, _)| sign)
    }

    /// Whether two numbers stand in this order.
    #[allow(clippy::float_cmp)]
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Operator::Less => left < right,
            Operator::AtMost => left <= right,
            Operator::Greater => left > right,
            Operator::AtLeast => left >= right,
            Operator::Equal => left == right,
            Operator::Unequal => left != right,
        }
    }
}

/// What is wrong with a condition, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadCondition {
    /// Lower-case fragment.
    pub message: String,
    /// Characters before the fault.
    pub at: usize,
    /// Characters to underline.
    pub length: usize,
    /// The words that would have been right.
    pub known: Vec<&'static str>,
    /// What to do.
    pub help: Option<String>,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadCondition> {
        if text.chars().count() > LONGEST {
            return Err(BadCondition {
                help: Some("write it as several rules".to_owned()),
                ..bad(0, 1, "the condition is longer than 500 characters")
            });
        }
        Ok(Self {
            expression: parse::expression(text)?,
            text: text.to_owned(),
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Condition {
    type Error = BadCondition;
    fn try_from(text: String) -> Result<Self, BadCondition> {
        Condition::parse(&text)
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> String {
        condition.text
    }
}

fn bad(at: usize, length: usize, message: impl Into<String>) -> BadCondition {
    BadCondition {
        message: message.into(),
        at,
        length: length.max(1),
        known: Vec::new(),
        help: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn and_binds_closer_than_or() {
        let read = Condition::parse("ratio > 1.20 or current >= limit and samples != 0").unwrap();
        let Expression::Or(parts) = &read.expression else {
            unreachable!("{read:?}")
        };
        assert!(
            matches!(&parts[0], Expression::Compare(_, Operator::Greater, Operand::Number(n)) if *n == 1.2)
        );
        assert!(matches!(&parts[1], Expression::And(inner) if inner.len() == 2));
        let read = Condition::parse("(ratio > 1 or ratio < 0.5) and verdict == fail").unwrap();
        assert!(matches!(read.expression, Expression::And(_)));
    }

    #[test]
    fn faults_have_their_place() {
        for (text, at, words) in [
            ("ratio > 1.2 and confidence >= 3", 16, "do not carry it"),
            ("ratoi > 1.2", 0, "named `ratoi`"),
            ("ratio => 1.2", 6, "is not a comparison"),
            ("ratio > 1.2 1.3", 12, "should end here"),
            ("ratio >", 7, "ends where a number"),
            ("(ratio > 1", 10, "ends where `)`"),
            ("verdict > pass", 8, "no order"),
            ("verdict == good", 11, "no verdict named `good`"),
            ("1 > 2", 0, "two numbers"),
            ("ratio > 20%", 10, "means nothing"),
            ("ratio > 1e999", 8, "is not a number"),
            ("", 0, "ends where a comparison"),
        ] {
            let problem = Condition::parse(text).unwrap_err();
            assert!(
                problem.message.contains(words),
                "{text}: {}",
                problem.message
            );
            assert_eq!(problem.at, at, "{text}");
        }
        assert!(Condition::parse(&"(".repeat(100)).is_err());
    }

    #[test]
    fn survives_being_stored() {
        let read = Condition::parse("ratio <= 1.35").unwrap();
        let stored = serde_json::to_string(&read).unwrap();
        assert_eq!(stored, "\"ratio <= 1.35\"");
        assert_eq!(serde_json::from_str::<Condition>(&stored).unwrap(), read);
        assert!(serde_json::from_str::<Condition>("\"x\"").is_err());
    }
}
