//! Waivers: a failed check that somebody answers for, so large and so long, is told and not forgotten.

use super::evaluate::{Truth, truth};
use super::finding::{Desk, finding};
use super::required::Counted;
use crate::model::decision::{Answer, Finding, State, WaiverOutcome, WaiverState};
use crate::model::facts::CheckFacts;
use crate::model::policy::{Policy, Waiver};
use jiff::civil::Date;

/// Applies waivers to failed checks; nothing but a failed check can be waived.
pub(super) fn waive(
    today: Date,
    list: &mut [WaiverOutcome],
    reports: &[Counted<'_>],
    desk: &mut Desk<'_>,
) {
    for outcome in list.iter_mut() {
        outcome.forgave.clear();
        outcome.state = standing(outcome, today, desk.policy);
    }
    for told in &mut desk.findings {
        let Some(check) = failed(told, reports) else {
            continue;
        };
        for outcome in list.iter_mut() {
            if means(&outcome.waiver, told) {
                one(outcome, told, check);
            }
        }
    }
    for outcome in list.iter() {
        if outcome.state != WaiverState::Used {
            idle(outcome, desk);
        }
    }
}

/// What can be said of a waiver before it meets a check.
fn standing(outcome: &WaiverOutcome, today: Date, policy: &Policy) -> WaiverState {
    let waiver = &outcome.waiver;
    if !policy.waiver_owners.contains(&waiver.owner) {
        WaiverState::NotAllowed
    } else if waiver.expires < today {
        WaiverState::Expired
    } else if waiver.created > today {
        WaiverState::NotYet
    } else if outcome.history.came_with_code != Answer::No && !policy.self_waive {
        WaiverState::SelfWaived
    } else if waiver.commits.is_some() && outcome.history.in_range != Answer::Yes {
        WaiverState::OutOfRange
    } else {
        WaiverState::Unused
    }
}

fn means(waiver: &Waiver, told: &Finding) -> bool {
    let suite = waiver.suite.as_deref();
    Some(waiver.check.as_str()) == told.check.as_deref()
        && suite.is_none_or(|suite| Some(suite) == told.suite.as_deref())
}

/// The check behind a failure.
fn failed<'a>(told: &Finding, reports: &[Counted<'a>]) -> Option<&'a CheckFacts> {
    if told.state != State::Fail {
        return None;
    }
    let (id, input) = (told.check.as_deref()?, told.input.as_deref()?);
    let at = reports
        .binary_search_by(|(_, path)| path.cmp(&input))
        .ok()?;
    reports[at].0.checks.iter().find(|check| check.id == id)
}

fn one(outcome: &mut WaiverOutcome, told: &mut Finding, check: &CheckFacts) {
    let id = &outcome.waiver.id;
    let able = matches!(
        outcome.state,
        WaiverState::Unused | WaiverState::Used | WaiverState::Exceeded
    );
    if !able {
        told.next = format!("{}; waiver {id} {}", told.next, why(outcome));
        return;
    }
    if truth(&outcome.waiver.limit.expression, check) != Truth::True {
        if outcome.state == WaiverState::Unused {
            outcome.state = WaiverState::Exceeded;
        }
        told.next = format!(
            "{}; waiver {id} forgives only `{}`",
            told.next, outcome.waiver.limit
        );
        return;
    }
    outcome.state = WaiverState::Used;
    let suite = told.suite.as_deref().unwrap_or_default();
    let forgiven = format!("{suite}: {}", check.id);
    if !outcome.forgave.contains(&forgiven) {
        outcome.forgave.push(forgiven);
    }
    told.state = State::Waived;
    told.exit_code = 0;
    told.waiver = Some(id.clone());
}

/// Why a waiver forgives nothing.
fn why(outcome: &WaiverOutcome) -> String {
    let waiver = &outcome.waiver;
    let unsure = |answer, sure: &str, unsure: &str| match answer {
        Answer::Unknown => unsure.to_owned(),
        _ => sure.to_owned(),
    };
    match outcome.state {
        WaiverState::Used => "is used".to_owned(),
        WaiverState::Unused => "has nothing to forgive".to_owned(),
        WaiverState::Expired => format!("expired on {}", waiver.expires),
        WaiverState::NotYet => format!("begins on {}", waiver.created),
        WaiverState::NotAllowed => format!(
            "is signed by {}, who is not among `waiver_owners`",
            waiver.owner
        ),
        WaiverState::SelfWaived => unsure(
            outcome.history.came_with_code,
            "came in one commit with the code that it excuses",
            "may have come with the code that it excuses: the history of the repository does not say",
        ),
        WaiverState::OutOfRange => unsure(
            outcome.history.in_range,
            "holds for other commits",
            "may hold for other commits: the history of the repository does not say",
        ),
        WaiverState::Exceeded => format!("forgives only `{}`", waiver.limit),
    }
}

/// A waiver that does nothing is told: it should go, or it is not what its writer thinks.
fn idle(outcome: &WaiverOutcome, desk: &mut Desk<'_>) {
    let waiver = &outcome.waiver;
    let code = match outcome.state {
        WaiverState::Expired => "WAIVER_EXPIRED",
        WaiverState::Unused => "WAIVER_UNUSED",
        _ => "WAIVER_VOID",
    };
    let saw = format!("it {}", why(outcome));
    let next = match outcome.state {
        WaiverState::Unused | WaiverState::Expired => "take it out of the file",
        _ => "correct it, or take it out of the file",
    };
    let mut told = finding(
        code,
        format!("waiver {} for {} is needed", waiver.id, waiver.check),
    )
    .told("a waiver that forgives something", saw, next)
    .at(&waiver.place);
    told.waiver = Some(waiver.id.clone());
    desk.warn(told);
}
