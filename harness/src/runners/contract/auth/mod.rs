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
use crate::model::trial::check::Check;
use crate::model::trial::launch::{Stage, TrialError};
use crate::model::trial::plan::ListedCheck;
use catalogue::GROUPS;
use session::Session;
use std::time::{Duration, Instant};

/// Every check that has to be decided, in the order of the catalogue.
pub fn listed(plan: &AuthPlan) -> Vec<ListedCheck> {
    let listed = catalogue::all().map(|check| ListedCheck {
        level: level(plan, check),
        ..check.listed()
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::catalogue::{GROUPS, all, check};
    use super::*;
    use crate::model::place::Place;
    use crate::model::trial::laws;

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
        laws::as_listed(&GROUPS, &LISTED, "-");
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
        laws::told(all());
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
        let wanted = laws::wanted(&table);
        assert_eq!(wanted.len(), 64);
        assert_eq!(laws::caught(all()), wanted);
    }
}
