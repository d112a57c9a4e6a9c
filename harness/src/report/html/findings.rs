//! The verdict, and every check that did not pass: what, and by how much.

use super::excess;
use super::markup::{badge, code, facts, line, place, sign, text};
use crate::model::check::CheckResult;
use crate::model::plan::Profile;
use crate::model::report::Report;
use crate::model::verdict::Verdict;
use crate::report::sheet::{Sheet, State};
use crate::report::text::{commit, run};
use crate::report::text_checks;

/// Most findings that are told in full; the others are counted, and stand in the tables.
const MOST: usize = 60;
/// Checks with the same reason that are named.
const NAMED: usize = 12;

/// The head of the page: verdict first.
pub(crate) fn top(sheet: &Sheet<'_>) -> String {
    let report = sheet.report;
    let state = run_state(report.verdict);
    let word = state.word();
    format!(
        "<section class=\"verdict {word}\" aria-labelledby=\"verdict\">\n\
         <h1 id=\"verdict\">{} {} <span class=\"name\">{}</span></h1>\n\
         <p class=\"lead\">{}</p>\n{}{}</section>\n",
        sign(state),
        word.to_uppercase(),
        line(&report.suite, 120),
        text(&told(report)),
        unfit(report),
        facts(&[
            ("Commit", Some(line(&commit(report), 80))),
            ("Run", Some(line(&run(report), 200))),
            ("Kind", Some(line(&report.kind, 40))),
            ("Machine", Some(machine(report))),
        ])
    )
}

/// The verdict of a run as a state.
pub(crate) fn run_state(verdict: Verdict) -> State {
    match verdict {
        Verdict::Pass => State::Passed,
        Verdict::Warn => State::Warned,
        Verdict::Fail => State::Failed,
        Verdict::Error => State::Undecided,
        Verdict::Skipped => State::Skipped,
    }
}

/// `3 of 26 checks failed; 23 passed.`
pub(crate) fn told(report: &Report) -> String {
    let counts = report.counts;
    let several = [
        (counts.fail, "failed"),
        (counts.error, "could not be decided"),
        (counts.warn, "warned"),
        (counts.skipped, "were skipped"),
        (counts.pass, "passed"),
    ];
    let mut told = several.into_iter().filter(|(n, _)| *n > 0);
    let Some((n, word)) = told.next() else {
        return "No check was decided: there is nothing that could pass.".to_owned();
    };
    let rest: Vec<String> = told.map(|(n, word)| format!("{n} {word}")).collect();
    let rest = match rest.is_empty() {
        true => String::new(),
        false => format!("; {}", rest.join(", ")),
    };
    format!("{n} of {} checks {word}{rest}.", counts.checks)
}

fn unfit(report: &Report) -> String {
    let mut out = String::new();
    if !report.fit_for_release {
        let reasons = line(&report.unfit_reasons.join("; "), 800);
        out.push_str(&format!(
            "<p><strong>Not fit for release</strong>: {reasons}.</p>\n"
        ));
    }
    if report.profile == Profile::Quick {
        out.push_str("<p>Durations were shortened (quick profile).</p>\n");
    }
    out
}

fn machine(report: &Report) -> String {
    let machine = &report.environment.machine;
    let facts = format!(
        "{}; {} cores; {} GiB; kernel {}; {}",
        machine.cpu_model, machine.cores, machine.memory_gib, machine.kernel, machine.runner_image
    );
    line(&facts, 300)
}

/// Every check that did not pass, the worst first; equal reasons are told once.
pub(crate) fn all(sheet: &Sheet<'_>) -> String {
    let groups: Vec<Vec<&CheckResult>> = text_checks::worst_first(sheet.report).collect();
    let mut out: String = groups
        .iter()
        .take(MOST)
        .map(|group| finding(sheet, group))
        .collect();
    let more = groups.len().saturating_sub(MOST);
    if more > 0 {
        out.push_str(&format!(
            "<p>{more} more stand in the <a href=\"#checks\">tables of all checks</a>.</p>\n"
        ));
    }
    out
}

fn finding(sheet: &Sheet<'_>, group: &[&CheckResult]) -> String {
    let check = group[0];
    let state = sheet.state(check);
    let missed = excess::of(check).filter(|_| check.verdict == Verdict::Fail);
    let much = missed.map_or_else(String::new, |missed| {
        format!(
            "<p class=\"much\">{}</p>{}",
            text(&missed.words),
            excess::bar(&missed)
        )
    });
    format!(
        "<article class=\"{}\"><h3>{} {}</h3>{much}{}</article>\n",
        state.word(),
        badge(state),
        line(&check.title, 300),
        facts(&[
            ("saw", Some(line(&check.saw, 800))),
            ("wanted", wanted(check)),
            ("when", check.when.as_ref().map(|when| line(when, 300))),
            ("waived", sheet.waiver(check).map(|why| line(&why, 400))),
            ("next", check.next.as_ref().map(|next| next_step(next))),
            (
                "reason",
                check.reason_code.as_ref().map(|reason| code(reason))
            ),
            (
                "standard",
                check.source.as_ref().map(|source| line(source, 300))
            ),
            ("written in", Some(place(check))),
            ("check", Some(code(&check.id))),
            ("the same", others(&group[1..])),
        ])
    )
}

/// A skipped check was not asked: what it would have wanted says nothing.
fn wanted(check: &CheckResult) -> Option<String> {
    (check.verdict != Verdict::Skipped).then(|| line(&check.wanted, 400))
}

fn next_step(next: &str) -> String {
    match next.starts_with("proofhouse ") {
        true => code(next),
        false => line(next, 400),
    }
}

fn others(rest: &[&CheckResult]) -> Option<String> {
    let ids: Vec<String> = rest
        .iter()
        .take(NAMED)
        .map(|check| code(&check.id))
        .collect();
    let more = match rest.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(" and {n} in report.json"),
    };
    (!rest.is_empty()).then(|| format!("{} more: {}{more}", rest.len(), ids.join(", ")))
}
