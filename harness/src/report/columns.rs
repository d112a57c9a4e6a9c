//! Numbers in columns and words in lines, for the screen and for tables.

use super::clean;
use crate::model::report::Measurement;

/// A latency in milliseconds, or a dash where nothing was answered.
pub(crate) fn ms(value: Option<f64>) -> String {
    value.map_or_else(|| "-".into(), short)
}

/// Four significant digits at most: `12.34`, `612.4`, `5812`.
pub(crate) fn short(value: f64) -> String {
    match value.abs() {
        v if v >= 999.95 => format!("{value:.0}"),
        v if v >= 99.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Failed / all in percent: `0.12 %`.
pub(crate) fn error_rate(measurement: &Measurement) -> String {
    match measurement.error_rate {
        None => "-".into(),
        Some(rate) if rate > 0.0 && rate < 0.000_1 => "<0.01 %".into(),
        Some(rate) => format!("{:.2} %", rate * 100.0),
    }
}

/// One decimal, or a dash where nothing was sampled.
pub(crate) fn resource(value: Option<f64>) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{value:.1}"))
}

/// Seconds as a person says them: `33.4 s`, `4 min 02 s`.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 120.0 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    format!("{} min {:02} s", whole / 60, whole % 60)
}

/// Breaks cleaned text between words so that no line is wider than `width`;
/// a single word that is wider keeps its line, because it may be copied.
pub(crate) fn wrapped(raw: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in clean::text(raw).split_whitespace() {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_width() {
        let read: Vec<String> = [0.0, 0.126, 12.341, 612.44, 5812.4].map(short).to_vec();
        assert_eq!(read, ["0.00", "0.13", "12.34", "612.4", "5812"]);
        assert_eq!(ms(None), "-");
        assert_eq!(duration(33.44), "33.4 s");
        assert_eq!(duration(242.0), "4 min 02 s");
    }

    #[test]
    fn lines_break_between_words() {
        let lines = wrapped("one two three averyverylongword four", 9);
        assert_eq!(lines, ["one two", "three", "averyverylongword", "four"]);
        assert_eq!(wrapped("", 9), [""]);
    }
}
