//! One run of a suite in a process of its own: only so has each its own environment variables.

use super::case::Case;
use crate::model::report::Report;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::sync::watch;

/// Where the runs of proofs are kept.
const RUNS: &str = "target/proofhouse/prove/runs";
/// A suite that takes longer than this hangs.
const LIMIT: Duration = Duration::from_secs(600);
/// For the run to take its target down after the signal.
const GRACE: Duration = Duration::from_secs(30);

/// A run that came to a report.
pub(super) struct Ran {
    pub report: Report,
}

/// Runs the suite of a case, and reads its report.
///
/// # Errors
/// Why there is no report.
pub(super) async fn run(case: &Case, mut stop: watch::Receiver<bool>) -> Result<Ran, String> {
    // This very program, even where a build has replaced its file since it began.
    let mut command = Command::new("/proc/self/exe");
    // Apart from real runs: the gate takes the latest of each suite, whatever it was.
    command.args(["run", &case.path, "--keep-baseline", "--runs", RUNS]);
    if !case.only.is_empty() {
        command.arg("--only").arg(case.only.join(","));
    }
    match &case.fault {
        Some(fault) => command.env(&case.variable, fault),
        None => command.env_remove(&case.variable),
    };
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    let child = command.spawn().map_err(|error| error.to_string())?;
    let pid = child.id();
    let output = tokio::select! {
        output = tokio::time::timeout(LIMIT, output(child)) => {
            output.map_err(|_| format!("no end within {} s", LIMIT.as_secs()))??
        }
        _ = stop.wait_for(|stop| *stop) => {
            interrupt(pid).await;
            return Err("interrupted".to_owned());
        }
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let folder = said
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("reports   "));
    let Some(folder) = folder else {
        let error = String::from_utf8_lossy(&output.stderr);
        let last = error.lines().rev().find(|line| !line.trim().is_empty());
        return Err(format!("no report: {}", last.unwrap_or("it said nothing")));
    };
    let path = PathBuf::from(folder.trim()).join("report.json");
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let report = serde_json::from_slice(&bytes);
    let report = report.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Ran { report })
}

async fn output(child: Child) -> Result<std::process::Output, String> {
    child
        .wait_with_output()
        .await
        .map_err(|error| error.to_string())
}

/// The run takes its target down by itself when it is asked to end.
async fn interrupt(pid: Option<u32>) {
    use nix::sys::signal::{Signal, kill};
    let Some(pid) = pid.and_then(|pid| i32::try_from(pid).ok()) else {
        return;
    };
    let pid = nix::unistd::Pid::from_raw(pid);
    let _ = kill(pid, Signal::SIGTERM);
    let gone = async {
        while kill(pid, None).is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let _ = tokio::time::timeout(GRACE, gone).await;
}
