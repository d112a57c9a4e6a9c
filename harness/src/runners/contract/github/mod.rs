//! The suite for services that open pull requests on GitHub.

use crate::model::trial::github::GithubPlan;
use crate::model::trial::launch::{Stage, TrialError};
use crate::model::trial::plan::ListedCheck;

/// Every check that has to be decided, in the order of the catalogue.
pub fn listed(_plan: &GithubPlan) -> Vec<ListedCheck> {
    Vec::new()
}

/// Puts every check of the plan to the target.
///
/// # Errors
/// The suite itself cannot go on.
pub async fn run(_plan: &GithubPlan, _stage: &Stage<'_>) -> Result<(), TrialError> {
    Err(TrialError::Harness(
        "this suite is not there yet".to_owned(),
    ))
}
