//! Whether the run happened as planned, to its end, and its numbers agree with each other.

use super::Check;
use crate::judge::case::Case;
use crate::judge::measured::Measured;
use crate::judge::outcome::{Outcome, Promise};
use crate::judge::words;
use crate::model::check::CheckClass;
use crate::model::evidence::{Event, FailureClass, all_failed};
use crate::model::load::Scenario;
use std::collections::BTreeMap;

/// The environment, the end of the run, every scenario, and every target in it.
pub(super) fn checks<'a>(case: &'a Case<'a>) -> Vec<Check<'a>> {
    let mut checks = vec![Check::new(finished_promise(), move || finished(case))];
    if has_environment(case) {
        let promise = environment_promise();
        checks.push(Check::new(promise, move || environment(case)));
    }
    checks.extend(case.plan().scenarios.iter().map(|scenario| {
        Check::new(completed_promise(scenario), move || {
            completed(case, scenario)
        })
    }));
    for (scenario, service) in case.pairs() {
        checks.push(of_service(case, scenario, service, "answered", answered));
        checks.push(of_service(
            case,
            scenario,
            service,
            "consistent",
            consistent,
        ));
    }
    checks
}

/// A chaos suite may start nothing itself: its guards look at what they find running.
fn has_environment(case: &Case<'_>) -> bool {
    let plan = &case.evidence.started.plan;
    plan.chaos.is_none() && plan.trials.is_none()
        || !plan.environment.services.is_empty()
        || case.environment_failed().is_some()
}

fn environment_promise() -> Promise {
    let title = "the environment comes up and stays up";
    Promise::new("run/environment", CheckClass::Run, title)
        .wants("every service up until the end", None)
}

fn environment(case: &Case<'_>) -> Outcome {
    if let Some(reason) = case.environment_failed() {
        return Outcome::error("ENVIRONMENT_FAILED", reason)
            .next("mend the environment, then run the suite again");
    }
    let died: Vec<String> = case.evidence.events.iter().filter_map(death).collect();
    if !died.is_empty() {
        return Outcome::fail("SERVICE_DIED", died.join("; "))
            .next("read the end of the service's own output");
    }
    let up = case
        .evidence
        .events
        .iter()
        .find_map(|timed| match &timed.event {
            Event::EnvironmentUp { services } => Some(services.len() as u64),
            _ => None,
        });
    match up {
        Some(services) => Outcome::pass(format!("{} up", words::counted(services, "service"))),
        None => {
            let text = "nothing was written about the environment";
            Outcome::error("NOT_EXECUTED", text).next("run the suite again")
        }
    }
}

fn death(timed: &crate::model::evidence::Timed) -> Option<String> {
    match &timed.event {
        Event::ServiceDied { service, detail } => Some(format!(
            "{service} ended by itself {:.0} s into the run: {detail}",
            timed.t_us as f64 / 1e6
        )),
        _ => None,
    }
}

fn finished_promise() -> Promise {
    let title = "the run comes to its end";
    Promise::new("run/finished", CheckClass::Run, title).wants("a record of the run's end", None)
}

fn finished(case: &Case<'_>) -> Outcome {
    let last = case.evidence.events.last().map_or(0, |timed| timed.t_us);
    if let Some(signal) = case.evidence.interrupted() {
        let text = format!("interrupted by {signal}; nothing of the run is judged");
        return Outcome::error("INTERRUPTED", text).next("run the suite again");
    }
    if !case.evidence.is_complete() {
        let text = format!(
            "the run was killed: its evidence stops after {}",
            words::seconds(last as f64 / 1e6)
        );
        return Outcome::error("RUN_KILLED", text).next("run the suite again");
    }
    Outcome::pass(format!("ended after {}", words::seconds(last as f64 / 1e6)))
}

fn completed_promise(scenario: &Scenario) -> Promise {
    let id = format!("run/{}/completed", scenario.name);
    let title = format!("{} runs to its end", scenario.name);
    Promise::new(id, CheckClass::Run, title)
        .in_scenario(&scenario.name)
        .wants("start, steady phase and end", None)
        .at(&scenario.place)
}

fn completed(case: &Case<'_>, scenario: &Scenario) -> Outcome {
    if let Err(missing) = case.finished(&scenario.name) {
        return missing.into();
    }
    let seen = case.scenarios.get(scenario.name.as_str());
    match seen.map(|seen| (seen.started_us, seen.steady_us)) {
        Some((Some(_), Some(_))) => Outcome::pass("start, steady phase and end"),
        _ => Outcome::error(
            "EVIDENCE_INCONSISTENT",
            "it ended, but its start or its steady phase was never written down",
        )
        .next("run the suite again"),
    }
}

