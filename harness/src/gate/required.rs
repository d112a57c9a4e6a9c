//! What the policy asks to be there: suites by name and kind, and their checks.

use super::finding::{Desk, count, finding};
use super::fitness::{decided, is_decided};
use super::glob::matches;
use super::sessions;
use crate::model::decision::{Finding, Standing, Weighed};
use crate::model::facts::{Content, ReportFacts};
use crate::model::policy::{Optional, Required, RequiredSuite};
use crate::model::verdict::Verdict;

/// A counted report and the file that it was read in.
pub(super) type Counted<'a> = (&'a ReportFacts, &'a str);

/// The counted reports, by path.
pub(super) fn counted(weighed: &[Weighed]) -> Vec<Counted<'_>> {
    let counted = weighed
        .iter()
        .filter(|one| one.standing == Standing::Counted);
    let reports = counted.filter_map(|one| match &one.input.content {
        Content::Report(facts) => Some((facts.as_ref(), one.input.path.as_str())),
        _ => None,
    });
    reports.collect()
}

/// Whether an entry means a report.
pub(super) fn means(suite: &str, kind: Option<&str>, report: &ReportFacts) -> bool {
    matches(suite, &report.suite) && kind.is_none_or(|kind| kind == report.kind)
}

/// Holds the policy's lists against what is there.
pub(super) fn required(weighed: &[Weighed], desk: &mut Desk<'_>) {
    let policy = desk.policy;
    let reports = counted(weighed);
    for entry in &policy.required {
        if let Required::Suite(entry) = entry {
            suite(entry, &reports, weighed, desk);
        }
    }
    for entry in &policy.optional {
        optional(entry, &reports, desk);
    }
    for (report, path) in &reports {
        if !is_listed(report, desk) {
            unlisted(report, path, desk);
        }
    }
}

/// The entries of `required` that mean a report.
pub(super) fn entries<'p>(desk: &Desk<'p>, report: &ReportFacts) -> Vec<&'p RequiredSuite> {
    let entries = desk.policy.required.iter().filter_map(|entry| match entry {
        Required::Suite(entry) => Some(entry),
        Required::JUnit(_) => None,
    });
    entries
        .filter(|entry| means(&entry.suite, entry.kind.as_deref(), report))
        .collect()
}

fn is_listed(report: &ReportFacts, desk: &Desk<'_>) -> bool {
    let optional = &desk.policy.optional;
    !entries(desk, report).is_empty()
        || optional
            .iter()
            .any(|entry| means(&entry.suite, entry.kind.as_deref(), report))
}

