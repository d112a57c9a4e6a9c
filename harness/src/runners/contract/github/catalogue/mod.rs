//! Every check of the suite, one file a group.

mod content;
mod errors;
mod hygiene;
mod idempotency;
mod pace;
mod pull;

use crate::model::trial::check::{Check, Group, checks_of};

/// The groups: the letter of their ids, what they are about, their checks.
pub const GROUPS: [Group; 6] = [
    ("A", "request hygiene", hygiene::CHECKS),
    ("B", "branch, files, commit", content::CHECKS),
    ("C", "pull request", pull::CHECKS),
    ("D", "idempotency", idempotency::CHECKS),
    ("E", "retry and limits", pace::CHECKS),
    ("F", "error translation, audit, secrets", errors::CHECKS),
];

/// Every check, group after group.
pub fn all() -> impl Iterator<Item = &'static Check> {
    checks_of(&GROUPS)
}

/// The check of an id.
pub fn check(id: &str) -> Option<&'static Check> {
    all().find(|check| check.id == id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::trial::laws;

    /// Checks of each group and level, as the design lists them: must, should, offered.
    const LISTED: [(&str, [usize; 3]); 6] = [
        ("A", [6, 2, 0]),
        ("B", [11, 3, 1]),
        ("C", [5, 1, 0]),
        ("D", [12, 1, 0]),
        ("E", [12, 2, 0]),
        ("F", [11, 1, 0]),
    ];

    #[test]
    fn every_listed_check_is_there_once_and_in_order() {
        laws::as_listed(&GROUPS, &LISTED, "");
        assert_eq!(all().count(), 68);
        assert_eq!(check("D13").unwrap().id, "D13");
        assert_eq!(check("D14"), None);
    }

    #[test]
    fn every_check_says_what_it_means_and_who_asks_for_it() {
        laws::told(all());
    }

    #[test]
    fn every_seeded_fault_has_the_check_that_its_table_names() {
        let table = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../fixtures/platform/src/fault/table/github.rs"
        );
        let table = std::fs::read_to_string(table).unwrap();
        let wanted = laws::wanted(&table.replace("GitHub contract ", ""));
        assert_eq!(wanted.len(), 36);
        assert_eq!(laws::caught(all()), wanted);
    }
}
