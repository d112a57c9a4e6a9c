//! Reports on the screen: colour where it is wanted, bytes as they are elsewhere.

use crate::model::report::Report;
use crate::report::{Format, Sheet, Style, render};
use std::io::Write;

/// A report in a format, without colour: one file, or several.
pub(super) fn plain(sheet: &Sheet<'_>, format: Format) -> Vec<Vec<u8>> {
    render(sheet, format, Style::default())
}

/// Writes a report to standard output for people; colours are taken out where nobody sees
/// them (no terminal, `NO_COLOR`).
pub(super) fn show(report: &Report) {
    let style = Style {
        colour: true,
        width: width(),
    };
    write(&render(&Sheet::from(report), Format::Text, style).concat());
}

/// Writes to standard output as it is.
pub(super) fn write(bytes: &[u8]) {
    let mut out = anstream::stdout();
    // A reader that went away (`| head`) does not change what was decided.
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// Columns of the terminal where there is one and `COLUMNS` says so, else 80.
pub(super) fn width() -> usize {
    let told = std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok());
    told.unwrap_or(80_usize).clamp(60, 160)
}
