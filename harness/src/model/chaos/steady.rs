//! When an answer is as it should be: comparisons, and attempts held against the steady state.

use super::plan::ChaosPlan;
use super::probe::{Comparison, Expectation, Measure, Phase};
use super::seen::{Attempt, AttemptOutcome};
use serde_json::Value;

impl Comparison {
    /// Whether a value is as it should be; a value of another kind is not.
    #[must_use]
    pub fn holds(&self, value: &Value) -> bool {
        let number = |test: &dyn Fn(f64) -> bool| value.as_f64().is_some_and(test);
        match self {
            Comparison::Less(limit) => number(&|n| n < *limit),
            Comparison::AtMost(limit) => number(&|n| n <= *limit),
            Comparison::Greater(limit) => number(&|n| n > *limit),
            Comparison::AtLeast(limit) => number(&|n| n >= *limit),
            Comparison::Between(least, most) => number(&|n| (*least..=*most).contains(&n)),
            Comparison::Equals(wanted) => same(wanted, value),
            Comparison::OneOf(list) => list.iter().any(|wanted| same(wanted, value)),
            Comparison::NotEmpty => filled(value),
            Comparison::Matches(pattern) => pattern.matches(value),
        }
    }
}

/// Equal; numbers by their size, whatever they are written with.
fn same(wanted: &Value, value: &Value) -> bool {
    match (wanted.as_f64(), value.as_f64()) {
        (Some(wanted), Some(value)) => wanted == value,
        _ => wanted == value,
    }
}

fn filled(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => false,
    }
}

impl Expectation {
    /// Whether it belongs to the state that the system comes back to: asked after the blow, and
    /// not only then. What holds during the fault alone is no such state, and a step of the
    /// cleanup was never seen to hold before.
    #[must_use]
    pub fn is_regained(&self) -> bool {
        self.phases.contains(&Phase::Post) && !self.is_only_after()
    }

    /// Whether it is asked in the last phase only: a step of the cleanup.
    #[must_use]
    pub fn is_only_after(&self) -> bool {
        self.phases.iter().all(|phase| *phase == Phase::Post)
    }
}

impl ChaosPlan {
    /// Whether one attempt is as the steady state wants it: answered well, and its status
    /// and value as every expectation of its probe says.
    ///
    /// A policy gateway that answers 200 with a deny is up and has not recovered: recovery
    /// is counted in attempts that pass here, not in answers alone.
    #[must_use]
    pub fn is_steady(&self, attempt: &Attempt) -> bool {
        let applies = |one: &&Expectation| one.probe == attempt.probe && one.is_regained();
        let expectations = self.steady_state.iter().filter(applies);
        let mut conditions = expectations.flat_map(|one| &one.conditions);
        attempt.outcome == AttemptOutcome::Ok
            && conditions.all(|condition| match condition.of {
                Measure::Status => attempt
                    .status
                    .is_some_and(|status| condition.is.holds(&Value::from(status))),
                Measure::Value => attempt
                    .value
                    .as_ref()
                    .is_some_and(|value| condition.is.holds(value)),
                // What only many attempts together have.
                _ => true,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn comparisons_and_values() {
        for (is, good, bad) in [
            (Comparison::Less(5.0), json!(4), json!(5)),
            (Comparison::AtMost(5.0), json!(5), json!("4")),
            (Comparison::Greater(0.5), json!(0.6), json!(0.5)),
            (Comparison::AtLeast(1.0), json!(1), json!(null)),
            (Comparison::Between(1.0, 2.0), json!(2), json!(2.1)),
            (Comparison::Equals(json!(1)), json!(1.0), json!(true)),
            (Comparison::OneOf(vec![json!("a")]), json!("a"), json!("b")),
            (Comparison::NotEmpty, json!([0]), json!([])),
            (Comparison::NotEmpty, json!({"a": 1}), json!(1)),
        ] {
            assert!(is.holds(&good), "{is:?} {good}");
            assert!(!is.holds(&bad), "{is:?} {bad}");
        }
    }
}
