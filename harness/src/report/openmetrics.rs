//! An OpenMetrics text file: gauges only, so that Prometheus' older text parser reads it, too.
//!
//! OpenMetrics 1.0: families are never interleaved, units stand in names, the file ends with `# EOF`.

use super::clean;
use super::sheet::class_word;
use crate::model::chaos::{ChaosOutcome, Phase};
use crate::model::check::CheckResult;
use crate::model::report::{Measurement, Report};
use crate::model::verdict::Verdict;
use std::collections::BTreeSet;

const VERDICTS: [Verdict; 5] = [
    Verdict::Pass,
    Verdict::Warn,
    Verdict::Fail,
    Verdict::Error,
    Verdict::Skipped,
];

type Labels<'a> = Vec<(&'static str, &'a str)>;

/// The whole file.
pub(crate) fn render(report: &Report) -> String {
    let mut out = String::new();
    run(report, &mut out);
    checks(report, &mut out);
    load(report, &mut out);
    if let Some(chaos) = &report.chaos {
        story(report, chaos, &mut out);
    }
    out.push_str("# EOF\n");
    out
}

/// One family; without samples it is left out, because there is nothing to tell.
struct Family<'a> {
    name: &'static str,
    help: &'static str,
    samples: Vec<(Labels<'a>, f64)>,
}

impl Family<'_> {
    fn write(self, out: &mut String) {
        let told: Vec<_> = self.samples.iter().filter(|(_, v)| v.is_finite()).collect();
        if told.is_empty() {
            return;
        }
        let name = format!("proofhouse_{}", self.name);
        out.push_str(&format!("# TYPE {name} gauge\n"));
        if let Some(unit) = unit(self.name) {
            out.push_str(&format!("# UNIT {name} {unit}\n"));
        }
        out.push_str(&format!("# HELP {name} {}\n", self.help));
        let mut written = BTreeSet::new();
        for (labels, value) in told {
            let labels: Vec<String> = labels.iter().map(label).collect();
            let labels = labels.join(",");
            // A reader refuses the whole file for one series that comes twice.
            if written.insert(labels.clone()) {
                out.push_str(&format!("{name}{{{labels}}} {value}\n"));
            }
        }
    }
}

/// The unit that a name ends with, of those that the standard lists.
fn unit(name: &str) -> Option<&'static str> {
    let units = ["seconds", "bytes", "ratio"];
    units
        .into_iter()
        .find(|unit| name.ends_with(&format!("_{unit}")))
}

fn label((name, value): &(&'static str, &str)) -> String {
    let value = clean::line(value, 400);
    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("{name}=\"{value}\"")
}

fn run(report: &Report, out: &mut String) {
    let suite = ("suite", report.suite.as_str());
    let kind = ("kind", report.kind.as_str());
    let commit = report.subject.commit.as_deref().unwrap_or_default();
    let truth = |yes: bool| if yes { "true" } else { "false" };
    let info = vec![
        suite,
        kind,
        ("run_id", report.id.as_str()),
        ("commit", commit),
        ("dirty", truth(report.subject.dirty)),
        ("profile", report.profile.word()),
        ("version", report.tool.version.as_str()),
    ];
    let verdicts = VERDICTS.map(|verdict| {
        let labels = vec![suite, kind, ("verdict", verdict.word())];
        (labels, f64::from(u8::from(report.verdict == verdict)))
    });
    let started = report.run.started_at.as_millisecond() as f64 / 1000.0;
    let length = report.run.finished_at.map(|end| {
        let length = end.duration_since(report.run.started_at);
        (vec![suite], length.as_secs_f64())
    });
    let fit = f64::from(u8::from(report.fit_for_release));
    family(
        "run_info",
        "The run that the other numbers are of.",
        vec![(info, 1.0)],
    )
    .write(out);
    let help = "1 for the verdict of the run, 0 for all others.";
    family("run_verdict", help, verdicts.to_vec()).write(out);
    let help = "1 where the report may release anything.";
    family("run_fit_for_release", help, vec![(vec![suite], fit)]).write(out);
    let help = "When the run began, since 1970.";
    family(
        "run_started_timestamp_seconds",
        help,
        vec![(vec![suite], started)],
    )
    .write(out);
    let help = "How long the run took.";
    family("run_duration_seconds", help, length.into_iter().collect()).write(out);
}

fn family<'a>(
    name: &'static str,
    help: &'static str,
    samples: Vec<(Labels<'a>, f64)>,
) -> Family<'a> {
    Family {
        name,
        help,
        samples,
    }
}

