//! One trial: each fact against what it has to be, and none counts without its green twins.

use crate::judge::words;
use crate::model::trial::{Fact, Level, Saw, Trial, Want};
use crate::model::verdict::Verdict;

/// What became of one trial.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decided {
    pub verdict: Verdict,
    pub code: Option<&'static str>,
    pub wanted: String,
    pub saw: String,
}

/// Decides a trial: without facts, or beside a twin that was refused, nothing is known.
pub(super) fn trial(trial: &Trial) -> Decided {
    let undecided = |code, saw: String| Decided {
        verdict: Verdict::Error,
        code: Some(code),
        wanted: String::new(),
        saw,
    };
    if trial.facts.is_empty() {
        return undecided("NO_EVIDENCE", "nothing was looked at".to_owned());
    }
    if let Some(twin) = trial.twins.iter().find(|twin| !twin.green) {
        let text = format!(
            "its twin, which must be accepted, was not: {}; a refusal beside it says nothing",
            twin.saw
        );
        return undecided("INCONCLUSIVE", text);
    }
    let mut decided: Vec<Decided> = trial.facts.iter().map(fact).collect();
    // Stable, so that of two equally bad facts the first one is told.
    decided.sort_by_key(|decided| std::cmp::Reverse(decided.verdict));
    decided.swap_remove(0)
}

fn fact(fact: &Fact) -> Decided {
    let wanted = format!("{}: {}", fact.what, wanted(&fact.want));
    let of = |verdict, code, saw| Decided {
        verdict,
        code,
        wanted: wanted.clone(),
        saw: format!("{}: {saw}", fact.what),
    };
    if let Saw::Unknown(reason) = &fact.saw {
        return of(Verdict::Error, Some("INCONCLUSIVE"), reason.clone());
    }
    match holds(&fact.want, &fact.saw) {
        Some(true) => of(Verdict::Pass, None, saw(&fact.want, &fact.saw)),
        Some(false) if fact.level == Level::Should => of(
            Verdict::Warn,
            Some("SHOULD_FAILED"),
            saw(&fact.want, &fact.saw),
        ),
        Some(false) => of(
            Verdict::Fail,
            Some("CHECK_FAILED"),
            saw(&fact.want, &fact.saw),
        ),
        None => {
            let text = format!("{} cannot be held against this", saw(&fact.want, &fact.saw));
            of(Verdict::Error, Some("EVIDENCE_INCONSISTENT"), text)
        }
    }
}

/// Whether what was seen is what was wanted; `None` where the two do not belong together.
fn holds(want: &Want, saw: &Saw) -> Option<bool> {
    match (want, saw) {
        (_, Saw::Nothing(_)) => Some(false),
        (
            Want::Number {
                at_least, at_most, ..
            },
            Saw::Number(value),
        ) if value.is_finite() => {
            // A number without any limit would hold whatever it is.
            (at_least.is_some() || at_most.is_some()).then(|| {
                at_least.is_none_or(|least| *value >= least)
                    && at_most.is_none_or(|most| *value <= most)
            })
        }
        (Want::OneOf(wanted), Saw::Text(text)) => Some(wanted.contains(text)),
        (Want::NoneOf(refused), Saw::Text(text)) => {
            (!refused.is_empty()).then(|| !refused.contains(text))
        }
        (Want::Holds(_), Saw::Held(held, _)) => Some(*held),
        _ => None,
    }
}

fn wanted(want: &Want) -> String {
    match want {
        Want::Number {
            at_least,
            at_most,
            unit,
        } => {
            let with_unit =
                |value: f64| format!("{} {unit}", words::number(value)).trim().to_owned();
            match (at_least, at_most) {
                (Some(least), Some(most)) if least.total_cmp(most).is_eq() => {
                    format!("exactly {}", with_unit(*least))
                }
                (Some(least), Some(most)) => {
                    format!("{} to {}", words::number(*least), with_unit(*most))
                }
                (Some(least), None) => format!("at least {}", with_unit(*least)),
                (None, Some(most)) => format!("at most {}", with_unit(*most)),
                (None, None) => "a number".to_owned(),
            }
        }
        Want::OneOf(wanted) => wanted.join(" or "),
        Want::NoneOf(refused) => format!("not {}", refused.join(" nor ")),
        Want::Holds(text) => text.clone(),
    }
}

fn saw(want: &Want, saw: &Saw) -> String {
    match (want, saw) {
        (Want::Number { unit, .. }, Saw::Number(value)) => {
            format!("{} {unit}", words::number(*value))
                .trim()
                .to_owned()
        }
        (_, Saw::Number(value)) => words::number(*value),
        (_, Saw::Text(text) | Saw::Held(_, text)) => text.clone(),
        (_, Saw::Nothing(reason)) => format!("nothing: {reason}"),
        (_, Saw::Unknown(reason)) => reason.clone(),
    }
}
