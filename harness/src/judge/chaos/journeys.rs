//! What users felt meanwhile: the limits of an accompanying load, phase by phase.

use super::scene::{Between, Scene};
use crate::judge::measured::{milliseconds, percentile_of};
use crate::judge::outcome::{Outcome, Undecided};
use crate::judge::words;
use crate::model::chaos::{AttemptClass, JourneyPlan, Phase, ProbeResult};
use crate::model::evidence::{FailureClass, Response, ScenarioFinished};
use crate::model::promise::{Metric, Slo};
use std::collections::BTreeMap;

/// Greatest share of its CPU that a generator may use and still be believed.
const CPU_SHARE: f64 = 0.85;
/// Greatest lateness (p99) of its clock, in milliseconds; where the strictest limit is above
/// ten times as much, a tenth of that.
const LATE_MS: f64 = 10.0;

/// Whether the load was there, in every phase, and its generator fit to measure.
pub(super) fn there(scene: &Scene<'_>, plan: &JourneyPlan) -> Outcome {
    let next = "see why the load could not be made: the runner's own output";
    let Some(finished) = scene.finished else {
        let text = "nothing says that the load came to its end";
        return Outcome::error("NOT_EXECUTED", text).next(next);
    };
    for phase in Phase::ALL {
        for target in &plan.targets {
            if scene.responses(&target.name, phase).is_empty() {
                let phase = phase.word();
                let text = format!("no request to {} in the {phase} phase", target.name);
                return Outcome::error("ZERO_REQUESTS", text).next(next);
            }
        }
    }
    match unfit(plan, finished) {
        Some(outcome) => outcome,
        None => told(scene, plan, finished),
    }
}

fn told(scene: &Scene<'_>, plan: &JourneyPlan, finished: &ScenarioFinished) -> Outcome {
    let in_phase = |phase: Phase| -> u64 {
        let targets = plan.targets.iter();
        let counts = targets.map(|target| scene.responses(&target.name, phase).len() as u64);
        counts.sum()
    };
    let counts = Phase::ALL.map(in_phase);
    let all: u64 = counts.iter().sum();
    let text = format!(
        "{} of {}: {} before the blow, {} during the fault, {} after the heal",
        words::counted(all, "request"),
        words::counted(u64::from(finished.users_reached), "user"),
        words::count(counts[0]),
        words::count(counts[1]),
        words::count(counts[2]),
    );
    Outcome::pass(text).measured(all as f64, all)
}

fn unfit(plan: &JourneyPlan, finished: &ScenarioFinished) -> Option<Outcome> {
    let (reached, wanted) = (finished.users_reached, finished.users_wanted);
    if reached < wanted || wanted == 0 {
        let text = format!("the asked load was never applied: {reached} of {wanted} users");
        return Some(Outcome::error("USERS_NOT_REACHED", text).next("a longer ramp"));
    }
    let share = finished.generator_cpu_share;
    // Also where it is no number.
    if !(0.0..=CPU_SHARE).contains(&share) {
        let text = format!(
            "measured the generator: {} of its CPU share",
            words::share(share)
        );
        let next = "fewer users, longer think times, or more cores for the generator";
        return Some(Outcome::error("GENERATOR_SATURATED", text).next(next));
    }
    let late = milliseconds(finished.lag_p99_us);
    let strictest = plan.slos.iter().filter(|slo| slo.metric.unit() == "ms");
    let strictest = strictest.map(|slo| slo.limit).fold(f64::INFINITY, f64::min);
    let most = match strictest.is_finite() {
        true => LATE_MS.max(strictest / 10.0),
        false => LATE_MS,
    };
    (late > most).then(|| {
        let text = format!(
            "measured the generator: {} ms late (p99), and {} ms is believed",
            words::number(late),
            words::number(most)
        );
        let next = "give the generator a quieter machine, or cores of its own";
        Outcome::error("GENERATOR_LATE", text).next(next)
    })
}

