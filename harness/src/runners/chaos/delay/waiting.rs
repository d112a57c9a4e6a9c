//! When each packet is let go: pure, so that order and jitter can be tested without a kernel.

use super::packets::Packet;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::{Duration, Instant};

/// Flows that are remembered before the ones that are over are forgotten.
const FLOWS: usize = 4096;

/// A packet that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Held {
    /// When it is to go.
    pub(super) due: Instant,
    /// Its place among all: packets that are due together go as they came.
    turn: u64,
    /// When it came.
    pub(super) came: Instant,
    /// The kernel's number for it.
    pub(super) id: u32,
}

/// The packets that are held, and how long the next one will be.
#[derive(Debug)]
pub(super) struct Waiting {
    delay: Duration,
    jitter: Duration,
    /// One of each direction, so that the draws of one do not depend on the other's traffic.
    inward: SmallRng,
    outward: SmallRng,
    /// When the latest packet of a flow goes: none of its flow goes before it.
    latest: HashMap<u64, Instant>,
    held: BinaryHeap<Reverse<Held>>,
    turn: u64,
}

impl Waiting {
    pub(super) fn new(delay: Duration, jitter: Duration, seed: u64) -> Self {
        Self {
            delay,
            jitter,
            inward: SmallRng::seed_from_u64(seed),
            outward: SmallRng::seed_from_u64(!seed),
            latest: HashMap::new(),
            held: BinaryHeap::new(),
            turn: 0,
        }
    }

    /// Takes a packet in; `true` where it goes before all others.
    pub(super) fn hold(&mut self, packet: &Packet, came: Instant) -> bool {
        let drawn = came + self.draw(packet.inward);
        let due = match self.latest.get(&packet.flow) {
            // A packet waits for the one before it, and never longer than delay and jitter together.
            Some(latest) => drawn.max(*latest),
            None => drawn,
        };
        if self.latest.len() >= FLOWS {
            self.latest.retain(|_, latest| *latest > came);
        }
        self.latest.insert(packet.flow, due);
        self.turn += 1;
        let first = self.next().is_none_or(|next| due < next);
        self.held.push(Reverse(Held {
            due,
            turn: self.turn,
            came,
            id: packet.id,
        }));
        first
    }

    /// When the next packet is to go.
    pub(super) fn next(&self) -> Option<Instant> {
        self.held.peek().map(|Reverse(held)| held.due)
    }

    /// The packets that are to go by now, in order.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Held> {
        let mut due = Vec::new();
        while self.next().is_some_and(|next| next <= now) {
            due.extend(self.held.pop().map(|Reverse(held)| held));
        }
        due
    }

    /// All packets, in the order in which they came.
    pub(super) fn all(&mut self) -> Vec<Held> {
        let mut all: Vec<Held> = self.held.drain().map(|Reverse(held)| held).collect();
        all.sort_by_key(|held| held.turn);
        all
    }

    fn draw(&mut self, inward: bool) -> Duration {
        if self.jitter.is_zero() {
            return self.delay;
        }
        let dice = if inward {
            &mut self.inward
        } else {
            &mut self.outward
        };
        self.delay - self.jitter + (self.jitter * 2).mul_f64(dice.random::<f64>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn packet(id: u32, flow: u64) -> Packet {
        Packet {
            id,
            inward: true,
            flow,
        }
    }

    fn ids(held: &[Held]) -> Vec<u32> {
        held.iter().map(|held| held.id).collect()
    }

    #[test]
    fn without_jitter_all_wait_as_long_and_go_as_they_came() {
        let began = Instant::now();
        let mut waiting = Waiting::new(50 * MS, Duration::ZERO, 1);
        assert!(waiting.hold(&packet(1, 7), began));
        assert!(!waiting.hold(&packet(2, 8), began));
        assert!(!waiting.hold(&packet(3, 7), began + MS));
        assert_eq!(waiting.next(), Some(began + 50 * MS));
        assert!(waiting.due(began + 49 * MS).is_empty());
        assert_eq!(ids(&waiting.due(began + 50 * MS)), [1, 2]);
        assert_eq!(ids(&waiting.due(began + 51 * MS)), [3]);
    }

    #[test]
    fn jitter_stays_in_its_bounds_and_overtakes_only_between_flows() {
        let began = Instant::now();
        let mut waiting = Waiting::new(20 * MS, 15 * MS, 1);
        for number in 0..2000_u32 {
            let came = began + MS * number / 2;
            waiting.hold(&packet(number, u64::from(number % 4)), came);
        }
        let all = waiting.due(began + Duration::from_secs(9));
        assert_eq!(all.len(), 2000);
        for held in &all {
            let waited = held.due - held.came;
            assert!(waited >= 5 * MS && waited <= 35 * MS, "{waited:?}");
        }
        let of = |flow| all.iter().map(|h| h.id).filter(move |id| id % 4 == flow);
        for flow in 0..4 {
            assert!(of(flow).is_sorted(), "flow {flow} is out of order");
        }
        assert!(!ids(&all).is_sorted(), "flows wait for each other");
        let short = all.iter().filter(|held| held.due - held.came < 20 * MS);
        assert!(short.count() > 100, "nothing comes earlier than `delay`");
    }

    #[test]
    fn the_seed_says_what_is_drawn() {
        let began = Instant::now();
        let drawn = |seed| {
            let mut waiting = Waiting::new(20 * MS, 10 * MS, seed);
            for number in 0..50_u32 {
                waiting.hold(&packet(number, u64::from(number)), began);
            }
            waiting
                .all()
                .iter()
                .map(|held| held.due - began)
                .collect::<Vec<_>>()
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
    }

    #[test]
    fn at_the_end_all_go_as_they_came() {
        let began = Instant::now();
        let mut waiting = Waiting::new(20 * MS, 20 * MS, 3);
        for number in 0..50 {
            waiting.hold(&packet(number, u64::from(number)), began);
        }
        assert!(ids(&waiting.all()).is_sorted());
        assert_eq!(waiting.next(), None);
    }

    #[test]
    fn flows_that_are_over_are_forgotten() {
        let mut now = Instant::now();
        let mut waiting = Waiting::new(MS, Duration::ZERO, 1);
        for number in 0..20_000 {
            now += MS;
            waiting.hold(&packet(number, u64::from(number)), now);
        }
        assert!(waiting.latest.len() <= FLOWS);
    }
}
