//! A lane: a target and an identity provider of its own, so that checks which mostly wait can wait side by side.

mod ground;
mod metrics;
mod refresh;
mod seen;
mod token;

pub(super) use ground::{Ground, Start, Ttl};
pub(super) use metrics::{Seen, saw};
pub(super) use seen::{all_of, p95, seen_count, time};
pub(super) use token::STRANGER;

use super::ask::{Address, Ask, Reply, Silence, send};
use super::session::request_of;
use crate::model::trial::auth::{AuthPlan, Protected};
use crate::model::trial::launch::{LaunchError, Launched, Stage};
use crate::runners::contract::fake::identity_provider::{IdentityProvider, Scene, named};
use crate::runners::contract::fake::keys::KeyError;
use crate::runners::contract::record::{Delta, Mark, SeenRequest};
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Between two looks at something that is waited for.
pub(super) const LOOK: Duration = Duration::from_millis(25);
/// So many requests in a row without an answer mean that the target hangs.
const HANGS: u32 = 3;
/// What a busy machine may add to any wait.
pub(super) const BUSY: Duration = Duration::from_secs(3);
/// The provider of a lane: its own, or the one that an attached target trusts.
enum Provider<'a> {
    Own(Box<IdentityProvider>),
    Shared(&'a IdentityProvider),
}

impl Deref for Provider<'_> {
    type Target = IdentityProvider;

    fn deref(&self) -> &IdentityProvider {
        match self {
            Self::Own(provider) => provider,
            Self::Shared(provider) => provider,
        }
    }
}

/// Why a lane cannot go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum LaneError {
    /// The target could not be started: nothing can be said of the lane's checks.
    #[error("the target could not be started: {0}")]
    Launch(#[from] LaunchError),
    /// What the lane needs cannot be had of this target: its checks are not asked.
    #[error("{0}")]
    NotOffered(&'static str),
    /// The suite's own tools.
    #[error("{0}")]
    Harness(String),
    /// A key that could not be made or used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<String> for LaneError {
    fn from(why: String) -> Self {
        Self::Harness(why)
    }
}

/// A target with its provider.
pub(super) struct Lane<'a> {
    pub(super) stage: &'a Stage<'a>,
    pub(super) plan: &'a AuthPlan,
    idp: Provider<'a>,
    /// `None` where it is attached.
    target: Option<Box<dyn Launched>>,
    at: Address,
    /// Requests in a row that were not answered in time.
    unanswered: AtomicU32,
    /// When it can have begun to keep keys.
    started: Instant,
    /// How long it keeps them.
    pub(super) ttl: Duration,
}

