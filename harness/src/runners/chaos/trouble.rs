//! What went wrong with an attempt: its class, and whether it is certain that nothing happened.

use crate::model::chaos::{AttemptClass, AttemptOutcome};
use std::error::Error;
use std::io::{self, ErrorKind};

/// Longest text kept of an error, in characters.
const LONGEST: usize = 200;

/// Why an attempt is not good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) class: AttemptClass,
    pub(super) detail: String,
}

impl Trouble {
    pub(super) fn new(class: AttemptClass, detail: impl AsRef<str>) -> Self {
        Self {
            class,
            detail: short(detail.as_ref()),
        }
    }

    /// Reads an error of a network client with everything below it.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        let text = told(error);
        let class = chain(error).find_map(class).unwrap_or_else(|| said(&text));
        Self::new(class, text)
    }

    /// Jepsen's distinction: a refusal or a wrong answer is certain; what ended
    /// without an answer may have happened all the same.
    pub(super) fn outcome(&self) -> AttemptOutcome {
        match self.class {
            AttemptClass::Timeout | AttemptClass::Reset | AttemptClass::Eof => AttemptOutcome::Info,
            AttemptClass::Refused
            | AttemptClass::Dns
            | AttemptClass::Status
            | AttemptClass::Body
            | AttemptClass::Server => AttemptOutcome::Bad,
        }
    }
}

/// The first [`LONGEST`] characters.
pub(super) fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// An error and its causes in one line.
pub(super) fn told(error: &(dyn Error + 'static)) -> String {
    let mut lines: Vec<String> = Vec::new();
    for cause in chain(error) {
        let line = cause.to_string();
        // Many errors repeat their cause in their own text.
        if !lines.iter().any(|told| told.contains(&line)) {
            lines.push(line);
        }
    }
    lines.join(": ")
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// What an error's type says.
fn class(error: &(dyn Error + 'static)) -> Option<AttemptClass> {
    if error.is::<tokio_postgres::error::DbError>() {
        return Some(AttemptClass::Server);
    }
    match error.downcast_ref::<io::Error>()?.kind() {
        // Of the two that cannot be reached: nothing was sent either.
        ErrorKind::ConnectionRefused
        | ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable => Some(AttemptClass::Refused),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            Some(AttemptClass::Reset)
        }
        ErrorKind::UnexpectedEof => Some(AttemptClass::Eof),
        ErrorKind::TimedOut => Some(AttemptClass::Timeout),
        _ => None,
    }
}

/// What an error's words say, where its type is another crate's own.
fn said(text: &str) -> AttemptClass {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["failed to lookup address", "dns error"]) {
        AttemptClass::Dns
    } else if has(&["connection closed", "unexpected EOF", "end of file"]) {
        AttemptClass::Eof
    } else if has(&["timed out", "timeout"]) {
        AttemptClass::Timeout
    } else if has(&["parsed", "unexpected message", "error parsing"]) {
        AttemptClass::Body
    } else {
        // What nobody understands stays unknown.
        AttemptClass::Reset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_certain_is_bad() {
        for (kind, class, outcome) in [
            (
                ErrorKind::ConnectionRefused,
                AttemptClass::Refused,
                AttemptOutcome::Bad,
            ),
            (
                ErrorKind::ConnectionReset,
                AttemptClass::Reset,
                AttemptOutcome::Info,
            ),
            (
                ErrorKind::UnexpectedEof,
                AttemptClass::Eof,
                AttemptOutcome::Info,
            ),
            (
                ErrorKind::TimedOut,
                AttemptClass::Timeout,
                AttemptOutcome::Info,
            ),
            (ErrorKind::Other, AttemptClass::Reset, AttemptOutcome::Info),
        ] {
            let trouble = Trouble::of(&io::Error::from(kind));
            assert_eq!((trouble.class, trouble.outcome()), (class, outcome));
        }
    }

    #[test]
    fn words_are_read_where_types_say_nothing() {
        let class = |text: &str| Trouble::of(&io::Error::other(text.to_owned())).class;
        assert_eq!(
            class("failed to lookup address information: Name or service not known"),
            AttemptClass::Dns
        );
        assert_eq!(
            class("connection closed before message completed"),
            AttemptClass::Eof
        );
        assert_eq!(class("invalid HTTP version parsed"), AttemptClass::Body);
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let trouble = Trouble::new(AttemptClass::Body, "ü".repeat(500));
        assert_eq!(trouble.detail.chars().count(), LONGEST);
    }
}
