//! The parser's errors in the words of somebody who writes a suite.

use crate::model::place::{Place, Problem};
use serde_saphyr::granit_parser::{ErrorKind, ScanError};

/// A syntax error as a problem; `lines` are the lines of the file.
pub fn problem(error: &ScanError, place: Place, lines: &[&str]) -> Problem {
    let place = inside(place, lines);
    match error.kind() {
        kind if is_tab(kind, &place, lines) => {
            let place = at_tab(place, lines);
            Problem::at(&place, "a tab cannot indent YAML").help("indent with spaces")
        }
        ErrorKind::UnclosedQuotedScalar => Problem::at(&place, "a quote is never closed")
            .help("close it on the same line; a quote inside text is doubled: `'it''s'`"),
        ErrorKind::UnclosedFlowCollection { open } => {
            Problem::at(&place, format!("`{open}` is never closed"))
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            Problem::at(&place, format!("`{open}` is closed by `{close}`"))
        }
        ErrorKind::MappingValueNotAllowed if line_above(&place, lines).is_some() => {
            let place = line_above(&place, lines).unwrap_or(place);
            Problem::at(&place, "a key without its `:`").help("write `key:` above its mapping")
        }
        ErrorKind::InvalidColonPlacement => Problem::at(&place, "a `:` where none can stand")
            .help("is a bracket, a brace or a quote of a line above never closed?"),
        ErrorKind::MappingValueNotAllowed => Problem::at(
            &place,
            "a second `:` in one line, or a line indented too far",
        )
        .help("put text that holds `: ` in quotes; keys of one mapping stand in one column"),
        ErrorKind::SimpleKeyExpected if shown(&place, lines).contains(':') => {
            Problem::at(&place, "no space behind the `:`").help("write `key: value`")
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            Problem::at(&place, "a key without its `:`").help("write `key: value`")
        }
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation => {
            Problem::at(&place, "this line belongs to nothing above it")
                .help("keys of one mapping stand in one column; items of a list start with `- `")
        }
        ErrorKind::UnknownAnchor => Problem::at(&place, "an alias for a name that nothing has")
            .help("text that starts with `*` goes in quotes"),
        ErrorKind::UnexpectedCharacter { character } => {
            Problem::at(&place, format!("`{character}` cannot start a value"))
                .help("put the text in quotes")
        }
        ErrorKind::RecursionLimitExceeded => Problem::at(&place, "nested too deep"),
        _ => Problem::at(&place, format!("not valid YAML: {}", error.info())),
    }
}

fn shown<'a>(place: &Place, lines: &[&'a str]) -> &'a str {
    let index = place.line.saturating_sub(1) as usize;
    lines.get(index).copied().unwrap_or_default()
}

/// The line above, where it is a word that lacks its colon.
fn line_above(place: &Place, lines: &[&str]) -> Option<Place> {
    let index = (place.line as usize).checked_sub(2)?;
    let line = lines.get(index)?;
    let word = line.trim();
    let lacks = !word.is_empty() && !word.contains([':', '#', '-', '[', '{', '"']);
    lacks.then(|| Place {
        line: place.line - 1,
        column: u32::try_from(line.chars().take_while(|c| c.is_whitespace()).count() + 1)
            .unwrap_or(1),
        length: u32::try_from(word.chars().count()).unwrap_or(1),
        ..place.clone()
    })
}

/// Errors at the end of the file are shown on the last line that has text.
fn inside(mut place: Place, lines: &[&str]) -> Place {
    let shown = |line: u32| lines.get(line.saturating_sub(1) as usize).copied();
    if shown(place.line).is_none_or(|text| text.trim().is_empty()) {
        let filled = lines.iter().rposition(|line| !line.trim().is_empty());
        if let Some(index) = filled.filter(|index| *index + 1 < place.line as usize) {
            place.line = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let end = lines[index].trim_end().chars().count();
            place.column = u32::try_from(end).unwrap_or(u32::MAX).max(1);
        }
    }
    place
}

fn is_tab(kind: &ErrorKind, place: &Place, lines: &[&str]) -> bool {
    let line = lines.get(place.line.saturating_sub(1) as usize);
    let indented = line.is_some_and(|line| {
        let blank: String = line.chars().take_while(|c| c.is_whitespace()).collect();
        blank.contains('\t')
    });
    indented
        || matches!(
            kind,
            ErrorKind::TabNotAllowed
                | ErrorKind::TabInBlockIndentation
                | ErrorKind::TabInIndentation
                | ErrorKind::TabInPlainScalar
                | ErrorKind::TabAtBlockScalarStart
        )
}

fn at_tab(mut place: Place, lines: &[&str]) -> Place {
    let line = lines.get(place.line.saturating_sub(1) as usize);
    if let Some(column) = line.and_then(|line| line.chars().position(|c| c == '\t')) {
        place.column = u32::try_from(column + 1).unwrap_or(u32::MAX);
    }
    place.length = 1;
    place
}
