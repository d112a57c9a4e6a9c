//! A promise before it is decided, and what a check says about it.

use crate::model::check::{AppliedWaiver, CheckClass, CheckResult, ComparedWith, Severity};
use crate::model::place::Place;
use crate::model::promise::Metric;
use crate::model::verdict::Verdict;

/// All of a [`CheckResult`] that is known before anything is looked at.
#[derive(Debug, Clone)]
pub(crate) struct Promise {
    pub id: String,
    pub class: CheckClass,
    pub severity: Severity,
    pub service: Option<String>,
    pub scenario: Option<String>,
    pub metric: Option<Metric>,
    pub title: String,
    pub wanted: String,
    pub unit: Option<String>,
    pub limit: Option<f64>,
    pub place: Option<Place>,
    pub source: Option<String>,
}

impl Promise {
    /// A promise about the run as a whole.
    pub fn new(id: impl Into<String>, class: CheckClass, title: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            class,
            severity: Severity::Block,
            service: None,
            scenario: None,
            metric: None,
            title: title.into(),
            wanted: String::new(),
            unit: None,
            limit: None,
            place: None,
            source: None,
        }
    }

    /// Says which scenario it is about.
    pub fn in_scenario(mut self, scenario: &str) -> Self {
        self.scenario = Some(scenario.to_owned());
        self
    }

    /// Says which service it is about.
    pub fn of_service(mut self, service: &str) -> Self {
        self.service = Some(service.to_owned());
        self
    }

    /// Says which metric it is about; the unit is the metric's.
    pub fn on(mut self, metric: Metric) -> Self {
        self.metric = Some(metric);
        self.unit = Some(metric.unit().to_owned());
        self
    }

    /// What is wanted in words, with the number where there is one.
    pub fn wants(mut self, wanted: impl Into<String>, limit: Option<f64>) -> Self {
        self.wanted = wanted.into();
        self.limit = limit.filter(|limit| limit.is_finite());
        self
    }

    /// Where it was written.
    pub fn at(mut self, place: &Place) -> Self {
        self.place = Some(place.clone());
        self
    }

    /// Whether its failure can close a gate.
    pub fn of_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Who asks for it.
    pub fn asked_by(mut self, source: &str) -> Self {
        self.source = Some(source.to_owned());
        self
    }

    /// Joins the promise with what became of it.
    pub fn decided(self, outcome: Outcome) -> CheckResult {
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
        CheckResult {
            id: self.id,
            class: self.class,
            severity: self.severity,
            verdict: outcome.verdict,
            reason_code: outcome.code.map(str::to_owned),
            service: self.service,
            scenario: self.scenario,
            metric: self.metric,
            title: self.title,
            wanted: outcome.wanted.unwrap_or(self.wanted),
            saw: outcome.saw,
            when: outcome.when,
            next: outcome.next,
            unit: self.unit,
            current: finite(outcome.current),
            limit: self.limit,
            baseline: outcome.baseline.filter(|with| with.value.is_finite()),
            ratio: finite(outcome.ratio),
            samples: outcome.samples,
            place: self.place,
            source: self.source,
            waiver: outcome.waiver,
        }
    }
}

/// What a check decided, and from what.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub verdict: Verdict,
    pub code: Option<&'static str>,
    pub wanted: Option<String>,
    pub saw: String,
    pub when: Option<String>,
    pub next: Option<String>,
    pub current: Option<f64>,
    pub baseline: Option<ComparedWith>,
    pub ratio: Option<f64>,
    pub samples: Option<u64>,
    pub waiver: Option<AppliedWaiver>,
}

impl Outcome {
    fn new(verdict: Verdict, code: Option<&'static str>, saw: impl Into<String>) -> Self {
        Self {
            verdict,
            code,
            wanted: None,
            saw: saw.into(),
            when: None,
            next: None,
            current: None,
            baseline: None,
            ratio: None,
            samples: None,
            waiver: None,
        }
    }

    /// Held, with evidence.
    pub fn pass(saw: impl Into<String>) -> Self {
        Self::new(Verdict::Pass, None, saw)
    }

    /// Did not hold, with evidence.
    pub fn fail(code: &'static str, saw: impl Into<String>) -> Self {
        Self::new(Verdict::Fail, Some(code), saw)
    }

    /// Could not be decided.
    pub fn error(code: &'static str, saw: impl Into<String>) -> Self {
        Self::new(Verdict::Error, Some(code), saw)
    }

    /// Held, but something deserves a look.
    pub fn warn(code: &'static str, saw: impl Into<String>) -> Self {
        Self::new(Verdict::Warn, Some(code), saw)
    }

    /// Says when it was seen.
    pub fn when(mut self, when: Option<String>) -> Self {
        self.when = when;
        self
    }

    /// Says what to do next.
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// The number, and how much stands behind it.
    pub fn measured(mut self, current: f64, samples: u64) -> Self {
        self.current = Some(current);
        self.samples = Some(samples);
        self
    }

    /// The earlier run, and the ratio to it.
    pub fn compared(mut self, with: ComparedWith, ratio: f64) -> Self {
        self.baseline = Some(with);
        self.ratio = Some(ratio);
        self
    }

    /// Replaces the promise's wording by one that names the numbers compared with.
    pub fn wanted(mut self, wanted: impl Into<String>) -> Self {
        self.wanted = Some(wanted.into());
        self
    }
}

/// Why nothing could be decided, or was not asked: small enough to be an error type.
#[derive(Debug, Clone)]
pub(crate) struct Undecided {
    verdict: Verdict,
    code: &'static str,
    saw: String,
    next: Option<String>,
}

impl Undecided {
    /// Could not be decided.
    pub fn error(code: &'static str, saw: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Error,
            code,
            saw: saw.into(),
            next: None,
        }
    }

    /// Not asked.
    pub fn skipped(code: &'static str, saw: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Skipped,
            ..Self::error(code, saw)
        }
    }

    /// Says what to do next.
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

impl From<Undecided> for Outcome {
    fn from(undecided: Undecided) -> Self {
        Self {
            next: undecided.next,
            ..Self::new(undecided.verdict, Some(undecided.code), undecided.saw)
        }
    }
}
