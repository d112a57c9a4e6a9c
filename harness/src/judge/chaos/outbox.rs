//! The outbox publishes again soon after the heal, and everything that waited arrives.

use super::scene::{Between, Scene};
use crate::judge::outcome::{Outcome, Undecided};
use crate::judge::words;
use crate::model::chaos::{ChaosEvent, LedgerRead, Row, Store};
use crate::model::evidence::Event;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// What the last whole reads of outbox and stream say, on the wall clock.
struct Seen<'a> {
    /// First copy of each event in the stream: when it was stored.
    stored: HashMap<&'a str, i64>,
    /// Events that were acknowledged before the heal.
    before: BTreeSet<&'a str>,
    /// Events that were acknowledged after it.
    after: u64,
    drained: bool,
}

/// Resumed within the time, and drained: resumed alone is not enough.
pub(super) fn decide(scene: &Scene<'_>, max: Duration) -> Outcome {
    let Some((healed, _)) = scene.last_heal() else {
        let text = "a fault was never healed, so there is nothing to count from";
        return Outcome::error("FAULT_NOT_HEALED", text).next("proofhouse chaos recover");
    };
    let Some(wall_us) = scene.wall_us else {
        return Outcome::error(
            "RUN_KILLED",
            "the run was killed before its clocks were compared",
        );
    };
    let seen = match seen(scene, healed) {
        Ok(seen) => seen,
        Err(undecided) => return undecided.into(),
    };
    judged(&seen, on_wall(wall_us, healed), max)
}

fn on_wall(wall_us: i64, healed: Between) -> (i64, i64) {
    let at = |us: u64| wall_us.saturating_add(i64::try_from(us).unwrap_or(i64::MAX));
    (at(healed.from), at(healed.to))
}

fn judged(seen: &Seen<'_>, healed: (i64, i64), max: Duration) -> Outcome {
    let after = seen.stored.values().copied().filter(|at| *at >= healed.0);
    let waiting: Vec<&&str> = seen
        .before
        .iter()
        .filter(|name| !seen.stored.contains_key(**name))
        .collect();
    let Some(first) = after.clone().min() else {
        if waiting.is_empty() && seen.after == 0 {
            let text = "nothing was left to publish after the heal";
            return Outcome::error("NOTHING_TO_PUBLISH", text).next("load that outlasts the fault");
        }
        let text = format!(
            "nothing was published after the heal; {} waited",
            words::counted(waiting.len() as u64, "event")
        );
        return Outcome::fail("OUTBOX_NEVER_RESUMED", text).next("read the relay's own output");
    };
    let earliest = (first - healed.1).max(0) as f64 / 1e6;
    let latest = (first - healed.0).max(0) as f64 / 1e6;
    let told = format!("published again {earliest:.3} s to {latest:.3} s after the heal");
    let outcome = if !waiting.is_empty() {
        let text = format!(
            "{told}, but {} from before the heal never came, for example {}",
            words::counted(waiting.len() as u64, "event"),
            waiting[0]
        );
        Outcome::fail("BACKLOG_NOT_DRAINED", text).next("read the relay's own output")
    } else if !seen.drained {
        let text = format!("{told}, but its backlog was still not empty at the end");
        Outcome::fail("BACKLOG_NOT_DRAINED", text).next("read the relay's own output")
    } else if earliest > max.as_secs_f64() {
        Outcome::fail("RESUMED_TOO_LATE", told)
    } else if latest > max.as_secs_f64() {
        let text = format!("{told}: the limit lies inside the interval");
        Outcome::error("RECOVERY_INCONCLUSIVE", text).next("run the scenario again")
    } else {
        let backlog = seen.before.iter().filter_map(|name| seen.stored.get(*name));
        let last = backlog.copied().max().unwrap_or(first);
        let drained = (last - healed.0).max(0) as f64 / 1e6;
        Outcome::pass(format!(
            "{told}; the backlog was drained after {drained:.3} s"
        ))
    };
    outcome.measured(latest, seen.stored.len() as u64)
}

fn seen<'a>(scene: &Scene<'a>, healed: Between) -> Result<Seen<'a>, Undecided> {
    let parts = last_read(scene);
    if !parts.iter().any(|part| part.last) {
        let text = "the stream was not read to its end";
        return Err(Undecided::error("READ_FAILED", text).next("run the scenario again"));
    }
    let ours: HashMap<&str, Option<u64>> = acknowledged(scene);
    if ours.is_empty() {
        let text = "not a single event was written";
        return Err(Undecided::error("NO_EVENTS", text).next("give the scenario a load of events"));
    }
    let mut stored: HashMap<&str, i64> = HashMap::new();
    for row in parts.iter().flat_map(|part| &part.rows) {
        if let Some((name, at)) = timed(row).filter(|(name, _)| ours.contains_key(name)) {
            let first = stored.entry(name).or_insert(at);
            *first = at.min(*first);
        }
    }
    let acks = ours.iter().filter_map(|(name, ack)| Some((*name, (*ack)?)));
    let before = acks.clone().filter(|(_, ack)| *ack < healed.from);
    Ok(Seen {
        before: before.map(|(name, _)| name).collect(),
        after: acks.filter(|(_, ack)| *ack >= healed.from).count() as u64,
        drained: parts.iter().all(|part| part.drained),
        stored,
    })
}

fn timed(row: &Row) -> Option<(&str, i64)> {
    Some((row.element.as_str(), row.at_us?))
}

/// The parts of the last whole read of the stream.
fn last_read<'a>(scene: &Scene<'a>) -> Vec<&'a LedgerRead> {
    let events = &scene.evidence.events;
    let parts = events.iter().filter_map(|timed| match &timed.event {
        Event::Chaos(ChaosEvent::Read(part)) if part.store == Store::Stream => Some(part),
        _ => None,
    });
    let whole = parts
        .clone()
        .filter(|part| part.last)
        .map(|part| part.began_us);
    let last = whole.max();
    parts.filter(|part| Some(part.began_us) == last).collect()
}

/// Every event of this run, and when it was first acknowledged.
fn acknowledged<'a>(scene: &Scene<'a>) -> HashMap<&'a str, Option<u64>> {
    let mut ours: HashMap<&str, Option<u64>> = HashMap::new();
    for operation in &scene.operations {
        let ok = operation.outcome == crate::model::chaos::OperationOutcome::Ok;
        let ack = ok.then_some(operation.complete_us);
        let first = ours.entry(&operation.element).or_insert(ack);
        *first = match (*first, ack) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    ours
}
