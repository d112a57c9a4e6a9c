//! Heals what dead runs left behind, by the recipes in their journals.

use super::docker::{Docker, deadline};
use super::fault::{FaultError, Undo};
use super::journal::{self, Entry, Found};
use super::netns::{self, Resident};
use super::qdisc::{self, Link};
use bollard::models::{EndpointIpamConfig, EndpointSettings, NetworkConnectRequest};
use futures_util::future::join_all;
use std::path::Path;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(50);
/// How long a call to the engine may take effect after whoever made it is dead.
pub(super) const LATE: Duration = Duration::from_secs(2);

/// How long a tool that died with the run may still take effect: it was in the middle of one call.
const LATE_TOOL: Duration = Duration::from_millis(200);

/// A fault that was healed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The run that made it.
    pub run: String,
    /// Which fault, and what was done.
    pub detail: String,
}

/// Heals every open fault of every run that is dead, and closes their journals.
///
/// # Errors
/// A fault that could not be healed; its journal stays open. All others are healed first.
pub async fn recover(folder: &Path) -> Result<Vec<Recovered>, FaultError> {
    let mut healed = Vec::new();
    let mut failed = None;
    for path in journal::all(folder) {
        let outcome = dead(&path).await;
        match outcome {
            Ok(mut of_one) => healed.append(&mut of_one),
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(healed),
    }
}

/// One journal; nothing where its run, or its reaper, is alive.
async fn dead(path: &Path) -> Result<Vec<Recovered>, FaultError> {
    let Some(mut file) = journal::take_over(path)? else {
        return Ok(Vec::new());
    };
    let found = journal::read(path)?;
    let healed = heal(&found).await?;
    if !found.closed {
        let entry = &Entry::Closed;
        journal::append(&mut file, entry)
            .map_err(|error| FaultError::Journal(error.to_string()))?;
    }
    Ok(healed)
}

/// Follows the recipes of a journal that nobody writes any more, all of them, whatever becomes of the others.
///
/// # Errors
/// The first fault that could not be healed.
pub async fn heal(found: &Found) -> Result<Vec<Recovered>, FaultError> {
    let (mut rules, states): (Vec<_>, Vec<_>) = found
        .open
        .iter()
        .partition(|(_, undo)| matches!(undo, Undo::RemoveTable { .. } | Undo::RemoveQdisc { .. }));
    let mut outcomes = Vec::new();
    // A rule in the kernel is removed first: an engine that hangs does not keep it.
    for (fault, undo) in rules.drain(..) {
        outcomes.push((fault, undo, remove(undo).await));
    }
    if !states.is_empty() {
        let docker = Docker::connect().await?;
        let followed = states.iter().map(|(_, undo)| follow(&docker, undo));
        let followed = join_all(followed).await;
        let states = states.iter().zip(followed);
        outcomes.extend(states.map(|((fault, undo), outcome)| (fault, undo, outcome)));
    }
    let mut healed = Vec::new();
    for (fault, undo, outcome) in outcomes {
        let did = if outcome? {
            undo.words()
        } else {
            "nothing was left to mend".to_owned()
        };
        healed.push(Recovered {
            run: found.run.clone(),
            detail: format!("{fault}: {did}"),
        });
    }
    Ok(healed)
}

/// Removes a rule in the kernel; `false` where there was nothing to do.
async fn remove(undo: &Undo) -> Result<bool, FaultError> {
    match undo {
        Undo::RemoveTable {
            pid,
            pid_start,
            namespace,
            table,
            ..
        } => netns::remove_table(*pid, *pid_start, namespace, table).await,
        Undo::RemoveQdisc {
            pid,
            pid_start,
            namespace,
            interface,
            handle,
            queue_length,
            ..
        } => {
            let resident = Resident {
                pid: *pid,
                pid_start: *pid_start,
                namespace: namespace.clone(),
            };
            let link = Link {
                name: interface.clone(),
                queue_length: *queue_length,
            };
            qdisc::remove(&resident, &link, handle, LATE_TOOL).await
        }
        Undo::Unpause { .. } | Undo::Start { .. } | Undo::Connect { .. } => Ok(false),
    }
}

/// Undoes a state of the engine; `false` where there was nothing to do.
///
/// The call of a dead run may still be on its way through the engine, so what looks
/// whole is looked at until a late blow is no longer possible.
async fn follow(docker: &Docker, undo: &Undo) -> Result<bool, FaultError> {
    match undo {
        Undo::Unpause { container } => unpause(docker, container, LATE).await,
        Undo::Start {
            container,
            dying_ms,
        } => start(docker, container, Duration::from_millis(*dying_ms)).await,
        Undo::Connect {
            container,
            network,
            ipv4,
            aliases,
        } => {
            let way_back = WayBack {
                container,
                network,
                ipv4: ipv4.as_deref(),
                aliases,
            };
            connect(docker, &way_back, LATE).await
        }
        Undo::RemoveTable { .. } | Undo::RemoveQdisc { .. } => remove(undo).await,
    }
}

/// What a container's state is; `None` when it is gone, and with it everything that was broken.
async fn status(docker: &Docker, container: &str) -> Result<Option<String>, FaultError> {
    match docker.inspect(container).await {
        Ok(seen) => Ok(seen
            .state
            .and_then(|state| state.status)
            .map(|status| status.to_string())),
        Err(FaultError::Docker(reason)) if reason.contains("No such container") => Ok(None),
        Err(error) => Err(error),
    }
}

/// Resumes a container, and sees it run. `late` is how long it is watched where it runs already.
pub(super) async fn unpause(
    docker: &Docker,
    container: &str,
    late: Duration,
) -> Result<bool, FaultError> {
    let until = Instant::now() + late;
    while status(docker, container).await?.as_deref() != Some("paused") {
        if Instant::now() >= until {
            return Ok(false);
        }
        tokio::time::sleep(PAUSE).await;
    }
    let call = docker.client().unpause_container(container);
    settled(docker, container, "running", deadline(PATIENCE, call).await).await
}

/// Starts a container, and sees it run. `late` is how long it is watched where it runs still.
pub(super) async fn start(
    docker: &Docker,
    container: &str,
    late: Duration,
) -> Result<bool, FaultError> {
    let until = Instant::now() + late;
    loop {
        match status(docker, container).await?.as_deref() {
            None => return Ok(false),
            Some("running" | "paused") if Instant::now() >= until => return Ok(false),
            Some("running" | "paused" | "stopping") => tokio::time::sleep(PAUSE).await,
            Some(_) => break,
        }
    }
    let call = docker.client().start_container(container, None);
    settled(docker, container, "running", deadline(PATIENCE, call).await).await
}

/// How a container hung on a network.
#[derive(Debug, Clone, Copy)]
pub(super) struct WayBack<'a> {
    /// Container id.
    pub(super) container: &'a str,
    /// The network.
    pub(super) network: &'a str,
    /// The address that it had.
    pub(super) ipv4: Option<&'a str>,
    /// The names that it had.
    pub(super) aliases: &'a [String],
}

