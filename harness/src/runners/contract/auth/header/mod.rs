//! The group HD.

use super::session::Session;
use crate::model::trial::launch::TrialError;

/// Puts the checks of the group to the target.
///
/// # Errors
/// The suite itself cannot go on.
pub(super) async fn ask(_session: &mut Session<'_>) -> Result<(), TrialError> {
    Ok(())
}
