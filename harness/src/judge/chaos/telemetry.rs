//! Telemetry's books balance: what was made arrived or is counted as dropped, in time.

use super::numbers::{self, ARRIVED, DROPPED, MOVED, PRODUCED, SENT, WAITING, YOUNGER};
use super::scene::Scene;
use crate::judge::outcome::{Outcome, Undecided};
use crate::judge::words;
use crate::model::verdict::Verdict;
use std::fmt::Write as _;
use std::time::Duration;

/// The books of the last reading, since before the fault.
struct Books {
    produced: f64,
    dropped: f64,
    /// On their way though made before the books were first read.
    waiting: f64,
    /// On their way, made since.
    younger: f64,
    /// What is there: by the backend's account, or by the producers' where it keeps none.
    there: f64,
    moved: f64,
    told: String,
}

/// Lost is what was made and neither arrived nor was counted.
pub(super) fn decide(scene: &Scene<'_>, within: Duration) -> Outcome {
    let Some((healed, _)) = scene.last_heal() else {
        let text = "a fault was never healed, so there is nothing to count from";
        return Outcome::error("FAULT_NOT_HEALED", text).next("proofhouse chaos recover");
    };
    let books = match books(scene) {
        Ok(books) => books,
        Err(undecided) => return undecided.into(),
    };
    let read = scene.numbers.iter().rfind(|(_, name, _)| *name == PRODUCED);
    let after = read.map_or(0, |(t, _, _)| t.saturating_sub(healed.from));
    judged(&books, after as f64 / 1e6, within)
}

fn books(scene: &Scene<'_>) -> Result<Books, Undecided> {
    let produced = numbers::read(scene, PRODUCED)?;
    let sent = numbers::read(scene, SENT)?;
    let dropped = numbers::read(scene, DROPPED)?;
    let waiting = numbers::read(scene, WAITING)?;
    let arrived = match scene.number(ARRIVED) {
        Some(_) => Some(numbers::read(scene, ARRIVED)?),
        None => None,
    };
    // Absent in evidence from before records after the mark were told apart.
    let younger = scene.number(YOUNGER).unwrap_or(0.0);
    let there = arrived.unwrap_or(sent);
    let account = match arrived {
        Some(_) => "arrived",
        None => "sent (the backend keeps no account)",
    };
    let mut told = format!(
        "{} made, {} {account}, {} counted as dropped, {} still waiting",
        words::number(produced),
        words::number(there),
        words::number(dropped),
        words::number(waiting)
    );
    if younger > 0.0 {
        let _ = write!(
            told,
            ", {} made too late to wait for",
            words::number(younger)
        );
    }
    Ok(Books {
        produced,
        dropped,
        waiting,
        younger,
        there,
        moved: scene.number(MOVED).unwrap_or(0.0),
        told,
    })
}

fn judged(books: &Books, after_s: f64, within: Duration) -> Outcome {
    let told = &books.told;
    let on_the_way = books.waiting + books.younger;
    let missing = books.produced - books.there - books.dropped - on_the_way;
    let outcome = if books.produced <= 0.0 {
        Outcome::error("NO_TELEMETRY", told).next("load that makes the producers write telemetry")
    } else if missing != 0.0 && missing.abs() <= books.moved {
        let text = format!("{told}: the books moved while they were read");
        Outcome::error("TELEMETRY_MOVING", text).next("end the load before the books are read")
    } else if missing > 0.0 {
        let text = format!("{told}: {} are gone", words::number(missing));
        Outcome::fail("TELEMETRY_LOST", text)
    } else if books.waiting > 0.0 {
        Outcome::fail("TELEMETRY_NOT_DRAINED", told)
    } else if missing < 0.0 {
        let over = words::number(-missing);
        let text = format!("{told}: {over} are in both columns");
        Outcome {
            verdict: Verdict::Warn,
            code: Some("TELEMETRY_OVERCOUNTED"),
            ..Outcome::pass(text)
        }
    } else if after_s > within.as_secs_f64() {
        let text = format!("{told}, but only {after_s:.1} s after the heal");
        Outcome::fail("TELEMETRY_TOO_LATE", text)
    } else {
        Outcome::pass(format!("{told}; settled {after_s:.1} s after the heal"))
    };
    outcome.measured(missing, books.produced.max(0.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(
        produced: f64,
        there: f64,
        dropped: f64,
        waiting: f64,
        moved: f64,
    ) -> Option<&'static str> {
        let books = Books {
            produced,
            dropped,
            waiting,
            younger: 0.0,
            there,
            moved,
            told: String::new(),
        };
        judged(&books, 10.0, Duration::from_secs(30)).code
    }

    #[test]
    fn every_record_arrived_or_is_counted() {
        assert_eq!(of(100.0, 90.0, 10.0, 0.0, 0.0), None);
        assert_eq!(of(100.0, 90.0, 5.0, 0.0, 0.0), Some("TELEMETRY_LOST"));
        assert_eq!(
            of(100.0, 90.0, 5.0, 5.0, 0.0),
            Some("TELEMETRY_NOT_DRAINED")
        );
        assert_eq!(
            of(100.0, 95.0, 10.0, 0.0, 0.0),
            Some("TELEMETRY_OVERCOUNTED")
        );
        assert_eq!(of(100.0, 90.0, 5.0, 0.0, 8.0), Some("TELEMETRY_MOVING"));
        assert_eq!(of(0.0, 0.0, 0.0, 0.0, 0.0), Some("NO_TELEMETRY"));
    }

    #[test]
    fn what_was_made_since_is_neither_late_nor_lost() {
        let books = Books {
            produced: 100.0,
            dropped: 4.0,
            waiting: 0.0,
            younger: 6.0,
            there: 90.0,
            moved: 0.0,
            told: String::new(),
        };
        assert_eq!(judged(&books, 10.0, Duration::from_secs(30)).code, None);
        let lost = Books {
            there: 89.0,
            ..books
        };
        let code = judged(&lost, 10.0, Duration::from_secs(30)).code;
        assert_eq!(code, Some("TELEMETRY_LOST"));
    }

    #[test]
    fn too_late_is_a_failure() {
        let books = Books {
            produced: 1.0,
            dropped: 0.0,
            waiting: 0.0,
            younger: 0.0,
            there: 1.0,
            moved: 0.0,
            told: String::new(),
        };
        let late = judged(&books, 30.1, Duration::from_secs(30));
        assert_eq!(late.code, Some("TELEMETRY_TOO_LATE"));
    }
}
