//! Partition by the engine: the cable is pulled and the name removed. The mode for engines
//! whose containers' namespaces cannot be entered.

use super::{Between, Fault, FaultError, Undo, Witness};
use crate::runners::chaos::docker::{Attachment, Docker, Target, deadline};
use crate::runners::chaos::recover::{self, WayBack};
use bollard::models::NetworkDisconnectRequest;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(5);
const WATCH: Duration = Duration::from_millis(100);

/// One container off one network.
#[derive(Debug)]
pub struct Detach {
    docker: Docker,
    target: Target,
    network: String,
    attached: Attachment,
    called: Option<Instant>,
}

impl Detach {
    /// A detachment that is yet to come.
    ///
    /// # Errors
    /// The container is not on the network, or has no fixed address there: it could not get its own back.
    pub fn new(docker: &Docker, target: &Target, network: &str) -> Result<Self, FaultError> {
        let attached = target.networks.get(network).cloned();
        let attached = attached.ok_or_else(|| {
            FaultError::Changed(format!("{} is not on the network {network}", target.name))
        })?;
        if attached.fixed_address.is_none() {
            let name = &target.name;
            return Err(FaultError::Changed(format!(
                "{name} has no fixed address on {network}, and would come back with another one; use mode `drop`"
            )));
        }
        Ok(Self {
            docker: docker.clone(),
            target: target.clone(),
            network: network.to_owned(),
            attached,
            called: None,
        })
    }

    fn way_back(&self) -> WayBack<'_> {
        WayBack {
            container: &self.target.id,
            network: &self.network,
            ipv4: self.attached.fixed_address.as_deref(),
            aliases: &self.attached.aliases,
        }
    }

    async fn is_connected(&self) -> Result<bool, FaultError> {
        recover::is_connected(&self.docker, &self.target.id, &self.network).await
    }
}

#[async_trait::async_trait]
impl Fault for Detach {
    fn undo(&self) -> Undo {
        Undo::Connect {
            container: self.target.id.clone(),
            network: self.network.clone(),
            ipv4: self.attached.fixed_address.clone(),
            aliases: self.attached.aliases.clone(),
        }
    }

    async fn inject(&mut self) -> Result<(), FaultError> {
        self.docker.unchanged(&self.target).await?;
        self.called = Some(Instant::now());
        let request = NetworkDisconnectRequest {
            container: self.target.id.clone(),
            force: Some(false),
        };
        let client = self.docker.client();
        deadline(PATIENCE, client.disconnect_network(&self.network, request)).await
    }

    async fn witness(&mut self, limit: Duration) -> Result<Witness, FaultError> {
        let from = self.called.unwrap_or_else(Instant::now);
        let until = Instant::now() + limit;
        while self.is_connected().await? {
            if Instant::now() >= until {
                let detail = format!("{} is still on {}", self.target.name, self.network);
                return Err(FaultError::Unwitnessed { limit, detail });
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(Witness {
            onset: Between {
                from,
                to: Instant::now(),
            },
            seen: format!("{} is not on {} any more", self.target.name, self.network),
            remarks: Vec::new(),
        })
    }

    async fn vanished(&mut self) -> String {
        loop {
            tokio::time::sleep(WATCH).await;
            if matches!(self.is_connected().await, Ok(true)) {
                let (name, network) = (&self.target.name, &self.network);
                return format!("somebody else has connected {name} to {network} again");
            }
        }
    }

    async fn recover(&mut self) -> Result<Between, FaultError> {
        let from = Instant::now();
        let late = self.called.map_or(Duration::ZERO, |_| recover::LATE);
        recover::connect(&self.docker, &self.way_back(), late).await?;
        Ok(Between {
            from,
            to: Instant::now(),
        })
    }
}
