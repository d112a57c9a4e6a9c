//! The golden reports that the judge's tests write, read back for the reporters' tests.

#![allow(clippy::unwrap_used)]

use crate::model::chaos::ChaosOutcome;
use crate::model::check::{AppliedWaiver, CheckClass, CheckResult};
use crate::model::report::Report;
use crate::model::verdict::Verdict;

macro_rules! golden {
    ($name:literal) => {
        include_str!(concat!("../../tests/golden/report/", $name, ".json"))
    };
}

/// Names of the golden reports.
pub(crate) const REPORTS: [&str; 9] = [
    "pass",
    "first_run",
    "fail",
    "zero_requests",
    "killed",
    "never_up",
    "chaos_pass",
    "chaos_fail",
    "chaos_refused",
];

/// Text full of what breaks formats: control bytes, ANSI, markup, odd Unicode.
pub(crate) const HOSTILE: &str = "\u{0}\u{1}\u{8}\u{b}\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7} <a href=\"x\" b='y'>&amp; ]]> \
     | `code` **b** \u{fffe}\u{ffff}\u{fffd}\u{7f}\u{85}\u{9b}31m \u{202e}rtl\u{202c} \u{1f4a5}\u{feff} -->\r\n\ttwo @all <!--";

/// A golden report.
pub(crate) fn report(name: &str) -> Report {
    serde_json::from_str(json(name)).unwrap()
}

/// Its text.
pub(crate) fn json(name: &str) -> &'static str {
    match name {
        "pass" => golden!("pass"),
        "first_run" => golden!("first_run"),
        "fail" => golden!("fail"),
        "zero_requests" => golden!("zero_requests"),
        "killed" => golden!("killed"),
        "never_up" => golden!("never_up"),
        "chaos_pass" => golden!("chaos_pass"),
        "chaos_fail" => golden!("chaos_fail"),
        "chaos_refused" => golden!("chaos_refused"),
        other => unreachable!("{other}"),
    }
}

/// A check that failed and was waived by its own suite.
pub(crate) fn waived(mut check: CheckResult) -> CheckResult {
    check.id = "AL-5".into();
    check.class = CheckClass::Contract;
    check.verdict = Verdict::Warn;
    check.reason_code = Some("WAIVED".into());
    check.source = Some("RFC 8725 section 3.1".into());
    check.waiver = Some(AppliedWaiver {
        reason: "issue 12".into(),
        expires: jiff::civil::date(2026, 4, 1),
    });
    check
}

/// A report whose every word is hostile.
pub(crate) fn hostile() -> Report {
    let mut report = report("fail");
    report.chaos = Some(hostile_chaos());
    report.suite = HOSTILE.into();
    report.notes = vec![HOSTILE.into(), HOSTILE.repeat(2000)];
    report.unfit_reasons = vec![HOSTILE.into()];
    report.environment.machine.runner_image = HOSTILE.into();
    report.environment.machine.cpu_model = HOSTILE.into();
    report.subject.commit = Some(HOSTILE.into());
    for check in &mut report.checks {
        check.id = format!("{}/{HOSTILE}", check.id);
        check.title = HOSTILE.into();
        check.saw = HOSTILE.repeat(2000);
        check.wanted = HOSTILE.into();
        check.when = Some(HOSTILE.into());
        check.next = Some(HOSTILE.into());
        check.reason_code = check.reason_code.as_ref().map(|_| HOSTILE.into());
        check.service = Some(HOSTILE.into());
    }
    for measurement in &mut report.measurements {
        measurement.service = HOSTILE.into();
    }
    for failure in &mut report.failures {
        failure.body = Some(HOSTILE.repeat(3000));
        failure.detail = HOSTILE.into();
    }
    report
}

/// A scenario whose every word is hostile.
fn hostile_chaos() -> ChaosOutcome {
    let mut chaos = report("chaos_fail").chaos.unwrap();
    chaos.scenario = HOSTILE.into();
    chaos.hypothesis = HOSTILE.into();
    for step in &mut chaos.timeline {
        step.action = HOSTILE.into();
        step.what = HOSTILE.into();
    }
    for back in &mut chaos.recovery {
        back.probe = HOSTILE.into();
        back.connection = HOSTILE.into();
        back.action = HOSTILE.into();
    }
    for tallies in chaos.ledger.values_mut() {
        tallies.counts.insert(HOSTILE.into(), 7);
    }
    for results in chaos.probe_results.values_mut() {
        let seen = results.values().next().unwrap().clone();
        results.insert(HOSTILE.into(), seen);
    }
    let mut seen = chaos.validation.values().next().unwrap().clone();
    seen.saw = HOSTILE.repeat(100);
    seen.wanted = HOSTILE.into();
    chaos.validation.insert(HOSTILE.into(), seen);
    chaos
}
