//! Chaos scenarios: what was seen of faults, probes and events, decided.

mod decisions;
mod environment;
mod fault;
mod guards;
mod journeys;
pub mod ledger;
mod load;
mod losses;
mod measure;
mod notes;
mod numbers;
mod outbox;
mod recovery;
mod recovery_time;
mod redelivery;
mod results;
mod scene;
mod standing;
mod steady;
mod telemetry;
#[cfg(test)]
pub(crate) mod testdata;
#[cfg(test)]
mod tests;
mod timeline;
mod validation;

pub(crate) use notes::notes;
pub(crate) use results::outcome;
pub(crate) use scene::{Blow, Scene};
pub use standing::unrest;

use super::case::Case;
use super::check::Check;
use super::outcome::{Outcome, Promise};
use super::words;
use crate::model::chaos::{JourneyPlan, Phase, Store};
use crate::model::check::CheckClass;
use crate::model::place::Place;
use crate::model::promise::Slo;
use standing::Standing;

/// How far the run must have come for a promise to be judged.
#[derive(Clone, Copy)]
enum When {
    /// Always: what is broken must be mended whatever happened.
    Always,
    /// Once the guards let the scenario begin.
    Begun,
    /// Once the steady state held and a blow fell.
    Struck,
}

/// Every promise of a chaos plan; none for other plans.
pub(crate) fn checks<'a>(case: &'a Case<'a>) -> Vec<Check<'a>> {
    let Some(scene) = case.chaos.as_ref() else {
        return Vec::new();
    };
    let list = List {
        scene,
        before: Standing::before(scene),
        after: Standing::after(scene),
    };
    let mut checks = list.whole();
    checks.extend(list.steady());
    checks.extend(list.faults());
    checks.extend(list.loads());
    checks.extend(list.journeys());
    checks.extend(list.reads());
    checks.extend(list.validations());
    checks
}

struct List<'a> {
    scene: &'a Scene<'a>,
    before: Standing,
    after: Standing,
}

impl<'a> List<'a> {
    fn promise(&self, id: &str, title: String, wanted: impl Into<String>) -> Promise {
        let scenario = &self.scene.plan.scenario;
        Promise::new(format!("{scenario}/{id}"), CheckClass::Chaos, title)
            .in_scenario(scenario)
            .wants(wanted, None)
    }

