//! By how much a check missed its limit, in words and as a bar.

use crate::model::check::CheckResult;
use crate::report::columns::short;

/// How far a value is from its limit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Excess {
    /// `64.6 % above the limit`.
    pub words: String,
    /// Value and limit on one scale.
    pub value: f64,
    /// The limit.
    pub limit: f64,
}

/// `None` where there are no two numbers to hold against each other, or the value is within its limit.
pub(crate) fn of(check: &CheckResult) -> Option<Excess> {
    let limit = check.limit.filter(|limit| limit.is_finite())?;
    let compared = check.ratio.is_some();
    let value = check.ratio.or(check.current).filter(|v| v.is_finite())?;
    let least = check.metric.is_some_and(|metric| metric.higher_is_better());
    let missed = if least { value < limit } else { value > limit };
    if !missed {
        return None;
    }
    let words = match (compared, least) {
        (true, _) => against_baseline(value, limit),
        (false, true) => format!("{} below the least allowed", percent(limit - value, limit)?),
        (false, false) if limit == 0.0 => format!("{} where none is allowed", short(value)),
        (false, false) => format!("{} above the limit", percent(value - limit, limit)?),
    };
    Some(Excess {
        words,
        value,
        limit,
    })
}

fn against_baseline(ratio: f64, limit: f64) -> String {
    let change = |ratio: f64| format!("{:+.1} %", (ratio - 1.0) * 100.0);
    format!(
        "{} against the baseline, where {} is allowed",
        change(ratio),
        change(limit)
    )
}

fn percent(part: f64, whole: f64) -> Option<String> {
    (whole > 0.0).then(|| format!("{:.1} %", part / whole * 100.0))
}

/// A bar with the limit marked on it; what it shows stands in words beside it.
pub(crate) fn bar(excess: &Excess) -> String {
    let most = excess.value.max(excess.limit) * 1.05;
    if most <= 0.0 {
        return String::new();
    }
    let at = |value: f64| (value.max(0.0) / most * 400.0).round() as i32;
    let (value, limit) = (at(excess.value), at(excess.limit));
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 400 22\" aria-hidden=\"true\">\
         <rect width=\"400\" height=\"14\" y=\"4\"/>\
         <rect class=\"bad\" width=\"{value}\" height=\"14\" y=\"4\"/>\
         <path class=\"l\" d=\"M{limit} 0V22\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::report::testdata;

    fn check(id: &str) -> CheckResult {
        let report = testdata::report("fail");
        report
            .checks
            .into_iter()
            .find(|check| check.id == id)
            .unwrap()
    }

    #[test]
    fn limits_ratios_and_least_values() {
        let slo = of(&check("search/typical_load/p95/slo")).unwrap();
        assert_eq!(slo.words, "64.6 % above the limit");
        let ratio = of(&check("search/typical_load/p95/last_passed")).unwrap();
        assert_eq!(
            ratio.words,
            "+1803.6 % against the baseline, where +20.0 % is allowed"
        );
        let rps = of(&check("search/typical_load/throughput/last_passed")).unwrap();
        assert_eq!(
            rps.words,
            "-21.0 % against the baseline, where -15.0 % is allowed"
        );
        assert_eq!(of(&check("search/typical_load/throughput/slo")), None);
        assert_eq!(of(&check("run/finished")), None);
        assert!(bar(&slo).contains("M232 0V22"), "{}", bar(&slo));
    }
}
