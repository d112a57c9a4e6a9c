//! One chaos scenario, resolved: every word of the seed's format and of the richer one
//! has become a probe, an expectation, an action or a validation.

use super::journey::JourneyPlan;
use super::probe::{Connection, Expectation, ProbePlan};
use super::system::SystemPlan;
use crate::model::place::Place;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One scenario, ready to run. Stored in the evidence, so that it can be judged again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChaosPlan {
    /// Its name.
    pub scenario: String,
    /// What is believed of the system.
    pub hypothesis: String,
    /// What must be so before anything is broken.
    pub safety: Safety,
    /// Where the system under test answers and how its data is read.
    pub system: SystemPlan,
    /// What loads the system from before the first fault until after recovery.
    pub load: Vec<LoadPlan>,
    /// Users who go their ways meanwhile, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journeys: Option<JourneyPlan>,
    /// Questions asked on a fixed schedule in all phases; never empty.
    pub probes: Vec<ProbePlan>,
    /// What must hold of the probes; never empty.
    pub steady_state: Vec<Expectation>,
    /// The blows in order; never empty.
    pub actions: Vec<Action>,
    /// What must hold over the whole run; never empty.
    pub validation: Vec<Validation>,
    /// How long the system is watched before the first blow.
    pub pre: Duration,
    /// How often the pre phase may be tried until the steady state held in one of them.
    #[serde(default = "once")]
    pub pre_tries: u32,
    /// Longest wait, after the last fault is healed, for recovery and drain.
    pub post: Duration,
    /// Seed of every random choice.
    pub seed: u64,
    /// Where the scenario was written.
    pub place: Place,
}

/// Plans of older evidence had one try.
fn once() -> u32 {
    1
}

/// What must be so before anything is broken. Each guard refuses before any call that changes state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Safety {
    /// Refuse when `ENVIRONMENT` (ours, or a target container's) is `production`.
    pub environment_check: bool,
    /// Refuse without `CHAOS_ENABLED=true` or `--enable-chaos`.
    pub require_explicit_enable: bool,
    /// The only network whose containers may be touched.
    pub network: String,
    /// The compose profile that targets must have been started with
    /// (label `proofhouse.chaos=target` and the compose project's services).
    pub profile: String,
    /// Most containers that may be broken in one scenario.
    pub max_targets: u32,
    /// Longest that one fault may last.
    pub max_duration: Duration,
    /// Heal at once when one of these is bad for too long.
    pub abort_when: Vec<AbortWhen>,
    /// Where the section was written.
    pub place: Place,
}

/// A probe that ends the scenario early when it is bad for so long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AbortWhen {
    /// The probe's id.
    pub probe: String,
    /// How long every attempt must have been bad.
    pub bad_for: Duration,
    /// Where it was written.
    pub place: Place,
}

/// One blow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Its id, unique in the scenario; the kind's word where none was written.
    pub id: String,
    /// Name of the service in the system.
    pub target: String,
    /// What is done to it.
    pub fault: FaultKind,
    /// When it begins.
    pub start: ActionStart,
    /// How long it lasts; zero for a restart without an outage of its own.
    pub lasts: Duration,
    /// Where it was written.
    pub place: Place,
}

/// When a blow falls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionStart {
    /// So long after the pre phase ended.
    At(Duration),
    /// So long after a moment in the life of another action.
    After {
        /// The other action's id.
        action: String,
        /// Which moment.
        moment: Moment,
        /// How long after it.
        wait: Duration,
    },
}

/// A moment in the life of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// The call that breaks was made.
    Injected,
    /// A witness saw it bite.
    Verified,
    /// It was mended and the mending was verified.
    Healed,
}

/// What is done to a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// No packet passes.
    NetworkPartition {
        /// How.
        mode: PartitionMode,
        /// Which way is cut.
        direction: Direction,
        /// Names of services that are cut off from the target; empty for everyone.
        peers: Vec<String>,
    },
    /// The container is stopped and started again.
    RestartContainer {
        /// How it is stopped.
        stop: Stop,
    },
    /// The container is paused: connections are accepted by the kernel and nothing answers.
    Stall,
    /// Packets between the target and its peers are late.
    Latency {
        /// Added to every packet, each way.
        delay: Duration,
        /// At most so much more or less.
        jitter: Duration,
        /// Which way is late.
        direction: Direction,
        /// Names of services whose packets are late; empty for everyone's.
        peers: Vec<String>,
    },
    /// Packets are lost at random.
    Loss {
        /// 0 to 1.
        ratio: f64,
    },
    /// Bytes leave the target slowly.
    Bandwidth {
        /// Bits per second.
        bits_per_second: u64,
    },
}

