//! The prober outside: a datagram every half millisecond, and when each was answered.

use crate::echo;
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const EVERY: Duration = Duration::from_micros(500);
/// A datagram that is answered later than this was not answered while all was well.
const IN_TIME: i64 = 30_000;
/// Datagrams without an answer, one after the other, that are no accident: ten milliseconds.
const SILENT: usize = 20;
/// How long after its schedule a fault is looked for.
const WITHIN: i64 = 600_000;
/// A fault may also be early.
const EARLY: i64 = 50_000;

/// When each datagram was sent and answered, in microseconds since 1970; 0 for not yet.
type Log = Arc<Mutex<Vec<(i64, i64)>>>;

/// Both threads run until the program ends.
pub struct Pinger(Log);

impl Pinger {
    pub fn start(address: Ipv4Addr) -> Self {
        let socket = UdpSocket::bind("0.0.0.0:0").expect("a socket");
        socket.connect((address, echo::ECHO)).expect("an address");
        let answers = socket.try_clone().expect("a second handle");
        let log = Log::default();
        let (sent, got) = (Arc::clone(&log), Arc::clone(&log));
        let clock = Wall::new();
        std::thread::spawn(move || send(&socket, &sent, clock));
        std::thread::spawn(move || receive(&answers, &got, clock));
        Self(log)
    }

    /// When the first datagram was sent, near a moment, from which on none was answered in time.
    pub fn silent_since(&self, scheduled: i64) -> Option<i64> {
        let log = self.0.lock().expect("no thread broke");
        let from = log.partition_point(|(sent, _)| *sent < scheduled - EARLY);
        let to = log.partition_point(|(sent, _)| *sent < scheduled + WITHIN);
        let lost = |(sent, got): &(i64, i64)| *got == 0 || got - sent > IN_TIME;
        let near = &log[from..to];
        let first = near.windows(SILENT).position(|run| run.iter().all(lost))?;
        Some(near[first].0)
    }
}

fn send(socket: &UdpSocket, log: &Log, clock: Wall) {
    let mut due = Instant::now();
    for number in 0_u64.. {
        log.lock().expect("no thread broke").push((clock.now(), 0));
        // Refused while nobody listens yet, and dropped while nobody hears: that is what is measured.
        let _ = socket.send(&number.to_le_bytes());
        due += EVERY;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}

fn receive(socket: &UdpSocket, log: &Log, clock: Wall) {
    let mut buffer = [0; 64];
    loop {
        let Ok(8) = socket.recv(&mut buffer) else {
            continue;
        };
        let mut number = [0; 8];
        number.copy_from_slice(&buffer[..8]);
        let number = usize::try_from(u64::from_le_bytes(number)).unwrap_or(usize::MAX);
        let now = clock.now();
        if let Some(entry) = log.lock().expect("no thread broke").get_mut(number) {
            entry.1 = now;
        }
    }
}

/// The wall clock at one moment, and the steady clock from there on.
#[derive(Clone, Copy)]
struct Wall {
    at: Instant,
    us: i64,
}

impl Wall {
    fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let us = since.expect("after 1970").as_micros();
        Self {
            at: Instant::now(),
            us: i64::try_from(us).expect("before the year 290 000"),
        }
    }

    fn now(self) -> i64 {
        self.us + i64::try_from(self.at.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}
