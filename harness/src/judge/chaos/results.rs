//! The seed's structured results: probes by phase, validations, timeline, recovery, ledger.

use super::ledger::{Class, StoreFindings};
use super::measure::{is_good, percentile_ms};
use super::recovery::{self, Return};
use super::scene::{Blow, Scene};
use super::{journeys, timeline, validation};
use crate::model::chaos::{
    Attempt, AttemptOutcome, ChaosOutcome, Connection, Phase, ProbeResult, RecoverySummary, Store,
    Tallies, ValidationKind, ValidationResult,
};
use crate::model::check::{CheckClass, CheckResult};
use crate::model::load::Target;
use crate::model::verdict::Verdict;
use std::collections::BTreeMap;
use std::time::Duration;

/// Joins what was seen with what was decided.
pub(crate) fn outcome(scene: &Scene<'_>, checks: &[CheckResult]) -> ChaosOutcome {
    let ledger = scene.ledger();
    let seen = ledger.stores.iter().filter(|_| ledger.attempted > 0);
    ChaosOutcome {
        scenario: scene.plan.scenario.clone(),
        hypothesis: scene.plan.hypothesis.clone(),
        outcome: verdict(checks),
        probe_results: probe_results(scene),
        validation: validations(scene, checks),
        timeline: timeline::steps(scene),
        recovery: recoveries(scene),
        ledger: seen
            .map(|(store, seen)| (*store, tallies(*store, seen)))
            .collect(),
    }
}

/// `pass`, `fail` or `error` over everything that decides the run: a warning is a pass.
fn verdict(checks: &[CheckResult]) -> Verdict {
    let decides = |c: &&CheckResult| matches!(c.class, CheckClass::Chaos | CheckClass::Run);
    match Verdict::over(checks.iter().filter(decides).map(|c| c.verdict)) {
        Verdict::Warn => Verdict::Pass,
        verdict => verdict,
    }
}

fn probe_results(scene: &Scene<'_>) -> BTreeMap<String, BTreeMap<String, ProbeResult>> {
    let of_phase = |phase: Phase| {
        let probes = scene.plan.probes.iter();
        let results = probes.map(|probe| {
            let attempts = scene.in_phase(&probe.id, phase);
            (probe.id.clone(), probe_result(&attempts))
        });
        let results = results.chain(journey_results(scene, phase));
        (phase.result_key().to_owned(), results.collect())
    };
    Phase::ALL.into_iter().map(of_phase).collect()
}

/// Requests of users stand beside the attempts of probes, as `LOAD/TARGET`.
fn journey_results(scene: &Scene<'_>, phase: Phase) -> Vec<(String, ProbeResult)> {
    let Some(plan) = &scene.plan.journeys else {
        return Vec::new();
    };
    let row = |target: &Target| {
        let responses = scene.responses(&target.name, phase);
        let name = format!("{}/{}", plan.id, target.name);
        (name, journeys::result(&responses))
    };
    plan.targets.iter().map(row).collect()
}

fn probe_result(attempts: &[&Attempt]) -> ProbeResult {
    let count = |outcome| attempts.iter().filter(|a| a.outcome == outcome).count() as u64;
    let mut classes = BTreeMap::new();
    for class in attempts
        .iter()
        .filter(|a| !is_good(a))
        .filter_map(|a| a.class)
    {
        *classes.entry(class).or_default() += 1;
    }
    let answered: Vec<&Attempt> = attempts
        .iter()
        .copied()
        .filter(|a| a.outcome != AttemptOutcome::Info)
        .collect();
    let mut values = attempts.iter().filter_map(|a| a.value.as_ref());
    let first_value = values.next().cloned();
    ProbeResult {
        attempts: attempts.len() as u64,
        ok: count(AttemptOutcome::Ok),
        bad: count(AttemptOutcome::Bad),
        info: count(AttemptOutcome::Info),
        classes,
        p50_ms: percentile_ms(&answered, 50.0),
        p99_ms: percentile_ms(&answered, 99.0),
        last_value: values.next_back().cloned().or_else(|| first_value.clone()),
        first_value,
    }
}

fn validations(scene: &Scene<'_>, checks: &[CheckResult]) -> BTreeMap<String, ValidationResult> {
    let named = validation::named(scene.plan).into_iter();
    let results = named.filter_map(|(name, _)| {
        let id = format!("{}/validation/{name}", scene.plan.scenario);
        let check = checks.iter().find(|check| check.id == id)?;
        let result = ValidationResult {
            verdict: check.verdict,
            wanted: check.wanted.clone(),
            saw: check.saw.clone(),
        };
        Some((name, result))
    });
    results.collect()
}

/// How every probe came back from every blow, where it was bad at all.
fn recoveries(scene: &Scene<'_>) -> Vec<RecoverySummary> {
    let mut all = Vec::new();
    for blow in &scene.blows {
        for probe in &scene.plan.probes {
            for connection in recovery::connections(scene, &probe.id) {
                all.extend(recovery_of(scene, blow, &probe.id, connection));
            }
        }
    }
    all
}

fn recovery_of(
    scene: &Scene<'_>,
    blow: &Blow<'_>,
    probe: &str,
    connection: Option<Connection>,
) -> Option<RecoverySummary> {
    let hold = hold_for(scene, probe);
    let seen = recovery::from_blow(scene, blow, probe, connection, hold)?;
    let (back, held) = match seen {
        Return::Back(back) => (back, back.relapses != recovery::Relapses::Flapping),
        Return::Short(back) => (back, false),
        Return::NeverBad { .. } | Return::NotBack { .. } | Return::TooFew { .. } => return None,
    };
    let ms = |us: u64| us as f64 / 1000.0;
    Some(RecoverySummary {
        probe: probe.to_owned(),
        connection: connection_word(connection).to_owned(),
        action: blow.action.id.clone(),
        from_ms: ms(back.from_us),
        to_ms: ms(back.to_us),
        first_ok_ms: ms(back.first_ok_us),
        held,
    })
}

fn connection_word(connection: Option<Connection>) -> &'static str {
    match connection {
        Some(Connection::Fresh) => "fresh",
        Some(Connection::Pooled) => "pooled",
        None => "",
    }
}

fn hold_for(scene: &Scene<'_>, id: &str) -> Option<Duration> {
    let mut validations = scene.plan.validation.iter();
    validations.find_map(|validation| match &validation.kind {
        ValidationKind::RecoveryTimeMax {
            probe, hold_for, ..
        } if probe == id => Some(*hold_for),
        _ => None,
    })
}

fn tallies(store: Store, seen: &StoreFindings) -> Tallies {
    let mut tallies = Tallies::default();
    for (class, named) in &seen.classes {
        tallies.counts.insert(class.word().to_owned(), named.count);
        if !named.names.is_empty() {
            let names = named.names.clone();
            tallies.examples.insert(class.word().to_owned(), names);
        }
    }
    let lost = match store {
        Store::Outbox => Class::LostSource,
        _ => Class::Lost,
    };
    if seen.count(lost) > 0 {
        let losses = &seen.losses;
        for (part, count) in [
            ("prefix", losses.prefix),
            ("middle", losses.middle),
            ("postfix", losses.postfix),
        ] {
            tallies
                .counts
                .insert(format!("{}_{part}", lost.word()), count);
        }
    }
    if seen.extra_copies > 0 {
        tallies
            .counts
            .insert("extra_copies".into(), seen.extra_copies);
    }
    tallies
}
