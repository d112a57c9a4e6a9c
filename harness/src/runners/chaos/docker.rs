//! The container engine: every call has a deadline, and containers are known by id, never by name.

use super::fault::FaultError;
use bollard::models::{ContainerInspectResponse, ContainerSummary, EndpointSettings};
use bollard::query_parameters::ListContainersOptionsBuilder;
use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::time::Duration;

/// How long an ordinary call may take: a daemon that hangs is noticed within it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection to the engine.
#[derive(Debug, Clone)]
pub struct Docker(bollard::Docker);

/// One container, as it was when it was resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The service's name in the scenario.
    pub service: String,
    /// Container id.
    pub id: String,
    /// Container name, without the slash.
    pub name: String,
    /// First process; 0 when it does not run.
    pub pid: i32,
    /// When it was started, as the engine says.
    pub started_at: String,
    /// `running`, `paused`, `exited`, ...
    pub status: String,
    /// `healthy`, ...; `None` without a health check.
    pub health: Option<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// `ENVIRONMENT` in its environment.
    pub environment: Option<String>,
    /// Networks by name.
    pub networks: BTreeMap<String, Attachment>,
    /// `host`, `bridge`, the network's name.
    pub network_mode: String,
    /// Whether the engine removes it when it ends: it could not be started again.
    pub auto_remove: bool,
    /// Stop signal of its configuration; `None` for SIGTERM.
    pub stop_signal: Option<String>,
    /// Address on the host by port of the container.
    pub ports: BTreeMap<u16, String>,
}

/// How a container hangs on a network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// IPv4 address; empty while it is not connected.
    pub address: String,
    /// The address that was asked for, where one was.
    pub fixed_address: Option<String>,
    /// Names in the network's name service, without the container's own id.
    pub aliases: Vec<String>,
    /// MAC address.
    pub mac: String,
}

impl Docker {
    /// Connects and agrees on a version.
    ///
    /// # Errors
    /// No daemon, or none that answers in time.
    pub async fn connect() -> Result<Self, FaultError> {
        let docker = bollard::Docker::connect_with_defaults().map_err(|error| told(&error))?;
        let agreed = deadline(PATIENCE, docker.negotiate_version()).await?;
        Ok(Self(agreed))
    }

    /// The client itself, for calls of one fault.
    pub(super) fn client(&self) -> &bollard::Docker {
        &self.0
    }

    /// A container by name or id.
    ///
    /// # Errors
    /// It is not there, or the engine does not answer.
    pub async fn inspect(&self, container: &str) -> Result<ContainerInspectResponse, FaultError> {
        deadline(PATIENCE, self.0.inspect_container(container, None)).await
    }

    /// All containers, running or not.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn all(&self) -> Result<Vec<ContainerSummary>, FaultError> {
        let options = ListContainersOptionsBuilder::new().all(true).build();
        deadline(PATIENCE, self.0.list_containers(Some(options))).await
    }

    /// The containers that a service of a scenario may mean: the one that is named,
    /// or those of the compose service of that name on the network.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn candidates(
        &self,
        service: &str,
        container: Option<&str>,
        network: &str,
    ) -> Result<Vec<Target>, FaultError> {
        let mut found = Vec::new();
        for summary in self.all().await? {
            let names = summary.names.clone().unwrap_or_default();
            let wanted = match container {
                Some(name) => names
                    .iter()
                    .any(|known| known.trim_start_matches('/') == name),
                None => is_service(&summary, service) && is_on(&summary, network),
            };
            if let Some(id) = summary.id.filter(|_| wanted) {
                found.push(target(service, self.inspect(&id).await?));
            }
        }
        Ok(found)
    }

    /// Makes sure that a container still is the one that was resolved.
    ///
    /// # Errors
    /// It was started anew since, or is gone.
    pub async fn unchanged(&self, target: &Target) -> Result<(), FaultError> {
        let now = self.again(target).await?;
        if now.started_at == target.started_at && now.status == "running" {
            return Ok(());
        }
        let name = &target.name;
        Err(FaultError::Changed(format!(
            "{name} is {} since {}",
            now.status, now.started_at
        )))
    }

    /// A container that was resolved before, as it is now.
    ///
    /// # Errors
    /// It is gone, or the engine does not answer.
    pub async fn again(&self, target_before: &Target) -> Result<Target, FaultError> {
        let seen = self.inspect(&target_before.id).await?;
        Ok(target(&target_before.service, seen))
    }
}

/// Waits for a call of the engine, but not for ever.
pub(super) async fn deadline<T>(
    limit: Duration,
    call: impl Future<Output = Result<T, bollard::errors::Error>>,
) -> Result<T, FaultError> {
    // Boxed: the futures of the client are large.
    match tokio::time::timeout(limit, Box::pin(call)).await {
        Ok(outcome) => outcome.map_err(|error| told(&error)),
        Err(_) => Err(FaultError::Docker(format!(
            "the engine did not answer within {limit:?}"
        ))),
    }
}

fn told(error: &bollard::errors::Error) -> FaultError {
    FaultError::Docker(error.to_string())
}

fn is_service(summary: &ContainerSummary, service: &str) -> bool {
    let label = summary
        .labels
        .as_ref()
        .and_then(|labels| labels.get("com.docker.compose.service"));
    label.is_some_and(|name| name == service)
}

