//! The charts of one service under load, by second: latency, throughput, errors.

use super::chart::{Chart, Upright, told_ms};
use super::markup::line;
use super::thin::{Second, Thinned};
use crate::model::charts::LoadSeries;
use crate::report::columns::short;

/// Height of the box.
pub(crate) const HEIGHT: i32 = 380;
/// Response times that differ by so much are drawn on a logarithmic axis.
pub(crate) const WIDE: f64 = 40.0;

/// Fixed limits that are drawn as lines.
pub(crate) struct Limits {
    /// Of the 95th percentile.
    pub p95_ms: Option<f64>,
    /// Least throughput.
    pub throughput_rps: Option<f64>,
}

/// Points along an axis; `None` breaks the line.
pub(crate) type Line = Vec<(f64, Option<f64>)>;

fn along(thinned: &Thinned) -> (f64, f64) {
    let first = thinned.seconds.first().map_or(0, |second| second.from_s);
    let last = thinned.seconds.last().map_or(0, |second| second.from_s);
    (
        f64::from(first),
        f64::from(last) + f64::from(thinned.width_s),
    )
}

fn series(thinned: &Thinned, of: impl Fn(&Second) -> Option<f64>) -> Line {
    let middle = f64::from(thinned.width_s) / 2.0;
    let seconds = thinned.seconds.iter();
    seconds
        .map(|second| (f64::from(second.from_s) + middle, of(second)))
        .collect()
}

/// Greatest value of several lines and levels; 0 without any.
pub(crate) fn greatest(lines: &[&Line], levels: &[Option<f64>]) -> f64 {
    let points = lines
        .iter()
        .flat_map(|line| line.iter().filter_map(|(_, y)| *y));
    let all = points.chain(levels.iter().copied().flatten());
    all.filter(|value| value.is_finite()).fold(0.0, f64::max)
}

/// Smallest value above 0 of several lines; infinite without any.
pub(crate) fn least(lines: &[&Line]) -> f64 {
    let points = lines
        .iter()
        .flat_map(|line| line.iter().filter_map(|(_, y)| *y));
    points
        .filter(|value| *value > 0.0)
        .fold(f64::INFINITY, f64::min)
}

/// Ramp and warm-up, which are not judged.
fn quiet(chart: &mut Chart, thinned: &Thinned) {
    let steady = thinned.seconds.iter().find(|second| second.steady);
    let (from, to) = along(thinned);
    let until = steady.map_or(to, |second| f64::from(second.from_s));
    if until > from {
        chart.stretch("quiet", (from, until), "not judged");
    }
}

/// Percentiles over time, over the band of the run that was compared with.
pub(crate) fn latency(load: &LoadSeries, thinned: &Thinned, limits: &Limits) -> String {
    let p50 = series(thinned, |second| second.p50_ms);
    let p95 = series(thinned, |second| second.p95_ms);
    let p99 = series(thinned, |second| second.p99_ms);
    let band = load.baseline.as_ref().and_then(|baseline| baseline.band_ms);
    let seen = greatest(&[&p50, &p95, &p99], &[band.map(|(_, high)| high)]);
    let lowest = least(&[&p50, &p95, &p99]);
    if !lowest.is_finite() {
        return "<p>Nothing was answered: there are no response times to draw.</p>".to_owned();
    }
    // A limit far above everything would press the lines to the ground.
    let limit = limits.p95_ms.filter(|limit| *limit <= seen * 2.5);
    let upright = Upright {
        least: lowest,
        most: seen.max(limit.unwrap_or(0.0)),
        unit: "ms",
        log: seen > lowest * WIDE,
    };
    let mut chart = Chart::new(HEIGHT, along(thinned), &upright);
    quiet(&mut chart, thinned);
    if let Some((low, high)) = band {
        chart.band("band", low, high);
    }
    chart.line("a", &p50);
    chart.line("c", &p99);
    chart.line("b", &p95);
    if let Some(limit) = limit {
        chart.level("l", limit, &format!("p95 limit {}", told_ms(limit)));
    }
    chart.along_steps(" s");
    chart.figure(
        &latency_caption(load, thinned, limits, upright.log),
        &latency_told(thinned),
    )
}

