//! Conditions over checks, three-valued: a number that is not there is unknown, never true and never false.

use crate::model::check::{CheckClass, Severity};
use crate::model::expression::{Expression, NumberField, Operand, WordField};
use crate::model::facts::CheckFacts;
use std::borrow::Cow;

/// What a condition says of a check (Kleene's strong logic).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    /// It does not hold.
    False,
    /// A number that it asks for is not there.
    Unknown,
    /// It holds.
    True,
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Truth::True } else { Truth::False }
    }
}

/// Asks a condition of a check.
pub(super) fn truth(expression: &Expression, check: &CheckFacts) -> Truth {
    match expression {
        Expression::Compare(left, operator, right) => {
            match (value(*left, check), value(*right, check)) {
                (Some(left), Some(right)) => operator.holds(left, right).into(),
                _ => Truth::Unknown,
            }
        }
        Expression::Is { field, equal, word } => {
            let is = word_of(*field, check).is_some_and(|known| known == *word);
            (is == *equal).into()
        }
        Expression::And(parts) => {
            let truths = parts.iter().map(|part| truth(part, check));
            truths.min().unwrap_or(Truth::Unknown)
        }
        Expression::Or(parts) => {
            let truths = parts.iter().map(|part| truth(part, check));
            truths.max().unwrap_or(Truth::Unknown)
        }
    }
}

/// A number of a check, or one that was written.
pub(super) fn value(operand: Operand, check: &CheckFacts) -> Option<f64> {
    let value = match operand {
        Operand::Number(number) => Some(number),
        Operand::Field(field) => number(field, check),
    };
    value.filter(|value| value.is_finite())
}

#[allow(clippy::cast_precision_loss)]
fn number(field: NumberField, check: &CheckFacts) -> Option<f64> {
    match field {
        NumberField::Current => check.current,
        NumberField::Limit => check.limit,
        NumberField::Baseline => check.baseline,
        NumberField::Ratio => check.ratio,
        NumberField::Samples => check.samples.map(|samples| samples as f64),
    }
}

/// A word of a check; `None` where it has none, which is no unknown: it is known to have none.
pub(super) fn word_of(field: WordField, check: &CheckFacts) -> Option<Cow<'_, str>> {
    match field {
        WordField::Verdict => Some(check.verdict.word().into()),
        WordField::Severity => Some(severity(check.severity).into()),
        WordField::Class => class(check.class).map(Cow::Owned),
        WordField::Reason => check.reason.as_deref().map(Cow::Borrowed),
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Block => "block",
        Severity::Warn => "warn",
        Severity::Info => "info",
    }
}

/// The word in JSON, so that new families need no line here.
fn class(class: CheckClass) -> Option<String> {
    let word = serde_json::to_value(class).ok()?;
    word.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::gate::testdata::check;
    use crate::model::expression::Condition;

    #[test]
    fn what_is_not_there_is_neither_true_nor_false() {
        let mut facts = check("a/p95/slo");
        facts.ratio = None;
        facts.current = Some(612.0);
        facts.limit = Some(500.0);
        for (text, wanted) in [
            ("ratio > 1.2", Truth::Unknown),
            ("ratio <= 1.2", Truth::Unknown),
            ("ratio == 1 or current > limit", Truth::True),
            ("ratio == 1 or current < limit", Truth::Unknown),
            ("ratio == 1 and current < limit", Truth::False),
            ("ratio == 1 and current > limit", Truth::Unknown),
            ("verdict == pass and class == slo", Truth::True),
            ("reason == P95_ABOVE_SLO", Truth::False),
            ("reason != P95_ABOVE_SLO", Truth::True),
            ("severity != block", Truth::False),
        ] {
            let condition = Condition::parse(text).unwrap();
            assert_eq!(truth(&condition.expression, &facts), wanted, "{text}");
        }
    }
}
