//! The target, the identity provider that it trusts, and everything that checks need of both.

mod keys;
mod provider;
mod ready;
mod requests;
mod signs;
mod tokens;

pub use requests::request_of;

use super::ask::Address;
use crate::model::trial::TrialEvent;
use crate::model::trial::auth::AuthPlan;
use crate::model::trial::launch::{LaunchError, LaunchWith, Launched, Stage, TrialError};
use crate::model::trial::plan::Comes;
use crate::runners::contract::fake::identity_provider::IdentityProvider;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// How long the target gets beyond what it declares.
const SLACK: Duration = Duration::from_secs(10);

/// One run of the suite. Checks share the target that it holds, and start it anew where they must.
pub struct Session<'a> {
    /// Where everything seen goes.
    pub stage: &'a Stage<'a>,
    /// What the target declares of itself.
    pub plan: &'a AuthPlan,
    /// The identity provider that the target trusts.
    pub idp: IdentityProvider,
    target: Option<Box<dyn Launched>>,
    address: Address,
    launches: u32,
    /// Requests in a row that were not answered within the patience.
    unanswered: AtomicU32,
}

impl<'a> Session<'a> {
    /// Starts the identity provider, then the target.
    ///
    /// # Errors
    /// The provider cannot listen, or the target is not there.
    pub async fn open(plan: &'a AuthPlan, stage: &'a Stage<'a>) -> Result<Self, TrialError> {
        let idp = provider::start(plan, stage).await?;
        let mut session = Self {
            stage,
            plan,
            idp,
            target: None,
            address: Address::parse("http://127.0.0.1:1")
                .ok_or_else(|| TrialError::Harness("no address".to_owned()))?,
            launches: 0,
            unanswered: AtomicU32::new(0),
        };
        match &stage.plan.target.comes {
            Comes::Launched { .. } => session.restart(LaunchWith::default()).await?,
            Comes::Attached { url } => {
                session.address = address(url)?;
                session.tell_attached();
            }
        }
        Ok(session)
    }

    /// Whether the target was there before: then it cannot be started anew.
    pub fn attached(&self) -> bool {
        matches!(self.stage.plan.target.comes, Comes::Attached { .. })
    }

    /// Ends the target and starts it anew; what the suite knows (issuer, audience, time to live)
    /// is told to it, unless `with` says otherwise.
    ///
    /// # Errors
    /// It was attached, could not be started, or was not ready in time.
    pub async fn restart(&mut self, with: LaunchWith) -> Result<(), LaunchError> {
        self.stop().await;
        self.launches += 1;
        let target = self.launch(with).await?;
        self.address = address(target.url()).map_err(|error| LaunchError(error.to_string()))?;
        self.target = Some(target);
        Ok(())
    }

    /// Starts another target beside the one of the session.
    ///
    /// # Errors
    /// As [`Self::restart`].
    pub async fn launch(&self, mut with: LaunchWith) -> Result<Box<dyn Launched>, LaunchError> {
        for (name, value) in self.values() {
            with.values.entry(name.to_owned()).or_insert(value);
        }
        if let Some(variable) = &self.plan.keys.ttl_variable {
            let seconds = self.plan.keys.ttl.as_secs().max(1).to_string();
            let entry = with.environment.entry(variable.clone());
            entry.or_insert(Some(seconds));
        }
        self.stage.launcher.launch(&with).await
    }

    /// What the holes of the suite file are filled with.
    pub fn values(&self) -> [(&'static str, String); 4] {
        let issuer = &self.plan.issuer;
        [
            ("issuer", self.idp.issuer()),
            ("jwks_uri", self.idp.keys_uri()),
            ("client_id", issuer.client_id.clone()),
            ("audience", issuer.audience.clone()),
        ]
    }

    /// Ends the target, where it was launched.
    pub async fn stop(&mut self) {
        if let Some(target) = self.target.take() {
            target.stop().await;
        }
    }

    /// The target, where it was launched.
    pub fn target(&self) -> Option<&dyn Launched> {
        self.target.as_deref()
    }

    /// Where the target answers.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// How often the target of the session was started.
    pub fn launches(&self) -> u32 {
        self.launches
    }

    /// Writes down what a reader of the report must know.
    pub fn note(&self, text: impl Into<String>) {
        self.stage.record(TrialEvent::Note { text: text.into() });
    }

    fn tell_attached(&self) {
        let values = self.values().map(|(name, value)| format!("{name}={value}"));
        let text = format!(
            "attached: the target must trust this identity provider: {}",
            values.join(" ")
        );
        self.stage.progress(text.clone());
        self.note(text);
    }
}

fn address(url: &str) -> Result<Address, TrialError> {
    Address::parse(url).ok_or_else(|| {
        TrialError::Harness(format!(
            "`{url}` is not an address of plain http: attach the target before its TLS ends"
        ))
    })
}