fn latency_caption(load: &LoadSeries, thinned: &Thinned, limits: &Limits, log: bool) -> String {
    let mut words = vec!["p95 thick, p50 thin, p99 dashed".to_owned()];
    if let Some(baseline) = load.baseline.as_ref().filter(|b| b.band_ms.is_some()) {
        let commit = baseline.commit.iter().flat_map(|commit| commit.chars());
        let commit = line(&commit.take(8).collect::<String>(), 8);
        let band = format!("shaded: p95 of nine tenths of the baseline's seconds {commit}");
        words.push(band.trim().to_owned());
    }
    if let Some(limit) = limits.p95_ms {
        words.push(format!("p95 limit {}", told_ms(limit)));
    }
    if thinned.width_s > 1 {
        words.push(format!("each point is the worst of {} s", thinned.width_s));
    }
    if log {
        words.push("logarithmic axis".to_owned());
    }
    format!("<strong>Response time</strong>: {}", words.join("; "))
}

fn latency_told(thinned: &Thinned) -> String {
    let seen = thinned
        .seconds
        .iter()
        .filter_map(|second| Some((second.from_s, second.p95_ms?)));
    let worst = seen.clone().max_by(|a, b| a.1.total_cmp(&b.1));
    let best = seen.min_by(|a, b| a.1.total_cmp(&b.1));
    let (Some((at, worst)), Some((_, best))) = (worst, best) else {
        return "Response time: nothing was answered".to_owned();
    };
    format!(
        "Line chart of response times by second: p95 between {} and {}, the worst at second {at}",
        told_ms(best),
        told_ms(worst)
    )
}

/// Requests that ended, and good answers, by second.
pub(crate) fn throughput(load: &LoadSeries, thinned: &Thinned, limits: &Limits) -> String {
    let all = series(thinned, |second| Some(second.rate));
    let good = series(thinned, |second| Some(second.good));
    let before = load
        .baseline
        .as_ref()
        .map(|baseline| baseline.throughput_rps);
    let most = greatest(&[&all], &[before, limits.throughput_rps]);
    let upright = Upright {
        least: 0.0,
        most: most * 1.05,
        unit: "req/s",
        log: false,
    };
    let mut chart = Chart::new(HEIGHT, along(thinned), &upright);
    quiet(&mut chart, thinned);
    chart.line("a", &all);
    chart.line("b", &good);
    if let Some(before) = before {
        chart.level("d", before, &format!("baseline {}", short(before)));
    }
    if let Some(limit) = limits.throughput_rps {
        chart.level("l", limit, &format!("least {}", short(limit)));
    }
    chart.along_steps(" s");
    let rates = thinned
        .seconds
        .iter()
        .filter(|second| second.steady)
        .map(|second| second.good);
    let low = rates.clone().fold(f64::INFINITY, f64::min);
    let high = rates.fold(0.0, f64::max);
    let told = match low.is_finite() {
        true => format!(
            "between {} and {} in the judged phase",
            short(low),
            short(high)
        ),
        false => "never judged".to_owned(),
    };
    chart.figure(
        "<strong>Throughput</strong>: good answers thick, all requests that the users made thin (closed model)",
        &format!("Line chart of requests per second: good answers {told}"),
    )
}

/// Failed requests by second; a sentence where there were none.
pub(crate) fn errors(thinned: &Thinned) -> String {
    let failed: u64 = thinned.seconds.iter().map(|second| second.failed).sum();
    let asked: u64 = thinned.seconds.iter().map(|second| second.requests).sum();
    if asked == 0 {
        return "<p>No request was made.</p>".to_owned();
    }
    if failed == 0 {
        return format!("<p>Errors: none of {asked} requests failed.</p>");
    }
    let share = |second: &Second| match second.requests {
        0 => 0.0,
        all => second.failed as f64 / all as f64 * 100.0,
    };
    let most = thinned.seconds.iter().map(share).fold(0.0, f64::max);
    let upright = Upright {
        least: 0.0,
        most,
        unit: "%",
        log: false,
    };
    let mut chart = Chart::new(HEIGHT, along(thinned), &upright);
    quiet(&mut chart, thinned);
    let bad = thinned.seconds.iter().filter(|second| second.failed > 0);
    let width = f64::from(thinned.width_s);
    let bars = bad.map(|second| {
        let from = f64::from(second.from_s);
        ((from, from + width), share(second))
    });
    let bars: Vec<((f64, f64), f64)> = bars.collect();
    chart.bars("bad", &bars);
    let seconds = bars.len();
    chart.along_steps(" s");
    chart.figure(
        "<strong>Errors</strong>: failed requests in percent of those that ended then",
        &format!(
            "Bar chart of errors: {failed} of {asked} requests failed, in {seconds} of {} bars; {} % at most",
            thinned.seconds.len(),
            short(most)
        ),
    )
}
