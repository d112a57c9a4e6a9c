//! The validation of a recovery time: every connection and every blow, the last one first.

use super::recovery::{self, Back, Relapses, Return};
use super::scene::{Blow, Scene};
use crate::judge::outcome::Outcome;
use crate::judge::words;
use crate::model::chaos::Connection;
use crate::model::verdict::Verdict;
use std::time::Duration;

/// What is asked of a probe.
pub(super) struct Asked<'a> {
    pub probe: &'a str,
    pub connection: Option<Connection>,
    pub max: Duration,
    pub hold_for: Duration,
}

/// The worst over all connections that are asked about.
pub(super) fn decide(scene: &Scene<'_>, asked: &Asked<'_>) -> Outcome {
    let Some((_, last)) = scene.last_heal() else {
        let text = "a fault was never healed, so there is nothing to count from";
        return Outcome::error("FAULT_NOT_HEALED", text).next("proofhouse chaos recover");
    };
    let connections = match asked.connection {
        Some(one) => vec![Some(one)],
        None => recovery::connections(scene, asked.probe),
    };
    let mut outcomes = Vec::new();
    for connection in connections {
        for blow in &scene.blows {
            let is_last = std::ptr::eq(blow, last);
            outcomes.extend(one(scene, asked, blow, connection, is_last));
        }
    }
    worst(outcomes)
}

fn worst(outcomes: Vec<Outcome>) -> Outcome {
    let told: Vec<String> = outcomes.iter().map(|o| o.saw.clone()).collect();
    let worst = outcomes.into_iter().max_by(|a, b| {
        let key = |o: &Outcome| (o.verdict, o.current.unwrap_or(0.0));
        key(a)
            .partial_cmp(&key(b))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    match worst {
        Some(worst) => Outcome {
            saw: told.join("; "),
            ..worst
        },
        None => Outcome::error("NO_ATTEMPTS", "there is no attempt to look at"),
    }
}

/// An earlier blow is judged only where the next one left it the time to come back.
fn one(
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    blow: &Blow<'_>,
    connection: Option<Connection>,
    is_last: bool,
) -> Option<Outcome> {
    let hold = Some(asked.hold_for);
    let seen = recovery::from_blow(scene, blow, asked.probe, connection, hold)?;
    if !is_last && !matches!(seen, Return::Back(_) | Return::NeverBad { .. }) {
        return None;
    }
    let who = subject(asked.probe, connection);
    let mut outcome = of(&seen, asked);
    outcome.saw = format!("{who} {}", outcome.saw);
    if !is_last {
        outcome.saw = format!("{} after `{}`", outcome.saw, blow.action.id);
    }
    Some(outcome)
}

/// `api (fresh)`.
pub(super) fn subject(probe: &str, connection: Option<Connection>) -> String {
    match connection {
        Some(Connection::Fresh) => format!("{probe} (fresh)"),
        Some(Connection::Pooled) => format!("{probe} (pooled)"),
        None => probe.to_owned(),
    }
}

fn of(seen: &Return, asked: &Asked<'_>) -> Outcome {
    match seen {
        Return::TooFew { during } => {
            let told = words::counted(*during, "attempt");
            Outcome::error(
                "TOO_FEW_ATTEMPTS",
                format!("was asked too rarely: {told} in the outage"),
            )
            .next("a longer fault, or a probe that asks more often")
        }
        Return::NeverBad { during } => {
            let told = words::counted(*during, "attempt");
            Outcome::pass(format!("was never bad during the outage ({told})"))
                .measured(0.0, *during)
        }
        Return::NotBack { flaps: 0, .. } => {
            Outcome::fail("NEVER_RECOVERED", "was never good again")
        }
        Return::NotBack { flaps, .. } => flapping(*flaps, asked),
        Return::Short(back) if back.from_us > micros(asked.max) => late(back),
        Return::Short(back) if back.flaps > 0 => flapping(back.flaps, asked),
        Return::Short(back) => {
            let text = format!(
                "was good after {}, and watched for less than {} after it",
                interval(back),
                seconds(asked.hold_for)
            );
            Outcome::error("NOT_WATCHED_LONG_ENOUGH", text).next("a longer wait after the heal")
        }
        Return::Back(back) => returned(back, asked),
    }
}

fn returned(back: &Back, asked: &Asked<'_>) -> Outcome {
    let max = micros(asked.max);
    let held = format!("{}, held {}", interval(back), seconds(asked.hold_for));
    let outcome = if back.relapses == Relapses::Flapping {
        let text = format!("was good after {held}, and then bad again and again");
        Outcome::fail("FLAPPING", text)
    } else if back.from_us > max {
        late(back)
    } else if back.to_us > max {
        let text = format!("was good after {held}: the limit lies inside the interval");
        Outcome::error("RECOVERY_INCONCLUSIVE", text).next("a probe that asks more often")
    } else if back.relapses == Relapses::Once {
        let text = format!("was good after {held}, with one bad attempt later");
        Outcome {
            verdict: Verdict::Warn,
            code: Some("BAD_ATTEMPT_LATER"),
            ..Outcome::pass(text)
        }
    } else {
        Outcome::pass(format!("was good after {held}"))
    };
    outcome.measured(back.to_us as f64 / 1e6, 1)
}

fn late(back: &Back) -> Outcome {
    let text = format!("was good only after {}", interval(back));
    Outcome::fail("RECOVERED_TOO_LATE", text).measured(back.to_us as f64 / 1e6, 1)
}

fn flapping(flaps: u32, asked: &Asked<'_>) -> Outcome {
    let text = format!(
        "was good {} and never for {}",
        words::counted(u64::from(flaps), "time"),
        seconds(asked.hold_for)
    );
    Outcome::fail("FLAPPING", text)
}

fn interval(back: &Back) -> String {
    let s = |us: u64| format!("{:.3} s", us as f64 / 1e6);
    match back.to_us {
        0 => "0 s (before the heal)".into(),
        to => format!("{} to {}", s(back.from_us), s(to)),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", words::number(duration.as_secs_f64()))
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
