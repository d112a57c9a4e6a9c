//! `proofhouse judge` and `proofhouse report`: yesterday's evidence, without running anything.

use super::arguments::{JudgeArguments, ReportArguments};
use super::decide::{Decided, decide};
use super::{detail, exit, screen};
use crate::model::evidence::Evidence;
use crate::report::Format;
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
        None => screen::show(&report, Format::Text),
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
    let format: Format = match arguments.format.parse() {
        Ok(format) => format,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            return exit::USAGE;
        }
    };
    let (evidence, folder) = match evidence(&arguments.run) {
        Ok(found) => found,
        Err(code) => return code,
    };
    let Decided { report, .. } = match decide(&evidence, &folder) {
        Ok(decided) => decided,
        Err(error) => return unreadable(&error),
    };
    match &arguments.output {
        None => screen::show(&report, format),
        Some(path) => {
            if let Err(error) = atomic::write(path, &screen::plain(&report, format)) {
                anstream::eprintln!("error: cannot write {}: {error}", path.display());
                return exit::INTERNAL;
            }
        }
    }
    exit::of(report.verdict)
}
