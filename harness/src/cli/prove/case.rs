//! One case: a suite against a healthy target, or under one seeded fault.

use super::child::{self, Ran};
use crate::cli::arguments::ProveArguments;
use crate::model::environment::Program;
use crate::model::plan::Plan;
use crate::model::report::Report;
use crate::model::trial::plan::Comes;
use crate::model::verdict::Verdict;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;

/// A suite, and the fault that it runs under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Case {
    pub suite: String,
    pub path: String,
    /// The variable that switches faults on.
    pub variable: String,
    /// `None` for the healthy target.
    pub fault: Option<String>,
    /// The checks of which at least one has to catch it.
    pub killers: Vec<String>,
    /// What is asked; empty for everything.
    pub only: Vec<String>,
}

/// What became of a case.
#[derive(Debug, Clone)]
pub(super) struct Proof {
    pub case: Case,
    pub shown: Shown,
    pub took: Duration,
}

/// What a case showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shown {
    /// A named check failed; the others that failed, too.
    Killed {
        by: Vec<String>,
        others: Vec<String>,
    },
    /// Only checks failed that were not named for it.
    WrongKiller { by: Vec<String> },
    /// Nothing failed; a warning of a named check is told, for it stops nobody.
    Survived { warned: Vec<String> },
    /// The healthy target passed.
    Clean,
    /// The healthy target did not.
    Alarm { by: Vec<String> },
    /// The suite did not come to a verdict about the named checks.
    NotRun { why: String },
}

/// Faults by id, with the checks that have to catch each.
fn killers(plan: &Plan) -> BTreeMap<&str, Vec<String>> {
    let mut killers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for check in plan.trials.iter().flat_map(|trials| &trials.checks) {
        for fault in &check.catches {
            killers.entry(fault).or_default().push(check.id.clone());
        }
    }
    killers
}

/// The seeded faults that the checks of a suite have to catch.
pub(super) fn faults(plan: &Plan) -> Vec<&str> {
    match variable(plan) {
        Some(_) => killers(plan).into_keys().collect(),
        None => Vec::new(),
    }
}

/// The variable that switches a fault of the target, or of a service beside it, on.
fn variable(plan: &Plan) -> Option<String> {
    let trials = plan.trials.as_ref()?;
    let Comes::Launched { process, .. } = &trials.target.comes else {
        return None;
    };
    match &process.program {
        Program::Cargo(cargo) => cargo
            .variant
            .as_ref()
            .map(|variant| variant.when_set.clone()),
        Program::Path(_) => None,
    }
}

/// Every case of a suite that was asked for: the healthy target, then its faults.
pub(super) fn all(plan: &Plan, arguments: &ProveArguments) -> Vec<Case> {
    let Some(variable) = variable(plan) else {
        return Vec::new();
    };
    let path = plan
        .sources
        .first()
        .map(|source| source.path.clone())
        .unwrap_or_default();
    let case = |fault: Option<&str>, killers: Vec<String>, only: Vec<String>| Case {
        suite: plan.suite.clone(),
        path: path.clone(),
        variable: variable.clone(),
        fault: fault.map(str::to_owned),
        killers,
        only,
    };
    let all = killers(plan);
    let chosen = all.into_iter().enumerate().filter(|(at, (fault, _))| {
        let named = arguments.fault.is_empty() || arguments.fault.iter().any(|one| one == fault);
        named && arguments.share.is_none_or(|share| share.has(*at))
    });
    let faulty: Vec<Case> = chosen
        .map(|(_, (fault, killers))| {
            let only = if arguments.whole {
                Vec::new()
            } else {
                killers.clone()
            };
            case(Some(fault), killers, only)
        })
        .collect();
    if faulty.is_empty() {
        return Vec::new();
    }
    let mut asked: Vec<String> = Vec::new();
    if !arguments.whole && (arguments.share.is_some() || !arguments.fault.is_empty()) {
        asked = faulty.iter().flat_map(|case| case.only.clone()).collect();
        asked.sort();
        asked.dedup();
    }
    let healthy = case(None, Vec::new(), asked);
    std::iter::once(healthy).chain(faulty).collect()
}

impl Case {
    /// Runs the suite and looks at its report.
    pub async fn prove(&self, stop: watch::Receiver<bool>) -> Proof {
        let began = std::time::Instant::now();
        let shown = match child::run(self, stop).await {
            Ok(ran) => self.look(&ran),
            Err(why) => Shown::NotRun { why },
        };
        Proof {
            case: self.clone(),
            shown,
            took: began.elapsed(),
        }
    }

    fn look(&self, ran: &Ran) -> Shown {
        match &self.fault {
            None => healthy(&ran.report),
            Some(fault) => self.faulty(fault, &ran.report),
        }
    }

    fn faulty(&self, fault: &str, report: &Report) -> Shown {
        let told = format!("{}={fault}", self.variable);
        let mut variants = report
            .environment
            .services
            .iter()
            .filter_map(|one| one.variant.as_ref());
        if !variants.any(|variant| *variant == told) {
            let why = format!("the report does not say that {told} was on");
            return Shown::NotRun { why };
        }
        shown(&self.killers, &verdicts(report))
    }
}

