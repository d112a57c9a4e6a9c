//! A decision as a tree: evidence, rules and waivers, what became of each, and the findings below.

use crate::model::decision::{
    Decision, Finding, RuleOutcome, Standing, State, WaiverOutcome, WaiverState, Weighed,
};
use crate::model::facts::{Content, JUnitFacts, ReportFacts};
use std::collections::BTreeMap;

/// Most checks that are named where a rule is told at them.
const NAMED: usize = 3;

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
    /// Findings of rules that close the gate because of the same check, told with it.
    pub rules: Vec<&'a Finding>,
    /// A rule whose findings are all told at their checks: no success, and not counted once more.
    pub told_at_checks: bool,
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

/// Every finding, and every branch without one. A used waiver is told by the check that it forgave, and a check
/// that closes the gate by itself and by rules is one case: the rules stand in it.
pub(crate) fn cases<'a>(branches: &[Branch<'a>]) -> Vec<Case<'a>> {
    let mut closing = Closing::of(branches);
    let mut cases = Vec::new();
    for branch in branches {
        let (doubled, own): (Vec<&Finding>, Vec<&Finding>) = branch
            .findings
            .iter()
            .copied()
            .partition(|finding| closing.tells(finding));
        let used = branch.family == Family::Waivers && branch.state == State::Waived;
        if own.is_empty() && !used {
            cases.push(whole(branch, &doubled));
        }
        for finding in own {
            let name = match &finding.check {
                Some(check) => format!("{}: {check}", branch.name),
                None => branch.name.clone(),
            };
            cases.push(Case {
                name,
                state: finding.state,
                told: String::new(),
                finding: Some(finding),
                rules: closing.take(finding),
                ..whole(branch, &[])
            });
        }
    }
    cases
}

/// A branch as one case, where its findings are told elsewhere or there are none.
fn whole<'a>(branch: &Branch<'a>, doubled: &[&'a Finding]) -> Case<'a> {
    let told = match doubled.is_empty() {
        true => branch.told.clone(),
        false => format!("closes the gate because of {}, told there", names(doubled)),
    };
    Case {
        family: branch.family,
        name: branch.name.clone(),
        state: branch.state,
        told,
        finding: None,
        rules: Vec::new(),
        told_at_checks: !doubled.is_empty(),
    }
}

/// `checkout: cart/p95/slo, checkout: pay/p95/slo and 3 more`
fn names(findings: &[&Finding]) -> String {
    let checks = findings.iter().filter_map(|finding| {
        let check = finding.check.as_deref()?;
        let suite = finding.suite.as_deref().unwrap_or_default();
        Some(format!("{suite}: {check}"))
    });
    let named: Vec<String> = checks.take(NAMED).collect();
    let more = match findings.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    named.join(", ") + &more
}

/// A check as findings name it: suite, id, file.
type Check<'a> = (Option<&'a str>, &'a str, Option<&'a str>);

fn check(finding: &Finding) -> Option<Check<'_>> {
    let id = finding.check.as_deref()?;
    Some((finding.suite.as_deref(), id, finding.input.as_deref()))
}

/// The checks that close the gate by themselves: how badly, and which rules close it because of them, too.
struct Closing<'a>(BTreeMap<Check<'a>, (State, Vec<&'a Finding>)>);

impl<'a> Closing<'a> {
    fn of(branches: &[Branch<'a>]) -> Self {
        let all = branches.iter().flat_map(|branch| &branch.findings);
        let closing: Vec<&'a Finding> = all
            .copied()
            .filter(|finding| finding.exit_code != 0)
            .collect();
        let mut found = Self(BTreeMap::new());
        for &finding in closing.iter().filter(|finding| finding.rule.is_none()) {
            if let Some(check) = check(finding) {
                let known = found.0.entry(check).or_insert((finding.state, Vec::new()));
                known.0 = known.0.max(finding.state);
            }
        }
        for finding in closing {
            if found.tells(finding)
                && let Some((_, rules)) = check(finding).and_then(|check| found.0.get_mut(&check))
            {
                rules.push(finding);
            }
        }
        found
    }

    /// Whether a finding of a rule is told with its check. One that is worse than that stands for itself.
    fn tells(&self, finding: &Finding) -> bool {
        let known = check(finding).and_then(|check| self.0.get(&check));
        finding.rule.is_some()
            && finding.exit_code != 0
            && known.is_some_and(|(state, _)| finding.state <= *state)
    }

    /// The rules that are told with this finding: the first of the worst about its check, and no other.
    fn take(&mut self, finding: &'a Finding) -> Vec<&'a Finding> {
        let known = check(finding).and_then(|check| self.0.get_mut(&check));
        match known {
            Some((state, rules)) if finding.rule.is_none() && finding.state == *state => {
                std::mem::take(rules)
            }
            _ => Vec::new(),
        }
    }
}

/// What stands behind a finding that rules close the gate for, too.
pub(crate) fn also(case: &Case<'_>) -> String {
    let rules = case.rules.iter();
    let rules: Vec<&str> = rules.filter_map(|told| told.rule.as_deref()).collect();
    match rules.len() {
        0 => String::new(),
        1 => format!("; rule {} closes for it, too", rules[0]),
        _ => format!("; rules {} close for it, too", rules.join(", ")),
    }
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

    /// The first finding of the sample again, as a rule has it.
    fn by_rule(decision: &Decision, rule: &str) -> Finding {
        Finding {
            code: "RULE_FAILED".into(),
            rule: Some(rule.into()),
            ..decision.findings[0].clone()
        }
    }

    #[test]
    fn a_check_that_fails_by_itself_and_by_rules_is_one_case() {
        let mut decision = sample();
        let (first, second) = (by_rule(&decision, "errors"), by_rule(&decision, "late"));
        decision.findings.extend([first, second]);
        let branches = branches(&decision);
        let cases = cases(&branches);
        let bad: Vec<(&str, bool)> = cases
            .iter()
            .filter(|case| case.state == State::Fail)
            .map(|case| (case.name.as_str(), case.told_at_checks))
            .collect();
        assert_eq!(
            bad,
            [
                ("checkout: cart/p95/slo", false),
                ("errors", true),
                ("late", true)
            ]
        );
        assert_eq!(also(&cases[0]), "; rules errors, late close for it, too");
        let rule = cases.iter().find(|case| case.name == "errors");
        assert_eq!(
            rule.map(|case| case.told.as_str()),
            Some("closes the gate because of checkout: cart/p95/slo, told there")
        );
    }

    /// What no check tells is told by the rule, and so is what is worse than the check.
    #[test]
    fn a_rule_that_stands_for_itself_is_a_case() {
        let mut decision = sample();
        let mut other = by_rule(&decision, "errors");
        other.check = Some("cart/p99/slo".into());
        let worse = by_rule(&decision, "late");
        decision.findings[0].state = State::Inconclusive;
        decision.findings.extend([other, worse]);
        let branches = branches(&decision);
        let cases = cases(&branches);
        let told: Vec<&str> = cases
            .iter()
            .filter(|case| case.state == State::Fail)
            .map(|case| case.name.as_str())
            .collect();
        assert_eq!(told, ["errors: cart/p99/slo", "late: cart/p95/slo"]);
        assert!(
            cases
                .iter()
                .all(|case| case.rules.is_empty() && !case.told_at_checks)
        );
    }

    #[test]
    fn lengths_are_told_in_the_unit_that_fits() {
        assert_eq!(length(-3), "-3 s");
        assert_eq!((length(119), length(120)), ("119 s".into(), "2 min".into()));
        assert_eq!(length(7200), "2 h");
    }
}
