//! What was seen and found, written down as trials of each check.

mod api;
mod behaviors;
mod declared;

use super::finding::Finding;
use super::observe::{Missed, Observation};
use crate::model::trial::drift::DriftPlan;
use crate::model::trial::launch::Stage;
use crate::model::trial::{Fact, Trial, TrialEvent};
use serde_json::json;

/// The findings of the last detection, in the run's folder.
const FILE: &str = "drift.json";

/// One detection, of which everything is written down.
pub(super) struct Trials<'a> {
    plan: &'a DriftPlan,
    stage: &'a Stage<'a>,
    seen: &'a Observation,
    url: &'a str,
}

impl<'a> Trials<'a> {
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
    pub(super) fn write(&self, age: Option<Result<f64, String>>) -> Vec<Finding> {
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

    fn trial_of(&self, check: &str, case: &str, facts: Vec<Fact>) {
        self.stage.trial(Trial {
            check: check.to_owned(),
            case: case.to_owned(),
            facts,
            ..Trial::default()
        });
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
