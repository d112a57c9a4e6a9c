//! `proofhouse drift`: what an API does, held against what is declared of it.

use super::arguments::DriftArguments;
use super::run::{Wanted, one, suite_file};
use super::{exit, interrupt, problems};
use crate::model::place::Problem;
use crate::model::plan::{Plan, Profile};
use crate::model::trial::drift::DriftPlan;
use crate::model::trial::plan::Asks;
use crate::plan::{PlanRequest, plan};
use crate::runners;
use crate::store::runs;

/// Runs one drift suite. What is strict is said here and in the suite, and nowhere else: no
/// variable of the environment is asked.
pub(super) async fn run(arguments: &DriftArguments) -> u8 {
    let plan = match planned(arguments) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    let stop = match interrupt::caught() {
        Ok(stop) => stop,
        Err(code) => return code,
    };
    let wanted = Wanted {
        quiet: arguments.quiet,
        keep_baseline: true,
        enable_chaos: false,
        runs: runs::RUNS.into(),
    };
    one(&plan, &wanted, stop).await
}

fn planned(arguments: &DriftArguments) -> Result<Plan, u8> {
    let request = PlanRequest {
        suite: suite_file(&arguments.suite),
        targets: None,
        profile: Profile::Full,
        only: Vec::new(),
        strict: arguments.strict,
    };
    let mut plan = plan(&request).map_err(|wrong| problems::told(&wrong))?;
    if arguments.remediate
        && let Some(trials) = &mut plan.trials
    {
        trials.checks.push(runners::drift::remediation());
    }
    match drift_of(&mut plan) {
        Some(drift) if arguments.remediate && drift.remediation.is_none() => {
            let message = format!("`{}` declares no `remediation` route", arguments.suite);
            let help = "add `remediation: {detect: /drift/detect, path: /drift/remediate}`";
            Err(refused(&Problem::without_place(message).help(help)))
        }
        Some(drift) => {
            drift.remediate = arguments.remediate;
            Ok(plan)
        }
        None => {
            let message = format!("`{}` is no drift suite", arguments.suite);
            let help = "its file begins with `kind: drift`; other suites run by `proofhouse run`";
            Err(refused(&Problem::without_place(message).help(help)))
        }
    }
}

fn drift_of(plan: &mut Plan) -> Option<&mut DriftPlan> {
    match &mut plan.trials.as_mut()?.asks {
        Asks::Drift(drift) => Some(drift),
        _ => None,
    }
}

fn refused(problem: &Problem) -> u8 {
    let problems = std::slice::from_ref(problem);
    anstream::eprint!("{}", problems::render(problems, &[], true));
    exit::USAGE
}
