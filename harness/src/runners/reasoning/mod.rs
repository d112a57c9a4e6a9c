//! The suite of RDFS entailment, and the oracle that it is held against.
//!
//! Whether something follows is read from what a question sees: what is said and what is inferred
//! as one graph. Only checks of the inferred graph itself need that there is one.

mod cases;
pub mod catalogue;
mod check;
mod client;
mod isomorphism;
mod looks;
mod oracle;
mod random;
mod request;
mod results;
mod turtle;

use crate::model::place::Problem;
use crate::model::trial::Level;
use crate::model::trial::TrialEvent;
use crate::model::trial::check::Check;
use crate::model::trial::launch::{LaunchError, LaunchWith, Launched, Stage, TrialError};
use crate::model::trial::plan::{Comes, ListedCheck};
use crate::model::trial::reasoning::ReasoningPlan;
use client::Target;
use looks::Finding;
use rand::Rng;

/// Every check that has to be decided, in the order of the catalogue, then those of own cases.
pub fn listed(plan: &ReasoningPlan) -> Vec<ListedCheck> {
    let mut listed: Vec<ListedCheck> = catalogue::all().map(Check::listed).collect();
    for case in &plan.cases {
        if let Some(meaning) = &case.meaning
            && !listed.iter().any(|check| check.id == case.check)
        {
            listed.push(ListedCheck {
                id: case.check.clone(),
                level: Level::Must,
                meaning: meaning.clone(),
                source: "a case of this suite".to_owned(),
                catches: Vec::new(),
            });
        }
    }
    listed
}

/// Everything in the cases of a plan that cannot be asked.
pub fn problems(plan: &ReasoningPlan) -> Vec<Problem> {
    cases::problems(&plan.cases)
}

/// Puts every check of the plan to the target.
///
/// # Errors
/// The target is not there, does not become ready, or, where it is attached, answers no more.
pub async fn run(plan: &ReasoningPlan, stage: &Stage<'_>) -> Result<(), TrialError> {
    // 53 bits: the seed is read back from YAML and JSON as it is told.
    let seed = plan
        .seed
        .unwrap_or_else(|| rand::rng().random_range(0..1 << 53));
    if stage.asks("RS-41") || stage.asks("RS-47") {
        let text = format!("random graphs and orders are those of the seed {seed}");
        stage.record(TrialEvent::Note { text });
    }
    let mut process = launched(stage).await?;
    let mut target = greeted(plan, stage, process.as_deref()).await?;
    let mut told = "";
    for listed in &stage.plan.checks {
        if stage.stopped() {
            break;
        }
        let group = group(&listed.id);
        if told != group {
            stage.progress(format!("asking: {group}"));
            told = group;
        }
        for finding in Box::pin(check::ask(&target, &listed.id, seed)).await {
            record(stage, &listed.id, finding);
        }
        target.tidy().await;
        if target.was_lost() {
            if let Some(hung) = process.take() {
                stage.progress(format!(
                    "the target did not answer {}; it is started anew",
                    listed.id
                ));
                hung.kill().await;
                process = launched(stage).await?;
            }
            target = greeted(plan, stage, process.as_deref()).await?;
        }
    }
    if let Some(process) = process {
        process.stop().await;
    }
    Ok(())
}

/// What a check belongs to, for people who wait.
fn group(id: &str) -> &'static str {
    match id.split('-').next() {
        Some("RQ") => "the quick-start case",
        Some("RS") if id == "RS-47" => "random graphs",
        Some("RS") => "rules, changes and service",
        Some("RM") => "metadata",
        Some("SN") => "snapshots",
        _ => "cases of this suite",
    }
}

/// The target, where the suite starts it.
async fn launched(stage: &Stage<'_>) -> Result<Option<Box<dyn Launched>>, TrialError> {
    match &stage.plan.target.comes {
        Comes::Launched { .. } => Ok(Some(stage.launcher.launch(&LaunchWith::default()).await?)),
        Comes::Attached { .. } => Ok(None),
    }
}

/// A client of the target that had some answer; without any, nothing else has to be asked.
async fn greeted<'a>(
    plan: &'a ReasoningPlan,
    stage: &Stage<'_>,
    process: Option<&dyn Launched>,
) -> Result<Target<'a>, TrialError> {
    let url = match (&stage.plan.target.comes, process) {
        (_, Some(process)) => process.url(),
        (Comes::Attached { url }, None) => url,
        (Comes::Launched { .. }, None) => {
            return Err(TrialError::Harness("the target was not started".to_owned()));
        }
    };
    let target = Target::at(plan, url)?;
    let greeting = target.greet().await;
    greeting.map_err(|silence| LaunchError(format!("{url} gives no answer: {}", silence.0)))?;
    Ok(target)
}

fn record(stage: &Stage<'_>, check: &str, finding: Finding) {
    match finding {
        Finding::Trial(trial) => stage.trial(*trial),
        Finding::NotRun(reason) => stage.not_run(check, reason),
        Finding::Inconclusive(reason) => stage.inconclusive(check, reason),
    }
}