    fn check(
        &self,
        promise: Promise,
        when: When,
        decide: impl Fn(&'a Scene<'a>) -> Outcome + 'a,
    ) -> Check<'a> {
        let scene = self.scene;
        let standing = match when {
            When::Always => Standing::Sound,
            When::Begun => self.before.clone(),
            When::Struck => self.after.clone(),
        };
        Check::new(promise, move || standing.judge(|| decide(scene)))
    }

    fn whole(&self) -> Vec<Check<'a>> {
        let plan = self.scene.plan;
        let guards = self.promise(
            "guards",
            "every guard lets the scenario go on".into(),
            "no refusal",
        );
        let completed = self.promise(
            "completed",
            format!("{} runs to its end", plan.scenario),
            "the phases before, during and after",
        );
        let left = self.promise(
            "environment/left_as_found",
            "the environment is left as it was found".into(),
            "nothing but the targets' own restarts changed",
        );
        vec![
            self.check(guards.at(&plan.safety.place), When::Always, guards::decide),
            self.check(completed.at(&plan.place), When::Begun, completed_outcome),
            self.check(left.at(&plan.place), When::Always, environment::decide),
        ]
    }

    fn steady(&self) -> Vec<Check<'a>> {
        let mut checks = Vec::new();
        for expectation in &self.scene.plan.steady_state {
            for phase in &expectation.phases {
                let (phase, place) = (*phase, &expectation.place);
                let id = format!("steady_state/{}/{}", expectation.id, phase.word());
                let title = format!("steady state: {} {}", expectation.id, spoken(phase));
                let wanted = measure::wanted(&expectation.conditions);
                let promise = self.promise(&id, title, wanted).at(place);
                let when = match phase {
                    Phase::Pre => When::Begun,
                    Phase::During | Phase::Post => When::Struck,
                };
                checks.push(self.check(promise, when, move |scene| {
                    steady::decide(scene, expectation, phase)
                }));
            }
        }
        checks
    }

    fn faults(&self) -> Vec<Check<'a>> {
        let mut checks = Vec::new();
        for blow in &self.scene.blows {
            let action = blow.action;
            let what = format!("{} of {}", action.fault.word(), action.target);
            let promise = |rule: &str, title: &str, wanted: String| {
                let id = format!("fault/{}/{rule}", action.id);
                let promise = self.promise(&id, format!("{what} {title}"), wanted);
                at(promise, &action.target, &action.place)
            };
            let witnessed = promise("witnessed", "takes effect", "a witness that it bit".into());
            let lasts = format!("{:.1} s, ended by us", action.lasts.as_secs_f64());
            let lasted = promise("lasted", "lasts as planned", lasts);
            let healed = promise("healed", "is mended", "mended, and verified".into());
            checks.push(self.check(witnessed, When::Begun, move |_| fault::witnessed(blow)));
            checks.push(self.check(lasted, When::Begun, move |_| fault::lasted(blow)));
            checks.push(self.check(healed, When::Always, move |scene| {
                fault::healed(scene, blow)
            }));
        }
        checks
    }

    fn loads(&self) -> Vec<Check<'a>> {
        let loads = self.scene.plan.load.iter();
        loads
            .map(|load| {
                let title = format!("the load {} is there", load.id);
                let wanted = "events before the blow at their rate, and during it";
                let id = format!("load/{}", load.id);
                let promise = self.promise(&id, title, wanted).at(&load.place);
                self.check(promise, When::Struck, move |scene| {
                    load::decide(scene, load)
                })
            })
            .collect()
    }

    /// The load of users, and each of its limits in each phase.
    fn journeys(&self) -> Vec<Check<'a>> {
        let Some(plan) = self.scene.plan.journeys.as_ref() else {
            return Vec::new();
        };
        let title = format!("the load {} is there", plan.id);
        let wanted = "requests in every phase, of a generator with time to spare";
        let promise = self.promise(&format!("load/{}", plan.id), title, wanted);
        let there = self.check(promise.at(&plan.place), When::Struck, move |scene| {
            journeys::there(scene, plan)
        });
        let phases = plan.phases.iter();
        let limits = phases.flat_map(|phase| plan.slos.iter().map(move |slo| (slo, *phase)));
        let limits = limits.map(|(slo, phase)| self.limit(plan, slo, phase));
        std::iter::once(there).chain(limits).collect()
    }

    fn limit(&self, plan: &'a JourneyPlan, slo: &'a Slo, phase: Phase) -> Check<'a> {
        let bound = match slo.metric.higher_is_better() {
            true => "at least",
            false => "at most",
        };
        let wanted = format!("{bound} {}", words::with_unit(slo.metric, slo.limit));
        let (service, metric) = (&slo.service, slo.metric);
        let id = format!("journeys/{service}/{}/{}", metric.short(), phase.word());
        let title = format!(
            "{service} {} is {wanted} {}",
            words::name(metric),
            spoken(phase)
        );
        let promise = self.promise(&id, title, String::new()).on(metric);
        let promise = at(promise.wants(wanted, Some(slo.limit)), service, &slo.place);
        let when = match phase {
            Phase::Pre => When::Begun,
            Phase::During | Phase::Post => When::Struck,
        };
        self.check(promise, when, move |scene| {
            journeys::decide(scene, plan, slo, phase)
        })
    }

    /// One for each store, where a validation asks for the ledger.
    fn reads(&self) -> Vec<Check<'a>> {
        let validations = &self.scene.plan.validation;
        if !validations
            .iter()
            .any(|v| validation::needs_ledger(&v.kind))
        {
            return Vec::new();
        }
        let stores = losses::described(self.scene).into_iter();
        stores.map(|store| self.read(store)).collect()
    }

    fn read(&self, store: Store) -> Check<'a> {
        let word = store.word();
        let title = format!("{word} is read whole");
        let wanted = "everything, after all that was on its way had come";
        let promise = self.promise(&format!("ledger/{word}"), title, wanted);
        let promise = promise.at(&self.scene.plan.place);
        self.check(promise, When::Struck, move |scene| {
            losses::read(scene, store)
        })
    }

    fn validations(&self) -> Vec<Check<'a>> {
        let named = validation::named(self.scene.plan).into_iter();
        named
            .map(|(name, asked)| {
                let (title, wanted) = validation::told(&asked.kind);
                let id = format!("validation/{name}");
                let promise = self.promise(&id, title, wanted).at(&asked.place);
                self.check(promise, When::Struck, move |scene| {
                    validation::decide(scene, &asked.kind)
                })
            })
            .collect()
    }
}

fn at(promise: Promise, target: &str, place: &Place) -> Promise {
    promise.of_service(target).at(place)
}

fn spoken(phase: Phase) -> &'static str {
    match phase {
        Phase::Pre => "before the blow",
        Phase::During => "during the fault",
        Phase::Post => "after the heal",
    }
}

fn completed_outcome(scene: &Scene<'_>) -> Outcome {
    if let Some((t, reason)) = scene.aborted {
        let text = format!(
            "ended early at +{:.1} s: {reason}",
            scene.since_pre_ms(t) / 1000.0
        );
        return Outcome::error("ABORTED", text)
            .next("mend what broke, then run the scenario again");
    }
    let mut phases = Phase::ALL.into_iter();
    match phases.find(|phase| !scene.phases.contains_key(phase)) {
        Some(phase) => {
            let text = format!("the {} phase never began", phase.word());
            Outcome::error("NOT_EXECUTED", text).next("run the scenario again")
        }
        None => Outcome::pass("before, during and after"),
    }
}
