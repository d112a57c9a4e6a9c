//! The readers of what the harness itself left on a disk, and of what became of it there.

use super::{comes_back, cuts, told};
use proofhouse::model::environment::fingerprint;
use proofhouse::runners::chaos::journal::{self, Entry, Found};
use proofhouse::store::{self, StoreError, baselines};
use std::path::Path;

/// Evidence comes back line by line, and what was cut off is a part of it and never a whole run.
pub fn evidence(bytes: &[u8]) -> bool {
    let path = Path::new("evidence.jsonl");
    let read = match store::read_bytes(path, bytes) {
        Ok(read) => read,
        Err(error) => return broken(&error, bytes),
    };
    assert!(!read.events.is_empty(), "a run without a beginning");
    comes_back(&read.events);
    let mut lines = Vec::new();
    for event in &read.events {
        serde_json::to_writer(&mut lines, event).expect("an event can be written");
        lines.push(b'\n');
    }
    let again = store::read_bytes(path, &lines).expect("what was written can be read");
    assert_eq!(again, read, "written and read again");
    // Behind the last line end anything may stand: there is no telling how it would have gone on.
    for cut in cuts(bytes).filter(|_| bytes.ends_with(b"\n")) {
        if let Ok(part) = store::read_bytes(path, &bytes[..cut]) {
            assert!(read.events.starts_with(&part.events), "cut at {cut}");
            let whole = part.events.len() == read.events.len();
            assert!(whole || !part.is_complete(), "whole, cut at {cut}");
        }
    }
    true
}

/// A line that is broken is a line of the file.
fn broken(error: &StoreError, bytes: &[u8]) -> bool {
    let StoreError::Broken { line, reason, .. } = error else {
        panic!("not about the bytes: {error}");
    };
    told(reason);
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').count();
    assert!((1..=lines.max(1)).contains(line), "line {line} of {lines}");
    false
}

/// A baseline is what its name and its machine say, and is stored as the same bytes from then on.
pub fn baseline(bytes: &[u8]) -> bool {
    let path = Path::new("baselines/full/checkout/0123456789ab/typical_load/000001-4f2c1e0a.json");
    let read = match baselines::read_bytes(path, bytes) {
        Ok(read) => read,
        Err(error) => {
            told(&error.to_string());
            return false;
        }
    };
    assert_eq!(read.sequence, 1, "the sequence of another file");
    assert_eq!(read.fingerprint, fingerprint(&read.machine));
    comes_back(&read);
    let stored = baselines::bytes(&read).expect("a baseline can be stored");
    let again = baselines::read_bytes(path, &stored).expect("what was stored can be read");
    let stored_again = baselines::bytes(&again).expect("a baseline can be stored");
    assert_eq!(stored_again, stored, "stored a second time");
    true
}

/// A journal says what is broken, can always be healed, and is the same when it is written again.
pub fn journal(bytes: &[u8]) -> bool {
    let path = Path::new("run.journal");
    let found = journal::read_bytes(path, bytes);
    let line = |entry: Entry| journal::line(&entry).expect("an entry can be written");
    let intents = found.open.iter().rev().map(|(fault, recipe)| {
        line(Entry::Intent {
            fault: fault.clone(),
            recipe: recipe.clone(),
        })
    });
    let closed = found.closed.then(|| line(Entry::Closed));
    let written: String = intents.chain(closed).collect();
    let wanted = Found {
        damaged: 0,
        ..found.clone()
    };
    assert_eq!(journal::read_bytes(path, written.as_bytes()), wanted);
    let mut healed = bytes.to_vec();
    healed.push(b'\n');
    for (fault, _) in &found.open {
        let fault = fault.clone();
        healed.extend(line(Entry::Healed { fault }).bytes());
    }
    let after = journal::read_bytes(path, &healed);
    assert!(after.open.is_empty(), "what was healed is still open");
    found.damaged == 0 && (found.closed || !found.open.is_empty())
}
