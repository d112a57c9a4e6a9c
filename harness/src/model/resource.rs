//! CPU and memory of a target, one sample a second.

use serde::{Deserialize, Serialize};

/// One sample of a target's CPU and memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceSample {
    /// Target's name.
    pub service: String,
    /// CPU used since the last sample, in percent of one core (200 = two cores busy).
    pub cpu_percent: f64,
    /// Memory in MiB.
    pub memory_mib: f64,
    /// What the memory is.
    pub memory_kind: MemoryKind,
    /// Processes in the tree, or in the container.
    pub processes: u32,
}

/// What a memory number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryKind {
    /// Sum of resident set sizes of the process tree (shared pages counted in each).
    ResidentSet,
    /// Container usage without inactive file cache, as `docker stats` shows it.
    WorkingSet,
}

/// Mean, 95th percentile and maximum of a resource over the judged part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ResourceSummary {
    /// Number of samples.
    pub samples: u64,
    /// Mean.
    pub mean: f64,
    /// 95th percentile, nearest rank.
    pub p95: f64,
    /// Greatest.
    pub max: f64,
}
