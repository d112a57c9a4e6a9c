//! GitHub workflow commands: what did not hold, shown at the line of the file that promised it.

use super::clean;
use super::sheet::{Sheet, State};
use crate::model::check::CheckResult;

/// Most of each kind: GitHub shows ten of each in a step and drops the others without a word.
pub(crate) const MOST: usize = 8;
/// Greatest length of a message in characters.
pub(crate) const MESSAGE: usize = 400;

/// One line each, the worst first, then how many more there are.
pub(crate) fn render(sheet: &Sheet<'_>) -> String {
    let errors = of(sheet, &[State::Failed, State::Undecided]);
    let warnings = of(sheet, &[State::Warned, State::Waived]);
    let mut out = String::new();
    for (kind, checks) in [("error", &errors), ("warning", &warnings)] {
        for check in checks.iter().take(MOST) {
            out.push_str(&line(sheet, kind, check));
        }
    }
    let more = |checks: &[&CheckResult]| checks.len().saturating_sub(MOST);
    let (errors, warnings) = (more(&errors), more(&warnings));
    if errors + warnings > 0 {
        let text = format!("{errors} more errors and {warnings} more warnings in report.json");
        out.push_str(&format!("::notice title=proofhouse::{text}\n"));
    }
    out
}

/// Checks in these states, in the order of the states.
fn of<'a>(sheet: &Sheet<'a>, states: &[State]) -> Vec<&'a CheckResult> {
    let all = &sheet.report.checks;
    let of_state = |state: &State| {
        let state = *state;
        all.iter().filter(move |check| sheet.state(check) == state)
    };
    states.iter().flat_map(of_state).collect()
}

fn line(sheet: &Sheet<'_>, kind: &str, check: &CheckResult) -> String {
    let mut properties = Vec::new();
    if let Some(place) = &check.place {
        properties.push(format!("file={}", property(&place.file)));
        properties.push(format!("line={}", place.line));
        properties.push(format!("col={}", place.column));
    }
    let code = check.reason_code.as_deref().unwrap_or(check.verdict.word());
    let title = format!("{}: {}", sheet.report.suite, code);
    properties.push(format!("title={}", property(&title)));
    let waived = sheet.waiver(check).map(|why| format!("waived ({why}): "));
    let told = format!(
        "{}{}: saw {}; wanted {}",
        waived.unwrap_or_default(),
        check.title,
        check.saw,
        check.wanted
    );
    let message = data(&clean::line(&told, MESSAGE));
    format!("::{kind} {}::{message}\n", properties.join(","))
}

/// The data of a command: percent signs and line ends are escaped.
pub(crate) fn data(raw: &str) -> String {
    raw.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property's value: also what separates properties.
pub(crate) fn property(raw: &str) -> String {
    data(&clean::line(raw, 200))
        .replace(':', "%3A")
        .replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::verdict::Verdict;
    use crate::report::testdata;

    #[test]
    fn at_most_eight_of_each_and_the_rest_is_counted() {
        let mut report = testdata::report("fail");
        let failed = report.checks.iter().find(|c| c.verdict == Verdict::Fail);
        let failed = failed.unwrap().clone();
        let mut warned = failed.clone();
        warned.verdict = Verdict::Warn;
        let mut undecided = failed.clone();
        undecided.verdict = Verdict::Error;
        undecided.title = "undecided".into();
        let of = |check: &CheckResult, n| vec![check.clone(); n];
        report.checks = [of(&undecided, 7), of(&warned, 20), of(&failed, 5)].concat();
        let lines = render(&Sheet::from(&report));
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines.len(), 17);
        assert!(
            lines[..8]
                .iter()
                .all(|line| line.starts_with("::error file="))
        );
        assert!(!lines[4].contains("undecided") && lines[5].contains("undecided"));
        assert!(
            lines[8..16]
                .iter()
                .all(|line| line.starts_with("::warning "))
        );
        assert!(lines[16].ends_with("4 more errors and 12 more warnings in report.json"));
    }

    #[test]
    fn a_pass_has_no_lines_and_hostile_text_cannot_make_commands() {
        let passed = testdata::report("pass");
        assert_eq!(render(&Sheet::from(&passed)), "");
        let report = testdata::hostile();
        let text = render(&Sheet::from(&report));
        assert!(!text.is_empty());
        for line in text.lines() {
            assert!(
                line.starts_with("::error ") || line.starts_with("::warning "),
                "{line}"
            );
            assert_eq!(clean::text(line), line);
        }
    }
}
