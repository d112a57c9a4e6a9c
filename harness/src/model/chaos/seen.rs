//! What is seen in a chaos run, as events. All times are microseconds on the run's one monotonic clock.

use super::ledger::{LedgerRead, Operation};
use super::probe::{Connection, Phase};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One thing seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ChaosEvent {
    /// A guard was asked.
    Guard {
        /// Which.
        guard: GuardName,
        /// Whether it lets the scenario go on.
        passed: bool,
        /// What it saw.
        detail: String,
    },
    /// Faults that a dead run had left behind were healed before anything began.
    Recovered {
        /// The earlier run.
        run: String,
        /// What was healed.
        detail: String,
    },
    /// A phase begins.
    PhaseStarted {
        /// Which.
        phase: Phase,
    },
    /// A pre phase is over in which the steady state did not hold: it counts for nothing. It
    /// begins again, or the scenario ends before the first blow.
    NotSteady {
        /// When it was over.
        to_us: u64,
        /// What was seen.
        reason: String,
    },
    /// A step in the life of a fault.
    Fault {
        /// The action's id.
        action: String,
        /// What happened.
        step: FaultStep,
    },
    /// One attempt of a probe.
    Attempt(Attempt),
    /// One operation of a load, complete: written when its outcome is known; its invocation is `Invoked`.
    Operation(Operation),
    /// An operation is about to be sent. One without an `Operation` of the same element and attempt is unknown.
    Invoked {
        /// Element.
        element: String,
        /// Try, from 1.
        attempt: u32,
    },
    /// Part of what a store held at the end.
    Read(LedgerRead),
    /// A number read for a validation: `telemetry_produced`, `redelivered`, `ack_pending`.
    Number {
        /// Its name.
        name: String,
        /// Its value.
        value: f64,
    },
    /// A number or a store that should have been read could not be.
    ReadFailed {
        /// What.
        name: String,
        /// Why.
        reason: String,
    },
    /// The state of the world outside the targets' inner life: links, routes, rules, containers.
    Fingerprint {
        /// `before` or `after`.
        when: String,
        /// Line by line, by name.
        items: BTreeMap<String, String>,
    },
    /// The scenario ends early; everything is healed.
    Aborted {
        /// Why.
        reason: String,
    },
}

/// How the value of a fingerprint's item begins that could not be looked at.
pub const UNREAD: &str = "could not be read:";

/// The guards, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardName {
    /// `ENVIRONMENT` is not production.
    Environment,
    /// Chaos was enabled by hand.
    ExplicitEnable,
    /// Every target exists, once, and runs.
    TargetExists,
    /// Every target is on the safety network.
    Network,
    /// Every target carries the label.
    Label,
    /// Every target has a network namespace of its own.
    Namespace,
    /// No more targets than allowed.
    MaxTargets,
    /// No fault lasts longer than allowed.
    MaxDuration,
    /// This machine can do what the scenario asks.
    Capability,
}

impl GuardName {
    /// The guard's word in files and on screens.
    pub fn word(self) -> &'static str {
        match self {
            GuardName::Environment => "environment",
            GuardName::ExplicitEnable => "explicit_enable",
            GuardName::TargetExists => "target_exists",
            GuardName::Network => "network",
            GuardName::Label => "label",
            GuardName::Namespace => "namespace",
            GuardName::MaxTargets => "max_targets",
            GuardName::MaxDuration => "max_duration",
            GuardName::Capability => "capability",
        }
    }
}

/// What happened to a fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum FaultStep {
    /// Its intent is on disk.
    Journalled {
        /// When it was to begin.
        scheduled_us: u64,
        /// Container id that was resolved.
        container: String,
        /// What will undo it, in words.
        undo: String,
    },
    /// The call that breaks begins.
    Called {
        /// When.
        at_us: u64,
    },
    /// A witness saw it bite; the onset lies in this interval.
    Witnessed {
        /// Earliest.
        onset_from_us: u64,
        /// Latest.
        onset_to_us: u64,
        /// What was seen, in words.
        witness: String,
    },
    /// No witness in time: healed, and nothing is judged.
    Unwitnessed {
        /// What was waited for.
        reason: String,
    },
    /// It ended by itself or was undone by someone else.
    Vanished {
        /// When it was noticed.
        at_us: u64,
        /// What was seen.
        reason: String,
    },
    /// Mending begins.
    HealCalled {
        /// When.
        at_us: u64,
        /// Why: `schedule`, `abort`, `interrupt`, `unwitnessed`.
        why: String,
    },
    /// Mended, and verified; the end of the effect lies in this interval.
    Healed {
        /// Earliest.
        from_us: u64,
        /// Latest.
        to_us: u64,
    },
    /// It could not be mended.
    HealFailed {
        /// Why.
        reason: String,
    },
    /// Something that deserves a look: a graceful stop that became a SIGKILL.
    Remark {
        /// Reason in capitals for machines: `NOT_GRACEFUL`.
        code: String,
        /// In words.
        detail: String,
    },
}

/// One attempt of a probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its probe.
    pub probe: String,
    /// Number of the slot in the schedule, from 0.
    pub seq: u64,
    /// When it was due.
    pub due_us: u64,
    /// When it was sent.
    pub invoke_us: u64,
    /// When its outcome was known.
    pub complete_us: u64,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// Why it was not good.
    pub class: Option<AttemptClass>,
    /// How it was connected; `None` for what is no HTTP.
    pub connection: Option<Connection>,
    /// HTTP status.
    pub status: Option<u16>,
    /// What was read.
    pub value: Option<Value>,
    /// More about a bad one, at most 200 characters.
    pub detail: Option<String>,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// Answered as it should be.
    Ok,
    /// Certainly not: refused, or answered wrongly.
    Bad,
    /// Unknown: no answer in time, or the connection broke.
    Info,
}

/// Why an attempt was not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptClass {
    /// Connection refused.
    Refused,
    /// Connection reset.
    Reset,
    /// No answer in time.
    Timeout,
    /// Connection ended before the last byte.
    Eof,
    /// The name could not be resolved.
    Dns,
    /// A status that is not good.
    Status,
    /// An answer that cannot be read, or lacks the value.
    Body,
    /// The server said no: an SQL error, a JetStream error.
    Server,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn guards_are_called_on_screens_as_in_files() {
        let guards = [
            GuardName::Environment,
            GuardName::ExplicitEnable,
            GuardName::TargetExists,
            GuardName::Network,
            GuardName::Label,
            GuardName::Namespace,
            GuardName::MaxTargets,
            GuardName::MaxDuration,
            GuardName::Capability,
        ];
        for guard in guards {
            assert_eq!(serde_json::to_value(guard).unwrap(), guard.word());
        }
    }
}
