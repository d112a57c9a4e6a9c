//! A suite file joined with its scenarios; every name resolved; all problems told at once.

mod chaos;
mod digest;
mod profile;
mod scenarios;
mod setting;
mod trial;

pub use chaos::{ChaosEntry, ChaosRequest, check_chaos, check_system, discover_chaos, plan_chaos};

use crate::config::document::{self, Kind};
use crate::config::source::SourceText;
use crate::model::place::Problem;
use crate::model::plan::{PerformancePlan, Plan, Profile, Source};
use std::path::{Path, PathBuf};

/// What is to be planned.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// The suite file.
    pub suite: PathBuf,
    /// A targets file that takes the place of what the suite itself says.
    pub targets: Option<PathBuf>,
    /// Whether durations are shortened.
    pub profile: Profile,
    /// Checks of a black-box suite that are asked; empty for all.
    pub only: Vec<String>,
    /// Whether a black-box suite is strict, whatever its file says.
    pub strict: bool,
}

/// Everything that is wrong with a suite and the files it needs.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{} problems", problems.len())]
pub struct PlanProblems {
    /// The problems, in order of file and line.
    pub problems: Vec<Problem>,
    /// The files that were read, to show the lines of problems.
    pub sources: Vec<SourceText>,
}

/// Files read and problems found on the way to a plan.
#[derive(Debug, Default)]
struct Desk {
    problems: Vec<Problem>,
    sources: Vec<SourceText>,
}

impl Desk {
    fn read(&mut self, path: &Path) -> Option<SourceText> {
        match SourceText::read(path) {
            Ok(source) => {
                self.sources.push(source.clone());
                Some(source)
            }
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }
}

/// Joins a suite with its scenarios and targets.
///
/// # Errors
/// Every problem of every file, at once; nothing was started.
pub fn plan(request: &PlanRequest) -> Result<Plan, PlanProblems> {
    let mut desk = Desk::default();
    let plan = join(request, &mut desk);
    match plan {
        Some(plan) if desk.problems.is_empty() => Ok(plan),
        _ => Err(told(desk, &request.suite)),
    }
}

fn join(request: &PlanRequest, desk: &mut Desk) -> Option<Plan> {
    let source = desk.read(&request.suite)?;
    if let Some(Kind::Trial(kind)) = document::kind(&source) {
        return trial::join(request, kind, &source, desk);
    }
    let mut suite = document::suite(&source, &mut desk.problems)?;
    let written = std::mem::take(&mut suite.setting);
    let joined = setting::join(request, written, &suite, desk);
    let scenarios = scenarios::resolve(&suite, &request.suite, desk);
    let targets = setting::targets(&joined, &suite, desk);
    let setting = joined.into_setting();
    let mut performance = PerformancePlan {
        scenarios: scenarios?,
        targets,
        slos: suite.slos,
        metrics: suite.metrics,
        regression: suite.regression,
        baseline: suite.baseline,
        minimum_requests: suite.minimum_requests,
        seed: suite.seed,
        scenario_digests: std::collections::BTreeMap::new(),
    };
    profile::apply(request.profile, &mut performance.scenarios);
    performance.scenario_digests = digest::of(&performance.scenarios, &performance.targets);
    Some(Plan {
        suite: stem(&request.suite),
        sources: desk.sources.iter().map(source_of).collect(),
        profile: request.profile,
        environment: setting.environment.unwrap_or_default(),
        issuer: setting.issuer,
        performance,
        chaos: None,
        trials: None,
    })
}

fn told(mut desk: Desk, suite: &Path) -> PlanProblems {
    if desk.problems.is_empty() {
        // A section that could not be read although nothing was found wrong with it.
        let message = format!(
            "`{}` cannot be planned, for no known reason",
            suite.display()
        );
        desk.problems
            .push(Problem::without_place(message).help("please report this file"));
    }
    // Stable, so that problems of one place stay in the order they were found.
    desk.problems.sort_by_key(|problem| {
        problem
            .place
            .as_ref()
            .map(|p| (p.file.clone(), p.line, p.column))
    });
    desk.problems.dedup();
    PlanProblems {
        problems: desk.problems,
        sources: desk.sources,
    }
}

fn source_of(source: &SourceText) -> Source {
    Source {
        path: source.path.to_string(),
        digest: source.digest.clone(),
    }
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

/// The suites of a folder, sorted by name; files of targets, gate policies and waivers are not suites.
pub fn discover(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut suites: Vec<PathBuf> = paths.filter(|path| is_suite(path)).collect();
    suites.sort();
    suites
}

fn is_suite(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name
        .strip_suffix(".yaml")
        .or_else(|| name.strip_suffix(".yml"));
    let other = |stem: &str| OTHER_FILES.iter().any(|ending| stem.ends_with(ending));
    path.is_file() && stem.is_some_and(|stem| !other(stem) && !stem.starts_with('.'))
}

/// Endings of files that stand beside suites.
const OTHER_FILES: [&str; 3] = [".targets", ".gate", ".waivers"];

#[cfg(test)]
mod tests;
