//! Journeys from YAML, sent by goose; response times and resources as evidence.
//!
//! The workload model is **closed**: a fixed number of users, each sending its
//! next request only after the last one was answered. When a service stalls, its
//! users wait with it, so a stall of one second is seen by at most one request a
//! user, where an open model would count every request that should have been
//! sent meanwhile (*coordinated omission*). The numbers answer "how does it feel
//! to N users"; no corrected samples are invented. See
//! `docs/decisions/0002-closed-model-and-coordinated-omission.md`.

mod answer;
mod cookies;
mod engine;
mod fill;
mod health;
mod ledger;
mod mask;
mod phases;
mod request;
mod resources;
mod script;
mod session;
mod shifts;
mod tally;
mod user;
mod values;

#[cfg(test)]
mod scene;
#[cfg(test)]
mod tests;

use crate::model::evidence::{Event, Response};
use crate::model::load::{Scenario, Target};
use crate::model::recorder::Recorder;
use reqwest::header::HeaderValue;
use std::sync::Arc;
use tokio::sync::{Mutex, oneshot, watch};
use tokio::task::JoinSet;

/// One scenario over all of its targets, ready to run.
#[derive(Debug)]
pub struct LoadRequest<'a> {
    /// Who, how many, how long.
    pub scenario: &'a Scenario,
    /// What is loaded, all at the same time; never empty.
    pub targets: Vec<ResolvedTarget<'a>>,
    /// Seed of every random choice that users make.
    pub seed: u64,
    /// The story that it accompanies; `None` for a load of its own.
    pub beside: Option<Beside>,
}

/// What a load is told, and tells, that accompanies something else: it ends when that
/// does, and every response of it is an event of its own.
#[derive(Clone)]
pub struct Beside {
    /// Becomes `true` when the load has come to its end; the scenario's duration is only the longest that it may last.
    pub until: Stop,
    /// Told when the load has begun.
    pub begun: Arc<dyn Fn() + Send + Sync>,
    /// Shown every response.
    pub seen: Arc<dyn Fn(&Response) + Send + Sync>,
}

impl std::fmt::Debug for Beside {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Beside").finish_non_exhaustive()
    }
}

/// A target whose address, token and process are known.
#[derive(Debug)]
pub struct ResolvedTarget<'a> {
    /// What is sent.
    pub target: &'a Target,
    /// Address without a trailing slash.
    pub base_url: String,
    /// The whole value of `Authorization`, renewed by its sender before it expires.
    pub bearer: Option<watch::Receiver<HeaderValue>>,
    /// Whose CPU and memory are sampled.
    pub resources: SampleFrom,
}

/// Whose CPU and memory are sampled once a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SampleFrom {
    /// The process tree below a process.
    Pid(u32),
    /// The same, its number in a file.
    PidFile(String),
    /// A container, by name or id.
    Container(String),
    /// Nothing can be sampled.
    Nowhere {
        /// Why, for the evidence.
        reason: String,
    },
}

/// Becomes `true` when the run is to end early.
pub type Stop = watch::Receiver<bool>;

/// Why a scenario could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum PerfError {
    /// No users, no targets, or a steady phase without one whole second.
    #[error("scenario `{scenario}` has nothing to measure: {reason}")]
    NothingToMeasure {
        /// Scenario's name.
        scenario: String,
        /// What is missing.
        reason: String,
    },
    /// A request that can never be sent.
    #[error("step `{step}` of `{service}` cannot be sent: {reason}")]
    BadStep {
        /// Target's name.
        service: String,
        /// Step's name.
        step: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A value that templates may name cannot be read.
    #[error("value `{value}` of `{service}` is not there: {reason}")]
    BadValue {
        /// Target's name.
        service: String,
        /// Value's name.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The load generator failed or ended before its time.
    #[error("load generator: {0}")]
    Engine(String),
}

/// goose keeps process-wide state, so there is one attack at a time.
static ONE_ATTACK: Mutex<()> = Mutex::const_new(());

/// Runs one scenario over all targets at once and records what is seen.
///
/// Users run on a thread of their own; sampling stays on the caller's runtime,
/// so that neither disturbs the other. A second call waits for the first.
/// When `stop` becomes true the load ends within about a second: windows so far
/// are recorded, `ScenarioFinished` and `Summary` are not. A load beside something
/// else ends when it is told to, and then everything is recorded.
///
/// # Errors
/// A scenario that cannot be sent or measured, before anything is sent; or a
/// load generator that failed.
pub async fn run(
    request: LoadRequest<'_>,
    recorder: &Recorder,
    stop: Stop,
) -> Result<(), PerfError> {
    let _one = ONE_ATTACK.lock().await;
    let attack = engine::Attack::prepare(&request, recorder, stop)?;
    let (began_tx, began_rx) = oneshot::channel();
    let engine = attack.start(began_tx)?;
    // An engine that fails at once never says that it began; there is nothing to sample then.
    let mut samplers = if began_rx.await.is_ok() {
        if let Some(beside) = &request.beside {
            (beside.begun)();
        }
        sample(&request, recorder)
    } else {
        JoinSet::new()
    };
    let ended = engine.ended().await;
    // Waits for them: nothing of this scenario is recorded after its end.
    samplers.shutdown().await;
    ended
}

fn sample(request: &LoadRequest<'_>, recorder: &Recorder) -> JoinSet<()> {
    let mut samplers = JoinSet::new();
    for target in &request.targets {
        let record = Sink {
            recorder: recorder.clone(),
            scenario: request.scenario.name.clone(),
            service: target.target.name.clone(),
        };
        samplers.spawn(resources::watch(target.resources.clone(), record));
    }
    samplers
}

/// Where a sampler's findings go.
#[derive(Debug)]
struct Sink {
    recorder: Recorder,
    scenario: String,
    service: String,
}

impl Sink {
    fn sample(&self, reading: resources::Reading) {
        self.recorder.record(Event::Resource {
            scenario: self.scenario.clone(),
            sample: reading.of(&self.service),
        });
    }

    fn missing(&self, reason: String) {
        self.recorder.record(Event::ResourceMissing {
            scenario: self.scenario.clone(),
            service: self.service.clone(),
            reason,
        });
    }
}
