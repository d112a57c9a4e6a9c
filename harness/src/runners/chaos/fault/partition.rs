//! Partition and loss by rules inside the target's network namespace: the truest cut there is.
//! No reset, no change of names or addresses; published ports are cut like everything else.

use super::table::{self, Rules, Table};
use super::{Between, Fault, FaultError, Undo, Witness};
use crate::model::chaos::Direction;
use crate::runners::chaos::docker::Target;
use crate::runners::chaos::netns::{self, Resident};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;

const LOOK: Duration = Duration::from_millis(2);
/// The port of the discard service: nobody minds a packet there.
const DISCARD: u16 = 9;

/// Packets of one target that are dropped, all of them or by chance.
#[derive(Debug)]
pub struct Partition {
    target: Target,
    resident: Resident,
    address: Option<Ipv4Addr>,
    name: String,
    lasts: Duration,
    table: Table,
    called: Option<Instant>,
}

/// What is dropped.
#[derive(Debug, Clone)]
pub struct Cut {
    /// Which way.
    pub direction: Direction,
    /// IPv4 addresses of the other side; empty for everybody.
    pub peers: Vec<String>,
    /// Chance that a packet is dropped, 0 to 1.
    pub ratio: f64,
    /// How long; the kernel keeps this time by itself.
    pub lasts: Duration,
}

impl Partition {
    /// Prepares the rules; nothing is dropped yet.
    ///
    /// # Errors
    /// The namespace cannot be entered, or is our own; `nft` refuses.
    pub async fn prepare(target: &Target, network: &str, cut: &Cut) -> Result<Self, FaultError> {
        let resident = netns::foreign(target.pid).map_err(FaultError::Kernel)?;
        let name = format!("proofhouse_{}", uuid::Uuid::new_v4().simple());
        let rules = Rules {
            inward: cut.direction != Direction::Out,
            outward: cut.direction != Direction::In,
            drop_in_10_000: in_10_000(cut.ratio),
            peers: cut.peers.clone(),
        };
        let table = Table::make(&resident, &name, &rules).await?;
        let attached = target.networks.get(network);
        Ok(Self {
            target: target.clone(),
            address: attached.and_then(|attached| attached.address.parse().ok()),
            resident,
            name,
            lasts: cut.lasts,
            table,
            called: None,
        })
    }
}

/// Something for rules to catch, should nobody else talk to the target.
pub(super) async fn knock(address: Option<Ipv4Addr>) {
    let Some(address) = address else { return };
    if let Ok(socket) = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await {
        let _ = socket.send_to(b"?", (address, DISCARD)).await;
    }
}

/// At least one packet in ten thousand: a ratio of nothing is no fault.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn in_10_000(ratio: f64) -> u16 {
    (ratio * 10_000.0).round().clamp(1.0, 10_000.0) as u16
}

#[async_trait::async_trait]
impl Fault for Partition {
    fn undo(&self) -> Undo {
        table::undo(&self.target.id, &self.resident, &self.name)
    }

    async fn inject(&mut self) -> Result<(), FaultError> {
        self.resident.still(&self.target.name)?;
        self.called = Some(Instant::now());
        self.table.fill(self.lasts).await
    }

    async fn witness(&mut self, limit: Duration) -> Result<Witness, FaultError> {
        let from = self.called.unwrap_or_else(Instant::now);
        let until = Instant::now() + limit;
        // The first answer comes when the rules are in force: that bounds the onset.
        let mut packets = self.table.packets().await?;
        let to = Instant::now();
        while packets == 0 {
            if Instant::now() >= until {
                let detail = format!("no packet of {} was dropped", self.target.name);
                return Err(FaultError::Unwitnessed { limit, detail });
            }
            knock(self.address).await;
            tokio::time::sleep(LOOK).await;
            packets = self.table.packets().await?;
        }
        let plural = if packets == 1 { "" } else { "s" };
        Ok(Witness {
            onset: Between { from, to },
            seen: format!("{packets} packet{plural} of {} dropped", self.target.name),
            remarks: Vec::new(),
        })
    }

    async fn vanished(&mut self) -> String {
        self.table.vanished().await
    }

    async fn recover(&mut self) -> Result<Between, FaultError> {
        self.table.drop_it().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_become_ten_thousandths() {
        assert_eq!(in_10_000(1.0), 10_000);
        assert_eq!(in_10_000(0.2), 2000);
        assert_eq!(in_10_000(0.000_000_1), 1);
    }
}
