//! What was measured under load: the table of numbers, then charts for each scenario and service.

use super::curves;
use super::load_charts::{self, Limits};
use super::markup::{Head, line, table, text};
use super::thin::{self, Second};
use crate::model::charts::LoadSeries;
use crate::model::check::CheckClass;
use crate::model::promise::Metric;
use crate::model::report::{Measurement, Report};
use crate::model::verdict::Verdict;
use crate::report::columns::{duration, error_rate, ms, resource, short};
use crate::report::sheet::Sheet;

/// Bytes that all charts of a page may take; what did not pass is drawn first.
const ROOM: usize = 230_000;
/// Points of each line are shared out among what is drawn.
const POINTS: usize = 1_500;
/// Up to so many services have every chart; with more there is room for the two most telling.
const FULL: usize = 20;
/// Up to so many have a table of their seconds, too.
const TABLED: usize = 12;
/// Rows of such a table.
const ROWS: usize = 30;

/// The numbers of every scenario and service.
pub(crate) fn numbers(report: &Report) -> String {
    if report.measurements.is_empty() {
        return String::new();
    }
    let heads = [
        Head::Word("scenario"),
        Head::Word("service"),
        Head::Number("users"),
        Head::Number("judged"),
        Head::Number("p50 ms"),
        Head::Number("p95 ms"),
        Head::Number("p99 ms"),
        Head::Number("max ms"),
        Head::Number("good req/s"),
        Head::Number("errors"),
        Head::Number("CPU % of a core"),
        Head::Number("memory MiB"),
    ];
    let rows: Vec<Vec<String>> = report.measurements.iter().map(row).collect();
    table(
        "Measured over the judged phase, closed workload model",
        &heads,
        &rows,
    )
}

fn row(row: &Measurement) -> Vec<String> {
    vec![
        line(&row.scenario, 80),
        line(&row.service, 80),
        row.users.to_string(),
        duration(row.steady_seconds),
        ms(row.p50_latency_ms),
        ms(row.p95_latency_ms),
        ms(row.p99_latency_ms),
        ms(row.max_latency_ms),
        short(row.throughput_rps),
        text(&error_rate(row)),
        resource(row.cpu_percent.map(|cpu| cpu.mean)),
        resource(row.memory_mb.map(|memory| memory.max)),
    ]
}

/// Charts of every scenario and service, as many as a page has room for.
pub(crate) fn charts(sheet: &Sheet<'_>) -> String {
    let Some(charts) = sheet.charts else {
        return String::new();
    };
    let mut loads: Vec<&LoadSeries> = charts.loads.iter().collect();
    loads.sort_by_key(|load| passed(sheet.report, load));
    let mut out = String::new();
    for (at, load) in loads.iter().enumerate() {
        let drawn = one(sheet.report, load, loads.len());
        if out.len() + drawn.len() > ROOM {
            out.push_str(&format!(
                "<p>{} more were not drawn; <code>proofhouse judge RUN --check ID --detail</code> \
                 shows every second of them.</p>\n",
                loads.len() - at
            ));
            break;
        }
        out.push_str(&drawn);
    }
    out
}

/// Whether no check of it failed or stayed undecided.
fn passed(report: &Report, load: &LoadSeries) -> bool {
    let mut checks = report.checks.iter();
    !checks.any(|check| {
        check.service.as_ref() == Some(&load.service)
            && check.scenario.as_ref() == Some(&load.scenario)
            && matches!(check.verdict, Verdict::Fail | Verdict::Error)
    })
}

fn one(report: &Report, load: &LoadSeries, all: usize) -> String {
    let thinned = thin::seconds(&load.seconds, (POINTS / all).clamp(40, 240));
    let limits = limits(report, load);
    let mut figures = vec![
        load_charts::latency(load, &thinned, &limits),
        load_charts::throughput(load, &thinned, &limits),
    ];
    if all <= FULL {
        let now = report.run.started_at;
        figures.push(load_charts::errors(&thinned));
        figures.push(curves::curve(load));
        figures.push(curves::history(load, now, p95_of(report, load)));
    }
    let seconds = if all <= TABLED {
        tabled(load)
    } else {
        String::new()
    };
    format!(
        "<h3>{}: {}</h3>\n<div class=\"charts\">{}</div>{seconds}",
        line(&load.scenario, 100),
        line(&load.service, 100),
        figures.concat()
    )
}

fn p95_of(report: &Report, load: &LoadSeries) -> Option<f64> {
    let rows = report.measurements.iter();
    let mut ours = rows.filter(|row| row.scenario == load.scenario && row.service == load.service);
    ours.next()?.p95_latency_ms
}

/// Fixed limits that were promised of this service in this scenario.
fn limits(report: &Report, load: &LoadSeries) -> Limits {
    let of = |metric: Metric| {
        let checks = report.checks.iter();
        let mut ours = checks.filter(|check| {
            check.class == CheckClass::Slo
                && check.metric == Some(metric)
                && check.service.as_ref() == Some(&load.service)
                && check.scenario.as_ref() == Some(&load.scenario)
        });
        ours.next()?.limit
    };
    Limits {
        p95_ms: of(Metric::P95LatencyMs),
        throughput_rps: of(Metric::ThroughputRps),
    }
}

/// The same as the charts, as numbers.
fn tabled(load: &LoadSeries) -> String {
    let thinned = thin::seconds(&load.seconds, ROWS);
    let heads = [
        Head::Word("second"),
        Head::Number("req/s"),
        Head::Number("failed"),
        Head::Number("p50 ms"),
        Head::Number("p95 ms"),
        Head::Number("p99 ms"),
    ];
    let caption = format!(
        "{}: {}, the worst percentiles of {} s in each row",
        load.scenario, load.service, thinned.width_s
    );
    let rows: Vec<Vec<String>> = thinned.seconds.iter().map(second).collect();
    format!(
        "<details><summary>These charts as numbers</summary>{}</details>\n",
        table(&caption, &heads, &rows)
    )
}

fn second(second: &Second) -> Vec<String> {
    let judged = if second.steady { "" } else { " (not judged)" };
    vec![
        format!("{}{judged}", second.from_s),
        short(second.rate),
        second.failed.to_string(),
        ms(second.p50_ms),
        ms(second.p95_ms),
        ms(second.p99_ms),
    ]
}
