//! Failures that are known and allowed for a time: shown, counted, never a pass.

use super::{Check, class, decide};
use crate::judge::case::Case;
use crate::judge::outcome::{Outcome, Promise};
use crate::model::check::{AppliedWaiver, Severity};
use crate::model::trial::plan::{ListedCheck, TrialPlan, Waiver};
use crate::model::verdict::Verdict;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Turns a failure that a living waiver allows into a warning; names a waiver that is over.
///
/// What could not be decided is not waived: nobody knows what would be forgiven.
pub(super) fn applied(
    case: &Case<'_>,
    plan: &TrialPlan,
    check: &ListedCheck,
    outcome: Outcome,
) -> Outcome {
    let waiver = plan.waivers.iter().find(|waiver| waiver.check == check.id);
    let Some(waiver) = waiver.filter(|_| outcome.verdict == Verdict::Fail) else {
        return outcome;
    };
    if is_over(case, waiver) {
        let next = format!(
            "its waiver ended on {}: mend it, or argue for a new date",
            waiver.expires
        );
        return Outcome {
            code: Some("WAIVER_EXPIRED"),
            ..outcome
        }
        .next(next);
    }
    Outcome {
        verdict: Verdict::Warn,
        code: Some("WAIVED"),
        waiver: Some(AppliedWaiver {
            reason: waiver.reason.clone(),
            expires: waiver.expires,
        }),
        ..outcome
    }
}

/// A warning for each waiver whose check did not fail.
pub(super) fn unused<'a>(
    case: &'a Case<'a>,
    plan: &'a TrialPlan,
) -> impl Iterator<Item = Check<'a>> {
    plan.waivers.iter().filter_map(move |waiver| {
        let check = plan.checks.iter().find(|check| check.id == waiver.check)?;
        let title = format!("the waiver of {} is still needed", waiver.check);
        let promise = Promise::new(format!("waiver/{}", waiver.check), class(&plan.asks), title)
            .wants("a failure that it allows", None)
            .at(&waiver.place)
            .of_severity(Severity::Warn);
        Some(Check::new(promise, move || {
            use_of(waiver, &decide(case, plan, check))
        }))
    })
}

fn use_of(waiver: &Waiver, outcome: &Outcome) -> Outcome {
    match outcome.verdict {
        Verdict::Fail => Outcome::pass(format!("allowed until {}", waiver.expires)),
        Verdict::Error => Outcome::error("INCONCLUSIVE", "the check itself was not decided"),
        _ => Outcome::warn("WAIVER_UNUSED", "the check does not fail").next("take the waiver out"),
    }
}

/// The day on which the run began decides, so that old evidence is judged as it was.
fn is_over(case: &Case<'_>, waiver: &Waiver) -> bool {
    let began: Date = case
        .evidence
        .started
        .at
        .to_zoned_datetime(TimeZone::UTC)
        .date();
    began > waiver.expires
}
