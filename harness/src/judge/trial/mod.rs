//! Checks of black-box suites: facts held against what they have to be, twins, waivers.

mod fact;
mod waiver;

use super::case::Case;
use super::check::Check;
use super::outcome::{Outcome, Promise};
use super::words;
use crate::model::check::{CheckClass, Severity};
use crate::model::evidence::Event;
use crate::model::trial::plan::{Asks, ListedCheck, TrialPlan};
use crate::model::trial::{Level, Trial, TrialEvent};
use crate::model::verdict::Verdict;
use fact::Decided;

/// Every check of the plan, and every waiver that was not needed.
pub(super) fn checks<'a>(case: &'a Case<'a>) -> Vec<Check<'a>> {
    let Some(plan) = case.evidence.started.plan.trials.as_deref() else {
        return Vec::new();
    };
    if plan.checks.is_empty() {
        let promise = Promise::new("run/asked", class(&plan.asks), "something is asked");
        let nothing = || Outcome::error("NOTHING_ASKED", "the suite has no checks");
        return vec![Check::new(promise.at(&plan.place), nothing)];
    }
    let listed = plan.checks.iter().map(|check| of(case, plan, check));
    let listed = listed.chain(all_skipped(case, plan));
    listed.chain(waiver::unused(case, plan)).collect()
}

/// An error where nothing but skipped checks is left: no data is never a pass.
fn all_skipped<'a>(case: &'a Case<'a>, plan: &'a TrialPlan) -> Option<Check<'a>> {
    let is_skipped = |check| decide(case, plan, check).verdict == Verdict::Skipped;
    plan.checks.iter().all(is_skipped).then(|| {
        let promise = Promise::new("run/asked", class(&plan.asks), "something is asked");
        let nothing = || Outcome::error("NOTHING_ASKED", "every check was skipped");
        Check::new(promise.at(&plan.place), nothing)
    })
}

