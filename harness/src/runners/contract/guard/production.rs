//! Production starts that have to be refused: the target ends, never listens, and says why.

use super::declared::required;
use super::start::{Changes, Start, tail};
use super::{Guard, unknown};
use crate::model::trial::guard::{GuardPlan, RollbackInProduction, TtlReaction};
use crate::model::trial::{Fact, Trial, Want};

/// One wrong start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WrongStart {
    /// Check that it belongs to.
    pub(super) check: &'static str,
    /// What is wrong, in words.
    pub(super) case: String,
    /// How it differs from the good one.
    pub(super) changes: Changes,
    /// Variables that the output must name.
    pub(super) names: Vec<String>,
}

/// Every wrong start that the target's variables allow, in the order of the catalogue.
pub(super) fn wrong_starts(plan: &GuardPlan) -> Vec<WrongStart> {
    let mut all = Vec::new();
    if let Some(provider) = &plan.provider {
        let values = provider.refused.iter().map(String::as_str);
        let values = [None, Some("")].into_iter().chain(values.map(Some));
        all.extend(values.map(|value| wrong("CF-1", &provider.variable, value)));
    }
    for (check, variable) in [
        ("CF-2", &plan.issuer),
        ("CF-3", &plan.client_id),
        ("CF-4", &plan.audience),
    ] {
        let blank = [None, Some(""), Some("  ")];
        let starts = variable
            .iter()
            .flat_map(|variable| blank.map(|value| wrong(check, variable, value)));
        all.extend(starts);
    }
    all.extend(several(plan));
    for value in ["idp", "http://idp.example/realms/a"] {
        let issuer = plan.issuer.iter();
        all.extend(issuer.map(|variable| wrong("CF-6", variable, Some(value))));
    }
    all.extend(rollback(plan));
    all.extend(senseless(plan));
    let bypasses = plan.bypasses.iter();
    all.extend(bypasses.map(|bypass| wrong("CF-13", &bypass.variable, Some(&bypass.value))));
    all
}

fn wrong(check: &'static str, variable: &str, value: Option<&str>) -> WrongStart {
    let case = match value {
        None => format!("production, {variable} not set"),
        Some(value) => format!("production, {variable}=`{value}`"),
    };
    WrongStart {
        check,
        case,
        changes: Changes::from([(variable.to_owned(), value.map(str::to_owned))]),
        names: vec![variable.to_owned()],
    }
}

/// All mistakes at once, each of which has to be told.
fn several(plan: &GuardPlan) -> Option<WrongStart> {
    let names: Vec<String> = required(plan).into_iter().map(str::to_owned).collect();
    (names.len() > 1).then(|| WrongStart {
        check: "CF-5",
        case: format!("production, none of {} set", names.join(", ")),
        changes: names.iter().map(|name| (name.clone(), None)).collect(),
        names,
    })
}

fn rollback(plan: &GuardPlan) -> Option<WrongStart> {
    let switch = plan.verify_switch.as_ref()?;
    let refused = switch.in_production == RollbackInProduction::Refuse;
    refused.then(|| wrong("CF-9", &switch.variable, Some(&switch.off)))
}

fn senseless(plan: &GuardPlan) -> Vec<WrongStart> {
    let ttl = plan.cache_ttl.iter();
    let ttl = ttl.filter(|ttl| ttl.reaction == TtlReaction::Exit);
    ttl.flat_map(|ttl| {
        let values = ttl.senseless.iter();
        values.map(|value| wrong("CF-11", &ttl.variable, Some(value)))
    })
    .collect()
}

impl Guard<'_> {
    /// Makes a wrong start, and writes down how it was refused, or was not.
    pub(super) async fn refused(&self, start: &WrongStart) -> Trial {
        let facts = match self.start_in_production(&start.changes).await {
            Start::Failed(why) => {
                let wanted = Want::Holds(self.end_wanted());
                vec![Fact::new("end", wanted, unknown(why))]
            }
            Start::Up(launched) => {
                let output = launched.output();
                launched.kill().await;
                let end = (false, "it listens, and goes on".to_owned());
                self.facts(start, end, true, &output)
            }
            Start::Nothing(launched) => {
                let output = launched.output();
                launched.kill().await;
                let end = (false, "it goes on without listening".to_owned());
                self.facts(start, end, false, &output)
            }
            Start::Ended { ended, output } => {
                let good = ended.code.is_some_and(|code| code != 0);
                self.facts(start, (good, ended.how), false, &output)
            }
        };
        Trial {
            check: start.check.to_owned(),
            case: start.case.clone(),
            facts,
            ..Trial::default()
        }
    }

    fn end_wanted(&self) -> String {
        let seconds = self.plan.exit_within.as_secs_f64();
        format!("exits with a code that is not 0 within {seconds} s")
    }

    fn facts(
        &self,
        start: &WrongStart,
        end: (bool, String),
        is_bound: bool,
        output: &str,
    ) -> Vec<Fact> {
        let bound = match is_bound {
            true => "it was bound",
            false => "nobody listened",
        };
        let names = start.names.iter().map(|name| {
            let wanted = format!("names {name}");
            Fact::holds("output", &wanted, output.contains(name), tail(output))
        });
        let mut facts = vec![
            Fact::holds("end", &self.end_wanted(), end.0, end.1),
            Fact::holds("port", "never bound", !is_bound, bound),
        ];
        facts.extend(names);
        facts
    }
}
