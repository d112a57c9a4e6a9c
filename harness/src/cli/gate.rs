//! `proofhouse gate`: may this commit be released, and if not, why not and what would change that.

use super::arguments::{GateArguments, GateCommand, ShowArguments, SimulateArguments};
use super::{exit, gate_files, keys, problems, screen};
use crate::config::document;
use crate::config::source::{self, SourceText};
use crate::environment::history;
use crate::gate::{self, Case, glob, rerun};
use crate::model::decision::{Decision, Question};
use crate::model::place::Problem;
use crate::model::policy::{Policy, Required};
use crate::release::{self, Places};
use crate::report::decision::{self, Detail, FORMATS};
use crate::report::{Format, Style};
use crate::store::{StoreError, atomic};
use jiff::Timestamp;
use std::path::Path;

/// Decides, explains, shows or simulates.
pub(super) fn run(command: Option<&GateCommand>, arguments: &GateArguments) -> u8 {
    match command {
        None => decided(arguments, Detail::Short),
        Some(GateCommand::Explain(arguments)) => decided(arguments, Detail::Explained),
        Some(GateCommand::Show(arguments)) => again(arguments),
        Some(GateCommand::Simulate(arguments)) => simulate(arguments),
    }
}

fn decided(arguments: &GateArguments, detail: Detail) -> u8 {
    match asked(arguments, detail) {
        Ok(code) => code,
        Err(code) => {
            if matches!(detail, Detail::Short) {
                gate_files::forget_svr(arguments);
            }
            code
        }
    }
}

/// Decides, tells and writes; the exit code where nothing was decided or not all was written.
fn asked(arguments: &GateArguments, detail: Detail) -> Result<u8, u8> {
    let format = format(&arguments.format)?;
    // A key that cannot sign is told before anything is decided.
    let key = keys::wanted(arguments.sign_key.as_deref())?;
    let decision = decide(arguments)?;
    show(&decision, format, detail);
    let written = gate_files::reports(arguments, &decision).and_then(|()| match detail {
        Detail::Short => gate_files::write(arguments, &decision, &rerun(&decision), format)
            .and_then(|()| gate_files::write_svr(arguments, &decision, key.as_ref(), format)),
        Detail::Explained => Ok(()),
    });
    match written {
        Ok(()) => Ok(decision.exit_code),
        Err(error) => Err(unwritten(&error)),
    }
}

fn unwritten(error: &StoreError) -> u8 {
    anstream::eprintln!("error: cannot write the decision: {error}");
    exit::INTERNAL
}

fn format(word: &str) -> Result<Format, u8> {
    decision::format(word).map_err(|error| {
        anstream::eprintln!("error: {error}");
        exit::USAGE
    })
}

/// Tells a kept decision; the exit code is the decision's, whatever the format.
fn again(arguments: &ShowArguments) -> u8 {
    let format = match format(&arguments.format) {
        Ok(format) => format,
        Err(code) => return code,
    };
    let kept = match gate_files::read(&arguments.file) {
        Ok(kept) => kept,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            return exit::EVIDENCE;
        }
    };
    let Some(path) = &arguments.output else {
        show(&kept, format, Detail::Short);
        return kept.exit_code;
    };
    let bytes = decision::render(&kept, format, Detail::Short, Style::default());
    match atomic::write(path, &bytes) {
        Ok(()) => kept.exit_code,
        Err(error) => unwritten(&error),
    }
}

/// Reads policy, waivers and evidence, and decides; the exit code where the question is no question.
fn decide(arguments: &GateArguments) -> Result<Decision, u8> {
    let policy = policy(&arguments.policy)?;
    apart(arguments, &policy)?;
    let question = question(arguments, &policy)?;
    compare(&policy, &arguments.policy, &question.commit);
    let waivers = release::waivers(&policy, &arguments.policy, &question.commit)
        .map_err(|wrong| told(&wrong.problems, &wrong.sources))?;
    let places = Places {
        folder: &arguments.folder,
        working: Path::new("."),
    };
    let inputs = release::gather(places, &policy, &question.commit).map_err(|error| {
        anstream::eprintln!("error: {error}");
        exit::EVIDENCE
    })?;
    Ok(gate::decide(
        &policy,
        Case {
            question,
            inputs,
            waivers,
        },
    ))
}

/// Where the policy looks for evidence no decision is written: asked a second time the gate would find its own
/// answer there, refuse it, and so answer otherwise than before.
fn apart(arguments: &GateArguments, policy: &Policy) -> Result<(), u8> {
    let Some(folder) = &arguments.reports else {
        return Ok(());
    };
    let files = FORMATS.map(|format| folder.join(decision::file_name(format)));
    let paths: Vec<String> = files
        .iter()
        .filter_map(|file| gate_files::from_here(file))
        .collect();
    let read = policy.required.iter().find_map(|entry| match entry {
        Required::JUnit(entry) => {
            let mut paths = paths.iter();
            let path = paths.find(|path| glob::path_matches(&entry.path, path))?;
            Some((entry, path))
        }
        Required::Suite(_) => None,
    });
    let Some((entry, path)) = read else {
        return Ok(());
    };
    let message = format!(
        "`--reports` would write {path}, and `junit: {}` ({}) reads it as evidence",
        entry.path, entry.place
    );
    let help = "name only files of other tools under `junit`, or write the reports elsewhere";
    Err(usage(&message, help))
}

