//! The evidence sorted by scenario and service, once, for all checks.

use super::chaos::Scene;
use super::measured::{Measured, Missing};
use crate::model::baseline::Memory;
use crate::model::evidence::{Event, Evidence, ScenarioFinished, Summary, Window};
use crate::model::load::Scenario;
use crate::model::plan::PerformancePlan;
use crate::model::resource::ResourceSample;
use std::collections::BTreeMap;

/// Everything that checks look at.
pub(crate) struct Case<'a> {
    pub evidence: &'a Evidence,
    pub memory: &'a Memory,
    pub fingerprint: &'a str,
    pub scenarios: BTreeMap<&'a str, SeenScenario<'a>>,
    /// What was seen of a chaos scenario.
    pub chaos: Option<Scene<'a>>,
    measured: BTreeMap<&'a str, BTreeMap<&'a str, Result<Measured<'a>, Missing>>>,
}

/// What was seen of one scenario.
#[derive(Debug, Default)]
pub(crate) struct SeenScenario<'a> {
    /// Time of its start on the run's clock.
    pub started_us: Option<u64>,
    /// Time at which judging begins.
    pub steady_us: Option<u64>,
    /// Time of its end, and how the generator did.
    pub finished: Vec<(u64, &'a ScenarioFinished)>,
    /// By target.
    pub services: BTreeMap<&'a str, SeenService<'a>>,
}

/// What was seen of one target in one scenario.
#[derive(Debug, Default)]
pub(crate) struct SeenService<'a> {
    /// Totals; one, where all went well.
    pub summaries: Vec<&'a Summary>,
    /// Steady windows in order.
    pub windows: Vec<&'a Window>,
    /// All samples with their time on the run's clock.
    samples: Vec<(u64, &'a ResourceSample)>,
    /// Why CPU and memory could not be read.
    pub unsampled: Option<&'a str>,
}

impl<'a> Case<'a> {
    /// Sorts the evidence.
    pub fn new(evidence: &'a Evidence, memory: &'a Memory, fingerprint: &'a str) -> Self {
        let mut case = Self {
            evidence,
            memory,
            fingerprint,
            scenarios: sort(evidence),
            chaos: Scene::new(evidence),
            measured: BTreeMap::new(),
        };
        for (scenario, service) in pairs(&evidence.started.plan.performance) {
            let found = case.measure(scenario, service);
            let of_scenario = case.measured.entry(&scenario.name).or_default();
            of_scenario.insert(service, found);
        }
        case
    }

