//! What a reader must know about the numbers before believing them.

use super::case::Case;
use super::chaos;
use super::measurements::most_users;
use super::trial;
use super::words;
use crate::model::baseline::Remembered;
use crate::model::evidence::{Event, ScenarioFinished};
use crate::model::load::Scenario;
use crate::model::resource::MemoryKind;
use std::collections::BTreeSet;

/// All notes: first runs, the workload model, the numbers' definitions, the generator's health.
pub(crate) fn all(case: &Case<'_>) -> Vec<String> {
    let scenarios = &case.plan().scenarios;
    let mut notes: Vec<String> = scenarios
        .iter()
        .filter_map(|s| first_run(case, s))
        .collect();
    if scenarios.iter().any(|s| case.finished(&s.name).is_ok()) {
        notes.push(workload_model(scenarios));
        notes.push(percentiles());
    }
    notes.extend(resources(case));
    notes.extend(scenarios.iter().filter_map(|s| {
        let finished = case.finished(&s.name).ok()?;
        Some(generator(finished))
    }));
    notes.extend(case.chaos.iter().flat_map(chaos::notes));
    notes.extend(trial::notes(case));
    notes
}

fn first_run(case: &Case<'_>, scenario: &Scenario) -> Option<String> {
    matches!(case.memory.get(&scenario.name), Some(Remembered::Nothing)).then(|| {
        format!(
            "first run of {}: there is no baseline to compare with; this run becomes it if it passes",
            scenario.name
        )
    })
}

fn workload_model(scenarios: &[Scenario]) -> String {
    let most = scenarios.iter().map(most_users).max().unwrap_or(0);
    format!(
        "workload model: closed. Each of at most {most} users of a service waits for its answer \
         before it asks again, so a stall is seen by at most {most} requests and slows the load \
         down (coordinated omission). These are the response times that so many users see; what \
         happens at a fixed request rate needs an open model"
    )
}

fn percentiles() -> String {
    "percentiles are nearest rank over all answered requests of the steady phase, from one merged \
     histogram with 3 significant digits; they are never averaged over windows"
        .into()
}

fn resources(case: &Case<'_>) -> Option<String> {
    let kinds: BTreeSet<&str> = case
        .evidence
        .events
        .iter()
        .filter_map(|timed| match &timed.event {
            Event::Resource { sample, .. } => Some(memory(sample.memory_kind)),
            _ => None,
        })
        .collect();
    (!kinds.is_empty()).then(|| {
        let kinds: Vec<&str> = kinds.into_iter().collect();
        format!(
            "CPU is percent of one core (200 % is two busy cores); memory is {}",
            kinds.join(", or ")
        )
    })
}

fn memory(kind: MemoryKind) -> &'static str {
    match kind {
        MemoryKind::ResidentSet => {
            "the resident set of the process tree, shared pages counted in each"
        }
        MemoryKind::WorkingSet => "the container's working set (usage without inactive file cache)",
    }
}

fn generator(finished: &ScenarioFinished) -> String {
    let late = |us: u64| words::number(us as f64 / 1000.0);
    format!(
        "load generator in {}: {} of its CPU share, {} ms late (p99; at most {} ms), {} of {} users, \
         open-file limit {}",
        finished.scenario,
        words::share(finished.generator_cpu_share),
        late(finished.lag_p99_us),
        late(finished.lag_max_us),
        finished.users_reached,
        finished.users_wanted,
        words::count(finished.open_files_limit),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testdata;

    #[test]
    fn the_model_and_the_generator_are_told() {
        let evidence = testdata::pass();
        let memory = testdata::memory(Remembered::Nothing);
        let notes = all(&Case::new(&evidence, &memory, "f")).join("\n");
        for told in [
            "first run of typical_load",
            "coordinated omission",
            "nearest rank",
            "resident set",
            "41 % of its CPU share",
        ] {
            assert!(notes.contains(told), "{told} in {notes}");
        }
    }

    #[test]
    fn a_run_without_numbers_explains_none() {
        let evidence = testdata::never_up();
        let memory = testdata::memory(Remembered::Disabled);
        assert!(all(&Case::new(&evidence, &memory, "f")).is_empty());
    }
}
