//! `proofhouse run`: every suite in turn, each judged and reported.

use super::arguments::{ProfileWord, RunArguments};
use super::decide::{Decided, decide};
use super::progress::Progress;
use super::{exit, interrupt, pages, problems, screen};
use crate::model::plan::{Plan, Profile};
use crate::model::verdict::Verdict;
use crate::plan::{PlanRequest, plan};
use crate::run::{Ended, RunRequest};
use crate::store::{baselines, runs};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// Folder of suites, where a suite is named and not pathed.
const SUITES: &str = "suites";

/// Runs every suite that was asked for; nothing runs when one of them cannot be read.
pub(super) async fn run(arguments: &RunArguments) -> u8 {
    let plans = match asked(arguments) {
        Ok(plans) => plans,
        Err(code) => return code,
    };
    let stop = match interrupt::caught() {
        Ok(stop) => stop,
        Err(code) => return code,
    };
    let wanted = Wanted {
        quiet: arguments.quiet,
        keep_baseline: arguments.keep_baseline,
        enable_chaos: false,
        runs: arguments.runs.clone().unwrap_or_else(|| runs::RUNS.into()),
    };
    each(plans, &wanted, &stop).await
}

/// Runs one plan after another until somebody interrupts; the worst exit code.
pub(super) async fn each(plans: Vec<Plan>, wanted: &Wanted, stop: &watch::Receiver<bool>) -> u8 {
    let mut code = exit::PASS;
    for plan in plans {
        if *stop.borrow() {
            return exit::INTERRUPTED;
        }
        code = exit::worse(code, one(&plan, wanted, stop.clone()).await);
    }
    code
}

/// What is wanted of every run of one call.
pub(super) struct Wanted {
    /// Only the verdict.
    pub(super) quiet: bool,
    /// No baseline is stored.
    pub(super) keep_baseline: bool,
    /// `--enable-chaos` was given.
    pub(super) enable_chaos: bool,
    /// Folder of runs.
    pub(super) runs: PathBuf,
}

fn asked(arguments: &RunArguments) -> Result<Vec<Plan>, u8> {
    let profile = match arguments.profile {
        ProfileWord::Full => Profile::Full,
        ProfileWord::Quick => Profile::Quick,
    };
    let files = suite_files(&arguments.suites)?;
    planned(files.into_iter().map(|suite| PlanRequest {
        suite,
        targets: arguments.targets.clone(),
        profile,
        only: arguments.only.clone(),
        strict: arguments.strict,
    }))
}

/// Plans suites as they are written.
pub(super) fn plans(files: &[PathBuf], profile: Profile) -> Result<Vec<Plan>, u8> {
    planned(files.iter().map(|suite| PlanRequest {
        suite: suite.clone(),
        targets: None,
        profile,
        only: Vec::new(),
        strict: false,
    }))
}

/// Reads every suite first, so that a mistake in the last one is told before the first one runs.
fn planned(requests: impl Iterator<Item = PlanRequest>) -> Result<Vec<Plan>, u8> {
    let mut plans = Vec::new();
    let mut code = exit::PASS;
    for request in requests {
        match plan(&request) {
            Ok(plan) => plans.push(plan),
            Err(wrong) => code = problems::told(&wrong),
        }
    }
    if code == exit::PASS {
        Ok(plans)
    } else {
        Err(code)
    }
}

/// The files of suites that were named, or all of them.
pub(super) fn suite_files(suites: &[String]) -> Result<Vec<PathBuf>, u8> {
    if suites.is_empty() {
        let found = crate::plan::discover(Path::new(SUITES));
        if found.is_empty() {
            anstream::eprintln!(
                "error: there are no suites in `{SUITES}/`\n  = help: `proofhouse init URL` writes a first one"
            );
            return Err(exit::USAGE);
        }
        return Ok(found);
    }
    Ok(suites.iter().map(|name| suite_file(name)).collect())
}

/// A path stays a path; a bare name is a suite in `suites/`.
pub(super) fn suite_file(name: &str) -> PathBuf {
    let path = PathBuf::from(name);
    let bare = path.extension().is_none() && path.components().count() == 1 && !path.exists();
    if bare {
        Path::new(SUITES).join(format!("{name}.yaml"))
    } else {
        path
    }
}

/// Runs, judges and reports one plan.
pub(super) async fn one(plan: &Plan, wanted: &Wanted, stop: watch::Receiver<bool>) -> u8 {
    let progress = Arc::new(Mutex::new(Progress::new(plan, wanted.quiet)));
    let shown = Arc::clone(&progress);
    let watcher = Box::new(move |timed: &_| {
        shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .event(timed);
    });
    let request = RunRequest {
        plan,
        root: &wanted.runs,
        enable_chaos: wanted.enable_chaos,
    };
    let ended = crate::run::run(&request, stop, watcher).await;
    progress
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clear();
    match ended {
        Ok(ended) if ended.evidence.interrupted().is_some() => interrupted(&ended),
        Ok(ended) => finish(&ended, wanted),
        Err(error) => {
            anstream::eprintln!("error: {error}");
            exit::ERROR
        }
    }
}

/// Nothing of an interrupted run is judged; its evidence stays.
fn interrupted(ended: &Ended) -> u8 {
    anstream::eprintln!(
        "interrupted: nothing was judged; the evidence is in {}",
        ended.folder.display()
    );
    exit::INTERRUPTED
}

fn finish(ended: &Ended, wanted: &Wanted) -> u8 {
    let written = decide(&ended.evidence, &ended.folder)
        .and_then(|decided| pages::write(&decided, &ended.folder).map(|()| decided));
    let Decided {
        report, candidates, ..
    } = match written {
        Ok(decided) => decided,
        Err(error) => {
            anstream::eprintln!("error: cannot write the reports: {error}");
            return exit::INTERNAL;
        }
    };
    screen::show(&report);
    anstream::println!("reports   {}", ended.folder.display());
    // Runs that are kept elsewhere are nobody's history.
    if wanted.runs == Path::new(runs::RUNS) {
        pages::index_anew();
    }
    // A guard refused before anything was changed: that is a usage error, whatever was judged.
    let code = if ended.evidence.refused() {
        exit::USAGE
    } else {
        exit::of(report.verdict)
    };
    if matches!(report.verdict, Verdict::Pass | Verdict::Warn) && !wanted.keep_baseline {
        return exit::worse(code, remember(&ended.evidence.started.plan, candidates));
    }
    code
}

/// Stores a passed run, so that the next one is compared with it.
fn remember(plan: &Plan, candidates: Vec<crate::model::baseline::Baseline>) -> u8 {
    let Some(storage) = plan
        .performance
        .baseline
        .as_ref()
        .filter(|storage| storage.enabled)
    else {
        return exit::PASS;
    };
    for candidate in candidates {
        match baselines::append(storage, candidate) {
            Ok(path) => anstream::println!("baseline  {}", path.display()),
            Err(error) => {
                anstream::eprintln!("error: cannot store the baseline: {error}");
                return exit::ERROR;
            }
        }
    }
    exit::PASS
}
