//! A decision as JUnit XML, in the dialect that the schemas of Jenkins and Ant both accept:
//! one case for each suite, rule and waiver that stands well, and one for each finding. What closes the gate is
//! counted once: a rule whose checks failed by themselves is told in their cases.

use super::text::waived;
use super::tree::{Case, also, branches, cases, forgiven};
use crate::model::decision::{DECISION_PROPERTY, DECISION_SCHEMA, Decision, Finding, State};
use crate::report::clean;
use crate::report::junit::{Xml, named};
use crate::report::junit_cases::unique;
use std::collections::BTreeMap;

/// Greatest length of a message in characters.
const MESSAGE: usize = 300;
/// Greatest length of a line of a body in characters.
const LINE: usize = 300;
/// Most cases: GitLab refuses files of 250 000 nodes or 30 MB.
const MOST: usize = 6_000;

/// The file; where there are too many cases the worst are in it, and the others are counted.
pub(crate) fn render(decision: &Decision) -> Vec<u8> {
    let branches = branches(decision);
    let mut all = cases(&branches);
    // Readers drop a suite without cases, and a decision about nothing is still a decision.
    if all.is_empty() {
        all.push(whole(decision));
    }
    let left_out = all.len().saturating_sub(MOST);
    if left_out > 0 {
        all.sort_by_key(|case| (std::cmp::Reverse(case.state), case.told_at_checks));
        all.truncate(MOST);
    }
    let mut xml = Xml::begin();
    xml.open("testsuites", &[]);
    suite(decision, &all, left_out, &mut xml);
    xml.close("testsuites");
    xml.end()
}

fn whole(decision: &Decision) -> Case<'_> {
    Case {
        family: super::tree::Family::Gate,
        name: "release gate".to_owned(),
        state: decision.verdict,
        told: "nothing was decided about".to_owned(),
        finding: None,
        rules: Vec::new(),
        told_at_checks: false,
    }
}

