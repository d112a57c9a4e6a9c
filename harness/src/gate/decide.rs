//! Policy and facts to a decision; the same ones always give the same bytes.

use super::finding::{Desk, exit_code};
use super::required::{Counted, counted};
use super::sessions::{self, Basis};
use super::{checks, fitness, foreign, required, rules, standing, waive};
use crate::model::decision::{
    DECISION_SCHEMA, Decision, DecisionCounts, Finding, Question, RuleOutcome, Standing, State,
    Waivers, Weighed,
};
use crate::model::facts::{Content, Input};
use crate::model::policy::Policy;
use jiff::tz::Offset;
use std::cmp::Reverse;

/// What is decided about: the question, the evidence, the waivers with what the repository says of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What is asked.
    pub question: Question,
    /// Everything that was read, in any order.
    pub inputs: Vec<Input>,
    /// Waivers; their states are decided here.
    pub waivers: Waivers,
}

/// Decides.
pub fn decide(policy: &Policy, case: Case) -> Decision {
    let Case {
        question,
        mut inputs,
        mut waivers,
    } = case;
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    let mut desk = Desk::new(policy);
    let standings = standing::standings(&question, &inputs, &mut desk);
    let weighed = weigh(&question, inputs, standings);
    let reports = counted(&weighed);
    let today = Offset::UTC.to_datetime(question.now).date();
    required::required(&weighed, &mut desk);
    let basis = Basis {
        question: &question,
        today,
        weighed: &weighed,
        waivers: &waivers.list,
    };
    sessions::sessions(&basis, &mut desk);
    for report in &reports {
        fitness::fitness(&question, report.0, report.1, &mut desk);
        checks::verdicts(today, *report, &mut desk);
    }
    foreign::foreign(&question, &weighed, &mut desk);
    let mut rules = rules::rules(&reports, &mut desk);
    waive::waive(today, &mut waivers.list, &reports, &mut desk);
    let mut findings = desk.findings;
    sort(&mut findings);
    settle(&mut rules, &findings);
    let counts = counts(&weighed, &reports, &findings);
    Decision {
        schema: DECISION_SCHEMA.to_owned(),
        engine: concat!("proofhouse ", env!("CARGO_PKG_VERSION")).to_owned(),
        policy: policy.source.clone(),
        question,
        verdict: verdict(&findings),
        exit_code: exit_code(&findings),
        counts,
        findings,
        rules,
        waivers,
        inputs: weighed,
    }
}

pub(super) fn verdict(findings: &[Finding]) -> State {
    let worst = findings.iter().map(|finding| finding.state).max();
    worst.unwrap_or(State::Pass)
}

fn weigh(question: &Question, inputs: Vec<Input>, standings: Vec<Standing>) -> Vec<Weighed> {
    let pairs = inputs.into_iter().zip(standings);
    let weighed = pairs.map(|(input, standing)| {
        let end = match &input.content {
            Content::Report(facts) => facts.finished_at,
            Content::JUnit(facts) => facts.timestamp,
            Content::Abandoned(_) | Content::Refused(_) => None,
        };
        let age_s = fitness::age_s(question, end);
        Weighed {
            input,
            standing,
            age_s,
        }
    });
    weighed.collect()
}

/// The worst first; what is equally bad by suite, check, rule and file.
fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let key = |f: &Finding| (Reverse(f.exit_code != 0), Reverse(f.state));
        let names = || {
            (&a.suite, &a.check, &a.rule, &a.input).cmp(&(&b.suite, &b.check, &b.rule, &b.input))
        };
        let rest = || (&a.code, &a.waiver, &a.saw).cmp(&(&b.code, &b.waiver, &b.saw));
        key(a).cmp(&key(b)).then_with(names).then_with(rest)
    });
}

/// The worst of each rule's findings.
fn settle(rules: &mut [RuleOutcome], findings: &[Finding]) {
    for rule in rules {
        let own = findings
            .iter()
            .filter(|finding| finding.rule.as_ref() == Some(&rule.id));
        rule.state = own
            .map(|finding| finding.state)
            .max()
            .unwrap_or(State::Pass);
    }
}

fn counts(weighed: &[Weighed], reports: &[Counted<'_>], findings: &[Finding]) -> DecisionCounts {
    let counted = weighed
        .iter()
        .filter(|one| one.standing == Standing::Counted);
    let cases = weighed.iter().map(|one| match &one.input.content {
        Content::JUnit(facts) => facts.tests,
        _ => 0,
    });
    let checks = reports.iter().map(|(report, _)| report.checks.len() as u64);
    let closing = findings
        .iter()
        .filter(|finding| finding.exit_code != 0)
        .count() as u64;
    DecisionCounts {
        inputs: weighed.len() as u64,
        counted: counted.count() as u64,
        // A decision that is read again may claim any numbers.
        checks: cases.chain(checks).fold(0, u64::saturating_add),
        open: findings.len() as u64 - closing,
        closing,
    }
}
