//! The family of validations: what each is called, wants, and is decided by.

use super::scene::Scene;
use super::{decisions, losses, outbox, recovery_time, redelivery, telemetry};
use crate::judge::outcome::Outcome;
use crate::judge::words;
use crate::model::chaos::{ChaosPlan, DuplicatePolicy, Validation, ValidationKind};
use std::collections::BTreeMap;
use std::time::Duration;

/// Validations with names of their own: a key that was written again is numbered.
pub(super) fn named(plan: &ChaosPlan) -> Vec<(String, &Validation)> {
    let mut used: BTreeMap<&str, u32> = BTreeMap::new();
    let mut all = Vec::new();
    for validation in &plan.validation {
        let seen = used.entry(&validation.key).or_default();
        *seen += 1;
        let name = match *seen {
            1 => validation.key.clone(),
            n => format!("{}/{n}", validation.key),
        };
        all.push((name, validation));
    }
    all
}

/// Whether it is decided from what the stores hold.
pub(super) fn needs_ledger(kind: &ValidationKind) -> bool {
    matches!(
        kind,
        ValidationKind::NoDataLoss | ValidationKind::NoEventLoss { .. }
    )
}

/// Decides one.
pub(super) fn decide(scene: &Scene<'_>, kind: &ValidationKind) -> Outcome {
    match kind {
        ValidationKind::RecoveryTimeMax {
            probe,
            connection,
            max,
            hold_for,
        } => {
            let asked = recovery_time::Asked {
                probe,
                connection: *connection,
                max: *max,
                hold_for: *hold_for,
            };
            recovery_time::decide(scene, &asked)
        }
        ValidationKind::MessageRedelivery { min, all_acked } => {
            redelivery::decide(scene, *min, *all_acked)
        }
        ValidationKind::NoDataLoss => losses::data(scene),
        ValidationKind::NoEventLoss { duplicates } => losses::events(scene, *duplicates),
        ValidationKind::OutboxResumesWithin { max } => outbox::decide(scene, *max),
        ValidationKind::DecisionsDuringOutage { probe, min_judged } => {
            decisions::decide(scene, probe, *min_judged)
        }
        ValidationKind::TelemetryAccounted { within } => telemetry::decide(scene, *within),
    }
}

/// Title and what is wanted.
pub(super) fn told(kind: &ValidationKind) -> (String, String) {
    match kind {
        ValidationKind::RecoveryTimeMax {
            probe,
            connection,
            max,
            hold_for,
        } => (
            format!(
                "{} recovers in time",
                recovery_time::subject(probe, *connection)
            ),
            format!(
                "good within {} of the heal, for at least {}",
                seconds(*max),
                seconds(*hold_for)
            ),
        ),
        ValidationKind::MessageRedelivery { min, all_acked } => (
            "messages in flight come again".into(),
            format!(
                "at least {}{}",
                words::counted(*min, "message"),
                if *all_acked {
                    ", every one acknowledged in the end"
                } else {
                    ""
                }
            ),
        ),
        ValidationKind::NoDataLoss => (
            "no acknowledged event is lost".into(),
            "every one in every store, none torn, skipped, invented or out of order".into(),
        ),
        ValidationKind::NoEventLoss { duplicates } => (
            "every acknowledged event has its effect".into(),
            format!(
                "every one in outbox, stream and effects; {}",
                copies(*duplicates)
            ),
        ),
        ValidationKind::OutboxResumesWithin { max } => (
            "the outbox publishes again and drains".into(),
            format!(
                "again within {} of the heal, and nothing left behind",
                seconds(*max)
            ),
        ),
        ValidationKind::DecisionsDuringOutage { min_judged, .. } => (
            "every decision during the outage is a deny".into(),
            format!(
                "at least {} judged, none allowed",
                words::counted(*min_judged, "decision")
            ),
        ),
        ValidationKind::TelemetryAccounted { within } => (
            "no telemetry is lost uncounted".into(),
            format!(
                "made = arrived + dropped within {} of the heal",
                seconds(*within)
            ),
        ),
    }
}

fn copies(policy: DuplicatePolicy) -> String {
    match policy {
        DuplicatePolicy::Forbidden => "no copies".into(),
        DuplicatePolicy::Budget(n) => format!("at most {n} extra copies"),
        DuplicatePolicy::Allowed => "copies are allowed".into(),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", words::number(duration.as_secs_f64()))
}