fn suite(decision: &Decision, cases: &[Case<'_>], left_out: usize, xml: &mut Xml) {
    let count = |child| {
        let with = cases.iter().filter(|case| self::child(case) == child);
        with.count().to_string()
    };
    let at = decision.question.now.strftime("%Y-%m-%dT%H:%M:%S");
    let attributes = [
        ("name", "release gate".to_owned()),
        ("package", "gate".to_owned()),
        ("id", "0".to_owned()),
        ("tests", cases.len().to_string()),
        ("failures", count(Some("failure"))),
        ("errors", count(Some("error"))),
        ("skipped", count(Some("skipped"))),
        ("time", "0.000".to_owned()),
        ("timestamp", at.to_string()),
        ("hostname", "proofhouse".to_owned()),
    ];
    xml.open("testsuite", &attributes);
    properties(decision, xml);
    let mut used = BTreeMap::new();
    for case in cases {
        let classname = format!("gate.{}", case.family.word());
        // A name is unique in its class, and stays the same whether it passes or not.
        let name = unique(&mut used, format!("{classname} {}", named(&case.name)));
        let name = name.split_once(' ').map_or("", |(_, name)| name);
        write(case, &classname, name, xml);
    }
    xml.text_element("system-out", &told(cases, left_out));
    xml.text_element("system-err", "");
    xml.close("testsuite");
}

fn properties(decision: &Decision, xml: &mut Xml) {
    let question = &decision.question;
    let properties = [
        // By this the gate knows its own files, and refuses them as evidence.
        (DECISION_PROPERTY, DECISION_SCHEMA.to_owned()),
        ("verdict", decision.verdict.word().to_owned()),
        ("exit_code", decision.exit_code.to_string()),
        ("waived", waived(decision).to_string()),
        ("commit", question.commit.clone()),
        ("artifact", question.artifact.clone().unwrap_or_default()),
        ("policy", decision.policy.path.clone()),
        ("policy_digest", decision.policy.digest.clone()),
        ("engine", decision.engine.clone()),
    ];
    xml.open("properties", &[]);
    for (name, value) in properties {
        let value = clean::line(&value, LINE);
        xml.empty("property", &[("name", name.to_owned()), ("value", value)]);
    }
    xml.close("properties");
}

/// The element of a case; a warning passes, and is told below. A rule that is told at its checks is no success,
/// and as a failure it would be counted a second time.
fn child(case: &Case<'_>) -> Option<&'static str> {
    if case.told_at_checks {
        return Some("skipped");
    }
    match case.state {
        State::Pass | State::Warn => None,
        State::Waived => Some("skipped"),
        State::Fail => Some("failure"),
        State::Inconclusive | State::Invalid | State::NoEvidence => Some("error"),
    }
}

fn write(case: &Case<'_>, classname: &str, name: &str, xml: &mut Xml) {
    let attributes = [
        ("classname", classname.to_owned()),
        ("name", name.to_owned()),
        ("time", "0.000".to_owned()),
    ];
    let Some(child) = child(case) else {
        return xml.empty("testcase", &attributes);
    };
    let kind = match (case.state, case.finding) {
        _ if case.told_at_checks => "told_at_check",
        (State::Waived | State::Inconclusive, _) | (_, None) => case.state.word(),
        (_, Some(finding)) => finding.code.as_str(),
    };
    let attached = [("message", message(case)), ("type", named(kind))];
    xml.open("testcase", &attributes);
    match child {
        "skipped" => xml.empty(child, &attached),
        _ => xml.text_with(child, &attached, &body(case)),
    }
    xml.close("testcase");
}

fn message(case: &Case<'_>) -> String {
    let Some(finding) = case.finding else {
        return clean::line(&case.told, MESSAGE);
    };
    let waived = forgiven(finding).map_or_else(String::new, |by| format!("{by}: "));
    let also = clean::line(&also(case), MESSAGE / 3);
    let room = MESSAGE - also.chars().count();
    clean::line(&format!("{waived}{}: {}", finding.title, finding.saw), room) + &also
}

fn body(case: &Case<'_>) -> String {
    let own = case.finding.map_or_else(|| case.told.clone(), lines);
    let rules = case
        .rules
        .iter()
        .map(|finding| format!("\n{}", lines(finding)));
    own + &rules.collect::<String>()
}

fn lines(finding: &Finding) -> String {
    let place = finding.place.as_ref().map(ToString::to_string);
    let fields = [
        ("wanted", finding.wanted.as_str()),
        ("saw", finding.saw.as_str()),
        ("next", finding.next.as_str()),
        ("reason", finding.code.as_str()),
        ("check", finding.check.as_deref().unwrap_or_default()),
        ("rule", finding.rule.as_deref().unwrap_or_default()),
        ("file", finding.input.as_deref().unwrap_or_default()),
        ("place", place.as_deref().unwrap_or_default()),
    ];
    let told = fields.iter().filter(|(_, text)| !text.is_empty());
    let told = told.map(|(name, text)| format!("{name:8}{}\n", clean::line(text, LINE)));
    format!(
        "{}\n{}",
        clean::line(&finding.title, LINE),
        told.collect::<String>()
    )
}

/// Warnings, which are successes in JUnit, and what was forgiven.
fn told(cases: &[Case<'_>], left_out: usize) -> String {
    let line = |case: &Case<'_>| match case.state {
        State::Warn | State::Waived => {
            let word = case.state.word();
            Some(format!(
                "[{word}] {}: {}",
                clean::line(&case.name, LINE),
                message(case)
            ))
        }
        _ => None,
    };
    let mut lines: Vec<String> = cases.iter().filter_map(line).collect();
    if left_out > 0 {
        lines.insert(
            0,
            format!("{left_out} cases that stand better are in the decision's JSON only"),
        );
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::report::decision::testdata::{closed, hostile, sample};
    use crate::report::testdata::HOSTILE;

    fn text(decision: &Decision) -> String {
        String::from_utf8(render(decision)).unwrap()
    }

    #[test]
    fn every_state_has_its_element_and_waived_is_skipped() {
        let text = text(&sample());
        assert!(
            text.contains("tests=\"8\" failures=\"1\" errors=\"1\" skipped=\"1\""),
            "{text}"
        );
        assert_eq!(text.matches("<testcase ").count(), 8);
        assert!(text.contains(
            "<skipped message=\"waived by W-7: checkout: p95 stays within 500 ms: p95 stays within 500 ms\" type=\"waived\"/>"
        ), "{text}");
        assert!(text.contains("type=\"P95_ABOVE_SLO\"") && text.contains("type=\"MISSING\""));
        assert!(
            text.contains("[warn] checkout: cart/errors/slo: "),
            "{text}"
        );
        assert!(text.contains("<property name=\"waived\" value=\"1\"/>"));
        assert!(
            text.contains(
                "<property name=\"proofhouse.decision\" value=\"proofhouse.decision/1\"/>"
            )
        );
        assert!(text.contains("timestamp=\"1970-01-01T00:00:00\""), "{text}");
    }

    #[test]
    fn a_waived_check_is_never_a_success() {
        let mut decision = sample();
        decision
            .findings
            .retain(|finding| finding.state == State::Waived);
        (decision.verdict, decision.exit_code) = (State::Waived, 0);
        let text = text(&decision);
        assert!(text.contains("failures=\"0\" errors=\"0\" skipped=\"1\""));
        assert!(!text.contains("name=\"p95: cart/p95/slo\" time=\"0.000\"/>"));
    }

    #[test]
    fn what_closes_the_gate_is_one_failure_and_the_rule_refers_to_it() {
        let mut decision = sample();
        decision.findings.push(Finding {
            code: "RULE_FAILED".into(),
            rule: Some("errors".into()),
            next: "make it faster than the rule wants".into(),
            ..decision.findings[0].clone()
        });
        let text = text(&decision);
        assert!(
            text.contains("tests=\"8\" failures=\"1\" errors=\"1\" skipped=\"2\""),
            "{text}"
        );
        for words in [
            "p95 stays within 500 ms; rule errors closes for it, too\" type=\"P95_ABOVE_SLO\"",
            "next    make it faster than the rule wants",
            "classname=\"gate.rules\" name=\"errors\" time=\"0.000\">\n",
            "<skipped message=\"closes the gate because of checkout: cart/p95/slo, told there\" type=\"told_at_check\"/>",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        // What was waived is counted apart, whatever else is skipped.
        assert!(text.contains("<property name=\"waived\" value=\"1\"/>"));
    }

    #[test]
    fn an_undecided_check_is_an_error_of_that_type() {
        let mut decision = sample();
        decision.findings[0].state = State::Inconclusive;
        assert!(text(&decision).contains("type=\"inconclusive\""));
    }

    #[test]
    fn a_decision_about_nothing_is_still_a_case() {
        let mut decision = closed("x");
        decision.findings.clear();
        let text = text(&decision);
        assert!(text.contains("name=\"release gate\" time=\"0.000\"") && text.contains("<failure"));
    }

    #[test]
    fn very_many_cases_fit_and_the_worst_stay() {
        let mut decision = sample();
        let warned = decision.findings[2].clone();
        decision.findings.extend(vec![warned; 10_000]);
        let text = text(&decision);
        assert_eq!(text.matches("<testcase ").count(), MOST);
        assert!(text.contains("type=\"P95_ABOVE_SLO\"") && text.contains("type=\"MISSING\""));
        assert!(
            text.contains("4008 cases that stand better"),
            "{}",
            &text[text.len() - 400..]
        );
    }

    #[test]
    fn hostile_text_is_only_text_and_names_are_unique() {
        let text = text(&hostile(HOSTILE));
        assert_eq!(clean::text(&text), text);
        assert!(!text.contains("<a href") && !text.contains("&undefined"));
        let mut names: Vec<&str> = text
            .split("<testcase ")
            .skip(1)
            .map(|case| case.split(" time=").next().unwrap())
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
