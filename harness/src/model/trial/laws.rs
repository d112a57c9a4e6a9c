//! What every catalogue has to be, for tests: whole, told, and beside the platform's tables of the
//! seeded faults that it has to catch.

#![allow(clippy::unwrap_used)]

use super::Level;
use super::check::{Check, Group};
use std::collections::{BTreeMap, BTreeSet};

/// Groups have what the design lists, once and in order: how many of each level (must, should,
/// offered) under which letters; `between` stands between letters and number.
pub(crate) fn as_listed(groups: &[Group], listed: &[(&str, [usize; 3])], between: &str) {
    assert_eq!(groups.len(), listed.len());
    for ((group, _, checks), (letters, counts)) in groups.iter().zip(listed) {
        assert_eq!(group, letters);
        let ids: Vec<&str> = checks.iter().map(|check| check.id).collect();
        let total: usize = counts.iter().sum();
        let wanted: Vec<String> = (1..=total)
            .map(|n| format!("{group}{between}{n}"))
            .collect();
        assert_eq!(ids, wanted);
        let of = |level| checks.iter().filter(|check| check.level == level).count();
        let seen = [Level::Must, Level::Should, Level::Offered].map(of);
        assert_eq!(seen, *counts, "{group}");
    }
}

/// Every check says what it means, no two the same, and who asks for it.
pub(crate) fn told(checks: impl Iterator<Item = &'static Check>) {
    let mut meanings = BTreeSet::new();
    for check in checks {
        assert!(check.meaning.len() > 10, "{}", check.id);
        assert!(!check.source.is_empty(), "{}", check.id);
        let new = meanings.insert(check.meaning);
        assert!(new, "{} means the same as another", check.id);
    }
}

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
