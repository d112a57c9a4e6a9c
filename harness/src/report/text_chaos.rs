//! On the screen: a chaos scenario's story, from hypothesis to ledger.

use super::columns::{ms, short};
use super::text::{labelled, painted};
use super::{Style, clean};
use crate::model::chaos::{ChaosOutcome, Phase, ProbeResult, RecoverySummary, StepSeen, Tallies};
use crate::model::report::Report;

/// Width of a moment in the timeline: `+123.456 s`.
const MOMENT: usize = 12;

/// All sections; empty for a report of another kind.
pub(crate) fn sections(report: &Report, style: Style) -> Vec<String> {
    let Some(chaos) = &report.chaos else {
        return Vec::new();
    };
    vec![
        hypothesis(chaos, style),
        timeline(chaos, style),
        recovery(chaos, style),
        probes(chaos, style),
        ledger(chaos, style),
        validation(chaos, style),
    ]
}

fn hypothesis(chaos: &ChaosOutcome, style: Style) -> String {
    let scenario = clean::line(&chaos.scenario, 60);
    let mut out = format!("{scenario}: {}\n", painted(chaos.outcome, style));
    out.push_str(&labelled("  believed", 12, &chaos.hypothesis, style.width));
    out
}

fn timeline(chaos: &ChaosOutcome, style: Style) -> String {
    let lines = chaos.timeline.iter().map(|step| moment(step, style));
    titled("timeline", lines.collect())
}

/// `  +5.003 s    cut  in effect (witness: 14 packets dropped) ±0.4 ms`
fn moment(step: &StepSeen, style: Style) -> String {
    let at = format!("  {}", moment_words(step));
    labelled(&at, MOMENT + 2, &step_words(step), style.width)
}

/// When, in seconds since the pre phase began.
pub(crate) fn moment_words(step: &StepSeen) -> String {
    format!("{:+.3} s", step.at_ms / 1000.0)
}

/// Whose step, what, and how sure.
pub(crate) fn step_words(step: &StepSeen) -> String {
    let sure = step
        .plus_minus_ms
        .map_or(String::new(), |ms| format!(" ±{ms:.1} ms"));
    let whose = match step.action.as_str() {
        "" => String::new(),
        action => format!("{action}: "),
    };
    format!("{whose}{}{sure}", step.what)
}

fn recovery(chaos: &ChaosOutcome, style: Style) -> String {
    let lines = chaos
        .recovery
        .iter()
        .map(|back| labelled("  -", 4, &recovery_words(back), style.width));
    titled("recovery", lines.collect())
}

/// `api (fresh): good 0.289 s to 0.311 s after `cut` was healed, and it held`
pub(crate) fn recovery_words(back: &RecoverySummary) -> String {
    let connection = match back.connection.as_str() {
        "" => String::new(),
        word => format!(" ({word})"),
    };
    let held = match back.held {
        true => "and it held",
        false => "but it did not hold",
    };
    format!(
        "{}{connection}: good {:.3} s to {:.3} s after `{}` was healed, {held}",
        back.probe,
        back.from_ms / 1000.0,
        back.to_ms / 1000.0,
        back.action
    )
}

fn probes(chaos: &ChaosOutcome, style: Style) -> String {
    let name = style.width.saturating_sub(52).clamp(8, 30);
    let head = format!(
        "  {:name$}{:>8}{:>9}{:>7}{:>7}{:>9}{:>9}\n",
        "probe", "phase", "attempts", "bad", "none", "p50 ms", "p99 ms"
    );
    let mut lines = Vec::new();
    for (probe, phase, seen) in probe_rows(chaos) {
        lines.push(probe_line(probe, phase, seen, name));
    }
    if lines.is_empty() {
        return String::new();
    }
    head + &lines.concat()
}

/// Every probe in every phase in which it was asked.
pub(crate) fn probe_rows(chaos: &ChaosOutcome) -> Vec<(&str, Phase, &ProbeResult)> {
    let mut rows = Vec::new();
    for phase in Phase::ALL {
        let results = chaos.probe_results.get(phase.result_key());
        for (probe, seen) in results.into_iter().flatten() {
            if seen.attempts > 0 {
                rows.push((probe.as_str(), phase, seen));
            }
        }
    }
    rows.sort_by_key(|(probe, phase, _)| (*probe, *phase));
    rows
}

fn probe_line(probe: &str, phase: Phase, seen: &ProbeResult, name: usize) -> String {
    format!(
        "  {:name$}{:>8}{:>9}{:>7}{:>7}{:>9}{:>9}\n",
        clean::line(probe, name.saturating_sub(1)),
        phase.word(),
        seen.attempts,
        seen.bad,
        seen.info,
        ms(seen.p50_ms),
        ms(seen.p99_ms),
    )
}

fn ledger(chaos: &ChaosOutcome, style: Style) -> String {
    let lines = chaos.ledger.iter().map(|(store, tallies)| {
        let label = format!("  {}", store.word());
        labelled(&label, 12, &tally_words(tallies), style.width)
    });
    titled("events", lines.collect())
}

/// `4 812 ok, 3 recovered, 2 lost (a, b)`
pub(crate) fn tally_words(tallies: &Tallies) -> String {
    let mut words: Vec<(&String, &u64)> = tallies.counts.iter().collect();
    words.sort_by_key(|(class, _)| (class.as_str() != "ok", class.as_str()));
    let told: Vec<String> = words
        .into_iter()
        .map(|(class, count)| format!("{} {}", short_count(*count), class.replace('_', " ")))
        .collect();
    told.join(", ")
}

fn short_count(count: u64) -> String {
    match count {
        0..1_000_000 => count.to_string(),
        many => format!("{} million", short(many as f64 / 1e6)),
    }
}

fn validation(chaos: &ChaosOutcome, style: Style) -> String {
    let lines = chaos.validation.iter().map(|(key, seen)| {
        let verdict = painted(seen.verdict, style);
        let gap = 8_usize.saturating_sub(seen.verdict.word().len());
        let text = format!("{key}: {}", clean::shortened(&clean::text(&seen.saw), 300));
        let body = labelled("", 10, &text, style.width);
        format!("  {verdict}{:gap$}{}", "", body.trim_start())
    });
    titled("validation", lines.collect())
}

fn titled(title: &str, lines: Vec<String>) -> String {
    match lines.as_slice() {
        [] => String::new(),
        lines => format!("{title}\n{}", lines.concat()),
    }
}