    /// What was to be done.
    pub fn plan(&self) -> &'a PerformancePlan {
        &self.evidence.started.plan.performance
    }

    /// Every scenario with every target, in the plan's order.
    pub fn pairs(&self) -> impl Iterator<Item = (&'a Scenario, &'a str)> + use<'a> {
        pairs(self.plan())
    }

    /// The numbers of one target in one scenario, or why there are none.
    pub fn measured(&self, scenario: &str, service: &str) -> Result<&Measured<'a>, Missing> {
        match self.measured.get(scenario).and_then(|m| m.get(service)) {
            Some(Ok(measured)) => Ok(measured),
            Some(Err(missing)) => Err(missing.clone()),
            None => Err(Missing::not_executed(format!(
                "the plan has no scenario `{scenario}` with a target `{service}`"
            ))),
        }
    }

    /// How the load itself did, or why that is unknown.
    pub fn finished(&self, scenario: &str) -> Result<&'a ScenarioFinished, Missing> {
        if let Some(missing) = self.nothing_counts() {
            return Err(missing);
        }
        let seen = self.scenarios.get(scenario);
        match seen.map(|seen| seen.finished.as_slice()) {
            Some([(_, finished)]) => Ok(*finished),
            Some([_, _, ..]) => Err(Missing::inconsistent(format!(
                "`{scenario}` ended more than once"
            ))),
            _ => Err(Missing::not_executed(self.why_unfinished(scenario))),
        }
    }

    /// Samples of CPU and memory in the judged phase.
    pub fn samples(&self, scenario: &str, service: &str) -> Vec<&'a ResourceSample> {
        let Some(seen) = self.scenarios.get(scenario) else {
            return Vec::new();
        };
        let Some(from) = seen.steady_us else {
            return Vec::new();
        };
        let to = seen.finished.first().map_or(u64::MAX, |(t, _)| *t);
        let all = seen.services.get(service).map(|s| s.samples.as_slice());
        all.unwrap_or_default()
            .iter()
            .filter(|(t, _)| (from..=to).contains(t))
            .map(|(_, sample)| *sample)
            .collect()
    }

    /// What was seen of one target in one scenario.
    pub fn service(&self, scenario: &str, service: &str) -> Option<&SeenService<'a>> {
        self.scenarios.get(scenario)?.services.get(service)
    }

    fn measure(&self, scenario: &'a Scenario, service: &'a str) -> Result<Measured<'a>, Missing> {
        let finished = self.finished(&scenario.name)?;
        let seen = self.service(&scenario.name, service);
        let summary = match seen.map(|seen| seen.summaries.as_slice()) {
            Some([summary]) => *summary,
            Some([_, _, ..]) => {
                let text = format!("there is more than one total of `{service}`");
                return Err(Missing::inconsistent(text));
            }
            _ => {
                let text = format!("the load ended, but no total of `{service}` was written");
                return Err(Missing::not_executed(text));
            }
        };
        let windows = seen.map(|seen| seen.windows.clone()).unwrap_or_default();
        Measured::new(scenario, service, summary, finished, windows)
    }

    /// Why nothing of this run is judged: the user stopped it.
    fn nothing_counts(&self) -> Option<Missing> {
        let signal = self.evidence.interrupted()?;
        let text = format!("the run was interrupted by {signal}; nothing of it is judged");
        Some(Missing::not_executed(text))
    }

    /// Why the environment did not come up, or the run could not go on in it.
    pub fn environment_failed(&self) -> Option<String> {
        let mut up = false;
        for timed in &self.evidence.events {
            match &timed.event {
                Event::EnvironmentUp { .. } => up = true,
                Event::EnvironmentFailed { reason } if up => {
                    return Some(format!("the run could not go on: {reason}"));
                }
                Event::EnvironmentFailed { reason } => {
                    return Some(format!("the environment did not come up: {reason}"));
                }
                _ => {}
            }
        }
        None
    }

    fn why_unfinished(&self, scenario: &str) -> String {
        if let Some(failed) = self.environment_failed() {
            return failed;
        }
        let last_us = self.evidence.events.last().map_or(0, |timed| timed.t_us);
        let started = self.scenarios.get(scenario).and_then(|s| s.started_us);
        match (started, self.evidence.is_complete()) {
            (Some(t), false) => format!(
                "the run was killed {:.0} s after the load of `{scenario}` began",
                last_us.saturating_sub(t) as f64 / 1e6
            ),
            (Some(_), true) => format!("the load of `{scenario}` began but never ended"),
            (None, false) => format!("the run was killed before `{scenario}` began"),
            (None, true) => format!("`{scenario}` was never started"),
        }
    }
}

fn pairs(plan: &PerformancePlan) -> impl Iterator<Item = (&Scenario, &str)> {
    plan.scenarios.iter().flat_map(|scenario| {
        let targets = plan.targets.iter();
        targets.map(move |target| (scenario, target.name.as_str()))
    })
}

fn sort(evidence: &Evidence) -> BTreeMap<&str, SeenScenario<'_>> {
    let mut seen: BTreeMap<&str, SeenScenario<'_>> = BTreeMap::new();
    for timed in &evidence.events {
        let t = timed.t_us;
        match &timed.event {
            Event::ScenarioStarted { scenario } => {
                seen.entry(scenario).or_default().started_us = Some(t);
            }
            Event::SteadyStarted { scenario } => {
                seen.entry(scenario).or_default().steady_us = Some(t);
            }
            Event::ScenarioFinished(finished) => {
                let entry = seen.entry(&finished.scenario).or_default();
                entry.finished.push((t, finished));
            }
            Event::Window(window) if window.steady => {
                let service = of(&mut seen, &window.scenario, &window.service);
                service.windows.push(window);
            }
            Event::Summary(summary) => {
                let service = of(&mut seen, &summary.scenario, &summary.service);
                service.summaries.push(summary);
            }
            Event::Resource { scenario, sample } => {
                let service = of(&mut seen, scenario, &sample.service);
                service.samples.push((t, sample));
            }
            Event::ResourceMissing {
                scenario,
                service,
                reason,
            } => of(&mut seen, scenario, service).unsampled = Some(reason),
            _ => {}
        }
    }
    seen
}

fn of<'s, 'a>(
    seen: &'s mut BTreeMap<&'a str, SeenScenario<'a>>,
    scenario: &'a str,
    service: &'a str,
) -> &'s mut SeenService<'a> {
    let scenario = seen.entry(scenario).or_default();
    scenario.services.entry(service).or_default()
}
