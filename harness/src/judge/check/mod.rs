//! The family of checks: each member turns a case into promises with a way to decide them.

mod generator;
mod measurement;
mod regression;
mod run;
mod slo;

pub(crate) use measurement::values;

use super::case::Case;
use super::chaos;
use super::measured::{Measured, percentile_of};
use super::outcome::{Outcome, Promise, Undecided};
use super::trial;
use super::words;
use crate::model::check::{CheckClass, CheckResult};
use crate::model::promise::Metric;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One promise together with the way to decide it.
pub(crate) struct Check<'a> {
    promise: Promise,
    decide: Box<dyn Fn() -> Outcome + 'a>,
}

impl<'a> Check<'a> {
    /// Joins the two.
    pub fn new(promise: Promise, decide: impl Fn() -> Outcome + 'a) -> Self {
        let decide = Box::new(decide);
        Self { promise, decide }
    }

    /// Decides; a panic is an error of this check and of no other.
    fn decided(self) -> CheckResult {
        let outcome = catch_unwind(AssertUnwindSafe(&self.decide)).unwrap_or_else(|_| panicked());
        self.promise.decided(outcome)
    }
}

type Member = for<'a> fn(&'a Case<'a>) -> Vec<Check<'a>>;

/// The members, by the name of their file.
const MEMBERS: [(&str, Member); 7] = [
    ("run", run::checks),
    ("generator", generator::checks),
    ("slo", slo::checks),
    ("regression", regression::checks),
    ("measurement", measurement::checks),
    ("chaos", chaos::checks),
    ("trial", trial::checks),
];

/// Decides everything that the plan promises.
pub(crate) fn all(case: &Case<'_>) -> Vec<CheckResult> {
    MEMBERS
        .iter()
        .flat_map(|(name, member)| decide(name, *member, case))
        .collect()
}

fn decide(name: &str, member: Member, case: &Case<'_>) -> Vec<CheckResult> {
    match catch_unwind(AssertUnwindSafe(|| member(case))) {
        Ok(checks) => checks.into_iter().map(Check::decided).collect(),
        Err(_) => {
            let title = format!("the {name} checks can be listed");
            let promise = Promise::new(format!("run/checks/{name}"), CheckClass::Run, title);
            vec![promise.decided(panicked())]
        }
    }
}

fn panicked() -> Outcome {
    Outcome::error(
        "CHECK_PANICKED",
        "the check itself broke: a fault of the harness",
    )
    .next("report it together with this run's evidence")
}

/// Where to look closer.
pub(crate) fn detail(case: &Case<'_>, id: &str) -> String {
    let run = case.evidence.started.short_id();
    format!("proofhouse judge {run} --check {id} --detail")
}

/// An error where there are no requests at all, or too few for their numbers to mean anything.
///
/// Not a single good answer is a fact and not a sample, so it needs no least number.
pub(crate) fn enough(case: &Case<'_>, measured: &Measured<'_>) -> Result<(), Undecided> {
    let (requests, wanted) = (measured.tally.requests, case.plan().minimum_requests);
    if requests == 0 {
        let text = "no request was finished in the steady phase";
        let next = "see the first failures and the service's own output";
        return Err(Undecided::error("ZERO_REQUESTS", text).next(next));
    }
    if requests < wanted && measured.good() > 0 {
        let text = format!(
            "{}, fewer than the {} that numbers need to mean anything",
            words::counted(requests, "request"),
            words::count(wanted)
        );
        let next = "more users, a longer duration or shorter think times";
        return Err(Undecided::error("TOO_FEW_SAMPLES", text).next(next));
    }
    Ok(())
}

/// A latency percentile in milliseconds that may be held against a limit.
///
/// An unanswered request is slower than any answered one. Where so many are
/// unanswered that the percentile over *all* requests lies among them, it is
/// unknown, however quick the rest was.
pub(crate) fn latency(measured: &Measured<'_>, metric: Metric) -> Result<f64, Undecided> {
    let percentile = percentile_of(metric).unwrap_or(100.0);
    let Some(value) = measured.percentile_ms(percentile) else {
        let text = format!(
            "none of {} was answered",
            words::counted(measured.tally.requests, "request")
        );
        let next = "see the first failures and the service's own output";
        return Err(Undecided::error("TARGET_NEVER_ANSWERED", text).next(next));
    };
    let lost = measured.unanswered() as f64 / measured.tally.requests as f64;
    if lost > 1.0 - percentile / 100.0 {
        let text = format!(
            "{} of {} were never answered, so the {} of all is unknown ({} over the answered)",
            words::count(measured.unanswered()),
            words::counted(measured.tally.requests, "request"),
            words::name(metric),
            words::with_unit(metric, value),
        );
        let next = "see the first failures and the service's own output";
        return Err(Undecided::error("UNANSWERED_REQUESTS", text).next(next));
    }
    Ok(value)
}

/// A value with what stands behind it: `612 ms over 5 812 requests, 3 unanswered`.
pub(crate) fn sampled(measured: &Measured<'_>, metric: Metric, value: &str) -> String {
    let requests = words::counted(measured.tally.requests, "request");
    match metric {
        Metric::ThroughputRps => format!(
            "{value}: {} in {}",
            words::counted(measured.good(), "good answer"),
            words::seconds(measured.steady_seconds)
        ),
        Metric::ErrorRate => format!(
            "{value}: {} of {requests} failed{}",
            words::count(measured.tally.failed()),
            by_class(measured)
        ),
        _ => match measured.unanswered() {
            0 => format!("{value} over {requests}"),
            lost => format!("{value} over {requests}, {} unanswered", words::count(lost)),
        },
    }
}

fn by_class(measured: &Measured<'_>) -> String {
    let classes: Vec<String> = measured
        .tally
        .failures
        .iter()
        .filter(|(_, n)| **n > 0)
        .map(|(class, n)| format!("{} {}", words::count(*n), class.word()))
        .collect();
    match classes.as_slice() {
        [] => String::new(),
        _ => format!(" ({})", classes.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::judge::testdata;
    use crate::model::baseline::Memory;
    use crate::model::verdict::Verdict;

    #[test]
    fn a_panic_is_an_error_of_that_check_alone() {
        let promise = Promise::new("a/b/c/d", CheckClass::Run, "holds");
        let result = Check::new(promise, || panic!("broken")).decided();
        assert_eq!(result.verdict, Verdict::Error);
        assert_eq!(result.reason_code.as_deref(), Some("CHECK_PANICKED"));
    }

    #[test]
    fn a_member_that_cannot_list_its_checks_is_an_error() {
        let (evidence, memory) = (testdata::pass(), Memory::new());
        let case = Case::new(&evidence, &memory, "f");
        let results = decide("broken", |_| panic!("broken"), &case);
        assert_eq!(results.len(), 1);
        assert_eq!(results[0].verdict, Verdict::Error);
    }

    #[test]
    fn ids_are_unique() {
        let (evidence, memory) = (testdata::pass(), Memory::new());
        let case = Case::new(&evidence, &memory, "f");
        let mut ids: Vec<String> = all(&case).into_iter().map(|check| check.id).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
