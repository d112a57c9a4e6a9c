//! The gate's decision on the screen: open or closed, why, what would open it.

use super::alike::{Alike, folded, sum, unfolded};
use crate::model::decision::{Decision, Finding, Standing, State, WaiverState};
use crate::report::text::labelled;
use crate::report::{Style, clean};
use anstyle::{AnsiColor, Style as Paint};

/// Where the text of a block begins.
const INDENT: usize = 14;
/// Findings that are told in full, each with those that say the same; the rest is counted.
const MOST: usize = 40;

/// How much of a decision is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Closing findings, and the rest in one line each.
    Short,
    /// Every finding in full, with what would take it away, and what can be waived.
    Explained,
}

/// The whole screen.
pub fn decision(decision: &Decision, detail: Detail, style: Style) -> String {
    let style = Style {
        width: style.width.max(60),
        ..style
    };
    let mut out = header(decision, style);
    let (closing, open): (Vec<&Finding>, Vec<&Finding>) =
        decision.findings.iter().partition(|f| f.exit_code != 0);
    let (closing, open) = (groups(&closing, detail), groups(&open, detail));
    for group in closing.iter().take(MOST) {
        out.push('\n');
        out.push_str(&block(group, detail, style));
    }
    out.push_str(&left_out(&closing, "\n"));
    if !open.is_empty() {
        out.push('\n');
    }
    for group in open.iter().take(MOST) {
        out.push_str(&match detail {
            Detail::Short => lines(group, style),
            Detail::Explained => format!("{}\n", block(group, detail, style)),
        });
    }
    out.push_str(&left_out(&open, ""));
    out.push('\n');
    out.push_str(&closing_line(decision, style));
    out
}

/// Who asks for an explanation is told each finding by itself.
fn groups<'a>(findings: &[&'a Finding], detail: Detail) -> Vec<Alike<'a>> {
    match detail {
        Detail::Short => folded(findings),
        Detail::Explained => unfolded(findings),
    }
}

