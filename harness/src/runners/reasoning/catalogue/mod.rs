//! Every check of the suite, as data, in the order in which they are asked.

mod answer;
mod negative;
mod rules;
mod service;

use crate::model::trial::Level;

/// One check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// `RQ` quick start, `RS` rules and service, `RM` metadata, `SN` snapshots; hyphen, number:
    /// never given to another check again.
    pub id: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What has to hold.
    pub meaning: &'static str,
    /// Who asks for it: a standard, what the target itself declares, or `robustness`.
    pub source: &'static str,
    /// The seeded faults of the reference platform that it has to catch.
    pub catches: &'static [&'static str],
}

impl Check {
    const fn must(id: &'static str, meaning: &'static str, source: &'static str) -> Self {
        Self {
            id,
            level: Level::Must,
            meaning,
            source,
            catches: &[],
        }
    }

    const fn should(id: &'static str, meaning: &'static str, source: &'static str) -> Self {
        let mut check = Self::must(id, meaning, source);
        check.level = Level::Should;
        check
    }

    const fn offered(id: &'static str, meaning: &'static str, source: &'static str) -> Self {
        let mut check = Self::must(id, meaning, source);
        check.level = Level::Offered;
        check
    }

    const fn catching(mut self, faults: &'static [&'static str]) -> Self {
        self.catches = faults;
        self
    }
}

/// Every check, group after group.
pub fn all() -> impl Iterator<Item = &'static Check> {
    let groups = [
        rules::QUICK,
        rules::RULES,
        negative::CHECKS,
        service::CHECKS,
        answer::METADATA,
        answer::SNAPSHOT,
    ];
    groups.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn every_listed_check_is_there_once_and_in_order() {
        // As the design lists them: the quick-start case, RS-1 to RS-47, metadata, snapshots.
        let listed = [("RQ", 2), ("RS", 47), ("RM", 10), ("SN", 7)];
        let wanted: Vec<String> = listed
            .iter()
            .flat_map(|(group, count)| (1..=*count).map(move |n| format!("{group}-{n}")))
            .collect();
        let ids: Vec<&str> = all().map(|check| check.id).collect();
        assert_eq!(ids, wanted);
        let meanings: BTreeSet<&str> = all().map(|check| check.meaning).collect();
        assert_eq!(meanings.len(), 66, "two checks mean the same");
        assert!(all().all(|check| check.meaning.len() > 10 && !check.source.is_empty()));
    }

    #[test]
    fn what_need_not_hold_everywhere_is_no_must() {
        let of = |level| {
            let ids = all().filter(|check| check.level == level);
            ids.map(|check| check.id).collect::<Vec<_>>()
        };
        assert_eq!(of(Level::Should), ["RM-9", "SN-2", "SN-7"]);
        assert_eq!(of(Level::Offered), ["RS-6", "RS-16", "RM-10"]);
    }

    #[test]
    fn every_seeded_fault_has_the_check_that_its_table_names() {
        let table = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../fixtures/platform/src/fault/table/graph.rs"
        );
        let table = std::fs::read_to_string(table).unwrap();
        let quoted = |line: &str| line.split('"').nth(1).unwrap().to_owned();
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
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
        let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for check in all() {
            for fault in check.catches {
                let checks = seen.entry((*fault).to_owned()).or_default();
                checks.insert(check.id.to_owned());
            }
        }
        assert_eq!(wanted.len(), 20);
        assert_eq!(seen, wanted);
    }
}
