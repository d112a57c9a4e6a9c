//! One check of a catalogue, as catalogues write it down.

use super::Level;
use super::plan::ListedCheck;

/// One check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Letters of its group and a number, with or without a hyphen between them (`AL-5`, `D13`):
    /// never given to another check again.
    pub id: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What has to hold.
    pub meaning: &'static str,
    /// Who asks for it: a standard, documentation, a known defect, what the target itself declares,
    /// or `robustness`.
    pub source: &'static str,
    /// What is looked at on the way, with a level of its own.
    pub further: &'static [(Level, &'static str)],
    /// Whether the target has to be started for it: anew, or one of its own.
    pub launches: bool,
    /// The seeded faults of the reference platform that it has to catch.
    pub catches: &'static [&'static str],
}

/// Checks that belong together: the letters of their ids, what they are about, the checks.
pub type Group = (&'static str, &'static str, &'static [Check]);

/// Every check, group after group.
pub fn checks_of(groups: &'static [Group]) -> impl Iterator<Item = &'static Check> {
    groups.iter().flat_map(|(_, _, checks)| checks.iter())
}

impl Check {
    /// One that fails its suite.
    pub(crate) const fn must(
        id: &'static str,
        meaning: &'static str,
        source: &'static str,
    ) -> Self {
        Self {
            id,
            level: Level::Must,
            meaning,
            source,
            further: &[],
            launches: false,
            catches: &[],
        }
    }

    /// One that warns, and fails a strict run.
    pub(crate) const fn should(
        id: &'static str,
        meaning: &'static str,
        source: &'static str,
    ) -> Self {
        let mut check = Self::must(id, meaning, source);
        check.level = Level::Should;
        check
    }

    /// One that fails its suite where the target declares that it offers this.
    pub(crate) const fn offered(
        id: &'static str,
        meaning: &'static str,
        source: &'static str,
    ) -> Self {
        let mut check = Self::must(id, meaning, source);
        check.level = Level::Offered;
        check
    }

    /// The same with what is looked at on the way.
    pub(crate) const fn and(mut self, further: &'static [(Level, &'static str)]) -> Self {
        self.further = further;
        self
    }

    /// The same as one for which the target has to be started.
    pub(crate) const fn launching(mut self) -> Self {
        self.launches = true;
        self
    }

    /// The same with the seeded faults that it has to catch.
    pub(crate) const fn catching(mut self, faults: &'static [&'static str]) -> Self {
        self.catches = faults;
        self
    }

    /// As much of it as a plan carries on to judging and reports.
    pub fn listed(&self) -> ListedCheck {
        ListedCheck {
            id: self.id.to_owned(),
            level: self.level,
            meaning: self.meaning.to_owned(),
            source: self.source.to_owned(),
            catches: self
                .catches
                .iter()
                .map(|fault| (*fault).to_owned())
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_listed() {
        let check = Check::should("AL-5", "`alg` none is refused", "RFC 8725 section 3.1")
            .and(&[(Level::Offered, "in upper case")])
            .launching()
            .catching(&["auth-none", "auth-none-upper"]);
        assert!(check.launches);
        assert_eq!(check.further, [(Level::Offered, "in upper case")]);
        assert_eq!(
            check.listed(),
            ListedCheck {
                id: "AL-5".to_owned(),
                level: Level::Should,
                meaning: "`alg` none is refused".to_owned(),
                source: "RFC 8725 section 3.1".to_owned(),
                catches: vec!["auth-none".to_owned(), "auth-none-upper".to_owned()],
            }
        );
    }

    #[test]
    fn levels_are_those_of_their_words() {
        let levels =
            [Check::must, Check::should, Check::offered].map(|of| of("A1", "a", "b").level);
        assert_eq!(levels, [Level::Must, Level::Should, Level::Offered]);
        let bare = Check::must("A1", "a", "b");
        assert!(!bare.launches && bare.further.is_empty() && bare.catches.is_empty());
    }
}
