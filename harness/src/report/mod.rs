//! Report to bytes, one file a format.

mod clean;
mod columns;
pub mod decision;
mod json;
mod junit;
mod junit_cases;
mod markdown;
mod markdown_chaos;
pub mod schema;
#[cfg(test)]
mod testdata;
mod text;
mod text_chaos;
mod text_checks;

use crate::model::report::Report;
use std::str::FromStr;

/// A way to write a report down. The choice never changes a verdict or an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For the screen.
    Text,
    /// `proofhouse.report/1`: everything, for machines and for reading again.
    Json,
    /// JUnit XML, valid for Jenkins and Ant at once.
    Junit,
    /// For step summaries and comments.
    Markdown,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 4] = [Format::Text, Format::Json, Format::Junit, Format::Markdown];

    /// The word in options.
    pub fn word(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Junit => "junit",
            Format::Markdown => "markdown",
        }
    }

    /// The file in a run's folder.
    pub fn file_name(self) -> &'static str {
        match self {
            Format::Text => "report.txt",
            Format::Json => "report.json",
            Format::Junit => "junit.xml",
            Format::Markdown => "summary.md",
        }
    }
}

/// A word that is no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no report format named `{0}`; known: text, json, junit, markdown")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        let mut all = Format::ALL.into_iter();
        all.find(|format| format.word() == word)
            .ok_or_else(|| UnknownFormat(word.to_owned()))
    }
}

/// How the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether verdicts are coloured; they are always written out too.
    pub colour: bool,
    /// Columns; at least 60 are used.
    pub width: usize,
}

impl Default for Style {
    /// No colour, 80 columns.
    fn default() -> Self {
        Self {
            colour: false,
            width: 80,
        }
    }
}

/// Writes a report down; `style` only matters for the screen.
pub fn render(report: &Report, format: Format, style: Style) -> Vec<u8> {
    match format {
        Format::Text => text::render(report, style).into_bytes(),
        Format::Json => json::render(report),
        Format::Junit => junit::render(report),
        Format::Markdown => markdown::render(report).into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_format_is_found_by_its_word() {
        for format in Format::ALL {
            assert_eq!(format.word().parse::<Format>().unwrap(), format);
        }
        let error = "xml".parse::<Format>().unwrap_err().to_string();
        for format in Format::ALL {
            assert!(error.contains(format.word()), "{error}");
        }
    }

    /// Golden files of every format from the same reports.
    #[test]
    fn golden_files() {
        for name in testdata::REPORTS {
            let report = testdata::report(name);
            for format in [Format::Text, Format::Junit, Format::Markdown] {
                let text = String::from_utf8(render(&report, format, Style::default())).unwrap();
                let ending = format.file_name().rsplit('.').next().unwrap();
                golden(&format!("{name}.{ending}"), &text);
            }
        }
    }

    /// `UPDATE_GOLDEN=1` writes the file anew.
    fn golden(name: &str, text: &str) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/report");
        let path = format!("{folder}/{name}");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, text).unwrap();
        }
        let wanted = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            text, wanted,
            "{path} differs; UPDATE_GOLDEN=1 writes it anew"
        );
    }
}
