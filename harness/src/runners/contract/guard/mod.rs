//! The suite of production guards: wrong environments that a service must refuse.
//!
//! Each wrong start differs from a good production start in what its check is about. The good one
//! is made just before and just after: a service that never starts refuses nothing.

mod declared;
mod production;
mod secrets;
mod start;
mod switch;
mod token;
mod ttl;

use super::auth::catalogue;
use super::fake::identity_provider::{IdentityProvider, Options};
use crate::model::trial::check::Check;
use crate::model::trial::guard::GuardPlan;
use crate::model::trial::launch::{Stage, TrialError};
use crate::model::trial::plan::{Comes, ListedCheck};
use crate::model::trial::{Saw, Trial};
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{self, StreamExt as _};
use start::Ports;
use std::time::Duration;

/// How many targets run at once.
const AT_ONCE: usize = 4;
/// Longest time of one request.
const REQUEST: Duration = Duration::from_secs(5);

/// Every check that has to be decided, in the order of the catalogue.
pub fn listed(_plan: &GuardPlan) -> Vec<ListedCheck> {
    let checks = catalogue::all().filter(|check| check.id.starts_with("CF-"));
    checks.map(Check::listed).collect()
}

/// Puts every check of the plan to the target.
///
/// # Errors
/// The suite itself cannot go on.
pub async fn run(plan: &GuardPlan, stage: &Stage<'_>) -> Result<(), TrialError> {
    ask(plan, stage).await
}

/// Asks the checks of the group `CF` that are asked on this stage; for every suite that has them.
///
/// # Errors
/// The suite itself cannot go on: no fake provider, no client.
pub async fn ask(plan: &GuardPlan, stage: &Stage<'_>) -> Result<(), TrialError> {
    let listed = listed(plan).into_iter().map(|check| check.id);
    let asked: Vec<String> = listed.filter(|id| stage.asks(id)).collect();
    if let Comes::Attached { .. } = stage.plan.target.comes {
        for id in &asked {
            stage.not_run(id, "the target is attached, and this check has to start it");
        }
        return Ok(());
    }
    for (id, reason) in declared::missing(plan) {
        if stage.asks(id) {
            stage.not_run(id, reason);
        }
    }
    if asked.is_empty() {
        return Ok(());
    }
    let guard = Guard::new(plan, stage).await?;
    guard.wrong_starts().await;
    guard.right_starts().await;
    Ok(())
}

/// What every check of the group needs.
struct Guard<'a> {
    plan: &'a GuardPlan,
    stage: &'a Stage<'a>,
    provider: IdentityProvider,
    ports: Ports,
    client: reqwest::Client,
}

/// A check, or one case of it, that was not put to the target yet.
type Job<'g> = LocalBoxFuture<'g, Vec<Trial>>;

impl<'a> Guard<'a> {
    async fn new(plan: &'a GuardPlan, stage: &'a Stage<'a>) -> Result<Self, TrialError> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .timeout(REQUEST)
            .build();
        Ok(Self {
            plan,
            stage,
            provider: provider().await?,
            ports: Ports::default(),
            client: client.map_err(|error| TrialError::Harness(error.to_string()))?,
        })
    }

    /// Production starts that have to be refused, between two good ones.
    async fn wrong_starts(&self) {
        let mut wrong = production::wrong_starts(self.plan);
        wrong.retain(|start| self.stage.asks(start.check));
        if wrong.is_empty() {
            return;
        }
        let count = wrong.len();
        self.stage
            .progress(format!("{count} wrong production starts"));
        let before = self.good_start().await;
        let jobs = wrong.iter().map(|start| -> Job<'_> {
            Box::pin(async move {
                if self.stage.stopped() {
                    return Vec::new();
                }
                vec![self.refused(start).await]
            })
        });
        let trials = at_once(jobs.collect()).await;
        let after = self.good_start().await;
        for mut trial in trials {
            trial.twins = vec![before.clone(), after.clone()];
            self.stage.trial(trial);
        }
    }

    /// Starts that come up, and are asked something.
    async fn right_starts(&self) {
        let mut jobs: Vec<Job<'_>> = Vec::new();
        jobs.extend(self.switch_jobs());
        jobs.extend(self.ttl_jobs());
        jobs.extend(self.bypass_jobs());
        if self.stage.asks("CF-12") {
            jobs.push(Box::pin(self.no_secret_anywhere()));
        }
        if !jobs.is_empty() {
            let count = jobs.len();
            self.stage.progress(format!("{count} starts that come up"));
        }
        for trial in at_once(jobs).await {
            self.stage.trial(trial);
        }
    }
}

/// A provider of its own, right in every respect.
async fn provider() -> Result<IdentityProvider, TrialError> {
    let started = IdentityProvider::start(&Options::default()).await;
    started.map_err(|error| TrialError::Harness(format!("the fake identity provider: {error}")))
}

async fn at_once(jobs: Vec<Job<'_>>) -> Vec<Trial> {
    let trials: Vec<Vec<Trial>> = stream::iter(jobs).buffer_unordered(AT_ONCE).collect().await;
    trials.concat()
}

/// What a fact says when the harness could not start the target.
fn unknown(why: impl std::fmt::Display) -> Saw {
    Saw::Unknown(why.to_string())
}

#[cfg(test)]
mod tests;
