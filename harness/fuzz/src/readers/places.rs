//! Places of a file that people write: whatever is told of it lies inside.

use super::told;
use proofhouse::model::place::{Place, Problem};

/// The lines of a text, as editors count them.
pub struct Lines(Vec<usize>);

impl Lines {
    /// Counts lines and their characters.
    pub fn of(text: &str) -> Self {
        Self(text.split('\n').map(|line| line.chars().count()).collect())
    }

    /// A place lies in the text; the end of a line belongs to it.
    ///
    /// # Panics
    /// It does not.
    pub fn hold(&self, place: &Place) {
        let line = (place.line as usize).checked_sub(1);
        let characters = line.and_then(|line| self.0.get(line));
        let Some(characters) = characters else {
            panic!("{place} is no line of {}", self.0.len());
        };
        assert!(place.column >= 1 && place.length >= 1, "{place:?}");
        // One character behind the last: where something is missing.
        let end = place.column as usize + place.length as usize;
        assert!(
            end <= characters + 2,
            "{place:?} in {characters} characters"
        );
    }
}

/// A problem says what is wrong, and where in this file.
///
/// # Panics
/// It does not.
pub fn well_told(problem: &Problem, file: &str, lines: &Lines) {
    told(&problem.message);
    if let Some(help) = &problem.help {
        told(help);
    }
    let place = problem.place.as_ref();
    let place = place.unwrap_or_else(|| panic!("no place: {problem:?}"));
    assert_eq!(&*place.file, file, "the place of another file");
    lines.hold(place);
}
