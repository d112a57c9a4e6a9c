//! The table that sends packets to our queue. It belongs to the socket that made it: the kernel
//! removes it when this process ends. What makes its rules match carries a time limit besides.

use super::Order;
use super::netlink::{ACKNOWLEDGE, Attributes, CREATE, Message, Netfilter, SAY};
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

/// Netfilter's subsystem of tables (`NFNL_SUBSYS_NFTABLES`).
const TABLES: u16 = 10;
const BATCH_BEGIN: u16 = 0x10;
const BATCH_END: u16 = 0x11;
/// Requests: `enum nf_tables_msg_types`.
const NEW_TABLE: u16 = 0;
const NEW_CHAIN: u16 = 3;
const NEW_RULE: u16 = 6;
const NEW_SET: u16 = 9;
const NEW_ELEMENTS: u16 = 12;
const DELETE_ELEMENTS: u16 = 14;
/// IPv4 and IPv6 in one table (`NFPROTO_INET`).
const INET: u8 = 1;
const IPV4: u8 = 2;
const IPV6: u8 = 10;
/// The table goes with the socket that made it (`NFT_TABLE_F_OWNER`).
const OWNED: u32 = 2;
/// The elements of a set end by themselves (`NFT_SET_TIMEOUT`).
const TIMED: u32 = 0x10;
/// Before connection tracking, as the rules of a partition.
const PRIORITY: i32 = -300;
const ACCEPT: u32 = 1;
const REGISTER: u32 = 1;
/// One set only: protocol families, or addresses of peers.
const SET: &str = "wanted";

/// What the queue statement is, which depends on how the kernel was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The tables' own expression `queue`.
    Own,
    /// The target `NFQUEUE` of iptables, by way of the compatibility layer.
    Target,
}

/// A table that is there, and catches nothing until it is told to.
#[derive(Debug)]
pub(super) struct Rules {
    netfilter: Netfilter,
    table: String,
    peers: Vec<Ipv4Addr>,
}

impl Rules {
    /// Makes the table. Whichever way this kernel knows to queue a packet is taken.
    ///
    /// # Errors
    /// The kernel refuses both.
    pub(super) fn make(order: &Order, queue: u16) -> io::Result<Self> {
        let mut netfilter = Netfilter::open()?;
        // A batch is carried out as a whole or not at all, so the second try begins from nothing.
        let outcome = netfilter.ask(&table(order, queue, Way::Own));
        if outcome.is_err() {
            netfilter.ask(&table(order, queue, Way::Target))?;
        }
        Ok(Self {
            netfilter,
            table: order.table.clone(),
            peers: order.peers.clone(),
        })
    }

    /// Lets the rules catch packets for so long; the kernel ends it, whatever becomes of us.
    pub(super) fn begin(&mut self, lasts: Duration) -> io::Result<()> {
        let keys: Vec<Vec<u8>> = if self.peers.is_empty() {
            vec![vec![IPV4], vec![IPV6]]
        } else {
            self.peers.iter().map(|peer| peer.octets().into()).collect()
        };
        let timeout = u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX).max(1);
        let elements = keys.iter().fold(Attributes::new(), |all, key| {
            let key = Attributes::new().bytes(1, key);
            all.nest(1, &Attributes::new().nest(1, &key).be64(4, timeout))
        });
        let body = self.elements().nest(3, &elements);
        self.netfilter
            .ask(&batch(vec![message(NEW_ELEMENTS, CREATE, body)]))
    }

    /// Lets them catch nothing any more.
    pub(super) fn end(&mut self) -> io::Result<()> {
        let body = self.elements();
        // Without elements that are named, all of them go.
        self.netfilter
            .ask(&batch(vec![message(DELETE_ELEMENTS, ACKNOWLEDGE, body)]))
    }

    fn elements(&self) -> Attributes {
        Attributes::new().text(1, &self.table).text(2, SET)
    }
}

fn message(kind: u16, flags: u16, body: Attributes) -> Message {
    Message {
        kind: TABLES << 8 | kind,
        flags,
        family: INET,
        resource: 0,
        body,
    }
}

fn batch(mut messages: Vec<Message>) -> Vec<Message> {
    let edge = |kind| Message {
        kind,
        flags: SAY,
        family: 0,
        resource: TABLES,
        body: Attributes::new(),
    };
    messages.insert(0, edge(BATCH_BEGIN));
    messages.push(edge(BATCH_END));
    messages
}

/// Everything but the elements.
fn table(order: &Order, queue: u16, way: Way) -> Vec<Message> {
    let named = || Attributes::new().text(1, &order.table);
    // Kind and length of the keys, as `nft` shows them: 2 is a protocol family, 7 an IPv4 address.
    let (kind, length) = if order.peers.is_empty() {
        (2, 1)
    } else {
        (7, 4)
    };
    let set = named().text(2, SET).be32(3, TIMED);
    let set = set.be32(4, kind).be32(5, length).be32(10, 1);
    let mut messages = vec![
        message(NEW_TABLE, CREATE, named().be32(2, OWNED)),
        message(NEW_SET, CREATE, set),
    ];
    let sides = [(order.inward, Side::INWARD), (order.outward, Side::OUTWARD)];
    for (_, side) in sides.iter().filter(|(wanted, _)| *wanted) {
        let hook = Attributes::new()
            .be32(1, u32::from(side.hook))
            .bytes(2, &PRIORITY.to_be_bytes());
        let chain = named().text(3, side.name).nest(4, &hook);
        let chain = chain.be32(5, ACCEPT).text(7, "filter");
        messages.push(message(NEW_CHAIN, CREATE, chain));
        let rule = named()
            .text(2, side.name)
            .nest(4, &side.rule(order, queue, way));
        messages.push(message(NEW_RULE, CREATE, rule));
    }
    batch(messages)
}

