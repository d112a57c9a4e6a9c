//! Chaos: what is to be broken, watched and proved, and what was seen of it.

mod journey;
mod ledger;
mod outcome;
mod pattern;
mod plan;
mod probe;
mod seen;
mod steady;
mod system;

pub use journey::JourneyPlan;
pub use ledger::{LedgerRead, Operation, OperationOutcome, Row, Store};
pub use outcome::{
    ChaosOutcome, ProbeResult, RecoverySummary, StepSeen, Tallies, ValidationResult,
};
pub use pattern::{BadPattern, Pattern};
pub use plan::{
    AbortWhen, Action, ActionStart, ChaosPlan, Direction, DuplicatePolicy, FaultKind, LoadKind,
    LoadPlan, Moment, PartitionMode, Safety, Stop, Validation, ValidationKind,
};
pub use probe::{
    Comparison, Condition, Connection, ContainerState, Expectation, Measure, Phase, ProbeKind,
    ProbePlan,
};
pub use seen::{Attempt, AttemptClass, AttemptOutcome, ChaosEvent, FaultStep, GuardName, UNREAD};
pub use system::{
    DatabasePlan, Endpoint, EventsPlan, NatsPlan, OutboxPlan, PolicyPlan, ServicePlan, SystemPlan,
    TelemetryPlan,
};
