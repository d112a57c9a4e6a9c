//! What conditions look at: ratios, statuses, values and latencies over attempts of a probe.

use crate::judge::words;
use crate::model::chaos::{Attempt, AttemptOutcome, Comparison, Condition, Measure};
use serde_json::Value;

/// Fewest attempts that anything can be said of.
pub(super) const FEWEST: usize = 3;

/// Whether all conditions hold over the attempts, and what was seen.
pub(super) fn all_hold(conditions: &[Condition], attempts: &[&Attempt]) -> (bool, String) {
    if conditions.is_empty() {
        let good = attempts.iter().filter(|attempt| is_good(attempt)).count();
        return (good == attempts.len(), good_of(good, attempts.len()));
    }
    let seen: Vec<(bool, String)> = conditions.iter().map(|c| holds(c, attempts)).collect();
    let told: Vec<String> = seen.iter().map(|(_, told)| told.clone()).collect();
    (seen.iter().all(|(held, _)| *held), told.join("; "))
}

/// Answered as it should be.
pub(super) fn is_good(attempt: &Attempt) -> bool {
    attempt.outcome == AttemptOutcome::Ok
}

/// What conditions want, in words.
pub(super) fn wanted(conditions: &[Condition]) -> String {
    if conditions.is_empty() {
        return "every attempt good".into();
    }
    let told = conditions
        .iter()
        .map(|c| format!("{} {}", word(c.of), compared(&c.is)));
    told.collect::<Vec<_>>().join(" and ")
}

fn holds(condition: &Condition, attempts: &[&Attempt]) -> (bool, String) {
    let is = &condition.is;
    match condition.of {
        Measure::SuccessRatio => {
            let good = attempts.iter().filter(|attempt| is_good(attempt)).count();
            let ratio = good as f64 / attempts.len().max(1) as f64;
            (number_holds(is, ratio), good_of(good, attempts.len()))
        }
        Measure::Status => each(
            is,
            "status",
            attempts.iter().map(|a| a.status.map(Value::from)),
        ),
        Measure::Value => {
            let read = attempts.iter().filter_map(|a| a.value.clone()).map(Some);
            each(is, "value", read)
        }
        Measure::Increase => increase(is, attempts),
        Measure::LatencyP50Ms => percentile_holds(is, attempts, 50.0),
        Measure::LatencyP95Ms => percentile_holds(is, attempts, 95.0),
        Measure::LatencyP99Ms => percentile_holds(is, attempts, 99.0),
    }
}

/// Every one of them, and at least one.
fn each(
    is: &Comparison,
    what: &str,
    values: impl Iterator<Item = Option<Value>>,
) -> (bool, String) {
    let (mut seen, mut good, mut wrong) = (0_u64, 0_u64, None);
    for value in values {
        seen += 1;
        match value.as_ref().is_some_and(|value| is.holds(value)) {
            true => good += 1,
            false => wrong = Some(value),
        }
    }
    match wrong {
        _ if seen == 0 => (false, format!("no {what} was read")),
        None => (
            true,
            format!("{what} as wanted {} times", words::count(good)),
        ),
        Some(value) => {
            let shown = value.map_or_else(|| "none".to_owned(), |value| value.to_string());
            let told = format!("{what} {shown:.80} in one of {seen} attempts, {good} as wanted");
            (false, told)
        }
    }
}

fn increase(is: &Comparison, attempts: &[&Attempt]) -> (bool, String) {
    let read = |a: &&Attempt| a.value.as_ref().and_then(Value::as_f64);
    let first = attempts.iter().find_map(read);
    let last = attempts.iter().rev().find_map(read);
    match (first, last) {
        (Some(first), Some(last)) => {
            let told = format!("from {} to {}", words::number(first), words::number(last));
            (number_holds(is, last - first), told)
        }
        _ => (false, "no value was read".into()),
    }
}

/// An attempt that was never answered is slower than any that was.
fn percentile_holds(is: &Comparison, attempts: &[&Attempt], percentile: f64) -> (bool, String) {
    match percentile_ms(attempts, percentile) {
        Some(ms) => {
            let told = format!("p{percentile} {} ms", words::number(ms));
            (number_holds(is, ms), told)
        }
        None => {
            let told = format!("p{percentile} lies among attempts that were never answered");
            (false, told)
        }
    }
}

/// Nearest rank over all attempts from the moment they were due; `None` where it lies among the unanswered.
pub(super) fn percentile_ms(attempts: &[&Attempt], percentile: f64) -> Option<f64> {
    let mut ms: Vec<f64> = attempts.iter().map(|a| latency_ms(a)).collect();
    ms.sort_by(f64::total_cmp);
    let rank = (percentile / 100.0 * ms.len() as f64).ceil() as usize;
    ms.get(rank.max(1) - 1).copied().filter(|ms| ms.is_finite())
}

fn latency_ms(attempt: &Attempt) -> f64 {
    match attempt.outcome {
        AttemptOutcome::Info => f64::INFINITY,
        AttemptOutcome::Ok | AttemptOutcome::Bad => {
            attempt.complete_us.saturating_sub(attempt.due_us) as f64 / 1000.0
        }
    }
}

fn number_holds(is: &Comparison, value: f64) -> bool {
    is.holds(&Value::from(value))
}

fn word(of: Measure) -> &'static str {
    match of {
        Measure::SuccessRatio => "share of good attempts",
        Measure::Status => "status",
        Measure::Value => "value",
        Measure::Increase => "increase",
        Measure::LatencyP50Ms => "p50 latency in ms",
        Measure::LatencyP95Ms => "p95 latency in ms",
        Measure::LatencyP99Ms => "p99 latency in ms",
    }
}

fn compared(is: &Comparison) -> String {
    let listed = |values: &[Value]| {
        let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
        texts.join(", ")
    };
    match is {
        Comparison::Less(limit) => format!("below {}", words::number(*limit)),
        Comparison::AtMost(limit) => format!("at most {}", words::number(*limit)),
        Comparison::Greater(limit) => format!("above {}", words::number(*limit)),
        Comparison::AtLeast(limit) => format!("at least {}", words::number(*limit)),
        Comparison::Between(from, to) => {
            format!("from {} to {}", words::number(*from), words::number(*to))
        }
        Comparison::Equals(wanted) => format!("{wanted}"),
        Comparison::OneOf(wanted) => format!("one of {}", listed(wanted)),
        Comparison::NotEmpty => "not empty".to_owned(),
        Comparison::Matches(pattern) => format!("matching `{}`", pattern.text()),
    }
}

fn good_of(good: usize, all: usize) -> String {
    format!(
        "{} of {} good",
        words::count(good as u64),
        words::counted(all as u64, "attempt")
    )
}
