//! Markdown for step summaries and comments: what did not hold first, then the numbers.

use super::columns::{duration, error_rate, ms, resource, short};
use super::sheet::{Sheet, State};
use super::text::{commit, run};
use super::{clean, markdown_chaos, markdown_checks, text_checks};
use crate::model::check::CheckResult;
use crate::model::plan::Profile;
use crate::model::report::Report;
use crate::model::verdict::Verdict;

/// Greatest size in bytes: step summaries and comments are dropped whole beyond theirs.
pub(crate) const MOST: usize = 60_000;
/// Room for what follows the table of checks.
const TAIL: usize = 20_000;

/// The whole page.
pub(crate) fn render(sheet: &Sheet<'_>) -> String {
    let report = sheet.report;
    let mut out = head(report);
    out.push_str(&markdown_chaos::validations(report));
    checks(sheet, &mut out);
    let mut tail = markdown_chaos::story(report);
    tail.push_str(&measurements(report));
    tail.push_str(&notes(report));
    out.push_str(&clean::capped(&tail, TAIL));
    let again = markdown_checks::again(report);
    let room = MOST.saturating_sub(out.len() + again.len());
    out.push_str(&markdown_checks::passed(report, room));
    out.push_str(&again);
    clean::capped(&out, MOST)
}

fn head(report: &Report) -> String {
    let counts = report.counts;
    let mut out = format!(
        "## {} {}: {}\n\n{} checks: {} failed, {} undecided, {} warned, {} passed, {} skipped. \
         Commit {}. Run {}.\n\n",
        mark(report.verdict),
        escaped(&report.suite, 80),
        report.verdict.word(),
        counts.checks,
        counts.fail,
        counts.error,
        counts.warn,
        counts.pass,
        counts.skipped,
        escaped(&commit(report), 60),
        escaped(&run(report), 120),
    );
    if !report.fit_for_release {
        let reasons = escaped(&report.unfit_reasons.join("; "), 400);
        out.push_str(&format!("**Not fit for release**: {reasons}.\n\n"));
    }
    if report.profile == Profile::Quick {
        out.push_str("Durations were shortened (quick profile).\n\n");
    }
    out
}

/// A sign beside the word, never instead of it.
pub(crate) fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✅",
        Verdict::Warn => "⚠️",
        Verdict::Error => "❓",
        Verdict::Fail => "❌",
        Verdict::Skipped => "⏭️",
    }
}

/// The table of all checks that did not pass, as far as it fits, then a count.
fn checks(sheet: &Sheet<'_>, out: &mut String) {
    let groups = text_checks::worst_first(sheet.report);
    let rows: Vec<String> = groups.map(|group| row(sheet, &group)).collect();
    if rows.is_empty() {
        return;
    }
    out.push_str("| verdict | check | wanted | saw | where |\n|---|---|---|---|---|\n");
    let room = MOST - TAIL - 200;
    for (at, row) in rows.iter().enumerate() {
        if out.len() + row.len() > room {
            out.push_str(&format!(
                "\n{} more rows in report.json.\n",
                rows.len() - at
            ));
            break;
        }
        out.push_str(row);
    }
    out.push('\n');
}

fn row(sheet: &Sheet<'_>, group: &[&CheckResult]) -> String {
    let check = group[0];
    let waived = sheet.waiver(check);
    let (mark, word) = match &waived {
        Some(_) => ("〰️", State::Waived.word()),
        None => (mark(check.verdict), check.verdict.word()),
    };
    let waived = waived.map_or_else(String::new, |why| {
        format!("<br>waived: {}", escaped(&why, 120))
    });
    let more = match group.len() - 1 {
        0 => String::new(),
        n => format!("<br>and {n} more with the same reason"),
    };
    let when = check
        .when
        .as_ref()
        .map(|when| format!("<br>{}", escaped(when, 120)));
    let code = check
        .reason_code
        .as_ref()
        .map(|code| format!("<br>{}", escaped(code, 60)));
    let place = check
        .place
        .as_ref()
        .map(|place| escaped(&place.to_string(), 120));
    format!(
        "| {mark} {word}{}{waived} | {}{more} | {} | {}{} | {} |\n",
        code.unwrap_or_default(),
        escaped(&check.title, 200),
        escaped(&check.wanted, 200),
        escaped(&check.saw, 300),
        when.unwrap_or_default(),
        place.unwrap_or_default(),
    )
}

fn measurements(report: &Report) -> String {
    if report.measurements.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "| scenario | service | users | judged | p50 ms | p95 ms | p99 ms | max ms | good req/s \
         | errors | CPU % of a core | memory MiB |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for row in &report.measurements {
        let cells = [
            escaped(&row.scenario, 60),
            escaped(&row.service, 60),
            row.users.to_string(),
            duration(row.steady_seconds),
            ms(row.p50_latency_ms),
            ms(row.p95_latency_ms),
            ms(row.p99_latency_ms),
            ms(row.max_latency_ms),
            short(row.throughput_rps),
            error_rate(row).replace('<', "&lt;"),
            resource(row.cpu_percent.map(|cpu| cpu.mean)),
            resource(row.memory_mb.map(|memory| memory.max)),
        ];
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out.push('\n');
    out
}

fn notes(report: &Report) -> String {
    let notes: Vec<String> = report
        .notes
        .iter()
        .map(|note| format!("- {}\n", escaped(note, 600)))
        .collect();
    if notes.is_empty() {
        return String::new();
    }
    format!(
        "<details><summary>What to know about these numbers</summary>\n\n{}\n</details>\n",
        notes.concat()
    )
}

/// One line in which nothing is markup, a mention or the end of a cell.
pub(crate) fn escaped(raw: &str, most: usize) -> String {
    let mut out = String::new();
    for c in clean::line(raw, most).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // An entity, because a mention is found even behind a backslash.
            '@' => out.push_str("&#64;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata;

    #[test]
    fn hostile_text_stays_in_its_cell() {
        let page = render(&Sheet::from(&testdata::hostile()));
        assert!(page.len() <= MOST, "{}", page.len());
        assert_eq!(clean::text(&page), page);
        assert!(!page.contains("<a href") && !page.contains("@all") && !page.contains("<!--"));
        let rows = page.lines().filter(|line| line.starts_with("| "));
        for row in rows {
            let cells = row.replace("\\|", "").matches('|').count();
            assert!([5, 6, 9, 13].contains(&cells), "{cells}: {row}");
        }
    }

    #[test]
    fn five_thousand_checks_fit_and_the_rest_is_counted() {
        let mut report = testdata::report("fail");
        let failed = report
            .checks
            .iter()
            .find(|check| check.verdict == Verdict::Fail);
        let failed = failed.cloned();
        report.checks = failed.into_iter().cycle().take(5000).collect();
        let page = render(&Sheet::from(&report));
        assert!(page.len() <= MOST, "{}", page.len());
        assert!(page.contains("more rows in report.json"));
        assert!(page.contains("| scenario | service |"));
        assert!(page.contains("Again: `proofhouse judge "));
    }
}
