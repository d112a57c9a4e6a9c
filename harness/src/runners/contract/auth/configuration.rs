//! The group CF: wrong environments, each a start of its own.

use super::catalogue;
use super::session::Session;
use crate::model::trial::launch::TrialError;

/// Puts the checks of the group to the target.
///
/// # Errors
/// The suite itself cannot go on.
pub(super) async fn ask(session: &mut Session<'_>) -> Result<(), TrialError> {
    let checks = catalogue::all().filter(|check| check.id.starts_with("CF-"));
    for check in checks.filter(|check| session.stage.asks(check.id)) {
        match (&session.plan.guard, session.attached()) {
            (_, true) => {
                let why = "the target is attached, and this check has to start it";
                session.stage.not_run(check.id, why);
            }
            (None, false) => session
                .stage
                .not_run(check.id, "the suite file has no `auth.guard`"),
            // SEAM: the checks of production guards are asked here, by
            // `crate::runners::contract::guard::ask(...)`, with the values of `session.values()`.
            (Some(_), false) => session.stage.inconclusive(
                check.id,
                "the checks of production guards are not joined to this suite yet",
            ),
        }
    }
    Ok(())
}
