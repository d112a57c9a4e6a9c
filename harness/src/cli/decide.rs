//! From evidence to a report: what `run`, `judge`, `report` and `baseline accept` share.

use crate::judge;
use crate::model::baseline::Baseline;
use crate::model::charts::Charts;
use crate::model::environment::fingerprint;
use crate::model::evidence::Evidence;
use crate::model::report::Report;
use crate::store::{self, StoreError, baselines};
use std::path::Path;

/// What was decided about a run.
pub(super) struct Decided {
    pub(super) report: Report,
    /// What could become baselines: one for each scenario with whole numbers.
    pub(super) candidates: Vec<Baseline>,
    /// What can be drawn.
    pub(super) charts: Charts,
}

/// Judges evidence against the baselines that were there when the run began.
///
/// # Errors
/// Files of the run that cannot be read.
pub(super) fn decide(evidence: &Evidence, folder: &Path) -> Result<Decided, StoreError> {
    let started = &evidence.started;
    let storage = started.plan.performance.baseline.as_ref();
    let memory = baselines::load(storage, &started.plan, &started.machine, started.at);
    let past = baselines::past(storage, &started.plan, &started.machine, started.at);
    let fingerprint = fingerprint(&started.machine);
    let judgement = judge::judge(evidence, &memory, &fingerprint);
    let candidates = judge::baselines(evidence, &judgement);
    let files = store::evidence_files(folder)?;
    let report = judge::report(evidence, &judgement, files, &fingerprint);
    Ok(Decided {
        report,
        candidates,
        charts: judge::charts(evidence, &memory, &past),
    })
}
