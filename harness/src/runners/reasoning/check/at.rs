//! The metadata of one answer, value by value.

use crate::model::trial::reasoning::Told;
use crate::model::trial::{Fact, Saw, Want};
use crate::runners::reasoning::client::{Answer, Target};
use crate::runners::reasoning::looks::Looks;
use serde_json::Value;

/// An answer whose metadata is looked at.
pub(super) struct At<'a> {
    pub target: &'a Target<'a>,
    pub answer: &'a Answer,
}

impl At<'_> {
    pub(super) fn value(&self, told: Told) -> Option<&Value> {
        self.target.told(self.answer, told)
    }

    /// A text that is not empty.
    pub(super) fn text(&self, looks: &mut Looks, told: Told) {
        let value = self.value(told);
        let filled = value
            .and_then(Value::as_str)
            .is_some_and(|text| !text.trim().is_empty());
        looks.holds(told.key(), "a text", filled, shown(value));
    }

    pub(super) fn is(&self, looks: &mut Looks, told: Told, wanted: &Value) {
        let value = self.value(told);
        looks.holds(
            told.key(),
            &wanted.to_string(),
            value == Some(wanted),
            shown(value),
        );
    }

    pub(super) fn at_least(&self, looks: &mut Looks, told: Told, least: f64, unit: &str) {
        let value = self.value(told);
        let saw = match value
            .and_then(Value::as_f64)
            .filter(|number| number.is_finite())
        {
            Some(number) => Saw::Number(number),
            None => Saw::Nothing(format!("no number: {}", shown(value))),
        };
        looks
            .facts
            .push(Fact::number(told.key(), (Some(least), None), unit, saw));
    }

    pub(super) fn number(&self, looks: &mut Looks, told: Told, wanted: f64) {
        let value = self.value(told);
        let what = told.key();
        match value.and_then(Value::as_f64) {
            Some(saw) => looks.exactly(what, wanted, saw),
            None => {
                let want = Want::Holds(format!("{wanted}"));
                let saw = Saw::Nothing(format!("no number: {}", shown(value)));
                looks.facts.push(Fact::new(what, want, saw));
            }
        }
    }
}

/// A value, or that there is none.
pub(super) fn shown(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "nothing there".to_owned(), Value::to_string);
    text.chars().take(200).collect()
}
