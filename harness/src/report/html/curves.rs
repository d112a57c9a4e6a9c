//! The charts of one service over all seconds and over all runs: percentile curve and history.

use super::chart::{Chart, Upright, told_ms};
use super::load_charts::{HEIGHT, Line, WIDE, greatest, least};
use super::markup::line;
use crate::model::charts::{CurvePoint, LoadSeries, PastRun};
use jiff::Timestamp;

/// Most earlier runs that are drawn.
const RUNS: usize = 30;

/// Where a percentile stands: even steps for each nine more.
fn nines(percentile: f64) -> f64 {
    -(1.0 - percentile.min(99.995) / 100.0).log10()
}

/// The percentile curve, as HDR plots have it, beside that of the run that was compared with.
pub(crate) fn curve(load: &LoadSeries) -> String {
    if load.curve.is_empty() {
        return String::new();
    }
    let points = |curve: &[CurvePoint]| -> Line {
        let points = curve.iter();
        points
            .map(|point| (nines(point.percentile), Some(point.ms)))
            .collect()
    };
    let now = points(&load.curve);
    let before = load
        .baseline
        .as_ref()
        .map(|baseline| points(&baseline.curve));
    let before = before.unwrap_or_default();
    let (most, lowest) = (greatest(&[&now, &before], &[]), least(&[&now, &before]));
    let log = lowest.is_finite() && most > lowest * WIDE;
    let upright = Upright {
        least: lowest,
        most,
        unit: "ms",
        log,
    };
    let mut chart = Chart::new(HEIGHT, (0.0, nines(100.0)), &upright);
    chart.line("c", &before);
    chart.line("b", &now);
    let ticks = [
        (0.0, "0"),
        (50.0, "50"),
        (90.0, "90"),
        (99.0, "99"),
        (99.9, "99.9"),
        (99.99, "99.99 %"),
    ];
    chart.along(&ticks.map(|(percentile, word)| (nines(percentile), word.to_owned())));
    let mut words = vec!["this run thick"];
    if !before.is_empty() {
        words.push("baseline dashed");
    }
    if log {
        words.push("logarithmic axis");
    }
    let told = load
        .curve
        .iter()
        .filter(|point| [50.0, 95.0, 99.0, 99.9].contains(&point.percentile));
    let told: Vec<String> = told
        .map(|p| format!("p{} {}", p.percentile, told_ms(p.ms)))
        .collect();
    chart.figure(
        &format!(
            "<strong>Response time by percentile</strong>: {}",
            words.join("; ")
        ),
        &format!("Percentile curve of response times: {}", told.join(", ")),
    )
}

/// Earlier runs and this one, with the anchor: what a slow creep would leave behind.
pub(crate) fn history(load: &LoadSeries, now: Timestamp, p95_ms: Option<f64>) -> String {
    let from = load.history.len().saturating_sub(RUNS);
    let runs = &load.history[from..];
    let Some(anchor) = anchor(runs) else {
        return String::new();
    };
    let most = runs
        .iter()
        .map(|run| run.p95_ms)
        .chain(p95_ms)
        .fold(0.0, f64::max);
    let upright = Upright {
        least: 0.0,
        most: most * 1.05,
        unit: "p95 ms",
        log: false,
    };
    let mut chart = Chart::new(HEIGHT, (-0.5, runs.len() as f64 + 0.5), &upright);
    let places = (0..).map(f64::from);
    let line: Line = places
        .clone()
        .zip(runs)
        .map(|(x, run)| (x, Some(run.p95_ms)))
        .collect();
    chart.line("a", &line);
    chart.level("d", anchor.p95_ms, "anchor");
    for (x, run) in places.zip(runs) {
        chart.dot("past", (x, run.p95_ms), run.accepted.is_some());
    }
    if let Some(p95) = p95_ms {
        chart.dot("now", (runs.len() as f64, p95), false);
    }
    let first = runs.first().map_or(now, |run| run.at);
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    chart.along(&[
        (0.0, day(first)),
        (runs.len() as f64, "this run".to_owned()),
    ]);
    chart.figure(
        &history_caption(anchor),
        &history_told(runs, anchor, p95_ms),
    )
}

/// The latest run that a person accepted, else the oldest that is remembered: passing runs never move it.
fn anchor(runs: &[PastRun]) -> Option<&PastRun> {
    let accepted = runs.iter().rfind(|run| run.accepted.is_some());
    accepted.or(runs.first())
}

fn history_caption(anchor: &PastRun) -> String {
    let which = match &anchor.accepted {
        Some(reason) => format!("accepted by a person: {}", line(reason, 100)),
        None => "the oldest run that is remembered".to_owned(),
    };
    format!("<strong>Earlier runs</strong>: diamonds were accepted by a person; anchor: {which}")
}

fn history_told(runs: &[PastRun], anchor: &PastRun, p95_ms: Option<f64>) -> String {
    let now = p95_ms.map_or_else(
        || "this run has no p95".to_owned(),
        |p95| {
            let change = (p95 / anchor.p95_ms - 1.0) * 100.0;
            format!(
                "this run {}, {change:+.1} % against the anchor",
                told_ms(p95)
            )
        },
    );
    format!(
        "p95 of {} earlier runs: anchor {}; {now}",
        runs.len(),
        told_ms(anchor.p95_ms)
    )
}
