//! A black-box suite joined with its catalogue: every check that has to be decided, by id.

mod drift;
mod reasoning;

use super::{Desk, PlanRequest, source_of, stem};
use crate::config::document;
use crate::config::hint;
use crate::config::source::SourceText;
use crate::config::trial::{TrialFile, TrialKind};
use crate::model::place::{Place, Problem};
use crate::model::plan::{PerformancePlan, Plan};
use crate::model::trial::plan::{Asks, ListedCheck, TrialPlan};
use crate::runners;

/// Joins a black-box suite that was read.
pub(super) fn join(
    request: &PlanRequest,
    kind: TrialKind,
    source: &SourceText,
    desk: &mut Desk,
) -> Option<Plan> {
    let file = document::trial(source, kind, &mut desk.problems)?;
    let TrialFile {
        environment,
        target,
        asks,
        strict,
        waivers,
        place,
        ..
    } = file;
    let mut asks = asks?;
    if let Asks::Reasoning(plan) = &mut asks {
        reasoning::own_cases(plan, desk);
        desk.problems.extend(runners::reasoning::problems(plan));
    }
    if let Asks::Drift(plan) = &mut asks {
        drift::read_declared(plan, desk);
    }
    let listed = catalogue(&asks);
    let known: Vec<&str> = listed.iter().map(|check| check.id.as_str()).collect();
    for waiver in &waivers {
        desk.problems
            .extend(unknown(&waiver.check, &waiver.place, &known));
    }
    for id in request
        .only
        .iter()
        .filter(|id| !known.contains(&id.as_str()))
    {
        let message = format!("no check named `{id}` in `{}`", stem(&request.suite));
        desk.problems
            .push(Problem::without_place(message).known(known.iter().copied()));
    }
    let total = listed.len();
    let checks: Vec<ListedCheck> = listed
        .into_iter()
        .filter(|check| asked(request, check))
        .collect();
    Some(Plan {
        suite: stem(&request.suite),
        sources: desk.sources.iter().map(source_of).collect(),
        profile: request.profile,
        environment,
        issuer: None,
        performance: PerformancePlan::default(),
        chaos: None,
        trials: Some(Box::new(TrialPlan {
            asks,
            target: target?,
            strict: strict || request.strict,
            partial: checks.len() < total,
            checks,
            waivers,
            place,
        })),
    })
}

fn asked(request: &PlanRequest, check: &ListedCheck) -> bool {
    request.only.is_empty() || request.only.contains(&check.id)
}

fn unknown(id: &str, place: &Place, known: &[&str]) -> Option<Problem> {
    let mut problem = Problem::at(place, format!("no check named `{id}`"));
    problem.help = hint::for_word(id, known.iter().copied());
    (!known.contains(&id)).then_some(problem)
}

/// Every check of the suite's catalogue, in its order.
fn catalogue(asks: &Asks) -> Vec<ListedCheck> {
    match asks {
        Asks::Auth(plan) => runners::contract::auth::listed(plan),
        Asks::Github(plan) => runners::contract::github::listed(plan),
        Asks::Guard(plan) => runners::contract::guard::listed(plan),
        Asks::Reasoning(plan) => runners::reasoning::listed(plan),
        Asks::Drift(plan) => runners::drift::listed(plan),
    }
}
