//! Messages that were in flight at the onset came again, and every one ended acknowledged.

use super::numbers::{self, ACK_PENDING, IN_FLIGHT, REDELIVERED, UNACKED};
use super::scene::Scene;
use crate::judge::outcome::{Outcome, Undecided};
use crate::judge::words;

/// From what the consumer itself saw; without one of our own, from what the system's says.
pub(super) fn decide(scene: &Scene<'_>, min: u64, all_acked: bool) -> Outcome {
    judged(scene, min, all_acked).unwrap_or_else(Outcome::from)
}

fn judged(scene: &Scene<'_>, min: u64, all_acked: bool) -> Result<Outcome, Undecided> {
    let again = numbers::read(scene, REDELIVERED)?;
    let left = match scene.number(UNACKED) {
        Some(_) => numbers::read(scene, UNACKED),
        None => numbers::read(scene, ACK_PENDING),
    };
    let in_flight = scene.number(IN_FLIGHT);
    let of = in_flight.map_or(String::new(), |n| {
        format!(" of {} in flight at the onset", words::number(n))
    });
    let told = format!(
        "{} delivered again{of}",
        words::counted(again.max(0.0) as u64, "message")
    );
    let outcome = if again < min as f64 && in_flight == Some(0.0) {
        Outcome::error("NOTHING_IN_FLIGHT", told).next("more load, or a longer fault")
    } else if again < min as f64 {
        Outcome::fail("NOT_REDELIVERED", told)
    } else if all_acked {
        let left = left?;
        let told = format!("{told}, {} never acknowledged", words::number(left));
        match left > 0.0 {
            true => Outcome::fail("NOT_ALL_ACKNOWLEDGED", told),
            false => Outcome::pass(told),
        }
    } else {
        Outcome::pass(told)
    };
    Ok(outcome.measured(again, again.max(0.0) as u64))
}
