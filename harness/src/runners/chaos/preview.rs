//! What a scenario would do: targets, guards, undo list. Changes nothing.

use super::docker::{Docker, Target};
use super::{ChaosError, ChaosRequest, crew};
use crate::model::chaos::{Action, FaultKind, PartitionMode};

/// What would happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// One for each action.
    pub targets: Vec<TargetSeen>,
    /// What each guard says.
    pub guards: Vec<super::guard::GuardSeen>,
}

/// What was found for an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetSeen {
    /// The service's name.
    pub service: String,
    /// Container, id and address; or that there is none.
    pub detail: String,
    /// What would mend it, in words.
    pub undo: &'static str,
}

/// Looks, and changes nothing.
///
/// # Errors
/// The engine does not answer.
pub async fn preview(request: &ChaosRequest<'_>) -> Result<Preview, ChaosError> {
    let docker = Docker::connect().await?;
    let found = crew::resolve(request.plan, &docker).await?;
    let guards = crew::asked(request, &found).await;
    let network = &request.plan.safety.network;
    let targets = request.plan.actions.iter().map(|action| {
        let of = found.iter().find(|(service, _)| *service == action.target);
        TargetSeen {
            service: action.target.clone(),
            detail: match of.map(|(_, targets)| targets.as_slice()) {
                Some([target]) => detail(target, network),
                Some([]) | None => "no container was found".to_owned(),
                Some(many) => format!("{} containers were found", many.len()),
            },
            undo: undo(action),
        }
    });
    Ok(Preview {
        targets: targets.collect(),
        guards,
    })
}

fn detail(target: &Target, network: &str) -> String {
    let short: String = target.id.chars().take(12).collect();
    let attached = target.networks.get(network);
    let address = attached.map_or("no address", |attached| attached.address.as_str());
    format!(
        "{} ({short}), {}, {address} on {network}",
        target.name, target.status
    )
}

fn undo(action: &Action) -> &'static str {
    match &action.fault {
        FaultKind::Stall => "unpause the container",
        FaultKind::RestartContainer { .. } => "start the container",
        FaultKind::NetworkPartition {
            mode: PartitionMode::Detach,
            ..
        } => "connect it again with its address and names",
        FaultKind::NetworkPartition { .. } | FaultKind::Loss { .. } => {
            "remove our table from its network namespace; the kernel does so when we die, and when the time is over"
        }
        FaultKind::Latency { .. } => {
            "let go what is held and remove our table from its network namespace; the kernel removes it when we die, and when the time is over"
        }
        FaultKind::Bandwidth { .. } => {
            "remove our queueing discipline 8f01: from its interface; the reaper does so when we die"
        }
    }
}
