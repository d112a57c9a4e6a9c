//! Sessions: how often a suite must have held on this commit, and how often it may have been run.
//!
//! A session is a complete run of a suite that could release by itself. Each of the
//! latest ones that are needed is judged as the latest run is; the best of several
//! never counts.

use super::finding::{Desk, count, finding};
use super::required::{Counted, enough, means};
use super::{checks, fitness, rules, waive};
use crate::model::decision::{Finding, Question, Standing, State, WaiverOutcome, Weighed};
use crate::model::facts::{Content, ReportFacts};
use crate::model::policy::{Policy, Required, RequiredSuite};
use crate::model::verdict::Verdict;
use jiff::civil::Date;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What sessions are judged from.
pub(super) struct Basis<'a> {
    pub question: &'a Question,
    /// The day of the question, in UTC.
    pub today: Date,
    pub weighed: &'a [Weighed],
    pub waivers: &'a [WaiverOutcome],
}

/// A suite that an entry means, and its reports of this commit, the latest first.
struct Suite<'a> {
    entry: &'a RequiredSuite,
    name: &'a str,
    runs: Vec<Counted<'a>>,
}

/// The sessions that were found on the way back from the latest run.
#[derive(Default)]
struct Found {
    sessions: u64,
    /// Runs that are no sessions, by the reason in capitals.
    aside: BTreeMap<String, u64>,
}

/// Holds every entry that asks for sessions against the runs of its suites.
pub(super) fn sessions(basis: &Basis<'_>, desk: &mut Desk<'_>) {
    let policy = desk.policy;
    for entry in &policy.required {
        // The only session of most entries is the latest run, and that is judged anyway.
        if let Required::Suite(entry) = entry
            && (entry.min_sessions > 1 || entry.sessions_max.is_some())
        {
            for suite in suites(entry, basis.weighed) {
                too_many(&suite, desk);
                held(&suite, basis, desk);
            }
        }
    }
}

/// How often to run what is missing altogether; `None` where once is enough.
pub(super) fn of_missing(entry: &RequiredSuite, weighed: &[Weighed]) -> Option<u64> {
    // A suite whose latest run was killed has earlier ones, which may count.
    let none = || (suites(entry, weighed).len() as u64) < entry.min_suites;
    (entry.min_sessions > 1 && none()).then_some(entry.min_sessions)
}

fn suites<'a>(entry: &'a RequiredSuite, weighed: &'a [Weighed]) -> Vec<Suite<'a>> {
    let mut by_name: BTreeMap<&str, Vec<Counted<'_>>> = BTreeMap::new();
    for one in weighed {
        if let Content::Report(report) = &one.input.content
            && matches!(one.standing, Standing::Counted | Standing::Superseded)
            && means(&entry.suite, entry.kind.as_deref(), report)
        {
            let runs = by_name.entry(report.suite.as_str()).or_default();
            runs.push((report.as_ref(), one.input.path.as_str()));
        }
    }
    let suites = by_name.into_iter().map(|(name, mut runs)| {
        runs.sort_by_key(|(report, _)| Reverse(report.started_at));
        Suite { entry, name, runs }
    });
    suites.collect()
}

/// Complete runs that could have released, whatever became of them and however old they are.
fn complete<'a>(suite: &Suite<'a>, policy: &Policy) -> Vec<&'a ReportFacts> {
    let allow_dirty = policy.subject.allow_dirty;
    let reports = suite.runs.iter().map(|(report, _)| *report);
    reports
        .filter(|report| report.finished_at.is_some())
        .filter(|report| fitness::unfit_reasons(report, allow_dirty).is_empty())
        .collect()
}

/// A suite that is run until it passes has not passed.
fn too_many(suite: &Suite<'_>, desk: &mut Desk<'_>) {
    let Some(most) = suite.entry.sessions_max else {
        return;
    };
    let complete = complete(suite, desk.policy);
    let runs = complete.len() as u64;
    if runs <= most {
        return;
    }
    let bad = complete
        .iter()
        .filter(|report| report.verdict > Verdict::Warn);
    let saw = format!(
        "{}, of which {} did not pass",
        count(runs, "complete run"),
        bad.count()
    );
    let wanted = format!("at most {} of this commit", count(most, "complete run"));
    let title = format!("{} needs no more runs than it may have", suite.name);
    let told = finding("TOO_MANY_SESSIONS", title).told(wanted, saw, beyond(runs));
    desk.fail(about(suite, told));
}

/// What is left to do where no more runs are allowed.
fn beyond(runs: u64) -> String {
    format!(
        "make a new commit, which may be run anew; or allow as many runs: `sessions_max: {runs}`"
    )
}

/// So many sessions, none of which failed.
fn held(suite: &Suite<'_>, basis: &Basis<'_>, desk: &mut Desk<'_>) {
    let needed = suite.entry.min_sessions;
    if needed == 1 {
        return;
    }
    let found = walk(suite, basis, desk);
    if found.sessions < needed {
        let told = too_few(suite, &found, desk.policy);
        desk.inconclusive(told);
    }
}

