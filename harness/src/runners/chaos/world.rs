//! Everything that watches and loads the system, on a thread and a runtime of its own,
//! so that a busy probe never makes a blow or a heal late.

use super::access::{Access, AccessError};
use super::live::Live;
use super::load::{self, LoadSetting, Loading, Subscriber};
use super::probe::{self, Seen, Watching};
use super::read::{self, Reading, Telemetry};
use crate::model::chaos::{ChaosPlan, TelemetryPlan, ValidationKind};
use crate::model::recorder::Recorder;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How long what is still on its way may take when the loads end.
const GRACE: Duration = Duration::from_secs(10);
/// How long the first reading of telemetry may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the world is told, in order.
enum Word {
    /// A fault has struck.
    Onset,
    /// End the loads, wait for the drain for so long, read the stores, end the probes.
    End { patience: Duration, read: bool },
}

/// The handle.
pub(super) struct World {
    words: mpsc::UnboundedSender<Word>,
    over: oneshot::Receiver<()>,
    /// What the probes say.
    pub(super) live: Arc<Live>,
}

/// What the world is made of.
pub(super) struct Setting {
    pub(super) plan: ChaosPlan,
    pub(super) access: Access,
    /// First part of all element ids.
    pub(super) prefix: String,
    pub(super) recorder: Recorder,
}

impl World {
    /// Starts the probes, then the loads; answers when all of them run.
    ///
    /// # Errors
    /// In words: an address that cannot be resolved, a consumer that cannot be made.
    pub(super) async fn start(setting: Setting) -> Result<Self, String> {
        let live = Arc::<Live>::default();
        let seen = Arc::clone(&live);
        let (words, orders) = mpsc::unbounded_channel();
        let (started, begun) = oneshot::channel();
        let (ended, over) = oneshot::channel();
        std::thread::Builder::new()
            .name("chaos world".to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                match runtime {
                    Ok(runtime) => {
                        runtime.block_on(Box::pin(live_through(setting, seen, started, orders)));
                    }
                    Err(error) => drop(started.send(Err(error.to_string()))),
                }
                let _ = ended.send(());
            })
            .map_err(|error| error.to_string())?;
        begun
            .await
            .map_err(|_| "the thread of the probes broke".to_owned())??;
        Ok(Self { words, over, live })
    }

    /// Says that a fault has struck.
    pub(super) fn onset(&self) {
        let _ = self.words.send(Word::Onset);
    }

    /// Ends it; with `read`, the stores are read after a drain of at most `patience`.
    pub(super) async fn end(self, patience: Duration, read: bool) {
        let _ = self.words.send(Word::End { patience, read });
        let _ = self.over.await;
    }
}

/// What is at work.
struct AtWork {
    watching: Watching,
    loading: Loading,
    subscriber: Option<Subscriber>,
    telemetry: Option<Telemetry>,
}

async fn live_through(
    setting: Setting,
    live: Arc<Live>,
    started: oneshot::Sender<Result<(), String>>,
    mut orders: mpsc::UnboundedReceiver<Word>,
) {
    let at_work = match begin(&setting, live).await {
        Ok(at_work) => at_work,
        Err(error) => return drop(started.send(Err(error))),
    };
    let _ = started.send(Ok(()));
    loop {
        match orders.recv().await {
            Some(Word::Onset) => {
                if let Some(subscriber) = &at_work.subscriber {
                    subscriber.onset();
                }
            }
            Some(Word::End { patience, read }) => {
                return end(&setting, at_work, patience, read).await;
            }
            // Nobody is left to tell: the scenario broke off.
            None => return,
        }
    }
}

async fn begin(setting: &Setting, live: Arc<Live>) -> Result<AtWork, String> {
    let Setting {
        plan,
        access,
        prefix,
        recorder,
    } = setting;
    let telemetry = match telemetry_plan(plan) {
        Some(plan) => Some(
            Telemetry::baseline(plan, access, PATIENCE)
                .await
                .map_err(|error| error.to_string())?,
        ),
        None => None,
    };
    let subscriber = match redelivery_stream(plan) {
        Some(stream) => Some(
            Subscriber::start(access, stream, prefix, recorder.clone())
                .await
                .map_err(|error| error.to_string())?,
        ),
        None => None,
    };
    let told = |error: AccessError| error.to_string();
    let wanted = plan.clone();
    let seen: Seen = Arc::new(move |attempt| live.see(attempt, wanted.is_steady(attempt)));
    let watching = probe::start(&plan.probes, access, recorder.clone(), seen).map_err(told)?;
    let load = LoadSetting {
        system: &plan.system,
        access,
        run: prefix,
        seed: plan.seed,
    };
    let loading = load::start(&plan.load, load, recorder).map_err(told)?;
    Ok(AtWork {
        watching,
        loading,
        subscriber,
        telemetry,
    })
}

async fn end(setting: &Setting, at_work: AtWork, patience: Duration, read: bool) {
    at_work.loading.stop(GRACE.min(patience)).await;
    if let Some(subscriber) = at_work.subscriber {
        subscriber.stop(patience).await;
    }
    if read {
        read_stores(setting, at_work.telemetry, patience).await;
    }
    at_work.watching.stop().await;
}

async fn read_stores(setting: &Setting, telemetry: Option<Telemetry>, patience: Duration) {
    let reading = Reading {
        system: &setting.plan.system,
        access: &setting.access,
        run: &setting.prefix,
        recorder: &setting.recorder,
    };
    if !setting.plan.load.is_empty() && setting.plan.system.events.is_some() {
        read::read_all(reading, patience).await;
    }
    if let Some(telemetry) = telemetry {
        telemetry.settle(&setting.recorder, patience).await;
    }
}

/// The telemetry plan, where a validation needs it.
fn telemetry_plan(plan: &ChaosPlan) -> Option<&TelemetryPlan> {
    let wanted = plan
        .validation
        .iter()
        .any(|one| matches!(one.kind, ValidationKind::TelemetryAccounted { .. }));
    plan.system.telemetry.as_ref().filter(|_| wanted)
}

/// The stream, where a validation asks whether messages come again.
fn redelivery_stream(plan: &ChaosPlan) -> Option<&str> {
    let wanted = plan
        .validation
        .iter()
        .any(|one| matches!(one.kind, ValidationKind::MessageRedelivery { .. }));
    let nats = plan.system.nats.as_ref().filter(|_| wanted)?;
    Some(&nats.stream)
}
