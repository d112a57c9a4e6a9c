//! The targets of a scenario, resolved to container ids, and the fault that each action makes of one.

use super::access::Published;
use super::docker::{Docker, Target};
use super::fault::bandwidth::Bandwidth;
use super::fault::detach::Detach;
use super::fault::latency::{Late, Latency};
use super::fault::partition::{Cut, Partition};
use super::fault::restart::Restart;
use super::fault::stall::Stall;
use super::fault::{Fault, FaultError};
use super::guard::{self, GuardSeen, Scene};
use super::probe::{Engine, EngineState};
use super::{ChaosRequest, capability};
use crate::model::chaos::{
    Action, ChaosEvent, ChaosPlan, Direction, FaultKind, GuardName, PartitionMode,
};
use crate::model::evidence::Event;
use crate::model::recorder::Recorder;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One action's fault.
pub(super) struct Member {
    /// Container id.
    pub(super) container: String,
    /// What breaks and mends.
    pub(super) fault: Box<dyn Fault>,
}

/// One member for each action, in the plan's order.
pub(super) struct Crew(Vec<Member>);

impl Crew {
    /// Resolves, asks the guards, and prepares the faults; `None` where one refuses, and nothing was changed.
    pub(super) async fn muster(
        request: &ChaosRequest<'_>,
        docker: &Docker,
        recorder: &Recorder,
    ) -> Result<Option<Self>, FaultError> {
        let found = resolve(request.plan, docker).await?;
        let guards = asked(request, &found).await;
        for seen in &guards {
            recorder.record(Event::Chaos(ChaosEvent::Guard {
                guard: seen.guard,
                passed: seen.passed,
                detail: seen.detail.clone(),
            }));
        }
        if guards.iter().any(|seen| !seen.passed) {
            return Ok(None);
        }
        Self::prepare(request.plan, docker, &found).await.map(Some)
    }

    async fn prepare(
        plan: &ChaosPlan,
        docker: &Docker,
        found: &[(String, Vec<Target>)],
    ) -> Result<Self, FaultError> {
        let mut members = Vec::new();
        for action in &plan.actions {
            let target = one(found, &action.target)?;
            members.push(Member {
                container: target.id.clone(),
                fault: fault(plan, action, docker, target).await?,
            });
        }
        Ok(Self(members))
    }

    /// All members, to live through their actions.
    pub(super) fn members(&mut self) -> impl Iterator<Item = &mut Member> {
        self.0.iter_mut()
    }
}

/// What was found for each service that is a target.
pub(super) async fn resolve(
    plan: &ChaosPlan,
    docker: &Docker,
) -> Result<Vec<(String, Vec<Target>)>, FaultError> {
    let mut found: Vec<(String, Vec<Target>)> = Vec::new();
    for action in &plan.actions {
        if found.iter().any(|(service, _)| *service == action.target) {
            continue;
        }
        let targets = named(plan, docker, &action.target).await?;
        found.push((action.target.clone(), targets));
    }
    Ok(found)
}

async fn named(
    plan: &ChaosPlan,
    docker: &Docker,
    service: &str,
) -> Result<Vec<Target>, FaultError> {
    let known = plan.system.services.get(service);
    let container = known.and_then(|known| known.container.as_deref());
    docker
        .candidates(service, container, &plan.safety.network)
        .await
}

/// What the guards say.
pub(super) async fn asked(
    request: &ChaosRequest<'_>,
    found: &[(String, Vec<Target>)],
) -> Vec<GuardSeen> {
    let variable = |name: &str| std::env::var(name).ok();
    let missing = capability::missing(&request.plan.actions).await;
    guard::ask(&Scene {
        safety: &request.plan.safety,
        actions: &request.plan.actions,
        found,
        enabled: request.enabled || variable("CHAOS_ENABLED").as_deref() == Some("true"),
        environment: variable("ENVIRONMENT"),
        missing: &missing,
    })
}

/// Whether the guards that ask for no target let anything be done.
pub(super) async fn may_act(request: &ChaosRequest<'_>) -> bool {
    let first = [GuardName::Environment, GuardName::ExplicitEnable];
    let guards = asked(request, &[]).await;
    let mut asked = guards.iter().filter(|seen| first.contains(&seen.guard));
    asked.all(|seen| seen.passed)
}

fn one<'a>(found: &'a [(String, Vec<Target>)], service: &str) -> Result<&'a Target, FaultError> {
    let targets = found.iter().find(|(name, _)| name == service);
    match targets.map(|(_, targets)| targets.as_slice()) {
        Some([target]) => Ok(target),
        _ => Err(FaultError::Changed(format!(
            "`{service}` is no longer there"
        ))),
    }
}