fn checks(report: &Report, out: &mut String) {
    let counts = report.counts;
    let counted = [
        counts.pass,
        counts.warn,
        counts.fail,
        counts.error,
        counts.skipped,
    ];
    let counted = VERDICTS.into_iter().zip(counted);
    let counted = counted.map(|(verdict, n)| {
        let labels = vec![
            ("suite", report.suite.as_str()),
            ("verdict", verdict.word()),
        ];
        (labels, n as f64)
    });
    family("checks", "Checks by verdict.", counted.collect()).write(out);
    let decided = report.checks.iter().map(|check| {
        let mut labels = named(report, check);
        labels.extend([
            ("class", class_word(check)),
            ("verdict", check.verdict.word()),
        ]);
        (labels, 1.0)
    });
    family(
        "check_verdict",
        "The verdict of each check.",
        decided.collect(),
    )
    .write(out);
    let help = "What a check measured, in the unit that its label says.";
    family("check_value", help, values(report, |check| check.current)).write(out);
    let help =
        "The limit of a check, in the same unit, or a ratio to the baseline where it compares.";
    family("check_limit", help, values(report, |check| check.limit)).write(out);
    let help = "What a check measured divided by its baseline.";
    family(
        "check_baseline_ratio",
        help,
        values(report, |check| check.ratio),
    )
    .write(out);
}

fn named<'a>(report: &'a Report, check: &'a CheckResult) -> Labels<'a> {
    vec![
        ("suite", report.suite.as_str()),
        ("check", check.id.as_str()),
    ]
}

fn values(report: &Report, of: fn(&CheckResult) -> Option<f64>) -> Vec<(Labels<'_>, f64)> {
    let told = report.checks.iter().filter_map(|check| {
        let value = of(check)?;
        let mut labels = named(report, check);
        labels.push(("unit", check.unit.as_deref().unwrap_or_default()));
        Some((labels, value))
    });
    told.collect()
}

fn load(report: &Report, out: &mut String) {
    let each = |of: fn(&Measurement) -> Option<f64>| -> Vec<(Labels<'_>, f64)> {
        let rows = report.measurements.iter();
        rows.filter_map(|row| Some((measured(report, row), of(row)?)))
            .collect()
    };
    let latencies = report
        .measurements
        .iter()
        .flat_map(|row| quantiles(report, row));
    let help = "Response times of the judged phase, nearest rank.";
    family("latency_seconds", help, latencies.collect()).write(out);
    let help = "Good answers per second.";
    family(
        "throughput_requests_per_second",
        help,
        each(|row| Some(row.throughput_rps)),
    )
    .write(out);
    let help = "Failed requests divided by all.";
    family("error_ratio", help, each(|row| row.error_rate)).write(out);
    let help = "Judged requests.";
    family("requests", help, each(|row| Some(row.requests as f64))).write(out);
    let help = "Mean CPU as a share of one core.";
    let cpu = each(|row| row.cpu_percent.map(|cpu| cpu.mean / 100.0));
    family("cpu_cores_ratio", help, cpu).write(out);
    let help = "Greatest memory.";
    let memory = each(|row| row.memory_mb.map(|memory| memory.max * 1024.0 * 1024.0));
    family("memory_bytes", help, memory).write(out);
}

fn measured<'a>(report: &'a Report, row: &'a Measurement) -> Labels<'a> {
    vec![
        ("suite", report.suite.as_str()),
        ("scenario", row.scenario.as_str()),
        ("service", row.service.as_str()),
    ]
}

