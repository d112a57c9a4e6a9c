//! A decision in Markdown, for step summaries and comments: the verdict, what closes the gate, the rest folded.

use super::alike::{Alike, folded as alike, sum};
use super::text::{counted, evidence};
use super::tree::{Branch, Family, branches, forgiven};
use crate::model::decision::{Decision, Finding, State};
use crate::report::clean;
use crate::report::markdown::{MOST, escaped};

/// Most that the table of findings that close the gate takes, in bytes.
const CLOSING: usize = 22_000;
/// Most that each folded part takes, in bytes.
const FOLDED: usize = 7_000;
/// Exit codes that another run can change.
const CURABLE: [u8; 2] = [3, 4];

/// The whole page.
pub(crate) fn render(decision: &Decision) -> String {
    let (closing, open): (Vec<&Finding>, Vec<&Finding>) = decision
        .findings
        .iter()
        .partition(|finding| finding.exit_code != 0);
    let mut out = head(decision);
    out.push_str(&table(&closing, CLOSING));
    let title = match open.len() {
        1 => "1 finding leaves the gate open".to_owned(),
        n => format!("{n} findings leave the gate open"),
    };
    out.push_str(&folded(open.is_empty(), &title, &table(&open, FOLDED)));
    let branches = branches(decision);
    for family in [Family::Rules, Family::Evidence, Family::Waivers] {
        out.push_str(&part(family, &branches));
    }
    out.push_str(&again(decision, &closing));
    clean::capped(&out, MOST)
}

fn head(decision: &Decision) -> String {
    let (mark, word) = match (decision.exit_code, decision.verdict) {
        (0, State::Pass) => ("✅", "open"),
        (0, _) => ("⚠️", "open"),
        _ => ("❌", "closed"),
    };
    let question = &decision.question;
    let artifact = question.artifact.as_ref().map_or_else(String::new, |told| {
        format!(" Artifact {}.", escaped(told, 80))
    });
    format!(
        "## {mark} Release gate {word}: {}\n\n\
         Exit code {}: {}. Evidence: {}.\n\n\
         Commit {}.{artifact} Policy {}. At {}.\n\n",
        decision.verdict.word(),
        decision.exit_code,
        counted(decision),
        escaped(&evidence(decision), 200),
        escaped(&question.commit, 64),
        escaped(&decision.policy.path, 120),
        question.now.strftime("%Y-%m-%d %H:%M:%S UTC"),
    )
}

/// A sign beside the word, never instead of it.
fn mark(state: State) -> &'static str {
    match state {
        State::Pass => "✅",
        State::Waived => "〰️",
        State::Warn => "⚠️",
        State::Inconclusive | State::Invalid => "❓",
        State::NoEvidence => "🚫",
        State::Fail => "❌",
    }
}

/// A table of findings in at most `room` bytes, the worst first, those that say the same in one row; the rest is
/// counted.
fn table(findings: &[&Finding], room: usize) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "| state | what | wanted | saw | what takes it away |\n|---|---|---|---|---|\n",
    );
    let groups = alike(findings);
    let rows = groups.iter().map(|group| (group.size(), row(group)));
    fill(&mut out, rows, sum(&groups), room);
    out.push('\n');
    out
}

/// Adds lines, each with how many things it tells, while there is room; says how many there was none for.
fn fill(out: &mut String, lines: impl Iterator<Item = (usize, String)>, all: usize, room: usize) {
    let mut told = 0;
    for (things, line) in lines {
        if out.len() + line.len() > room {
            let left = all.saturating_sub(told);
            out.push_str(&format!("\n{left} more in the decision's JSON.\n"));
            return;
        }
        told += things;
        out.push_str(&line);
    }
}

fn row(group: &Alike<'_>) -> String {
    let finding = group.first;
    let below = |text: Option<&str>, most| {
        text.map_or_else(String::new, |text| format!("<br>{}", escaped(text, most)))
    };
    let place = finding.place.as_ref().map(ToString::to_string);
    format!(
        "| {} {}<br>{}{} | {}{}{}{}{} | {} | {} | {} |\n",
        mark(finding.state),
        finding.state.word().replace('_', " "),
        escaped(&finding.code, 60),
        below(forgiven(finding).as_deref(), 80),
        escaped(&finding.title, 200),
        below(finding.check.as_deref(), 160),
        below(
            finding
                .rule
                .as_ref()
                .map(|rule| format!("rule {rule}"))
                .as_deref(),
            80
        ),
        below(place.as_deref(), 120),
        below(group.more().as_deref(), 400),
        escaped(&finding.wanted, 200),
        escaped(&finding.saw, 300),
        escaped(&finding.next, 300),
    )
}

fn folded(empty: bool, title: &str, body: &str) -> String {
    match empty {
        true => String::new(),
        false => format!("<details><summary>{title}</summary>\n\n{body}\n</details>\n\n"),
    }
}

