//! Heals what dead runs left behind, by the recipes in their journals.

use super::docker::{Docker, deadline};
use super::fault::{FaultError, Undo};
use super::journal::{self, Entry, Found};
use super::netns;
use bollard::models::{EndpointIpamConfig, EndpointSettings, NetworkConnectRequest};
use std::path::Path;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(100);

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

/// Follows the recipes of a journal that nobody writes any more.
///
/// # Errors
/// The first fault that could not be healed.
pub async fn heal(found: &Found) -> Result<Vec<Recovered>, FaultError> {
    if found.open.is_empty() {
        return Ok(Vec::new());
    }
    let docker = Docker::connect().await;
    let mut healed = Vec::new();
    for (fault, undo) in &found.open {
        // A rule in the kernel can be removed without the engine.
        let changed = follow(docker.as_ref(), undo).await?;
        let did = if changed {
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

/// Follows one recipe; `false` where there was nothing to do.
///
/// # Errors
/// It could not be followed.
pub async fn follow(docker: Result<&Docker, &FaultError>, undo: &Undo) -> Result<bool, FaultError> {
    let engine = || docker.map_err(|error| FaultError::Docker(error.to_string()));
    match undo {
        Undo::Unpause { container } => unpause(engine()?, container).await,
        Undo::Start { container } => start(engine()?, container).await,
        Undo::Connect {
            container,
            network,
            ipv4,
            aliases,
        } => connect(engine()?, container, network, ipv4.as_deref(), aliases).await,
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
            ..
        } => netns::remove_qdisc(*pid, *pid_start, namespace, interface, handle).await,
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

/// Resumes a container, and sees it run.
pub(super) async fn unpause(docker: &Docker, container: &str) -> Result<bool, FaultError> {
    if status(docker, container).await?.as_deref() != Some("paused") {
        return Ok(false);
    }
    let call = docker.client().unpause_container(container);
    settled(docker, container, "running", deadline(PATIENCE, call).await).await
}

/// Starts a container, and sees it run.
pub(super) async fn start(docker: &Docker, container: &str) -> Result<bool, FaultError> {
    match status(docker, container).await?.as_deref() {
        None | Some("running" | "paused") => return Ok(false),
        _ => {}
    }
    let call = docker.client().start_container(container, None);
    settled(docker, container, "running", deadline(PATIENCE, call).await).await
}

/// Connects a container again with the address and the names that it had.
pub(super) async fn connect(
    docker: &Docker,
    container: &str,
    network: &str,
    ipv4: Option<&str>,
    aliases: &[String],
) -> Result<bool, FaultError> {
    if status(docker, container).await?.is_none()
        || is_connected(docker, container, network).await?
    {
        return Ok(false);
    }
    let request = NetworkConnectRequest {
        container: container.to_owned(),
        endpoint_config: Some(EndpointSettings {
            ipam_config: ipv4.map(|address| EndpointIpamConfig {
                ipv4_address: Some(address.to_owned()),
                ..EndpointIpamConfig::default()
            }),
            aliases: Some(aliases.to_vec()),
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
