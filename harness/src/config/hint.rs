//! What somebody probably meant: other units, other words, slips of the pen.

/// Words that are left out when two keys are compared.
const FILLERS: [&str; 14] = [
    "max",
    "min",
    "latency",
    "concurrent",
    "number",
    "of",
    "the",
    "response",
    "time",
    "count",
    "absolute",
    "limit",
    "in",
    "total",
];

/// Units in keys and behind numbers: word, quantity, and how many of the quantity's own unit.
const UNITS: [(&str, Quantity, f64); 22] = [
    ("ms", Quantity::Time, 0.001),
    ("millis", Quantity::Time, 0.001),
    ("milliseconds", Quantity::Time, 0.001),
    ("s", Quantity::Time, 1.0),
    ("sec", Quantity::Time, 1.0),
    ("secs", Quantity::Time, 1.0),
    ("second", Quantity::Time, 1.0),
    ("seconds", Quantity::Time, 1.0),
    ("m", Quantity::Time, 60.0),
    ("min", Quantity::Time, 60.0),
    ("minutes", Quantity::Time, 60.0),
    ("h", Quantity::Time, 3600.0),
    ("hours", Quantity::Time, 3600.0),
    ("%", Quantity::Share, 0.01),
    ("percent", Quantity::Share, 0.01),
    ("pct", Quantity::Share, 0.01),
    ("ratio", Quantity::Share, 1.0),
    ("rps", Quantity::Rate, 1.0),
    ("mb", Quantity::Memory, 1.0),
    ("mib", Quantity::Memory, 1.0),
    ("gb", Quantity::Memory, 1024.0),
    ("gib", Quantity::Memory, 1024.0),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantity {
    Time,
    Share,
    Rate,
    Memory,
}

type Unit = (Quantity, f64);

/// What to write instead of an unknown key; `value` is what stands behind it, if it is a scalar.
pub fn for_key<'a>(
    key: &str,
    value: Option<&str>,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Option<String> {
    if let Some(near) = same_words(key, known.clone()) {
        let from = unit_of_key(key);
        let shown = value.and_then(|value| converted(value, from, near));
        return Some(match shown {
            Some(number) => format!("write `{near}: {number}`"),
            None => format!("did you mean `{near}`?"),
        });
    }
    nearest(key, known).map(|near| format!("did you mean `{near}`?"))
}

/// What to write instead of an unknown word.
pub fn for_word<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let near = same_words(word, known.clone()).or_else(|| nearest(word, known))?;
    Some(format!("did you mean `{near}`?"))
}

/// What to write where a number is wanted and text stands: the number, in the unit of the key.
pub fn for_number(key: &str, text: &str) -> Option<String> {
    let plain = text.trim().replace('_', "");
    if plain.parse::<f64>().is_ok_and(f64::is_finite) {
        return Some(format!("write the number without quotes: `{key}: {plain}`"));
    }
    let number = converted(text, None, key)?;
    Some(match last_word(key).filter(|word| unit(word).is_some()) {
        Some(unit) => format!("the key says the unit ({unit}): write `{key}: {number}`"),
        None => format!("write `{key}: {number}`"),
    })
}

/// The known word that is spelled most like this one, if any is.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let most = (word.chars().count() / 3).clamp(1, 4);
    let length = lower.chars().count();
    known
        .map(|name| (name.to_lowercase(), name))
        // As many steps at least, and no table of a mebibyte of text times every name.
        .filter(|(near, _)| near.chars().count().abs_diff(length) <= most)
        .map(|(near, name)| (strsim::damerau_levenshtein(&lower, &near), name))
        .filter(|(steps, _)| *steps <= most)
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, name)| name)
}

/// The known key that has the same words when units and fillers are left out.
fn same_words<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let words = core_words(key);
    let mut found = known.filter(|name| !words.is_empty() && core_words(name) == words);
    found.next()
}

