//! The release gate: policy and evidence to a decision; reads, never runs, and knows no clock and no disk.
//!
//! Bytes become facts in `report`, `abandoned` and `junit`, or a refusal that
//! closes the gate. `decide` weighs facts against a policy; `simulate` makes an
//! old decision again under a new policy, because a decision holds its facts.

mod abandoned;
mod checks;
mod decide;
mod evaluate;
mod finding;
mod fitness;
mod foreign;
pub mod glob;
mod junit;
mod remedy;
mod report;
mod required;
mod rerun;
mod rules;
mod seen;
mod seen_check;
mod sessions;
mod simulate;
mod standing;
#[cfg(test)]
pub(crate) mod testdata;
#[cfg(test)]
mod tests;
mod waive;

pub use abandoned::abandoned;
pub use decide::{Case, decide};
pub use junit::junit;
pub use report::{ReadReport, report};
pub use rerun::{RERUN_SCHEMA, Rerun, RerunSuite, rerun};
pub use simulate::{Replay, decision, replay};
