//! Conditions of the gate on the suite's own side: what is declared, how much was compared, which rules are needed.

use super::{Trials, in_words};
use crate::model::trial::drift::behavior::Behavior;
use crate::model::trial::{Fact, Saw, Want};
use crate::runners::drift::finding::Finding;

impl Trials<'_> {
    pub(super) fn declared_side(&self, places: usize, age: Option<Result<f64, String>>) {
        let count = |what, saw| Fact::number(what, (Some(1.0), None), "", saw);
        let declared = &self.plan.declared;
        let mut facts = vec![
            count(
                "declared behaviours",
                Saw::Number(declared.behaviors.len() as f64),
            ),
            count("compared places", self.compared(places)),
        ];
        if let (Some(most), Some(age)) = (declared.max_age_days, age) {
            let saw = match age {
                Ok(days) => Saw::Number(days),
                Err(why) => Saw::Unknown(why),
            };
            let most = Some(f64::from(most));
            facts.push(Fact::number(
                "age of the youngest declared file",
                (None, most),
                "days",
                saw,
            ));
        }
        self.trial_of("DG-5", "the declared side", facts);
        let total: usize = declared.behaviors.iter().map(Behavior::places).sum();
        let mut facts = vec![count("compared places", self.compared(places))];
        if self.seen.fixture.is_none() {
            let saw = match self.seen.date.as_deref() {
                Some(date) if !date.is_empty() => Saw::Held(true, date.to_owned()),
                _ => Saw::Nothing("no answer had a `Date`".to_owned()),
            };
            let wanted = Want::Holds("is told".to_owned());
            facts.push(Fact::new("Date of the first answer", wanted, saw).should());
        }
        self.trial_of("DG-6", "what was compared", facts);
        let date = self.seen.date.iter().filter(|date| !date.is_empty());
        let date: String = date
            .map(|date| format!("; first answered {date}"))
            .collect();
        self.note(format!(
            "compared {places} places; {total} are declared in {} behaviours{date}",
            declared.behaviors.len()
        ));
    }

    /// How much was compared; nothing at all behind troubles is no finding.
    fn compared(&self, places: usize) -> Saw {
        let why: Vec<String> = self.seen.troubles.iter().map(in_words).collect();
        match places == 0 && !why.is_empty() {
            true => Saw::Unknown(format!("nothing could be compared: {}", why.join("; "))),
            false => Saw::Number(places as f64),
        }
    }

    /// A rule that allowed nothing is told; only a whole observation can say so.
    pub(super) fn rules(&self, findings: &[Finding]) {
        if self.seen.broke_off().is_some() && self.seen.fixture.is_none() {
            return self
                .stage
                .inconclusive("DG-9", "not everything was observed");
        }
        let mut facts: Vec<Fact> = Vec::new();
        for rule in &self.plan.ignore {
            let used = findings.iter().any(|one| one.is_allowed_by(rule));
            let saw = match used {
                true => format!("it allows a difference: {}", rule.reason),
                false => "nothing differs there: take the rule out".to_owned(),
            };
            let what = format!("{}:{}", rule.place, rule.pointer);
            facts.push(Fact::holds(&what, "is needed", used, saw));
        }
        if facts.is_empty() {
            let text = "there is no rule";
            facts.push(Fact::holds("ignore rules", "are needed", true, text));
        }
        self.trial_of("DG-9", "ignore rules", facts);
    }
}
