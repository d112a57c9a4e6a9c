//! The suite of RDFS entailment, and the oracle that it is held against.

use crate::model::trial::launch::{Stage, TrialError};
use crate::model::trial::plan::ListedCheck;
use crate::model::trial::reasoning::ReasoningPlan;

/// Every check that has to be decided, in the order of the catalogue.
pub fn listed(_plan: &ReasoningPlan) -> Vec<ListedCheck> {
    Vec::new()
}

/// Puts every check of the plan to the target.
///
/// # Errors
/// The suite itself cannot go on.
pub async fn run(_plan: &ReasoningPlan, _stage: &Stage<'_>) -> Result<(), TrialError> {
    Err(TrialError::Harness(
        "this suite is not there yet".to_owned(),
    ))
}
