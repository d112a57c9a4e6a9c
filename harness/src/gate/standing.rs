//! Which files a decision rests on: bound to the commit, and the one latest attempt of each suite.

use super::finding::{Desk, finding};
use crate::model::decision::{Finding, Question, Standing};
use crate::model::facts::{Content, Input, Refusal, ReportFacts};
use crate::model::verdict::Verdict;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// One attempt at a suite: a report, or a run that ended without one.
struct Attempt<'a> {
    at: usize,
    path: &'a str,
    id: &'a str,
    suite: &'a str,
    started_at: Timestamp,
    report: Option<&'a ReportFacts>,
}

/// Says of every input where it stands; what closes the gate by itself is put down.
pub(super) fn standings(
    question: &Question,
    inputs: &[Input],
    desk: &mut Desk<'_>,
) -> Vec<Standing> {
    let mut standings = vec![Standing::Counted; inputs.len()];
    let mut suites: BTreeMap<&str, Vec<Attempt<'_>>> = BTreeMap::new();
    for (at, input) in inputs.iter().enumerate() {
        if let Content::Refused(refusal) = &input.content {
            standings[at] = Standing::Refused;
            desk.no_evidence(refused(input, refusal));
        }
        let Some(attempt) = attempt(at, input) else {
            continue;
        };
        let commit = commit(input);
        if !is_bound(commit, question, desk.policy.subject.git_required) {
            standings[at] = Standing::OtherCommit;
            continue;
        }
        suites.entry(attempt.suite).or_default().push(attempt);
    }
    twice(&suites, desk);
    for attempts in suites.values_mut() {
        attempts.sort_by_key(|attempt| (attempt.started_at, attempt.at));
        latest(attempts, &mut standings, desk);
    }
    standings
}

fn attempt(at: usize, input: &Input) -> Option<Attempt<'_>> {
    let path = input.path.as_str();
    match &input.content {
        Content::Report(facts) => Some(Attempt {
            at,
            path,
            id: &facts.id,
            suite: &facts.suite,
            started_at: facts.started_at,
            report: Some(facts),
        }),
        Content::Abandoned(facts) => Some(Attempt {
            at,
            path,
            id: &facts.id,
            suite: &facts.suite,
            started_at: facts.started_at,
            report: None,
        }),
        Content::JUnit(_) | Content::Refused(_) => None,
    }
}

fn commit(input: &Input) -> Option<&str> {
    match &input.content {
        Content::Report(facts) => facts.commit.as_deref(),
        Content::Abandoned(facts) => facts.commit.as_deref(),
        Content::JUnit(_) | Content::Refused(_) => None,
    }
}

fn is_bound(commit: Option<&str>, question: &Question, required: bool) -> bool {
    match commit {
        Some(commit) => commit.eq_ignore_ascii_case(&question.commit),
        None => !required,
    }
}

fn refused(input: &Input, refusal: &Refusal) -> Finding {
    let next = format!(
        "run the suite again, or take `{}` away and say why",
        input.path
    );
    let mut told = finding(&refusal.code, format!("{} cannot be believed", input.path)).told(
        "evidence as it was written",
        refusal.detail.as_str(),
        next,
    );
    told.input = Some(input.path.clone());
    told
}

/// Two attempts with one id are one run, copied or made up.
fn twice(suites: &BTreeMap<&str, Vec<Attempt<'_>>>, desk: &mut Desk<'_>) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for attempt in suites.values().flatten() {
        if let Some(first) = seen.insert(attempt.id, attempt.path) {
            let saw = format!("run {} is in {first} and in {}", attempt.id, attempt.path);
            desk.no_evidence(ambiguous(attempt, saw));
        }
    }
}

fn ambiguous(attempt: &Attempt<'_>, saw: String) -> Finding {
    let title = format!("{} has one latest attempt", attempt.suite);
    let next = "keep the folder of the run that is meant and take the other one away";
    finding("AMBIGUOUS", title)
        .told("one report for one suite and attempt", saw, next)
        .of(attempt.suite, attempt.path)
}

/// The last attempt counts, where it is clear which one that is.
fn latest(attempts: &[Attempt<'_>], standings: &mut [Standing], desk: &mut Desk<'_>) {
    let Some((last, earlier)) = attempts.split_last() else {
        return;
    };
    for attempt in earlier {
        standings[attempt.at] = Standing::Superseded;
    }
    for pair in attempts.windows(2) {
        if let [before, after] = pair
            && let Some(why) = unordered(before, after)
        {
            desk.no_evidence(ambiguous(after, why));
        }
    }
    match last.report {
        None => desk.no_evidence(abandoned(last)),
        Some(report) => {
            if let Some(other) = earlier.iter().find(|before| differs(before, report)) {
                let saw = format!(
                    "{} and {} were told to test different things",
                    other.path, last.path
                );
                desk.no_evidence(ambiguous(last, saw));
            }
            flaky(report, last, earlier, desk);
        }
    }
}

/// Why two attempts do not follow each other.
fn unordered(before: &Attempt<'_>, after: &Attempt<'_>) -> Option<String> {
    let ended = before.report.and_then(|report| report.finished_at);
    if before.started_at == after.started_at {
        return Some(format!(
            "{} and {} began at the same moment",
            before.path, after.path
        ));
    }
    let overlap = ended.is_some_and(|ended| ended > after.started_at);
    overlap.then(|| format!("{} and {} ran at the same time", before.path, after.path))
}

/// An attempt at something else is no earlier attempt. One that could not release
/// anything by itself, as of a changed work tree, was none to begin with.
fn differs(before: &Attempt<'_>, last: &ReportFacts) -> bool {
    before.report.is_some_and(|report| {
        let other = report.config != last.config || report.kind != last.kind;
        report.unfit_reasons.is_empty() && other
    })
}

fn abandoned(last: &Attempt<'_>) -> Finding {
    let title = format!("the latest run of {} came to its end", last.suite);
    let saw = format!(
        "{} has evidence and no report: it was killed or interrupted",
        last.path
    );
    finding("ABANDONED", title)
        .told("a report of the latest attempt", saw, again(last.suite))
        .of(last.suite, last.path)
}

fn again(suite: &str) -> String {
    format!("run {suite} again")
}

/// A suite that passed only after another attempt did not.
fn flaky(report: &ReportFacts, last: &Attempt<'_>, earlier: &[Attempt<'_>], desk: &mut Desk<'_>) {
    let bad = |attempt: &&Attempt<'_>| {
        attempt
            .report
            .is_none_or(|report| report.unfit_reasons.is_empty() && report.verdict > Verdict::Warn)
    };
    let failed = earlier.iter().filter(bad).count();
    if failed == 0 || report.verdict > Verdict::Warn {
        return;
    }
    let title = format!("{} passes every time", last.suite);
    let saw = format!(
        "{failed} of {} attempts on this commit did not pass",
        earlier.len() + 1
    );
    let next = "find out what differed; the evidence of every attempt is kept";
    let told = finding("FLAKY", title)
        .told("the same verdict from every attempt", saw, next)
        .of(last.suite, last.path);
    desk.outcome(desk.policy.outcomes.flaky, told);
}
