//! The suite for services that verify JWTs: what it checks as data, and how it asks.
//!
//! Every negative check is a twin: one request that differs from an accepted one
//! in a single thing. `CL-18` is no check but the precondition of the group of
//! times: the clocks of the service and the harness agree within two seconds.

mod algorithm;
pub mod ask;
#[cfg(test)]
mod bench;
pub mod case;
pub mod catalogue;
mod claims;
mod configuration;
mod curl;
mod der;
mod discovery;
pub mod draft;
mod header;
mod jwks;
mod key_set;
mod lane;
mod lanes;
mod matrix;
pub mod memory;
mod observation;
pub mod pace;
pub mod scrape;
pub mod session;
mod structure;
mod transport;

use crate::model::trial::Level;
use crate::model::trial::auth::AuthPlan;
use crate::model::trial::launch::{Stage, TrialError};
use crate::model::trial::plan::ListedCheck;
use catalogue::GROUPS;
use session::Session;
use std::time::{Duration, Instant};

/// Every check that has to be decided, in the order of the catalogue.
pub fn listed(plan: &AuthPlan) -> Vec<ListedCheck> {
    let listed = catalogue::all().map(|check| ListedCheck {
        id: check.id.to_owned(),
        level: level(plan, check),
        meaning: check.meaning.to_owned(),
        source: check.source.to_owned(),
        catches: check
            .catches
            .iter()
            .map(|fault| (*fault).to_owned())
            .collect(),
    });
    listed.collect()
}

/// How much a check matters to this target: what it declares that it has not, it does not offer, so
/// that a strict run does not fail for it.
fn level(plan: &AuthPlan, check: &Check) -> Level {
    match discovery::applies(plan, check.id) {
        true => check.level,
        false => Level::Offered,
    }
}

/// Puts every check of the plan to the target, group after group.
///
/// # Errors
/// The suite itself cannot go on.
pub async fn run(plan: &AuthPlan, stage: &Stage<'_>) -> Result<(), TrialError> {
    let mut session = Session::open(plan, stage).await?;
    let mut times = Vec::new();
    let mut side_by_side = false;
    if session.has_baseline().await {
        for (letters, about, checks) in GROUPS {
            let asked = checks.iter().filter(|check| stage.asks(check.id)).count();
            let in_lanes = lanes::GROUPS.contains(&letters);
            if asked == 0 || stage.stopped() || (in_lanes && side_by_side) {
                continue;
            }
            side_by_side |= in_lanes;
            stage.progress(format!("{letters} {about}: {asked} checks"));
            let started = Instant::now();
            session.settle().await?;
            group(letters, &mut session).await?;
            let name = if in_lanes { "KS to OB" } else { letters };
            times.push((name, started.elapsed()));
        }
    }
    discovery::declared(plan, stage);
    discovery::watched(plan, stage, &session.idp);
    session.note(times_note(&times, session.launches()));
    if !stage.plan.partial {
        session.note(matrix::text());
    }
    session.stop().await;
    Ok(())
}

/// Asks one group; boxed, since only one of these large futures is ever made.
async fn group(letters: &str, session: &mut Session<'_>) -> Result<(), TrialError> {
    match letters {
        "AB" => Box::pin(transport::ask(session)).await,
        "ST" => Box::pin(structure::ask(session)).await,
        "AL" => Box::pin(algorithm::ask(session)).await,
        "HD" => Box::pin(header::ask(session)).await,
        "CL" => Box::pin(claims::ask(session)).await,
        // The first of them that is asked stands for all four.
        "KS" | "JB" | "DI" | "OB" => Box::pin(lanes::ask(session)).await,
        _ => Box::pin(configuration::ask(session)).await,
    }
}

/// How long groups took. They run one after another, so the longest are where time can be saved.
fn times_note(times: &[(&str, Duration)], launches: u32) -> String {
    let mut slowest = times.to_vec();
    slowest.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    let word =
        |(letters, time): &(&str, Duration)| format!("{letters} {:.1} s", time.as_secs_f64());
    let all: Vec<String> = times.iter().map(word).collect();
    let first: Vec<String> = slowest.iter().take(3).map(word).collect();
    format!(
        "groups one after another: {}; starts of the target: {launches}; the critical path is led by {}",
        all.join(", "),
        first.join(", ")
    )
}

