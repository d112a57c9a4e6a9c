//! A decision as a tree: evidence, rules and waivers, what became of each, and the findings below.

use crate::model::decision::{
    Decision, Finding, RuleOutcome, Standing, State, WaiverOutcome, WaiverState, Weighed,
};
use crate::model::facts::{Content, JUnitFacts, ReportFacts};
use std::collections::BTreeMap;

/// What a branch is about, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    /// A suite, or a file.
    Evidence,
    /// A rule of the policy.
    Rules,
    /// A waiver.
    Waivers,
    /// What is about none of these.
    Gate,
}

impl Family {
    /// All of them.
    pub const ALL: [Family; 4] = [
        Family::Evidence,
        Family::Rules,
        Family::Waivers,
        Family::Gate,
    ];

    /// The word in names and headings.
    pub fn word(self) -> &'static str {
        match self {
            Family::Evidence => "evidence",
            Family::Rules => "rules",
            Family::Waivers => "waivers",
            Family::Gate => "gate",
        }
    }
}

/// One thing that was decided about.
#[derive(Debug, Clone)]
pub(crate) struct Branch<'a> {
    /// What it is.
    pub family: Family,
    /// Suite, path, rule, waiver, or a title.
    pub name: String,
    /// The worst over its own state and its findings.
    pub state: State,
    /// What was seen of it, in words; empty where only findings speak of it.
    pub told: String,
    /// In the order of the decision, the worst first.
    pub findings: Vec<&'a Finding>,
}

/// One line of a dashboard: a finding, or a branch without any.
#[derive(Debug, Clone)]
pub(crate) struct Case<'a> {
    /// What it is about.
    pub family: Family,
    /// The branch, and the check where it is about one; the same whether it passes or not.
    pub name: String,
    /// Where it stands.
    pub state: State,
    /// What was seen of a branch without findings.
    pub told: String,
    /// What is wrong.
    pub finding: Option<&'a Finding>,
}

/// Everything that was decided about, by family and name.
pub(crate) fn branches(decision: &Decision) -> Vec<Branch<'_>> {
    let mut found: BTreeMap<(Family, String), Branch<'_>> = BTreeMap::new();
    let evidence = decision.inputs.iter().filter_map(evidence);
    let rules = decision.rules.iter().map(rule);
    let waivers = decision.waivers.list.iter().map(waiver);
    for branch in evidence.chain(rules).chain(waivers) {
        found.insert((branch.family, branch.name.clone()), branch);
    }
    for finding in &decision.findings {
        let (family, name) = home(finding);
        let branch = found
            .entry((family, name.to_owned()))
            .or_insert_with(|| Branch {
                family,
                name: name.to_owned(),
                state: finding.state,
                told: String::new(),
                findings: Vec::new(),
            });
        branch.state = branch.state.max(finding.state);
        branch.findings.push(finding);
    }
    found.into_values().collect()
}

/// Where a finding hangs.
fn home(finding: &Finding) -> (Family, &str) {
    let waiver = finding
        .waiver
        .as_deref()
        .filter(|_| finding.check.is_none());
    if let Some(rule) = finding.rule.as_deref() {
        (Family::Rules, rule)
    } else if let Some(waiver) = waiver {
        (Family::Waivers, waiver)
    } else if let Some(name) = finding.suite.as_deref().or(finding.input.as_deref()) {
        (Family::Evidence, name)
    } else {
        (Family::Gate, &finding.title)
    }
}

fn branch(family: Family, name: &str, state: State, told: String) -> Branch<'static> {
    Branch {
        family,
        name: name.to_owned(),
        state,
        told,
        findings: Vec::new(),
    }
}

/// What the decision rests on; everything else speaks through findings, and never passes.
fn evidence(weighed: &Weighed) -> Option<Branch<'static>> {
    if weighed.standing != Standing::Counted {
        return None;
    }
    let (name, told) = match &weighed.input.content {
        Content::Report(facts) => (&facts.suite, report(facts, weighed.age_s)),
        Content::JUnit(facts) => (&weighed.input.path, junit(facts)),
        Content::Abandoned(_) | Content::Refused(_) => return None,
    };
    Some(branch(Family::Evidence, name, State::Pass, told))
}

fn report(facts: &ReportFacts, age_s: Option<i64>) -> String {
    let checks = match facts.checks.len() {
        1 => "1 check".to_owned(),
        n => format!("{n} checks"),
    };
    let age = age_s.map_or_else(String::new, |age| format!(", {} old", length(age)));
    let (kind, id) = (&facts.kind, &facts.id);
    format!(
        "{kind} report: {}; {checks}{age}; run {id}",
        facts.verdict.word()
    )
}