fn quantiles<'a>(report: &'a Report, row: &'a Measurement) -> Vec<(Labels<'a>, f64)> {
    let told = [
        ("0.5", row.p50_latency_ms),
        ("0.95", row.p95_latency_ms),
        ("0.99", row.p99_latency_ms),
        ("1", row.max_latency_ms),
    ];
    let samples = told.into_iter().filter_map(|(quantile, ms)| {
        let mut labels = measured(report, row);
        labels.push(("quantile", quantile));
        Some((labels, ms? / 1000.0))
    });
    samples.collect()
}

fn story(report: &Report, chaos: &ChaosOutcome, out: &mut String) {
    let suite = ("suite", report.suite.as_str());
    let mut recovery = Vec::new();
    for back in &chaos.recovery {
        for (bound, ms) in [("earliest", back.from_ms), ("latest", back.to_ms)] {
            let labels = vec![
                suite,
                ("probe", back.probe.as_str()),
                ("connection", back.connection.as_str()),
                ("action", back.action.as_str()),
                ("bound", bound),
            ];
            recovery.push((labels, ms / 1000.0));
        }
    }
    let help = "How long after the heal a probe was good again, as an interval.";
    family("recovery_seconds", help, recovery).write(out);
    let mut attempts = Vec::new();
    for phase in Phase::ALL {
        let results = chaos.probe_results.get(phase.result_key());
        for (probe, seen) in results.into_iter().flatten() {
            let outcomes = [
                ("ok", seen.ok),
                ("bad", seen.bad),
                ("unanswered", seen.info),
            ];
            attempts.extend(outcomes.map(|(outcome, n)| {
                let labels = vec![
                    suite,
                    ("probe", probe.as_str()),
                    ("phase", phase.word()),
                    ("outcome", outcome),
                ];
                (labels, n as f64)
            }));
        }
    }
    family("probe_attempts", "Attempts of a probe.", attempts).write(out);
    let mut events = Vec::new();
    for (store, tallies) in &chaos.ledger {
        for (class, n) in &tallies.counts {
            let labels = vec![suite, ("store", store.word()), ("class", class.as_str())];
            events.push((labels, *n as f64));
        }
    }
    family(
        "ledger_events",
        "Events by what became of them in a store.",
        events,
    )
    .write(out);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::report::testdata;

    /// The rules of the format that a reader refuses files for.
    fn check(text: &str) -> usize {
        let body = text.strip_suffix("# EOF\n").unwrap();
        assert!(!body.contains("# EOF"));
        let (mut family, mut closed, mut samples) = ("", BTreeSet::new(), BTreeSet::new());
        for line in body.lines() {
            if let Some(told) = line.strip_prefix("# TYPE ") {
                family = told.strip_suffix(" gauge").unwrap();
                assert!(closed.insert(family), "{family} comes twice");
            } else if let Some(told) = line.strip_prefix("# UNIT ") {
                let (name, unit) = told.split_once(' ').unwrap();
                assert!(name == family && name.ends_with(&format!("_{unit}")));
            } else if let Some(told) = line.strip_prefix("# HELP ") {
                assert!(told.starts_with(&format!("{family} ")), "{line}");
            } else {
                let (name, rest) = line.split_once('{').unwrap();
                let (labels, value) = rest.rsplit_once("} ").unwrap();
                assert_eq!(name, family, "{line}");
                assert!(value.parse::<f64>().unwrap().is_finite(), "{line}");
                assert!(samples.insert((name, labels)), "twice: {line}");
            }
        }
        samples.len()
    }

    #[test]
    fn every_report_is_readable_and_tells_every_check() {
        for name in testdata::REPORTS {
            let report = testdata::report(name);
            let text = render(&report);
            assert!(check(&text) > report.checks.len(), "{name}");
            let verdicts = text
                .lines()
                .filter(|l| l.starts_with("proofhouse_check_verdict{"));
            assert_eq!(verdicts.count(), report.checks.len());
        }
        check(&render(&testdata::hostile()));
    }

    #[test]
    fn units_are_base_units_and_numbers_are_some() {
        let mut report = testdata::report("pass");
        report.measurements[0].p95_latency_ms = Some(250.0);
        report.measurements[0].throughput_rps = f64::NAN;
        let text = render(&report);
        assert!(text.contains("quantile=\"0.95\"} 0.25\n"), "{text}");
        assert!(!text.contains("NaN"));
        check(&text);
    }
}
