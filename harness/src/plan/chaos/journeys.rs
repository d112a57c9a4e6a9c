//! Users beside a story: the scenario and the targets that a load of the kind `journey` names.

use super::system::Found;
use super::{ChaosRequest, unknown};
use crate::config::address;
use crate::config::chaos::WrittenScenario;
use crate::config::chaos::journey::WrittenJourneys;
use crate::config::document;
use crate::config::source::display;
use crate::config::suite::Setting;
use crate::model::chaos::{ActionStart, ChaosPlan, JourneyPlan};
use crate::model::load::{Endpoint, Scenario, Target};
use crate::model::place::{Placed, Problem};
use crate::model::plan::IssuerPlan;
use crate::plan::setting::no_issuer;
use crate::plan::{Desk, scenarios, stem};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What every phase and every fault may take longer than planned.
const SLACK: Duration = Duration::from_secs(120);

/// Joins the load of users with its files; `None` where there is none, or it cannot be read.
pub(super) fn join(
    request: &ChaosRequest,
    written: &WrittenScenario,
    found: &Found,
    desk: &mut Desk,
) -> Option<(JourneyPlan, Option<IssuerPlan>)> {
    let first = written.journeys.first()?;
    for second in &written.journeys[1..] {
        let message = "a second load of users";
        let help = "name several targets in the `slos` of the first one";
        desk.problems
            .push(Problem::at(&second.place, message).help(help));
    }
    let scenario = scenarios::beside_chaos(&first.scenario, &request.file, desk);
    if let Some(scenario) = &scenario {
        desk.problems.extend(endless(scenario, first));
    }
    let (setting, home) = read(first, &request.file, desk)?;
    let targets = targets(first, &setting, &home, desk);
    for target in &targets {
        desk.problems.extend(nowhere(target, found));
    }
    if setting.issuer.is_none() {
        let wanted = setting.wants_issuer.iter();
        desk.problems.extend(wanted.map(no_issuer));
    }
    let plan = JourneyPlan {
        id: first.id.value.clone(),
        scenario: scenario?,
        targets,
        slos: first.slos.clone(),
        phases: first.phases.clone(),
        hold_for: first.hold_for,
        minimum_requests: first.minimum_requests,
        seed: written.seed,
        place: first.place.clone(),
    };
    Some((plan, setting.issuer))
}

/// The story decides how long it lasts: the load must be able to last as long.
pub(super) fn lasting(plan: &mut ChaosPlan) {
    let actions = plan.actions.iter().map(|action| {
        let start = match &action.start {
            ActionStart::At(at) => *at,
            ActionStart::After { wait, .. } => *wait,
        };
        start + action.lasts + SLACK
    });
    let longest = plan.pre + plan.post + actions.sum::<Duration>() + SLACK;
    if let Some(journeys) = &mut plan.journeys {
        journeys.scenario.duration = journeys.scenario.warmup + longest;
    }
}

/// Stages have an end of their own, and nobody knows when the faults are over.
fn endless(scenario: &Scenario, written: &WrittenJourneys) -> Option<Problem> {
    let message = format!("the scenario `{}` has stages", scenario.name);
    let help = "beside a story users come and stay: name one with `concurrent_users`";
    let problem = Problem::at(&written.scenario.place, message).help(help);
    (!scenario.stages.is_empty()).then_some(problem)
}

fn read(written: &WrittenJourneys, file: &Path, desk: &mut Desk) -> Option<(Setting, PathBuf)> {
    let beside = file.with_file_name(format!("{}.targets.yaml", stem(file)));
    let path = match &written.targets {
        Some(name) => file.with_file_name(&name.value),
        None => beside,
    };
    if !path.is_file() {
        let place = written
            .targets
            .as_ref()
            .map_or(&written.place, |name| &name.place);
        let message = format!("no file `{}` with what users send", display(&path));
        let help = "write it:\n\ntargets:\n  api:\n    base_url: service://api:8000\n    journeys:\n      - name: read\n        steps:\n          - path: /";
        desk.problems.push(Problem::at(place, message).help(help));
        return None;
    }
    let source = desk.read(&path)?;
    let setting = document::targets(&source, &mut desk.problems)?;
    if let Some(place) = setting.sections.get("environment") {
        let message = "a chaos scenario starts nothing itself";
        let help = "take `environment` out, and give targets a `base_url`";
        desk.problems.push(Problem::at(place, message).help(help));
    }
    Some((setting, path))
}

/// The targets of the services that have limits, in order of name.
fn targets(
    written: &WrittenJourneys,
    setting: &Setting,
    home: &Path,
    desk: &mut Desk,
) -> Vec<Target> {
    let mut targets = Vec::new();
    for service in &written.services {
        match setting.targets.get(&service.value) {
            Some((_, Some(target))) => targets.push(target.clone()),
            // Its problems were told where it was read.
            Some((_, None)) => {}
            None => {
                let known = setting.targets.keys().map(String::as_str);
                let mut problem = unknown("target", service, known);
                problem.message = format!("{} in `{}`", problem.message, display(home));
                desk.problems.push(problem);
            }
        }
    }
    targets.sort_by(|a, b| a.name.cmp(&b.name));
    targets
}

/// A target that no chaos scenario can reach.
fn nowhere(target: &Target, found: &Found) -> Option<Problem> {
    match &target.endpoint {
        Endpoint::Service(name) => {
            let message = format!("`{}` names a service of a suite", target.name);
            let help =
                format!("write `base_url: service://{name}:PORT`, the port in its container");
            Some(Problem::at(&target.place, message).help(help))
        }
        Endpoint::Url(url) => {
            let name = Placed {
                value: address::service(url)?.to_owned(),
                place: target.place.clone(),
            };
            let services = &found.plan().services;
            let known = services.keys().map(String::as_str);
            let missing = found.is_there() && !services.contains_key(&name.value);
            missing.then(|| unknown("service", &name, known))
        }
    }
}