fn is_on(summary: &ContainerSummary, network: &str) -> bool {
    let networks = summary
        .network_settings
        .as_ref()
        .and_then(|settings| settings.networks.as_ref());
    networks.is_some_and(|networks| networks.contains_key(network))
}

fn target(service: &str, seen: ContainerInspectResponse) -> Target {
    let state = seen.state.unwrap_or_default();
    let config = seen.config.unwrap_or_default();
    let settings = seen.network_settings.unwrap_or_default();
    let host = seen.host_config.unwrap_or_default();
    let id = seen.id.unwrap_or_default();
    let networks = settings.networks.unwrap_or_default();
    Target {
        service: service.to_owned(),
        name: seen
            .name
            .unwrap_or_default()
            .trim_start_matches('/')
            .to_owned(),
        pid: i32::try_from(state.pid.unwrap_or_default()).unwrap_or_default(),
        started_at: state.started_at.unwrap_or_default(),
        status: state
            .status
            .map(|status| status.to_string())
            .unwrap_or_default(),
        health: state
            .health
            .and_then(|health| health.status)
            .map(|status| status.to_string())
            .filter(|status| !status.is_empty() && status != "none"),
        labels: config.labels.unwrap_or_default().into_iter().collect(),
        environment: environment(&config.env.unwrap_or_default()),
        networks: networks
            .into_iter()
            .map(|(name, endpoint)| (name, attachment(&id, endpoint)))
            .collect(),
        auto_remove: host.auto_remove.unwrap_or_default(),
        network_mode: host.network_mode.unwrap_or_default(),
        stop_signal: config.stop_signal.filter(|signal| !signal.is_empty()),
        ports: ports(settings.ports.unwrap_or_default()),
        id,
    }
}

fn environment(variables: &[String]) -> Option<String> {
    variables
        .iter()
        .find_map(|variable| variable.strip_prefix("ENVIRONMENT="))
        .map(str::to_owned)
}

/// The engine adds the short id as an alias by itself, and would add it again.
fn attachment(id: &str, endpoint: EndpointSettings) -> Attachment {
    let fixed = endpoint.ipam_config.and_then(|ipam| ipam.ipv4_address);
    let mut aliases: Vec<String> = endpoint.aliases.unwrap_or_default();
    aliases.retain(|alias| !id.starts_with(alias.as_str()));
    aliases.sort();
    aliases.dedup();
    Attachment {
        address: endpoint.ip_address.unwrap_or_default(),
        fixed_address: fixed.filter(|address| !address.is_empty()),
        aliases,
        mac: endpoint.mac_address.unwrap_or_default(),
    }
}

type Bindings = HashMap<String, Option<Vec<bollard::models::PortBinding>>>;

/// IPv4 before IPv6, because that is what a published loopback address is.
fn ports(bindings: Bindings) -> BTreeMap<u16, String> {
    let mut found = BTreeMap::new();
    for (port, bound) in bindings {
        let Some(number) = port
            .strip_suffix("/tcp")
            .and_then(|text| text.parse::<u16>().ok())
        else {
            continue;
        };
        for binding in bound.unwrap_or_default() {
            let host = match binding.host_ip.as_deref() {
                None | Some("" | "0.0.0.0") => "127.0.0.1".to_owned(),
                Some(ip) if ip.contains(':') => continue,
                Some(ip) => ip.to_owned(),
            };
            if let Some(on_host) = binding.host_port {
                found.entry(number).or_insert(format!("{host}:{on_host}"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn seen() -> ContainerInspectResponse {
        serde_json::from_value(serde_json::json!({
            "Id": "0123456789abcdef",
            "Name": "/shop-nats",
            "State": {"Status": "running", "Pid": 4711, "StartedAt": "2026-01-01T00:00:00Z", "Health": {"Status": "healthy"}},
            "Config": {"Env": ["A=1", "ENVIRONMENT=test"], "Labels": {"proofhouse.chaos": "target"}, "StopSignal": "SIGINT"},
            "HostConfig": {"NetworkMode": "chaos-net"},
            "NetworkSettings": {
                "Ports": {
                    "4222/tcp": [{"HostIp": "::", "HostPort": "1"}, {"HostIp": "0.0.0.0", "HostPort": "24222"}],
                    "53/udp": [{"HostIp": "127.0.0.1", "HostPort": "53"}],
                    "8222/tcp": null
                },
                "Networks": {"chaos-net": {
                    "IPAMConfig": {"IPv4Address": "172.28.0.10"},
                    "IPAddress": "172.28.0.10", "MacAddress": "02:42:ac:1c:00:0a",
                    "Aliases": ["nats", "0123456789ab", "nats"]
                }}
            }
        }))
        .unwrap()
    }

    #[test]
    fn a_container_is_read_whole() {
        let target = target("nats", seen());
        assert_eq!((target.name.as_str(), target.pid), ("shop-nats", 4711));
        assert_eq!(target.environment.as_deref(), Some("test"));
        assert_eq!(target.health.as_deref(), Some("healthy"));
        assert_eq!(target.stop_signal.as_deref(), Some("SIGINT"));
        let attached = &target.networks["chaos-net"];
        assert_eq!(attached.aliases, ["nats"]);
        assert_eq!(attached.fixed_address.as_deref(), Some("172.28.0.10"));
        assert_eq!(
            target.ports,
            BTreeMap::from([(4222, "127.0.0.1:24222".to_owned())])
        );
    }
}
