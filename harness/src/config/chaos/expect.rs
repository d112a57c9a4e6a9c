//! `expect`: one small language for what must hold of a probe.

use crate::config::form::Form;
use crate::config::node::{Entry, Node, Value};
use crate::config::quantity;
use crate::config::shape::{Range, Record, Rule, Shape, optional};
use crate::model::chaos::{Comparison, Condition, Measure, Pattern};
use crate::model::place::{Placed, Problem};

const NUMBER: Shape = Shape::Number(Range {
    least: -1e15,
    above: false,
    most: 1e15,
    noun: "a number",
});
const STATUS: Shape = Shape::Whole(100, 599);
const STATUS_NOUN: &str = "a status, or a mapping such as `{one_of: [200, 204]}`";
const VALUE_NOUN: &str =
    "a value, a comparison such as `\"<50\"`, or a mapping such as `{between: [1, 5]}`";
const COUNT_NOUN: &str = "a comparison such as `\">0\"`, or a mapping such as `{between: [1, 5]}`";
const COUNT: Shape = Shape::Either(
    COUNT_NOUN,
    &[Shape::Text(Form::Bound), NUMBER, Shape::Record(&COMPARE)],
);
const LATENCY: Shape = Shape::Text(Form::LatencyBound);

/// What must hold of a probe.
pub static EXPECT: Record = Record {
    name: "probe_expectation",
    doc: "What must hold of a probe; all of it.",
    fields: &[
        optional(
            "status",
            Shape::Either(STATUS_NOUN, &[STATUS, Shape::Record(&COMPARE)]),
            "200",
            "HTTP status of every attempt.",
        ),
        optional(
            "success",
            COUNT,
            "\">=0.99\"",
            "Good attempts by all attempts, 0 to 1; default all of them, where nothing else is expected.",
        ),
        optional(
            "value",
            Shape::Either(
                VALUE_NOUN,
                &[
                    NUMBER,
                    Shape::Text(Form::Comparison),
                    Shape::Boolean,
                    Shape::Record(&COMPARE),
                ],
            ),
            "\"<50\"",
            "The value of every attempt that was answered.",
        ),
        optional("increase", COUNT, "\">0\"", "Last value minus the first."),
        optional(
            "latency_p50",
            LATENCY,
            "\"<100ms\"",
            "Median of the answered attempts.",
        ),
        optional(
            "latency_p95",
            LATENCY,
            "\"<200ms\"",
            "95th percentile of the answered attempts.",
        ),
        optional(
            "latency_p99",
            LATENCY,
            "\"<250ms\"",
            "99th percentile of the answered attempts.",
        ),
    ],
    rules: &[Rule::AtLeastOne(&[
        "status",
        "success",
        "value",
        "increase",
        "latency_p50",
        "latency_p95",
        "latency_p99",
    ])],
};

static COMPARE: Record = Record {
    name: "comparison",
    doc: "A comparison that is no single operator.",
    fields: &[
        optional(
            "between",
            Shape::List(&NUMBER, 2),
            "[1, 5]",
            "Least and greatest, both included.",
        ),
        optional(
            "one_of",
            Shape::List(&Shape::Json, 1),
            "[200, 204]",
            "One of these values.",
        ),
        optional("equals", Shape::Json, "running", "This value."),
        optional(
            "not_empty",
            Shape::True,
            "true",
            "A list, a mapping or a text that is not empty.",
        ),
        optional(
            "matches",
            Shape::Text(Form::Pattern),
            "^2[.]",
            "A regular expression that finds something in the text.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&[
        "between",
        "one_of",
        "equals",
        "not_empty",
        "matches",
    ])],
};

/// Reads the conditions; what does not fit its shape was told before and is passed over.
pub fn conditions(node: &Node, problems: &mut Vec<Problem>) -> Vec<Condition> {
    let entries = node.entries().iter();
    entries
        .filter_map(|entry| condition(entry, problems))
        .collect()
}

fn condition(entry: &Entry, problems: &mut Vec<Problem>) -> Option<Condition> {
    let of = match entry.key.as_str() {
        "status" => Measure::Status,
        "success" => Measure::SuccessRatio,
        "value" => Measure::Value,
        "increase" => Measure::Increase,
        "latency_p50" => Measure::LatencyP50Ms,
        "latency_p95" => Measure::LatencyP95Ms,
        "latency_p99" => Measure::LatencyP99Ms,
        _ => return None,
    };
    let latency = entry.key.starts_with("latency");
    let is = match (&entry.value.value, latency) {
        (Value::Text(text), true) => quantity::latency_bound(text)?,
        (Value::Text(text), false) => quantity::comparison(text)?,
        (Value::Map(_), _) => compare(&entry.value, problems)?,
        _ => Comparison::Equals(entry.value.json().ok()?),
    };
    let place = entry.place.clone();
    if of == Measure::SuccessRatio {
        ratio(&is, &place, problems);
    }
    Some(Condition { of, is, place })
}

fn compare(node: &Node, problems: &mut Vec<Problem>) -> Option<Comparison> {
    let entry = node.entries().first()?;
    let items = entry.value.items();
    Some(match entry.key.as_str() {
        "between" => {
            let (least, most) = (items.first()?.number()?, items.get(1)?.number()?);
            if items.len() > 2 || most < least {
                let message = "`between` wants the least and the greatest";
                problems.push(Problem::at(&entry.place, message).help("write `between: [1, 5]`"));
            }
            Comparison::Between(least, most)
        }
        "one_of" => {
            let values = items.iter().map(|item| item.json().ok());
            Comparison::OneOf(values.collect::<Option<_>>()?)
        }
        "equals" => Comparison::Equals(entry.value.json().ok()?),
        "not_empty" => Comparison::NotEmpty,
        "matches" => Comparison::Matches(Pattern::new(entry.value.text()?).ok()?),
        _ => return None,
    })
}

/// A share of successes that is always or never reached says nothing.
fn ratio(is: &Comparison, place: &crate::model::place::Place, problems: &mut Vec<Problem>) {
    let wrong = match is {
        Comparison::AtLeast(limit) => !(*limit > 0.0 && *limit <= 1.0),
        Comparison::Greater(limit) => !(0.0..1.0).contains(limit),
        Comparison::Less(limit) | Comparison::AtMost(limit) => *limit > 1.0,
        _ => false,
    };
    if wrong {
        let message = "`success` is a ratio from 0 to 1, and this bound decides nothing";
        problems.push(Problem::at(place, message).help("99 % is written as `\">=0.99\"`"));
    }
}

/// The name of a probe, and where it stands.
pub fn probe(node: &Node) -> Option<Placed<String>> {
    super::time::placed(node.get("probe")?)
}
