//! The platform's tables of seeded faults beside the catalogues that have to catch them, for tests.

#![allow(clippy::unwrap_used)]

use super::check::Check;
use std::collections::{BTreeMap, BTreeSet};

/// The checks of each fault.
pub(crate) type Caught = BTreeMap<String, BTreeSet<String>>;

/// What a table of the platform says in `id` and `caught_by`, read as text: harness and platform
/// share no code.
pub(crate) fn wanted(table: &str) -> Caught {
    let quoted = |line: &str| line.split('"').nth(1).unwrap().to_owned();
    let mut wanted = Caught::new();
    let mut id = String::new();
    for line in table.lines().map(str::trim) {
        if line.starts_with("id: ") {
            id = quoted(line);
        }
        if line.starts_with("caught_by: ") {
            let checks = quoted(line).split(", ").map(str::to_owned).collect();
            wanted.insert(id.clone(), checks);
        }
    }
    wanted
}

/// What the checks of a catalogue say that they catch.
pub(crate) fn caught(checks: impl Iterator<Item = &'static Check>) -> Caught {
    let mut caught = Caught::new();
    for check in checks {
        for fault in check.catches {
            let checks = caught.entry((*fault).to_owned()).or_default();
            checks.insert(check.id.to_owned());
        }
    }
    caught
}
