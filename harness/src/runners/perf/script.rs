//! Targets compiled once: what can be prepared before the load is not done again for every request.

use super::request::{Draft, bad_step};
use super::shifts::Line;
use super::values::Names;
use super::{PerfError, ResolvedTarget};
use crate::model::load::{
    Expectation, ExtractFrom, Scenario, StatusRange, Step, Target, ThinkTime,
};
use rand::Rng;
use rand::rngs::SmallRng;
use reqwest::header::HeaderValue;
use std::time::Duration;
use tokio::sync::watch;

/// One target, ready to be sent.
#[derive(Debug)]
pub(super) struct Script {
    /// Number of the target in its scenario.
    pub(super) target: usize,
    /// Values that its templates may name.
    pub(super) names: Names,
    /// Sent once by each user.
    pub(super) setup: Vec<Leg>,
    journeys: Vec<(u32, Vec<Leg>)>,
    total_weight: u32,
    /// Users over time.
    pub(super) line: Line,
    /// Pause between journeys.
    pub(super) think_time: ThinkTime,
    /// Time from sending to the last byte.
    pub(super) timeout: Duration,
    /// Value of `Authorization`.
    pub(super) bearer: Option<watch::Receiver<HeaderValue>>,
    /// Whether users keep cookies.
    pub(super) cookies: bool,
    /// Seed of the run.
    pub(super) seed: u64,
}

/// One step, ready to be sent.
#[derive(Debug)]
pub(super) struct Leg {
    /// Number of the step in the target's book.
    pub(super) step: usize,
    /// The request, as far as it can be prepared.
    pub(super) draft: Draft,
    /// Good statuses.
    pub(super) status: Vec<StatusRange>,
    /// Further checks.
    pub(super) expect: Vec<Expectation>,
    /// Values kept, by slot.
    pub(super) extract: Vec<(usize, ExtractFrom)>,
    /// Whether checks or values need the whole body.
    pub(super) needs_body: bool,
    /// Whether they need it as JSON.
    pub(super) needs_json: bool,
    /// Pause afterwards.
    pub(super) pause: Option<ThinkTime>,
}

impl Script {
    /// Compiles a target.
    ///
    /// # Errors
    /// A value that cannot be had, or a step that can never be sent.
    pub(super) fn compile(
        number: usize,
        scenario: &Scenario,
        resolved: &ResolvedTarget<'_>,
        seed: u64,
    ) -> Result<Self, PerfError> {
        let target = resolved.target;
        let names = Names::of(target).map_err(|(value, reason)| PerfError::BadValue {
            service: target.name.clone(),
            value,
            reason,
        })?;
        let mut legs = Legs {
            resolved,
            names: &names,
            next: 0,
        };
        let setup = legs.compile(&target.setup)?;
        let mut journeys = Vec::with_capacity(target.journeys.len());
        for journey in &target.journeys {
            journeys.push((journey.weight.max(1), legs.compile(&journey.steps)?));
        }
        if journeys.is_empty() {
            return Err(PerfError::NothingToMeasure {
                scenario: scenario.name.clone(),
                reason: format!("`{}` has no journeys", target.name),
            });
        }
        Ok(Self {
            target: number,
            names,
            setup,
            total_weight: journeys.iter().map(|(weight, _)| weight).sum(),
            journeys,
            line: Line::of(scenario),
            think_time: scenario.think_time.unwrap_or(target.think_time),
            timeout: target.timeout,
            bearer: resolved.bearer.clone(),
            cookies: target.cookies,
            seed,
        })
    }

    /// The next journey of a user, by weight.
    pub(super) fn choose(&self, random: &mut SmallRng) -> &[Leg] {
        let mut left = match self.journeys.as_slice() {
            [only] => return &only.1,
            _ => random.random_range(0..self.total_weight),
        };
        for (weight, legs) in &self.journeys {
            if left < *weight {
                return legs;
            }
            left -= weight;
        }
        &[]
    }
}

/// Names of a target's steps in the order of their numbers, and whether they are setup.
pub(super) fn step_names(target: &Target) -> Vec<(String, bool)> {
    let setup = target.setup.iter().map(|step| (step.name.clone(), true));
    let steps = target.journeys.iter().flat_map(|journey| &journey.steps);
    setup
        .chain(steps.map(|step| (step.name.clone(), false)))
        .collect()
}

/// Compiles steps and numbers them.
struct Legs<'a> {
    resolved: &'a ResolvedTarget<'a>,
    names: &'a Names,
    next: usize,
}

impl Legs<'_> {
    fn compile(&mut self, steps: &[Step]) -> Result<Vec<Leg>, PerfError> {
        steps.iter().map(|step| self.leg(step)).collect()
    }

    fn leg(&mut self, step: &Step) -> Result<Leg, PerfError> {
        let service = &self.resolved.target.name;
        let draft = Draft::compile(step, &self.resolved.base_url, self.names)
            .map_err(|reason| bad_step(service, step, reason))?;
        let number = self.next;
        self.next += 1;
        let from_json = |from: &ExtractFrom| matches!(from, ExtractFrom::Json(_));
        let needs_json = step.expect.iter().any(is_json)
            || step.extract.iter().any(|kept| from_json(&kept.from));
        let of_body = |expect: &Expectation| matches!(expect, Expectation::BodyContains(_));
        // Every extracted name was given a slot when the names were collected.
        let slots = step.extract.iter().filter_map(|kept| {
            let slot = self.names.slot(&kept.name)?;
            Some((slot, kept.from.clone()))
        });
        Ok(Leg {
            step: number,
            draft,
            status: step.status.clone(),
            expect: step.expect.clone(),
            extract: slots.collect(),
            needs_body: needs_json || step.expect.iter().any(of_body),
            needs_json,
            pause: step.pause,
        })
    }
}

fn is_json(expect: &Expectation) -> bool {
    match expect {
        Expectation::JsonEquals { .. }
        | Expectation::JsonExists { .. }
        | Expectation::JsonMinLength { .. } => true,
        Expectation::HeaderContains { .. } | Expectation::BodyContains(_) => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::scene;
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn journeys_are_chosen_by_weight_and_repeat_with_the_seed() {
        let mut target = scene::target("shop");
        target.journeys = vec![
            scene::journey("rare", 1, vec![scene::step("a", "/a")]),
            scene::journey("often", 3, vec![scene::step("b", "/b")]),
        ];
        let scenario = scene::scenario(1, 10);
        let resolved = scene::resolved(&target, "http://127.0.0.1:1");
        let script = Script::compile(0, &scenario, &resolved, 1).unwrap();
        let draws = |seed| {
            let mut random = SmallRng::seed_from_u64(seed);
            let chosen = (0..4000).map(|_| script.choose(&mut random)[0].step);
            chosen.collect::<Vec<_>>()
        };
        let often = draws(5).iter().filter(|&&step| step == 1).count();
        assert!((2850..3150).contains(&often), "{often} of 4000");
        assert_eq!(draws(5), draws(5));
    }

    #[test]
    fn what_can_never_be_sent_is_told_before_the_load() {
        let mut target = scene::target("shop");
        target.journeys[0].steps[0] = scene::step("buy", "/${basket}");
        let scenario = scene::scenario(1, 10);
        let resolved = scene::resolved(&target, "http://127.0.0.1:1");
        let told = Script::compile(0, &scenario, &resolved, 1).unwrap_err();
        assert!(
            told.to_string().contains("no value named `basket`"),
            "{told}"
        );
    }
}
