//! The target of a black-box suite, started as often as its checks need.

use super::build::{Builds, Built};
use super::process::{self, Extra, KeptProcess, Start};
use super::{EnvironmentError, Up};
use crate::model::environment::{EnvironmentPlan, Launch, RunningService, ServicePlan};
use crate::model::evidence::Event;
use crate::model::recorder::Recorder;
use crate::model::trial::launch::{Ended, LaunchError, LaunchWith, Launched, Launcher};
use crate::model::trial::plan::{Comes, TargetPlan};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;

const LOOK: Duration = Duration::from_millis(10);

/// Starts one target; its program is built once.
#[derive(Debug)]
pub struct TargetLauncher<'a> {
    target: &'a TargetPlan,
    program: Option<Built>,
    nothing_else: EnvironmentPlan,
    services: BTreeMap<String, String>,
    logs: &'a Path,
    recorder: &'a Recorder,
    stop: watch::Receiver<bool>,
    starts: AtomicU32,
}

impl<'a> TargetLauncher<'a> {
    /// Builds the target's program, where it has to be built.
    ///
    /// # Errors
    /// `cargo build` failed, or the run was ended meanwhile.
    pub async fn prepare(
        target: &'a TargetPlan,
        services: &[RunningService],
        logs: &'a Path,
        recorder: &'a Recorder,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, EnvironmentError> {
        std::fs::create_dir_all(logs).map_err(|source| EnvironmentError::Logs {
            path: logs.to_owned(),
            source,
        })?;
        let addresses = services
            .iter()
            .map(|service| (format!("service.{}.url", service.name), service.url.clone()));
        let mut launcher = Self {
            target,
            program: None,
            nothing_else: EnvironmentPlan::default(),
            services: addresses.collect(),
            logs,
            recorder,
            stop,
            starts: AtomicU32::new(0),
        };
        if let Comes::Launched { process, .. } = &target.comes {
            let mut builds = Builds::default();
            let mut progress = |line: &str| {
                recorder.record(Event::Progress {
                    text: line.to_owned(),
                });
            };
            let up = launcher.up();
            let building = builds.program(&process.program, logs, &mut progress);
            launcher.program = Some(up.unless_stopped(building).await?);
        }
        Ok(launcher)
    }

    fn up(&self) -> Up<'_> {
        Up {
            plan: &self.nothing_else,
            issuer_url: None,
            logs: self.logs,
            recorder: self.recorder,
            stop: self.stop.clone(),
        }
    }

    /// The target as a service: each start has a name and so a log of its own.
    fn service(&self) -> Option<ServicePlan> {
        let Comes::Launched { process, .. } = &self.target.comes else {
            return None;
        };
        let number = self.starts.fetch_add(1, Ordering::Relaxed) + 1;
        Some(ServicePlan {
            name: format!("target-{number:03}"),
            launch: Launch::Process((**process).clone()),
            ready_path: self.target.ready_path.clone(),
            ready_timeout: self.target.ready_timeout,
            place: self.target.place.clone(),
        })
    }

    fn changes(&self, with: &LaunchWith) -> Extra {
        let mut extra = Extra {
            port: with.port,
            unready: with.unready,
            is_target: true,
            ..Extra::default()
        };
        for (name, value) in &with.environment {
            match value {
                Some(value) => extra.set.insert(name.clone(), value.clone()),
                None => {
                    extra.unset.push(name.clone());
                    None
                }
            };
        }
        extra
    }
}

#[async_trait]
impl Launcher for TargetLauncher<'_> {
    async fn launch(&self, with: &LaunchWith) -> Result<Box<dyn Launched>, LaunchError> {
        let told = |error: &EnvironmentError| LaunchError(error.to_string());
        let (Some(mut service), Some(program)) = (self.service(), &self.program) else {
            let text = "the target is attached, and not started by the suite";
            return Err(LaunchError(text.to_owned()));
        };
        let mut names = self.services.clone();
        names.extend(with.values.clone());
        if let (Launch::Process(process), Comes::Launched { production, .. }) =
            (&mut service.launch, &self.target.comes)
            && with.production
        {
            process.environment.extend(production.clone());
        }
        let Launch::Process(plan) = &service.launch else {
            return Err(LaunchError("no process".to_owned()));
        };
        let extra = self.changes(with);
        let up = self.up();
        let start = Start {
            service: &service,
            plan,
            program,
            names: &names,
            up: &up,
            extra: &extra,
        };
        let (process, url) = process::start(&start).await.map_err(|error| told(&error))?;
        self.recorder.record(Event::TargetUp(RunningService {
            name: service.name.clone(),
            url: url.clone(),
            pid: Some(process.pid()),
            container: None,
            program_digest: program.digest.clone(),
            variant: program.variant.clone(),
        }));
        Ok(Box::new(Target {
            process,
            url,
            log: self.logs.join(format!("{}.log", service.name)),
        }))
    }
}

/// A target that runs.
struct Target {
    process: KeptProcess,
    url: String,
    log: PathBuf,
}

#[async_trait]
impl Launched for Target {
    fn url(&self) -> &str {
        &self.url
    }

    fn pid(&self) -> u32 {
        self.process.pid()
    }

    fn output(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    async fn ended(&self, within: Duration) -> Option<Ended> {
        let until = Instant::now() + within;
        loop {
            if let Some(how) = self.process.ended() {
                return Some(end(&how));
            }
            if Instant::now() >= until {
                return None;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn stop(self: Box<Self>) {
        self.process.stop().await;
    }

    async fn kill(self: Box<Self>) {
        self.process.kill().await;
    }
}

/// The keeper's words: `exit code 1`, `killed by signal 9`, and the end of the output after them.
fn end(how: &str) -> Ended {
    let first = how.split([';', '\n']).next().unwrap_or_default().trim();
    let code = first.rsplit(' ').next().and_then(|word| word.parse().ok());
    Ended {
        code: code.filter(|_| !first.contains("signal")),
        how: first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_has_a_code_unless_it_was_a_signal() {
        assert_eq!(end("exit code 2; it said last:\nno 7").code, Some(2));
        assert_eq!(end("killed by signal 9").code, None);
        assert_eq!(end("its keeper was killed").code, None);
    }
}
