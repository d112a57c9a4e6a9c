//! Whether every fault was seen to bite, lasted undisturbed, and was mended.

use super::scene::{Blow, Scene};
use crate::judge::outcome::Outcome;
use crate::judge::words;
use crate::model::verdict::Verdict;

/// Least share of the planned time that a fault must have lasted.
const LEAST_SHARE: f64 = 0.9;

/// Why nothing is proved by a fault: it never bit, ended by itself, was another one than planned, or was too short.
pub(super) fn unproved(blow: &Blow<'_>) -> Option<String> {
    let outcomes = [witnessed(blow), lasted(blow)];
    let mut doubts = outcomes.into_iter().filter(|o| o.verdict == Verdict::Error);
    let id = &blow.action.id;
    doubts
        .next()
        .map(|doubt| format!("fault `{id}`: {}", doubt.saw))
}

/// A witness saw it take effect.
pub(super) fn witnessed(blow: &Blow<'_>) -> Outcome {
    let again = "see that the fault can bite at all: `proofhouse chaos doctor`";
    if let Some(reason) = blow.unwitnessed() {
        let text = format!("no sign that it took effect: {reason}");
        return Outcome::error("FAULT_UNWITNESSED", text).next(again);
    }
    match (blow.called(), blow.onset()) {
        (None, _) => not_called(),
        (Some(_), None) => {
            let text = "it was called, and nothing says that it took effect";
            Outcome::error("FAULT_UNWITNESSED", text).next(again)
        }
        (Some(called), Some((onset, witness))) => {
            let after = milliseconds(onset.to.saturating_sub(called));
            let width = milliseconds((onset.to - onset.from.min(onset.to)).div_ceil(2));
            Outcome::pass(format!(
                "{witness}; in effect at most {after} ms after the call (±{width} ms)"
            ))
        }
    }
}

/// It lasted until it was mended on schedule, and was what the plan asked for.
pub(super) fn lasted(blow: &Blow<'_>) -> Outcome {
    if let Some((_, reason)) = blow.vanished() {
        let text = format!("it ended without us: {reason}");
        return Outcome::error("FAULT_VANISHED", text)
            .next("find what restarted or repaired the target, then run the scenario again");
    }
    let mut remarks = blow.remarks();
    if let Some((_, detail)) = remarks.find(|(code, _)| *code == "NOT_GRACEFUL") {
        return Outcome::error("NOT_GRACEFUL", detail)
            .next("give the stop more grace, or name the signal that the service obeys");
    }
    let Some((onset, _)) = blow.onset() else {
        return match blow.called() {
            None => not_called(),
            Some(_) => Outcome::error("FAULT_UNWITNESSED", "it was never seen to take effect"),
        };
    };
    let Some((until, why)) = blow.heal_called() else {
        return Outcome::error("NOT_EXECUTED", "nothing says that mending began")
            .next("run the scenario again");
    };
    // The kernel does not wait for a busy runner.
    let until = blow.time_over().map_or(until, |over| over.min(until));
    let seen = until.saturating_sub(onset.to) as f64 / 1e6;
    let planned = blow.action.lasts.as_secs_f64();
    let told = format!(
        "{} of {}, then mended ({why})",
        precise(seen),
        precise(planned)
    );
    if seen < planned * LEAST_SHARE {
        return Outcome::error("FAULT_TOO_SHORT", told).next("run the scenario again");
    }
    match blow.remarks().next() {
        Some((_, detail)) => Outcome {
            verdict: Verdict::Warn,
            code: Some("REMARK"),
            ..Outcome::pass(format!("{told}; {detail}"))
        },
        None => Outcome::pass(told),
    }
}

/// The mending was verified. A fault that stays is a leak, and a failure.
pub(super) fn healed(scene: &Scene<'_>, blow: &Blow<'_>) -> Outcome {
    let next = "proofhouse chaos recover";
    match (blow.called(), blow.healed(), blow.heal_failed()) {
        (_, Some(healed), _) => {
            let called = blow.heal_called().map_or(healed.from, |(at, _)| at);
            let after = milliseconds(healed.to.saturating_sub(called));
            Outcome::pass(format!("mended and verified {after} ms after the call"))
        }
        (_, None, Some(reason)) => Outcome::fail("HEAL_FAILED", reason).next(next),
        (None, None, None) => not_called(),
        (Some(_), None, None) if !scene.evidence.is_complete() => {
            let text = "the run was killed before the mending was written down";
            Outcome::error("RUN_KILLED", text).next(next)
        }
        (Some(_), None, None) => {
            let text = "it was called, and nothing says that it was mended";
            Outcome::fail("FAULT_NOT_HEALED", text).next(next)
        }
    }
}

fn not_called() -> Outcome {
    Outcome::error("NOT_EXECUTED", "the blow never fell").next("run the scenario again")
}

fn milliseconds(us: u64) -> String {
    words::number(us as f64 / 1000.0)
}

fn precise(seconds: f64) -> String {
    format!("{seconds:.2} s")
}
