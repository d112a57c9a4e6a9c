//! A thousand echo requests a second at one address: whoever is not a target loses none of them.

use rand::Rng;
use std::collections::HashSet;
use std::net::UdpSocket;
use std::os::fd::FromRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Between two requests.
const EVERY: Duration = Duration::from_millis(1);
/// How long the last answers may take.
const LAST: Duration = Duration::from_secs(1);
/// `icmp_echo` and its answer (RFC 792).
const REQUEST: u8 = 8;
const REPLY: u8 = 0;

/// Someone who pings, until he is stopped.
pub struct Pinger {
    stop: Arc<AtomicBool>,
    sender: JoinHandle<u64>,
    receiver: JoinHandle<HashSet<u64>>,
}

/// What became of the requests.
#[derive(Debug)]
pub struct Pings {
    pub sent: u64,
    pub lost: u64,
}

impl Pinger {
    /// Needs root, as everything here does.
    pub fn start(address: &str) -> Self {
        let socket = raw(address);
        let mark: u64 = rand::rng().random();
        let stop = Arc::<AtomicBool>::default();
        let (ended, reading) = (Arc::clone(&stop), socket.try_clone().unwrap());
        let sender = std::thread::spawn(move || send(&socket, mark, &ended));
        let ended = Arc::clone(&stop);
        let receiver = std::thread::spawn(move || receive(&reading, mark, &ended));
        Self {
            stop,
            sender,
            receiver,
        }
    }

    /// Ends it, and waits for the last answers.
    pub fn stop(self) -> Pings {
        self.stop.store(true, Ordering::SeqCst);
        let sent = self.sender.join().unwrap();
        let answered = self.receiver.join().unwrap();
        Pings {
            sent,
            lost: sent - u64::try_from(answered.len()).unwrap(),
        }
    }
}

/// A socket for ICMP that hears only this address.
#[allow(unsafe_code)]
fn raw(address: &str) -> UdpSocket {
    let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
    // SAFETY: a call without memory of ours; the descriptor is new, and nobody else owns it.
    let socket = unsafe {
        let descriptor = libc::socket(libc::AF_INET, kind, libc::IPPROTO_ICMP);
        assert!(descriptor >= 0, "{}", std::io::Error::last_os_error());
        UdpSocket::from_raw_fd(descriptor)
    };
    socket.connect((address, 0)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    socket
}

/// On a fixed schedule: a late request is sent late, and none is left out.
fn send(socket: &UdpSocket, mark: u64, stop: &AtomicBool) -> u64 {
    let began = Instant::now();
    let mut sent = 0;
    while !stop.load(Ordering::SeqCst) {
        socket.send(&request(mark, sent)).unwrap();
        sent += 1;
        let due = EVERY * u32::try_from(sent).unwrap();
        std::thread::park_timeout(due.saturating_sub(began.elapsed()));
    }
    sent
}

fn receive(socket: &UdpSocket, mark: u64, stop: &AtomicBool) -> HashSet<u64> {
    let mut answered = HashSet::new();
    let mut stopped: Option<Instant> = None;
    let mut packet = [0_u8; 256];
    while stopped.is_none_or(|at| at.elapsed() < LAST) {
        if stopped.is_none() && stop.load(Ordering::SeqCst) {
            stopped = Some(Instant::now());
        }
        if let Ok(length) = socket.recv(&mut packet) {
            answered.extend(number(&packet[..length], mark));
        }
    }
    answered
}

/// Type, code, checksum, identifier and sequence, then our mark and number.
fn request(mark: u64, number: u64) -> [u8; 24] {
    let mut packet = [0_u8; 24];
    packet[0] = REQUEST;
    packet[8..16].copy_from_slice(&mark.to_be_bytes());
    packet[16..].copy_from_slice(&number.to_be_bytes());
    let words = packet.chunks_exact(2);
    let sum: u32 = words
        .map(|word| u32::from(u16::from_be_bytes([word[0], word[1]])))
        .sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let folded = (folded & 0xffff) + (folded >> 16);
    let checksum = !u16::try_from(folded).unwrap();
    packet[2..4].copy_from_slice(&checksum.to_be_bytes());
    packet
}

/// The number in an answer to us. A raw socket hands the IP header over, too.
fn number(packet: &[u8], mark: u64) -> Option<u64> {
    let header = usize::from(packet.first()? & 0x0f) * 4;
    let echo = packet.get(header..header + 24)?;
    let ours = echo[0] == REPLY && echo[8..16] == mark.to_be_bytes();
    ours.then(|| u64::from_be_bytes(echo[16..24].try_into().unwrap()))
}

#[test]
fn a_request_has_a_right_checksum_and_its_answer_is_known_again() {
    let packet = request(7, 70_000);
    let words = packet.chunks_exact(2);
    let sum: u32 = words
        .map(|word| u32::from(u16::from_be_bytes([word[0], word[1]])))
        .sum();
    assert_eq!((sum & 0xffff) + (sum >> 16), 0xffff, "RFC 1071");
    let mut answer = vec![0x45; 20];
    answer.extend(packet);
    assert_eq!(number(&answer, 7), None, "our own request is no answer");
    answer[20] = REPLY;
    assert_eq!(number(&answer, 7), Some(70_000));
    assert_eq!(number(&answer, 8), None, "somebody else's");
}