/// One check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Letters of its group, hyphen, number: never given to another check again.
    pub id: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What has to hold.
    pub meaning: &'static str,
    /// Who asks for it: a standard, a known defect, what the service itself declares, or `robustness`.
    pub source: &'static str,
    /// What is looked at on the way, with a level of its own.
    pub further: &'static [(Level, &'static str)],
    /// Whether the service has to be started anew for it.
    pub launches: bool,
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
            further: &[],
            launches: false,
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

    const fn and(mut self, further: &'static [(Level, &'static str)]) -> Self {
        self.further = further;
        self
    }

    const fn launching(mut self) -> Self {
        self.launches = true;
        self
    }

    const fn catching(mut self, faults: &'static [&'static str]) -> Self {
        self.catches = faults;
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::catalogue::{GROUPS, all, check};
    use super::*;
    use crate::model::place::Place;
    use std::collections::{BTreeMap, BTreeSet};

    /// Checks of each level and group, as the design lists them: must, should, offered.
    const LISTED: [(&str, [usize; 3]); 10] = [
        ("AB", [11, 2, 1]),
        ("ST", [9, 4, 0]),
        ("AL", [19, 0, 1]),
        ("HD", [10, 0, 2]),
        ("CL", [11, 3, 3]),
        ("KS", [15, 6, 0]),
        ("JB", [22, 5, 3]),
        ("DI", [5, 2, 1]),
        ("OB", [7, 1, 0]),
        ("CF", [9, 4, 0]),
    ];

    #[test]
    fn every_listed_check_is_there_once_and_in_order() {
        for ((group, _, checks), (listed, counts)) in GROUPS.iter().zip(LISTED) {
            assert_eq!(*group, listed);
            let ids: Vec<&str> = checks.iter().map(|check| check.id).collect();
            let total: usize = counts.iter().sum();
            let wanted: Vec<String> = (1..=total).map(|n| format!("{group}-{n}")).collect();
            assert_eq!(ids, wanted);
            let of = |level| checks.iter().filter(|check| check.level == level).count();
            let seen = [Level::Must, Level::Should, Level::Offered].map(of);
            assert_eq!(seen, counts, "{group}");
        }
        assert_eq!(all().count(), 156);
        assert_eq!(check("JB-18").unwrap().id, "JB-18");
        assert_eq!(check("CL-18"), None);
    }

    #[test]
    fn what_a_target_declares_it_has_not_it_does_not_offer() {
        let level = |plan: &AuthPlan, id: &str| {
            let checks = listed(plan);
            checks
                .into_iter()
                .find(|check| check.id == id)
                .unwrap()
                .level
        };
        let mut plan = AuthPlan::default();
        assert_eq!(level(&plan, "DI-1"), Level::Must);
        assert_eq!(level(&plan, "DI-5"), Level::Should);
        plan.keys.no_discovery = Some(Place {
            file: "suites/mine.yaml".into(),
            line: 7,
            column: 22,
            length: 4,
            key_path: "auth.keys.discovery".to_owned(),
        });
        for id in ["DI-1", "DI-5"] {
            assert_eq!(level(&plan, id), Level::Offered, "{id}");
        }
        assert_eq!(level(&plan, "JB-1"), Level::Must);
    }

    #[test]
    fn every_check_says_what_it_means_and_who_asks_for_it() {
        for check in all() {
            assert!(check.meaning.len() > 10, "{}", check.id);
            assert!(!check.source.is_empty(), "{}", check.id);
        }
        let meanings: BTreeSet<&str> = all().map(|check| check.meaning).collect();
        assert_eq!(meanings.len(), 156, "two checks mean the same");
        let starts = all().filter(|check| check.launches);
        assert!(starts.filter(|check| check.id.starts_with("CF")).count() == 13);
    }

    #[test]
    fn every_seeded_fault_has_the_check_that_its_table_names() {
        let table = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../fixtures/platform/src/fault/table/auth.rs"
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
        assert_eq!(wanted.len(), 64);
        assert_eq!(seen, wanted);
    }
}