fn suite(entry: &RequiredSuite, reports: &[Counted<'_>], weighed: &[Weighed], desk: &mut Desk<'_>) {
    let meant: Vec<&Counted<'_>> = reports
        .iter()
        .filter(|(report, _)| means(&entry.suite, entry.kind.as_deref(), report))
        .collect();
    if (meant.len() as u64) < entry.min_suites {
        desk.no_evidence(missing(entry, meant.len() as u64, weighed, desk));
    }
    for report in meant {
        enough(entry, *report, desk);
    }
}

/// Holds one report against the checks that an entry asks for.
pub(super) fn enough(entry: &RequiredSuite, (report, path): Counted<'_>, desk: &mut Desk<'_>) {
    let tests = decided(report);
    if tests < entry.min_tests && tests > 0 {
        let title = format!("{} decided enough", report.suite);
        let wanted = format!("at least {} decided", count(entry.min_tests, "check"));
        let next = format!("find out which checks of {} are gone", report.suite);
        let told =
            finding("TOO_FEW_TESTS", title).told(wanted, count(tests, "decided check"), next);
        desk.no_evidence(told.of(&report.suite, path).at(&entry.place));
    }
    for wanted in &entry.checks {
        needed(wanted, report, path, entry, desk);
    }
}

fn missing(entry: &RequiredSuite, there: u64, weighed: &[Weighed], desk: &Desk<'_>) -> Finding {
    let kind = entry
        .kind
        .as_deref()
        .map_or_else(String::new, |kind| format!(" of kind {kind}"));
    let title = format!("`{}`{kind} is there", entry.suite);
    let wanted = format!("at least {}", count(entry.min_suites, "suite"));
    let (code, why) = elsewhere(entry, weighed, desk);
    let next = match entry.kind.as_deref() {
        Some("chaos") => "run the scenarios: `proofhouse chaos run NAME --enable-chaos`".to_owned(),
        _ => format!("run what is missing: `proofhouse run {}`", entry.suite),
    };
    let saw = format!("{}{why}", count(there, "suite"));
    let mut told = finding(code, title)
        .told(wanted, saw, next)
        .at(&entry.place);
    told.suite = Some(entry.suite.clone());
    told.runs = sessions::of_missing(entry, weighed);
    told
}

/// What there is of the suite that does not count, and why not.
fn elsewhere(
    entry: &RequiredSuite,
    weighed: &[Weighed],
    desk: &Desk<'_>,
) -> (&'static str, String) {
    let set_aside = weighed
        .iter()
        .filter(|one| one.standing == Standing::OtherCommit);
    let reports = set_aside.filter_map(|one| match &one.input.content {
        Content::Report(facts) if means(&entry.suite, entry.kind.as_deref(), facts) => Some(facts),
        _ => None,
    });
    let reports: Vec<_> = reports.collect();
    let unbound = reports
        .iter()
        .filter(|facts| facts.commit.is_none())
        .count() as u64;
    match (reports.len() as u64, unbound) {
        (0, _) => ("MISSING", String::new()),
        (all, unbound) if all == unbound && desk.policy.subject.git_required => (
            "UNBOUND",
            format!("; {} without a commit", count(unbound, "report")),
        ),
        (all, _) => (
            "WRONG_COMMIT",
            format!("; {} of other commits", count(all, "report")),
        ),
    }
}

/// A check that must be there and decided.
fn needed(
    wanted: &str,
    report: &ReportFacts,
    path: &str,
    entry: &RequiredSuite,
    desk: &mut Desk<'_>,
) {
    let meant: Vec<_> = report
        .checks
        .iter()
        .filter(|check| matches(wanted, &check.id))
        .collect();
    let title = format!("{} decided `{wanted}`", report.suite);
    let told = |saw: &str| {
        let next = format!("find out why {} does not ask it", report.suite);
        finding("REQUIRED_CHECK", title.clone())
            .told("at least one such check, decided", saw, next)
            .of(&report.suite, path)
            .at(&entry.place)
    };
    if meant.is_empty() {
        desk.no_evidence(told("no such check"));
    } else if meant.iter().all(|check| check.verdict == Verdict::Skipped) {
        desk.outcome(
            desk.policy.outcomes.skipped_required,
            told("all of them were skipped"),
        );
    } else if !meant.iter().any(|check| is_decided(check)) {
        desk.inconclusive(told("none of them could be decided"));
    }
}

fn optional(entry: &Optional, reports: &[Counted<'_>], desk: &mut Desk<'_>) {
    let there = reports
        .iter()
        .any(|(report, _)| means(&entry.suite, entry.kind.as_deref(), report));
    if !there && entry.warn_missing {
        let next = "run it, or take it out of `optional`";
        let mut told = finding("OPTIONAL_MISSING", format!("`{}` is there", entry.suite))
            .told("a report, if there is one", "none", next)
            .at(&entry.place);
        told.suite = Some(entry.suite.clone());
        desk.warn(told);
    }
}

fn unlisted(report: &ReportFacts, path: &str, desk: &mut Desk<'_>) {
    let title = format!("the policy names {}", report.suite);
    let saw = format!(
        "no entry means {} of kind {}; its checks count all the same",
        report.suite, report.kind
    );
    let next = format!(
        "add it to `required` or `optional` of {}",
        desk.policy.source.path
    );
    let told = finding("UNLISTED", title).told("an entry for every suite", saw, next);
    desk.outcome(desk.policy.outcomes.unlisted, told.of(&report.suite, path));
}
