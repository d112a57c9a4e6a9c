//! Starting the target of a black-box suite: what runners ask for, and the environment does.

use super::plan::TrialPlan;
use super::{Trial, TrialEvent};
use crate::model::environment::RunningService;
use crate::model::evidence::Event;
use crate::model::recorder::Recorder;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use tokio::sync::watch;

/// Everything that a runner of a black-box suite is given.
pub struct Stage<'a> {
    /// What is asked, and of whom.
    pub plan: &'a TrialPlan,
    /// Starts the target.
    pub launcher: &'a dyn Launcher,
    /// Services of the suite's environment that are up.
    pub services: &'a [RunningService],
    /// Where everything seen goes.
    pub recorder: &'a Recorder,
    /// Folder for what is worth keeping beside the evidence: records of fakes, repositories.
    pub folder: &'a Path,
    /// Turns true when the run is to end early.
    pub stop: watch::Receiver<bool>,
}

/// Starts the target, again and again.
#[async_trait]
pub trait Launcher: Send + Sync {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// It could not be built or started, or was not ready in time although that was wanted.
    async fn launch(&self, with: &LaunchWith) -> Result<Box<dyn Launched>, LaunchError>;
}

/// What is particular about one start.
#[derive(Debug, Clone, Default)]
pub struct LaunchWith {
    /// Values of the holes that the suite itself offers: `issuer`, `github_api`.
    pub values: BTreeMap<String, String>,
    /// Variables set (`Some`) or taken away (`None`) after those of the suite file.
    pub environment: BTreeMap<String, Option<String>>,
    /// Whether the production variables of the suite file are added, before `environment`.
    pub production: bool,
    /// Whether it must become ready; otherwise the start is answered as soon as it runs.
    pub unready: bool,
    /// The port, for a start that must be where an earlier one was; default: a free one.
    pub port: Option<u16>,
}

/// A target that was started. Dropping it ends it; [`Launched::stop`] waits for that.
#[async_trait]
pub trait Launched: Send + Sync {
    /// Its address without a trailing slash.
    fn url(&self) -> &str;
    /// The root of its process tree.
    fn pid(&self) -> u32;
    /// Everything that it wrote to standard output and standard error so far.
    fn output(&self) -> String;
    /// How it ended, in words, as soon as it has by itself; `None` when it has not within the time.
    async fn ended(&self, within: Duration) -> Option<Ended>;
    /// Ends it: SIGTERM, then after its grace SIGKILL.
    async fn stop(self: Box<Self>);
    /// Ends it with SIGKILL.
    async fn kill(self: Box<Self>);
}

/// How a target ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code; `None` for a signal.
    pub code: Option<i32>,
    /// In words: `exit status 1`, `signal 9`.
    pub how: String,
}

/// Why a black-box suite could not go on at all; what concerns single checks is evidence.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TrialError {
    /// Something that the suite itself needs: a fake that cannot listen, a clock.
    #[error("{0}")]
    Harness(String),
    /// The target is not there, or not ready.
    #[error("the target: {0}")]
    Target(#[from] LaunchError),
}

impl Stage<'_> {
    /// Writes down something that was seen.
    pub fn record(&self, event: TrialEvent) {
        self.recorder.record(Event::Trial(event));
    }

    /// Writes down one trial.
    pub fn trial(&self, trial: Trial) {
        self.record(TrialEvent::Trial(Box::new(trial)));
    }

    /// Writes down that a check was not asked.
    pub fn not_run(&self, check: &str, reason: impl Into<String>) {
        self.record(TrialEvent::NotRun {
            check: check.to_owned(),
            reason: reason.into(),
        });
    }

    /// Writes down that nothing can be said of a check.
    pub fn inconclusive(&self, check: &str, reason: impl Into<String>) {
        self.record(TrialEvent::Inconclusive {
            check: check.to_owned(),
            reason: reason.into(),
        });
    }

    /// Tells what is being done, on the screen and in the evidence.
    pub fn progress(&self, text: impl Into<String>) {
        self.recorder.record(Event::Progress { text: text.into() });
    }

    /// Whether a check is asked in this run.
    pub fn asks(&self, check: &str) -> bool {
        self.plan.checks.iter().any(|listed| listed.id == check)
    }

    /// Whether the run is to end early.
    pub fn stopped(&self) -> bool {
        *self.stop.borrow()
    }
}

/// Why a target could not be started.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct LaunchError(pub String);