impl Lane<'_> {
    /// Begins a scene.
    ///
    /// # Errors
    /// It cannot be played.
    pub(super) async fn scene(&self, scene: Scene) -> Result<(), LaneError> {
        let told = |error: &dyn std::fmt::Display| LaneError::Harness(error.to_string());
        self.idp.scene(scene).await.map_err(|error| told(&error))
    }

    /// Begins a scene that has a name.
    ///
    /// # Errors
    /// There is none, or it cannot be played.
    pub(super) async fn play(&self, name: &str) -> Result<(), LaneError> {
        let scene = named(name).map_err(|error| LaneError::Harness(error.to_string()))?;
        self.scene(scene).await
    }

    /// The request that most checks make.
    pub(super) fn protected(&self) -> &Protected {
        &self.plan.protected[0]
    }

    /// That request, without a token.
    pub(super) fn request(&self) -> Ask {
        request_of(self.protected())
    }

    /// Sends a request; the target has as long as a whole row of attempts takes.
    pub(super) async fn send(&self, ask: &Ask) -> Result<Reply, Silence> {
        let reply = send(&self.at, ask, self.patience()).await;
        match &reply {
            Err(silence) if silence.0.starts_with("no answer within") => {
                self.unanswered.fetch_add(1, Ordering::Relaxed);
            }
            _ => self.unanswered.store(0, Ordering::Relaxed),
        }
        reply
    }

    /// The provider that the target trusts.
    pub(super) fn idp(&self) -> &IdentityProvider {
        &self.idp
    }

    /// Why it is no use to ask on: the process ended, or nothing is answered any more.
    pub(super) async fn gone(&self) -> Option<String> {
        if let Some(target) = &self.target
            && let Some(ended) = target.ended(Duration::ZERO).await
        {
            return Some(format!("the target ended by itself: {}", ended.how));
        }
        let hangs = self.unanswered.load(Ordering::Relaxed) >= HANGS;
        hangs.then(|| "the target does not answer any more".to_owned())
    }

    /// The status of the path that needs no token, for liveness.
    pub(super) async fn liveness(&self) -> Result<Reply, Silence> {
        let path = self.plan.open_path.as_deref().unwrap_or("/");
        send(&self.at, &Ask::new("GET", path), BUSY).await
    }

    /// Sends a token.
    pub(super) async fn bearer(&self, token: &str) -> Result<Reply, Silence> {
        self.send(&self.request().bearer(token)).await
    }

    /// Whether an answer says that the token was accepted.
    pub(super) fn is_accepted(&self, reply: &Result<Reply, Silence>) -> bool {
        let accepted = &self.protected().accepted;
        matches!(reply, Ok(reply) if accepted.contains(&reply.status))
    }

    /// How long the longest answer may take: every attempt as long as it may, and all pauses.
    pub(super) fn longest_answer(&self) -> Duration {
        let keys = &self.plan.keys;
        super::jwks::gaps::longest_row(&keys.retry, keys.fetch_timeout) + Duration::from_secs(1)
    }

    fn patience(&self) -> Duration {
        self.longest_answer().max(Duration::from_secs(31)) + BUSY
    }

    /// The command line of a request.
    pub(super) fn curl(&self, ask: &Ask) -> String {
        super::curl::line(&self.at, ask)
    }

    /// Everything that was asked for the keys after a mark.
    pub(super) fn gets(&self, mark: Mark) -> Vec<SeenRequest> {
        let (_, keys) = self.idp.paths();
        of_path(&self.idp.requests_since(mark), &keys)
    }

    /// Everything that was asked for the discovery document after a mark, in whichever of its places.
    pub(super) fn discoveries(&self, mark: Mark) -> Vec<SeenRequest> {
        let mut requests = self.idp.requests_since(mark).requests;
        requests.retain(|seen| seen.path().contains("/.well-known/"));
        requests
    }

    /// The shortest time between two fetches that strangers cause.
    pub(super) fn cooldown(&self) -> Duration {
        self.plan.keys.cooldown
    }

    /// Waits until nothing that was fetched before keeps a stranger from causing a fetch.
    pub(super) async fn cool_down(&self) {
        tokio::time::sleep(self.cooldown() + Duration::from_millis(100)).await;
    }

    /// How long the target can have had keys.
    pub(super) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// What it wrote so far; `None` where that cannot be read.
    pub(super) fn log(&self) -> Option<String> {
        if let Some(file) = &self.stage.plan.target.log_file {
            return std::fs::read_to_string(file).ok();
        }
        self.target.as_ref().map(|target| target.output())
    }

    /// Ends the target.
    pub(super) async fn close(self) {
        if let Some(target) = self.target {
            target.stop().await;
        }
    }

    /// Waits until it answers anything at all.
    async fn until_alive(&self) -> Result<(), LaneError> {
        let until = Instant::now() + self.stage.plan.target.ready_timeout;
        while self.liveness().await.is_err() {
            if let Some(why) = self.gone().await {
                return Err(LaunchError(why).into());
            }
            if Instant::now() >= until {
                return Err(LaunchError("it does not answer".to_owned()).into());
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }
}

fn of_path(delta: &Delta, path: &str) -> Vec<SeenRequest> {
    delta.of_path(path).into_iter().cloned().collect()
}
