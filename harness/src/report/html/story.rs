//! A chaos scenario: what was believed, what it came to, and everything over one line of time.

use super::chart::{Chart, Upright, told_ms};
use super::findings::run_state;
use super::markup::{Head, badge, line, table, text};
use crate::model::chaos::{ChaosOutcome, Phase};
use crate::model::charts::{ChaosSeries, ProbeSeries, SlotSeen};
use crate::report::columns::ms;
use crate::report::sheet::Sheet;
use crate::report::text_chaos::{
    moment_words, probe_rows, recovery_words, step_words, tally_words,
};

/// How many attempts of a slot went one way.
type Trouble = fn(&SlotSeen) -> u64;

/// Most probes that are drawn.
const MOST: usize = 24;
const HEIGHT: i32 = 320;

/// Hypothesis, validations, charts, then the story in words and numbers.
pub(crate) fn all(sheet: &Sheet<'_>) -> String {
    let Some(chaos) = &sheet.report.chaos else {
        return String::new();
    };
    let series = sheet.charts.and_then(|charts| charts.chaos.as_ref());
    let parts = [
        believed(chaos),
        validations(chaos),
        series.map_or_else(String::new, drawn),
        list("Timeline", timeline(chaos)),
        list("Recovery", recovery(chaos)),
        probes(chaos),
        ledger(chaos),
    ];
    parts.concat()
}

fn believed(chaos: &ChaosOutcome) -> String {
    format!(
        "<p>{} <strong>{}</strong>: {}</p>\n",
        badge(run_state(chaos.outcome)),
        line(&chaos.scenario, 120),
        line(&chaos.hypothesis, 600)
    )
}

fn validations(chaos: &ChaosOutcome) -> String {
    if chaos.validation.is_empty() {
        return String::new();
    }
    let heads = ["validation", "verdict", "wanted", "saw"].map(Head::Word);
    let rows = chaos.validation.iter().map(|(key, seen)| {
        vec![
            line(key, 120),
            badge(run_state(seen.verdict)),
            line(&seen.wanted, 300),
            line(&seen.saw, 500),
        ]
    });
    table("Validations", &heads, &rows.collect::<Vec<_>>())
}

/// A strip for each probe on the same scale of time, with the faults over all of them.
fn drawn(series: &ChaosSeries) -> String {
    let strips = series
        .probes
        .iter()
        .take(MOST)
        .map(|probe| strip(series, probe));
    let more = match series.probes.len().saturating_sub(MOST) {
        0 => String::new(),
        n => format!("<p>{n} more probes were not drawn.</p>"),
    };
    let faults: Vec<String> = series.faults.iter().map(fault_words).collect();
    let faults = match faults.is_empty() {
        true => "no fault was in effect".to_owned(),
        false => faults.join("; "),
    };
    format!(
        "<h3>Over time</h3>\n<p>Shaded with a line around it: {}. The line is the longest time to an \
         answer; at the foot a full bar is a wrong answer and an empty one no answer at all.</p>\n\
         <div class=\"charts\">{}</div>{more}",
        text(&faults),
        strips.collect::<String>()
    )
}

fn fault_words(fault: &crate::model::charts::FaultSpan) -> String {
    let until = fault.to_s.map_or_else(
        || "never seen to end".to_owned(),
        |to| format!("to {to:.2} s"),
    );
    let sure = if fault.witnessed { "" } else { ", unconfirmed" };
    format!(
        "{} ({}), {:.2} s {until}{sure}",
        fault.action, fault.what, fault.from_s
    )
}

fn strip(series: &ChaosSeries, probe: &ProbeSeries) -> String {
    let longest = probe.slots.iter().filter_map(|slot| slot.longest_ms);
    let most = longest.clone().fold(0.0, f64::max);
    let least = longest.filter(|ms| *ms > 0.0).fold(f64::INFINITY, f64::min);
    let upright = Upright {
        least,
        most,
        unit: "ms",
        log: least.is_finite() && most > least * 40.0,
    };
    let mut chart = Chart::new(HEIGHT, (0.0, series.length_s), &upright);
    for fault in &series.faults {
        let to = fault.to_s.unwrap_or(series.length_s);
        chart.stretch("blow", (fault.from_s, to), &fault.action);
    }
    chart.line("b", &line_of(probe));
    let troubles: [(&str, Trouble); 2] =
        [("bad", |slot| slot.bad), ("lost", |slot| slot.unanswered)];
    for (class, of) in troubles {
        for stretch in stretches(probe, of) {
            chart.foot(class, stretch);
        }
    }
    for (phase, at) in &series.phases {
        if *phase != Phase::Pre {
            chart.mark(*at, phase.word());
        }
    }
    chart.along_steps(" s");
    let name = line(&probe.name, 80);
    let log = if upright.log {
        " (logarithmic axis)"
    } else {
        ""
    };
    chart.figure(
        &format!("<strong>{name}</strong>{log}"),
        &strip_told(probe, most),
    )
}