/// Why the first limit that did not hold before the blow did not.
pub(super) fn unmet_before(scene: &Scene<'_>) -> Option<String> {
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
pub(super) fn decide(scene: &Scene<'_>, plan: &JourneyPlan, slo: &Slo, phase: Phase) -> Outcome {
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
        Phase::Pre => began(Phase::During),
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

/// Never answered is slower than any answer.
fn latency_ms(response: &Response) -> f64 {
    match response.answered() {
        true => milliseconds(response.complete_us.saturating_sub(response.invoke_us)),
        false => f64::INFINITY,
    }
}

/// Nearest rank; `None` where it lies among the unanswered.
fn percentile_ms(responses: &[&Response], share: f64) -> Option<f64> {
    let mut ms: Vec<f64> = responses.iter().map(|r| latency_ms(r)).collect();
    ms.sort_by(f64::total_cmp);
    let rank = (share * ms.len() as f64).ceil() as usize;
    ms.get(rank.max(1) - 1).copied().filter(|ms| ms.is_finite())
}

/// Requests of one target in one phase, as the table of probes has them.
pub(super) fn result(responses: &[&Response]) -> ProbeResult {
    let count = |of: &dyn Fn(&&&Response) -> bool| responses.iter().filter(of).count() as u64;
    let answered: Vec<&Response> = responses.iter().copied().filter(|r| r.answered()).collect();
    let mut classes = BTreeMap::new();
    for class in responses.iter().filter_map(|r| class(r.failure?)) {
        *classes.entry(class).or_default() += 1;
    }
    ProbeResult {
        attempts: responses.len() as u64,
        ok: count(&|r| r.failure.is_none()),
        bad: count(&|r| r.failure.is_some() && r.answered()),
        info: count(&|r| !r.answered()),
        classes,
        p50_ms: percentile_ms(&answered, 0.50),
        p99_ms: percentile_ms(&answered, 0.99),
        first_value: None,
        last_value: None,
    }
}

/// The load's engine does not tell connections that were refused from those that broke.
fn class(failure: FailureClass) -> Option<AttemptClass> {
    match failure {
        FailureClass::Timeout => Some(AttemptClass::Timeout),
        FailureClass::Status => Some(AttemptClass::Status),
        FailureClass::Check => Some(AttemptClass::Body),
        FailureClass::Connection => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::judge::chaos::testdata::{
        self, CALLED, HEALED, MS, PRE, finish_load, plan_of, respond, with_journeys,
    };
    use crate::judge::judge;
    use crate::model::baseline::Memory;
    use crate::model::chaos::Phase;
    use crate::model::check::CheckResult;
    use crate::model::evidence::{Event, Evidence, FailureClass};
    use crate::model::promise::Metric;
    use crate::model::verdict::Verdict;

    const P99: &str = "journeys/shop/p99";
    const ERRORS: &str = "journeys/shop/errors";

    fn result(evidence: &Evidence, id: &str) -> CheckResult {
        let judged = judge(evidence, &Memory::new(), "f");
        let id = format!("nats_partition_mesh/{id}");
        judged.checks.into_iter().find(|c| c.id == id).unwrap()
    }

    fn of(evidence: &Evidence, id: &str) -> (&'static str, String) {
        let check = result(evidence, id);
        (check.verdict.word(), check.reason_code.unwrap_or_default())
    }

    fn is(verdict: &'static str, code: &str) -> (&'static str, String) {
        (verdict, code.to_owned())
    }

    /// Responses sent every 20 ms from a time to another, each changed by its number.
    fn evidence(change: impl Fn(u64, &mut crate::model::evidence::Response)) -> Evidence {
        let mut evidence = with_journeys();
        for n in 0..700 {
            respond(&mut evidence, PRE + n * 20 * MS, |response| {
                change(n, response)
            });
        }
        finish_load(&mut evidence, |_| ());
        evidence
    }

    /// Number of the first response that is sent at or after a time.
    fn number(t_us: u64) -> u64 {
        (t_us - PRE).div_ceil(20 * MS)
    }

    #[test]
    fn within_its_limits_in_every_phase() {
        let good = evidence(|_, _| ());
        for phase in Phase::ALL.map(Phase::word) {
            for id in [P99, ERRORS] {
                let check = result(&good, &format!("{id}/{phase}"));
                assert_eq!(check.verdict, Verdict::Pass, "{id}/{phase}: {}", check.saw);
            }
        }
        assert_eq!(of(&good, "load/users"), is("pass", ""));
        assert_eq!(judge(&good, &Memory::new(), "f").verdict(), Verdict::Pass);
    }

    #[test]
    fn slow_or_failed_during_the_fault_is_a_failure_of_that_phase_alone() {
        let (from, to) = (number(CALLED), number(HEALED.1));
        let slow = evidence(|n, response| {
            if (from..to).contains(&n) && n % 20 == 0 {
                response.complete_us += 600 * MS;
            }
        });
        assert_eq!(of(&slow, &format!("{P99}/pre")), is("pass", ""));
        assert_eq!(of(&slow, &format!("{P99}/during")), is("fail", "SLO_LOST"));
        assert_eq!(of(&slow, &format!("{P99}/post")), is("pass", ""));
        let failed = evidence(|n, response| {
            if (from..to).contains(&n) && n % 20 == 0 {
                response.failure = Some(FailureClass::Status);
            }
        });
        assert_eq!(of(&failed, &format!("{P99}/during")), is("pass", ""));
        assert_eq!(
            of(&failed, &format!("{ERRORS}/during")),
            is("fail", "SLO_LOST")
        );
        assert_eq!(of(&failed, &format!("{ERRORS}/post")), is("pass", ""));
    }

    #[test]
    fn the_end_of_the_last_phase_decides_and_who_waits_for_ever_is_seen() {
        let back = number(HEALED.1 + 2_000 * MS);
        let late = evidence(|n, response| {
            if (number(CALLED)..back).contains(&n) {
                response.failure = Some(FailureClass::Connection);
            }
        });
        assert_eq!(of(&late, &format!("{ERRORS}/post")), is("pass", ""));
        // Five users who never got an answer after the heal: they sent nothing since.
        let hung = evidence(|n, response| {
            if (back..back + 5).contains(&n) {
                response.failure = Some(FailureClass::Timeout);
                response.complete_us = PRE + 15_000 * MS;
            }
        });
        for id in [P99, ERRORS] {
            assert_eq!(
                of(&hung, &format!("{id}/post")),
                is("fail", "SLO_NOT_REGAINED")
            );
        }
    }

    #[test]
    fn unwell_before_the_blow_nothing_is_proved() {
        let unwell = evidence(|n, response| {
            if n < number(CALLED) && n % 20 == 0 {
                response.complete_us += 600 * MS;
            }
        });
        assert_eq!(
            of(&unwell, &format!("{P99}/pre")),
            is("error", "STEADY_STATE_NOT_MET")
        );
        assert_eq!(
            of(&unwell, &format!("{P99}/post")),
            is("error", "STEADY_STATE_NOT_MET")
        );
        assert_eq!(
            of(&unwell, "validation/no_data_loss"),
            is("error", "STEADY_STATE_NOT_MET")
        );
    }

    #[test]
    fn no_requests_or_too_few_are_an_error_and_a_sure_breach_is_a_failure() {
        let mut none = with_journeys();
        finish_load(&mut none, |_| ());
        assert_eq!(of(&none, "load/users").0, "error");
        assert_eq!(
            of(&none, &format!("{P99}/pre")),
            is("error", "ZERO_REQUESTS")
        );
        let (from, to) = (number(CALLED), number(HEALED.1));
        let during = |keep: u64, slow: u64| {
            let mut evidence = with_journeys();
            for n in (0..700).filter(|n| !(from..to).contains(n) || *n < from + keep) {
                respond(&mut evidence, PRE + n * 20 * MS, |response| {
                    if (from..from + slow).contains(&n) {
                        response.complete_us += 600 * MS;
                    }
                });
            }
            finish_load(&mut evidence, |_| ());
            evidence
        };
        let id = format!("{P99}/during");
        assert_eq!(of(&during(0, 0), &id), is("error", "ZERO_REQUESTS"));
        assert_eq!(
            of(&during(0, 0), "load/users"),
            is("error", "ZERO_REQUESTS")
        );
        assert_eq!(of(&during(50, 0), &id), is("error", "TOO_FEW_REQUESTS"));
        assert_eq!(of(&during(50, 1), &id), is("error", "TOO_FEW_REQUESTS"));
        assert_eq!(of(&during(50, 2), &id), is("fail", "SLO_LOST"));
    }

    #[test]
    fn a_load_that_was_not_there_or_measured_itself_is_an_error() {
        let id = "load/users";
        let mut never = evidence(|_, _| ());
        never
            .events
            .retain(|t| !matches!(t.event, Event::ScenarioFinished(_)));
        assert_eq!(of(&never, id), is("error", "NOT_EXECUTED"));
        let with = |change: fn(&mut crate::model::evidence::ScenarioFinished)| {
            let mut evidence = evidence(|_, _| ());
            evidence
                .events
                .retain(|t| !matches!(t.event, Event::ScenarioFinished(_)));
            finish_load(&mut evidence, change);
            of(&evidence, id)
        };
        assert_eq!(
            with(|f| f.users_reached = 4),
            is("error", "USERS_NOT_REACHED")
        );
        assert_eq!(
            with(|f| f.generator_cpu_share = 0.86),
            is("error", "GENERATOR_SATURATED")
        );
        assert_eq!(
            with(|f| f.generator_cpu_share = f64::NAN),
            is("error", "GENERATOR_SATURATED")
        );
        assert_eq!(
            with(|f| f.lag_p99_us = 50_000),
            is("pass", ""),
            "a tenth of 500 ms"
        );
        assert_eq!(
            with(|f| f.lag_p99_us = 50_001),
            is("error", "GENERATOR_LATE")
        );
    }

    #[test]
    fn throughput_counts_good_answers_of_the_phase() {
        let mut evidence = evidence(|_, _| ());
        let journeys = plan_of(&mut evidence).journeys.as_mut().unwrap();
        journeys.slos[0].metric = Metric::ThroughputRps;
        journeys.slos[0].limit = 49.0;
        let id = "journeys/shop/throughput/during";
        assert_eq!(of(&evidence, id), is("pass", ""));
        let journeys = plan_of(&mut evidence).journeys.as_mut().unwrap();
        journeys.slos[0].limit = 52.0;
        assert_eq!(
            of(&evidence, id).0,
            "error",
            "before the blow it was too slow already"
        );
        let journeys = plan_of(&mut evidence).journeys.as_mut().unwrap();
        journeys.phases.remove(&Phase::Pre);
        assert_eq!(of(&evidence, id), is("fail", "SLO_LOST"));
    }

    #[test]
    fn the_table_of_probes_has_a_row_for_each_target() {
        let evidence = evidence(|_, _| ());
        let chaos = judge(&evidence, &Memory::new(), "f").chaos.unwrap();
        let row = &chaos.probe_results["during_chaos"]["users/shop"];
        assert!(row.attempts > 100 && row.ok == row.attempts, "{row:?}");
        assert!(testdata::pass().started.plan.targets().is_empty());
        assert_eq!(evidence.started.plan.targets().len(), 1);
    }
}
