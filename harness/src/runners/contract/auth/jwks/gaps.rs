//! Whether the pauses between attempts are the declared ones. Pure: it is given times, and asks no clock.
//!
//! All pauses of a row are judged together, under each way to read `2^n x 100 ms`: with n from 0
//! (100, 200, 400 ms) and with n from 1 (200, 400, 800 ms). Noise only makes a pause longer, so of
//! several rows the shortest pause of each place is the one that is judged.

use crate::model::trial::Fact;
use crate::model::trial::auth::RetryPlan;
use std::time::Duration;

/// A pause may be shorter than declared by this part of it, and not more.
const SHORTEST: f64 = 0.9;
/// A pause may be longer by half, and by what a busy machine takes to go on.
const LONGEST: f64 = 1.5;
const BUSY: Duration = Duration::from_millis(250);
/// The two ways to read the declaration.
const EXPONENTS: [u32; 2] = [0, 1];

/// The pauses between the attempts of one row, from the times at which they came.
pub(super) fn between(attempts: &[std::time::Instant]) -> Vec<Duration> {
    let pairs = attempts.windows(2);
    pairs
        .map(|pair| pair[1].saturating_duration_since(pair[0]))
        .collect()
}

/// What was seen of some rows of pauses, beside what is declared; only the first pauses of a row
/// are looked at, as many as are declared: how many there are is another check's.
pub(super) fn fact(rows: &[Vec<Duration>], retry: &RetryPlan) -> Fact {
    let wanted: Vec<String> = readings(retry).iter().map(|row| words(row)).collect();
    let wanted = match retry.jitter {
        true => format!("nothing to 1.5 x + 250 ms of {}", wanted.join(" or ")),
        false => format!(
            "0.9 x to 1.5 x + 250 ms of {}, growing",
            wanted.join(" or ")
        ),
    };
    let seen: Vec<String> = rows.iter().map(|row| words(row)).collect();
    let held = fits(rows, retry);
    Fact::holds("pauses between attempts", &wanted, held, seen.join("; "))
}

/// Whether rows of pauses are the declared ones.
fn fits(rows: &[Vec<Duration>], retry: &RetryPlan) -> bool {
    let count = retry.most as usize;
    let whole = rows.iter().all(|row| row.len() >= count);
    if rows.is_empty() || !whole || count == 0 {
        return false;
    }
    let of = |place: usize| rows.iter().map(move |row| row[place]);
    let row: Option<Vec<Duration>> = (0..count)
        .map(|place| match retry.jitter {
            true => of(place).max(),
            false => of(place).min(),
        })
        .collect();
    row.is_some_and(|row| match retry.jitter {
        true => readings(retry)
            .iter()
            .any(|wanted| is_row(&row, wanted, retry)),
        false => nearest(&row, retry).is_some_and(|wanted| is_row(&row, &wanted, retry)),
    })
}

/// The reading whose sum is nearest, as a ratio: pauses that are too short for one reading must not
/// pass as long ones of the other.
fn nearest(row: &[Duration], retry: &RetryPlan) -> Option<Vec<Duration>> {
    let sum = |row: &[Duration]| row.iter().sum::<Duration>().as_secs_f64().max(1e-9);
    let away = |wanted: &[Duration]| (sum(wanted) / sum(row)).ln().abs();
    let readings = readings(retry).into_iter();
    readings.min_by(|a, b| away(a).total_cmp(&away(b)))
}

fn is_row(seen: &[Duration], wanted: &[Duration], retry: &RetryPlan) -> bool {
    let inside = seen.iter().zip(wanted).all(|(seen, wanted)| {
        let is_short = *seen < wanted.mul_f64(SHORTEST) && !retry.jitter;
        !is_short && *seen <= wanted.mul_f64(LONGEST) + BUSY
    });
    inside && (retry.jitter || grows(seen, wanted))
}

/// The windows of neighbours overlap, so pauses that are all the same can lie inside: the last must
/// stand to the first rather as it is declared than as in a row that stays the same.
fn grows(seen: &[Duration], wanted: &[Duration]) -> bool {
    let ratio = |row: &[Duration]| match row {
        [first, .., last] if !first.is_zero() => last.as_secs_f64() / first.as_secs_f64(),
        _ => 1.0,
    };
    ratio(seen) >= ratio(wanted).sqrt() || ratio(wanted) <= 1.0
}

