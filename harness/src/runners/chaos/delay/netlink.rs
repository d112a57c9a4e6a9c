//! Netlink messages of netfilter, and the socket that they go through. `nft` cannot write the one
//! rule that latency needs, and its rules belong to its own process.

use socket2::{Domain, Protocol, Socket, Type};
use std::io::{self, Read};
use std::time::Duration;

/// Begins a request that is to be answered, whatever becomes of it.
pub(super) const ACKNOWLEDGE: u16 = (libc::NLM_F_REQUEST | libc::NLM_F_ACK) as u16;
/// Makes what is not there.
pub(super) const CREATE: u16 = ACKNOWLEDGE | libc::NLM_F_CREATE as u16;
/// A request without an answer.
pub(super) const SAY: u16 = libc::NLM_F_REQUEST as u16;
/// Marks an attribute that holds others.
const NESTED: u16 = 0x8000;
/// Length of a message's header and of netfilter's own header behind it (`nlmsghdr`, `nfgenmsg`).
pub(super) const HEADERS: usize = 20;
const ANSWER: usize = 65_536;
const PATIENCE: Duration = Duration::from_secs(5);

/// Attributes of a message, in the kernel's layout: length, kind, value, padded to four bytes.
#[derive(Debug, Default, Clone)]
pub(super) struct Attributes(Vec<u8>);

impl Attributes {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn bytes(mut self, kind: u16, value: &[u8]) -> Self {
        let length = u16::try_from(value.len() + 4).unwrap_or(u16::MAX);
        self.0.extend(length.to_ne_bytes());
        self.0.extend(kind.to_ne_bytes());
        self.0.extend(value);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        self
    }

    pub(super) fn text(self, kind: u16, value: &str) -> Self {
        self.bytes(kind, &[value.as_bytes(), &[0]].concat())
    }

    pub(super) fn be16(self, kind: u16, value: u16) -> Self {
        self.bytes(kind, &value.to_be_bytes())
    }

    pub(super) fn be32(self, kind: u16, value: u32) -> Self {
        self.bytes(kind, &value.to_be_bytes())
    }

    pub(super) fn be64(self, kind: u16, value: u64) -> Self {
        self.bytes(kind, &value.to_be_bytes())
    }

    pub(super) fn nest(self, kind: u16, inner: &Self) -> Self {
        self.bytes(kind | NESTED, &inner.0)
    }
}

/// One message, without its number.
#[derive(Debug)]
pub(super) struct Message {
    /// Subsystem and what is asked of it.
    pub(super) kind: u16,
    /// Request flags.
    pub(super) flags: u16,
    /// Protocol family.
    pub(super) family: u8,
    /// Netfilter's resource number, such as a queue's.
    pub(super) resource: u16,
    /// The rest.
    pub(super) body: Attributes,
}

impl Message {
    /// The message as it is sent.
    pub(super) fn numbered(&self, number: u32) -> Vec<u8> {
        let length = u32::try_from(HEADERS + self.body.0.len()).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(HEADERS + self.body.0.len());
        bytes.extend(length.to_ne_bytes());
        bytes.extend(self.kind.to_ne_bytes());
        bytes.extend(self.flags.to_ne_bytes());
        bytes.extend(number.to_ne_bytes());
        bytes.extend(0_u32.to_ne_bytes());
        bytes.extend([self.family, 0]);
        bytes.extend(self.resource.to_be_bytes());
        bytes.extend(&self.body.0);
        bytes
    }
}

/// A socket to netfilter in the network namespace that this process is in.
#[derive(Debug)]
pub(super) struct Netfilter {
    socket: Socket,
    number: u32,
}

