//! The readers of single words and lines: conditions, text with holes, metrics of a service.

use super::{comes_back, told};
use proofhouse::model::expression::Condition;
use proofhouse::model::template::{Piece, Template};
use proofhouse::runners::contract::auth::scrape::Scrape;

/// Conditions of a policy and text with holes; faults lie in the text.
pub fn expressions(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    template(text);
    match Condition::parse(text) {
        Ok(condition) => {
            assert_eq!(condition.text(), text);
            comes_back(&condition);
            true
        }
        Err(bad) => {
            told(&bad.message);
            assert!(bad.length >= 1 && bad.at <= text.chars().count(), "{bad:?}");
            false
        }
    }
}

/// Pieces put together again are the same pieces.
fn template(text: &str) {
    let read = match Template::parse(text) {
        Ok(read) => read,
        Err(error) => return told(&error.to_string()),
    };
    comes_back(&read);
    let written = read.pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text.replace('$', "$$"),
        Piece::Hole(name) => format!("${{{name}}}"),
    });
    let written: String = written.collect();
    assert_eq!(Template::parse(&written).as_ref(), Ok(&read), "{written}");
}

/// Metrics as a service tells them: every line that is no comment is a sample, or all is refused.
pub fn metrics(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let scrape = match Scrape::parse(text) {
        Ok(scrape) => scrape,
        Err(why) => {
            told(&why);
            return false;
        }
    };
    let lines = text.lines().map(str::trim);
    let samples = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    assert_eq!(samples.count(), scrape.samples.len());
    let named = scrape.samples.iter().all(|sample| !sample.name.is_empty());
    assert!(named, "a sample without a name: {scrape:?}");
    true
}