/// The fault of an action.
pub(super) async fn fault(
    plan: &ChaosPlan,
    action: &Action,
    docker: &Docker,
    target: &Target,
) -> Result<Box<dyn Fault>, FaultError> {
    let network = &plan.safety.network;
    Ok(match &action.fault {
        FaultKind::Stall => Box::new(Stall::new(docker, target)),
        FaultKind::RestartContainer { .. } if target.auto_remove => {
            let what = format!("{} is removed when it ends (--rm)", target.name);
            return Err(FaultError::Changed(what));
        }
        FaultKind::RestartContainer { stop } => {
            Box::new(Restart::new(docker, target, stop.clone()))
        }
        FaultKind::NetworkPartition {
            mode: PartitionMode::Detach,
            ..
        } => Box::new(Detach::new(docker, target, network)?),
        FaultKind::NetworkPartition {
            direction, peers, ..
        } => {
            let peers = addresses(plan, docker, peers).await?;
            let cut = cut(*direction, peers, 1.0, action);
            Box::new(Partition::prepare(target, network, &cut).await?)
        }
        FaultKind::Loss { ratio } => {
            let cut = cut(Direction::Both, Vec::new(), *ratio, action);
            Box::new(Partition::prepare(target, network, &cut).await?)
        }
        FaultKind::Latency {
            delay,
            jitter,
            direction,
            peers,
        } => {
            let late = Late {
                direction: *direction,
                peers: addresses(plan, docker, peers).await?,
                delay: *delay,
                jitter: *jitter,
                seed: plan.seed,
                lasts: action.lasts,
            };
            Box::new(Latency::prepare(target, network, late).await?)
        }
        FaultKind::Bandwidth { bits_per_second } => {
            Box::new(Bandwidth::prepare(target, network, *bits_per_second).await?)
        }
    })
}

fn cut(direction: Direction, peers: Vec<String>, ratio: f64, action: &Action) -> Cut {
    Cut {
        direction,
        peers,
        ratio,
        lasts: action.lasts,
    }
}

/// The peers' addresses on the safety network; a peer that is not there is an error, not nobody.
async fn addresses(
    plan: &ChaosPlan,
    docker: &Docker,
    peers: &[String],
) -> Result<Vec<String>, FaultError> {
    let network = &plan.safety.network;
    let mut addresses = Vec::new();
    for peer in peers {
        let targets = named(plan, docker, peer).await?;
        let attached = targets
            .iter()
            .filter_map(|target| target.networks.get(network));
        let before = addresses.len();
        addresses.extend(
            attached
                .map(|attached| attached.address.clone())
                .filter(|address| !address.is_empty()),
        );
        if addresses.len() == before {
            let what = format!("the peer `{peer}` has no address on {network}");
            return Err(FaultError::Changed(what));
        }
    }
    Ok(addresses)
}

/// Where the ports of all services answer: as published, or on their own address, which
/// this machine reaches through the bridge.
pub(super) async fn published(plan: &ChaosPlan, docker: &Docker) -> Result<Published, FaultError> {
    let mut found = Published::new();
    for service in plan.system.services.keys() {
        for target in named(plan, docker, service).await? {
            for (port, address) in target.ports {
                found.insert((service.clone(), port), address);
            }
        }
    }
    Ok(found)
}

/// Asks the engine for probes, by container id.
struct Asked {
    docker: Docker,
    containers: BTreeMap<String, Target>,
}

/// The engine, as probes ask it.
pub(super) async fn engine(
    plan: &ChaosPlan,
    docker: &Docker,
) -> Result<Arc<dyn Engine>, FaultError> {
    let mut containers = BTreeMap::new();
    for service in plan.system.services.keys() {
        if let [target] = named(plan, docker, service).await?.as_slice() {
            containers.insert(service.clone(), target.clone());
        }
    }
    let docker = docker.clone();
    Ok(Arc::new(Asked { docker, containers }))
}

#[async_trait::async_trait]
impl Engine for Asked {
    async fn state(&self, service: &str) -> Result<EngineState, String> {
        let known = self.containers.get(service);
        let known = known.ok_or_else(|| format!("no container of `{service}` was found"))?;
        match self.docker.again(known).await {
            Ok(now) => Ok(EngineState {
                status: now.status,
                health: now.health,
            }),
            Err(error) => Err(error.to_string()),
        }
    }
}
