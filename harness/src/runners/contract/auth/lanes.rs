//! The lanes of the groups KS, JB, DI and OB: most of these checks wait, so they wait side by side.
//!
//! Each lane has a target and a provider of its own, and asks its steps one after another. Before each
//! step that wants keys the provider is steady and a good token is accepted: what one check did is over
//! when the next begins. An attached target has one provider, so there the lanes take turns.

use super::lane::{Ground, Lane, LaneError, Start, Ttl};
use super::session::Session;
use super::{discovery, jwks, key_set, observation};
use crate::model::trial::launch::TrialError;
use crate::runners::contract::fake::identity_provider::{Scene, named};
use futures_util::future::{LocalBoxFuture, join_all};
use std::time::Instant;

/// The groups that are asked in lanes.
pub(super) const GROUPS: [&str; 4] = ["KS", "JB", "DI", "OB"];

/// How a step is asked.
type Act = for<'l> fn(&'l Lane<'l>) -> LocalBoxFuture<'l, Result<(), LaneError>>;

/// Some checks that are asked together.
pub(super) struct Step {
    /// Their ids; the step is asked when one of them is.
    checks: &'static [&'static str],
    /// Whether it needs a target that was not asked for anything yet.
    cold: bool,
    act: Act,
}

impl Step {
    /// A step that begins with a steady provider and an accepted token.
    pub(super) const fn new(checks: &'static [&'static str], act: Act) -> Self {
        Self {
            checks,
            cold: false,
            act,
        }
    }

    /// A step that begins with whatever the lane began with, on a target that was started for it.
    pub(super) const fn cold(checks: &'static [&'static str], act: Act) -> Self {
        Self {
            checks,
            cold: true,
            act,
        }
    }
}

/// A lane: what it begins with, and its steps.
struct Plan {
    name: &'static str,
    ttl: Ttl,
    /// The scene before a target that was not asked for anything yet; `None` is a target with keys.
    cold: Option<&'static str>,
    steps: &'static [&'static [Step]],
}

/// All lanes, the longest first.
const LANES: [Plan; 9] = [
    Plan {
        name: "retries",
        ttl: Ttl::Long,
        cold: None,
        steps: &[jwks::RETRIES],
    },
    Plan {
        name: "ageing keys",
        ttl: Ttl::Short,
        cold: None,
        steps: &[jwks::AGEING, discovery::MOVING],
    },
    Plan {
        name: "keys of a set",
        ttl: Ttl::Long,
        cold: None,
        steps: &[key_set::KEYS],
    },
    Plan {
        name: "documents",
        ttl: Ttl::Long,
        cold: None,
        steps: &[key_set::DOCUMENTS],
    },
    Plan {
        name: "discovery",
        ttl: Ttl::Long,
        cold: Some("issuer-mismatch"),
        steps: &[discovery::REFUSALS],
    },
    Plan {
        name: "floods",
        ttl: Ttl::Long,
        cold: None,
        steps: &[jwks::FLOODS],
    },
    Plan {
        name: "a calm day",
        ttl: Ttl::Long,
        cold: Some("steady"),
        steps: &[jwks::CALM, observation::COUNTS],
    },
    Plan {
        name: "rotation",
        ttl: Ttl::Long,
        cold: Some("slow:300"),
        steps: &[jwks::ROTATION],
    },
    Plan {
        name: "a start in an outage",
        ttl: Ttl::Long,
        cold: Some("outage:silent"),
        steps: &[jwks::OUTAGE, jwks::KINDS],
    },
];

/// Puts the checks of the groups to targets of their own.
///
/// # Errors
/// The suite itself cannot go on.
pub(super) async fn ask(session: &mut Session<'_>) -> Result<(), TrialError> {
    let issuer = &session.plan.issuer;
    let fixed = issuer.listen.is_some() || issuer.public_url.is_some();
    if fixed {
        // The one provider must not be asked by two targets.
        session.stop().await;
    }
    let ground = Ground {
        stage: session.stage,
        plan: session.plan,
        shared: fixed.then_some(&session.idp),
    };
    let mut times = Vec::new();
    if fixed {
        for plan in &LANES {
            times.extend(ride(&ground, plan).await);
        }
    } else {
        let all = LANES.iter().map(|plan| Box::pin(ride(&ground, plan)));
        times.extend(join_all(all).await.into_iter().flatten());
    }
    if session.plan.keys.no_discovery.is_none() {
        Box::pin(discovery::in_production(&ground)).await;
    }
    session.note(format!("lanes of KS, JB, DI and OB: {}", times.join(", ")));
    Ok(())
}

