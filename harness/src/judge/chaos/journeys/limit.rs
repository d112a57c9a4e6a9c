//! One limit in one phase: the number that was seen, and whether it holds.

use super::{latency_ms, percentile_ms};
use crate::judge::chaos::scene::{Between, Scene};
use crate::judge::measured::percentile_of;
use crate::judge::outcome::{Outcome, Undecided};
use crate::judge::words;
use crate::model::chaos::{JourneyPlan, Phase};
use crate::model::evidence::Response;
use crate::model::promise::{Metric, Slo};

/// Why the first limit that did not hold before the blow did not.
pub(in crate::judge::chaos) fn unmet_before(scene: &Scene<'_>) -> Option<String> {
    let plan = scene.plan.journeys.as_ref()?;
    if !plan.phases.contains(&Phase::Pre) {
        return None;
    }
    plan.slos.iter().find_map(|slo| {
        let outcome = decide(scene, plan, slo, Phase::Pre);
        let metric = words::name(slo.metric);
        outcome
            .code
            .map(|_| format!("{} {metric}: {}", slo.service, outcome.saw))
    })
}

/// Decides one limit in one phase.
pub(in crate::judge::chaos) fn decide(
    scene: &Scene<'_>,
    plan: &JourneyPlan,
    slo: &Slo,
    phase: Phase,
) -> Outcome {
    match judged(scene, plan, slo, phase) {
        Ok(seen) => seen.outcome(slo, phase),
        Err(undecided) => undecided.into(),
    }
}

/// One number, and whether it is within its limit.
struct Seen {
    /// `None` where a percentile lies among requests that were never answered.
    value: Option<f64>,
    holds: bool,
    requests: u64,
    unanswered: u64,
    failed: u64,
}

fn judged(
    scene: &Scene<'_>,
    plan: &JourneyPlan,
    slo: &Slo,
    phase: Phase,
) -> Result<Seen, Undecided> {
    let word = phase.word();
    if !scene.phases.contains_key(&phase) {
        let text = format!("the {word} phase never began");
        return Err(Undecided::error("NOT_EXECUTED", text).next("run the scenario again"));
    }
    let (responses, span) = window(scene, plan, &slo.service, phase);
    let requests = responses.len() as u64;
    let failed = |r: &&&Response| r.failure.is_some();
    let mut seen = Seen {
        value: None,
        holds: false,
        requests,
        unanswered: responses.iter().filter(|r| !r.answered()).count() as u64,
        failed: responses.iter().filter(failed).count() as u64,
    };
    if requests == 0 {
        let text = format!("no request in the {word} phase");
        let next = "see the first failures and the service's own output";
        return Err(Undecided::error("ZERO_REQUESTS", text).next(next));
    }
    // What is beyond its limit stays so, had the missing requests all been quick and good.
    let least = requests.max(plan.minimum_requests);
    let breached = match slo.metric {
        Metric::ErrorRate => {
            seen.value = Some(seen.failed as f64 / requests as f64);
            seen.holds = seen.failed as f64 <= slo.limit * requests as f64;
            seen.failed as f64 > slo.limit * least as f64
        }
        Metric::ThroughputRps => {
            let seconds = span.to.saturating_sub(span.from) as f64 / 1e6;
            let rate = (requests - seen.failed) as f64 / seconds.max(f64::MIN_POSITIVE);
            seen.value = Some(rate);
            seen.holds = rate >= slo.limit;
            true
        }
        metric => {
            let share = percentile_of(metric).unwrap_or(100.0) / 100.0;
            let slow = responses
                .iter()
                .filter(|r| latency_ms(r) > slo.limit)
                .count() as u64;
            let quick = |all: u64| (share * all as f64).ceil() as u64;
            seen.value = percentile_ms(&responses, share);
            seen.holds = requests - slow >= quick(requests);
            least - slow < quick(least)
        }
    };
    if requests < plan.minimum_requests && !breached {
        let text = format!(
            "{} in the {word} phase, fewer than the {} that numbers need to mean anything",
            words::counted(requests, "request"),
            words::count(plan.minimum_requests)
        );
        let next = "more users, shorter think times, or a longer phase";
        return Err(Undecided::error("TOO_FEW_REQUESTS", text).next(next));
    }
    Ok(seen)
}

impl Seen {
    fn outcome(&self, slo: &Slo, phase: Phase) -> Outcome {
        let number = match self.value {
            Some(value) if self.holds => words::with_unit(slo.metric, value),
            Some(value) => words::beside_limit(slo.metric, value, slo.limit),
            None => format!(
                "a {} among those that were never answered",
                words::name(slo.metric)
            ),
        };
        let saw = format!(
            "{number} over {}, {} failed, {} of these unanswered",
            words::counted(self.requests, "request"),
            words::count(self.failed),
            words::count(self.unanswered),
        );
        let outcome = match (self.holds, phase) {
            (true, _) => Outcome::pass(saw),
            (false, Phase::Pre) => Outcome::error("STEADY_STATE_NOT_MET", saw)
                .next("bring the system to rest first, then run the scenario again"),
            (false, Phase::During) => Outcome::fail("SLO_LOST", saw),
            (false, Phase::Post) => Outcome::fail("SLO_NOT_REGAINED", saw),
        };
        Outcome {
            current: self.value,
            samples: Some(self.requests),
            ..outcome
        }
    }
}

/// The requests that are judged, and the time in which they were: the whole phase, or the end of the last one.
///
/// The end is where the last request of anybody was sent. What was on its way then counts
/// too: a user who waits for ever sends nothing.
fn window<'a>(
    scene: &Scene<'a>,
    plan: &JourneyPlan,
    service: &str,
    phase: Phase,
) -> (Vec<&'a Response>, Between) {
    let all = scene.responses(service, phase);
    let began = |phase| scene.phases.get(&phase).copied().unwrap_or(0);
    let from = began(phase);
    let to = match phase {
        Phase::Pre => scene.pre_ended(),
        Phase::During => began(Phase::Post),
        Phase::Post => scene.last_sent(),
    };
    // A run that was killed has no next phase.
    let to = if to > from { to } else { scene.last_sent() };
    if phase != Phase::Post {
        return (all, Between { from, to });
    }
    let held = u64::try_from(plan.hold_for.as_micros()).unwrap_or(u64::MAX);
    let from = to.saturating_sub(held).max(from);
    let last = all.into_iter().filter(|r| r.complete_us >= from);
    (last.collect(), Between { from, to })
}
