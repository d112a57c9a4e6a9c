//! What the run itself allows to be said: a promise can hold only where the experiment happened.

use super::fault;
use super::journeys;
use super::scene::Scene;
use super::steady;
use crate::judge::outcome::Outcome;
use crate::model::chaos::Phase;
use crate::model::evidence::Event;
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
        let unmet = steady::unmet_before(scene).or_else(|| journeys::unmet_before(scene));
        if let Some(unmet) = unmet {
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
