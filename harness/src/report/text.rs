//! The screen: verdict, numbers, what did not hold, what to know, and the verdict again.

use super::columns::{duration, error_rate, ms, resource, short, wrapped};
use super::{Style, clean, text_chaos, text_checks};
use crate::model::plan::Profile;
use crate::model::report::{Measurement, Report};
use crate::model::verdict::Verdict;
use anstyle::{AnsiColor, Style as Paint};

/// Examples of failed requests that are shown.
const EXAMPLES: usize = 5;

/// The whole screen.
pub(crate) fn render(report: &Report, style: Style) -> String {
    let style = Style {
        width: style.width.max(60),
        ..style
    };
    let mut sections = vec![header(report, style)];
    sections.extend(text_chaos::sections(report, style));
    sections.extend([
        tables(report, style),
        text_checks::blocks(report, style),
        examples(report, style),
        notes(report, style),
        closing(report, style),
    ]);
    let told: Vec<String> = sections.into_iter().filter(|s| !s.is_empty()).collect();
    told.join("\n")
}

/// A verdict in capitals, coloured where asked for.
pub(crate) fn painted(verdict: Verdict, style: Style) -> String {
    let word = verdict.word().to_uppercase();
    if !style.colour {
        return word;
    }
    let colour = match verdict {
        Verdict::Pass => AnsiColor::Green,
        Verdict::Warn => AnsiColor::Yellow,
        Verdict::Error => AnsiColor::Magenta,
        Verdict::Fail => AnsiColor::Red,
        Verdict::Skipped => AnsiColor::Cyan,
    };
    let paint = Paint::new().fg_color(Some(colour.into())).bold();
    format!("{paint}{word}{paint:#}")
}

/// Lines of a paragraph: the first after its label, the others below it.
pub(crate) fn labelled(label: &str, indent: usize, raw: &str, width: usize) -> String {
    let lines = wrapped(raw, width.saturating_sub(indent).max(20));
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        let label = if at == 0 { label } else { "" };
        out.push_str(format!("{label:indent$}{line}").trim_end());
        out.push('\n');
    }
    out
}

fn header(report: &Report, style: Style) -> String {
    let suite = clean::line(&report.suite, 40);
    let mut out = format!("{}  {suite}", painted(report.verdict, style));
    if report.profile == Profile::Quick {
        out.push_str("  (quick: durations shortened)");
    }
    out.push('\n');
    let machine = &report.environment.machine;
    let facts = format!(
        "{}; {} cores; {} GiB; kernel {}; {}",
        machine.cpu_model, machine.cores, machine.memory_gib, machine.kernel, machine.runner_image
    );
    out.push_str(&labelled("  commit", 12, &commit(report), style.width));
    out.push_str(&labelled("  run", 12, &run(report), style.width));
    out.push_str(&labelled("  machine", 12, &facts, style.width));
    if !report.fit_for_release {
        let reasons = report.unfit_reasons.join("; ");
        let text = format!("not fit for release: {reasons}");
        out.push_str(&labelled("  note", 12, &text, style.width));
    }
    out
}

/// The commit in words: `4f2c1e0aab12 (clean)`.
pub(crate) fn commit(report: &Report) -> String {
    let Some(commit) = &report.subject.commit else {
        return "none: not in a work tree".into();
    };
    let commit: String = commit.chars().take(12).collect();
    let state = if report.subject.dirty {
        "changed since"
    } else {
        "clean"
    };
    format!("{} ({state})", clean::line(&commit, 12))
}

/// Short id (as commands take it), time and length of the run.
pub(crate) fn run(report: &Report) -> String {
    let started = report.run.started_at;
    let id = clean::line(&report.id, 64);
    let from = id.char_indices().rev().nth(7).map_or(0, |(at, _)| at);
    let id = &id[from..];
    let at = started.strftime("%Y-%m-%d %H:%M:%S UTC");
    match report.run.finished_at {
        Some(end) => format!("{id}, {at}, {}", duration(seconds(report, end))),
        None => format!("{id}, {at}, never finished"),
    }
}

fn seconds(report: &Report, end: jiff::Timestamp) -> f64 {
    end.duration_since(report.run.started_at)
        .as_secs_f64()
        .max(0.0)
}

fn tables(report: &Report, style: Style) -> String {
    let mut out = String::new();
    let mut scenario = "";
    for row in &report.measurements {
        if row.scenario != scenario {
            if !scenario.is_empty() {
                out.push('\n');
            }
            scenario = &row.scenario;
            out.push_str(&table_head(row, style));
        }
        out.push_str(&table_row(row, style));
    }
    out
}

/// Width of the column of names: what 80 columns leave, at least.
fn name_width(style: Style) -> usize {
    (style.width - 64).min(28)
}

