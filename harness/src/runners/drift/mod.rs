//! The gate of declared against observed behaviour.

use crate::model::trial::drift::DriftPlan;
use crate::model::trial::launch::{Stage, TrialError};
use crate::model::trial::plan::ListedCheck;

/// Every check that has to be decided, in the order of the catalogue.
pub fn listed(_plan: &DriftPlan) -> Vec<ListedCheck> {
    Vec::new()
}

/// Puts every check of the plan to the target.
///
/// # Errors
/// The suite itself cannot go on.
pub async fn run(_plan: &DriftPlan, _stage: &Stage<'_>) -> Result<(), TrialError> {
    Err(TrialError::Harness(
        "this suite is not there yet".to_owned(),
    ))
}
