//! The kernel's queue of packets: what comes, and what is let go.

use super::netlink::{
    ACKNOWLEDGE, Attributes, HEADERS, Message, Netfilter, SAY, attributes, pieces,
};
use super::rules::IN_HOOK;
use socket2::Socket;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::time::Duration;

/// Netfilter's subsystem of queues (`NFNL_SUBSYS_QUEUE`), and what is asked of it.
const QUEUES: u16 = 3 << 8;
const PACKET: u16 = QUEUES;
const VERDICT: u16 = QUEUES | 1;
const CONFIGURE: u16 = QUEUES | 2;
const BIND: u8 = 1;
const COPY_PACKET: u8 = 2;
/// As much of a packet as tells its flow: both headers of IPv6, and the ports behind them.
const COPIED: u32 = 64;
/// Large packets come whole, as the sender made them (`NFQA_CFG_F_GSO`).
const WHOLE: u32 = 4;
const ACCEPT: u32 = 1;
/// Most packets that are held at once; the kernel drops what comes beyond, and counts it.
const MOST: u32 = 20_000;
/// Numbers from here on are tried, until one is nobody's.
const FIRST: u16 = 0x8f01;
const TRIED: u16 = 16;
/// For notices of packets that were not read yet.
const BUFFER: libc::c_int = 8 << 20;
const COUNTS: &str = "/proc/self/net/netfilter/nfnetlink_queue";

/// A packet that waits for our word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packet {
    /// The kernel's number for it.
    pub(super) id: u32,
    /// Whether the target is to receive it.
    pub(super) inward: bool,
    /// Equal for packets of one flow and direction.
    pub(super) flow: u64,
}

/// A queue of ours in this network namespace.
#[derive(Debug)]
pub(super) struct Queue {
    socket: Socket,
    number: u16,
}

/// What the kernel counts of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    /// Packets without a verdict.
    pub(super) waiting: u64,
    /// Packets that it dropped because there was no room.
    pub(super) lost: u64,
}

impl Queue {
    /// Takes a queue that nobody has.
    ///
    /// # Errors
    /// Not permitted, or all numbers that were tried are taken.
    pub(super) fn bind() -> io::Result<Self> {
        let mut netfilter = Netfilter::open()?;
        let mut outcome = Ok(());
        for number in FIRST..FIRST + TRIED {
            outcome = netfilter.ask(&[configure(
                number,
                Attributes::new().bytes(1, &[BIND, 0, 0, 0]),
            )]);
            if outcome.is_ok() {
                return Self::prepare(netfilter, number);
            }
        }
        outcome.and(Err(io::ErrorKind::AddrInUse.into()))
    }

    fn prepare(mut netfilter: Netfilter, number: u16) -> io::Result<Self> {
        let mut how = COPIED.to_be_bytes().to_vec();
        how.push(COPY_PACKET);
        let body = Attributes::new().bytes(2, &how).be32(3, MOST);
        let body = body.be32(4, WHOLE).be32(5, WHOLE);
        netfilter.ask(&[configure(number, body)])?;
        let socket = netfilter.into_socket();
        // From here on a packet is waited for as long as it takes.
        socket.set_read_timeout(None::<Duration>)?;
        make_room(&socket)?;
        Ok(Self { socket, number })
    }

    /// Its number.
    pub(super) fn number(&self) -> u16 {
        self.number
    }

