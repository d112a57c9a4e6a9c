//! `proofhouse check [PATH...]`: reads suites, scenarios and targets, and runs nothing.

use super::problems;
use crate::config::document::{self, Kind};
use crate::config::source::{SourceText, display};
use crate::model::place::Problem;
use crate::model::plan::{Plan, Profile};
use crate::plan::{PlanProblems, PlanRequest, check_chaos, check_system, plan};
use crate::release;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Everything was read and is good.
const GOOD: u8 = 0;
/// Usage or configuration is wrong.
const WRONG: u8 = 2;
/// Folders that are read when no path is given.
const FOLDERS: [&str; 2] = ["suites", "scenarios"];

/// Where the screen goes: good files to `out`, problems to `err`.
pub struct Screen<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Whether problems are shown in colour.
    pub color: bool,
}

/// Checks files and folders; without any, `suites/` and `scenarios/`.
///
/// # Errors
/// The screen cannot be written.
pub fn run(paths: &[PathBuf], screen: &mut Screen<'_>) -> io::Result<u8> {
    let mut all = Checked::default();
    for file in files(paths, &mut all.problems) {
        match one(&file) {
            Ok(line) => writeln!(screen.out, "ok  {line}")?,
            Err(wrong) => all.add(wrong),
        }
        all.files += 1;
    }
    if all.files == 0 && all.problems.is_empty() {
        all.problems.push(nothing(paths));
    }
    if all.problems.is_empty() {
        return Ok(GOOD);
    }
    let text = problems::render(&all.problems, &all.sources, screen.color);
    screen.err.write_all(text.as_bytes())?;
    Ok(WRONG)
}

#[derive(Default)]
struct Checked {
    files: usize,
    problems: Vec<Problem>,
    sources: Vec<SourceText>,
}

impl Checked {
    /// A scenario file may be read twice, by itself and for a suite: its problems are told once.
    fn add(&mut self, wrong: PlanProblems) {
        for problem in wrong.problems {
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
        self.sources.extend(wrong.sources);
    }
}

fn files(paths: &[PathBuf], problems: &mut Vec<Problem>) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    if paths.is_empty() {
        FOLDERS
            .iter()
            .for_each(|folder| walk(Path::new(folder), &mut found));
    }
    for path in paths {
        if path.is_dir() {
            let before = found.len();
            walk(path, &mut found);
            if found.len() == before {
                problems.push(nothing(std::slice::from_ref(path)));
            }
        } else {
            found.insert(path.clone());
        }
    }
    found
}

fn walk(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        // A link to a folder may lead in a circle.
        let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let yaml = path
            .extension()
            .is_some_and(|ending| ending == "yaml" || ending == "yml");
        if folder && !hidden {
            walk(&path, found);
        } else if yaml && !hidden {
            found.insert(path);
        }
    }
}

fn one(path: &Path) -> Result<String, PlanProblems> {
    let source = SourceText::read(path).map_err(|problem| PlanProblems {
        problems: vec![*problem],
        sources: Vec::new(),
    })?;
    let mut found = Vec::new();
    let line = match document::kind(&source) {
        Some(Kind::Suite | Kind::Trial(_)) => return suite(path),
        Some(Kind::Scenario) => document::scenario(&source, &mut found).map(|scenario| {
            let seconds = scenario.duration.as_secs_f64();
            format!("{}  {} users, {seconds} s", source.path, scenario.users)
        }),
        Some(Kind::Targets) => document::targets(&source, &mut found).map(|setting| {
            format!(
                "{}  {}",
                source.path,
                count(setting.targets.len(), "target")
            )
        }),
        Some(Kind::Chaos) => return chaos(path),
        Some(Kind::System) => return system(path),
        Some(Kind::Policy) => return policy(path, source),
        Some(Kind::Waivers) => document::waivers(&source, &mut found)
            .map(|waivers| format!("{}  {}", source.path, count(waivers.len(), "waiver"))),
        None => {
            found.push(neither(&source));
            None
        }
    };
    match line {
        Some(line) if found.is_empty() => Ok(line),
        _ => Err(PlanProblems {
            problems: found,
            sources: vec![source],
        }),
    }
}

/// A policy, and the waivers that it names.
fn policy(path: &Path, source: SourceText) -> Result<String, PlanProblems> {
    let mut problems = Vec::new();
    let read = document::policy(&source, &mut problems);
    let mut sources = vec![source];
    if let (Some(policy), true) = (&read, problems.is_empty())
        && let Err(wrong) = release::check_waivers(policy, path)
    {
        problems = wrong.problems;
        sources.extend(wrong.sources);
    }
    match read {
        Some(policy) if problems.is_empty() => Ok(format!(
            "{}  {}, {}",
            policy.source.path,
            count(policy.required.len(), "required entry"),
            count(policy.rules.len(), "rule")
        )),
        _ => Err(PlanProblems { problems, sources }),
    }
}

fn suite(path: &Path) -> Result<String, PlanProblems> {
    let plan = plan(&PlanRequest {
        suite: path.to_owned(),
        targets: None,
        profile: Profile::Full,
        only: Vec::new(),
        strict: false,
    })?;
    Ok(summary(path, &plan))
}

fn chaos(path: &Path) -> Result<String, PlanProblems> {
    let plans = check_chaos(path)?;
    let chaos = plans.iter().filter_map(|plan| plan.chaos.as_ref());
    let actions = chaos.clone().map(|one| one.actions.len()).sum();
    let validations = chaos.map(|one| one.validation.len()).sum();
    Ok(format!(
        "{}  {}, {}, {}",
        display(path),
        count(plans.len(), "scenario"),
        count(actions, "action"),
        count(validations, "validation"),
    ))
}

fn system(path: &Path) -> Result<String, PlanProblems> {
    let services = check_system(path)?;
    Ok(format!("{}  {}", display(path), count(services, "service")))
}

fn summary(path: &Path, plan: &Plan) -> String {
    if let Some(trials) = &plan.trials {
        return format!(
            "{}  {}, {}",
            display(path),
            count(trials.checks.len(), "check"),
            count(trials.waivers.len(), "waiver"),
        );
    }
    let work = &plan.performance;
    format!(
        "{}  {}, {}, {}",
        display(path),
        count(work.targets.len(), "target"),
        count(work.scenarios.len(), "scenario"),
        count(work.slos.len(), "limit"),
    )
}

fn count(number: usize, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        _ => match word.strip_suffix('y') {
            Some(stem) => format!("{number} {stem}ies"),
            None => format!("{number} {word}s"),
        },
    }
}

fn neither(source: &SourceText) -> Problem {
    Problem::at(
        &source.start(),
        "neither a suite, nor a scenario, nor a targets or system file",
    )
    .help(
        "a suite has `slos`, `scenarios` and `metrics`;\n\
         a scenario has `concurrent_users` and `duration_seconds`, or `stages`;\n\
         a targets file has `targets`;\n\
         a chaos scenario has `hypothesis`, `steady_state`, `actions` and `validation`;\n\
         a system file has `services`;\n\
         a policy of the gate is named `*.gate.yaml`, and its waivers `*.waivers.yaml`",
    )
}

fn nothing(paths: &[PathBuf]) -> Problem {
    let places: Vec<String> = match paths {
        [] => FOLDERS
            .iter()
            .map(|folder| format!("`{folder}/`"))
            .collect(),
        _ => paths
            .iter()
            .map(|path| format!("`{}`", display(path)))
            .collect(),
    };
    let message = format!("no YAML file in {}", places.join(" or "));
    Problem::without_place(message).help("`proofhouse init URL` writes a first suite")
}
