//! Local services, each held by a keeper.

use super::build::{Built, last_lines};
use super::{EnvironmentError, Up, port, ready};
use crate::model::environment::{ProcessPlan, ServicePlan};
use crate::model::evidence::Event;
use crate::model::recorder::Recorder;
use crate::model::template::Template;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How often a start is tried again after it lost its port to another program.
const ATTEMPTS: u32 = 3;
/// Time a keeper may take beyond the service's grace.
const KEEPER_SLACK: Duration = Duration::from_secs(5);

/// A service's process and its keeper.
#[derive(Debug)]
pub(super) struct KeptProcess {
    pid: u32,
    grace: Duration,
    keeper: Child,
    pipe: ChildStdin,
    state: Arc<Mutex<State>>,
}

/// What is known of a service's end.
#[derive(Debug, Default)]
struct State {
    stopping: bool,
    ready: bool,
    ended: Option<String>,
}

/// Everything that one start needs.
#[derive(Debug)]
pub(super) struct Start<'a> {
    pub(super) service: &'a ServicePlan,
    pub(super) plan: &'a ProcessPlan,
    pub(super) program: &'a Built,
    pub(super) names: &'a BTreeMap<String, String>,
    pub(super) up: &'a Up<'a>,
    pub(super) extra: &'a Extra,
}

/// What is particular about one start; nothing, for a service of an environment.
#[derive(Debug, Default)]
pub(super) struct Extra {
    /// Variables set after those of the plan, as they are.
    pub(super) set: BTreeMap<String, String>,
    /// Variables taken away last.
    pub(super) unset: Vec<String>,
    /// The port; a free one where none is given.
    pub(super) port: Option<u16>,
    /// Whether being ready is not waited for.
    pub(super) unready: bool,
    /// Whether its end is the suite's own business, and no event.
    pub(super) is_target: bool,
}

