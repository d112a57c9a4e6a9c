//! A chaos file joined with its system: every word a probe, an expectation, an action or a validation.

mod actions;
mod discover;
mod journeys;
mod needs;
mod quick;
mod steady;
mod system;
mod validation;

pub use discover::{ChaosEntry, discover_chaos};

use super::{Desk, PlanProblems, source_of, told};
use crate::config::chaos::{ChaosFile, WrittenScenario};
use crate::config::document;
use crate::config::hint;
use crate::config::source::display;
use crate::model::chaos::{ChaosPlan, LoadKind, LoadPlan};
use crate::model::place::{Place, Placed, Problem};
use crate::model::plan::{PerformancePlan, Plan, Profile};
use needs::{Need, Needs};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often a system may be watched until it is at rest, where nothing is written: a busy
/// machine stands still for a moment now and then, and not three times in a row.
const PRE_TRIES: u32 = 3;

/// What is to be planned.
#[derive(Debug, Clone)]
pub struct ChaosRequest {
    /// The chaos file.
    pub file: PathBuf,
    /// Which scenario; may be left out where the file has only one.
    pub scenario: Option<String>,
    /// A system file that takes the place of what the chaos file says or has beside it.
    pub system: Option<PathBuf>,
    /// Whether durations are shortened.
    pub profile: Profile,
}

/// Joins one scenario of a chaos file with its system.
///
/// # Errors
/// Every problem of both files, at once; nothing was started or asked.
pub fn plan_chaos(request: &ChaosRequest) -> Result<Plan, PlanProblems> {
    let mut desk = Desk::default();
    let plan = join(request, &mut desk);
    match plan {
        Some(plan) if desk.problems.is_empty() => Ok(plan),
        _ => Err(told(desk, &request.file)),
    }
}

/// Reads every scenario of a chaos file and plans it in full; the plans, in order of the file.
///
/// # Errors
/// Every problem of the file, of its scenarios and of its system, each once.
pub fn check_chaos(file: &Path) -> Result<Vec<Plan>, PlanProblems> {
    let mut desk = Desk::default();
    let source = desk.read(file);
    let read = source.and_then(|source| document::chaos(&source, &mut desk.problems));
    let scenarios = read.map(|file| file.scenarios).unwrap_or_default();
    let mut plans = Vec::new();
    for scenario in scenarios {
        let request = ChaosRequest {
            file: file.to_owned(),
            scenario: Some(scenario.name.value),
            system: None,
            profile: Profile::Full,
        };
        match plan_chaos(&request) {
            Ok(plan) => plans.push(plan),
            Err(wrong) => {
                desk.problems.extend(wrong.problems);
                desk.sources.extend(wrong.sources);
            }
        }
    }
    if desk.problems.is_empty() {
        return Ok(plans);
    }
    Err(told(desk, file))
}

/// Reads a system file by itself; the number of its services.
///
/// # Errors
/// Every problem of the file.
pub fn check_system(file: &Path) -> Result<usize, PlanProblems> {
    let mut desk = Desk::default();
    match system::alone(file, &mut desk) {
        Some(services) if desk.problems.is_empty() => Ok(services),
        _ => Err(told(desk, file)),
    }
}

fn join(request: &ChaosRequest, desk: &mut Desk) -> Option<Plan> {
    let source = desk.read(&request.file)?;
    let mut file = document::chaos(&source, &mut desk.problems)?;
    let written = file.system.take();
    let found = system::find(request, written, desk)?;
    let scenario = chosen(&file, request, desk)?;
    let joined = journeys::join(request, scenario, &found, desk);
    let (journeys, issuer) = joined.unzip();
    let mut chaos = scenario_plan(&file, scenario, &found, desk, request.profile);
    chaos.journeys = journeys;
    journeys::lasting(&mut chaos);
    Some(Plan {
        suite: chaos.scenario.clone(),
        sources: desk.sources.iter().map(source_of).collect(),
        profile: request.profile,
        environment: Default::default(),
        issuer: issuer.flatten(),
        performance: PerformancePlan::default(),
        chaos: Some(Box::new(chaos)),
        trials: None,
    })
}

fn chosen<'f>(
    file: &'f ChaosFile,
    request: &ChaosRequest,
    desk: &mut Desk,
) -> Option<&'f WrittenScenario> {
    let names = file.scenarios.iter().map(|one| one.name.value.as_str());
    let file_name = display(&request.file);
    let Some(wanted) = &request.scenario else {
        if let [single] = file.scenarios.as_slice() {
            return Some(single);
        }
        let message = format!("`{file_name}` has several scenarios, and none is named");
        desk.problems
            .push(Problem::without_place(message).known(names));
        return None;
    };
    let found = file.scenarios.iter().find(|one| one.name.value == *wanted);
    if found.is_none() {
        let message = format!("no scenario named `{wanted}` in `{file_name}`");
        let mut problem = Problem::without_place(message).known(names.clone());
        problem.help = hint::for_word(wanted, names);
        desk.problems.push(problem);
    }
    found
}

