//! Partition by the engine: the cable is pulled and the name removed. The mode for engines
//! whose containers' namespaces cannot be entered.

use super::{Between, Fault, FaultError, Undo, Witness};
use crate::runners::chaos::docker::{Attachment, Docker, Target, deadline};
use crate::runners::chaos::recover;
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
    /// The container is not on the network.
    pub fn new(docker: &Docker, target: &Target, network: &str) -> Result<Self, FaultError> {
        let attached = target.networks.get(network).cloned();
        let attached = attached.ok_or_else(|| {
            FaultError::Changed(format!("{} is not on the network {network}", target.name))
        })?;
        Ok(Self {
            docker: docker.clone(),
            target: target.clone(),
            network: network.to_owned(),
            attached,
            called: None,
        })
    }

    /// The address that is asked for again: the fixed one, else the one that it has now.
    fn address(&self) -> Option<String> {
        let now = Some(self.attached.address.clone()).filter(|address| !address.is_empty());
        self.attached.fixed_address.clone().or(now)
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
            ipv4: self.address(),
            aliases: self.attached.aliases.clone(),
        }
    }

    async fn inject(&mut self) -> Result<(), FaultError> {
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
        let address = self.address();
        recover::connect(
            &self.docker,
            &self.target.id,
            &self.network,
            address.as_deref(),
            &self.attached.aliases,
        )
        .await?;
        Ok(Between {
            from,
            to: Instant::now(),
        })
    }
}
