//! What the run itself allows to be said: a promise can hold only where the experiment happened.

use super::fault;
use super::journeys;
use super::scene::{Scene, Unsteady};
use super::steady;
use crate::judge::outcome::Outcome;
use crate::judge::words;
use crate::model::chaos::Phase;
use crate::model::evidence::{Event, Evidence, RunStarted, Timed};
use crate::model::verdict::Verdict;

/// How much of a chaos run can be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Everything.
    Sound,
    /// What failed has failed; what held proves nothing.
    Doubtful(Reason),
    /// Nothing.
    Void(Reason),
}

/// Why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    pub code: &'static str,
    pub saw: String,
}

impl Standing {
    fn void(code: &'static str, saw: impl Into<String>) -> Self {
        let saw = saw.into();
        Self::Void(Reason { code, saw })
    }

    fn doubtful(code: &'static str, saw: impl Into<String>) -> Self {
        let saw = saw.into();
        Self::Doubtful(Reason { code, saw })
    }

    /// Of what happens before the first blow.
    pub fn before(scene: &Scene<'_>) -> Self {
        if let Some(reason) = environment_failed(scene) {
            return Self::void("NOT_EXECUTED", reason);
        }
        if let Some(signal) = scene.evidence.interrupted() {
            let text = format!("the run was interrupted by {signal}; nothing of it is judged");
            return Self::void("NOT_EXECUTED", text);
        }
        if let Some((_, _, detail)) = scene.guards.iter().find(|(_, passed, _)| !passed) {
            return Self::void("GUARD_REFUSED", format!("refused by a guard: {detail}"));
        }
        if !scene.phases.contains_key(&Phase::Pre) {
            return Self::void("NOT_EXECUTED", not_begun(scene));
        }
        Self::Sound
    }

    /// Of everything from the first blow on.
    pub fn after(scene: &Scene<'_>) -> Self {
        let before = Self::before(scene);
        if before != Self::Sound {
            return before;
        }
        if let Some(last) = scene.gave_up() {
            return Self::void("STEADY_STATE_NOT_MET", never_steady(scene, last));
        }
        if let Some(unmet) = unmet_before(scene) {
            let text = format!("the system was not in its steady state before the blow: {unmet}");
            return Self::void("STEADY_STATE_NOT_MET", text);
        }
        if scene.blows.iter().all(|blow| blow.called().is_none()) {
            return Self::void("NOT_EXECUTED", not_begun(scene));
        }
        if let Some((_, reason)) = scene.aborted {
            return Self::doubtful("ABORTED", format!("the scenario ended early: {reason}"));
        }
        if !scene.evidence.is_complete() {
            return Self::doubtful("RUN_KILLED", "the run was killed");
        }
        match scene.blows.iter().find_map(fault::unproved) {
            Some(why) => Self::doubtful("FAULT_NOT_PROVED", why),
            None => Self::Sound,
        }
    }

    /// Decides where anything can be decided; what only held cannot pass in doubt.
    pub fn judge(&self, decide: impl FnOnce() -> Outcome) -> Outcome {
        match self {
            Self::Sound => decide(),
            Self::Void(reason) => reason.error(),
            Self::Doubtful(reason) => {
                let outcome = decide();
                match outcome.verdict {
                    Verdict::Pass | Verdict::Warn | Verdict::Skipped => reason.error(),
                    Verdict::Error | Verdict::Fail => outcome,
                }
            }
        }
    }
}

impl Reason {
    fn error(&self) -> Outcome {
        let next = match self.code {
            "GUARD_REFUSED" => "do what the guard asks for, or choose another target",
            "STEADY_STATE_NOT_MET" => "bring the system to rest first, then run the scenario again",
            "FAULT_NOT_PROVED" => "see the fault's own checks: nothing is proved without a fault",
            _ => "run the scenario again",
        };
        Outcome::error(self.code, &self.saw).next(next)
    }
}

/// Why the steady state did not hold in a pre phase of which this was seen; `None` where it held.
///
/// What is asked before the first blow is what is judged after the last, so that nothing is
/// broken of which nothing could be said.
pub fn unrest(started: &RunStarted, seen: Vec<Timed>) -> Option<String> {
    let evidence = Evidence {
        started: started.clone(),
        events: seen,
    };
    match Scene::new(&evidence) {
        Some(scene) => unmet_before(&scene),
        None => Some("the plan has no chaos scenario".into()),
    }
}

fn unmet_before(scene: &Scene<'_>) -> Option<String> {
    steady::unmet_before(scene).or_else(|| journeys::unmet_before(scene))
}

/// How long the steady state was waited for, and what was seen last.
fn never_steady(scene: &Scene<'_>, last: &Unsteady<'_>) -> String {
    let first = scene.unsteady.first().unwrap_or(last);
    let seconds = last.to.saturating_sub(first.from) as f64 / 1e6;
    let tries = words::counted(scene.unsteady.len() as u64, "pre phase");
    format!(
        "the system was not in its steady state before the blow, in {tries} over {seconds:.1} s: {}",
        last.reason
    )
}

fn environment_failed(scene: &Scene<'_>) -> Option<String> {
    let mut events = scene.evidence.events.iter();
    events.find_map(|timed| match &timed.event {
        Event::EnvironmentFailed { reason } => Some(format!("the run could not go on: {reason}")),
        _ => None,
    })
}