/// What the verdicts of a suite under a fault show. Only a failure of a named check kills: a suite
/// that does no more than warn passes, and the fault would be released.
fn shown(killers: &[String], verdicts: &[(&str, Verdict)]) -> Shown {
    let (by, others): (Vec<String>, Vec<String>) = of(verdicts, &[Verdict::Fail])
        .into_iter()
        .partition(|id| killers.contains(id));
    if !by.is_empty() {
        return Shown::Killed { by, others };
    }
    let named = |wanted: Verdict| {
        let mut ids = of(verdicts, &[wanted]);
        ids.retain(|id| killers.contains(id));
        ids
    };
    let undecided = named(Verdict::Error);
    match (undecided.is_empty(), others.is_empty()) {
        (false, _) => Shown::NotRun {
            why: format!("{} could not be decided", undecided.join(", ")),
        },
        (true, false) => Shown::WrongKiller { by: others },
        (true, true) => Shown::Survived {
            warned: named(Verdict::Warn),
        },
    }
}

fn healthy(report: &Report) -> Shown {
    let alarms = [Verdict::Fail, Verdict::Error, Verdict::Warn];
    let by = of(&verdicts(report), &alarms);
    match (by.is_empty(), report.verdict) {
        (true, Verdict::Pass) => Shown::Clean,
        (true, verdict) => Shown::NotRun {
            why: format!("the suite ended with {verdict}"),
        },
        (false, _) => Shown::Alarm { by },
    }
}

/// Each check's id and verdict.
fn verdicts(report: &Report) -> Vec<(&str, Verdict)> {
    let checks = report.checks.iter();
    checks
        .map(|check| (check.id.as_str(), check.verdict))
        .collect()
}

fn of(verdicts: &[(&str, Verdict)], wanted: &[Verdict]) -> Vec<String> {
    let found = verdicts
        .iter()
        .filter(|(_, verdict)| wanted.contains(verdict));
    found.map(|(id, _)| (*id).to_owned()).collect()
}

impl Proof {
    /// One line: `killed    auth-none-accepted by AL-5 (8 s)`.
    pub fn line(&self) -> String {
        let name = self.case.fault.as_deref().unwrap_or("no fault");
        let (word, told) = self.words();
        let took = self.took.as_secs();
        format!("{word:<13} {}: {name}{told} ({took} s)", self.case.suite)
    }

    /// A word for the matrix, and what goes after the fault's name.
    pub fn words(&self) -> (&'static str, String) {
        match &self.shown {
            Shown::Killed { by, others } if others.is_empty() => {
                ("killed", format!(" by {}", by.join(", ")))
            }
            Shown::Killed { by, others } => (
                "killed",
                format!(" by {} (and {})", by.join(", "), others.join(", ")),
            ),
            Shown::WrongKiller { by } => (
                "wrong killer",
                format!(
                    " by {}, not by {}",
                    by.join(", "),
                    self.case.killers.join(", ")
                ),
            ),
            Shown::Survived { warned } => {
                let killers = self.case.killers.join(", ");
                let told = match warned.is_empty() {
                    true => format!(": {killers} did not fail"),
                    false => format!(
                        ": {killers} did not fail ({} only warned)",
                        warned.join(", ")
                    ),
                };
                ("SURVIVED", told)
            }
            Shown::Clean => ("clean", String::new()),
            Shown::Alarm { by } => ("ALARM", format!(": {}", by.join(", "))),
            Shown::NotRun { why } => ("not run", format!(": {why}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown where `AL-5` and `AL-6` are named for the fault.
    fn told(verdicts: &[(&str, Verdict)]) -> Shown {
        shown(&["AL-5".to_owned(), "AL-6".to_owned()], verdicts)
    }

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn a_named_check_that_fails_kills_and_what_fails_too_is_told() {
        let verdicts = [
            ("AB-1", Verdict::Fail),
            ("AB-2", Verdict::Warn),
            ("AL-5", Verdict::Error),
            ("AL-6", Verdict::Fail),
        ];
        let killed = Shown::Killed {
            by: ids(&["AL-6"]),
            others: ids(&["AB-1"]),
        };
        assert_eq!(told(&verdicts), killed);
    }

    #[test]
    fn a_warning_kills_nothing() {
        let survived = |warned: &[&str]| Shown::Survived {
            warned: ids(warned),
        };
        let pass = ("AL-6", Verdict::Pass);
        assert_eq!(told(&[("AL-5", Verdict::Warn), pass]), survived(&["AL-5"]));
        assert_eq!(told(&[("AB-1", Verdict::Warn), pass]), survived(&[]));
        let other = [("AB-1", Verdict::Fail), ("AL-5", Verdict::Warn)];
        let by = ids(&["AB-1"]);
        assert_eq!(told(&other), Shown::WrongKiller { by });
    }

    #[test]
    fn what_could_not_be_decided_is_no_survivor() {
        let verdicts = [("AB-1", Verdict::Fail), ("AL-5", Verdict::Error)];
        let why = "AL-5 could not be decided".to_owned();
        assert_eq!(told(&verdicts), Shown::NotRun { why });
    }
}
