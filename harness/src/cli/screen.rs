//! Reports on the screen: colour where it is wanted, bytes as they are elsewhere.

use crate::model::report::Report;
use crate::report::{Format, Style, render};
use std::io::Write;

/// A report in a format, without colour.
pub(super) fn plain(report: &Report, format: Format) -> Vec<u8> {
    render(report, format, Style::default())
}

/// Writes a report to standard output; colours are taken out where nobody sees
/// them (no terminal, `NO_COLOR`).
pub(super) fn show(report: &Report, format: Format) {
    let style = Style {
        colour: format == Format::Text,
        width: width(),
    };
    let mut out = anstream::stdout();
    // A reader that went away (`| head`) does not change what was decided.
    let _ = out
        .write_all(&render(report, format, style))
        .and_then(|()| out.flush());
}

/// Columns of the terminal where there is one and `COLUMNS` says so, else 80.
pub(super) fn width() -> usize {
    let told = std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok());
    told.unwrap_or(80_usize).clamp(60, 160)
}
