//! Where lanes come from: each gets a target that is started for it, and a provider of its own.

use super::{Lane, LaneError, Provider};
use crate::model::trial::auth::AuthPlan;
use crate::model::trial::launch::{LaunchWith, Launched, Stage};
use crate::model::trial::plan::Comes;
use crate::runners::contract::auth::ask::Address;
use crate::runners::contract::auth::discovery;
use crate::runners::contract::fake::identity_provider::{Client, IdentityProvider, Options, Scene};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};

/// A time to live within which no check of a lane can see keys grow old by themselves.
const LONG: Duration = Duration::from_secs(60);

/// What a lane needs of its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Ttl {
    /// Keys stay fresh for the whole lane.
    Long,
    /// Keys grow old while the lane looks.
    Short,
}

/// How a lane begins.
#[derive(Debug)]
pub(in super::super) struct Start {
    /// The time to live that its checks need.
    pub(in super::super) ttl: Ttl,
    /// The first scene: it plays before the target starts.
    pub(in super::super) scene: Scene,
    /// Whether the target is asked for readiness, which makes many of them fetch the keys.
    pub(in super::super) warm: bool,
    /// Whether it is started as a production process.
    pub(in super::super) production: bool,
}

impl Start {
    /// A target that has its keys.
    pub(in super::super) fn warm(ttl: Ttl) -> Self {
        Self {
            ttl,
            scene: Scene::default(),
            warm: true,
            production: false,
        }
    }

    /// A target that was not asked for anything yet, while a scene plays.
    pub(in super::super) fn cold(ttl: Ttl, scene: Scene) -> Self {
        Self {
            warm: false,
            scene,
            ..Self::warm(ttl)
        }
    }
}

/// Where lanes come from.
#[derive(Clone, Copy)]
pub(in super::super) struct Ground<'a> {
    /// What is asked, and how.
    pub(in super::super) stage: &'a Stage<'a>,
    /// What the target declares.
    pub(in super::super) plan: &'a AuthPlan,
    /// The provider of an attached target, or of one that is told a fixed address.
    pub(in super::super) shared: Option<&'a IdentityProvider>,
}

impl<'a> Ground<'a> {
    /// Whether the target already runs.
    pub(in super::super) fn is_attached(&self) -> bool {
        matches!(self.stage.plan.target.comes, Comes::Attached { .. })
    }

    /// Whether a check is asked in this run, of this target.
    pub(in super::super) fn asks(&self, check: &str) -> bool {
        self.stage.asks(check) && discovery::applies(self.plan, check)
    }

    /// Opens a lane.
    ///
    /// # Errors
    /// The target cannot be started, or cannot be had as the lane needs it.
    pub(in super::super) async fn lane(&self, start: Start) -> Result<Lane<'a>, LaneError> {
        let ttl = self.ttl(start.ttl)?;
        let idp = self.provider(&start.scene).await?;
        let target = self.target(&start, ttl, &idp).await?;
        let url = match (&target, &self.stage.plan.target.comes) {
            (Some(target), _) => target.url().to_owned(),
            (None, Comes::Attached { url }) => url.clone(),
            (None, Comes::Launched { .. }) => String::new(),
        };
        let at = Address::parse(&url)
            .ok_or_else(|| LaneError::Harness(format!("`{url}` is no plain-http address")))?;
        let lane = Lane {
            stage: self.stage,
            plan: self.plan,
            idp,
            target,
            at,
            unanswered: AtomicU32::new(0),
            started: Instant::now(),
            ttl,
        };
        if !start.warm {
            lane.until_alive().await?;
        }
        Ok(lane)
    }

    /// The time to live that a target has, where it is of the wanted kind.
    fn ttl(&self, wanted: Ttl) -> Result<Duration, LaneError> {
        let keys = &self.plan.keys;
        let settable = keys.ttl_variable.is_some();
        let is = match (wanted, self.is_attached()) {
            (Ttl::Short, _) if settable => keys.ttl,
            (Ttl::Long, true) if settable => keys.ttl,
            _ => keys.default_ttl,
        };
        match wanted {
            Ttl::Long if is < LONG => Err(LaneError::NotOffered(
                "the keys would grow old meanwhile: a time to live of a minute or more is needed",
            )),
            Ttl::Short if is >= LONG => Err(LaneError::NotOffered(
                "the keys do not grow old in time: a time to live below a minute is needed",
            )),
            _ => Ok(is),
        }
    }

    async fn provider(&self, scene: &Scene) -> Result<Provider<'a>, LaneError> {
        let told = |error: &dyn std::fmt::Display| LaneError::Harness(error.to_string());
        if let Some(shared) = self.shared {
            shared
                .scene(scene.clone())
                .await
                .map_err(|error| told(&error))?;
            return Ok(Provider::Shared(shared));
        }
        let options = Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            public_url: None,
            issuer_path: self.plan.issuer.path.clone(),
            client: Client {
                id: self.plan.issuer.client_id.clone(),
                secret: None,
                redirect_uris: Vec::new(),
                audience: self.plan.issuer.audience.clone(),
            },
            algorithms: self.plan.algorithms.clone(),
            scene: scene.clone(),
        };
        let started = Box::pin(IdentityProvider::start(&options)).await;
        let provider = started.map_err(|error| told(&error))?;
        Ok(Provider::Own(Box::new(provider)))
    }

    async fn target(
        &self,
        start: &Start,
        ttl: Duration,
        idp: &IdentityProvider,
    ) -> Result<Option<Box<dyn Launched>>, LaneError> {
        if self.is_attached() {
            return Ok(None);
        }
        let values = [
            ("issuer", idp.issuer()),
            ("jwks_uri", idp.keys_uri()),
            ("client_id", self.plan.issuer.client_id.clone()),
            ("audience", self.plan.issuer.audience.clone()),
        ];
        let mut environment = BTreeMap::new();
        if let Some(variable) = &self.plan.keys.ttl_variable {
            let value = (start.ttl == Ttl::Short).then(|| ttl.as_secs().max(1).to_string());
            environment.insert(variable.clone(), value);
        }
        // A production environment may name an issuer of its own: here it has to be this one.
        let issuer = self
            .plan
            .guard
            .as_ref()
            .and_then(|guard| guard.issuer.as_ref());
        if let Some(variable) = issuer.filter(|_| start.production) {
            environment.insert(variable.clone(), Some(idp.issuer()));
        }
        let with = LaunchWith {
            values: values.map(|(name, value)| (name.to_owned(), value)).into(),
            environment,
            production: start.production,
            unready: !start.warm,
            port: None,
        };
        Ok(Some(self.stage.launcher.launch(&with).await?))
    }
}
