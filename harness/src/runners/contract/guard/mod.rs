//! The suite of production guards: wrong environments that a service must refuse.

use crate::model::trial::guard::GuardPlan;
use crate::model::trial::launch::{Stage, TrialError};
use crate::model::trial::plan::ListedCheck;

/// Every check that has to be decided, in the order of the catalogue.
pub fn listed(_plan: &GuardPlan) -> Vec<ListedCheck> {
    Vec::new()
}

/// Puts every check of the plan to the target.
///
/// # Errors
/// The suite itself cannot go on.
pub async fn run(_plan: &GuardPlan, _stage: &Stage<'_>) -> Result<(), TrialError> {
    Err(TrialError::Harness(
        "this suite is not there yet".to_owned(),
    ))
}