/// Starts a service on a free port and waits until it is ready; answers its address too.
pub(super) async fn start(start: &Start<'_>) -> Result<(KeptProcess, String), EnvironmentError> {
    let mut attempt = 1;
    loop {
        match once(start).await {
            Err(EnvironmentError::EndedEarly { detail, .. })
                if attempt < ATTEMPTS && detail.to_lowercase().contains("in use") =>
            {
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

async fn once(start: &Start<'_>) -> Result<(KeptProcess, String), EnvironmentError> {
    let service = start.service;
    let failed = |detail: String| EnvironmentError::Start {
        service: service.name.clone(),
        detail,
    };
    let port = match start.extra.port {
        Some(port) => port,
        None => port::free().map_err(|error| failed(error.to_string()))?,
    };
    let log = start.up.logs.join(format!("{}.log", service.name));
    let mut keeper = command(start, port, &log)?
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let (pipe, out) = keeper
        .stdin
        .take()
        .zip(keeper.stdout.take())
        .ok_or_else(|| failed("the keeper has no pipes".to_owned()))?;
    let mut lines = BufReader::new(out).lines();
    let pid = first_line(&mut lines).await.map_err(failed)?;
    let state = Arc::new(Mutex::new(State::default()));
    let process = KeptProcess {
        pid,
        grace: start.plan.stop_grace,
        keeper,
        pipe,
        state,
    };
    process.watch(lines, log, service.name.clone(), start.up.recorder.clone());
    let url = format!("http://127.0.0.1:{port}");
    if start.extra.unready {
        return Ok((process, url));
    }
    match start
        .up
        .unless_stopped(ready::wait(service, &url, Some(&process)))
        .await
    {
        Ok(()) => {
            process.lock().ready = !start.extra.is_target;
            Ok((process, url))
        }
        Err(error) => {
            process.stop().await;
            Err(error)
        }
    }
}

/// The keeper's command line; the service's output goes to its log.
fn command(start: &Start<'_>, port: u16, log: &Path) -> Result<Command, EnvironmentError> {
    let failed = |error: std::io::Error| EnvironmentError::Start {
        service: start.service.name.clone(),
        detail: error.to_string(),
    };
    let log_file = std::fs::File::create(log).map_err(failed)?;
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command
        .args([
            "keep",
            "--grace-ms",
            &start.plan.stop_grace.as_millis().to_string(),
            "--",
        ])
        .arg(&start.program.path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log_file)
        // Its own group: Ctrl-C in a terminal reaches the harness alone, which then decides.
        .process_group(0);
    for argument in &start.plan.arguments {
        command.arg(fill(start, argument, port)?);
    }
    for (name, value) in &start.plan.environment {
        command.env(name, fill(start, value, port)?);
    }
    if let Some(variable) = &start.plan.port_variable {
        command.env(variable, port.to_string());
    }
    command.envs(&start.extra.set);
    for name in &start.extra.unset {
        command.env_remove(name);
    }
    Ok(command)
}

fn fill(start: &Start<'_>, template: &Template, port: u16) -> Result<String, EnvironmentError> {
    let value = |hole: &str| match hole.strip_prefix("env.") {
        Some(name) => std::env::var(name).ok(),
        None if hole == "port" => Some(port.to_string()),
        None => start.names.get(hole).cloned(),
    };
    template
        .fill(value)
        .map_err(|hole| EnvironmentError::NoValue {
            service: start.service.name.clone(),
            hole: hole.to_owned(),
            help: match hole.strip_prefix("env.") {
                Some(name) => format!(": set the environment variable {name}"),
                None => ": services are started in order, and only earlier ones have an address"
                    .to_owned(),
            },
        })
}

/// The keeper's first line: `pid N`, or `failed WHY`.
async fn first_line(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<u32, String> {
    let line = lines
        .next_line()
        .await
        .map_err(|error| error.to_string())?
        .unwrap_or_default();
    match line.split_once(' ') {
        Some(("pid", number)) => number.parse().map_err(|_| format!("keeper said `{line}`")),
        Some(("failed", why)) => Err(why.to_owned()),
        _ => Err(format!("keeper said `{line}`")),
    }
}

impl KeptProcess {
    /// Root of the service's process tree.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// How the service ended, if it did by itself.
    pub(super) fn ended(&self) -> Option<String> {
        self.lock().ended.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits in the background for the service's own end, and records it once it was ready.
    fn watch(
        &self,
        mut lines: Lines<BufReader<ChildStdout>>,
        log: PathBuf,
        service: String,
        recorder: Recorder,
    ) {
        let state = Arc::clone(&self.state);
        let pid = self.pid;
        tokio::spawn(async move {
            let said = lines.next_line().await.ok().flatten();
            let how = said
                .as_deref()
                .and_then(|line| line.strip_prefix("ended "))
                .unwrap_or("its keeper was killed");
            let text = std::fs::read(&log).unwrap_or_default();
            let tail = last_lines(&String::from_utf8_lossy(&text), 10);
            let detail = if tail.is_empty() {
                how.to_owned()
            } else {
                format!("{how}; it said last:\n{tail}")
            };
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.stopping {
                return;
            }
            if said.is_none() {
                end_group(pid);
            }
            state.ended = Some(detail.clone());
            if state.ready {
                recorder.record(Event::ServiceDied { service, detail });
            }
        });
    }

    /// Ends everything with SIGKILL, and waits for the keeper to see it.
    pub(super) async fn kill(mut self) {
        self.lock().stopping = true;
        end_group(self.pid);
        if tokio::time::timeout(KEEPER_SLACK, self.keeper.wait())
            .await
            .is_err()
        {
            let _ = self.keeper.kill().await;
        }
    }

    /// Closes the pipe and waits until the keeper has ended the service.
    pub(super) async fn stop(self) {
        self.lock().stopping = true;
        let KeptProcess {
            pid,
            grace,
            mut keeper,
            pipe,
            ..
        } = self;
        drop(pipe);
        if tokio::time::timeout(grace + KEEPER_SLACK, keeper.wait())
            .await
            .is_err()
        {
            // Its service dies with it, by the parent-death signal.
            let _ = keeper.kill().await;
            end_group(pid);
        }
    }
}

/// Ends what the service started, when its keeper was killed and cannot do it.
fn end_group(leader: u32) {
    if let Ok(leader) = i32::try_from(leader) {
        let _ = killpg(Pid::from_raw(leader), Signal::SIGKILL);
    }
}