fn scenario_plan(
    file: &ChaosFile,
    scenario: &WrittenScenario,
    found: &system::Found,
    desk: &mut Desk,
    profile: Profile,
) -> ChaosPlan {
    let problems = &mut desk.problems;
    let mut needs = Needs::new(found, problems);
    let mut plan = ChaosPlan {
        scenario: scenario.name.value.clone(),
        hypothesis: scenario.hypothesis.clone(),
        safety: file.safety.clone(),
        system: found.plan().clone(),
        load: scenario.load.clone(),
        journeys: None,
        probes: scenario.probes.clone(),
        steady_state: Vec::new(),
        actions: Vec::new(),
        validation: Vec::new(),
        pre: scenario.pre.unwrap_or(quick::pre(profile)),
        pre_tries: scenario.pre_tries.unwrap_or(PRE_TRIES),
        post: Duration::ZERO,
        seed: scenario.seed,
        place: scenario.name.place.clone(),
    };
    loads(scenario, &mut plan, &mut needs);
    steady::join(scenario, &mut plan, &mut needs);
    actions::join(scenario, &mut plan, found, &mut needs);
    validation::join(scenario, &mut plan, &mut needs);
    needs.services(&scenario.services);
    needs.nowhere(&scenario.name);
    abort_conditions(&plan, scenario, needs.problems);
    plan.post = scenario.post.unwrap_or(validation::longest_wait(&plan));
    if profile == Profile::Quick {
        quick::shorten(&mut plan);
    }
    holds_fit(&plan, scenario, &mut desk.problems);
    validation::enough_decisions(&plan, scenario, &mut desk.problems);
    plan
}

/// Loads that are written need their part of the system; words bring a writer of events with them.
fn loads(scenario: &WrittenScenario, plan: &mut ChaosPlan, needs: &mut Needs<'_, '_>) {
    let ids = plan.load.iter().map(|load| Placed {
        value: load.id.clone(),
        place: load.place.clone(),
    });
    let ids = ids.chain(scenario.journeys.iter().map(|one| one.id.clone()));
    unique("load", &ids.collect::<Vec<_>>(), needs.problems);
    for load in &plan.load {
        let need = match load.kind {
            LoadKind::EventWriter => Need::Events,
            LoadKind::OutboxWriter { .. } => Need::Outbox,
        };
        needs.ask("this load", &load.place, &[need]);
    }
    let first = needs::first_word_of_events(scenario);
    if let (true, Some((word, place))) = (plan.load.is_empty(), first) {
        needs.ask(&word, &place, &[Need::Events]);
        plan.load.push(event_writer(&place));
    }
}

fn event_writer(place: &Place) -> LoadPlan {
    crate::config::chaos::load::event_writer(place)
}

/// Tells every id that is there twice.
fn unique(noun: &str, ids: &[Placed<String>], problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    for id in ids {
        if let Some(earlier) = seen.insert(&id.value, &id.place) {
            let message = format!("a second {noun} named `{}`", id.value);
            let help = format!(
                "the first stands in line {}; give this one an `id` of its own",
                earlier.line
            );
            problems.push(Problem::at(&id.place, message).help(help));
        }
    }
}

/// A name that nothing has, with the names that there are.
fn unknown<'n>(
    noun: &str,
    name: &Placed<String>,
    known: impl Iterator<Item = &'n str> + Clone,
) -> Problem {
    let message = format!("no {noun} named `{}`", name.value);
    let mut problem = Problem::at(&name.place, message).known(known.clone());
    problem.help = hint::for_word(&name.value, known);
    problem
}

/// The ids that a reader may name: written ones and those of words.
fn probe_ids<'p>(
    plan: &'p ChaosPlan,
    scenario: &'p WrittenScenario,
) -> impl Iterator<Item = &'p str> + Clone {
    let written = scenario.probe_ids.iter().map(|id| id.value.as_str());
    let of_words = plan.probes.iter().map(|probe| probe.id.as_str());
    let fresh = of_words.filter(|id| scenario.probe_ids.iter().all(|one| one.value != *id));
    written.chain(fresh)
}

fn abort_conditions(plan: &ChaosPlan, scenario: &WrittenScenario, problems: &mut Vec<Problem>) {
    for condition in &plan.safety.abort_when {
        let name = Placed {
            value: condition.probe.clone(),
            place: condition.place.clone(),
        };
        let mut known = probe_ids(plan, scenario);
        if known.all(|id| id != name.value) {
            problems.push(unknown("probe", &name, probe_ids(plan, scenario)));
        }
    }
}

/// What must hold for a while needs a phase that is as long.
fn holds_fit(plan: &ChaosPlan, scenario: &WrittenScenario, problems: &mut Vec<Problem>) {
    for item in &scenario.steady_state {
        let hold_for = item.hold_for.unwrap_or_default();
        if hold_for > plan.pre {
            let message = format!(
                "`hold_for` is {hold_for:?}, and the system is watched for {:?} only",
                plan.pre
            );
            let help = format!("write `pre: {}s` or more", hold_for.as_secs_f64().ceil());
            problems.push(Problem::at(&item.place, message).help(help));
        }
    }
}

#[cfg(test)]
mod tests;
