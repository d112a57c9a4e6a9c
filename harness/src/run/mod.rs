//! The story of a run: up, load, down, and only then judge and report.

mod beside;
mod scribe;
mod tokens;
mod trials;

use crate::environment::{Environment, EnvironmentError, Up, facts};
use crate::model::environment::RunningService;
use crate::model::evidence::{Event, Evidence, RunStarted};
use crate::model::load::{Endpoint, ResourceSource, Scenario, Target};
use crate::model::plan::Plan;
use crate::model::recorder::Recorder;
use crate::model::trial::launch::TrialError;
use crate::runners::chaos::ChaosError;
use crate::runners::contract::issuer::{Issuer, IssuerError};
use crate::runners::perf::{self, LoadRequest, PerfError, ResolvedTarget, SampleFrom};
use crate::store::{self, StoreError, runs::RunFolder};
use jiff::Timestamp;
use scribe::Scribe;
pub use scribe::Watcher;
use std::path::{Path, PathBuf};
use tokens::Tokens;
use tokio::sync::watch;

/// Why a run could not be made or kept. What went wrong *inside* a run is evidence, not an error.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A token that a target needs is not there.
    #[error("target `{target}` sends the token in `{variable}`, which is not set")]
    NoToken {
        /// Target.
        target: String,
        /// Environment variable.
        variable: String,
    },
    /// A token that cannot stand in a header.
    #[error("the token of target `{0}` has characters that no header may carry")]
    BadToken(String),
    /// The suite's own issuer failed.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// The evidence could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What stopped a run from going on; recorded as evidence.
