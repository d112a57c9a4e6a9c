//! Quantities written with their unit: `8s`, `200/s`, `5%`, `<250ms`; and comparisons with an operator.

use crate::model::chaos::Comparison;
use serde_json::Value;
use std::time::Duration;

/// Longest time that can be written: a day.
const LONGEST_SECONDS: f64 = 86_400.0;
/// Units of time in seconds.
const UNITS: [(&str, f64); 5] = [
    ("ms", 0.001),
    ("us", 0.000_001),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
];

/// A length of time such as `250ms`, `8s`, `1.5s` or `2m`.
pub fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let (_, size) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let seconds = number * size;
    // Rounded to what the units can say, so that `0.1ms` is no rounding error away from 100 us.
    let micros = (seconds * 1e6).round();
    (seconds <= LONGEST_SECONDS)
        .then(|| Duration::try_from_secs_f64(micros / 1e6).ok())
        .flatten()
}

/// Operations per second such as `200/s`.
pub fn rate(text: &str) -> Option<f64> {
    let (number, unit) = split(text)?;
    (unit == "/s" && number > 0.0 && number <= 100_000.0).then_some(number)
}

/// A share such as `5%`, as a ratio from 0 to 1.
pub fn share(text: &str) -> Option<f64> {
    let (number, unit) = split(text)?;
    (unit == "%" && number <= 100.0).then_some(number / 100.0)
}

/// A bound on a latency such as `<250ms`; its number is in milliseconds.
pub fn latency_bound(text: &str) -> Option<Comparison> {
    let (operator, rest) = operator(text)?;
    let bound = duration(rest)?.as_secs_f64() * 1000.0;
    numeric(operator, bound).filter(|is| matches!(is, Comparison::Less(_) | Comparison::AtMost(_)))
}

/// A comparison such as `<50` or `>= 0.99`; text without an operator is the text that is wanted.
pub fn comparison(text: &str) -> Option<Comparison> {
    match operator(text) {
        Some((operator, rest)) => numeric(operator, plain(rest)?),
        None if text.starts_with('!') => None,
        None => Some(Comparison::Equals(Value::from(text))),
    }
}

fn operator(text: &str) -> Option<(&str, &str)> {
    let found = ["<=", ">=", "==", "<", ">", "="]
        .into_iter()
        .find(|operator| text.starts_with(operator))?;
    Some((found, text[found.len()..].trim()))
}

fn numeric(operator: &str, number: f64) -> Option<Comparison> {
    Some(match operator {
        "<" => Comparison::Less(number),
        "<=" => Comparison::AtMost(number),
        ">" => Comparison::Greater(number),
        ">=" => Comparison::AtLeast(number),
        _ => Comparison::Equals(Value::from(number)),
    })
}

/// Digits with at most one point, then a unit.
fn split(text: &str) -> Option<(f64, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    Some((plain(&text[..end])?, text[end..].trim()))
}

fn plain(text: &str) -> Option<f64> {
    let good = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
    let number: f64 = text.parse().ok()?;
    (text.chars().all(good) && number.is_finite()).then_some(number)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times() {
        assert_eq!(duration("250ms").unwrap(), Duration::from_millis(250));
        assert_eq!(duration("1.5 s").unwrap(), Duration::from_millis(1500));
        assert_eq!(duration("2m").unwrap(), Duration::from_secs(120));
        assert_eq!(duration("0s").unwrap(), Duration::ZERO);
        for bad in ["8", "s", "-1s", "1e3s", "25h", "8 sec", "", "."] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn rates_shares_and_bounds() {
        assert_eq!(rate("200/s"), Some(200.0));
        assert_eq!(rate("0/s"), None);
        assert_eq!(rate("5/m"), None);
        assert_eq!(share("5%"), Some(0.05));
        assert_eq!(share("101%"), None);
        assert_eq!(latency_bound("<250ms"), Some(Comparison::Less(250.0)));
        assert_eq!(latency_bound("<= 1s"), Some(Comparison::AtMost(1000.0)));
        for bad in ["250ms", "<250", ">250ms"] {
            assert_eq!(latency_bound(bad), None, "{bad}");
        }
    }

    #[test]
    fn comparisons() {
        assert_eq!(comparison("<50"), Some(Comparison::Less(50.0)));
        assert_eq!(comparison(">= 0.99"), Some(Comparison::AtLeast(0.99)));
        assert_eq!(comparison("=-1"), Some(Comparison::Equals((-1.0).into())));
        assert_eq!(comparison("ok"), Some(Comparison::Equals("ok".into())));
        assert_eq!(comparison("< many"), None);
        assert_eq!(comparison("!= 3"), None);
    }
}
