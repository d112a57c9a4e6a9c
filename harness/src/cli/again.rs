//! `proofhouse judge` and `proofhouse report`: yesterday's evidence, without running anything.

use super::arguments::{DialectWord, JudgeArguments, ReportArguments, ReportCommand};
use super::decide::{Decided, decide};
use super::{detail, exit, gate, keys, pages, screen};
use crate::attest::SigningKey;
use crate::model::evidence::Evidence;
use crate::report::{Dialect, Format, Sheet, part_name};
use crate::store::{self, StoreError, atomic, runs};
use std::path::{Path, PathBuf};

/// Reads a run's evidence; an exit code where there is none to read.
pub(super) fn evidence(wanted: &str) -> Result<(Evidence, PathBuf), u8> {
    let read = runs::find(Path::new(runs::RUNS), wanted)
        .and_then(|folder| store::read(&folder).map(|evidence| (evidence, folder)));
    read.map_err(|error| unreadable(&error))
}

/// Tells what is wrong with the evidence, and which runs there are instead.
pub(super) fn unreadable(error: &StoreError) -> u8 {
    anstream::eprintln!("error: {error}");
    if let StoreError::NoRun { known, .. } = error {
        let known = if known.is_empty() {
            "none".to_owned()
        } else {
            known.join(", ")
        };
        anstream::eprintln!("  = known: {known}");
    }
    exit::EVIDENCE
}

/// Judges a run again.
pub(super) fn judge(arguments: &JudgeArguments) -> u8 {
    let (evidence, folder) = match evidence(&arguments.run) {
        Ok(found) => found,
        Err(code) => return code,
    };
    if evidence.interrupted().is_some() {
        anstream::eprintln!("error: the run was interrupted; nothing of it is judged");
        return exit::INTERRUPTED;
    }
    let Decided { report, .. } = match decide(&evidence, &folder) {
        Ok(decided) => decided,
        Err(error) => return unreadable(&error),
    };
    match &arguments.check {
        None => screen::show(&report),
        Some(wanted) => {
            let text = detail::checks(&report, &evidence, wanted, arguments.detail);
            if text.is_empty() {
                anstream::eprintln!("error: no check of this run has `{wanted}` in its id");
                return exit::USAGE;
            }
            anstream::print!("{text}");
        }
    }
    exit::of(report.verdict)
}

/// Writes a run's report in another format. The exit code is that of the verdict, whatever the format.
pub(super) fn report(arguments: &ReportArguments) -> u8 {
    if let Some(ReportCommand::Open(open)) = &arguments.command {
        return pages::open(open);
    }
    let format: Format = match arguments.format.parse() {
        Ok(format) => format,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            return exit::USAGE;
        }
    };
    let key = match signing_key(arguments, format) {
        Ok(key) => key,
        Err(code) => return code,
    };
    let (evidence, folder) = match evidence(&arguments.run) {
        Ok(found) => found,
        Err(code) => return code,
    };
    let Decided { report, charts, .. } = match decide(&evidence, &folder) {
        Ok(decided) => decided,
        Err(error) => return unreadable(&error),
    };
    let sheet = Sheet {
        charts: Some(&charts),
        dialect: match arguments.junit_dialect {
            DialectWord::Ant => Dialect::Ant,
            DialectWord::Surefire => Dialect::Surefire,
        },
        ..Sheet::from(&report)
    };
    match written(&sheet, format, arguments.output.as_deref(), key.as_ref()) {
        Ok(()) => exit::of(report.verdict),
        Err(code) => code,
    }
}

/// The key that was named; only a statement can be signed.
fn signing_key(arguments: &ReportArguments, format: Format) -> Result<Option<SigningKey>, u8> {
    if arguments.sign_key.is_some() && format != Format::InToto {
        let message = format!(
            "`--sign-key` signs statements, and `{}` is none",
            format.word()
        );
        return Err(gate::usage(&message, "ask for `--format in-toto`"));
    }
    keys::wanted(arguments.sign_key.as_deref())
}

/// Writes the files that were asked for; several need a name to be numbered from.
fn written(
    sheet: &Sheet<'_>,
    format: Format,
    output: Option<&Path>,
    key: Option<&SigningKey>,
) -> Result<(), u8> {
    let parts = match (format, output) {
        (Format::Text, None) => {
            screen::show(sheet.report);
            return Ok(());
        }
        _ => screen::plain(sheet, format),
    };
    let parts: Vec<Vec<u8>> = parts
        .into_iter()
        .map(|part| keys::signed(part, key))
        .collect();
    let Some(path) = output else {
        if parts.len() > 1 {
            anstream::eprintln!(
                "error: so many checks need {} files of {}\n  = help: name the first one with `--output FILE`",
                parts.len(),
                format.word()
            );
            return Err(exit::USAGE);
        }
        screen::write(&parts.concat());
        return Ok(());
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    for (at, bytes) in parts.iter().enumerate() {
        let path = path.with_file_name(part_name(&name, at));
        atomic::write(&path, bytes).map_err(|error| {
            anstream::eprintln!("error: cannot write {}: {error}", path.display());
            exit::INTERNAL
        })?;
    }
    Ok(())
}
