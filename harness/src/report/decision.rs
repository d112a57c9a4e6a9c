//! The gate's decision on the screen: open or closed, why, what would open it.

use super::text::labelled;
use super::{Style, clean};
use crate::model::decision::{Decision, Finding, Standing, State, WaiverState};
use anstyle::{AnsiColor, Style as Paint};

/// Where the text of a block begins.
const INDENT: usize = 14;
/// Findings that are told in full; the rest is counted.
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
    let (closing, open): (Vec<_>, Vec<_>) =
        decision.findings.iter().partition(|f| f.exit_code != 0);
    for finding in closing.iter().take(MOST) {
        out.push('\n');
        out.push_str(&block(finding, detail, style));
    }
    if closing.len() > MOST {
        out.push_str(&format!(
            "\n{} more in the decision's JSON\n",
            closing.len() - MOST
        ));
    }
    if !open.is_empty() {
        out.push('\n');
    }
    for finding in open.iter().take(MOST) {
        out.push_str(&match detail {
            Detail::Short => one_line(finding, style),
            Detail::Explained => format!("{}\n", block(finding, detail, style)),
        });
    }
    if open.len() > MOST {
        out.push_str(&format!(
            "{} more in the decision's JSON\n",
            open.len() - MOST
        ));
    }
    out.push('\n');
    out.push_str(&closing_line(decision, style));
    out
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
fn evidence(decision: &Decision) -> String {
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

fn block(finding: &Finding, detail: Detail, style: Style) -> String {
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
    if detail == Detail::Explained && finding.state == State::Fail && finding.check.is_some() {
        field(
            "or",
            "a waiver of at most 30 days in the policy's `waivers_file`, signed by one of `waiver_owners`",
        );
    }
    out
}

fn one_line(finding: &Finding, style: Style) -> String {
    let about = finding
        .waiver
        .as_ref()
        .map_or_else(String::new, |waiver| format!(" ({waiver})"));
    let text = clean::line(&format!("{}{about}: {}", finding.title, finding.saw), 200);
    labelled(
        &format!("{:<7}", state_word(finding.state, style)),
        8,
        &text,
        style.width,
    )
}

/// `CLOSED  fail (exit code 1): 2 findings close it, 3 do not; 1 of 2 waivers used`
fn closing_line(decision: &Decision, style: Style) -> String {
    let counts = decision.counts;
    let mut text = format!(
        "{}  {} (exit code {}): {} close it, {} do not",
        gate_word(decision, style),
        decision.verdict.word(),
        decision.exit_code,
        match counts.closing {
            1 => "1 finding".to_owned(),
            n => format!("{n} findings"),
        },
        counts.open
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
