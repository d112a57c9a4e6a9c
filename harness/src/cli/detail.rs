//! `proofhouse judge --check ID --detail`: the seconds behind a check.

use crate::model::check::CheckResult;
use crate::model::evidence::{Event, Evidence, Window};
use crate::model::report::Report;
use std::fmt::Write;

/// Every check whose id contains `wanted`, in full; with `seconds` also the
/// windows that it was judged on. Empty where no id does.
pub(super) fn checks(report: &Report, evidence: &Evidence, wanted: &str, seconds: bool) -> String {
    let mut text = String::new();
    for check in report
        .checks
        .iter()
        .filter(|check| check.id.contains(wanted))
    {
        describe(check, &mut text);
        if seconds {
            windows(check, evidence, &mut text);
        }
    }
    text
}

fn describe(check: &CheckResult, text: &mut String) {
    let place = check
        .place
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let _ = writeln!(text, "{:<7} {}  {place}", check.verdict.word(), check.id);
    let lines = [
        ("promise", Some(&check.title)),
        ("wanted", Some(&check.wanted)),
        ("saw", Some(&check.saw)),
        ("when", check.when.as_ref()),
        ("reason", check.reason_code.as_ref()),
        ("next", check.next.as_ref()),
    ];
    for (name, value) in lines
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    {
        let _ = writeln!(text, "        {name:<8} {value}");
    }
}

/// One line a second of the check's service in its scenario; `-` before the judged phase.
fn windows(check: &CheckResult, evidence: &Evidence, text: &mut String) {
    let seen: Vec<&Window> = evidence
        .events
        .iter()
        .filter_map(|timed| match &timed.event {
            Event::Window(window) => Some(window),
            _ => None,
        })
        .filter(|window| {
            check
                .scenario
                .as_ref()
                .is_none_or(|name| *name == window.scenario)
        })
        .filter(|window| {
            check
                .service
                .as_ref()
                .is_none_or(|name| *name == window.service)
        })
        .collect();
    if seen.is_empty() {
        let _ = writeln!(text, "        no second of it was recorded\n");
        return;
    }
    let _ = writeln!(
        text,
        "\n           second  requests  failed   p50 ms   p95 ms   p99 ms   max ms  users"
    );
    for window in seen {
        let failed: u64 = window.failures.values().sum();
        let _ = writeln!(
            text,
            "        {} {:>7}  {:>8}  {failed:>6}  {}  {}  {}  {}  {:>5}",
            if window.steady { ' ' } else { '-' },
            window.t_s,
            window.requests,
            ms(window.p50_us),
            ms(window.p95_us),
            ms(window.p99_us),
            ms(window.max_us),
            window.users,
        );
    }
    text.push('\n');
}

#[allow(clippy::cast_precision_loss)]
fn ms(us: Option<u64>) -> String {
    us.map_or_else(
        || format!("{:>7}", "-"),
        |us| format!("{:>7.1}", us as f64 / 1000.0),
    )
}
