//! The group AB: how a request carries its token, and the baseline of everything else.

mod baseline;
mod credentials;
mod large;
mod methods;
mod scope;
mod silence;

use super::session::Session;
use crate::model::trial::launch::TrialError;

/// Puts the checks of the group to the target.
///
/// # Errors
/// The suite itself cannot go on.
pub(super) async fn ask(session: &mut Session<'_>) -> Result<(), TrialError> {
    let s = &*session;
    baseline::each_algorithm(s).await;
    credentials::no_token(s).await;
    s.put_made("AB-3", || credentials::words(s)).await;
    s.put_made("AB-4", || credentials::case_of_scheme(s)).await;
    s.put_made("AB-5", || credentials::other_schemes(s)).await;
    s.put_made("AB-6", || credentials::two(s)).await;
    s.put_made("AB-7", || credentials::elsewhere(s)).await;
    s.put_made("AB-8", || credentials::junk(s)).await;
    methods::ask(s).await;
    large::size(s).await;
    large::dots(s).await;
    silence::ask(s).await;
    baseline::after_refusals(s).await;
    scope::ask(s).await;
    Ok(())
}