/// One lane from its start to its end; answers how long it took, where it was needed.
async fn ride(ground: &Ground<'_>, plan: &Plan) -> Option<String> {
    let started = Instant::now();
    let asks = |step: &&Step| step.checks.iter().any(|check| ground.asks(check));
    let mut steps: Vec<&Step> = plan.steps.iter().copied().flatten().filter(asks).collect();
    if ground.is_attached() {
        let why = "the target is attached, and this check has to start it";
        let (cold, warm): (Vec<&Step>, Vec<&Step>) = steps.into_iter().partition(|step| step.cold);
        leave_out(ground, &cold, why);
        steps = warm;
    }
    if steps.is_empty() || ground.stage.stopped() {
        return None;
    }
    match Box::pin(ground.lane(begin(plan, ground.is_attached()))).await {
        Ok(lane) => {
            walk(&lane, &steps).await;
            if ground.shared.is_none() {
                discovery::watched(ground.plan, ground.stage, lane.idp());
            }
            lane.close().await;
        }
        Err(LaneError::NotOffered(why)) => leave_out(ground, &steps, why),
        Err(error) => jwks::not_started(ground, plan.name, &ids(&steps), &error),
    }
    let seconds = started.elapsed().as_secs_f64();
    Some(format!("{} {seconds:.1} s", plan.name))
}

fn begin(plan: &Plan, attached: bool) -> Start {
    match plan.cold.filter(|_| !attached) {
        None => Start::warm(plan.ttl),
        Some(name) => Start::cold(plan.ttl, named(name).unwrap_or_else(|_| Scene::default())),
    }
}

/// Asks the steps until the run is to end, or the target is gone.
async fn walk(lane: &Lane<'_>, steps: &[&Step]) {
    for (at, step) in steps.iter().enumerate() {
        if lane.stage.stopped() {
            return;
        }
        if let Some(why) = lane.gone().await {
            return undecided(lane, &ids(&steps[at..]), &why);
        }
        let done = match step.cold || lane.rests().await {
            true => (step.act)(lane).await,
            false => Err(LaneError::Harness(
                "a good token is not accepted before the check".to_owned(),
            )),
        };
        if let Err(error) = done {
            undecided(lane, step.checks, &error.to_string());
        }
    }
}

fn ids(steps: &[&Step]) -> Vec<&'static str> {
    let all = steps.iter().flat_map(|step| step.checks.iter().copied());
    all.collect()
}

fn undecided(lane: &Lane<'_>, checks: &[&str], why: &str) {
    let applies = |check: &&&str| discovery::applies(lane.plan, check);
    let asked = checks.iter().filter(|check| lane.stage.asks(check));
    for check in asked.filter(applies) {
        lane.stage.inconclusive(check, why);
    }
}

fn leave_out(ground: &Ground<'_>, steps: &[&Step], why: &str) {
    for check in ids(steps) {
        if ground.asks(check) {
            ground.stage.not_run(check, why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalogue;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_check_of_the_groups_is_asked_in_a_lane() {
        let all = LANES.iter().flat_map(|plan| plan.steps).copied().flatten();
        let mut asked: BTreeSet<&str> = all.flat_map(|step| step.checks).copied().collect();
        asked.extend(discovery::IN_PRODUCTION);
        let letters = |id: &str| id.split('-').next().unwrap_or_default().to_owned();
        let listed: BTreeSet<&str> = catalogue::all()
            .map(|check| check.id)
            .filter(|id| GROUPS.contains(&letters(id).as_str()))
            .collect();
        assert_eq!(asked, listed);
    }

    #[test]
    fn every_first_scene_is_known() {
        for name in LANES.iter().filter_map(|plan| plan.cold) {
            assert!(named(name).is_ok(), "{name}");
        }
    }
}
