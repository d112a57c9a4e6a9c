//! On the screen: every check that did not pass, the worst first, equal reasons told once.

use super::columns::wrapped;
use super::text::{labelled, painted};
use super::{Style, clean};
use crate::model::check::CheckResult;
use crate::model::report::Report;
use crate::model::verdict::Verdict;

/// Where the text of a block begins.
const INDENT: usize = 14;
/// Checks with the same reason that are named.
const NAMED: usize = 6;

/// All blocks.
pub(crate) fn blocks(report: &Report, style: Style) -> String {
    let told = worst_first(report).map(|group| block(&group, style));
    told.collect::<Vec<_>>().join("\n")
}

/// All groups of checks that did not pass, the worst first.
pub(crate) fn worst_first(report: &Report) -> impl Iterator<Item = Vec<&CheckResult>> {
    let worst = [
        Verdict::Fail,
        Verdict::Error,
        Verdict::Warn,
        Verdict::Skipped,
    ];
    worst
        .into_iter()
        .flat_map(move |verdict| groups(report, verdict))
}

/// Checks of one verdict; undecided and skipped ones with the same reason together.
fn groups(report: &Report, verdict: Verdict) -> Vec<Vec<&CheckResult>> {
    let mut groups: Vec<Vec<&CheckResult>> = Vec::new();
    for check in report
        .checks
        .iter()
        .filter(|check| check.verdict == verdict)
    {
        let alike = groups.iter_mut().find(|group| is_alike(group[0], check));
        match alike {
            Some(group) => group.push(check),
            None => groups.push(vec![check]),
        }
    }
    // What was not executed is a consequence: causes come first.
    groups.sort_by_key(|group| group[0].reason_code.as_deref() == Some("NOT_EXECUTED"));
    groups
}

fn is_alike(a: &CheckResult, b: &CheckResult) -> bool {
    matches!(a.verdict, Verdict::Error | Verdict::Skipped)
        && (&a.reason_code, &a.saw, &a.next) == (&b.reason_code, &b.saw, &b.next)
}

fn block(group: &[&CheckResult], style: Style) -> String {
    let first = group[0];
    let mut out = title(first, style);
    let mut field = |name: &str, text: &str| {
        let label = format!("      {name}");
        out.push_str(&labelled(&label, INDENT, text, style.width));
    };
    if first.verdict != Verdict::Skipped {
        field("wanted", &first.wanted);
    }
    field("saw", &capped(&first.saw));
    if let Some(when) = &first.when {
        field("when", when);
    }
    if let Some(next) = &first.next {
        out.push_str(&next_line(next, style));
    }
    let mut field = |name: &str, text: &str| {
        let label = format!("      {name}");
        out.push_str(&labelled(&label, INDENT, text, style.width));
    };
    if let Some(code) = &first.reason_code {
        field("reason", code);
    }
    if group.len() > 1 {
        field("same", &others(&group[1..]));
    }
    out
}

/// What to do; a command stays on one line, because it is copied.
fn next_line(next: &str, style: Style) -> String {
    let width = match next.starts_with("proofhouse ") {
        true => usize::MAX,
        false => style.width,
    };
    labelled("      next", INDENT, next, width)
}

/// `4 more: a, b, c, d`; many are only counted.
fn others(rest: &[&CheckResult]) -> String {
    let ids: Vec<&str> = rest
        .iter()
        .take(NAMED)
        .map(|check| check.id.as_str())
        .collect();
    let more = match rest.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(", and {n} in report.json"),
    };
    format!("{} more: {}{more}", rest.len(), ids.join(", "))
}

/// `FAIL  title        file:line:col`, or the place below where both do not fit.
fn title(check: &CheckResult, style: Style) -> String {
    let word = painted(check.verdict, style);
    let place = check
        .place
        .as_ref()
        .map(|place| clean::line(&place.to_string(), 200));
    let title = clean::line(&check.title, 200);
    let plain = check.verdict.word().len() + 2 + title.chars().count();
    let whole = wrapped(&title, style.width - 9).join("\n      ");
    let Some(place) = place else {
        return format!("{word}  {whole}\n");
    };
    let gap = style.width.saturating_sub(plain + place.chars().count());
    if gap >= 2 {
        return format!("{word}  {title}{:gap$}{place}\n", "");
    }
    format!("{word}  {whole}\n      {:8}{place}\n", "at")
}

/// Long reasons (the end of a service's output) stay readable.
fn capped(saw: &str) -> String {
    clean::shortened(&clean::text(saw), 800)
}