/// How many findings there was no room for.
fn left_out(groups: &[Alike<'_>], before: &str) -> String {
    match groups.get(MOST..).map_or(0, sum) {
        0 => String::new(),
        more => format!("{before}{more} more in the decision's JSON\n"),
    }
}

fn header(decision: &Decision, style: Style) -> String {
    let name = clean::line(&decision.policy.path, 60);
    let mut out = format!("{}  {name}\n", gate_word(decision, style));
    let question = &decision.question;
    let mut field = |name: &str, text: &str| {
        out.push_str(&labelled(&format!("  {name}"), 12, text, style.width))
    };
    field("commit", &question.commit);
    if let Some(artifact) = &question.artifact {
        field("artifact", artifact);
    }
    field(
        "at",
        &question.now.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    );
    field("policy", &decision.policy.digest);
    field("evidence", &evidence(decision));
    out
}

/// `9 counted, 3 of other commits, 1 refused; 312 checks`
pub(super) fn evidence(decision: &Decision) -> String {
    let of = |standing| {
        decision
            .inputs
            .iter()
            .filter(|one| one.standing == standing)
            .count()
    };
    let named = [
        (of(Standing::Counted), "counted"),
        (of(Standing::Superseded), "of earlier attempts"),
        (of(Standing::OtherCommit), "of other commits or none"),
        (of(Standing::Refused), "not believed"),
    ];
    let told = named
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"));
    let told: Vec<String> = told.collect();
    match told.is_empty() {
        true => "none".to_owned(),
        false => format!("{}; {} checks", told.join(", "), decision.counts.checks),
    }
}

fn gate_word(decision: &Decision, style: Style) -> String {
    match decision.exit_code {
        0 => paint("OPEN", AnsiColor::Green, style),
        _ => paint("CLOSED", AnsiColor::Red, style),
    }
}

fn state_word(state: State, style: Style) -> String {
    let (word, colour) = match state {
        State::Pass => ("PASS", AnsiColor::Green),
        State::Waived => ("WAIVED", AnsiColor::Cyan),
        State::Warn => ("WARN", AnsiColor::Yellow),
        State::Inconclusive => ("RERUN", AnsiColor::Magenta),
        State::Invalid => ("INVALID", AnsiColor::Magenta),
        State::NoEvidence => ("MISSING", AnsiColor::Red),
        State::Fail => ("FAIL", AnsiColor::Red),
    };
    paint(word, colour, style)
}

fn paint(word: &str, colour: AnsiColor, style: Style) -> String {
    if !style.colour {
        return word.to_owned();
    }
    let paint = Paint::new().fg_color(Some(colour.into())).bold();
    format!("{paint}{word}{paint:#}")
}

fn block(group: &Alike<'_>, detail: Detail, style: Style) -> String {
    let finding = group.first;
    let title = clean::line(&finding.title, 200);
    let mut out = format!("{}  {title}\n", state_word(finding.state, style));
    let mut field = |name: &str, text: &str| {
        if !text.is_empty() {
            out.push_str(&labelled(
                &format!("      {name}"),
                INDENT,
                text,
                style.width,
            ));
        }
    };
    field("wanted", &finding.wanted);
    field("saw", &finding.saw);
    field("next", &finding.next);
    field("reason", &finding.code);
    field("check", finding.check.as_deref().unwrap_or_default());
    field("rule", finding.rule.as_deref().unwrap_or_default());
    field("waiver", finding.waiver.as_deref().unwrap_or_default());
    field("file", finding.input.as_deref().unwrap_or_default());
    let place = finding.place.as_ref().map(ToString::to_string);
    field("place", &place.unwrap_or_default());
    field("same", &more(group).unwrap_or_default());
    if detail == Detail::Explained && finding.state == State::Fail && finding.check.is_some() {
        field(
            "or",
            "a waiver of at most 30 days in the policy's `waivers_file`, signed by one of `waiver_owners`",
        );
    }
    out
}

/// What a finding stands for beside itself, and who tells all of it.
fn more(group: &Alike<'_>) -> Option<String> {
    let more = group.more()?;
    Some(format!("{more}; `proofhouse gate explain` tells each"))
}

fn lines(group: &Alike<'_>, style: Style) -> String {
    let more = more(group).map(|more| labelled("", 9, &more, style.width));
    one_line(group.first, style) + &more.unwrap_or_default()
}

fn one_line(finding: &Finding, style: Style) -> String {
    let waiver = finding.waiver.as_ref();
    let about = waiver.map_or_else(String::new, |waiver| format!(" ({waiver})"));
    let text = format!("{}{about}: {}", finding.title, finding.saw);
    // Columns are counted without colour.
    let word = state_word(
        finding.state,
        Style {
            colour: false,
            ..style
        },
    );
    let line = labelled(&word, 9, &clean::line(&text, 200), style.width);
    line.replacen(&word, &state_word(finding.state, style), 1)
}

/// `CLOSED  fail (exit code 1): 2 findings close it, 3 told; 1 of 2 waivers used`
fn closing_line(decision: &Decision, style: Style) -> String {
    let mut text = format!(
        "{}  {} (exit code {}): {}",
        gate_word(decision, style),
        decision.verdict.word(),
        decision.exit_code,
        counted(decision),
    );
    let waivers = &decision.waivers.list;
    if !waivers.is_empty() {
        let used = waivers
            .iter()
            .filter(|one| one.state == WaiverState::Used)
            .count();
        text.push_str(&format!("; {used} of {} waivers used", waivers.len()));
    }
    text.push('\n');
    text
}

/// Findings that a waiver forgave: told and counted, and no pass.
pub(super) fn waived(decision: &Decision) -> usize {
    let findings = decision.findings.iter();
    findings
        .filter(|finding| finding.state == State::Waived)
        .count()
}

/// `2 findings close it, 3 told, 1 of them waived`
pub(crate) fn counted(decision: &Decision) -> String {
    let counts = decision.counts;
    let closing = match counts.closing {
        0 => "nothing closes it".to_owned(),
        1 => "1 finding closes it".to_owned(),
        n => format!("{n} findings close it"),
    };
    let forgiven = match waived(decision) {
        0 => String::new(),
        n => format!(", {n} of them waived"),
    };
    format!("{closing}, {} told{forgiven}", counts.open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::decision::testdata::{closed, finding};
    use crate::report::testdata::HOSTILE;

    #[test]
    fn a_closed_gate_says_why_and_what_opens_it() {
        let screen = decision(&closed("p95"), Detail::Short, Style::default());
        let wanted = "\
FAIL  checkout: p95
      wanted  p95
      saw     p95
      next    p95
      reason  P95_ABOVE_SLO
      check   p95
      file    p95

WARN     checkout: p95: p95

CLOSED  fail (exit code 1): 1 finding closes it, 1 told
";
        assert!(
            screen.starts_with("CLOSED  suites/release.gate.yaml\n"),
            "{screen}"
        );
        assert!(screen.ends_with(wanted), "{screen}");
        assert!(screen.contains("  evidence  none\n"), "{screen}");
    }

    #[test]
    fn equal_warnings_are_one_line_and_all_of_them_where_somebody_asks() {
        let mut first = closed("p95");
        let warned = finding(State::Warn, 0, "p95");
        first.findings.extend(vec![warned; 17]);
        first.counts.open = 18;
        let screen = decision(&first, Detail::Short, Style::default());
        let wanted = "
WARN     checkout: p95: p95
         and 17 more like it; `proofhouse gate explain` tells each

CLOSED  fail (exit code 1): 1 finding closes it, 18 told
";
        assert!(screen.ends_with(wanted), "{screen}");
        let explained = decision(&first, Detail::Explained, Style::default());
        assert_eq!(explained.matches("WARN  checkout: p95\n").count(), 18);
        assert!(!explained.contains("more like it"), "{explained}");
    }

    #[test]
    fn failures_are_folded_only_where_there_are_very_many_and_are_named() {
        let failed = |n: usize| Finding {
            check: Some(format!("check/{n}")),
            ..finding(State::Fail, 1, "p95")
        };
        let mut many = closed("p95");
        many.findings = (0..10).map(failed).collect();
        let screen = decision(&many, Detail::Short, Style::default());
        assert_eq!(screen.matches("FAIL  checkout: p95\n").count(), 10);
        many.findings = (0..60).map(failed).collect();
        let screen = decision(&many, Detail::Short, Style::default());
        assert_eq!(screen.matches("FAIL  checkout: p95\n").count(), 1);
        for words in ["same    and 59 more like it: check/1, check/2,", "explain"] {
            assert!(screen.contains(words), "{words}: {screen}");
        }
        let explained = decision(&many, Detail::Explained, Style::default());
        assert!(explained.contains("\n20 more in the decision's JSON\n"));
    }

    #[test]
    fn text_of_reports_cannot_steer_the_terminal() {
        let hostile = "\u{1b}[31mred\u{202e}\u{9b}2J\r\nFAIL\u{0}";
        for detail in [Detail::Short, Detail::Explained] {
            let screen = decision(&closed(hostile), detail, Style::default());
            assert_eq!(clean::text(&screen), screen);
        }
    }

    #[test]
    fn what_is_waived_is_counted() {
        let mut waived = closed("p95");
        waived.findings = vec![finding(State::Waived, 0, "p95")];
        (waived.verdict, waived.exit_code) = (State::Waived, 0);
        waived.counts.closing = 0;
        let screen = decision(&waived, Detail::Short, Style::default());
        assert!(screen.contains("WAIVED   checkout: p95: p95\n"), "{screen}");
        assert!(
            screen.ends_with(
                "OPEN  waived (exit code 0): nothing closes it, 1 told, 1 of them waived\n"
            ),
            "{screen}"
        );
        assert!(!screen.contains("PASS"), "{screen}");
        let hostile = decision(&closed(HOSTILE), Detail::Explained, Style::default());
        assert_eq!(clean::text(&hostile), hostile);
    }
}