/// One direction of packets.
struct Side {
    name: &'static str,
    /// `enum nf_inet_hooks`.
    hook: u8,
    /// What is asked for the name of the interface (`enum nft_meta_keys`).
    interface: u32,
    /// Where the other side's address stands in the IPv4 header.
    address: u32,
}

/// Packets that come in are seen at this hook: prerouting.
pub(super) const IN_HOOK: u8 = 0;

impl Side {
    const INWARD: Self = Self {
        name: "inward",
        hook: IN_HOOK,
        interface: 6,
        address: 12,
    };
    const OUTWARD: Self = Self {
        name: "outward",
        hook: 3,
        interface: 7,
        address: 16,
    };

    /// Not over loopback, of the wanted family or peer: to the queue, and on where nobody holds it.
    fn rule(&self, order: &Order, queue: u16, way: Way) -> Attributes {
        const FAMILY: u32 = 15;
        let mut loopback = [0; 16];
        loopback[..2].copy_from_slice(b"lo");
        let rule = Attributes::new();
        let rule = expression(rule, "meta", &load(self.interface));
        let rule = expression(rule, "cmp", &compare(1, &loopback));
        let rule = expression(rule, "meta", &load(FAMILY));
        let rule = if order.peers.is_empty() {
            rule
        } else {
            let rule = expression(rule, "cmp", &compare(0, &[IPV4]));
            let address = Attributes::new().be32(1, REGISTER).be32(2, 1);
            let address = address.be32(3, self.address).be32(4, 4);
            expression(rule, "payload", &address)
        };
        let lookup = Attributes::new().text(1, SET).be32(2, REGISTER).be32(4, 1);
        let rule = expression(rule, "lookup", &lookup);
        let rule = expression(rule, "counter", &Attributes::new());
        match way {
            Way::Own => {
                let to = Attributes::new().be16(1, queue).be16(2, 1).be16(3, 1);
                expression(rule, "queue", &to)
            }
            Way::Target => {
                // `struct xt_NFQ_info_v3`: number, how many, bypass; in the machine's own order.
                let information = [queue, 1, 1, 0].map(u16::to_ne_bytes).concat();
                let to = Attributes::new().text(1, "NFQUEUE").be32(2, 3);
                expression(rule, "target", &to.bytes(3, &information))
            }
        }
    }
}

fn load(key: u32) -> Attributes {
    Attributes::new().be32(2, key).be32(1, REGISTER)
}

/// Operator 0 is "equal", 1 is "not equal".
fn compare(operator: u32, with: &[u8]) -> Attributes {
    let value = Attributes::new().bytes(1, with);
    Attributes::new()
        .be32(1, REGISTER)
        .be32(2, operator)
        .nest(3, &value)
}

fn expression(rule: Attributes, name: &str, data: &Attributes) -> Attributes {
    rule.nest(1, &Attributes::new().text(1, name).nest(2, data))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runners::chaos::delay::netlink::{HEADERS, attributes};

    fn order(outward: bool, peers: &[Ipv4Addr]) -> Order {
        Order {
            table: "t".to_owned(),
            inward: true,
            outward,
            delay_us: 1,
            jitter_us: 0,
            seed: 1,
            peers: peers.to_vec(),
        }
    }

    /// The names of the expressions of every rule, in order.
    fn expressions(messages: &[Message]) -> Vec<String> {
        let rules = messages
            .iter()
            .filter(|message| message.kind & 0xff == NEW_RULE);
        let mut names = Vec::new();
        for rule in rules {
            let bytes = rule.numbered(1);
            for (_, all) in attributes(&bytes[HEADERS..]).filter(|(kind, _)| *kind == 4) {
                for (_, one) in attributes(all) {
                    for (_, name) in attributes(one).filter(|(kind, _)| *kind == 1) {
                        names.push(String::from_utf8_lossy(name).trim_end_matches('\0').into());
                    }
                }
            }
        }
        names
    }

    #[test]
    fn one_way_has_one_rule_and_both_ways_have_two() {
        let one = table(&order(false, &[]), 7, Way::Own);
        let everyone = ["meta", "cmp", "meta", "lookup", "counter", "queue"];
        assert_eq!(expressions(&one), everyone);
        let both = table(&order(true, &[]), 7, Way::Target);
        assert_eq!(expressions(&both).len(), 12);
        assert_eq!(expressions(&both)[5], "target");
    }

    #[test]
    fn peers_are_known_by_their_address() {
        let peers = [Ipv4Addr::new(172, 28, 0, 11)];
        let rules = expressions(&table(&order(false, &peers), 7, Way::Own));
        assert_eq!(rules[3..5], ["cmp", "payload"]);
    }
}