/// The branches of one family, one line each, folded.
fn part(family: Family, branches: &[Branch<'_>]) -> String {
    let of: Vec<&Branch<'_>> = branches
        .iter()
        .filter(|branch| branch.family == family)
        .collect();
    let lines = of.iter().map(|branch| {
        let told = match branch.told.is_empty() {
            true => count(branch.findings.len(), "finding"),
            false => escaped(&branch.told, 300),
        };
        let (mark, word) = (mark(branch.state), branch.state.word().replace('_', " "));
        let name = escaped(&branch.name, 160);
        (1, format!("- {mark} {word}: {name}: {told}\n"))
    });
    let mut body = String::new();
    fill(&mut body, lines, of.len(), FOLDED);
    let title = match family {
        Family::Rules => count(of.len(), "rule"),
        Family::Waivers => count(of.len(), "waiver"),
        Family::Evidence | Family::Gate => format!("{} of evidence", count(of.len(), "piece")),
    };
    folded(of.is_empty(), &title, &body)
}

/// How to ask again, and what to run before that.
fn again(decision: &Decision, closing: &[&Finding]) -> String {
    let letters = decision.question.commit.chars();
    let commit: String = letters
        .filter(char::is_ascii_alphanumeric)
        .take(64)
        .collect();
    let curable = closing
        .iter()
        .any(|finding| CURABLE.contains(&finding.exit_code));
    let rerun = match curable {
        true => format!(
            "What to run again: `proofhouse gate --commit {commit} --emit-rerun plan.json`.\n\n"
        ),
        false => String::new(),
    };
    format!("{rerun}Every finding in full: `proofhouse gate explain --commit {commit}`.\n")
}

fn count(number: usize, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::decision::testdata::{hostile, sample};
    use crate::report::testdata::HOSTILE;

    #[test]
    fn the_verdict_stands_first_and_what_is_waived_is_counted() {
        let page = render(&sample());
        assert!(
            page.starts_with(
                "## ❌ Release gate closed: fail\n\nExit code 1: 2 findings close it, 3 told, 1 of them waived. "
            ),
            "{page}"
        );
        for words in [
            "| ❌ fail<br>P95\\_ABOVE\\_SLO |",
            "| 🚫 no evidence<br>MISSING |",
            "〰️ waived<br>RULE\\_FAILED<br>waived by W-7 |",
            "- 〰️ waived: p95: asked of 6: 1 failed",
            "- ✅ pass: search: performance report: pass",
            "--emit-rerun plan.json`",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
    }

    #[test]
    fn an_open_gate_with_something_waived_is_not_told_as_a_pass() {
        let mut decision = sample();
        decision
            .findings
            .retain(|finding| finding.state == State::Waived);
        (decision.verdict, decision.exit_code) = (State::Waived, 0);
        let page = render(&decision);
        assert!(
            page.starts_with("## ⚠️ Release gate open: waived\n"),
            "{page}"
        );
        assert!(!page.contains("--emit-rerun"), "{page}");
    }

    #[test]
    fn it_never_grows_beyond_its_cap() {
        let mut decision = hostile(&HOSTILE.repeat(20));
        let all = decision.findings.clone();
        let many = all.into_iter().cycle().take(5_000).enumerate();
        // Each with a reason of its own, or they would be told as one.
        let many = many.map(|(n, one)| Finding {
            code: format!("C{n}"),
            ..one
        });
        decision.findings = many.collect();
        let page = render(&decision);
        assert!(page.len() <= MOST, "{}", page.len());
        assert!(page.contains("more in the decision's JSON"));
        assert!(page.contains("Every finding in full"));
    }

    #[test]
    fn equal_findings_are_one_row_and_counted() {
        let mut decision = sample();
        let warned = decision.findings[2].clone();
        decision.findings.extend(vec![warned; 17]);
        let page = render(&decision);
        assert_eq!(page.matches("<br>ERRORS |").count(), 1, "{page}");
        assert!(page.contains("<br>and 17 more like it | "), "{page}");
        assert!(page.contains("20 findings leave the gate open"), "{page}");
        // What closes the gate is folded only where there is very much of it, and stays named.
        let failed = decision.findings[0].clone();
        decision.findings = vec![failed; 10];
        assert!(!render(&decision).contains("more like it"));
        decision.findings.push(decision.findings[0].clone());
        let page = render(&decision);
        assert!(
            page.contains("<br>and 10 more like it: cart/p95/slo, "),
            "{page}"
        );
    }

    #[test]
    fn what_there_is_no_room_for_is_counted_with_those_that_it_stands_for() {
        let mut out = String::new();
        let lines = [
            (1, "a\n".to_owned()),
            (17, "b\n".to_owned()),
            (3, "c".repeat(99)),
        ];
        fill(&mut out, lines.into_iter(), 21, 20);
        assert_eq!(out, "a\nb\n\n3 more in the decision's JSON.\n");
    }

    #[test]
    fn hostile_text_stays_in_its_cell() {
        let page = render(&hostile(HOSTILE));
        assert_eq!(clean::text(&page), page);
        assert!(!page.contains("<a href") && !page.contains("@all") && !page.contains("<!--"));
        for row in page.lines().filter(|line| line.starts_with("| ")) {
            assert_eq!(row.replace("\\|", "").matches('|').count(), 6, "{row}");
        }
    }
}