fn junit(facts: &JUnitFacts) -> String {
    format!(
        "JUnit: {} tests, {} failed, {} broken, {} skipped",
        facts.tests, facts.failures, facts.errors, facts.skipped
    )
}

/// `40 s`, `34 min`, `5 h`
pub(crate) fn length(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

fn rule(outcome: &RuleOutcome) -> Branch<'static> {
    let told = format!(
        "asked of {}: {} failed, {} warned, {} undecided; not asked of {}",
        outcome.checks, outcome.failed, outcome.warned, outcome.undecided, outcome.not_asked
    );
    branch(Family::Rules, &outcome.id, outcome.state, told)
}

fn waiver(outcome: &WaiverOutcome) -> Branch<'static> {
    let waiver = &outcome.waiver;
    let (state, what) = match outcome.state {
        WaiverState::Used => (State::Waived, "forgave"),
        WaiverState::Unused => (State::Warn, "had nothing to forgive in"),
        WaiverState::Exceeded => (State::Warn, "is too small for"),
        WaiverState::Expired
        | WaiverState::NotYet
        | WaiverState::NotAllowed
        | WaiverState::SelfWaived
        | WaiverState::OutOfRange => (State::Warn, "forgives nothing in"),
    };
    let check = match outcome.forgave.is_empty() {
        true => waiver.check.clone(),
        false => outcome.forgave.join(", "),
    };
    let told = format!(
        "{what} {check}; {} answers until {} ({}): {}",
        waiver.owner, waiver.expires, waiver.issue, waiver.reason
    );
    branch(Family::Waivers, &waiver.id, state, told)
}

/// Every finding, and every branch without one. A used waiver is told by the check that it forgave.
pub(crate) fn cases<'a>(branches: &[Branch<'a>]) -> Vec<Case<'a>> {
    let mut cases = Vec::new();
    for branch in branches {
        let used = branch.family == Family::Waivers && branch.state == State::Waived;
        if branch.findings.is_empty() && !used {
            cases.push(Case {
                family: branch.family,
                name: branch.name.clone(),
                state: branch.state,
                told: branch.told.clone(),
                finding: None,
            });
        }
        for &finding in &branch.findings {
            let name = match &finding.check {
                Some(check) => format!("{}: {check}", branch.name),
                None => branch.name.clone(),
            };
            cases.push(Case {
                family: branch.family,
                name,
                state: finding.state,
                told: String::new(),
                finding: Some(finding),
            });
        }
    }
    cases
}

/// What stands before a waived finding: whom to ask.
pub(crate) fn forgiven(finding: &Finding) -> Option<String> {
    let told = match &finding.waiver {
        Some(id) => format!("waived by {id}"),
        None => "waived by its suite".to_owned(),
    };
    (finding.state == State::Waived).then_some(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::decision::testdata::sample;

    #[test]
    fn everything_has_a_branch_and_nothing_passes_that_did_not() {
        let decision = sample();
        let branches = branches(&decision);
        let told: Vec<(&str, &str, State, usize)> = branches
            .iter()
            .map(|one| {
                let (family, findings) = (one.family.word(), one.findings.len());
                (family, one.name.as_str(), one.state, findings)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("evidence", "checkout", State::Fail, 2),
                ("evidence", "mesh", State::NoEvidence, 1),
                ("evidence", "search", State::Pass, 0),
                ("evidence", "unit/junit.xml", State::Pass, 0),
                ("rules", "errors", State::Pass, 0),
                ("rules", "p95", State::Waived, 1),
                ("waivers", "W-7", State::Waived, 0),
                ("waivers", "W-8", State::Warn, 1),
            ]
        );
        assert!(
            branches[2]
                .told
                .contains("performance report: pass; 0 checks, 34 min old")
        );
    }

    #[test]
    fn every_finding_is_a_case_and_a_used_waiver_is_not_told_twice() {
        let decision = sample();
        let branches = branches(&decision);
        let cases = cases(&branches);
        let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "checkout: cart/p95/slo",
                "checkout: cart/errors/slo",
                "mesh",
                "search",
                "unit/junit.xml",
                "errors",
                "p95: cart/p95/slo",
                "W-8"
            ]
        );
        let of = |state| cases.iter().filter(|case| case.state == state).count();
        assert_eq!((of(State::Pass), of(State::Waived)), (3, 1));
    }

    #[test]
    fn lengths_are_told_in_the_unit_that_fits() {
        assert_eq!(length(-3), "-3 s");
        assert_eq!((length(119), length(120)), ("119 s".into(), "2 min".into()));
        assert_eq!(length(7200), "2 h");
    }
}
