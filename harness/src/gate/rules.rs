//! The policy's rules, asked of every check that they mean and that was decided.

use super::evaluate::{Truth, truth};
use super::finding::{Desk, finding};
use super::glob::matches;
use super::remedy;
use super::required::Counted;
use crate::model::check::Severity;
use crate::model::decision::{Finding, RuleOutcome, State};
use crate::model::expression::Condition;
use crate::model::facts::CheckFacts;
use crate::model::policy::GateRule;
use crate::model::verdict::Verdict;

/// Asks every rule; the states of the outcomes are known when waivers are.
pub(super) fn rules(reports: &[Counted<'_>], desk: &mut Desk<'_>) -> Vec<RuleOutcome> {
    let rules = &desk.policy.rules;
    let mut outcomes: Vec<RuleOutcome> = rules.iter().map(outcome).collect();
    // Report by report: the checks of all of them are far more than a processor keeps at hand.
    for report in reports {
        for (rule, outcome) in rules.iter().zip(&mut outcomes) {
            one(rule, *report, outcome, desk);
        }
    }
    for (rule, outcome) in rules.iter().zip(&outcomes) {
        if outcome.checks == 0 {
            unasked(rule, outcome.not_asked, desk);
        }
    }
    outcomes
}

fn outcome(rule: &GateRule) -> RuleOutcome {
    RuleOutcome {
        id: rule.id.clone(),
        state: State::Pass,
        checks: 0,
        failed: 0,
        warned: 0,
        undecided: 0,
        not_asked: 0,
    }
}

fn one(rule: &GateRule, report: Counted<'_>, outcome: &mut RuleOutcome, desk: &mut Desk<'_>) {
    let suite = rule.suite.as_deref();
    if suite.is_some_and(|suite| !matches(suite, &report.0.suite)) {
        return;
    }
    let checks = report.0.checks.iter();
    for check in checks.filter(|check| matches(&rule.check, &check.id)) {
        // What was skipped or undecided has no number, and its own verdict was judged already.
        match check.verdict {
            Verdict::Error if is_let_go(rule, check) => {
                unknown(rule, check, report, outcome, desk);
            }
            Verdict::Skipped | Verdict::Error => outcome.not_asked += 1,
            _ => ask(rule, check, report, outcome, desk),
        }
    }
}

/// A check that could not be decided and cannot close a gate is no more than a warning of its
/// report. A rule that closes it must not go without the number for that.
fn is_let_go(rule: &GateRule, check: &CheckFacts) -> bool {
    rule.blocks && check.severity != Severity::Block
}

fn unknown(
    rule: &GateRule,
    check: &CheckFacts,
    report: Counted<'_>,
    outcome: &mut RuleOutcome,
    desk: &mut Desk<'_>,
) {
    outcome.checks += 1;
    outcome.undecided += 1;
    desk.outcome(rule.missing, undecided(rule, check, report));
}

fn ask(
    rule: &GateRule,
    check: &CheckFacts,
    report: Counted<'_>,
    outcome: &mut RuleOutcome,
    desk: &mut Desk<'_>,
) {
    outcome.checks += 1;
    let says = |condition: &Option<Condition>| {
        let condition = condition.as_ref();
        condition.map_or(Truth::False, |condition| {
            truth(&condition.expression, check)
        })
    };
    match (says(&rule.fail), says(&rule.warn)) {
        (Truth::True, _) => {
            outcome.failed += 1;
            let told = broken(rule, rule.fail.as_ref(), check, report, "RULE_FAILED");
            if rule.blocks {
                desk.fail(told)
            } else {
                desk.warn(told)
            }
        }
        (Truth::Unknown, _) | (_, Truth::Unknown) => {
            outcome.undecided += 1;
            desk.outcome(rule.missing, undecided(rule, check, report));
        }
        (Truth::False, Truth::True) => {
            outcome.warned += 1;
            desk.warn(broken(
                rule,
                rule.warn.as_ref(),
                check,
                report,
                "RULE_WARNED",
            ));
        }
        (Truth::False, Truth::False) => {}
    }
}

fn about(code: &str, rule: &GateRule, check: &CheckFacts, report: Counted<'_>) -> Finding {
    let title = match &check.told {
        Some(told) => format!("{}: {}", report.0.suite, told.title),
        None => format!("{}: {}", report.0.suite, check.id),
    };
    let mut told = finding(code, title)
        .of(&report.0.suite, report.1)
        .at(&rule.place);
    told.check = Some(check.id.clone());
    told.rule = Some(rule.id.clone());
    told
}

fn broken(
    rule: &GateRule,
    condition: Option<&Condition>,
    check: &CheckFacts,
    report: Counted<'_>,
    code: &str,
) -> Finding {
    let text = condition.map(Condition::text).unwrap_or_default();
    let remedy = condition.and_then(|condition| remedy::against(condition, check));
    let next = remedy.map_or_else(
        || format!("run {} again", report.0.suite),
        |remedy| remedy.text,
    );
    about(code, rule, check, report).told(format!("not `{text}`"), numbers(check), next)
}

fn undecided(rule: &GateRule, check: &CheckFacts, report: Counted<'_>) -> Finding {
    let texts = [&rule.fail, &rule.warn].map(|condition| condition.as_ref().map(Condition::text));
    let wanted: Vec<&str> = texts.into_iter().flatten().collect();
    let next =
        "ask only checks that have these numbers, or say what becomes of the others with `missing`";
    about("RULE_UNDECIDED", rule, check, report).told(
        format!("the numbers of `{}`", wanted.join("` and `")),
        numbers(check),
        next,
    )
}

/// `current 612, limit 500, ratio 1.271`
fn numbers(check: &CheckFacts) -> String {
    let named = [
        ("current", check.current),
        ("limit", check.limit),
        ("baseline", check.baseline),
        ("ratio", check.ratio),
    ];
    let told = named
        .iter()
        .filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)));
    let mut told: Vec<String> = told.collect();
    told.extend(check.samples.map(|samples| format!("samples {samples}")));
    match told.is_empty() {
        true => format!("{} without numbers", check.verdict),
        false => told.join(", "),
    }
}

/// A rule that was asked of nothing says nothing, and that is told.
fn unasked(rule: &GateRule, not_asked: u64, desk: &mut Desk<'_>) {
    let title = format!("rule {} was asked of a check", rule.id);
    let told = |code, saw: String, next: &str| {
        let mut told =
            finding(code, title).told(format!("a decided check like `{}`", rule.check), saw, next);
        told.rule = Some(rule.id.clone());
        told.at(&rule.place)
    };
    if not_asked > 0 {
        let saw = format!("{not_asked} such checks, each skipped or undecided in its report");
        desk.warn(told(
            "RULE_NOT_ASKED",
            saw,
            "what the reports say of them counts; nothing to do for the rule",
        ));
    } else if rule.blocks {
        desk.no_evidence(told(
            "RULE_UNMATCHED",
            "no such check in any report".into(),
            "correct the name in `check`, or run the suite that has it",
        ));
    } else {
        desk.warn(told(
            "RULE_UNMATCHED",
            "no such check in any report".into(),
            "correct the name in `check`",
        ));
    }
}
