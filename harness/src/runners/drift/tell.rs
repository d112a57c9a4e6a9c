//! What was seen and found, written down for each check.

use super::api::Trouble;
use super::compare::{Compared, compare, removed, undeclared};
use super::finding::Finding;
use super::observe::{Missed, Observation, Seen};
use super::{UNDECLARED, check_of};
use crate::model::trial::drift::DriftPlan;
use crate::model::trial::drift::behavior::Behavior;
use crate::model::trial::launch::Stage;
use crate::model::trial::{Fact, Saw, Trial, TrialEvent, Want};
use serde_json::json;
use std::collections::BTreeSet;

/// Checks that only the API itself can decide.
const OF_THE_API: [&str; 6] = ["DG-1", "DG-2", "DG-3", "DG-10", "DG-11", "DG-12"];
/// The findings of the last detection, in the run's folder.
const FILE: &str = "drift.json";

/// Writes everything down.
pub(super) struct Teller<'a> {
    plan: &'a DriftPlan,
    stage: &'a Stage<'a>,
    seen: &'a Observation,
    url: &'a str,
}

impl<'a> Teller<'a> {
    pub(super) fn new(
        plan: &'a DriftPlan,
        stage: &'a Stage<'a>,
        seen: &'a Observation,
        url: &'a str,
    ) -> Self {
        Self {
            plan,
            stage,
            seen,
            url,
        }
    }

    /// Writes down every check, and answers the findings.
    pub(super) fn tell(&self, age: Option<Result<f64, String>>) -> Vec<Finding> {
        if self.seen.is_unreachable() && self.seen.fixture.is_none() {
            self.unreachable();
            return Vec::new();
        }
        self.source();
        let mut findings = Vec::new();
        let mut places = 0;
        for declared in &self.plan.declared.behaviors {
            let compared = self.behavior(declared);
            places += compared.places;
            findings.extend(compared.findings);
        }
        findings.extend(self.undeclared());
        self.of_the_api();
        self.declared_side(places, age);
        self.rules(&findings);
        self.keep(&findings, places);
        findings
    }

    /// Without an answer nothing at all is known, and nothing on disk is read for it.
    fn unreachable(&self) {
        let mode = match (self.stage.plan.strict, &self.plan.fixture) {
            (true, _) => "; a strict run reads no fixture",
            (false, None) => "; the suite has no fixture",
            (false, Some(_)) => "",
        };
        let why: Vec<String> = self.seen.troubles.iter().map(in_words).collect();
        let reason = format!("UNREACHABLE: {}; tried {}{mode}", self.url, why.join("; "));
        for check in &self.stage.plan.checks {
            self.stage.inconclusive(&check.id, &reason);
        }
    }

    fn source(&self) {
        let Some(path) = &self.seen.fixture else {
            return self.note(format!(
                "source: the API at {}, {} of {} requests answered",
                self.url, self.seen.answered, self.seen.planned
            ));
        };
        let why: Vec<String> = self.seen.troubles.iter().map(in_words).collect();
        let text = format!(
            "SOURCE: FIXTURE {path}: the API at {} was not observed ({})",
            self.url,
            why.join("; ")
        );
        self.note(text.clone());
        self.stage.record(TrialEvent::Unfit { reason: text });
    }

    fn note(&self, text: String) {
        self.stage.record(TrialEvent::Note { text });
    }