#[derive(Debug, thiserror::Error)]
enum Halt {
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error(transparent)]
    Load(#[from] PerfError),
    #[error(transparent)]
    Chaos(#[from] ChaosError),
    #[error(transparent)]
    Trial(#[from] TrialError),
    #[error("target `{target}`: there is no service `{service}` in the environment")]
    NoService { target: String, service: String },
}

/// What is to be run.
#[derive(Debug, Clone, Copy)]
pub struct RunRequest<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Folder of runs.
    pub root: &'a Path,
    /// Whether chaos was enabled by hand on the command line.
    pub enable_chaos: bool,
}

/// A run that is over.
#[derive(Debug)]
pub struct Ended {
    /// Everything that was seen, read back from disk: what is judged is what was kept.
    pub evidence: Evidence,
    /// The run's folder.
    pub folder: PathBuf,
}

/// Runs a plan: brings the environment up, loads it scenario by scenario, takes
/// it down, and keeps everything seen in a new folder below `root`.
///
/// When `stop` turns true the load ends, and the evidence says `Interrupted`.
///
/// # Errors
/// Tokens that are not there, before anything is started; evidence that cannot be written.
pub async fn run(
    request: &RunRequest<'_>,
    stop: watch::Receiver<bool>,
    watcher: Watcher,
) -> Result<Ended, RunError> {
    let RunRequest { plan, root, .. } = *request;
    let issuer = match &plan.issuer {
        Some(settings) => Some(Issuer::start(settings).await?),
        None => None,
    };
    let tokens = Tokens::prepare(plan.targets(), issuer.as_ref().map(Issuer::minter).as_ref())?;
    let started = bind(plan);
    let folder = RunFolder::create(root, &started)?;
    let path = folder.path().to_owned();
    let (recorder, scribe) = Scribe::start(folder, watcher);
    recorder.record(Event::RunStarted(Box::new(started.clone())));
    let world = World {
        plan,
        started: &started,
        enable_chaos: request.enable_chaos,
        issuer: issuer.as_ref(),
        tokens: &tokens,
        logs: path.join("logs"),
        folder: path.clone(),
    };
    world.measure(&recorder, &stop).await;
    if *stop.borrow() {
        recorder.record(Event::Interrupted {
            signal: "SIGINT, SIGTERM or SIGHUP".to_owned(),
        });
    }
    recorder.record(Event::RunFinished {
        at: Timestamp::now(),
    });
    drop(recorder);
    scribe.finish()?;
    Ok(Ended {
        evidence: store::read(&path)?,
        folder: path,
    })
}

/// Binds a run to its commit, machine, program and CI run.
fn bind(plan: &Plan) -> RunStarted {
    RunStarted {
        run_id: uuid::Uuid::now_v7().to_string(),
        at: Timestamp::now(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        tool_digest: facts::tool_digest(),
        subject: facts::subject(),
        machine: facts::machine(),
        ci: facts::ci_run(),
        plan: plan.clone(),
    }
}

/// Everything that measuring needs.
struct World<'a> {
    plan: &'a Plan,
    started: &'a RunStarted,
    enable_chaos: bool,
    issuer: Option<&'a Issuer>,
    tokens: &'a Tokens,
    logs: PathBuf,
    folder: PathBuf,
}

impl World<'_> {
    /// Up, load, down. Whatever goes wrong becomes evidence, and down always happens.
    async fn measure(&self, recorder: &Recorder, stop: &watch::Receiver<bool>) {
        let mut environment = match self.up(recorder, stop).await {
            Ok(environment) => environment,
            Err(EnvironmentError::Interrupted) => return,
            Err(error) => {
                return recorder.record(Event::EnvironmentFailed {
                    reason: error.to_string(),
                });
            }
        };
        recorder.record(Event::EnvironmentUp {
            services: environment.services().to_vec(),
        });
        let outcome = match (&self.plan.chaos, &self.plan.trials) {
            (Some(plan), _) => self.chaos(plan, recorder, stop).await,
            (None, Some(plan)) => self.ask(plan, environment.services(), recorder, stop).await,
            (None, None) => self.load(environment.services(), recorder, stop).await,
        };
        if let Err(halt) = outcome {
            recorder.record(Event::EnvironmentFailed {
                reason: halt.to_string(),
            });
        }
        environment.down().await;
        recorder.record(Event::EnvironmentDown);
    }

    async fn up(
        &self,
        recorder: &Recorder,
        stop: &watch::Receiver<bool>,
    ) -> Result<Environment, EnvironmentError> {
        let up = Up {
            plan: &self.plan.environment,
            issuer_url: self.issuer.map(Issuer::url),
            logs: &self.logs,
            recorder,
            stop: stop.clone(),
        };
        Environment::up(up, &mut |line| {
            recorder.record(Event::Progress {
                text: line.to_owned(),
            });
        })
        .await
    }

    async fn load(
        &self,
        services: &[RunningService],
        recorder: &Recorder,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), Halt> {
        for scenario in &self.plan.performance.scenarios {
            if *stop.borrow() {
                break;
            }
            perf::run(self.request(scenario, services)?, recorder, stop.clone()).await?;
        }
        Ok(())
    }

    fn request<'a>(
        &'a self,
        scenario: &'a Scenario,
        services: &[RunningService],
    ) -> Result<LoadRequest<'a>, Halt> {
        let targets = &self.plan.performance.targets;
        let resolved: Result<Vec<_>, Halt> = targets
            .iter()
            .map(|target| self.resolve(target, services))
            .collect();
        Ok(LoadRequest {
            scenario,
            targets: resolved?,
            seed: self.plan.performance.seed,
            beside: None,
        })
    }

    fn resolve<'a>(
        &self,
        target: &'a Target,
        services: &[RunningService],
    ) -> Result<ResolvedTarget<'a>, Halt> {
        let base_url = match &target.endpoint {
            Endpoint::Url(url) => url.clone(),
            Endpoint::Service(name) => find(target, name, services)?.url.clone(),
        };
        let resources = match &target.resources {
            ResourceSource::Service(name) => of_service(find(target, name, services)?),
            ResourceSource::Pid(pid) => SampleFrom::Pid(*pid),
            ResourceSource::PidFile(path) => SampleFrom::PidFile(path.clone()),
            ResourceSource::Container(name) => SampleFrom::Container(name.clone()),
            ResourceSource::Nowhere => SampleFrom::Nowhere {
                reason: "the suite names neither a process nor a container of this target"
                    .to_owned(),
            },
        };
        Ok(ResolvedTarget {
            target,
            base_url,
            bearer: self.tokens.of(&target.name),
            resources,
        })
    }
}

fn find<'a>(
    target: &Target,
    name: &str,
    services: &'a [RunningService],
) -> Result<&'a RunningService, Halt> {
    services
        .iter()
        .find(|service| service.name == name)
        .ok_or_else(|| Halt::NoService {
            target: target.name.clone(),
            service: name.to_owned(),
        })
}

/// A container says more than the process behind it, which may be in another namespace.
fn of_service(service: &RunningService) -> SampleFrom {
    match (&service.container, service.pid) {
        (Some(container), _) => SampleFrom::Container(container.clone()),
        (None, Some(pid)) => SampleFrom::Pid(pid),
        (None, None) => SampleFrom::Nowhere {
            reason: format!(
                "service `{}` was attached without `pid` or `container`",
                service.name
            ),
        },
    }
}
