//! The suite for services that open pull requests on GitHub.
//!
//! Every check sets up a repository, asks the target for a pull request, lets things go wrong on
//! the way, and looks at what the repository holds in the end, at what was asked of GitHub, and at
//! what the target said. The order of calls is the target's own business: the way of git data and
//! the way of contents are both right.

mod ask;
mod audit;
mod canary;
pub mod catalogue;
mod checks;
mod deed;
mod facts;
mod lane;
mod predicate;
mod profile;
mod said;
mod sockets;
mod suite;
mod trouble;

use crate::model::trial::TrialEvent;
use crate::model::trial::check::Check;
use crate::model::trial::github::GithubPlan;
use crate::model::trial::launch::{Stage, TrialError};
use crate::model::trial::plan::{Comes, ListedCheck};
use ask::Ask;
use checks::{LANES, Row};
use futures_util::future::join_all;
use lane::{Lane, With};
use std::time::Instant;
use suite::Suite;
use trouble::Trouble;

/// Every check that has to be decided, in the order of the catalogue.
pub fn listed(_plan: &GithubPlan) -> Vec<ListedCheck> {
    catalogue::all().map(Check::listed).collect()
}

/// Puts every check of the plan to the target.
///
/// # Errors
/// The suite itself cannot go on: no client, no issuer, no token, or no address for the fake.
pub async fn run(plan: &GithubPlan, stage: &Stage<'_>) -> Result<(), TrialError> {
    let suite = Suite::new(plan, stage).await?;
    if let Comes::Attached { .. } = stage.plan.target.comes {
        return attached(&suite).await;
    }
    let lanes = LANES
        .iter()
        .map(|(name, rows)| run_lane(&suite, name, rows.to_vec()));
    join_all(lanes).await;
    Ok(())
}

/// One target, one fake at the address that it knows, one check after another.
async fn attached(suite: &Suite<'_>) -> Result<(), TrialError> {
    let Some(fake) = &suite.plan.attached else {
        let text = "an attached target needs `github.fake`: where the suite's fake GitHub listens, and the token that the target was given";
        return Err(TrialError::Harness(text.to_owned()));
    };
    suite.stage.record(TrialEvent::Note {
        text: format!(
            "the target has to be started with GitHub's API at http://{} and the token of `github.fake`",
            fake.listen
        ),
    });
    let mut rows = Vec::new();
    for (ids, asking) in LANES.iter().flat_map(|(_, rows)| rows.iter()) {
        let launches = ids
            .iter()
            .any(|id| catalogue::check(id).is_some_and(|check| check.launches));
        match launches {
            true => ids.iter().filter(|id| suite.stage.asks(id)).for_each(|id| {
                let reason = "the target is attached, and this check starts one of its own";
                suite.stage.not_run(id, reason);
            }),
            false => rows.push((*ids, *asking)),
        }
    }
    run_lane(suite, "attached", rows).await;
    Ok(())
}

/// The checks of one lane that are asked, one after another, on one fake and one target.
async fn run_lane(suite: &Suite<'_>, name: &str, mut rows: Vec<Row>) {
    let stage = suite.stage;
    rows.retain(|(ids, _)| ids.iter().any(|id| stage.asks(id)));
    if rows.is_empty() {
        return;
    }
    let started = Instant::now();
    match Lane::start(suite, &With::default()).await {
        Ok(lane) => {
            if let Err(trouble) = answers(&lane).await {
                record_all(suite, &rows, &trouble);
            } else {
                ask_all(&lane, &rows).await;
                if stage.asks("F10") && !stage.stopped() {
                    stage.trial(checks::secrets(&lane, &format!("at the end of `{name}`")).await);
                }
            }
            lane.stop().await;
        }
        Err(trouble) => record_all(suite, &rows, &trouble),
    }
    stage.record(TrialEvent::Note {
        text: format!("lane `{name}`: {:.1} s", started.elapsed().as_secs_f64()),
    });
}

/// Whether the target answers at all: whoever is silent is silent to every check.
async fn answers(lane: &Lane<'_>) -> Result<(), Trouble> {
    let said = lane.said(&Ask::plain(&lane.id("first"))).await;
    match said.status {
        Some(_) => Ok(()),
        None => Err(Trouble::Target(said.lost)),
    }
}

fn record_all(suite: &Suite<'_>, rows: &[Row], trouble: &Trouble) {
    let ids = rows.iter().flat_map(|(ids, _)| ids.iter());
    for id in ids.filter(|id| suite.stage.asks(id)) {
        trouble.record(suite.stage, id);
    }
}

async fn ask_all(lane: &Lane<'_>, rows: &[Row]) {
    let stage = lane.suite.stage;
    for (ids, asking) in rows {
        if stage.stopped() {
            return;
        }
        let asked = ids.iter().filter(|id| stage.asks(id));
        stage.progress(format!("asking {}", ids.join(", ")));
        match asking(lane).await {
            Ok(trials) => {
                let trials = trials.into_iter();
                trials
                    .filter(|trial| stage.asks(&trial.check))
                    .for_each(|trial| stage.trial(trial));
            }
            Err(trouble) => asked.for_each(|id| trouble.record(stage, id)),
        }
    }
}