/// The declared pauses, under each reading.
fn readings(retry: &RetryPlan) -> Vec<Vec<Duration>> {
    let exponents = match retry.first_exponent {
        Some(first) => vec![first],
        None => EXPONENTS.to_vec(),
    };
    let row = |first: u32| {
        let pause = |n: u32| retry.base.mul_f64(retry.factor.powi(n.cast_signed()));
        (first..first + retry.most).map(pause).collect()
    };
    exponents.into_iter().map(row).collect()
}

/// The longest time that a whole row takes when every attempt takes as long as it may.
pub(in super::super) fn longest_row(retry: &RetryPlan, attempt: Duration) -> Duration {
    let sum = |row: Vec<Duration>| row.iter().sum::<Duration>();
    let pauses = readings(retry).into_iter().map(sum).max();
    pauses.unwrap_or_default() + attempt * (retry.most + 1)
}

fn words(row: &[Duration]) -> String {
    let all: Vec<String> = row.iter().map(|gap| gap.as_millis().to_string()).collect();
    format!("{} ms", all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(pauses: [u64; 3]) -> Vec<Duration> {
        pauses.map(Duration::from_millis).to_vec()
    }

    fn passes(pauses: [u64; 3]) -> bool {
        fits(&[row(pauses)], &RetryPlan::default())
    }

    #[test]
    fn exact_pauses_pass_under_both_readings() {
        assert!(passes([100, 200, 400]));
        assert!(passes([200, 400, 800]));
        // What the kernel and an answer add.
        assert!(passes([104, 207, 411]));
        assert!(passes([90, 180, 360]));
    }

    #[test]
    fn what_is_not_declared_fails() {
        for (what, pauses) in [
            ("15 % too short", [85, 170, 340]),
            ("15 % too short, from n = 1", [170, 340, 680]),
            ("constant", [100, 100, 100]),
            ("constant, inside every window", [400, 400, 400]),
            ("linear", [100, 200, 300]),
            ("linear, from n = 1", [200, 400, 600]),
            ("tenfold", [1_000, 2_000, 4_000]),
            ("only the first is right", [100, 2_000, 4_000]),
            ("one of each reading", [200, 400, 400]),
            ("falling", [400, 200, 100]),
            ("none", [0, 0, 0]),
        ] {
            assert!(!passes(pauses), "{what}");
        }
    }

    #[test]
    fn a_declared_exponent_leaves_one_reading() {
        let retry = RetryPlan {
            first_exponent: Some(1),
            ..RetryPlan::default()
        };
        assert!(!fits(&[row([100, 200, 400])], &retry));
        assert!(fits(&[row([200, 400, 800])], &retry));
    }

    #[test]
    fn noise_of_one_row_does_not_matter_and_a_short_pause_does() {
        let retry = RetryPlan::default();
        let (exact, late) = (row([100, 200, 400]), row([800, 210, 2_000]));
        assert!(!fits(std::slice::from_ref(&late), &retry));
        assert!(fits(&[exact.clone(), late], &retry));
        assert!(!fits(&[exact, row([50, 200, 400])], &retry));
    }

    #[test]
    fn declared_jitter_leaves_the_upper_bound() {
        let retry = RetryPlan {
            jitter: true,
            first_exponent: Some(0),
            ..RetryPlan::default()
        };
        assert!(fits(&[row([3, 150, 20]), row([90, 10, 399])], &retry));
        assert!(!fits(&[row([3, 150, 20]), row([90, 10, 1_000])], &retry));
    }

    #[test]
    fn rows_that_are_not_there_prove_nothing() {
        let retry = RetryPlan::default();
        assert!(!fits(&[], &retry));
        assert!(!fits(&[row([100, 200, 400])[..2].to_vec()], &retry));
        // One attempt more than declared is seen by the check that counts them.
        let mut longer = row([100, 200, 400]);
        longer.push(Duration::from_millis(800));
        assert!(fits(&[longer], &retry));
    }

    #[test]
    fn a_whole_row_is_bounded() {
        let second = Duration::from_secs(1);
        let all = longest_row(&RetryPlan::default(), second);
        assert_eq!(all, Duration::from_millis(1_400) + second * 4);
    }
}
