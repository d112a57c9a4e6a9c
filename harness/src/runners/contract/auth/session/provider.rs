//! The identity provider of a session, as its plan wants it.

use crate::model::trial::auth::{AuthPlan, IssuerPlan};
use crate::model::trial::launch::{Stage, TrialError};
use crate::model::trial::plan::Comes;
use crate::runners::contract::fake::identity_provider::{Client, IdentityProvider, Options};
use std::net::{Ipv4Addr, SocketAddr};

/// Starts it.
///
/// # Errors
/// An attached target would not know where it listens, or it cannot listen there.
pub(super) async fn start(
    plan: &AuthPlan,
    stage: &Stage<'_>,
) -> Result<IdentityProvider, TrialError> {
    let IssuerPlan {
        path,
        client_id,
        audience,
        listen,
        public_url,
    } = plan.issuer.clone();
    let attached = matches!(stage.plan.target.comes, Comes::Attached { .. });
    if attached && listen.is_none() {
        let text = "an attached target has to know its issuer before the suite starts: \
                    write `issuer: {listen: \"127.0.0.1:9400\"}` and tell the target";
        return Err(TrialError::Harness(text.to_owned()));
    }
    let options = Options {
        listen: listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        public_url,
        issuer_path: path,
        client: Client {
            id: client_id,
            secret: None,
            redirect_uris: Vec::new(),
            audience,
        },
        algorithms: plan.algorithms.clone(),
        ..Options::default()
    };
    let started = IdentityProvider::start(&options).await;
    started.map_err(|error| TrialError::Harness(format!("the identity provider: {error}")))
}
