//! The group CF: wrong environments, each a start of its own, asked as the suite of production guards asks them.

use super::catalogue;
use super::session::Session;
use crate::model::trial::launch::TrialError;
use crate::runners::contract::guard;

/// Puts the checks of the group to the target.
///
/// # Errors
/// The suite itself cannot go on.
pub(super) async fn ask(session: &mut Session<'_>) -> Result<(), TrialError> {
    if let Some(plan) = &session.plan.guard {
        // The session's own target would only compete for the machine.
        session.stop().await;
        return Box::pin(guard::ask(plan, session.stage)).await;
    }
    let why = match session.attached() {
        true => "the target is attached, and this check has to start it",
        false => "the suite file has no `auth.guard`",
    };
    let checks = catalogue::all().filter(|check| check.id.starts_with("CF-"));
    for check in checks.filter(|check| session.stage.asks(check.id)) {
        session.stage.not_run(check.id, why);
    }
    Ok(())
}
