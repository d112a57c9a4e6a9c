//! Findings that say the same: the first is told, and how many more there are. Eighteen lines about a first run
//! hide the one line that matters.

use crate::model::decision::{Finding, State};
use std::collections::BTreeMap;

/// Equal findings that leave the gate open and are still told one by one.
const FEW_OPEN: usize = 2;
/// Equal findings that close the gate and are still told one by one.
const FEW_CLOSING: usize = 10;
/// Of those that close it, the ones that are named where the first stands for them.
const NAMED: usize = 6;

/// A finding, and the others that say the same of something else.
#[derive(Debug, Clone)]
pub(crate) struct Alike<'a> {
    /// The one that is told.
    pub first: &'a Finding,
    /// In the order of the decision.
    pub rest: Vec<&'a Finding>,
}

/// State, exit code and reason; rule, suite and waiver, each where there is one.
type Key<'a> = (
    State,
    u8,
    &'a str,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
);

fn key(finding: &Finding) -> Key<'_> {
    (
        finding.state,
        finding.exit_code,
        &finding.code,
        finding.rule.as_deref(),
        finding.suite.as_deref(),
        finding.waiver.as_deref(),
    )
}

fn few(finding: &Finding) -> usize {
    match finding.exit_code {
        0 => FEW_OPEN,
        _ => FEW_CLOSING,
    }
}

/// Findings with the same reason about the same suite and rule together, where there are more than a few of them;
/// the others each by itself. The order stays that of the first ones.
pub(crate) fn folded<'a>(findings: &[&'a Finding]) -> Vec<Alike<'a>> {
    let mut sizes: BTreeMap<Key<'a>, usize> = BTreeMap::new();
    for &finding in findings {
        *sizes.entry(key(finding)).or_default() += 1;
    }
    let mut places: BTreeMap<Key<'a>, usize> = BTreeMap::new();
    let mut out: Vec<Alike<'a>> = Vec::new();
    for &finding in findings {
        let key = key(finding);
        let many = sizes.get(&key).is_some_and(|size| *size > few(finding));
        let place = places.get(&key).copied().filter(|_| many);
        if let Some(group) = place.and_then(|place| out.get_mut(place)) {
            group.rest.push(finding);
            continue;
        }
        places.insert(key, out.len());
        out.push(Alike {
            first: finding,
            rest: Vec::new(),
        });
    }
    out
}

/// Each by itself.
pub(crate) fn unfolded<'a>(findings: &[&'a Finding]) -> Vec<Alike<'a>> {
    let each = findings.iter().map(|&first| Alike {
        first,
        rest: Vec::new(),
    });
    each.collect()
}

impl Alike<'_> {
    /// How many findings it stands for.
    pub fn size(&self) -> usize {
        self.rest.len() + 1
    }

    /// `and 17 more like it`; of those that close the gate also which ones. `None` where there are no others.
    pub fn more(&self) -> Option<String> {
        let more = self.rest.len();
        if more == 0 {
            return None;
        }
        let mut told = format!("and {more} more like it");
        if self.first.exit_code != 0 {
            let names = self.rest.iter().filter_map(|finding| name(finding));
            let names: Vec<&str> = names.take(NAMED).collect();
            if !names.is_empty() {
                let cut = if more > names.len() { ", …" } else { "" };
                told.push_str(&format!(": {}{cut}", names.join(", ")));
            }
        }
        Some(told)
    }
}

/// What a finding is about, as people look for it.
fn name(finding: &Finding) -> Option<&str> {
    let named = finding.check.as_deref().or(finding.input.as_deref());
    named.or(finding.suite.as_deref())
}

/// How many findings these stand for.
pub(crate) fn sum(groups: &[Alike<'_>]) -> usize {
    groups.iter().map(Alike::size).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::decision::testdata::finding;

    fn of(state: State, exit_code: u8, code: &str, number: usize) -> Vec<Finding> {
        let one = |n: usize| Finding {
            code: code.to_owned(),
            check: Some(format!("{code}/{n}")),
            ..finding(state, exit_code, "p95")
        };
        (0..number).map(one).collect()
    }

    fn told(all: &[Finding]) -> Vec<(String, usize)> {
        let all: Vec<&Finding> = all.iter().collect();
        let groups = folded(&all);
        assert_eq!(sum(&groups), all.len());
        let told = groups.iter().map(|group| {
            let name = group.first.check.clone().unwrap_or_default();
            (name, group.size())
        });
        told.collect()
    }

    fn name(code: &str, n: usize, size: usize) -> (String, usize) {
        (format!("{code}/{n}"), size)
    }

    #[test]
    fn what_says_the_same_is_told_once_and_the_order_stays() {
        let mut all = of(State::Warn, 0, "FIRST_RUN", 18);
        all.extend(of(State::Warn, 0, "FLAKY", 2));
        all.insert(3, of(State::Warn, 0, "UNLISTED", 1).remove(0));
        assert_eq!(
            told(&all),
            [
                name("FIRST_RUN", 0, 18),
                name("UNLISTED", 0, 1),
                name("FLAKY", 0, 1),
                name("FLAKY", 1, 1),
            ]
        );
    }

    #[test]
    fn another_suite_rule_or_waiver_is_another_thing() {
        let mut all = of(State::Waived, 0, "RULE_FAILED", 3);
        all.push(Finding {
            rule: Some("p95".into()),
            ..all[0].clone()
        });
        all.push(Finding {
            suite: Some("search".into()),
            ..all[0].clone()
        });
        all.push(Finding {
            waiver: Some("W-7".into()),
            ..all[0].clone()
        });
        let sizes: Vec<usize> = told(&all).into_iter().map(|(_, size)| size).collect();
        assert_eq!(sizes, [3, 1, 1, 1]);
    }

    #[test]
    fn what_closes_the_gate_is_folded_late_and_stays_named() {
        let ten = of(State::Fail, 1, "CHECK_FAILED", FEW_CLOSING);
        assert_eq!(told(&ten).len(), FEW_CLOSING);
        let many = of(State::Fail, 1, "CHECK_FAILED", 30);
        let all: Vec<&Finding> = many.iter().collect();
        let groups = folded(&all);
        assert_eq!(groups.len(), 1);
        let more = groups[0].more().unwrap_or_default();
        let named: Vec<String> = (1..=NAMED).map(|n| format!("CHECK_FAILED/{n}")).collect();
        assert_eq!(
            more,
            format!("and 29 more like it: {}, …", named.join(", "))
        );
        assert_eq!(unfolded(&all).len(), 30);
        assert_eq!(unfolded(&all)[0].more(), None);
    }
}
