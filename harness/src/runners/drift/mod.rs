//! The gate of declared against observed behaviour.
//!
//! The API is asked, its answers become schemas, and these are held against the declared ones. A
//! strict run knows nothing else: without a living API there is no result, whatever lies on disk.

mod age;
mod api;
mod compare;
mod finding;
mod fixture;
mod live;
mod observe;
mod pages;
mod remedy;
mod trials;

use crate::model::trial::drift::DriftPlan;
use crate::model::trial::launch::{LaunchWith, Launched, Stage, TrialError};
use crate::model::trial::plan::{Comes, ListedCheck};
use crate::model::trial::{Level, TrialEvent};
use api::Api;
use remedy::Remedy;
use trials::Trials;

/// Conditions of the gate itself: id, level, meaning.
const CONDITIONS: [(&str, Level, &str); 9] = [
    ("DG-1", Level::Must, "the API answers"),
    (
        "DG-2",
        Level::Must,
        "every answer is whole, and what it was asked for",
    ),
    ("DG-3", Level::Must, "no answer leads elsewhere"),
    (
        "DG-5",
        Level::Must,
        "something is declared, is not too old, and was compared",
    ),
    (
        "DG-6",
        Level::Must,
        "what was compared is counted, and when it was answered is told",
    ),
    ("DG-9", Level::Should, "every ignore rule is needed"),
    ("DG-10", Level::Offered, "every page was read"),
    (
        "DG-11",
        Level::Must,
        "every request of the suite was answered",
    ),
    (
        "DG-12",
        Level::Must,
        "a living API answers, and no copy of its answers",
    ),
];

/// What was seen and is not declared.
const UNDECLARED: &str = "drift/undeclared";

/// Every check that has to be decided: the gate's own conditions, then each declared behaviour.
pub fn listed(plan: &DriftPlan) -> Vec<ListedCheck> {
    let conditions = CONDITIONS.iter().map(|(id, level, meaning)| ListedCheck {
        id: (*id).to_owned(),
        level: *level,
        meaning: (*meaning).to_owned(),
        source: "the gate's own condition".to_owned(),
        catches: Vec::new(),
    });
    let behaviors = plan.declared.behaviors.iter().map(|behavior| ListedCheck {
        id: check_of(&behavior.id),
        level: match plan
            .not_observed
            .iter()
            .any(|one| one.behavior == behavior.id)
        {
            true => Level::Offered,
            false => Level::Must,
        },
        meaning: format!("{} does what is declared", behavior.name()),
        source: behavior.file.clone(),
        catches: Vec::new(),
    });
    let undeclared = ListedCheck {
        id: UNDECLARED.to_owned(),
        level: Level::Offered,
        meaning: "nothing is offered that is not declared".to_owned(),
        source: "the declared files".to_owned(),
        catches: Vec::new(),
    };
    conditions.chain(behaviors).chain([undeclared]).collect()
}

/// The check that a run with remediation has beside the listed ones.
pub fn remediation() -> ListedCheck {
    ListedCheck {
        id: remedy::CHECK.to_owned(),
        level: Level::Offered,
        meaning: "what was found has a pull request".to_owned(),
        source: "`--remediate`".to_owned(),
        catches: Vec::new(),
    }
}

/// The check of a behaviour.
fn check_of(behavior: &str) -> String {
    format!("drift/{behavior}")
}

/// Puts every check of the plan to the target.
///
/// # Errors
/// The suite itself cannot go on, or the target could not be started.
pub async fn run(plan: &DriftPlan, stage: &Stage<'_>) -> Result<(), TrialError> {
    let target = Target::up(stage).await?;
    let api = Api::new(target.url(), plan)?;
    let seen = observe::observe(&api, plan, stage).await;
    let source = match (seen.is_unreachable(), &plan.fixture) {
        // The one place where a fixture can come in: never in a strict run.
        (true, Some(path)) if !stage.plan.strict => fixture::read(path, seen),
        _ => seen,
    };
    let trials = Trials::new(plan, stage, &source, api.url());
    let findings = trials.write(age::of(&plan.declared).await);
    if plan.remediate {
        let remedy = remedy::remediate(&api, plan, &source, &findings).await;
        tell_remedy(stage, &remedy);
    }
    target.down().await;
    Ok(())
}

/// Writes down what came of remediation: as lines for people, and for its check.
fn tell_remedy(stage: &Stage<'_>, remedy: &Remedy) {
    for text in remedy.told() {
        stage.progress(text.clone());
        stage.record(TrialEvent::Note { text });
    }
    match (remedy, remedy.trial()) {
        (_, Some(trial)) => stage.trial(trial),
        (Remedy::Kept(why), None) => stage.inconclusive(remedy::CHECK, why),
        (Remedy::Nothing(why), None) => stage.not_run(remedy::CHECK, *why),
        (Remedy::Sent(_), None) => {
            stage.not_run(remedy::CHECK, "the platform finds none of it itself");
        }
    }
}

/// The API that is asked.
enum Target {
    Attached(String),
    Launched(Box<dyn Launched>),
}

impl Target {
    async fn up(stage: &Stage<'_>) -> Result<Self, TrialError> {
        Ok(match &stage.plan.target.comes {
            Comes::Attached { url } => Self::Attached(url.clone()),
            Comes::Launched { .. } => {
                Self::Launched(stage.launcher.launch(&LaunchWith::default()).await?)
            }
        })
    }

    fn url(&self) -> &str {
        match self {
            Self::Attached(url) => url,
            Self::Launched(launched) => launched.url(),
        }
    }

    async fn down(self) {
        if let Self::Launched(launched) = self {
            launched.stop().await;
        }
    }
}

#[cfg(test)]
mod tests;
