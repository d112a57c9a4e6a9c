//! Every check in tables, one a catalogue: passed ones are folded, never left out silently.

use super::markup::{Head, badge, code, line, place, table, text};
use crate::model::check::CheckResult;
use crate::report::sheet::{Sheet, State, class_word, group};
use std::collections::BTreeMap;

/// Most checks that did not hold, of all catalogues together.
const MOST_BAD: usize = 300;
/// Most of the others.
const MOST_GOOD: usize = 400;
/// From so many checks on those that passed are only listed.
const MANY: usize = 300;

/// One table for each catalogue, or family where there is none.
pub(crate) fn all(sheet: &Sheet<'_>) -> String {
    let mut groups: BTreeMap<(&str, &str), Vec<&CheckResult>> = BTreeMap::new();
    for check in &sheet.report.checks {
        let key = (class_word(check), group(check));
        groups.entry(key).or_default().push(check);
    }
    let (mut out, mut room) = (String::new(), [MOST_BAD, MOST_GOOD]);
    for ((class, name), mut checks) in groups {
        checks.sort_by_key(|check| order(sheet.state(check)));
        let shown = fitting(sheet, &checks, &mut room);
        out.push_str(&folded(sheet, (class, name), &checks, &shown));
    }
    out
}

/// Whether a check deserves a look.
fn is_bad(sheet: &Sheet<'_>, check: &CheckResult) -> bool {
    !matches!(sheet.state(check), State::Passed | State::Skipped)
}

/// Those that there is room for: good ones never take the room of bad ones.
fn fitting<'a>(
    sheet: &Sheet<'_>,
    checks: &[&'a CheckResult],
    room: &mut [usize; 2],
) -> Vec<&'a CheckResult> {
    let mut shown = Vec::new();
    for check in checks {
        let left = &mut room[usize::from(!is_bad(sheet, check))];
        if *left > 0 {
            *left -= 1;
            shown.push(*check);
        }
    }
    shown
}

/// The worst first.
fn order(state: State) -> u8 {
    match state {
        State::Failed => 0,
        State::Undecided => 1,
        State::Waived => 2,
        State::Warned => 3,
        State::Skipped => 4,
        State::Passed => 5,
    }
}

fn folded(
    sheet: &Sheet<'_>,
    (class, name): (&str, &str),
    checks: &[&CheckResult],
    shown: &[&CheckResult],
) -> String {
    let bad = checks.iter().any(|check| is_bad(sheet, check));
    let open = if bad { " open" } else { "" };
    let title = match class == name {
        true => class.to_owned(),
        false => format!("{name} ({class})"),
    };
    let summary = format!("{title}: {}", counted(sheet, checks));
    let more = match checks.len() - shown.len() {
        0 => String::new(),
        n => format!("<p>{n} more are in report.json.</p>"),
    };
    let many = sheet.report.checks.len() > MANY;
    let listed = |check: &&CheckResult| many && sheet.state(check) == State::Passed;
    let (listed, tabled): (Vec<&CheckResult>, Vec<&CheckResult>) =
        shown.iter().copied().partition(listed);
    format!(
        "<details{open}><summary>{}</summary>{}{}{more}</details>\n",
        text(&summary),
        rows(sheet, &title, &tabled),
        list(&listed)
    )
}

/// What passed, a line each.
fn list(checks: &[&CheckResult]) -> String {
    if checks.is_empty() {
        return String::new();
    }
    let item = |check: &&CheckResult| {
        format!(
            "<li>{}: {}</li>",
            line(&check.id, 100),
            line(&check.saw, 80)
        )
    };
    let items: String = checks.iter().map(item).collect();
    format!("<p>Passed:</p><ul>{items}</ul>")
}

/// `1 fail, 11 pass`.
fn counted(sheet: &Sheet<'_>, checks: &[&CheckResult]) -> String {
    let mut counts: BTreeMap<u8, (&'static str, usize)> = BTreeMap::new();
    for check in checks {
        let state = sheet.state(check);
        counts.entry(order(state)).or_insert((state.word(), 0)).1 += 1;
    }
    let told = counts.values().map(|(word, n)| format!("{n} {word}"));
    told.collect::<Vec<String>>().join(", ")
}

fn rows(sheet: &Sheet<'_>, title: &str, checks: &[&CheckResult]) -> String {
    if checks.is_empty() {
        return String::new();
    }
    let caption = format!("Checks of {title}");
    let state = |check: &CheckResult| badge(sheet.state(check));
    let heads = ["check", "verdict", "wanted", "saw", "written in"].map(Head::Word);
    let row = |check: &&CheckResult| {
        vec![
            format!(
                "{}<br>{}{}",
                line(&check.title, 200),
                code(&check.id),
                standard(check)
            ),
            state(check),
            line(&check.wanted, 200),
            line(&check.saw, 300),
            place(check),
        ]
    };
    table(
        &caption,
        &heads,
        &checks.iter().map(row).collect::<Vec<_>>(),
    )
}

fn standard(check: &CheckResult) -> String {
    check.source.as_ref().map_or_else(String::new, |source| {
        format!("<br><span class=\"muted\">{}</span>", line(source, 200))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata;

    #[test]
    fn catalogues_have_tables_of_their_own_with_the_worst_first() {
        let mut report = testdata::report("fail");
        for (at, check) in report.checks.iter_mut().enumerate() {
            check.id = format!("{}-{at}", if at < 4 { "AL" } else { "JB" });
        }
        let html = all(&Sheet::from(&report));
        assert!(
            html.contains("<summary>AL (generator): 4 pass</summary>"),
            "{html}"
        );
        assert!(
            html.contains("<details open><summary>JB (regression): 2 fail"),
            "{html}"
        );
    }

    #[test]
    fn what_has_no_room_is_counted() {
        let mut report = testdata::report("pass");
        let first = report.checks[0].clone();
        report.checks = vec![first; MOST_GOOD + 7];
        let html = all(&Sheet::from(&report));
        assert!(html.contains("<p>7 more are in report.json.</p>"));
    }
}
