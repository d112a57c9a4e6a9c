//! The process that makes packets late: it stands in the target's network namespace, takes packets
//! from the kernel's queue and lets each go when its time has come. Nothing outlives it: the kernel
//! removes its rules and its queue, and packets pass as ever.

mod netlink;
mod packets;
mod rules;
mod waiting;

use nix::sys::prctl;
use packets::Queue;
use rules::Rules;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use waiting::{Held, Waiting};

/// For what is still in the kernel's hands at the end.
const DRAIN: Duration = Duration::from_millis(500);
const LOOK: Duration = Duration::from_millis(1);
/// Enough for a notice with as much of its packet as is copied.
const NOTICE: usize = 4096;

/// What is to be made late, and by how much: the argument of the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Name of the table that is made, family `inet`.
    pub table: String,
    /// Whether packets that the target is to receive are late.
    pub inward: bool,
    /// Whether packets that it sends are.
    pub outward: bool,
    /// Added to every packet, in microseconds.
    pub delay_us: u64,
    /// At most so much more or less, in microseconds.
    pub jitter_us: u64,
    /// Seed of the jitter.
    pub seed: u64,
    /// IPv4 addresses of the other side; empty for everybody.
    pub peers: Vec<Ipv4Addr>,
}

/// How long packets were held, from the moment at which the process had them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Packets that were let go because their time had come.
    pub released: u64,
    /// The shortest, in microseconds.
    pub least_us: u64,
    /// The longest, in microseconds.
    pub most_us: u64,
    /// Packets that the kernel dropped, because more were held than it takes.
    pub lost: u64,
}

impl Tally {
    fn see(&mut self, held: &Held, went: Instant) {
        let waited = went.saturating_duration_since(held.came).as_micros();
        let waited = u64::try_from(waited).unwrap_or(u64::MAX);
        self.least_us = match self.released {
            0 => waited,
            _ => self.least_us.min(waited),
        };
        self.most_us = self.most_us.max(waited);
        self.released += 1;
    }

    fn words(&self) -> String {
        format!(
            "tally {} {} {} {}",
            self.released, self.least_us, self.most_us, self.lost
        )
    }

    /// Reads what the process says of it.
    pub fn parse(line: &str) -> Option<Self> {
        let words = line.strip_prefix("tally ")?.split(' ');
        let numbers: Option<Vec<u64>> = words.map(|word| word.parse().ok()).collect();
        match numbers?.as_slice() {
            [released, least_us, most_us, lost] => Some(Self {
                released: *released,
                least_us: *least_us,
                most_us: *most_us,
                lost: *lost,
            }),
            _ => None,
        }
    }
}

/// Runs the process. On standard input it hears `begin MILLISECONDS`, `tally` and `end`, and answers
/// each on standard output; it says `ready` first. The end of its input is the end, too.
pub fn delay_packets(order: &str) -> u8 {
    match serve(order) {
        Ok(()) => 0,
        Err(reason) => {
            anstream::eprintln!("{reason}");
            1
        }
    }
}

fn serve(order: &str) -> Result<(), String> {
    let order: Order = serde_json::from_str(order).map_err(|error| error.to_string())?;
    // The kernel may wake a sleeper 50 microseconds late otherwise.
    let _ = prctl::set_timerslack(1);
    let told = |what: &'static str| move |error: io::Error| format!("{what}: {error}");
    let queue = Arc::new(Queue::bind().map_err(told("the kernel's queue of packets"))?);
    let rules = Rules::make(&order, queue.number());
    let mut rules = rules.map_err(told("a rule that queues packets"))?;
    let desk = Arc::new(Desk::new(&order));
    for work in [take as Work, release] {
        let (desk, queue) = (Arc::clone(&desk), Arc::clone(&queue));
        std::thread::spawn(move || {
            let Err(error) = work(&desk, &queue);
            anstream::eprintln!("the kernel's queue of packets: {error}");
            // Nothing is held without both halves; the kernel lets everything pass.
            std::process::exit(1);
        });
    }
    say("ready")?;
    for line in io::stdin().lines() {
        let line = line.map_err(|error| error.to_string())?;
        match line.split_once(' ') {
            Some(("begin", lasts)) => {
                let lasts = lasts.parse().map_err(|_| format!("no time: {line}"))?;
                let lasts = Duration::from_millis(lasts);
                desk.begin(Instant::now() + lasts);
                rules.begin(lasts).map_err(told("the rule's elements"))?;
                say("begun")?;
            }
            _ if line == "tally" => {
                let lost = queue.counts().map_err(told("the queue's counters"))?.lost;
                let tally = desk.lock().tally;
                say(&Tally { lost, ..tally }.words())?;
            }
            _ => break,
        }
    }
    // First nothing is held any more, then nothing is caught: no packet overtakes another.
    desk.pass();
    rules.end().map_err(told("the rule's elements"))?;
    drain(&queue);
    say("ended")
}