fn table_head(row: &Measurement, style: Style) -> String {
    let title = format!(
        "{}: {} users of each service, {} judged, {} workload model",
        row.scenario,
        row.users,
        duration(row.steady_seconds),
        row.workload_model
    );
    let name = name_width(style);
    let mut out = labelled("", 0, &title, style.width);
    out.push_str(&format!(
        "  {:name$}{:>7}{:>7}{:>7}{:>7}{:>9}{:>9}{:>7}{:>7}\n",
        "service", "p50", "p95", "p99", "max", "req/s", "errors", "CPU", "mem"
    ));
    out.push_str(&format!(
        "  {:name$}{:>7}{:>7}{:>7}{:>7}{:>9}{:>9}{:>7}{:>7}\n",
        "", "ms", "ms", "ms", "ms", "good", "", "% core", "MiB"
    ));
    out
}

/// A name that is wider than its column has a line of its own: it may be copied.
fn table_row(row: &Measurement, style: Style) -> String {
    let name = name_width(style);
    let mut cell = clean::line(&row.service, style.width.saturating_sub(2));
    let mut above = String::new();
    if cell.chars().count() > name {
        above = format!("  {cell}\n");
        cell.clear();
    }
    let numbers = format!(
        "  {cell:name$}{:>7}{:>7}{:>7}{:>7}{:>9}{:>9}{:>7}{:>7}\n",
        ms(row.p50_latency_ms),
        ms(row.p95_latency_ms),
        ms(row.p99_latency_ms),
        ms(row.max_latency_ms),
        short(row.throughput_rps),
        error_rate(row),
        resource(row.cpu_percent.map(|cpu| cpu.mean)),
        resource(row.memory_mb.map(|memory| memory.max)),
    );
    above + &numbers
}

fn examples(report: &Report, style: Style) -> String {
    let mut out = String::new();
    for failure in report.failures.iter().take(EXAMPLES) {
        let text = format!(
            "{} ({}) {}: {}",
            failure.service,
            failure.class.word(),
            failure.request,
            failure.detail
        );
        out.push_str(&labelled("  -", 4, &text, style.width));
        if let Some(body) = &failure.body {
            let body = clean::line(body, style.width.saturating_sub(11));
            out.push_str(&labelled("", 4, &format!("body: {body}"), style.width));
        }
    }
    let more = report.failures.len().saturating_sub(EXAMPLES);
    if more > 0 {
        out.push_str(&format!("  {more} more in report.json\n"));
    }
    if out.is_empty() {
        out
    } else {
        format!("first failed requests\n{out}")
    }
}

fn notes(report: &Report, style: Style) -> String {
    let notes = report.notes.iter();
    let told: String = notes
        .map(|note| labelled("  -", 4, note, style.width))
        .collect();
    if told.is_empty() {
        told
    } else {
        format!("notes\n{told}")
    }
}

fn closing(report: &Report, style: Style) -> String {
    let counts = report.counts;
    let several = [
        (counts.fail, "failed"),
        (counts.error, "undecided"),
        (counts.warn, "warned"),
        (counts.pass, "passed"),
        (counts.skipped, "skipped"),
    ];
    let told: Vec<String> = several
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    let verdict = painted(report.verdict, style);
    format!("{verdict}  {} checks: {}\n", counts.checks, told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata;

    #[test]
    fn fits_eighty_columns_and_says_the_verdict_without_colour() {
        for name in testdata::REPORTS {
            let report = testdata::report(name);
            let screen = render(&report, Style::default());
            assert!(screen.starts_with(&report.verdict.word().to_uppercase()));
            for line in screen.lines() {
                let wide = line.chars().count();
                assert!(
                    wide <= 80 || line.contains("  proofhouse "),
                    "{wide}: {line}"
                );
            }
            assert!(!screen.contains('\u{1b}'));
        }
    }

    #[test]
    fn a_long_name_is_told_whole_and_its_numbers_stay_in_their_columns() {
        let mut report = testdata::report("pass");
        report.measurements[0].service = "knowledge_graph_query".into();
        let screen = render(&report, Style::default());
        let mut lines = screen
            .lines()
            .skip_while(|line| *line != "  knowledge_graph_query");
        assert!(lines.next().is_some(), "{screen}");
        let numbers = lines.next().unwrap_or_default();
        assert!(numbers.starts_with(&" ".repeat(18)), "{numbers}");
        assert_eq!(numbers.trim().chars().next(), Some('3'), "{numbers}");
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let report = testdata::report("fail");
        let colour = Style {
            colour: true,
            width: 80,
        };
        let painted = render(&report, colour);
        assert!(painted.contains('\u{1b}'));
        assert_eq!(clean::text(&painted), render(&report, Style::default()));
    }

    #[test]
    fn hostile_text_cannot_steer_the_terminal() {
        let screen = render(&testdata::hostile(), Style::default());
        assert_eq!(clean::text(&screen), screen);
    }
}
