//! CPU and memory of the targets, once a second, each sample with its own time.

mod container;
mod process;

use super::{SampleFrom, Sink};
use crate::model::resource::{MemoryKind, ResourceSample};
use std::time::Duration;

/// Time between samples.
const EVERY: Duration = Duration::from_secs(1);

/// One reading of a process tree or a container.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// CPU since the last reading, in percent of one core.
    pub(super) cpu_percent: f64,
    /// Memory in bytes.
    pub(super) memory_bytes: u64,
    /// What the memory is.
    pub(super) memory_kind: MemoryKind,
    /// Processes in the tree or container.
    pub(super) processes: u32,
}

impl Reading {
    /// The form in evidence.
    pub(super) fn of(self, service: &str) -> ResourceSample {
        ResourceSample {
            service: service.to_owned(),
            cpu_percent: self.cpu_percent,
            memory_mib: self.memory_bytes as f64 / (1024.0 * 1024.0),
            memory_kind: self.memory_kind,
            processes: self.processes,
        }
    }
}

/// Samples until it is dropped, or until there is nothing to sample any more: then it says why, once.
pub(super) async fn watch(from: SampleFrom, sink: Sink) {
    let reason = match from {
        SampleFrom::Pid(pid) => watch_tree(pid, &sink).await,
        SampleFrom::PidFile(path) => match process::read_pid_file(&path) {
            Ok(pid) => watch_tree(pid, &sink).await,
            Err(reason) => reason,
        },
        SampleFrom::Container(name) => container::watch(&name, &sink).await,
        SampleFrom::Nowhere { reason } => reason,
    };
    sink.missing(reason);
}

/// Samples a process tree; returns why it cannot any more.
async fn watch_tree(pid: u32, sink: &Sink) -> String {
    let mut tree = match process::Tree::open(pid) {
        Ok(tree) => tree,
        Err(reason) => return reason,
    };
    let mut clock = tokio::time::interval(EVERY);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // The first tick comes at once; the tree was read just now.
    clock.tick().await;
    loop {
        clock.tick().await;
        match tree.read() {
            Ok(reading) => sink.sample(reading),
            Err(reason) => return reason,
        }
    }
}
