//! Numbers and times as people read them.

use crate::model::promise::Metric;

/// A number with about three significant digits and thousands set apart: `12.3`, `5 812`.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return "not a number".into();
    }
    let decimals = match value.abs() {
        v if v == 0.0 || v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        v if v >= 0.9995 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    match text.split_once('.') {
        None => spaced(&text),
        Some((whole, part)) => match part.trim_end_matches('0') {
            "" => spaced(whole),
            part => format!("{}.{part}", spaced(whole)),
        },
    }
}

/// A count with thousands set apart: `5 812`.
pub(crate) fn count(value: u64) -> String {
    spaced(&value.to_string())
}

fn spaced(digits: &str) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let mut out = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// A count and its word: `1 request`, `5 812 requests`.
pub(crate) fn counted(value: u64, one: &str) -> String {
    let plural = if value == 1 { "" } else { "s" };
    format!("{} {one}{plural}", count(value))
}

/// A value with its unit: `212 ms`, `0.12 %` for an error rate.
pub(crate) fn with_unit(metric: Metric, value: f64) -> String {
    match metric {
        Metric::ErrorRate => share(value),
        _ => format!("{} {}", number(value), metric.unit()),
    }
}

/// A value that did not hold its limit: with more digits where both would read alike.
pub(crate) fn beside_limit(metric: Metric, value: f64, limit: f64) -> String {
    let short = with_unit(metric, value);
    if short != with_unit(metric, limit) {
        return short;
    }
    match metric {
        Metric::ErrorRate => format!("{:.6} %", value * 100.0),
        _ => format!("{value:.3} {}", metric.unit()),
    }
}

/// A share as percent: `0.12 %`; never rounded down to nothing.
pub(crate) fn share(value: f64) -> String {
    let percent = value * 100.0;
    if percent > 0.0 && percent < 0.001 {
        return "below 0.001 %".into();
    }
    format!("{} %", number(percent))
}

/// A change as signed percent: `+27.1 %`.
pub(crate) fn change(ratio: f64) -> String {
    format!("{:+.1} %", (ratio - 1.0) * 100.0)
}

/// What is measured, in a sentence: `p95 latency`.
pub(crate) fn name(metric: Metric) -> &'static str {
    match metric {
        Metric::P50LatencyMs => "p50 latency",
        Metric::P95LatencyMs => "p95 latency",
        Metric::P99LatencyMs => "p99 latency",
        Metric::ThroughputRps => "throughput",
        Metric::ErrorRate => "error rate",
        Metric::CpuPercent => "CPU",
        Metric::MemoryMb => "memory",
    }
}

/// Seconds as people read them: `30.0 s`.
pub(crate) fn seconds(value: f64) -> String {
    format!("{value:.1} s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_spaced() {
        let read: Vec<String> = [0.0, 0.1234, 1.5, 12.34, 212.0, 5812.4, 1_234_567.0, -1200.0]
            .into_iter()
            .map(number)
            .collect();
        let wanted = [
            "0",
            "0.123",
            "1.5",
            "12.3",
            "212",
            "5 812",
            "1 234 567",
            "-1 200",
        ];
        assert_eq!(read, wanted);
        assert_eq!(number(f64::NAN), "not a number");
        assert_eq!(counted(1, "request"), "1 request");
        assert_eq!(count(100), "100");
    }

    #[test]
    fn a_small_share_is_not_nothing() {
        assert_eq!(share(0.0), "0 %");
        assert_eq!(share(0.000_001), "below 0.001 %");
        assert_eq!(share(0.0512), "5.12 %");
    }

    #[test]
    fn a_breach_never_reads_like_its_limit() {
        let text = beside_limit(Metric::P95LatencyMs, 500.223, 500.0);
        assert_eq!(text, "500.223 ms");
        assert_eq!(beside_limit(Metric::P95LatencyMs, 612.0, 500.0), "612 ms");
    }
}
