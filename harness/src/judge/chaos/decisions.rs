//! Decisions asked for while the fault was certainly in effect: every one a deny.

use super::scene::{Blow, Scene};
use crate::judge::outcome::Outcome;
use crate::judge::words;
use crate::model::chaos::{Attempt, PolicyPlan};
use serde_json::Value;

/// Decisions by what they were.
#[derive(Debug, Default)]
struct Counts {
    allow: u64,
    deny: u64,
    /// Answered with something that is neither.
    other: Vec<Value>,
    /// No decision: an error, a timeout.
    none: u64,
    /// On the edges of the outage, and not judged.
    edge: u64,
}

/// Errors and timeouts are a class of their own: nothing was allowed, but nobody denied.
pub(super) fn decide(scene: &Scene<'_>, probe: &str, min_judged: u64) -> Outcome {
    let Some(policy) = scene.plan.system.policy.as_ref() else {
        let text = "the plan does not say what an allow is";
        return Outcome::error("NO_POLICY", text).next("write `system.policy`");
    };
    let mut counts = Counts::default();
    for attempt in scene.attempts(probe) {
        count(scene, policy, attempt, &mut counts);
    }
    outcome(&counts, min_judged)
}

fn count(scene: &Scene<'_>, policy: &PolicyPlan, attempt: &Attempt, counts: &mut Counts) {
    let overlaps = |blow: &Blow<'_>| place(blow, attempt);
    let places: Vec<Place> = scene.blows.iter().map(overlaps).collect();
    if places.contains(&Place::Edge) {
        counts.edge += 1;
        return;
    }
    if !places.contains(&Place::Inside) {
        return;
    }
    match &attempt.value {
        Some(value) if *value == policy.allowed => counts.allow += 1,
        Some(value) if *value == policy.denied => counts.deny += 1,
        Some(Value::Null) | None => counts.none += 1,
        Some(value) => counts.other.push(value.clone()),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Place {
    Inside,
    Edge,
    Outside,
}

/// Inside is: sent after the confirmed onset, and answered before mending began or the time was over.
fn place(blow: &Blow<'_>, attempt: &Attempt) -> Place {
    let Some(called) = blow.called() else {
        return Place::Outside;
    };
    let healed = blow.healed().map_or(u64::MAX, |healed| healed.to);
    if attempt.complete_us < called || attempt.invoke_us > healed {
        return Place::Outside;
    }
    match (blow.onset(), blow.lasted_to()) {
        (Some((onset, _)), Some(until))
            if attempt.invoke_us >= onset.to && attempt.complete_us <= until =>
        {
            Place::Inside
        }
        _ => Place::Edge,
    }
}

fn outcome(counts: &Counts, min_judged: u64) -> Outcome {
    let judged = counts.allow + counts.deny + counts.other.len() as u64;
    let told = format!(
        "{} judged: {} denied, {} allowed, {} neither; {} without a decision; {} on the edges left out",
        words::counted(judged, "decision"),
        words::count(counts.deny),
        words::count(counts.allow),
        words::count(counts.other.len() as u64),
        words::count(counts.none),
        words::count(counts.edge),
    );
    if counts.allow > 0 {
        return Outcome::fail("ALLOWED_DURING_OUTAGE", told).measured(counts.allow as f64, judged);
    }
    if let Some(value) = counts.other.first() {
        let told = format!("{told}, for example {value:.80}");
        return Outcome::fail("NOT_A_DENY", told).measured(0.0, judged);
    }
    if judged < min_judged.max(1) {
        return Outcome::error("TOO_FEW_DECISIONS", told)
            .next("a longer fault, or a probe that asks more often");
    }
    Outcome::pass(told).measured(0.0, judged)
}
