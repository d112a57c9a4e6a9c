//! Reports beside a run's evidence, the page over all runs, and a browser to look at them.

use super::arguments::OpenArguments;
use super::decide::{Decided, decide};
use super::{again, exit, screen};
use crate::model::report::Report;
use crate::report::{Format, IndexedRun, Sheet, index, part_name};
use crate::store::{StoreError, atomic, runs};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Newest runs that the page over all runs shows.
const SHOWN: usize = 100;

/// Writes a run's report in every format into its folder.
///
/// # Errors
/// The disk is full or gone.
pub(super) fn write(decided: &Decided, folder: &Path) -> Result<(), StoreError> {
    let sheet = sheet(decided);
    for format in Format::ALL {
        for (at, bytes) in screen::plain(&sheet, format).iter().enumerate() {
            let name = part_name(format.file_name(), at);
            atomic::write(&folder.join(name), bytes)?;
        }
    }
    Ok(())
}

fn sheet(decided: &Decided) -> Sheet<'_> {
    Sheet {
        charts: Some(&decided.charts),
        ..Sheet::from(&decided.report)
    }
}

/// Writes the page over all runs. It is a convenience: where it cannot be written that is told, and no more.
pub(super) fn index_anew() {
    if let Err(error) = write_index() {
        anstream::eprintln!("warning: cannot write the page over all runs: {error}");
    }
}

/// Beside the folder of runs.
fn index_file() -> PathBuf {
    Path::new(runs::RUNS).with_file_name("index.html")
}

fn write_index() -> Result<PathBuf, StoreError> {
    let mut folders = runs::list(Path::new(runs::RUNS))?;
    folders.reverse();
    let left_out = folders.len().saturating_sub(SHOWN);
    folders.truncate(SHOWN);
    let found: Vec<IndexedRun> = folders.iter().map(|folder| indexed(folder)).collect();
    let file = index_file();
    let parent = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(|source| StoreError::Io {
        act: "create",
        path: parent.to_owned(),
        source,
    })?;
    atomic::write(&file, &index(&found, left_out))?;
    Ok(file)
}

/// A report that cannot be read is none: its run is listed without a verdict.
fn indexed(folder: &Path) -> IndexedRun {
    let read = std::fs::read(folder.join(Format::Json.file_name())).ok();
    let report: Option<Report> = read.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    IndexedRun {
        name: folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        page: folder.join(Format::Html.file_name()).is_file(),
        report,
    }
}

/// Shows a page in a browser, or says where it is when there is no desktop.
pub(super) fn open(arguments: &OpenArguments) -> u8 {
    let page = match arguments.index {
        true => write_index().map_err(|error| again::unreadable(&error)),
        false => page_of(&arguments.run),
    };
    let page = match page {
        Ok(page) => page,
        Err(code) => return code,
    };
    let address = address(&page);
    if !arguments.print && has_desktop() && opened(&address) {
        anstream::println!("opened {address}");
    } else {
        anstream::println!("{address}");
    }
    exit::PASS
}

/// The page of a run, made now where an older version has left none.
fn page_of(wanted: &str) -> Result<PathBuf, u8> {
    let folder = runs::find(Path::new(runs::RUNS), wanted);
    let folder = folder.map_err(|error| again::unreadable(&error))?;
    let page = folder.join(Format::Html.file_name());
    if page.is_file() {
        return Ok(page);
    }
    let (evidence, folder) = again::evidence(wanted)?;
    if evidence.interrupted().is_some() {
        anstream::eprintln!("error: the run was interrupted; nothing of it is judged");
        return Err(exit::INTERRUPTED);
    }
    let made = decide(&evidence, &folder).and_then(|decided| {
        let bytes = screen::plain(&sheet(&decided), Format::Html).concat();
        atomic::write(&page, &bytes)
    });
    made.map_err(|error| again::unreadable(&error))?;
    Ok(page)
}

/// `file://` and the whole path; the path itself where it has no such address.
fn address(page: &Path) -> String {
    let whole = std::fs::canonicalize(page).unwrap_or_else(|_| page.to_owned());
    match url::Url::from_file_path(&whole) {
        Ok(url) => url.to_string(),
        Err(()) => whole.display().to_string(),
    }
}

fn has_desktop() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(target_os = "macos") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// Whether the desktop took it.
fn opened(address: &str) -> bool {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let ended = Command::new(program)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    ended.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Otherwise a report would name other reports as its evidence.
    #[test]
    fn no_report_is_evidence() {
        for format in Format::ALL {
            for at in [0, 1] {
                let name = part_name(format.file_name(), at);
                let known = at == 0 || format == Format::Junit;
                assert_eq!(crate::store::is_report(&name), known, "{name}");
            }
        }
        assert!(!crate::store::is_report("evidence.jsonl"));
    }
}