/// Goes back from the latest run until there are enough sessions, and puts down those that do not hold.
fn walk(suite: &Suite<'_>, basis: &Basis<'_>, desk: &mut Desk<'_>) -> Found {
    let mut found = Found::default();
    let mut ids = BTreeSet::new();
    let mut first = None;
    for run in &suite.runs {
        if found.sessions == suite.entry.min_sessions {
            break;
        }
        let report = run.0;
        let what = (&report.kind, &report.config);
        let why_not = if let Some(code) = unfit(*run, basis, desk.policy) {
            Some(code)
        } else if *first.get_or_insert(what) != what {
            Some("OTHER_CONFIG".to_owned())
        } else if !ids.insert(&report.id) {
            Some("SAME_RUN".to_owned())
        } else {
            let closing = judged(suite.entry, *run, basis, desk.policy);
            bad(suite, *run, &closing, found.sessions, desk);
            // A run can be too short to count; it is never too short to have failed.
            let short = closing.into_iter().find(is_short);
            short.map(|told| told.code)
        };
        match why_not {
            Some(code) => *found.aside.entry(code).or_default() += 1,
            None => found.sessions += 1,
        }
    }
    found
}

/// Why a run could not release by itself.
fn unfit(run: Counted<'_>, basis: &Basis<'_>, policy: &Policy) -> Option<String> {
    let mut own = Desk::new(policy);
    fitness::fitness(basis.question, run.0, run.1, &mut own);
    own.findings.into_iter().next().map(|told| told.code)
}

/// What would close the gate if this were the latest run: its checks and the policy's rules, without what is waived.
fn judged(
    entry: &RequiredSuite,
    run: Counted<'_>,
    basis: &Basis<'_>,
    policy: &Policy,
) -> Vec<Finding> {
    let mut own = Desk::new(policy);
    let mut waivers = basis.waivers.to_vec();
    enough(entry, run, &mut own);
    checks::verdicts(basis.today, run, &mut own);
    rules::rules(&[run], &mut own);
    waive::waive(basis.today, &mut waivers, &[run], &mut own);
    // What names no file is about the policy: rules for other suites, waivers without use.
    let closing = |told: &Finding| told.exit_code != 0 && told.input.is_some();
    own.findings.into_iter().filter(closing).collect()
}

/// Whether something that the entry asks of every session is not there.
fn is_short(told: &Finding) -> bool {
    told.state == State::NoEvidence
}

/// Puts down a session that failed or could not be decided; `later` sessions came after it.
fn bad(
    suite: &Suite<'_>,
    (report, path): Counted<'_>,
    closing: &[Finding],
    later: u64,
    desk: &mut Desk<'_>,
) {
    let mut decided: Vec<&Finding> = closing.iter().filter(|told| !is_short(told)).collect();
    decided.sort_by_key(|told| Reverse(told.state));
    let Some(worst) = decided.first() else {
        return;
    };
    let (code, what) = match worst.exit_code {
        1 => ("SESSION_FAILED", "failed"),
        _ => ("SESSION_UNDECIDED", "could not be decided"),
    };
    let needed = suite.entry.min_sessions;
    let title = format!("{} holds in every session", suite.name);
    let wanted = format!("each of the latest {} passes", count(needed, "session"));
    let (id, at, why) = (&report.id, report.started_at, reasons(&decided));
    let saw = format!("run {id} of {at} {what}: {why}");
    let next = format!(
        "find out what differed; then {}",
        again(suite, needed - later, desk.policy)
    );
    let mut told = finding(code, title).told(wanted, saw, next);
    (told.state, told.exit_code) = (worst.state, worst.exit_code);
    told.runs = Some(needed - later);
    desk.findings
        .push(told.of(suite.name, path).at(&suite.entry.place));
}

/// `P95_ABOVE_SLO of search/p95/slo, and 2 more`
fn reasons(findings: &[&Finding]) -> String {
    let mut names = findings.iter().map(|told| match &told.check {
        Some(check) => format!("{} of {check}", told.code),
        None => told.code.clone(),
    });
    let first = names.next().unwrap_or_default();
    match names.count() {
        0 => first,
        more => format!("{first}, and {more} more"),
    }
}

fn too_few(suite: &Suite<'_>, found: &Found, policy: &Policy) -> Finding {
    let needed = suite.entry.min_sessions;
    let missing = needed - found.sessions;
    let title = format!("{} was run often enough", suite.name);
    let wanted = format!(
        "at least {}: complete, fresh and fit runs of this commit with the same files",
        count(needed, "session")
    );
    let aside = found
        .aside
        .iter()
        .map(|(code, number)| format!("{number} {code}"));
    let aside: Vec<String> = aside.collect();
    let aside = match aside.is_empty() {
        true => String::new(),
        false => format!("; runs that are none: {}", aside.join(", ")),
    };
    let saw = format!("{}{aside}", count(found.sessions, "session"));
    let next = again(suite, missing, policy);
    let mut told = finding("TOO_FEW_SESSIONS", title).told(wanted, saw, next);
    told.runs = Some(missing);
    about(suite, told)
}

/// So many more runs, where the policy allows them.
fn again(suite: &Suite<'_>, missing: u64, policy: &Policy) -> String {
    let all = complete(suite, policy).len() as u64 + missing;
    if suite.entry.sessions_max.is_some_and(|most| all > most) {
        return beyond(all);
    }
    match missing {
        1 => format!("run {} once more", suite.name),
        _ => format!("run {} {missing} times more", suite.name),
    }
}

/// Of the suite, with its latest run.
fn about(suite: &Suite<'_>, told: Finding) -> Finding {
    let latest = suite.runs.first().map_or("", |run| run.1);
    told.of(suite.name, latest).at(&suite.entry.place)
}

#[cfg(test)]
mod tests;