    /// Waits for packets.
    ///
    /// # Errors
    /// The queue is gone. Notices that were lost are no error: [`Counts::lost`] has them.
    pub(super) fn take(&self, buffer: &mut [u8]) -> io::Result<Vec<Packet>> {
        match (&self.socket).read(buffer) {
            Ok(count) => Ok(packets(&buffer[..count]).collect()),
            Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => Ok(Vec::new()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Lets packets go, in this order.
    ///
    /// # Errors
    /// The queue is gone.
    pub(super) fn release(&self, ids: impl Iterator<Item = u32>) -> io::Result<()> {
        let bytes: Vec<u8> = ids
            .flat_map(|id| {
                let verdict = [ACCEPT.to_be_bytes(), id.to_be_bytes()].concat();
                let message = Message {
                    kind: VERDICT,
                    flags: SAY,
                    family: 0,
                    resource: self.number,
                    body: Attributes::new().bytes(2, &verdict),
                };
                message.numbered(0)
            })
            .collect();
        self.socket.send(&bytes).map(drop)
    }

    /// What the kernel counts.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn counts(&self) -> io::Result<Counts> {
        let text = std::fs::read_to_string(COUNTS)?;
        counts(&text, self.number).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

fn configure(queue: u16, body: Attributes) -> Message {
    Message {
        kind: CONFIGURE,
        flags: ACKNOWLEDGE,
        family: 0,
        resource: queue,
        body,
    }
}

/// Room for thousands of notices, above the limit of ordinary users.
#[allow(unsafe_code)]
fn make_room(socket: &Socket) -> io::Result<()> {
    let bytes = BUFFER;
    let length = libc::socklen_t::try_from(size_of_val(&bytes)).map_err(io::Error::other)?;
    // SAFETY: the descriptor is open as long as `socket` lives, and the value is one that lives
    // through the call, with its own length.
    let outcome = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVBUFFORCE,
            (&raw const bytes).cast(),
            length,
        )
    };
    match outcome {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn packets(bytes: &[u8]) -> impl Iterator<Item = Packet> {
    pieces(bytes)
        .filter(|(kind, _)| *kind == PACKET)
        .filter_map(|(_, message)| packet(message.get(HEADERS..)?))
}

fn packet(bytes: &[u8]) -> Option<Packet> {
    let find = |wanted| {
        let mut all = attributes(bytes).filter(|(kind, _)| *kind == wanted);
        all.next().map(|(_, value)| value)
    };
    // `struct nfqnl_msg_packet_hdr`: number, protocol, hook.
    let header = find(1)?;
    let inward = *header.get(6)? == IN_HOOK;
    Some(Packet {
        id: u32::from_be_bytes(header.get(..4)?.try_into().ok()?),
        inward,
        flow: flow(inward, find(10).unwrap_or_default()),
    })
}

/// A number for addresses, protocol and ports. Fragments after the first have no ports, so none
/// of a packet's fragments is told by them.
fn flow(inward: bool, packet: &[u8]) -> u64 {
    const PORTS: [u8; 3] = [libc::IPPROTO_TCP as u8, libc::IPPROTO_UDP as u8, 132];
    let version = packet.first().map(|first| first >> 4);
    let (protocol, addresses, behind) = match version {
        Some(4) => {
            let length = usize::from(packet[0] & 0x0f) * 4;
            let fragment = packet.get(6..8).map(|both| [both[0] & 0x3f, both[1]]);
            let whole = fragment == Some([0, 0]);
            (packet.get(9), packet.get(12..20), whole.then_some(length))
        }
        Some(6) => (packet.get(6), packet.get(8..40), Some(40)),
        _ => (None, None, None),
    };
    let ports = protocol
        .filter(|protocol| PORTS.contains(protocol))
        .and(behind)
        .and_then(|behind| packet.get(behind..behind + 4));
    let mut hasher = DefaultHasher::new();
    (inward, protocol, addresses, ports).hash(&mut hasher);
    hasher.finish()
}

/// One line a queue: number, owner, waiting, two of the configuration, and packets dropped for want of room.
fn counts(text: &str, queue: u16) -> Option<Counts> {
    let mut lines = text.lines().map(|line| {
        let numbers = line.split_whitespace().map(|word| word.parse::<u64>().ok());
        numbers.collect::<Option<Vec<_>>>()
    });
    let line = lines.find_map(|line| line.filter(|l| l.first() == Some(&u64::from(queue))))?;
    Some(Counts {
        waiting: *line.get(2)?,
        lost: line.get(5)? + line.get(6)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ipv4(last: u8, port: u8, fragment: u8) -> Vec<u8> {
        let mut packet = vec![0; 28];
        packet[0] = 0x45;
        packet[6] = fragment;
        packet[9] = 17;
        packet[12..20].copy_from_slice(&[172, 28, 0, 10, 172, 28, 0, last]);
        packet[20..24].copy_from_slice(&[0, port, 0, 9]);
        packet
    }

    #[test]
    fn flows_are_told_by_addresses_and_ports_and_fragments_by_addresses() {
        let one = flow(true, &ipv4(1, 1, 0));
        assert_eq!(one, flow(true, &ipv4(1, 1, 0)));
        assert_ne!(one, flow(false, &ipv4(1, 1, 0)));
        assert_ne!(one, flow(true, &ipv4(2, 1, 0)));
        assert_ne!(one, flow(true, &ipv4(1, 2, 0)));
        // "Do not fragment" is no fragment; "more fragments" is one.
        assert_eq!(one, flow(true, &ipv4(1, 1, 0x40)));
        assert_eq!(flow(true, &ipv4(1, 1, 0x20)), flow(true, &ipv4(1, 2, 0x20)));
        let mut six = vec![0x60; 48];
        six[6] = 6;
        let mut other = six.clone();
        other[41] = 0;
        assert_ne!(flow(true, &six), flow(true, &other));
        assert_eq!(flow(true, &[]), flow(true, &[]));
    }

    #[test]
    fn a_packet_is_read_from_the_kernels_message() {
        // As the kernel sent it: the second of a ping over UDP, on its way in.
        let text = "61000000000300000000000000000000020000070b000100000000020800000008000500000000011000090000060000000000000000000008000e000000000121000a004500001d70a540004011cc287f0000017f00000187c015b30009fe1c78";
        let bytes: Vec<u8> = (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
            .collect();
        let found: Vec<Packet> = packets(&bytes).collect();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].id, found[0].inward), (2, true));
    }

    #[test]
    fn what_the_kernel_dropped_is_counted_whatever_the_reason() {
        let text =
            "    7 2339778500     3 2    64     1     4        2  1\n36609 11 0 2 64 0 0 9 1\n";
        let seven = counts(text, 7).unwrap();
        assert_eq!((seven.waiting, seven.lost), (3, 5));
        assert_eq!(counts(text, 36_609).unwrap().lost, 0);
        assert_eq!(counts(text, 8), None);
    }
}
