//! Checks, evidence and baselines to results: no clock, no disk, no network.

mod assembly;
mod candidates;
mod case;
pub mod chaos;
mod charts;
mod charts_chaos;
mod check;
mod measured;
mod measurements;
mod notes;
mod outcome;
mod spans;
#[cfg(test)]
pub(crate) mod testdata;
mod trial;
mod words;

pub use assembly::report;
pub use candidates::baselines;
pub use charts::charts;

use crate::model::baseline::Memory;
use crate::model::chaos::ChaosOutcome;
use crate::model::check::CheckResult;
use crate::model::evidence::Evidence;
use crate::model::report::Measurement;
use crate::model::verdict::Verdict;
use case::Case;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What was decided about a run, and the numbers that it was decided from.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Every promise of the plan, decided; sorted by id.
    pub checks: Vec<CheckResult>,
    /// What was measured, in the plan's order; only what has numbers.
    pub measurements: Vec<Measurement>,
    /// The structured results of a chaos scenario.
    pub chaos: Option<ChaosOutcome>,
    /// What a reader must know about the numbers.
    pub notes: Vec<String>,
}

impl Judgement {
    /// The worst verdict; nothing at all is an error.
    pub fn verdict(&self) -> Verdict {
        Verdict::over(self.checks.iter().map(|check| check.verdict))
    }
}

/// Decides every promise of the plan that is stored in the evidence.
///
/// `memory` is what the store found for each scenario and `fingerprint` the
/// digest of the machine that the run happened on. The same three always give
/// the same judgement, today and on yesterday's evidence.
pub fn judge(evidence: &Evidence, memory: &Memory, fingerprint: &str) -> Judgement {
    let case = Case::new(evidence, memory, fingerprint);
    let mut checks = check::all(&case);
    checks.sort_by(|a, b| a.id.cmp(&b.id));
    // What the checks say stands, even if the summary of it should break.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let scene = case.chaos.as_ref()?;
        Some(chaos::outcome(scene, &checks))
    }));
    Judgement {
        checks,
        measurements: measurements::all(&case),
        chaos: outcome.unwrap_or_default(),
        notes: notes::all(&case),
    }
}
