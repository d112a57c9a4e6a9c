//! Bandwidth: a token bucket on the target's own interface, inside its network namespace. It slows
//! what the target sends. What it receives is shaped nowhere: that would take an interface of the host.

use super::{Between, Fault, FaultError, Undo, Witness};
use crate::runners::chaos::docker::Target;
use crate::runners::chaos::netns::{self, Resident};
use crate::runners::chaos::qdisc::{self, Link, Shaped};
use socket2::{Domain, Protocol, Socket, Type};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::{Duration, Instant};

const LOOK: Duration = Duration::from_millis(20);
const WATCH: Duration = Duration::from_millis(250);
/// How long the target's own traffic is waited for before we bring some.
const OWN: Duration = Duration::from_millis(300);
/// The bucket holds this part of a second's bytes, and two full packets at least.
const BURST_DIVISOR: u64 = 100;
const BURST_LEAST: u64 = 3200;
const BURST_MOST: u64 = 4 << 20;
/// The queue holds a fifth of a second's bytes; a window of small packets at least.
const QUEUE_DIVISOR: u64 = 5;
const QUEUE_LEAST: u64 = 32 << 10;
const QUEUE_MOST: u64 = 256 << 20;
/// Bytes of one knock, headers not counted.
const KNOCK: usize = 1400;

/// One target whose bytes leave slowly.
#[derive(Debug)]
pub struct Bandwidth {
    target: Target,
    resident: Resident,
    link: Link,
    address: Option<Ipv4Addr>,
    bits_per_second: u64,
    called: Option<Instant>,
}

impl Bandwidth {
    /// Finds the interface; nothing is slow yet.
    ///
    /// # Errors
    /// The namespace cannot be entered, or is our own; the interface is not there, or has a
    /// queueing discipline that somebody else put there.
    pub async fn prepare(
        target: &Target,
        network: &str,
        bits_per_second: u64,
    ) -> Result<Self, FaultError> {
        let resident = netns::foreign(target.pid).map_err(FaultError::Kernel)?;
        let attached = target.networks.get(network);
        let attached = attached.ok_or_else(|| {
            FaultError::Changed(format!("{} is not on the network {network}", target.name))
        })?;
        let link = qdisc::find(&resident, &attached.mac).await?;
        qdisc::unclaimed(&resident, &link.name)
            .await
            .map_err(|reason| FaultError::Kernel(format!("{}: {reason}", target.name)))?;
        Ok(Self {
            target: target.clone(),
            address: attached.address.parse().ok(),
            resident,
            link,
            bits_per_second,
            called: None,
        })
    }

    async fn shaped(&self) -> Result<Shaped, FaultError> {
        let seen = qdisc::look(&self.resident, &self.link.name).await?;
        seen.ok_or_else(|| {
            let (handle, link) = (qdisc::HANDLE, &self.link.name);
            FaultError::Changed(format!(
                "{link} of {} has no discipline {handle}",
                self.target.name
            ))
        })
    }

    /// Something for the target's kernel to send, should nobody else ask it for anything: answers
    /// to echo requests, as many bytes as the bucket lets pass at once and one packet more.
    fn knock(&self) {
        let Some(address) = self.address else { return };
        let protocol = Some(Protocol::ICMPV4);
        let Ok(socket) = Socket::new(Domain::IPV4, Type::from(libc::SOCK_RAW), protocol) else {
            return;
        };
        let _ = socket.set_nonblocking(true);
        let count = bucket(self.bits_per_second).burst / KNOCK as u64 + 2;
        for _ in 0..count {
            let to = SocketAddrV4::new(address, 0).into();
            let _ = socket.send_to(&echo_request(), &to);
        }
    }
}

/// What is asked of `tc`, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bucket {
    burst: u64,
    queue: u64,
}

fn bucket(bits_per_second: u64) -> Bucket {
    let bytes = bits_per_second / 8;
    let burst = (bytes / BURST_DIVISOR).clamp(BURST_LEAST, BURST_MOST);
    let queue = (bytes / QUEUE_DIVISOR).clamp(QUEUE_LEAST, QUEUE_MOST);
    Bucket { burst, queue }
}

