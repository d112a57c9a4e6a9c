//! The gate's decision written down: for people, for CI dashboards, for machines.

pub(crate) mod alike;
mod annotations;
mod ctrf;
mod junit;
mod markdown;
#[cfg(test)]
pub(crate) mod testdata;
mod text;
pub(crate) mod tree;

pub(crate) use text::counted;
pub use text::{Detail, decision};

use super::{Format, Style, html};
use crate::model::decision::Decision;

/// The formats that a decision has; numbers for Prometheus and a suite's test result are a report's.
pub const FORMATS: [Format; 7] = [
    Format::Text,
    Format::Json,
    Format::Junit,
    Format::Markdown,
    Format::Html,
    Format::Ctrf,
    Format::Annotations,
];

/// A word that is no format of a decision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no format of decisions named `{0}`; known: text, json, junit, markdown, html, ctrf, annotations"
)]
pub struct UnknownDecisionFormat(String);

/// Finds a format by its word.
///
/// # Errors
/// A word that is none, or that only reports of runs have.
pub fn format(word: &str) -> Result<Format, UnknownDecisionFormat> {
    let found = FORMATS.into_iter().find(|format| format.word() == word);
    found.ok_or_else(|| UnknownDecisionFormat(word.to_owned()))
}

/// The file of a decision in this format, beside the others.
pub fn file_name(format: Format) -> &'static str {
    match format {
        Format::Text => "decision.txt",
        Format::Json => "decision.json",
        Format::Junit => "decision.xml",
        Format::Markdown => "decision.md",
        Format::Html => "decision.html",
        Format::Ctrf => "decision.ctrf.json",
        Format::Annotations => "decision.annotations.txt",
        other => other.file_name(),
    }
}

/// Writes a decision down; the format changes no verdict and no exit code.
///
/// `detail` and `style` only matter for the screen. What a decision does not have is empty.
pub fn render(decision: &Decision, format: Format, detail: Detail, style: Style) -> Vec<u8> {
    match format {
        Format::Text => text::decision(decision, detail, style).into_bytes(),
        Format::Json => json(decision),
        Format::Junit => junit::render(decision),
        Format::Markdown => markdown::render(decision).into_bytes(),
        Format::Html => html::decision(decision).into_bytes(),
        Format::Ctrf => ctrf::render(decision),
        Format::Annotations => annotations::render(decision).into_bytes(),
        Format::OpenMetrics | Format::InToto => Vec::new(),
    }
}

/// `proofhouse.decision/1`: the same decision is the same bytes.
fn json(decision: &Decision) -> Vec<u8> {
    // A decision holds no maps with other keys than text, so writing it cannot fail.
    let mut bytes = serde_json::to_vec_pretty(decision).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_format_has_a_word_a_file_and_something_to_say() {
        let mut names: Vec<&str> = FORMATS.map(file_name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FORMATS.len());
        let error = format("openmetrics").unwrap_err().to_string();
        let decision = testdata::sample();
        for one in FORMATS {
            assert_eq!(format(one.word()).unwrap(), one);
            assert!(error.contains(one.word()), "{error}");
            let bytes = render(&decision, one, Detail::Short, Style::default());
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.to_lowercase().contains("waived"), "{}", one.word());
        }
    }

    #[test]
    fn the_json_is_read_again_as_the_same_decision() {
        let decision = testdata::sample();
        let bytes = render(&decision, Format::Json, Detail::Short, Style::default());
        let read: Decision = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read, decision);
    }
}
