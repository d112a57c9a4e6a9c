//! Latency: packets wait in the target's network namespace before they go on. The rules and the
//! queue belong to a process that we hold, so they end with it, and with their time.

use super::holder::Holder;
use super::{Between, Fault, FaultError, Undo, Witness, partition, table};
use crate::model::chaos::Direction;
use crate::runners::chaos::delay::{Order, Tally};
use crate::runners::chaos::docker::Target;
use crate::runners::chaos::netns::{self, Resident};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

const LOOK: Duration = Duration::from_millis(5);

/// Packets of one target that come late.
#[derive(Debug)]
pub struct Latency {
    target: Target,
    resident: Resident,
    address: Option<Ipv4Addr>,
    table: String,
    late: Late,
    holder: Holder,
    called: Option<Instant>,
}

/// What is late, and by how much.
#[derive(Debug, Clone)]
pub struct Late {
    /// Which way.
    pub direction: Direction,
    /// IPv4 addresses of the other side; empty for everybody.
    pub peers: Vec<String>,
    /// Added to every packet, each way.
    pub delay: Duration,
    /// At most so much more or less.
    pub jitter: Duration,
    /// Seed of the jitter.
    pub seed: u64,
    /// How long; the kernel keeps this time by itself.
    pub lasts: Duration,
}

impl Latency {
    /// Prepares the rules; no packet is late yet.
    ///
    /// # Errors
    /// The namespace cannot be entered, or is our own; the kernel has no queue of packets.
    pub async fn prepare(target: &Target, network: &str, late: Late) -> Result<Self, FaultError> {
        let resident = netns::foreign(target.pid).map_err(FaultError::Kernel)?;
        let table = format!("proofhouse_{}", uuid::Uuid::new_v4().simple());
        let holder = Holder::start(&resident, &order(&late, &table)?).await?;
        let attached = target.networks.get(network);
        Ok(Self {
            target: target.clone(),
            address: attached.and_then(|attached| attached.address.parse().ok()),
            resident,
            table,
            late,
            holder,
            called: None,
        })
    }
}

fn order(late: &Late, table: &str) -> Result<Order, FaultError> {
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let parsed = |peer: &String| {
        let address = peer.parse();
        address.map_err(|_| FaultError::Kernel(format!("{peer} is no IPv4 address")))
    };
    Ok(Order {
        table: table.to_owned(),
        inward: late.direction != Direction::Out,
        outward: late.direction != Direction::In,
        delay_us: micros(late.delay),
        jitter_us: micros(late.jitter),
        seed: late.seed,
        peers: late.peers.iter().map(parsed).collect::<Result<_, _>>()?,
    })
}

#[async_trait::async_trait]
impl Fault for Latency {
    fn undo(&self) -> Undo {
        table::undo(&self.target.id, &self.resident, &self.table)
    }

    async fn inject(&mut self) -> Result<(), FaultError> {
        self.resident.still(&self.target.name)?;
        self.called = Some(Instant::now());
        self.holder.begin(self.late.lasts).await
    }

    async fn witness(&mut self, limit: Duration) -> Result<Witness, FaultError> {
        let from = self.called.unwrap_or_else(Instant::now);
        // The rules have been in force since `begin` was answered: that bounds the onset.
        let to = Instant::now();
        let limit = limit + self.late.delay + self.late.jitter;
        let mut tally = self.holder.tally().await?;
        while tally.released == 0 {
            if to.elapsed() >= limit {
                let detail = format!("no packet of {} came late", self.target.name);
                return Err(FaultError::Unwitnessed { limit, detail });
            }
            partition::knock(self.address).await;
            tokio::time::sleep(LOOK).await;
            tally = self.holder.tally().await?;
        }
        Ok(Witness {
            onset: Between { from, to },
            seen: seen(&tally, &self.target.name),
            remarks: Vec::new(),
        })
    }

    async fn vanished(&mut self) -> String {
        self.holder.vanished().await
    }

    async fn recover(&mut self) -> Result<Between, FaultError> {
        self.holder.end().await
    }
}

#[allow(clippy::cast_precision_loss)]
fn seen(tally: &Tally, name: &str) -> String {
    let plural = if tally.released == 1 { "" } else { "s" };
    let ms = |us: u64| us as f64 / 1000.0;
    format!(
        "{} packet{plural} of {name} held for {:.1} to {:.1} ms",
        tally.released,
        ms(tally.least_us),
        ms(tally.most_us)
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn late(direction: Direction, peer: &str) -> Late {
        Late {
            direction,
            peers: vec![peer.to_owned()],
            delay: Duration::from_millis(50),
            jitter: Duration::from_millis(5),
            seed: 7,
            lasts: Duration::from_secs(1),
        }
    }

    #[test]
    fn the_order_says_which_way_and_whose() {
        let order_of = |direction| order(&late(direction, "172.28.0.11"), "t").unwrap();
        let out = order_of(Direction::Out);
        assert_eq!((out.inward, out.outward), (false, true));
        assert_eq!((out.delay_us, out.jitter_us, out.seed), (50_000, 5000, 7));
        assert_eq!(out.peers, [Ipv4Addr::new(172, 28, 0, 11)]);
        let both = order_of(Direction::Both);
        assert!(both.inward && both.outward);
        // A peer that cannot be matched must not become "everybody".
        assert!(order(&late(Direction::In, ""), "t").is_err());
    }

    #[test]
    fn the_witness_says_how_late() {
        let tally = Tally {
            released: 1,
            least_us: 50_049,
            most_us: 50_049,
            lost: 0,
        };
        assert_eq!(
            seen(&tally, "nats"),
            "1 packet of nats held for 50.0 to 50.0 ms"
        );
    }
}
