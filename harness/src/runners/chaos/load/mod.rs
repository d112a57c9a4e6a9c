//! The loads: what writes events with ids of our own while the system is broken.

mod event_writer;
mod outbox_writer;
mod pace;
mod session;
mod subscriber;
#[cfg(test)]
mod tests;
mod worker;

pub use subscriber::{SubscribeError, Subscriber};

use super::access::{Access, AccessError};
use crate::model::chaos::{LoadKind, LoadPlan, SystemPlan};
use crate::model::recorder::Recorder;
use event_writer::EventWriter;
use outbox_writer::OutboxWriter;
use pace::Pace;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use worker::{Worker, Writer};

/// Most database connections that one outbox writer opens.
const MOST_SESSIONS: u32 = 8;

/// The workers of all loads; dropping it ends them at once.
#[derive(Debug)]
pub struct Loading {
    stop: watch::Sender<Option<Instant>>,
    workers: JoinSet<()>,
}

impl Loading {
    /// Writes no new event; those that are not acknowledged are tried again for
    /// as long as `grace` lasts, and what is then still open stays unknown.
    pub async fn stop(mut self, grace: Duration) {
        self.stop.send_replace(Some(Instant::now() + grace));
        while self.workers.join_next().await.is_some() {}
    }
}

/// What all loads of a run share.
#[derive(Debug, Clone, Copy)]
pub struct LoadSetting<'a> {
    /// The system.
    pub system: &'a SystemPlan,
    /// Where it answers.
    pub access: &'a Access,
    /// First part of every element's id: `RUN` of `RUN.WORKER.COUNTER`, without a dot.
    pub run: &'a str,
    /// Seed of the choice of transactions that stay open.
    pub seed: u64,
}

/// Starts all loads on the tokio runtime that this is called on.
///
/// # Errors
/// A load that the system has no plan for, or whose address cannot be resolved;
/// nothing is started then.
pub fn start(
    loads: &[LoadPlan],
    setting: LoadSetting<'_>,
    recorder: &Recorder,
) -> Result<Loading, AccessError> {
    let (stop, stopped) = watch::channel(None);
    let began = Instant::now();
    let mut made: Vec<(Worker, Box<dyn Writer>)> = Vec::new();
    for load in loads {
        let first = u32::try_from(made.len()).unwrap_or(u32::MAX);
        let count = worker_count(load);
        let writers = writers(load, setting, first, count)?;
        for (index, writer) in (0..count).zip(writers) {
            let worker = Worker {
                run: setting.run.to_owned(),
                number: first + index,
                keys: (index..load.keys.max(1)).step_by(count as usize).collect(),
                load: load.id.clone(),
                pace: Pace::new(began, load.rate_per_second, index, count),
                recorder: recorder.clone(),
                stop: stopped.clone(),
            };
            made.push((worker, writer));
        }
    }
    let mut workers = JoinSet::new();
    for (worker, writer) in made {
        workers.spawn(worker.work(writer));
    }
    Ok(Loading { stop, workers })
}

/// One worker for each key, so that a key has one event on its way at most; a
/// database connection is dear, so there a worker owns several keys.
fn worker_count(load: &LoadPlan) -> u32 {
    match load.kind {
        LoadKind::EventWriter => load.keys.max(1),
        LoadKind::OutboxWriter { .. } => load.keys.clamp(1, MOST_SESSIONS),
    }
}

fn writers(
    load: &LoadPlan,
    setting: LoadSetting<'_>,
    first: u32,
    count: u32,
) -> Result<Vec<Box<dyn Writer>>, AccessError> {
    match load.kind {
        LoadKind::EventWriter => {
            let plan = setting.system.events.as_ref();
            let plan = plan.ok_or(AccessError::Missing("events"))?;
            let writer = EventWriter::new(plan, setting.access)?;
            Ok((0..count).map(|_| boxed(writer.clone())).collect())
        }
        LoadKind::OutboxWriter { open_overlap_ratio } => {
            let plan = setting.system.outbox.as_ref();
            let plan = plan.ok_or(AccessError::Missing("outbox"))?;
            let database = setting.access.database()?;
            let commits = Arc::new(watch::Sender::new(0));
            let make = |index| {
                let seed = setting.seed ^ u64::from(first + index);
                let commits = Arc::clone(&commits);
                OutboxWriter::new(plan, database.clone(), open_overlap_ratio, commits, seed)
            };
            Ok((0..count).map(make).map(boxed).collect())
        }
    }
}

fn boxed(writer: impl Writer + 'static) -> Box<dyn Writer> {
    Box::new(writer)
}