type Rule = fn(&Measured<'_>) -> Outcome;

fn of_service<'a>(
    case: &'a Case<'a>,
    scenario: &'a Scenario,
    service: &'a str,
    rule: &str,
    decide: Rule,
) -> Check<'a> {
    let id = format!("{service}/{}/requests/{rule}", scenario.name);
    let (title, wanted) = match rule {
        "answered" => ("answers", "at least one answer"),
        _ => ("numbers agree", "totals equal to the sum of their seconds"),
    };
    let title = format!("{service} {title} in {}", scenario.name);
    let promise = Promise::new(id, CheckClass::Run, title)
        .in_scenario(&scenario.name)
        .of_service(service)
        .wants(wanted, None);
    Check::new(promise, move || {
        match case.measured(&scenario.name, service) {
            Ok(measured) => decide(measured),
            Err(missing) => missing.into(),
        }
    })
}

fn answered(measured: &Measured<'_>) -> Outcome {
    let requests = measured.tally.requests;
    let told = words::counted(requests, "request");
    let next = "see the first failures and the service's own output";
    if requests == 0 {
        let text = "no request was finished in the steady phase";
        return Outcome::error("ZERO_REQUESTS", text).next(next);
    }
    if measured.tally.answered() == 0 {
        let text = format!("none of {told} was answered");
        return Outcome::error("TARGET_NEVER_ANSWERED", text).next(next);
    }
    let answered = words::count(measured.tally.answered());
    Outcome::pass(format!("{answered} of {told} answered")).measured(requests as f64, requests)
}

/// The totals and the windows are counted apart, so that neither can hide a loss.
fn consistent(measured: &Measured<'_>) -> Outcome {
    let windows = measured.windows.iter();
    let requests = windows
        .clone()
        .map(|window| window.requests)
        .fold(0, u64::saturating_add);
    let mut failures: BTreeMap<FailureClass, u64> = BTreeMap::new();
    for (class, n) in windows.flat_map(|window| &window.failures) {
        let sum = failures.entry(*class).or_default();
        *sum = sum.saturating_add(*n);
    }
    let total = measured.tally;
    let seen = |class: &FailureClass| failures.get(class).copied().unwrap_or(0);
    let said = |class: &FailureClass| total.failures.get(class).copied().unwrap_or(0);
    let agree = FailureClass::ALL
        .iter()
        .all(|class| seen(class) == said(class));
    let told = format!(
        "{} with {} failed in total, {} with {} failed in {} steady windows",
        words::counted(total.requests, "request"),
        words::count(total.failed()),
        words::counted(requests, "request"),
        words::count(all_failed(&failures)),
        measured.windows.len(),
    );
    if requests != total.requests || !agree {
        return Outcome::error("EVIDENCE_INCONSISTENT", told)
            .next("report it with this run's evidence");
    }
    Outcome::pass(told)
}

#[cfg(test)]
mod tests {
    use crate::judge::testdata::{self, verdict_and_code as of};
    use crate::model::evidence::Event;

    #[test]
    fn a_run_as_planned() {
        let evidence = testdata::pass();
        for id in [
            "run/environment",
            "run/finished",
            "run/typical_load/completed",
            "search/typical_load/requests/answered",
            "search/typical_load/requests/consistent",
        ] {
            assert_eq!(of(&evidence, id), ("pass", None), "{id}");
        }
    }

    #[test]
    fn no_evidence_is_an_error() {
        let killed = testdata::killed();
        assert_eq!(of(&killed, "run/finished"), ("error", Some("RUN_KILLED")));
        let completed = "run/typical_load/completed";
        assert_eq!(of(&killed, completed), ("error", Some("NOT_EXECUTED")));
        let down = testdata::never_up();
        assert_eq!(
            of(&down, "run/environment"),
            ("error", Some("ENVIRONMENT_FAILED"))
        );
        let stopped = testdata::interrupted();
        assert_eq!(of(&stopped, "run/finished"), ("error", Some("INTERRUPTED")));
        let mut empty = testdata::pass();
        empty.events.truncate(1);
        assert_eq!(
            of(&empty, "run/environment"),
            ("error", Some("NOT_EXECUTED"))
        );
    }

    #[test]
    fn a_service_that_died_fails_the_run() {
        let mut evidence = testdata::pass();
        let service = "search".to_owned();
        let detail = "exit status 101".to_owned();
        testdata::before_end(&mut evidence, Event::ServiceDied { service, detail });
        assert_eq!(
            of(&evidence, "run/environment"),
            ("fail", Some("SERVICE_DIED"))
        );
    }

    #[test]
    fn a_lost_window_is_noticed() {
        let mut evidence = testdata::pass();
        let is_steady =
            |e: &Event| matches!(e, Event::Window(w) if w.steady && w.service == "search");
        let at = evidence.events.iter().position(|t| is_steady(&t.event));
        evidence.events.remove(at.unwrap_or(0));
        assert_eq!(
            of(&evidence, "search/typical_load/requests/consistent"),
            ("error", Some("EVIDENCE_INCONSISTENT"))
        );
    }
}