impl FaultKind {
    /// The word in YAML.
    pub fn word(&self) -> &'static str {
        match self {
            FaultKind::NetworkPartition { .. } => "network_partition",
            FaultKind::RestartContainer { .. } => "restart_container",
            FaultKind::Stall => "stall",
            FaultKind::Latency { .. } => "latency",
            FaultKind::Loss { .. } => "loss",
            FaultKind::Bandwidth { .. } => "bandwidth",
        }
    }
}

/// How a partition is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartitionMode {
    /// Packets are dropped inside the target's network namespace.
    Drop,
    /// The container is disconnected from the network: cable pulled and name removed.
    Detach,
}

/// Which packets a fault is about, seen from the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// In and out.
    Both,
    /// Only what the target would receive.
    In,
    /// Only what the target would send.
    Out,
}

/// How a container is stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// By its stop signal (or the one named), with a grace; a SIGKILL after it is an error.
    Graceful {
        /// For example `SIGINT`; `None` for the container's own.
        signal: Option<String>,
        /// How long it may take.
        grace: Duration,
    },
    /// SIGKILL at once.
    Kill,
}

/// What loads the system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadPlan {
    /// Its id.
    pub id: String,
    /// What it sends.
    pub kind: LoadKind,
    /// Operations per second, on a fixed schedule (open model).
    pub rate_per_second: f64,
    /// Aggregate keys that the operations are spread over.
    pub keys: u32,
    /// Where it was written.
    pub place: Place,
}

/// What a load sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadKind {
    /// Events with ids of our own, posted to the system's API ([`super::EventsPlan`]).
    EventWriter,
    /// Business row and outbox row in one transaction of our own ([`super::OutboxPlan`]).
    OutboxWriter {
        /// Share of transactions (0 to 1) that stay open across later commits.
        open_overlap_ratio: f64,
    },
}

/// What must hold over the whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// The key as written, `http_recovery_time_max_seconds`.
    pub key: String,
    /// What it means.
    pub kind: ValidationKind,
    /// Where it was written.
    pub place: Place,
}

/// The meaning of a validation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValidationKind {
    /// After the heal, the probe is good within `max` and stays good for `hold_for`.
    RecoveryTimeMax {
        /// The probe's id.
        probe: String,
        /// Only attempts over such connections; `None` for the plan's only kind, or the slower of both.
        connection: Option<Connection>,
        /// From the moment at which the fault was healed.
        max: Duration,
        /// How long nothing may fail after the first good attempt.
        hold_for: Duration,
    },
    /// At least `min` messages in flight at the onset came again, and every one ended acknowledged.
    MessageRedelivery {
        /// Fewest.
        min: u64,
        /// Every one ends acknowledged.
        all_acked: bool,
    },
    /// Everything acknowledged is stored: business row, outbox row, stream.
    NoDataLoss,
    /// Everything acknowledged had its effect, and copies stay within the policy.
    NoEventLoss {
        /// What is allowed.
        duplicates: DuplicatePolicy,
    },
    /// The outbox publishes again so soon after the heal, and drains.
    OutboxResumesWithin {
        /// From the heal.
        max: Duration,
    },
    /// Every decision asked for during the confirmed outage was a deny.
    DecisionsDuringOutage {
        /// The probe that asks.
        probe: String,
        /// Fewest that must have been judged.
        min_judged: u64,
    },
    /// Telemetry produced = arrived + counted as dropped, so soon after the heal.
    TelemetryAccounted {
        /// From the heal.
        within: Duration,
    },
}

/// Whether copies of an event's effect or of its message in the stream are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicatePolicy {
    /// None.
    Forbidden,
    /// At most so many.
    Budget(u64),
    /// Any number; counted.
    Allowed,
}
