//! Report to bytes, one file a format.

mod annotations;
mod clean;
mod columns;
mod ctrf;
pub mod decision;
mod html;
mod in_toto;
mod json;
mod junit;
mod junit_cases;
mod markdown;
mod markdown_chaos;
mod markdown_checks;
mod openmetrics;
pub mod schema;
#[cfg(test)]
mod schema_check;
mod sheet;
mod svr;
#[cfg(test)]
mod testdata;
mod text;
mod text_chaos;
mod text_checks;

pub use html::{IndexedRun, index};
pub use sheet::{Dialect, Sheet};
pub use svr::svr;

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
    /// One page to look at, offline.
    Html,
    /// Common Test Report Format.
    Ctrf,
    /// GitHub workflow commands that mark lines of files.
    Annotations,
    /// Numbers for Prometheus.
    OpenMetrics,
    /// An in-toto statement with a test-result predicate; who signs it is not its business.
    InToto,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 9] = [
        Format::Text,
        Format::Json,
        Format::Junit,
        Format::Markdown,
        Format::Html,
        Format::Ctrf,
        Format::Annotations,
        Format::OpenMetrics,
        Format::InToto,
    ];

    /// The word in options.
    pub fn word(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Junit => "junit",
            Format::Markdown => "markdown",
            Format::Html => "html",
            Format::Ctrf => "ctrf",
            Format::Annotations => "annotations",
            Format::OpenMetrics => "openmetrics",
            Format::InToto => "in-toto",
        }
    }

    /// The file in a run's folder.
    pub fn file_name(self) -> &'static str {
        match self {
            Format::Text => "report.txt",
            Format::Json => "report.json",
            Format::Junit => "junit.xml",
            Format::Markdown => "summary.md",
            Format::Html => "report.html",
            Format::Ctrf => "ctrf.json",
            Format::Annotations => "annotations.txt",
            Format::OpenMetrics => "metrics.prom",
            Format::InToto => "test-result.json",
        }
    }
}

/// The name of one of several files of a report: `junit.xml`, `junit-2.xml`.
pub fn part_name(file_name: &str, at: usize) -> String {
    match (at, file_name.rsplit_once('.')) {
        (0, _) => file_name.to_owned(),
        (at, Some((stem, ending))) => format!("{stem}-{}.{ending}", at + 1),
        (at, None) => format!("{file_name}-{}", at + 1),
    }
}

/// A word that is no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no report format named `{0}`; known: text, json, junit, markdown, html, ctrf, annotations, openmetrics, in-toto"
)]
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
///
/// One file, or several where readers would refuse one so large: JUnit of very many checks.
pub fn render(sheet: &Sheet<'_>, format: Format, style: Style) -> Vec<Vec<u8>> {
    let report = sheet.report;
    let one = match format {
        Format::Text => text::render(report, style).into_bytes(),
        Format::Json => json::render(report),
        Format::Junit => return junit::parts(sheet),
        Format::Markdown => markdown::render(sheet).into_bytes(),
        Format::Html => html::render(sheet).into_bytes(),
        Format::Ctrf => ctrf::render(sheet),
        Format::Annotations => annotations::render(sheet).into_bytes(),
        Format::OpenMetrics => openmetrics::render(report).into_bytes(),
        Format::InToto => in_toto::render(sheet),
    };
    vec![one]
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

    #[test]
    fn files_have_names_of_their_own() {
        let mut names: Vec<&str> = Format::ALL.map(Format::file_name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Format::ALL.len());
        assert_eq!(part_name("junit.xml", 0), "junit.xml");
        assert_eq!(part_name("junit.xml", 1), "junit-2.xml");
    }

    /// Golden files of every format from the same reports.
    #[test]
    fn golden_files() {
        for name in testdata::REPORTS {
            let report = testdata::report(name);
            for format in [Format::Text, Format::Junit, Format::Markdown] {
                let bytes = render(&Sheet::from(&report), format, Style::default()).concat();
                let text = String::from_utf8(bytes).unwrap();
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
