//! Where a word stands in a file, and what is wrong with it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The position of one key or value in a file that people write.
///
/// Lines and columns count from 1; columns count characters, not bytes.
/// `length` is the number of characters to underline and is at least 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Path of the file as the user named it.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Characters to underline.
    pub length: u32,
    /// Dotted path of keys from the root, for example `slos.search.p95_latency_ms`.
    pub key_path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A value together with the place where it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub place: Place,
}

/// One error in what a person wrote: what, where, what is known, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Lower-case fragment that says what is wrong.
    pub message: String,
    /// Where; `None` only when there is no file to point at.
    pub place: Option<Place>,
    /// The names that would have been right, in order.
    pub known: Vec<String>,
    /// What to do about it; may have several lines.
    pub help: Option<String>,
}

impl Problem {
    /// A problem at a place.
    pub fn at(place: &Place, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: Some(place.clone()),
            known: Vec::new(),
            help: None,
        }
    }

    /// A problem that no line of a file can show.
    pub fn without_place(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: None,
            known: Vec::new(),
            help: None,
        }
    }

    /// Adds the list of names that would have been right.
    #[must_use]
    pub fn known<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.known = names.into_iter().map(Into::into).collect();
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
