//! Every check of the suite, as data, in the order in which they are asked.
//!
//! Ids begin with `RQ` for the quick start, `RS` for rules and the service, `RM` for metadata and
//! `SN` for snapshots.

mod answer;
mod negative;
mod rules;
mod service;

use crate::model::trial::check::Check;

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
    use crate::model::trial::{Level, laws};

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
        assert_eq!(ids.len(), 66);
        laws::told(all());
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
        let wanted = laws::wanted(&table);
        assert_eq!(wanted.len(), 20);
        assert_eq!(laws::caught(all()), wanted);
    }
}
