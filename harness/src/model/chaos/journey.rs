//! Users who go their ways while the system is broken, and what they may feel of it.

use super::probe::Phase;
use crate::model::load::{Scenario, Target};
use crate::model::place::Place;
use crate::model::promise::Slo;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// A load scenario that accompanies a chaos scenario from before its first phase to the end of its last.
///
/// The workload model is closed: users wait with a service that stalls, so a stall is seen by
/// at most one request of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JourneyPlan {
    /// Its id.
    pub id: String,
    /// Who sends. Its duration is the longest that the whole story can last.
    pub scenario: Scenario,
    /// What is sent, in order of name: exactly the services that have limits. An address may be `service://NAME:PORT`.
    pub targets: Vec<Target>,
    /// Limits, each held in every one of `phases`; never empty.
    pub slos: Vec<Slo>,
    /// In these phases; never empty.
    pub phases: BTreeSet<Phase>,
    /// After the heal, only requests sent in the last part of the phase are judged: of this length.
    pub hold_for: Duration,
    /// Fewest requests of a service in a phase for its numbers to mean anything.
    pub minimum_requests: u64,
    /// Seed of every random choice that users make.
    pub seed: u64,
    /// Where it was written.
    pub place: Place,
}
