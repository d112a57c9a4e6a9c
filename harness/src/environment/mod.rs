//! The system under test: local processes and attached services; up, ready, down.

mod build;
pub mod docker;
pub mod facts;
pub mod history;
pub mod keeper;
pub mod launcher;
pub mod port;
mod process;
mod ready;

use crate::model::environment::{EnvironmentPlan, Launch, RunningService, ServicePlan};
use crate::model::recorder::Recorder;
use build::Builds;
use process::KeptProcess;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokio::sync::watch;

/// Why an environment could not be brought up.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// `cargo build` failed.
    #[error("cannot build `{binary}`: {detail}")]
    Build {
        /// Binary name.
        binary: String,
        /// What cargo said last.
        detail: String,
    },
    /// A program could not be started at all.
    #[error("cannot start service `{service}`: {detail}")]
    Start {
        /// Service.
        service: String,
        /// Why.
        detail: String,
    },
    /// A service ended before it was ready.
    #[error("service `{service}` ended before it was ready: {detail}")]
    EndedEarly {
        /// Service.
        service: String,
        /// Exit status and last lines of its output.
        detail: String,
    },
    /// A service did not become ready in time.
    #[error("service `{service}` was not ready after {seconds} s at {url}: {detail}")]
    NotReady {
        /// Service.
        service: String,
        /// Seconds waited.
        seconds: u64,
        /// What was asked.
        url: String,
        /// The last answer or error.
        detail: String,
    },
    /// A template names something that does not exist here.
    #[error("service `{service}`: `${{{hole}}}` has no value{help}")]
    NoValue {
        /// Service.
        service: String,
        /// Name in the template.
        hole: String,
        /// What to do.
        help: String,
    },
    /// The run was interrupted while services were starting.
    #[error("interrupted while services were starting")]
    Interrupted,
    /// The folder for the services' output could not be written.
    #[error("cannot write service output to {}: {source}", path.display())]
    Logs {
        /// Folder.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
}

/// Services that are up. Taken down by [`Environment::down`]; if the harness
/// dies instead, each service's keeper ends it.
#[derive(Debug)]
pub struct Environment {
    services: Vec<RunningService>,
    processes: Vec<KeptProcess>,
}

/// What bringing an environment up needs besides its plan.
#[derive(Debug)]
pub struct Up<'a> {
    /// The services.
    pub plan: &'a EnvironmentPlan,
    /// Address of the suite's own token issuer, for `${issuer.url}`.
    pub issuer_url: Option<String>,
    /// Folder for the services' output, one file each.
    pub logs: &'a Path,
    /// Told when a service ends by itself.
    pub recorder: &'a Recorder,
    /// Turns true when the run is to end early.
    pub stop: watch::Receiver<bool>,
}

impl Up<'_> {
    /// The outcome of some work, or `Interrupted` when the run is to end before that.
    async fn unless_stopped<T>(
        &self,
        work: impl Future<Output = Result<T, EnvironmentError>>,
    ) -> Result<T, EnvironmentError> {
        let mut stop = self.stop.clone();
        tokio::select! {
            outcome = work => outcome,
            Ok(_) = stop.wait_for(|stop| *stop) => Err(EnvironmentError::Interrupted),
        }
    }
}

impl Environment {
    /// Starts every service in order, each ready before the next starts.
    ///
    /// # Errors
    /// The first service that cannot be built, started or made ready; those
    /// that were already up are taken down again.
    pub async fn up(
        up: Up<'_>,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Environment, EnvironmentError> {
        std::fs::create_dir_all(up.logs).map_err(|source| EnvironmentError::Logs {
            path: up.logs.to_owned(),
            source,
        })?;
        let mut environment = Environment {
            services: Vec::new(),
            processes: Vec::new(),
        };
        let mut builds = Builds::default();
        for service in &up.plan.services {
            progress(&format!("starting {}", service.name));
            if let Err(error) = environment.start(service, &up, &mut builds, progress).await {
                environment.down().await;
                return Err(error);
            }
        }
        Ok(environment)
    }

    /// The services, in order of starting.
    pub fn services(&self) -> &[RunningService] {
        &self.services
    }

    /// Ends every process that was started, last one first: SIGTERM, then
    /// after the service's grace SIGKILL. Safe to call twice.
    pub async fn down(&mut self) {
        while let Some(process) = self.processes.pop() {
            process.stop().await;
        }
    }

    async fn start(
        &mut self,
        service: &ServicePlan,
        up: &Up<'_>,
        builds: &mut Builds,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), EnvironmentError> {
        let running = match &service.launch {
            Launch::Attach {
                url,
                pid,
                container,
            } => {
                up.unless_stopped(ready::wait(service, url, None)).await?;
                RunningService {
                    name: service.name.clone(),
                    url: url.clone(),
                    pid: *pid,
                    container: container.clone(),
                    program_digest: None,
                    variant: None,
                }
            }
            Launch::Process(plan) => {
                let program = up
                    .unless_stopped(builds.program(&plan.program, up.logs, progress))
                    .await?;
                let names = self.names(up);
                let start = process::Start {
                    service,
                    plan,
                    program: &program,
                    names: &names,
                    up,
                    extra: &process::Extra::default(),
                };
                let (process, url) = process::start(&start).await?;
                let running = RunningService {
                    name: service.name.clone(),
                    url,
                    pid: Some(process.pid()),
                    container: None,
                    program_digest: program.digest.clone(),
                    variant: program.variant.clone(),
                };
                self.processes.push(process);
                running
            }
        };
        self.services.push(running);
        Ok(())
    }

    /// Values for templates that are known so far; `port` comes with each start.
    fn names(&self, up: &Up<'_>) -> BTreeMap<String, String> {
        let mut names: BTreeMap<String, String> = self
            .services
            .iter()
            .map(|service| (format!("service.{}.url", service.name), service.url.clone()))
            .collect();
        if let Some(url) = &up.issuer_url {
            names.insert("issuer.url".to_owned(), url.clone());
        }
        names
    }
}