    /// Compares one declared behaviour with what was seen of it.
    fn behavior(&self, declared: &Behavior) -> Compared {
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
    fn undeclared(&self) -> Vec<Finding> {
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

    fn trial_of(&self, check: &str, case: &str, facts: Vec<Fact>) {
        self.stage.trial(Trial {
            check: check.to_owned(),
            case: case.to_owned(),
            facts,
            ..Trial::default()
        });
    }

    /// Conditions that only the API itself can meet.
    fn of_the_api(&self) {
        if let Some(path) = &self.seen.fixture {
            for id in OF_THE_API {
                let reason = format!("SOURCE: FIXTURE {path}, the API was not observed");
                self.stage.not_run(id, reason);
            }
            return;
        }
        let text = format!("{} answered", self.url);
        self.trial_of(
            "DG-1",
            self.url,
            vec![Fact::holds("the API", "answers", true, text)],
        );
        self.whole();
        self.every_page();
        self.every_request();
        self.life();
    }

    fn whole(&self) {
        let of = |wanted: &dyn Fn(&Trouble) -> bool| {
            let missed = self.seen.troubles.iter().filter(|one| wanted(&one.trouble));
            missed.map(in_words).collect::<Vec<_>>()
        };
        let unusable = of(&|trouble| {
            matches!(
                trouble,
                Trouble::Unusable(_) | Trouble::Unwanted(_) | Trouble::Harness(_)
            )
        });
        let elsewhere = of(&|trouble| matches!(trouble, Trouble::Elsewhere(_)));
        for (id, what, wrong) in [
            ("DG-2", "answers that cannot be used", unusable),
            ("DG-3", "answers that lead elsewhere", elsewhere),
        ] {
            match wrong.is_empty() {
                true => {
                    let none = Fact::number(what, (Some(0.0), Some(0.0)), "", Saw::Number(0.0));
                    self.trial_of(id, "every answer", vec![none]);
                }
                false => self.stage.inconclusive(id, wrong.join("; ")),
            }
        }
    }

    fn every_page(&self) {
        if self.seen.pages.is_empty() {
            return self.stage.not_run("DG-10", "no paged answer was read");
        }
        for pages in &self.seen.pages {
            if let Some(why) = &pages.broken {
                let reason = format!("{}: {why}", pages.request);
                self.stage.inconclusive("DG-10", reason);
                continue;
            }
            let least = Some(f64::from(pages.wanted));
            let saw = Saw::Number(f64::from(pages.read));
            let fact = Fact::number("pages read", (least, None), "", saw);
            self.trial_of("DG-10", &pages.request, vec![fact]);
        }
    }

    fn every_request(&self) {
        if let Some(gone) = self.seen.broke_off() {
            let reason = format!(
                "the API was gone after {} of {} requests: {}",
                self.seen.answered,
                self.seen.planned,
                in_words(gone)
            );
            return self.stage.inconclusive("DG-11", reason);
        }
        let planned = Some(self.seen.planned as f64);
        let saw = Saw::Number(self.seen.answered as f64);
        let fact = Fact::number("answered requests", (planned, planned), "", saw);
        self.trial_of("DG-11", self.url, vec![fact]);
    }

    fn life(&self) {
        let missing: Vec<&str> = self
            .seen
            .signs
            .iter()
            .filter_map(|sign| sign.as_ref().err())
            .map(String::as_str)
            .collect();
        if !missing.is_empty() {
            let reason = format!("no sign of life: {}", missing.join("; "));
            return self.stage.inconclusive("DG-12", reason);
        }
        let signs = self.seen.signs.iter().filter_map(|sign| sign.as_ref().ok());
        let facts: Vec<Fact> = signs
            .map(|sign| Fact::holds("sign of life", "is there", true, sign))
            .collect();
        match facts.is_empty() {
            true => self
                .stage
                .inconclusive("DG-12", "no sign of life was looked for"),
            false => self.trial_of("DG-12", self.url, facts),
        }
    }

    fn declared_side(&self, places: usize, age: Option<Result<f64, String>>) {
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
    fn rules(&self, findings: &[Finding]) {
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

    /// The findings as a file, for people and for tools.
    fn keep(&self, findings: &[Finding], places: usize) {
        let source = match &self.seen.fixture {
            Some(path) => json!({"fixture": path}),
            None => json!({"api": self.url}),
        };
        let document = json!({
            "source": source,
            "strict": self.stage.plan.strict,
            "compared_places": places,
            "findings": findings,
        });
        let written = serde_json::to_vec_pretty(&document).map_err(std::io::Error::from);
        let path = self.stage.folder.join(FILE);
        if let Err(error) = written.and_then(|bytes| std::fs::write(path, bytes)) {
            self.note(format!("{FILE} could not be written: {error}"));
        }
    }
}

fn in_words(missed: &Missed) -> String {
    format!("{}: {}", missed.request, missed.trouble.text())
}
