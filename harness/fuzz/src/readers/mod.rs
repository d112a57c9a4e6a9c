//! Every reader of foreign bytes, and what must hold of it whatever it is given.
//!
//! A reader here takes bytes, panics where something does not hold, and says whether they were
//! accepted. The fuzz targets beside this folder give it what a fuzzer thinks of; the tests of
//! the harness include this folder and give it real files and seeded mutations of them.

mod configuration;
mod disk;
mod gate;
mod places;
mod words;

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// Name of a reader, and the reader.
pub type Reader = (&'static str, fn(&[u8]) -> bool);

/// All of them. The names are those of the fuzz targets.
pub const READERS: [Reader; 20] = [
    ("report", gate::report),
    ("junit", gate::junit),
    ("abandoned", gate::abandoned),
    ("decision", gate::decision),
    ("policy", configuration::policy),
    ("waivers", configuration::waivers),
    ("suite", configuration::suite),
    ("scenario", configuration::scenario),
    ("targets", configuration::targets),
    ("chaos", configuration::chaos),
    ("system", configuration::system),
    ("trial", configuration::trial),
    ("graph_cases", configuration::graph_cases),
    ("declared", configuration::declared),
    ("tree", configuration::tree),
    ("evidence", disk::evidence),
    ("baseline", disk::baseline),
    ("journal", disk::journal),
    ("expressions", words::expressions),
    ("metrics", words::metrics),
];

/// Asks a reader by its name; whether it accepted the bytes.
///
/// # Panics
/// There is no such reader, or something does not hold that must.
pub fn read(name: &str, bytes: &[u8]) -> bool {
    let found = READERS.iter().find(|(known, _)| *known == name);
    let (_, reader) = found.unwrap_or_else(|| panic!("no reader named `{name}`"));
    reader(bytes)
}

/// What was accepted is the same when it is written and read again.
fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let bytes = serde_json::to_vec(value).expect("what was read can be written");
    let again: T = serde_json::from_slice(&bytes).expect("what was written can be read");
    assert_eq!(&again, value, "written and read again");
}

/// Lengths at which a file is cut off, fewer than its own.
fn cuts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let whole = bytes.len();
    [whole / 3, whole / 2, whole.saturating_sub(1)]
        .into_iter()
        .filter(move |cut| *cut < whole)
}

/// An error says something.
fn told(words: &str) {
    assert!(!words.trim().is_empty(), "refused without a word");
}
