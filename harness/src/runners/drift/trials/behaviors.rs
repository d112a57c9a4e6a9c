//! Behaviours, declared or not, held against what was seen of them.

use super::{Trials, in_words};
use crate::model::trial::drift::behavior::Behavior;
use crate::model::trial::{Fact, Saw, Trial};
use crate::runners::drift::compare::{Compared, compare, removed, undeclared};
use crate::runners::drift::finding::Finding;
use crate::runners::drift::observe::{Missed, Seen};
use crate::runners::drift::{UNDECLARED, check_of};
use std::collections::BTreeSet;

impl Trials<'_> {
    /// Compares one declared behaviour with what was seen of it.
    pub(super) fn behavior(&self, declared: &Behavior) -> Compared {
        let check = check_of(&declared.id);
        let seen: Vec<&Seen> = self.of(&declared.id).collect();
        let mut compared = compare(declared, seen.iter().copied());
        let stated = self.seen.seen.iter().any(|one| one.stated);
        if stated && !seen.iter().any(|one| one.stated) {
            compared.places += 1;
            compared.findings.push(removed(declared));
        }
        self.ignore(&mut compared.findings);
        let missed: Vec<String> = self.missed(&declared.id).map(in_words).collect();
        if !missed.is_empty() {
            self.stage.inconclusive(&check, missed.join("; "));
        }
        if compared.places > 0 {
            self.stage.trial(self.trial(check, declared, &compared));
        } else if missed.is_empty() {
            self.unseen(&check, declared);
        }
        for finding in compared
            .findings
            .iter()
            .filter(|one| one.fact(self.plan.additive).is_none())
        {
            self.note(format!("{} at {}", finding.title, finding.pointer));
        }
        compared
    }

    fn of(&self, id: &str) -> impl Iterator<Item = &Seen> {
        self.seen
            .seen
            .iter()
            .filter(move |one| one.behavior.id == id)
    }

    fn missed(&self, id: &str) -> impl Iterator<Item = &Missed> {
        let missed = self.seen.troubles.iter();
        missed.filter(move |missed| missed.behavior.as_deref() == Some(id))
    }

    fn trial(&self, check: String, declared: &Behavior, compared: &Compared) -> Trial {
        let mut facts = vec![Fact::number(
            "compared places",
            (Some(1.0), None),
            "",
            Saw::Number(compared.places as f64),
        )];
        let findings = compared.findings.iter().filter(|one| one.ignored.is_none());
        facts.extend(findings.filter_map(|finding| finding.fact(self.plan.additive)));
        Trial {
            check,
            case: declared.name(),
            facts,
            curl: self.seen.curl.get(&declared.id).cloned(),
            ..Trial::default()
        }
    }

    fn unseen(&self, check: &str, declared: &Behavior) {
        if let Some(gone) = self
            .seen
            .broke_off()
            .filter(|_| self.seen.fixture.is_none())
        {
            let reason = format!(
                "not asked any more, for the API was gone: {}",
                in_words(gone)
            );
            return self.stage.inconclusive(check, reason);
        }
        let excuses = self.plan.not_observed.iter();
        let mut excuses = excuses.filter(|excuse| excuse.behavior == declared.id);
        match (excuses.next(), &self.seen.fixture) {
            (Some(excuse), _) => self.stage.not_run(check, &excuse.reason),
            (None, Some(path)) => {
                let reason = format!("the fixture {path} does not show it");
                self.stage.not_run(check, reason);
            }
            (None, None) => self
                .stage
                .not_run(check, "no request of the suite shows it"),
        }
    }

    /// Behaviours that a listing or a document shows, and nobody declared.
    pub(super) fn undeclared(&self) -> Vec<Finding> {
        let observed = &self.plan.observed;
        let listed = observed.behaviors.is_some() || observed.openapi.is_some();
        if !listed && self.seen.fixture.is_none() {
            self.stage
                .not_run(UNDECLARED, "nothing in the suite lists what the API offers");
            return Vec::new();
        }
        let known: BTreeSet<&str> = self
            .plan
            .declared
            .behaviors
            .iter()
            .map(|one| one.id.as_str())
            .collect();
        let unknown = self.seen.seen.iter().map(|one| &one.behavior);
        let unknown = unknown.filter(|one| !known.contains(one.id.as_str()));
        let mut findings: Vec<Finding> = unknown.map(undeclared).collect();
        findings.dedup_by(|a, b| a.pointer == b.pointer);
        self.ignore(&mut findings);
        let missed: Vec<String> = self
            .seen
            .troubles
            .iter()
            .filter(|one| one.behavior.is_none())
            .map(in_words)
            .collect();
        if !missed.is_empty() && self.seen.fixture.is_none() {
            self.stage.inconclusive(UNDECLARED, missed.join("; "));
        }
        let told = findings.iter().filter(|one| one.ignored.is_none());
        let mut facts: Vec<Fact> = told
            .filter_map(|one| one.fact(self.plan.additive))
            .collect();
        let saw = Saw::Number(self.seen.seen.len() as f64);
        facts.push(Fact::number("behaviours seen", (Some(1.0), None), "", saw));
        self.trial_of(UNDECLARED, "what the API offers", facts);
        findings
    }

    fn ignore(&self, findings: &mut [Finding]) {
        for finding in findings {
            let mut rules = self.plan.ignore.iter();
            let rule = rules.find(|rule| finding.is_allowed_by(rule));
            finding.ignored = rule.map(|rule| rule.reason.clone());
        }
    }
}