fn not_begun(scene: &Scene<'_>) -> String {
    match scene.aborted {
        Some((_, reason)) => format!("the scenario ended before the first blow: {reason}"),
        None if scene.evidence.is_complete() => "no blow ever fell".into(),
        None => "the run was killed before the first blow".into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::judge::chaos::testdata::{self, CALLED, MS, PRE, change, plan_of};
    use crate::judge::{Judgement, judge};
    use crate::model::baseline::Memory;
    use crate::model::chaos::{AttemptOutcome, ChaosEvent};

    const GAVE_UP: u64 = 3_000 * MS;

    /// The whole pre phase counts, and before `until` every tenth attempt of `api` is bad.
    fn unsteady(until: u64) -> Evidence {
        let mut evidence = testdata::pass();
        plan_of(&mut evidence).steady_state[0].hold_for = std::time::Duration::ZERO;
        change(&mut evidence, |event| {
            if let ChaosEvent::Attempt(attempt) = event
                && attempt.probe == "api"
                && attempt.invoke_us < until
                && attempt.seq.is_multiple_of(10)
            {
                attempt.outcome = AttemptOutcome::Bad;
            }
            true
        });
        evidence
    }

    fn not_steady(evidence: &mut Evidence, to_us: u64) {
        let reason = "api: 180 of 200 attempts good".to_owned();
        testdata::add(evidence, to_us, ChaosEvent::NotSteady { to_us, reason });
    }

    fn pre(evidence: &mut Evidence, t_us: u64) {
        let phase = Phase::Pre;
        testdata::add(evidence, t_us, ChaosEvent::PhaseStarted { phase });
    }

    fn judged(evidence: &Evidence) -> Judgement {
        judge(evidence, &Memory::new(), "f")
    }

    fn code(judgement: &Judgement, id: &str) -> String {
        let id = format!("nats_partition_mesh/{id}");
        let check = judgement.checks.iter().find(|check| check.id == id);
        check.unwrap().reason_code.clone().unwrap_or_default()
    }

    #[test]
    fn a_pre_phase_that_was_not_steady_counts_for_nothing_and_is_told() {
        let mut evidence = unsteady(GAVE_UP);
        not_steady(&mut evidence, GAVE_UP);
        pre(&mut evidence, GAVE_UP + MS);
        let judgement = judged(&evidence);
        assert_eq!(judgement.verdict(), Verdict::Pass, "{:?}", judgement.checks);
        let notes = judgement.notes.join("\n");
        assert!(notes.contains("began again 1 time, 2.0 s later"), "{notes}");
        assert!(notes.contains("180 of 200"), "{notes}");
        let timeline = judgement.chaos.unwrap().timeline;
        let first: Vec<_> = timeline.iter().map(|step| step.at_ms).take(3).collect();
        assert_eq!(first, [-2_001.0, -1.0, 0.0]);
        assert!(timeline[1].what.contains("180 of 200"), "{timeline:?}");
    }

    #[test]
    fn no_pre_phase_is_left_out_that_nobody_gave_up() {
        let mut evidence = unsteady(GAVE_UP);
        pre(&mut evidence, GAVE_UP + MS);
        let judgement = judged(&evidence);
        assert_eq!(
            code(&judgement, "steady_state/api/pre"),
            "STEADY_STATE_NOT_MET"
        );
        assert_eq!(judgement.verdict(), Verdict::Error);
    }

    #[test]
    fn a_system_that_never_came_to_rest_says_how_long_it_was_waited_for() {
        let mut evidence = unsteady(CALLED);
        not_steady(&mut evidence, GAVE_UP);
        pre(&mut evidence, GAVE_UP + MS);
        not_steady(&mut evidence, CALLED - MS);
        change(&mut evidence, |event| {
            let blow = matches!(event, ChaosEvent::Fault { .. });
            let later = matches!(event, ChaosEvent::PhaseStarted { phase } if *phase != Phase::Pre);
            !blow && !later
        });
        let judgement = judged(&evidence);
        for id in ["steady_state/api/pre", "validation/no_data_loss"] {
            assert_eq!(code(&judgement, id), "STEADY_STATE_NOT_MET", "{id}");
        }
        let id = "nats_partition_mesh/validation/no_data_loss";
        let lost = judgement.checks.iter().find(|check| check.id == id);
        let saw = &lost.unwrap().saw;
        assert!(saw.contains("in 2 pre phases over 5.0 s: api"), "{saw}");
        assert_eq!(judgement.verdict(), Verdict::Error);
    }

    #[test]
    fn a_blow_into_a_system_that_was_given_up_proves_nothing() {
        let mut evidence = testdata::pass();
        not_steady(&mut evidence, CALLED - MS);
        let judgement = judged(&evidence);
        assert_eq!(
            code(&judgement, "validation/no_data_loss"),
            "STEADY_STATE_NOT_MET"
        );
        assert_eq!(judgement.verdict(), Verdict::Error);
        // Nor does a pre phase that begins when the blow has fallen.
        pre(&mut evidence, CALLED + MS);
        assert_eq!(judged(&evidence).verdict(), Verdict::Error);
    }

    #[test]
    fn what_is_asked_before_the_blow_is_what_is_judged_after_it() {
        let well = testdata::pass();
        assert_eq!(unrest(&well.started, well.events.clone()), None);
        let ill = unsteady(PRE + 100 * MS);
        let told = unrest(&ill.started, ill.events.clone()).unwrap();
        assert!(told.starts_with("api: "), "{told}");
        assert!(unrest(&well.started, Vec::new()).is_some(), "nothing seen");
    }
}
