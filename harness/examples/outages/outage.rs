//! Outages as they are programmed: how a server fails, for how long, and how it comes back.

use crate::HOLD;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::time::Duration;

/// Time before the outage, in which everything is good.
const BEFORE: Duration = Duration::from_secs(1);
/// A fault shorter than this could not be told from none by a probe every 10 ms.
const SHORTEST_FAULT: f64 = 0.04;
/// Shortest and longest outage, in seconds.
const LASTS: (f64, f64) = (0.05, 30.0);

/// How a server fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Answers 503.
    Status,
    /// Ends every connection without an answer.
    Closed,
    /// Reads the request and never answers it.
    Silent,
    /// Refuses connections: nobody listens.
    Refused,
    /// Holds every request back and answers all of them at the end, as a paused process does.
    Held,
}

impl Kind {
    pub const ALL: [Kind; 5] = [
        Kind::Status,
        Kind::Closed,
        Kind::Silent,
        Kind::Refused,
        Kind::Held,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Kind::Status => "503",
            Kind::Closed => "closed",
            Kind::Silent => "silent",
            Kind::Refused => "refused",
            Kind::Held => "held back",
        }
    }
}

/// One outage.
#[derive(Debug, Clone)]
pub struct Outage {
    pub kind: Kind,
    /// When it begins, since the start.
    pub begins: Duration,
    /// When the fault behind it is healed.
    pub healed: Duration,
    /// When the server first answers again: some time after the heal.
    pub answers: Duration,
    /// Times that it is good and then bad again.
    pub flaps: u32,
    /// How long it is good in between: less than the hold time.
    pub good_for: Duration,
    /// How long it is bad in between.
    pub bad_for: Duration,
    /// Whether it flaps to the end of the run.
    pub for_ever: bool,
    pub pooled: bool,
    /// Time between two attempts of its probe.
    pub every: Duration,
}

impl Outage {
    /// When the last state is reached, where there is one.
    pub fn settles(&self) -> Duration {
        self.answers + (self.good_for + self.bad_for) * self.flaps
    }

    /// When its probe begins.
    pub fn watched_from(&self) -> Duration {
        self.begins - BEFORE
    }

    /// How long it has to be watched.
    pub fn watched_until(&self) -> Duration {
        self.settles() + HOLD * 2
    }
}

/// So many outages; the lengths are spread evenly over their orders of magnitude.
pub fn programmed(count: usize, seed: u64) -> Vec<Outage> {
    let mut random = SmallRng::seed_from_u64(seed);
    (0..count).map(|n| one(n, count, &mut random)).collect()
}

fn one(n: usize, count: usize, random: &mut SmallRng) -> Outage {
    // What is held back is only seen as sharply as the probe's timeout: one in 25.
    let kind = match n % 25 {
        24 => Kind::Held,
        _ => Kind::ALL[n % 4],
    };
    let share = n as f64 / (count.max(2) - 1) as f64;
    let lasts = LASTS.0 * (LASTS.1 / LASTS.0).powf(share);
    let short = lasts < 2.0;
    // Short ones, which are probed more often, are spread over the time that the long ones take.
    let spread = if short { 8.0 } else { 1.0 };
    let begins = BEFORE + Duration::from_secs_f64(random.random_range(0.0..spread));
    let answers = begins + Duration::from_secs_f64(lasts);
    // The system needs a part of the outage to come back after its fault was healed.
    let fault = (lasts * random.random_range(0.3..1.0)).max(SHORTEST_FAULT.min(lasts));
    let flapping = n % 3 == 1 && kind != Kind::Held;
    let for_ever = flapping && n % 30 == 1;
    Outage {
        kind,
        begins,
        healed: begins + Duration::from_secs_f64(fault),
        answers,
        flaps: match (for_ever, flapping) {
            (true, _) => 40,
            (false, true) => random.random_range(1..6),
            (false, false) => 0,
        },
        good_for: Duration::from_millis(random.random_range(100..600)),
        bad_for: Duration::from_millis(random.random_range(60..400)),
        for_ever,
        pooled: n % 2 == 1,
        every: Duration::from_millis(if short { 10 } else { 20 }),
    }
}
