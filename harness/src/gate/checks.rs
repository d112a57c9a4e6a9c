//! The reports' own verdicts: what their checks say closes the gate, and no rule can open it again.

use super::finding::{Desk, finding};
use super::glob::matches;
use super::remedy;
use super::required::{Counted, entries};
use crate::model::check::{CheckClass, Severity};
use crate::model::decision::Finding;
use crate::model::facts::{Allowed, CheckFacts, ReportFacts, Told};
use crate::model::policy::RequiredSuite;
use crate::model::verdict::Verdict;
use jiff::civil::Date;

/// Reason of a check that has nothing to be compared with yet.
const FIRST_RUN: &str = "FIRST_RUN";

/// Puts down every check that is not a plain pass.
pub(super) fn verdicts(today: Date, report: Counted<'_>, desk: &mut Desk<'_>) {
    let listed = entries(desk, report.0);
    let mut told = Verdict::Pass;
    for check in report
        .0
        .checks
        .iter()
        .filter(|check| check.verdict != Verdict::Pass)
    {
        match allowed(check) {
            Some(allowance) => excused(check, allowance, today, report, desk),
            None => one(check, report, &listed, desk),
        }
        if check.severity == Severity::Block {
            told = told.max(check.verdict);
        }
    }
    // A report that is worse than the checks that can close a gate is believed.
    if report.0.verdict > told.max(Verdict::Warn) {
        let worse = worse(report.0).of(&report.0.suite, report.1);
        match report.0.verdict {
            Verdict::Error => desk.inconclusive(worse),
            _ => desk.fail(worse),
        }
    }
}

/// A failure that its suite allows for a time.
fn allowed(check: &CheckFacts) -> Option<&Allowed> {
    let told = check
        .told
        .as_ref()
        .filter(|_| check.verdict == Verdict::Warn);
    told?.allowed.as_ref()
}

/// It counts as waived while the time lasts, whatever day the run was on.
fn excused(
    check: &CheckFacts,
    allowance: &Allowed,
    today: Date,
    report: Counted<'_>,
    desk: &mut Desk<'_>,
) {
    let mut told = told(check, report);
    told.saw = format!(
        "{}; allowed by the suite until {}: {}",
        told.saw, allowance.expires, allowance.reason
    );
    if allowance.expires < today {
        told.code = "WAIVER_EXPIRED".to_owned();
        return desk.fail(told);
    }
    desk.waived(told);
}

fn one(check: &CheckFacts, report: Counted<'_>, listed: &[&RequiredSuite], desk: &mut Desk<'_>) {
    if check.severity == Severity::Info {
        return;
    }
    let told = told(check, report);
    if check.verdict == Verdict::Skipped {
        return skipped(check, told, listed, desk);
    }
    match (check.severity, check.verdict) {
        (Severity::Block, Verdict::Fail) => desk.fail(told),
        (Severity::Block, Verdict::Error) if check.class == CheckClass::Generator => {
            desk.invalid(told)
        }
        (Severity::Block, Verdict::Error) => desk.inconclusive(told),
        _ => desk.warn(told),
    }
}

/// A check of a suite that is required must be asked, unless its entry lets it go.
fn skipped(check: &CheckFacts, told: Finding, listed: &[&RequiredSuite], desk: &mut Desk<'_>) {
    let let_go =
        |entry: &&RequiredSuite| entry.may_skip.iter().any(|glob| matches(glob, &check.id));
    if check.severity != Severity::Block || listed.iter().all(let_go) {
        return;
    }
    let outcomes = &desk.policy.outcomes;
    let outcome = match check.reason.as_deref() {
        Some(FIRST_RUN) => outcomes.first_run,
        _ => outcomes.skipped_required,
    };
    desk.outcome(outcome, told);
}

fn told(check: &CheckFacts, (report, path): Counted<'_>) -> Finding {
    let code = check.reason.as_deref().unwrap_or(match check.verdict {
        Verdict::Fail => "CHECK_FAILED",
        Verdict::Error => "CHECK_UNDECIDED",
        Verdict::Skipped => "CHECK_SKIPPED",
        Verdict::Warn | Verdict::Pass => "CHECK_WARNED",
    });
    let words = check.told.as_deref();
    let text = |pick: fn(&Told) -> &str| words.map(pick).unwrap_or_default();
    let mut told = finding(
        code,
        format!("{}: {}", report.suite, text(|told| &told.title)),
    )
    .told(
        text(|told| &told.wanted),
        text(|told| &told.saw),
        next(check, report),
    )
    .of(&report.suite, path);
    told.check = Some(check.id.clone());
    told.place = words.and_then(|told| told.place.clone());
    told
}

/// The cheapest change: for a failure the number that would have held, else what the check itself says.
fn next(check: &CheckFacts, report: &ReportFacts) -> String {
    let own = check.told.as_ref().and_then(|told| told.next.clone());
    match check.verdict {
        Verdict::Fail => remedy::of_check(check).or(own),
        _ => own,
    }
    .unwrap_or_else(|| format!("run {} again", report.suite))
}

fn worse(report: &ReportFacts) -> Finding {
    let title = format!("{} says what its checks say", report.suite);
    let saw = format!(
        "the report says {}, and none of its checks that can close a gate does",
        report.verdict
    );
    let next = format!("run {} again", report.suite);
    finding("REPORT_VERDICT", title).told("the worst of its checks", saw, next)
}