impl Netfilter {
    /// Opens it; the kernel gives it its address with the first message.
    pub(super) fn open() -> io::Result<Self> {
        let socket = Socket::new(
            Domain::from(libc::AF_NETLINK),
            Type::from(libc::SOCK_RAW),
            Some(Protocol::from(libc::NETLINK_NETFILTER)),
        )?;
        socket.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { socket, number: 0 })
    }

    /// Sends messages in one piece, and waits until the last was carried out.
    ///
    /// # Errors
    /// The first that the kernel refuses, with its reason.
    pub(super) fn ask(&mut self, messages: &[Message]) -> io::Result<()> {
        let first = self.number + 1;
        let mut bytes = Vec::new();
        let mut last = 0;
        for message in messages {
            self.number += 1;
            bytes.extend(message.numbered(self.number));
            if message.flags & ACKNOWLEDGE == ACKNOWLEDGE {
                last = self.number;
            }
        }
        self.socket.send(&bytes)?;
        let mut buffer = vec![0; ANSWER];
        loop {
            let count = (&self.socket).read(&mut buffer)?;
            for answer in answers(&buffer[..count]) {
                match answer {
                    // Of an earlier request that was given up.
                    Answer { number, .. } if number < first => {}
                    Answer { error: 0, number } if number == last => return Ok(()),
                    Answer { error: 0, .. } => {}
                    Answer { error, .. } => return Err(io::Error::from_raw_os_error(error)),
                }
            }
        }
    }

    /// The socket itself, once nothing is asked through it any more.
    pub(super) fn into_socket(self) -> Socket {
        self.socket
    }
}

/// What the kernel says of one message: 0, or why not.
struct Answer {
    number: u32,
    error: i32,
}

fn answers(bytes: &[u8]) -> impl Iterator<Item = Answer> {
    pieces(bytes).filter_map(|(kind, message)| {
        (kind == libc::NLMSG_ERROR as u16).then_some(())?;
        let error = i32::from_ne_bytes(message.get(16..20)?.try_into().ok()?);
        let number = u32::from_ne_bytes(message.get(8..12)?.try_into().ok()?);
        Some(Answer {
            number,
            error: error.saturating_neg(),
        })
    })
}

/// The messages of one answer: kind, and the whole message.
pub(super) fn pieces(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
        let kind = u16::from_ne_bytes(bytes.get(4..6)?.try_into().ok()?);
        let message = bytes.get(..length).filter(|_| length >= 16)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, message))
    })
}

/// The attributes of a message: kind, and value.
pub(super) fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?));
        let kind = u16::from_ne_bytes(bytes.get(2..4)?.try_into().ok()?);
        let value = bytes.get(4..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind & !NESTED, value))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let inner = Attributes::new().text(1, "lo").be32(2, 7);
        let body = Attributes::new().bytes(5, &[1, 2, 3]).nest(9, &inner);
        let message = Message {
            kind: 0x0a06,
            flags: CREATE,
            family: 1,
            resource: 3,
            body,
        };
        let mut two = message.numbered(41);
        two.extend(message.numbered(42));
        let read: Vec<_> = pieces(&two).collect();
        assert_eq!(read.len(), 2);
        let (kind, whole) = read[1];
        assert_eq!((kind, whole[8]), (0x0a06, 42));
        let outer: Vec<_> = attributes(&whole[HEADERS..]).collect();
        assert_eq!(outer[0], (5, &[1, 2, 3][..]));
        let inner: Vec<_> = attributes(outer[1].1).collect();
        assert_eq!(inner, [(1, &b"lo\0"[..]), (2, &[0, 0, 0, 7][..])]);
    }

    #[test]
    fn a_piece_that_is_cut_off_ends_the_reading() {
        let message = Message {
            kind: 1,
            flags: 0,
            family: 0,
            resource: 0,
            body: Attributes::new().be32(1, 1),
        };
        let whole = message.numbered(1);
        for cut in 0..whole.len() {
            assert_eq!(pieces(&whole[..cut]).count(), 0, "cut at {cut}");
        }
        assert_eq!(attributes(&[8, 0, 1, 0, 1]).count(), 0);
        // A length of nothing must not be read for ever.
        assert_eq!(attributes(&[0, 0, 0, 0]).count(), 0);
        assert_eq!(pieces(&[0; 64]).count(), 0);
    }

    #[test]
    fn a_refusal_carries_its_reason() {
        let mut bytes = Vec::new();
        bytes.extend(36_u32.to_ne_bytes());
        bytes.extend(2_u16.to_ne_bytes());
        bytes.extend([0; 2]);
        bytes.extend(9_u32.to_ne_bytes());
        bytes.extend([0; 4]);
        bytes.extend((-2_i32).to_ne_bytes());
        bytes.extend([0; 16]);
        let answer = answers(&bytes).next().unwrap();
        assert_eq!((answer.number, answer.error), (9, libc::ENOENT));
    }
}
