//! Whether a counted report may release anything: fresh, finished, fit, about the artifact, not empty.

use super::finding::{Desk, count, finding};
use crate::model::check::Severity;
use crate::model::decision::{Finding, Question};
use crate::model::facts::{CheckFacts, ReportFacts};
use crate::model::plan::Profile;
use crate::model::report::DIRTY_REASON;
use crate::model::verdict::Verdict;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// Seconds from the end of a run to now.
pub(super) fn age_s(question: &Question, end: Option<Timestamp>) -> Option<i64> {
    end.map(|end| question.now.duration_since(end).as_secs())
}

/// Puts down why a report may not release anything.
pub(super) fn fitness(question: &Question, report: &ReportFacts, path: &str, desk: &mut Desk<'_>) {
    let of = |finding: Finding| finding.of(&report.suite, path);
    if let Some(told) = end(question, report, desk) {
        desk.no_evidence(of(told));
    }
    if let Some(told) = unfit(report, desk.policy.subject.allow_dirty) {
        desk.no_evidence(of(told));
    }
    if let Some(told) = artifact(question, report, desk.policy.subject.artifact_required) {
        desk.no_evidence(of(told));
    }
    if decided(report) == 0 {
        let title = format!("{} decided something", report.suite);
        let saw = format!(
            "{}, none of them decided",
            count(report.checks.len() as u64, "check")
        );
        let told = finding("NO_TESTS", title);
        desk.no_evidence(of(told.told(
            "at least one decided check",
            saw,
            again(report),
        )));
    }
}

/// Checks that were asked and could be answered, or that close the gate themselves where not.
pub(super) fn decided(report: &ReportFacts) -> u64 {
    let decided = report.checks.iter().filter(|check| is_decided(check));
    decided.count() as u64
}

/// Skipped ones decide nothing, nor do those without an answer. Of these, the ones that can close
/// the gate are told as what could not be decided, which is no lack of evidence.
pub(super) fn is_decided(check: &CheckFacts) -> bool {
    match check.verdict {
        Verdict::Skipped => false,
        Verdict::Error => check.severity == Severity::Block,
        Verdict::Pass | Verdict::Warn | Verdict::Fail => true,
    }
}

fn again(report: &ReportFacts) -> String {
    format!("run {} again", report.suite)
}

fn end(question: &Question, report: &ReportFacts, desk: &Desk<'_>) -> Option<Finding> {
    let title = format!("the evidence of {} is of today", report.suite);
    let Some(end) = report.finished_at else {
        let saw = "the run has no end: it was killed";
        return Some(finding("INCOMPLETE", title).told(
            "a run that came to its end",
            saw,
            again(report),
        ));
    };
    if end < report.started_at {
        let saw = format!("it ended ({end}) before it began ({})", report.started_at);
        return Some(finding("IMPOSSIBLE_TIME", title).told(
            "a run that ends after it began",
            saw,
            again(report),
        ));
    }
    timely(question.now, end, desk)
        .map(|(code, wanted, saw)| finding(code, title).told(wanted, saw, again(report)))
}

/// Why a moment is neither fresh nor past: code, wanted, saw.
pub(super) fn timely(
    now: Timestamp,
    end: Timestamp,
    desk: &Desk<'_>,
) -> Option<(&'static str, String, String)> {
    let age = now.duration_since(end);
    let freshness = desk.policy.freshness;
    if age > signed(freshness.max_age) {
        let wanted = format!("at most {} old", words(freshness.max_age.as_secs()));
        let saw = format!("{} old, ended {end}", words(age.unsigned_abs().as_secs()));
        return Some(("STALE", wanted, saw));
    }
    if -age > signed(freshness.future_skew) {
        let wanted = format!("at most {} ahead", words(freshness.future_skew.as_secs()));
        let saw = format!(
            "it ends {} in the future, {end}",
            words(age.unsigned_abs().as_secs())
        );
        return Some(("FUTURE", wanted, saw));
    }
    None
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

/// `40 s`, `12 min`, `25 h`, `3 d`: rounded down.
pub(super) fn words(seconds: u64) -> String {
    match seconds {
        s if s < 120 => format!("{s} s"),
        s if s < 7_200 => format!("{} min", s / 60),
        s if s < 172_800 => format!("{} h", s / 3_600),
        s => format!("{} d", s / 86_400),
    }
}

/// Why a report may not release anything, without what the policy allows.
pub(super) fn unfit_reasons(report: &ReportFacts, allow_dirty: bool) -> Vec<&str> {
    let all = report.unfit_reasons.iter().map(String::as_str);
    all.filter(|reason| !(allow_dirty && *reason == DIRTY_REASON))
        .collect()
}

fn unfit(report: &ReportFacts, allow_dirty: bool) -> Option<Finding> {
    let reasons = unfit_reasons(report, allow_dirty);
    if reasons.is_empty() {
        return None;
    }
    let next = match reasons.as_slice() {
        [DIRTY_REASON] => format!(
            "commit or put away the changes and run {} again",
            report.suite
        ),
        _ if report.profile == Profile::Quick => {
            format!("run {} again without `--profile quick`", report.suite)
        }
        _ => again(report),
    };
    let title = format!("{} is fit for release", report.suite);
    Some(finding("UNFIT", title).told("a report that may release", reasons.join("; "), next))
}

fn artifact(question: &Question, report: &ReportFacts, required: bool) -> Option<Finding> {
    let Some(wanted) = &question.artifact else {
        // The face refuses to ask without one; a replay under a stricter policy may.
        return required.then(|| {
            finding("ARTIFACT_NOT_NAMED", "the artifact was named").told(
                "`--artifact DIGEST`, as the policy demands",
                "no artifact",
                "name the digest of what is to be released",
            )
        });
    };
    if report
        .programs
        .iter()
        .any(|program| program.eq_ignore_ascii_case(wanted))
    {
        return None;
    }
    let saw = match report.programs.as_slice() {
        [] => "the report names no program that it ran".to_owned(),
        programs => format!("it ran {}", programs.join(", ")),
    };
    let title = format!("{} ran the artifact", report.suite);
    let next = format!("run {} against the program with this digest", report.suite);
    Some(finding("WRONG_ARTIFACT", title).told(wanted.as_str(), saw, next))
}
