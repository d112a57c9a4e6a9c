//! The cheapest change of a check's numbers that makes a condition hold, or no longer hold.

use super::evaluate::{Truth, truth, value, word_of};
use crate::model::check::CheckClass;
use crate::model::expression::{Condition, Expression, NumberField, Operand, Operator};
use crate::model::facts::CheckFacts;

/// A change of numbers and what it costs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Remedy {
    /// Sum of relative changes: 0.2 is a fifth of a number. Words cost more than any number.
    pub cost: f64,
    /// Numbers after the change.
    pub changes: Vec<(NumberField, f64)>,
    /// In words.
    pub text: String,
}

/// What a change of a word costs: it takes another verdict of the check itself.
const WORD_COST: f64 = 1_000.0;

/// The cheapest change after which a condition that holds no longer holds; `None` where it does not hold.
pub(super) fn against(condition: &Condition, check: &CheckFacts) -> Option<Remedy> {
    match truth(&condition.expression, check) {
        Truth::True => falsify(&condition.expression, check),
        Truth::False | Truth::Unknown => None,
    }
}

fn falsify(expression: &Expression, check: &CheckFacts) -> Option<Remedy> {
    match expression {
        Expression::Compare(left, operator, right) => compare(*left, *operator, *right, check),
        Expression::Is { field, .. } => {
            let saw = word_of(*field, check).unwrap_or("none".into());
            Some(Remedy {
                cost: WORD_COST,
                changes: Vec::new(),
                text: format!("another {} than {saw}", field.word()),
            })
        }
        // One part that fails is enough.
        Expression::And(parts) => parts
            .iter()
            .filter_map(|part| falsify(part, check))
            .min_by(|a, b| a.cost.total_cmp(&b.cost)),
        // Every part that holds must fail.
        Expression::Or(parts) => {
            let holding = parts
                .iter()
                .filter(|part| truth(part, check) == Truth::True);
            let all: Option<Vec<Remedy>> = holding.map(|part| falsify(part, check)).collect();
            all.and_then(together)
        }
    }
}

/// Several changes at once; where two ask for the same number, the farther one serves both.
fn together(remedies: Vec<Remedy>) -> Option<Remedy> {
    let mut all = remedies.into_iter();
    let first = all.next()?;
    Some(all.fold(first, |mut sum, next| {
        sum.cost += next.cost;
        sum.text = format!("{}, and {}", sum.text, next.text);
        sum.changes.extend(next.changes);
        sum
    }))
}

/// A field that is moved to the other side of what it is compared with.
fn compare(
    left: Operand,
    operator: Operator,
    right: Operand,
    check: &CheckFacts,
) -> Option<Remedy> {
    let (now, bound) = (value(left, check)?, value(right, check)?);
    match (left, right) {
        (Operand::Field(field), _) => Some(moved(field, now, opposite(operator), bound, right)),
        (Operand::Number(_), Operand::Field(field)) => {
            Some(moved(field, bound, opposite(mirrored(operator)), now, left))
        }
        (Operand::Number(_), Operand::Number(_)) => None,
    }
}

fn moved(field: NumberField, now: f64, wanted: Operator, bound: f64, against: Operand) -> Remedy {
    let to = match wanted {
        Operator::Less => bound.next_down(),
        Operator::Greater | Operator::Unequal => bound.next_up(),
        Operator::AtMost | Operator::AtLeast | Operator::Equal => bound,
    };
    let named = match against {
        Operand::Field(field) => format!("`{}` ({})", field.word(), short(bound)),
        Operand::Number(number) => short(number),
    };
    let cost = (to - now).abs() / now.abs().max(1e-9);
    let text = format!(
        "bring `{}` from {} to {} {named}{}",
        field.word(),
        short(now),
        in_words(wanted),
        percent(now, to)
    );
    Remedy {
        cost,
        changes: vec![(field, to)],
        text,
    }
}

fn in_words(operator: Operator) -> &'static str {
    match operator {
        Operator::Less => "less than",
        Operator::AtMost => "at most",
        Operator::Greater => "more than",
        Operator::AtLeast => "at least",
        Operator::Equal => "exactly",
        Operator::Unequal => "anything but",
    }
}