/// An ICMP echo request: type 8, nothing else but its checksum.
fn echo_request() -> Vec<u8> {
    let mut packet = vec![0; KNOCK];
    packet[0] = 8;
    // The sum of all words is 0x0800; its complement makes the whole come out even.
    packet[2..4].copy_from_slice(&0xf7ff_u16.to_be_bytes());
    packet
}

#[async_trait::async_trait]
impl Fault for Bandwidth {
    fn undo(&self) -> Undo {
        Undo::RemoveQdisc {
            container: self.target.id.clone(),
            pid: self.resident.pid,
            pid_start: self.resident.pid_start,
            namespace: self.resident.namespace.clone(),
            interface: self.link.name.clone(),
            handle: qdisc::HANDLE.to_owned(),
            queue_length: self.link.queue_length,
        }
    }

    async fn inject(&mut self) -> Result<(), FaultError> {
        self.resident.still(&self.target.name)?;
        self.called = Some(Instant::now());
        let Bucket { burst, queue } = bucket(self.bits_per_second);
        let (rate, burst, queue) = (
            format!("{}bit", self.bits_per_second),
            burst.to_string(),
            queue.to_string(),
        );
        // `add` and not `replace`: the kernel itself refuses where somebody else has come first.
        let tool = [
            "tc",
            "qdisc",
            "add",
            "dev",
            &self.link.name,
            "root",
            "handle",
            qdisc::HANDLE,
            "tbf",
            "rate",
            &rate,
            "burst",
            &burst,
            "limit",
            &queue,
        ];
        self.resident.run(&tool).await.map(drop)
    }

    async fn witness(&mut self, limit: Duration) -> Result<Witness, FaultError> {
        let from = self.called.unwrap_or_else(Instant::now);
        // `tc` has answered: the discipline is in force.
        let to = Instant::now();
        let mut shaped = self.shaped().await?;
        while shaped.held_back == 0 {
            if to.elapsed() >= limit {
                let detail = format!(
                    "no packet of {} was held back: {} bytes went at once",
                    self.target.name, shaped.sent_bytes
                );
                return Err(FaultError::Unwitnessed { limit, detail });
            }
            if to.elapsed() >= OWN {
                self.knock();
            }
            tokio::time::sleep(LOOK).await;
            shaped = self.shaped().await?;
        }
        Ok(Witness {
            onset: Between { from, to },
            seen: format!(
                "{} held back packets {} times, {} bytes in wait",
                self.link.name, shaped.held_back, shaped.waiting_bytes
            ),
            remarks: Vec::new(),
        })
    }

    async fn vanished(&mut self) -> String {
        loop {
            tokio::time::sleep(WATCH).await;
            if !self.resident.is_there() {
                return "the container was started anew, and its interface with it".to_owned();
            }
            if let Err(error) = self.shaped().await {
                return error.to_string();
            }
        }
    }

    async fn recover(&mut self) -> Result<Between, FaultError> {
        let from = Instant::now();
        qdisc::remove(&self.resident, &self.link, qdisc::HANDLE, Duration::ZERO).await?;
        Ok(Between {
            from,
            to: Instant::now(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_bucket_lets_full_packets_pass_at_every_rate() {
        let slow = bucket(8_000);
        assert_eq!((slow.burst, slow.queue), (BURST_LEAST, QUEUE_LEAST));
        let fast = bucket(80_000_000);
        assert_eq!((fast.burst, fast.queue), (100_000, 2_000_000));
        let most = bucket(100_000_000_000);
        assert!(most.burst < most.queue && most.queue < u64::from(u32::MAX));
    }

    #[test]
    fn the_kernel_answers_our_echo_request() {
        let packet = echo_request();
        let words = packet
            .chunks(2)
            .map(|w| u32::from(w[0]) << 8 | u32::from(w[1]));
        let sum: u32 = words.sum();
        assert_eq!((sum & 0xffff) + (sum >> 16), 0xffff);
    }
}
