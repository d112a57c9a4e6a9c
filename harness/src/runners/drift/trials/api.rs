//! Conditions of the gate that only the API itself can meet.

use super::{Trials, in_words};
use crate::model::trial::{Fact, Saw};
use crate::runners::drift::api::Trouble;

/// Checks that only the API itself can decide.
const OF_THE_API: [&str; 6] = ["DG-1", "DG-2", "DG-3", "DG-10", "DG-11", "DG-12"];

impl Trials<'_> {
    /// Conditions that only the API itself can meet.
    pub(super) fn of_the_api(&self) {
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
}
