//! In Markdown: a chaos scenario's hypothesis, validations, timeline, recovery and ledger.

use super::columns::ms;
use super::markdown::{escaped, mark};
use super::text_chaos::{moment_words, probe_rows, recovery_words, step_words, tally_words};
use crate::model::chaos::ChaosOutcome;
use crate::model::report::Report;

/// The validations: what stands in the seed's results, shown before everything else.
pub(crate) fn validations(report: &Report) -> String {
    let Some(chaos) = &report.chaos else {
        return String::new();
    };
    let mut out = format!(
        "**{}**: {}\n\n",
        escaped(&chaos.scenario, 80),
        escaped(&chaos.hypothesis, 300)
    );
    if chaos.validation.is_empty() {
        return out;
    }
    out.push_str("| verdict | validation | wanted | saw |\n|---|---|---|---|\n");
    for (key, seen) in &chaos.validation {
        out.push_str(&format!(
            "| {} {} | {} | {} | {} |\n",
            mark(seen.verdict),
            seen.verdict.word(),
            escaped(key, 80),
            escaped(&seen.wanted, 200),
            escaped(&seen.saw, 300),
        ));
    }
    out.push('\n');
    out
}

/// What happened, folded away nowhere: it is short.
pub(crate) fn story(report: &Report) -> String {
    let Some(chaos) = &report.chaos else {
        return String::new();
    };
    let mut out = String::new();
    list(&mut out, "Timeline", timeline(chaos));
    list(&mut out, "Recovery", recovery(chaos));
    list(&mut out, "Events", ledger(chaos));
    probes(chaos, &mut out);
    out
}

fn list(out: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!("**{title}**\n\n"));
    for line in lines {
        out.push_str(&format!("- {line}\n"));
    }
    out.push('\n');
}

fn timeline(chaos: &ChaosOutcome) -> Vec<String> {
    let steps = chaos.timeline.iter();
    let line = |step| format!("{} {}", moment_words(step), escaped(&step_words(step), 300));
    steps.map(line).collect()
}

fn recovery(chaos: &ChaosOutcome) -> Vec<String> {
    let lines = chaos.recovery.iter();
    lines
        .map(|back| escaped(&recovery_words(back), 300))
        .collect()
}

fn ledger(chaos: &ChaosOutcome) -> Vec<String> {
    let stores = chaos.ledger.iter();
    let line = |(store, tallies): (&crate::model::chaos::Store, _)| {
        format!("{}: {}", store.word(), escaped(&tally_words(tallies), 400))
    };
    stores.map(line).collect()
}

fn probes(chaos: &ChaosOutcome, out: &mut String) {
    let rows = probe_rows(chaos);
    if rows.is_empty() {
        return;
    }
    out.push_str(
        "| probe | phase | attempts | ok | bad | no answer | p50 ms | p99 ms |\n\
         |---|---|--:|--:|--:|--:|--:|--:|\n",
    );
    for (probe, phase, seen) in rows {
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
            escaped(probe, 60),
            phase.word(),
            seen.attempts,
            seen.ok,
            seen.bad,
            seen.info,
            ms(seen.p50_ms),
            ms(seen.p99_ms),
        ));
    }
    out.push('\n');
}