/// Tells where the policy is not the one that the commit has: it was changed since, and nobody reviewed that.
fn compare(policy: &Policy, path: &Path, commit: &str) {
    let committed = history::file_at(commit, path);
    if committed.is_some_and(|bytes| source::digest(&bytes) != policy.source.digest) {
        anstream::eprintln!(
            "warning: {} is not the policy that commit {commit} has; the decision names its digest",
            policy.source.path
        );
    }
}

/// Reads a policy; every problem of it is told.
pub(super) fn policy(path: &Path) -> Result<Policy, u8> {
    let source = SourceText::read(path).map_err(|problem| told(&[*problem], &[]))?;
    let mut problems = Vec::new();
    let policy = document::policy(&source, &mut problems);
    match policy {
        Some(policy) if problems.is_empty() => Ok(Policy {
            source: gate_files::relative(policy.source),
            ..policy
        }),
        _ => Err(told(&problems, &[source])),
    }
}

fn told(found: &[Problem], sources: &[SourceText]) -> u8 {
    anstream::eprint!("{}", problems::render(found, sources, true));
    exit::USAGE
}

fn question(arguments: &GateArguments, policy: &Policy) -> Result<Question, u8> {
    let artifact = arguments.artifact.as_deref().map(artifact).transpose()?;
    if policy.subject.artifact_required && artifact.is_none() {
        let help = "give the digest of what is to be released: `--artifact sha256:...`";
        return Err(usage(
            "the policy demands an artifact, and none was named",
            help,
        ));
    }
    let now = match arguments.now.as_deref() {
        None => Timestamp::now(),
        Some(text) => text.parse().map_err(|_| {
            usage(
                &format!("`{text}` is not a time"),
                "write it as `2026-03-14T09:26:20Z`",
            )
        })?,
    };
    let commit = match arguments.commit.as_deref() {
        Some(named) => commit(named)?,
        None => head()?,
    };
    Ok(Question {
        commit,
        artifact,
        now,
    })
}

/// The full id of a commit that was named.
pub(super) fn commit(named: &str) -> Result<String, u8> {
    let is_whole =
        matches!(named.len(), 40 | 64) && named.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_whole {
        return Ok(named.to_lowercase());
    }
    history::full_id(named).ok_or_else(|| {
        let help = "give the full id, or a name that git knows in this folder";
        usage(&format!("no commit `{named}`"), help)
    })
}

/// The commit of the working directory, which is told.
fn head() -> Result<String, u8> {
    let head = history::full_id("HEAD").ok_or_else(|| {
        usage(
            "which commit is to be released?",
            "name it: `--commit SHA`; this folder has none of its own",
        )
    })?;
    anstream::eprintln!("commit    {head}, the one of this folder: --commit names another");
    Ok(head)
}

/// `sha256:` and 64 hex digits; the name of the algorithm may be left out.
pub(super) fn artifact(text: &str) -> Result<String, u8> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(format!("sha256:{}", digits.to_lowercase()));
    }
    let help = "write `sha256:` and 64 hex digits, as `sha256sum FILE` prints them";
    Err(usage(&format!("`{text}` is not a digest"), help))
}

pub(super) fn usage(message: &str, help: &str) -> u8 {
    anstream::eprintln!("error: {message}\n  = help: {help}");
    exit::USAGE
}

/// Prints a decision; a reader that went away does not change what was decided.
fn show(decision: &Decision, format: Format, detail: Detail) {
    let style = match format {
        Format::Text => Style {
            colour: true,
            width: screen::width(),
        },
        _ => Style::default(),
    };
    screen::write(&decision::render(decision, format, detail, style));
}

/// Makes old decisions again under another policy.
fn simulate(arguments: &SimulateArguments) -> u8 {
    let policy = match policy(&arguments.policy) {
        Ok(policy) => policy,
        Err(code) => return code,
    };
    let old = match gate_files::decisions(&arguments.folder) {
        Ok(old) => old,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            return exit::EVIDENCE;
        }
    };
    if old.is_empty() {
        anstream::eprintln!(
            "error: no decisions in {}\n  = help: `proofhouse gate` keeps every decision that it makes",
            arguments.folder.display()
        );
        return exit::EVIDENCE;
    }
    replayed(&policy, old)
}

fn replayed(policy: &Policy, old: Vec<(String, Decision)>) -> u8 {
    let (all, mut flips) = (old.len(), 0);
    for (name, decision) in old {
        let replay = gate::replay(policy, decision);
        flips += usize::from(replay.flips());
        let mark = if replay.flips() { "FLIPS" } else { "same " };
        let (before, now) = (replay.before.word(), replay.now.verdict.word());
        anstream::println!(
            "{mark}  {name}  {before} ({}) -> {now} ({})",
            replay.exit_before,
            replay.now.exit_code
        );
        for reason in replay.appeared.iter().take(10) {
            anstream::println!("        + {}", printable(reason));
        }
        for reason in replay.gone.iter().take(10) {
            anstream::println!("        - {}", printable(reason));
        }
    }
    anstream::println!(
        "{flips} of {all} decisions open or close under {}",
        policy.source.path
    );
    if flips == 0 { exit::PASS } else { exit::FAIL }
}

/// Names come from reports: nothing of them steers the terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