/// What the runner wants readers to know.
pub(super) fn notes(case: &Case<'_>) -> Vec<String> {
    let texts = events(case).filter_map(|event| match event {
        TrialEvent::Note { text } => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

fn of<'a>(case: &'a Case<'a>, plan: &'a TrialPlan, check: &'a ListedCheck) -> Check<'a> {
    let promise = Promise::new(&check.id, class(&plan.asks), &check.meaning)
        .asked_by(&check.source)
        .at(&plan.place)
        .of_severity(severity(plan, check.level));
    Check::new(promise, move || {
        waiver::applied(case, plan, check, decide(case, plan, check))
    })
}

pub(super) fn class(asks: &Asks) -> CheckClass {
    match asks {
        Asks::Auth(_) | Asks::Github(_) => CheckClass::Contract,
        Asks::Reasoning(_) => CheckClass::Reasoning,
        Asks::Drift(_) => CheckClass::Drift,
        Asks::Guard(_) => CheckClass::Guard,
    }
}

fn severity(plan: &TrialPlan, level: Level) -> Severity {
    match level {
        Level::Should if !plan.strict => Severity::Warn,
        _ => Severity::Block,
    }
}

fn events<'a>(case: &'a Case<'a>) -> impl Iterator<Item = &'a TrialEvent> {
    case.evidence
        .events
        .iter()
        .filter_map(|timed| match &timed.event {
            Event::Trial(event) => Some(event),
            _ => None,
        })
}

/// Everything seen of one check.
#[derive(Default)]
struct Seen<'a> {
    trials: Vec<&'a Trial>,
    not_run: Option<&'a str>,
    inconclusive: Option<&'a str>,
}

fn seen<'a>(case: &'a Case<'a>, id: &str) -> Seen<'a> {
    let mut seen = Seen::default();
    for event in events(case) {
        match event {
            TrialEvent::Trial(trial) if trial.check == id => seen.trials.push(trial),
            TrialEvent::NotRun { check, reason } if check == id => seen.not_run = Some(reason),
            TrialEvent::Inconclusive { check, reason } if check == id => {
                seen.inconclusive = Some(reason);
            }
            _ => {}
        }
    }
    seen
}

/// The verdict of one check: its worst trial.
fn decide(case: &Case<'_>, plan: &TrialPlan, check: &ListedCheck) -> Outcome {
    if let Some(signal) = case.evidence.interrupted() {
        let text = format!("the run was interrupted by {signal}; nothing of it is judged");
        return Outcome::error("NOT_EXECUTED", text).next("run the suite again");
    }
    let seen = seen(case, &check.id);
    let mut trials: Vec<(Decided, &Trial)> = seen
        .trials
        .iter()
        .map(|trial| (fact::trial(trial), *trial))
        .collect();
    trials.sort_by_key(|(decided, _)| std::cmp::Reverse(decided.verdict));
    let worst = trials.first();
    match (worst, seen.inconclusive, seen.not_run) {
        (Some((decided, trial)), _, _) if decided.verdict == Verdict::Fail => {
            failed(plan, check, &trials, decided, trial)
        }
        (_, Some(reason), _) => Outcome::error("INCONCLUSIVE", reason)
            .next("mend what kept the harness from looking, then run the suite again"),
        (Some((decided, trial)), None, _) => settled(plan, check, &trials, decided, trial),
        (None, None, Some(reason)) => not_run(plan, check, reason),
        (None, None, None) => not_executed(case),
    }
}

fn settled(
    plan: &TrialPlan,
    check: &ListedCheck,
    trials: &[(Decided, &Trial)],
    worst: &Decided,
    trial: &Trial,
) -> Outcome {
    let text = format!("{}: {}", trial.case, worst.saw);
    match worst.verdict {
        Verdict::Error => Outcome::error(worst.code.unwrap_or("INCONCLUSIVE"), text)
            .wanted(&worst.wanted)
            .next("look at the target's log, then run the suite again"),
        Verdict::Warn => failed(plan, check, trials, worst, trial),
        _ => {
            let facts: usize = trials.iter().map(|(_, trial)| trial.facts.len()).sum();
            let twins: usize = trials.iter().map(|(_, trial)| trial.twins.len()).sum();
            let first = trials
                .first()
                .map_or(String::new(), |(decided, _)| decided.wanted.clone());
            let mut saw = format!(
                "{} over {}",
                words::counted(facts as u64, "fact"),
                words::counted(trials.len() as u64, "case"),
            );
            if twins > 0 {
                saw += &format!(", {} accepted", words::counted(twins as u64, "twin"));
            }
            Outcome {
                samples: Some(facts as u64),
                ..Outcome::pass(saw)
            }
            .wanted(first)
        }
    }
}

/// A failure: of a `should`, or of a fact that is only one, it is a warning unless the run is strict.
fn failed(
    plan: &TrialPlan,
    check: &ListedCheck,
    trials: &[(Decided, &Trial)],
    worst: &Decided,
    trial: &Trial,
) -> Outcome {
    let bad = trials
        .iter()
        .filter(|(decided, _)| decided.verdict >= Verdict::Warn)
        .count();
    let mut text = format!("{}: {}", trial.case, worst.saw);
    if bad > 1 {
        text += &format!(" (and {} more of {} cases)", bad - 1, trials.len());
    }
    let soft = worst.verdict == Verdict::Warn || check.level == Level::Should;
    let outcome = match soft && !plan.strict {
        true => Outcome::warn("SHOULD_FAILED", text),
        false => Outcome::fail(worst.code.unwrap_or("CHECK_FAILED"), text),
    };
    let outcome = outcome.wanted(&worst.wanted);
    match &trial.curl {
        Some(curl) => outcome.next(curl.clone()),
        None => outcome,
    }
}

/// Not asked: what the target does not declare. In a strict run a must that was not asked fails.
fn not_run(plan: &TrialPlan, check: &ListedCheck, reason: &str) -> Outcome {
    match plan.strict && check.level == Level::Must {
        true => Outcome::fail("NOT_RUN", format!("not asked: {reason}")),
        false => Outcome {
            verdict: Verdict::Skipped,
            ..Outcome::error("NOT_RUN", reason)
        },
    }
}

fn not_executed(case: &Case<'_>) -> Outcome {
    let text = match (case.environment_failed(), case.evidence.is_complete()) {
        (Some(failed), _) => failed,
        (None, false) => "the run was killed before this was asked".to_owned(),
        (None, true) => "nothing was written about this check".to_owned(),
    };
    Outcome::error("NOT_EXECUTED", text).next("run the suite again")
}

#[cfg(test)]
mod tests;
