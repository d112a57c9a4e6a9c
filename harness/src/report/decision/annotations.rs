//! A decision as GitHub workflow commands: what closes the gate, at the line that promised it.

use super::alike::{Alike, folded, unfolded};
use super::tree::forgiven;
use crate::model::decision::{Decision, Finding};
use crate::report::annotations::{MESSAGE, MOST, data, property};
use crate::report::clean;

/// At most eight errors and eight warnings, the worst first, then how many more there are.
///
/// Equal warnings are one: eight about a first run would leave no room for the one that matters.
/// What closes the gate is told each at its own line.
pub(crate) fn render(decision: &Decision) -> String {
    let (closing, open): (Vec<&Finding>, Vec<&Finding>) = decision
        .findings
        .iter()
        .partition(|finding| finding.exit_code != 0);
    let mut out = String::new();
    let (closing, open) = (unfolded(&closing), folded(&open));
    for (kind, groups) in [("error", &closing), ("warning", &open)] {
        for group in groups.iter().take(MOST) {
            out.push_str(&line(kind, group));
        }
    }
    let more = |groups: &[Alike<'_>]| groups.iter().skip(MOST).map(Alike::size).sum::<usize>();
    let (errors, warnings) = (more(&closing), more(&open));
    if errors + warnings > 0 {
        let text = format!("{errors} more errors and {warnings} more warnings in the decision");
        out.push_str(&format!("::notice title=proofhouse gate::{text}\n"));
    }
    out
}

fn line(kind: &str, group: &Alike<'_>) -> String {
    let finding = group.first;
    let mut properties = Vec::new();
    if let Some(place) = &finding.place {
        properties.push(format!("file={}", property(&place.file)));
        properties.push(format!("line={}", place.line));
        properties.push(format!("col={}", place.column));
    }
    let title = format!("release gate: {}", finding.code);
    properties.push(format!("title={}", property(&title)));
    let waived = forgiven(finding).map_or_else(String::new, |by| format!("{by}: "));
    let more = group
        .more()
        .map_or_else(String::new, |more| format!(" ({more})"));
    let told = format!(
        "{waived}{}: saw {}; wanted {}; {}{more}",
        finding.title, finding.saw, finding.wanted, finding.next
    );
    let message = data(&clean::line(&told, MESSAGE));
    format!("::{kind} {}::{message}\n", properties.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::decision::testdata::{hostile, sample};
    use crate::report::testdata::HOSTILE;

    #[test]
    fn closing_findings_are_errors_and_waived_ones_are_warnings_that_say_so() {
        let lines = render(&sample());
        let of = |kind: &str| lines.lines().filter(|line| line.starts_with(kind)).count();
        assert_eq!((of("::error "), of("::warning ")), (2, 3));
        assert!(lines.contains("::warning title=release gate%3A RULE_FAILED::waived by W-7: "));
    }

    #[test]
    fn at_most_eight_of_each_and_the_rest_is_counted() {
        let mut decision = sample();
        let (failed, warned) = (decision.findings[0].clone(), decision.findings[2].clone());
        let apart = (0..9).map(|at| Finding {
            suite: Some(format!("suite_{at}")),
            ..warned.clone()
        });
        decision.findings = vec![failed; 12];
        decision.findings.extend(apart);
        let text = render(&decision);
        assert_eq!(text.lines().count(), 17);
        assert!(text.ends_with("4 more errors and 1 more warnings in the decision\n"));
    }

    #[test]
    fn equal_warnings_are_one_and_errors_stand_each_at_its_line() {
        let mut decision = sample();
        let (failed, warned) = (decision.findings[0].clone(), decision.findings[2].clone());
        decision.findings = [vec![failed; 3], vec![warned; 18]].concat();
        let text = render(&decision);
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(text.ends_with("(and 17 more like it)\n"), "{text}");
    }

    #[test]
    fn hostile_text_cannot_make_commands() {
        for line in render(&hostile(HOSTILE)).lines() {
            let known = line.starts_with("::error ") || line.starts_with("::warning ");
            assert!(known && clean::text(line) == line, "{line}");
        }
    }
}
