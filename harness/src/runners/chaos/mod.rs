//! Moves and watches the world of a chaos scenario: faults, probes, loads; decides nothing.

pub mod access;
pub mod capability;
mod clock;
mod company;
mod crew;
pub mod delay;
pub mod docker;
pub mod fault;
pub mod fingerprint;
pub mod guard;
pub mod journal;
mod life;
mod live;
pub mod load;
mod moments;
pub mod netns;
#[cfg(test)]
mod peer;
mod preview;
pub mod probe;
pub mod qdisc;
pub mod read;
pub mod reaper;
mod recover;
mod rest;
#[cfg(test)]
mod servers;
mod story;
mod trouble;
mod world;

pub use capability::{Capability, all as capabilities};
pub use company::{Company, Cues, company};
pub use preview::{Preview, TargetSeen, preview};
pub use recover::{Recovered, recover};
pub use story::run;

use crate::model::chaos::ChaosPlan;
use crate::model::evidence::Timed;
use fault::FaultError;
use std::path::Path;

/// Folder of fault journals.
pub const JOURNALS: &str = "target/proofhouse/chaos";

/// Says of what was seen in a pre phase why the steady state did not hold; `None` where it held.
///
/// It is asked of whoever runs the scenario: runners decide nothing.
pub type Unrest<'a> = dyn Fn(Vec<Timed>) -> Option<String> + Sync + 'a;

/// What is to be run.
#[derive(Clone, Copy)]
pub struct ChaosRequest<'a> {
    /// The scenario.
    pub plan: &'a ChaosPlan,
    /// The run's id.
    pub run_id: &'a str,
    /// Whether chaos was enabled on the command line.
    pub enabled: bool,
    /// Folder of fault journals.
    pub journals: &'a Path,
    /// The load that accompanies it, where the plan has journeys.
    pub company: Option<&'a Company>,
    /// Whether the system is fit to be broken.
    pub unrest: &'a Unrest<'a>,
}

impl ChaosRequest<'_> {
    /// The folder that files of the scenario are relative to.
    pub(crate) fn folder(&self) -> &Path {
        let file = Path::new(self.plan.place.file.as_ref());
        file.parent().unwrap_or_else(|| Path::new("."))
    }
}

/// Why a scenario could not be run.
#[derive(Debug, thiserror::Error)]
pub enum ChaosError {
    /// The engine, the kernel or the journal; nothing was broken, or it is mended.
    #[error(transparent)]
    Fault(#[from] FaultError),
}