fn core_words(key: &str) -> Vec<String> {
    let lower = key.to_lowercase().replace('-', "_");
    lower
        .split('_')
        .filter(|word| !FILLERS.contains(word) && unit(word).is_none() && !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn unit(word: &str) -> Option<Unit> {
    let lower = word.to_lowercase();
    let found = UNITS.iter().find(|(name, _, _)| *name == lower);
    found.map(|(_, quantity, size)| (*quantity, *size))
}

fn last_word(key: &str) -> Option<&str> {
    key.rsplit('_').next()
}

/// The unit that a key names; a rate of errors without one is a ratio.
fn unit_of_key(key: &str) -> Option<Unit> {
    let named = last_word(key).and_then(unit);
    named.or_else(|| key.contains("error_rate").then_some((Quantity::Share, 1.0)))
}

/// A number with or without a unit, in the unit of the key `to`.
fn converted(text: &str, from: Option<Unit>, to: &str) -> Option<String> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let written = text[end..].trim();
    let from = if written.is_empty() {
        from
    } else {
        Some(unit(written)?)
    };
    let number = match (from, unit_of_key(to)) {
        (Some((quantity, size)), Some((wanted, other))) if quantity == wanted => {
            number * size / other
        }
        (None, _) => number,
        _ => return None,
    };
    Some(shown(number))
}

/// A number as a person would write it.
pub fn shown(number: f64) -> String {
    let rounded = (number * 1e6).round() / 1e6;
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const KEYS: [&str; 5] = [
        "p95_latency_ms",
        "max_error_rate",
        "duration_seconds",
        "concurrent_users",
        "min_throughput_rps",
    ];

    #[test]
    fn other_units_are_converted() {
        for (key, value, wanted) in [
            ("duration_ms", "60000", "write `duration_seconds: 60`"),
            ("duration", "60s", "write `duration_seconds: 60`"),
            ("duration", "2m", "write `duration_seconds: 120`"),
            ("p95_ms", "500", "write `p95_latency_ms: 500`"),
            ("p95_latency_s", "0.5", "write `p95_latency_ms: 500`"),
            ("error_rate_percent", "5", "write `max_error_rate: 0.05`"),
            ("users", "10", "write `concurrent_users: 10`"),
            ("throughput", "50", "write `min_throughput_rps: 50`"),
            ("p95_latency_sm", "5", "did you mean `p95_latency_ms`?"),
        ] {
            let hint = for_key(key, Some(value), KEYS.into_iter());
            assert_eq!(hint.as_deref(), Some(wanted), "{key}");
        }
        assert_eq!(for_key("colour", None, KEYS.into_iter()), None);
    }

    /// What is longer than every name by more than a slip is compared with none of them.
    #[test]
    fn a_long_word_is_near_nothing_at_once() {
        let began = std::time::Instant::now();
        assert_eq!(nearest(&"x".repeat(1 << 20), KEYS.into_iter()), None);
        assert!(began.elapsed() < std::time::Duration::from_secs(2));
        assert_eq!(
            nearest("concurent_usrs", KEYS.into_iter()),
            Some("concurrent_users")
        );
    }

    #[test]
    fn text_where_a_number_is_wanted() {
        for (key, text, wanted) in [
            (
                "p95_latency_ms",
                "500ms",
                "the key says the unit (ms): write `p95_latency_ms: 500`",
            ),
            (
                "p95_latency_ms",
                "0.5 s",
                "the key says the unit (ms): write `p95_latency_ms: 500`",
            ),
            ("max_error_rate", "1%", "write `max_error_rate: 0.01`"),
            (
                "concurrent_users",
                "1_000",
                "write the number without quotes: `concurrent_users: 1000`",
            ),
        ] {
            assert_eq!(for_number(key, text).as_deref(), Some(wanted));
        }
        assert_eq!(for_number("p95_latency_ms", "fast"), None);
    }
}