/// Neighbouring slots in which something was counted, as stretches of time.
fn stretches(probe: &ProbeSeries, of: fn(&SlotSeen) -> u64) -> Vec<(f64, f64)> {
    let mut stretches: Vec<(f64, f64)> = Vec::new();
    for slot in probe.slots.iter().filter(|slot| of(slot) > 0) {
        let to = slot.from_s + probe.slot_s;
        match stretches.last_mut() {
            Some((_, end)) if slot.from_s - *end < probe.slot_s / 2.0 => *end = to,
            _ => stretches.push((slot.from_s, to)),
        }
    }
    stretches
}

/// Broken where nothing was asked or nothing was answered.
fn line_of(probe: &ProbeSeries) -> Vec<(f64, Option<f64>)> {
    let mut points = Vec::new();
    let mut before: Option<f64> = None;
    for slot in &probe.slots {
        // Slow probes leave slots out by themselves; only a real pause is a gap.
        if before.is_some_and(|before| slot.from_s - before > probe.slot_s * 10.0) {
            points.push((slot.from_s, None));
        }
        points.push((slot.from_s + probe.slot_s / 2.0, slot.longest_ms));
        before = Some(slot.from_s);
    }
    points
}

fn strip_told(probe: &ProbeSeries, most: f64) -> String {
    let sum = |of: fn(&SlotSeen) -> u64| probe.slots.iter().map(of).sum::<u64>();
    let (ok, bad, lost) = (sum(|s| s.ok), sum(|s| s.bad), sum(|s| s.unanswered));
    let troubled = probe
        .slots
        .iter()
        .filter(|slot| slot.bad + slot.unanswered > 0);
    let first = troubled.clone().map(|slot| slot.from_s).next();
    let last = troubled.map(|slot| slot.from_s + probe.slot_s).next_back();
    let when = match (first, last) {
        (Some(first), Some(last)) => format!(", not good from {first:.1} s to {last:.1} s"),
        _ => String::new(),
    };
    format!(
        "{}: {ok} good, {bad} bad, {lost} without an answer{when}; the longest answer took {}",
        probe.name,
        told_ms(most)
    )
}

fn list(title: &str, lines: Vec<String>) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let items = lines.iter().map(|line| format!("<li>{line}</li>"));
    format!("<h3>{title}</h3>\n<ul>{}</ul>\n", items.collect::<String>())
}

fn timeline(chaos: &ChaosOutcome) -> Vec<String> {
    let steps = chaos.timeline.iter();
    steps
        .map(|step| format!("{} {}", moment_words(step), line(&step_words(step), 400)))
        .collect()
}

fn recovery(chaos: &ChaosOutcome) -> Vec<String> {
    let lines = chaos.recovery.iter();
    lines.map(|back| line(&recovery_words(back), 400)).collect()
}

fn probes(chaos: &ChaosOutcome) -> String {
    let heads = [
        Head::Word("probe"),
        Head::Word("phase"),
        Head::Number("attempts"),
        Head::Number("ok"),
        Head::Number("bad"),
        Head::Number("no answer"),
        Head::Number("p50 ms"),
        Head::Number("p99 ms"),
    ];
    let rows = probe_rows(chaos).into_iter().map(|(probe, phase, seen)| {
        vec![
            line(probe, 80),
            phase.word().to_owned(),
            seen.attempts.to_string(),
            seen.ok.to_string(),
            seen.bad.to_string(),
            seen.info.to_string(),
            ms(seen.p50_ms),
            ms(seen.p99_ms),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    match rows.is_empty() {
        true => String::new(),
        false => table("Probes by phase", &heads, &rows),
    }
}

fn ledger(chaos: &ChaosOutcome) -> String {
    let lines = chaos
        .ledger
        .iter()
        .map(|(store, tallies)| format!("{}: {}", store.word(), line(&tally_words(tallies), 500)));
    list("What became of the events", lines.collect())
}
