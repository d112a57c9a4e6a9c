//! A chaos scenario's evidence to series for drawing, on the scale of its timeline.

use super::chaos::{Blow, Scene};
use super::measured::milliseconds;
use crate::model::chaos::{Attempt, AttemptOutcome};
use crate::model::charts::{ChaosSeries, FaultSpan, ProbeSeries, SlotSeen};
use crate::model::evidence::{Event, Response};

/// Most slots of a probe: more than a chart has room for.
const SLOTS: f64 = 160.0;
/// Narrowest slot in seconds.
const NARROWEST: f64 = 0.1;

/// What a probe or a user saw of one question.
struct Seen {
    at_s: f64,
    outcome: AttemptOutcome,
    ms: Option<f64>,
}

/// `None` where not even the first phase began: there is no scale to draw on.
pub(super) fn series(scene: &Scene<'_>) -> Option<ChaosSeries> {
    if scene.phases.is_empty() {
        return None;
    }
    let last = scene.evidence.events.last().map_or(0, |timed| timed.t_us);
    let length_s = at(scene, last).max(NARROWEST);
    let slot_s = (length_s / SLOTS).max(NARROWEST);
    let phases = scene.phases.iter();
    Some(ChaosSeries {
        length_s,
        phases: phases.map(|(phase, t)| (*phase, at(scene, *t))).collect(),
        faults: scene.blows.iter().filter_map(|b| span(scene, b)).collect(),
        probes: probes(scene, slot_s),
    })
}

fn at(scene: &Scene<'_>, t_us: u64) -> f64 {
    scene.since_pre_ms(t_us) / 1000.0
}

fn span(scene: &Scene<'_>, blow: &Blow<'_>) -> Option<FaultSpan> {
    let called = blow.called()?;
    let onset = blow.onset().map(|(between, _)| between.from);
    let ended = blow.healed().map(|between| between.to);
    let ended = ended.or(blow.vanished().map(|(t, _)| t));
    Some(FaultSpan {
        action: blow.action.id.clone(),
        what: format!("{} of {}", blow.action.fault.word(), blow.action.target),
        from_s: at(scene, onset.unwrap_or(called)),
        to_s: ended.map(|t| at(scene, t)),
        witnessed: onset.is_some(),
    })
}

fn probes(scene: &Scene<'_>, slot_s: f64) -> Vec<ProbeSeries> {
    let mut all = Vec::new();
    for probe in &scene.plan.probes {
        let attempts = scene.attempts(&probe.id).iter();
        let seen = attempts.map(|attempt| attempted(scene, attempt)).collect();
        all.push(binned(probe.id.clone(), seen, slot_s));
    }
    let targets = scene.plan.journeys.iter().flat_map(|plan| &plan.targets);
    for target in targets {
        let seen = responses(scene, &target.name);
        all.push(binned(format!("users of {}", target.name), seen, slot_s));
    }
    all.retain(|series| !series.slots.is_empty());
    all
}

/// From the moment it was due: what waited behind a stall is late, too.
fn attempted(scene: &Scene<'_>, attempt: &Attempt) -> Seen {
    let answered = attempt.outcome != AttemptOutcome::Info;
    let us = attempt.complete_us.saturating_sub(attempt.due_us);
    Seen {
        at_s: at(scene, attempt.invoke_us),
        outcome: attempt.outcome,
        ms: answered.then(|| milliseconds(us)),
    }
}

fn responses(scene: &Scene<'_>, target: &str) -> Vec<Seen> {
    let events = scene.evidence.events.iter();
    let all = events.filter_map(|timed| match &timed.event {
        Event::Response(response) if response.service == target => Some(response),
        _ => None,
    });
    all.map(|response| responded(scene, response)).collect()
}

fn responded(scene: &Scene<'_>, response: &Response) -> Seen {
    let us = response.complete_us.saturating_sub(response.invoke_us);
    let outcome = match (response.failure.is_none(), response.answered()) {
        (true, _) => AttemptOutcome::Ok,
        (false, true) => AttemptOutcome::Bad,
        (false, false) => AttemptOutcome::Info,
    };
    Seen {
        at_s: at(scene, response.invoke_us),
        outcome,
        ms: response.answered().then(|| milliseconds(us)),
    }
}

fn binned(name: String, mut seen: Vec<Seen>, slot_s: f64) -> ProbeSeries {
    // The scale begins with the pre phase that counts; the timeline tells of those before it.
    seen.retain(|one| one.at_s >= 0.0);
    seen.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
    let mut slots: Vec<SlotSeen> = Vec::new();
    for one in seen {
        let from_s = (one.at_s / slot_s).floor() * slot_s;
        if slots.last().is_none_or(|slot| slot.from_s < from_s) {
            slots.push(empty(from_s));
        }
        if let Some(slot) = slots.last_mut() {
            add(slot, &one);
        }
    }
    ProbeSeries {
        name,
        slot_s,
        slots,
    }
}

fn empty(from_s: f64) -> SlotSeen {
    SlotSeen {
        from_s,
        ok: 0,
        bad: 0,
        unanswered: 0,
        longest_ms: None,
    }
}

fn add(slot: &mut SlotSeen, one: &Seen) {
    match one.outcome {
        AttemptOutcome::Ok => slot.ok += 1,
        AttemptOutcome::Bad => slot.bad += 1,
        AttemptOutcome::Info => slot.unanswered += 1,
    }
    if let Some(ms) = one.ms {
        slot.longest_ms = Some(slot.longest_ms.map_or(ms, |longest| longest.max(ms)));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::judge::chaos::testdata;

    #[test]
    fn every_attempt_is_in_a_slot_and_the_fault_in_its_place() {
        let evidence = testdata::pass();
        let scene = Scene::new(&evidence).unwrap();
        let series = series(&scene).unwrap();
        assert_eq!(series.phases.len(), 3);
        let fault = &series.faults[0];
        assert!(fault.witnessed && fault.to_s.unwrap() > fault.from_s);
        for probe in &series.probes {
            let counted = probe.slots.iter().map(|s| s.ok + s.bad + s.unanswered);
            let asked = scene.attempts(&probe.name).len() as u64;
            assert_eq!(counted.sum::<u64>(), asked, "{}", probe.name);
            assert!(probe.slots.len() <= 162, "{}", probe.slots.len());
        }
        let api = series.probes.iter().find(|probe| probe.name == "api");
        let silent = api.unwrap().slots.iter().filter(|slot| slot.unanswered > 0);
        assert!(silent.count() > 0);
    }

    #[test]
    fn users_are_drawn_beside_the_probes() {
        let mut evidence = testdata::with_journeys();
        testdata::respond(&mut evidence, 3_000_000, |_| ());
        let scene = Scene::new(&evidence).unwrap();
        let series = series(&scene).unwrap();
        assert!(
            series
                .probes
                .iter()
                .any(|p| p.name.starts_with("users of "))
        );
    }

    #[test]
    fn a_refused_scenario_has_no_scale() {
        let evidence = testdata::refused();
        assert_eq!(series(&Scene::new(&evidence).unwrap()), None);
    }
}