/// Connects a container again with the address and the names that it had.
pub(super) async fn connect(
    docker: &Docker,
    back: &WayBack<'_>,
    late: Duration,
) -> Result<bool, FaultError> {
    let (container, network) = (back.container, back.network);
    let until = Instant::now() + late;
    loop {
        if status(docker, container).await?.is_none() {
            return Ok(false);
        }
        if !is_connected(docker, container, network).await? {
            break;
        }
        if Instant::now() >= until {
            return Ok(false);
        }
        tokio::time::sleep(PAUSE).await;
    }
    let request = NetworkConnectRequest {
        container: container.to_owned(),
        endpoint_config: Some(EndpointSettings {
            ipam_config: back.ipv4.map(|address| EndpointIpamConfig {
                ipv4_address: Some(address.to_owned()),
                ..EndpointIpamConfig::default()
            }),
            aliases: Some(back.aliases.to_vec()),
            ..EndpointSettings::default()
        }),
    };
    let call = deadline(PATIENCE, docker.client().connect_network(network, request)).await;
    if is_connected(docker, container, network).await? {
        return Ok(true);
    }
    call?;
    Err(FaultError::Docker(format!(
        "it is still not connected to {network}"
    )))
}

/// Whether a container hangs on a network.
pub(super) async fn is_connected(
    docker: &Docker,
    container: &str,
    network: &str,
) -> Result<bool, FaultError> {
    let seen = docker.inspect(container).await?;
    let networks = seen.network_settings.and_then(|settings| settings.networks);
    Ok(networks.is_some_and(|networks| networks.contains_key(network)))
}

/// The state decides, not the answer of the call: someone else may have been quicker.
async fn settled(
    docker: &Docker,
    container: &str,
    wanted: &str,
    called: Result<(), FaultError>,
) -> Result<bool, FaultError> {
    let until = Instant::now() + PATIENCE;
    loop {
        let now = status(docker, container).await?;
        if now.as_deref() == Some(wanted) {
            return Ok(true);
        }
        if called.is_err() || Instant::now() >= until {
            called?;
            let now = now.unwrap_or_else(|| "gone".to_owned());
            return Err(FaultError::Docker(format!("it is {now}, not {wanted}")));
        }
        tokio::time::sleep(PAUSE).await;
    }
}