type Work = fn(&Desk, &Queue) -> Result<std::convert::Infallible, io::Error>;

/// What the two halves share.
#[derive(Debug)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    waiting: Waiting,
    /// From when on nothing is held any more.
    until: Option<Instant>,
    tally: Tally,
}

impl State {
    fn is_over(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

impl Desk {
    fn new(order: &Order) -> Self {
        let (delay, jitter) = (order.delay_us, order.jitter_us);
        let (delay, jitter) = (Duration::from_micros(delay), Duration::from_micros(jitter));
        Self {
            state: Mutex::new(State {
                waiting: Waiting::new(delay, jitter.min(delay), order.seed),
                until: None,
                tally: Tally::default(),
            }),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Packets are held until then: that is also when the kernel ends the rules.
    fn begin(&self, until: Instant) {
        self.lock().until = Some(until);
        self.changed.notify_one();
    }

    /// Lets everything go at once, now and from now on.
    fn pass(&self) {
        self.begin(Instant::now());
    }
}

/// The half that takes packets from the kernel.
fn take(desk: &Desk, queue: &Queue) -> Result<std::convert::Infallible, io::Error> {
    let mut buffer = vec![0; NOTICE];
    loop {
        let packets = queue.take(&mut buffer)?;
        let now = Instant::now();
        let mut state = desk.lock();
        let mut first = false;
        for packet in &packets {
            first |= state.waiting.hold(packet, now);
        }
        if first || state.is_over(now) {
            desk.changed.notify_one();
        }
    }
}

/// The half that lets them go.
fn release(desk: &Desk, queue: &Queue) -> Result<std::convert::Infallible, io::Error> {
    let mut state = desk.lock();
    loop {
        let now = Instant::now();
        let over = state.is_over(now);
        let held = if over {
            state.waiting.all()
        } else {
            state.waiting.due(now)
        };
        if held.is_empty() {
            let ends = state.until.filter(|_| !over);
            let wake = [state.waiting.next(), ends].into_iter().flatten().min();
            state = match wake {
                Some(wake) => {
                    let wait = wake.saturating_duration_since(now);
                    let woken = desk.changed.wait_timeout(state, wait);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let woken = desk.changed.wait(state);
                    woken.unwrap_or_else(PoisonError::into_inner)
                }
            };
            continue;
        }
        drop(state);
        queue.release(held.iter().map(|held| held.id))?;
        let went = Instant::now();
        state = desk.lock();
        // What goes because it is over says nothing about the delay.
        for held in held.iter().filter(|_| !over) {
            state.tally.see(held, went);
        }
    }
}

/// Waits until the kernel holds nothing for us any more: seen twice, because a packet that is on
/// its way to the queue when the rules end arrives a moment later.
fn drain(queue: &Queue) {
    let until = Instant::now() + DRAIN;
    let mut empty = 0;
    while empty < 2 && Instant::now() < until {
        match queue.counts() {
            Ok(counts) if counts.waiting == 0 => empty += 1,
            _ => empty = 0,
        }
        std::thread::sleep(LOOK);
    }
}

fn say(line: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_tally_is_read_as_it_was_said() {
        let tally = Tally {
            released: 7,
            least_us: 49_900,
            most_us: 50_400,
            lost: 1,
        };
        assert_eq!(Tally::parse(&tally.words()), Some(tally));
        for broken in ["", "tally", "tally 1 2 3", "tally 1 2 3 x", "ended"] {
            assert_eq!(Tally::parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn an_order_with_a_word_that_nobody_knows_is_refused() {
        assert!(serve("{\"table\": \"t\", \"colour\": \"red\"}").is_err());
    }
}