/// ` (-18.3 %)`, where that says something.
fn percent(now: f64, to: f64) -> String {
    let change = (to - now) / now * 100.0;
    match change.is_finite() && change.abs() >= 0.05 {
        true => format!(" ({change:+.1} %)"),
        false => String::new(),
    }
}

/// At most four decimals.
fn short(number: f64) -> String {
    let rounded = (number * 1e4).round() / 1e4;
    if rounded.is_finite() {
        format!("{rounded}")
    } else {
        format!("{number}")
    }
}

fn opposite(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::AtLeast,
        Operator::AtMost => Operator::Greater,
        Operator::Greater => Operator::AtMost,
        Operator::AtLeast => Operator::Less,
        Operator::Equal => Operator::Unequal,
        Operator::Unequal => Operator::Equal,
    }
}

/// The same comparison with its sides exchanged.
fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::AtMost => Operator::AtLeast,
        Operator::Greater => Operator::Less,
        Operator::AtLeast => Operator::AtMost,
        Operator::Equal | Operator::Unequal => operator,
    }
}

/// The cheapest change for a check that failed against its own limit.
pub(super) fn of_check(check: &CheckFacts) -> Option<String> {
    let compared = check.class == CheckClass::Regression && check.baseline.is_some();
    let (what, now) = match (compared, check.ratio) {
        (true, Some(ratio)) => ("the ratio to the baseline", ratio),
        _ => ("it", check.current?),
    };
    let limit = check.limit?;
    let unit = check.told.as_ref().and_then(|told| told.unit.as_deref());
    let unit = match (what, unit) {
        ("it", Some(unit)) if unit != "ratio" => format!(" {unit}"),
        _ => String::new(),
    };
    (now - limit != 0.0).then(|| {
        format!(
            "bring {what} from {}{unit} to the limit of {}{unit}{}",
            short(now),
            short(limit),
            percent(now, limit)
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::gate::testdata::check;

    /// Every remedy that is told really takes the finding away.
    #[test]
    fn after_the_change_the_condition_no_longer_holds() {
        for (text, words) in [
            (
                "ratio > 1.20",
                "bring `ratio` from 1.271 to at most 1.2 (-5.6 %)",
            ),
            (
                "current > limit",
                "bring `current` from 612 to at most `limit` (500) (-18.3 %)",
            ),
            (
                "1.2 <= ratio",
                "bring `ratio` from 1.271 to less than 1.2 (-5.6 %)",
            ),
            (
                "ratio > 1.2 and current > 100",
                "bring `ratio` from 1.271 to at most 1.2 (-5.6 %)",
            ),
            (
                "ratio > 1.2 or current > 600",
                "bring `ratio` from 1.271 to at most 1.2 (-5.6 %), and bring `current` from 612 to at most 600 (-2.0 %)",
            ),
            (
                "samples < 200 and verdict != fail",
                "bring `samples` from 100 to at least 200 (+100.0 %)",
            ),
            (
                "current == 612",
                "bring `current` from 612 to anything but 612",
            ),
        ] {
            let mut facts = check("a/p95/slo");
            (facts.ratio, facts.current, facts.limit) = (Some(1.271), Some(612.0), Some(500.0));
            facts.samples = Some(100);
            let condition = Condition::parse(text).unwrap();
            let remedy = against(&condition, &facts).unwrap();
            assert_eq!(remedy.text, words, "{text}");
            for (field, to) in remedy.changes {
                match field {
                    NumberField::Current => facts.current = Some(to),
                    NumberField::Limit => facts.limit = Some(to),
                    NumberField::Baseline => facts.baseline = Some(to),
                    NumberField::Ratio => facts.ratio = Some(to),
                    NumberField::Samples => facts.samples = Some(to as u64),
                }
            }
            assert_eq!(truth(&condition.expression, &facts), Truth::False, "{text}");
        }
    }

    #[test]
    fn what_does_not_hold_needs_no_change() {
        let condition = Condition::parse("current > 100000").unwrap();
        assert_eq!(against(&condition, &check("a")), None);
    }
}
