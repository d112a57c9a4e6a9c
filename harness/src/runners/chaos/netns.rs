//! Network namespaces of containers: who is in which, and how a tool of ours gets in.
//!
//! Never by sysfs: after entering only the network namespace it shows the host's interfaces,
//! and a fault aimed with such an index cuts the host off (chaos-mesh issue 3929). A namespace
//! is entered only by a process of its own, which becomes the tool.

use super::fault::FaultError;
use nix::sched::{CloneFlags, setns};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use std::ffi::OsString;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::{CommandExt, parent_id};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

const PATIENCE: Duration = Duration::from_secs(5);

/// A process whose network namespace is entered, known so well that a number given again is not taken for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// Process id.
    pub pid: i32,
    /// Its start time in clock ticks since boot (field 22 of `/proc/PID/stat`).
    pub pid_start: u64,
    /// `dev:inode` of its network namespace.
    pub namespace: String,
}

/// Looks at a process.
///
/// # Errors
/// It is gone, cannot be looked at, or is in our own network namespace.
pub fn foreign(pid: i32) -> Result<Resident, String> {
    let resident = Resident {
        pid,
        pid_start: start_time(pid)?,
        namespace: namespace(&pid.to_string())?,
    };
    if resident.namespace == namespace("self")? {
        return Err("it is in the network namespace of the host".to_owned());
    }
    Ok(resident)
}

impl Resident {
    /// Whether the process is still the one that was looked at.
    pub fn is_there(&self) -> bool {
        foreign(self.pid).is_ok_and(|now| now == *self)
    }

    /// The same before a blow at a target of this name.
    ///
    /// # Errors
    /// [`FaultError::Changed`]: it is another process, or gone.
    pub fn still(&self, target: &str) -> Result<(), FaultError> {
        match self.is_there() {
            true => Ok(()),
            false => Err(FaultError::Changed(format!("{target} was started anew"))),
        }
    }

    /// A command that runs in the namespace; it ends with us.
    ///
    /// # Errors
    /// Our own program cannot be found.
    pub fn command(&self, tool: &[&str]) -> Result<Command, FaultError> {
        let program = std::env::current_exe();
        let program = program.map_err(|error| FaultError::Kernel(error.to_string()))?;
        let mut command = Command::new(program);
        command
            .args(["inject-ns", "--pid", &self.pid.to_string()])
            .args(["--pid-start", &self.pid_start.to_string()])
            .args(["--namespace", &self.namespace])
            .args(["--parent", &std::process::id().to_string(), "--"])
            .args(tool)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        Ok(command)
    }

    /// Runs a tool in the namespace to its end; its output.
    ///
    /// # Errors
    /// It cannot be run, failed, or took too long.
    pub async fn run(&self, tool: &[&str]) -> Result<String, FaultError> {
        let call = self.command(tool)?.output();
        let output = tokio::time::timeout(PATIENCE, call)
            .await
            .map_err(|_| FaultError::Kernel(format!("{tool:?} took longer than {PATIENCE:?}")))?
            .map_err(|error| FaultError::Kernel(format!("{tool:?}: {error}")))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let told = String::from_utf8_lossy(&output.stderr);
        Err(FaultError::Kernel(format!(
            "{}: {}",
            tool.join(" "),
            told.trim()
        )))
    }
}

/// The other side: enters the namespace and becomes the tool. Answers only when that failed.
pub fn enter(resident: &Resident, parent: u32, tool: &[OsString]) -> u8 {
    let failed = match get_in(resident, parent) {
        Ok(()) => match tool.split_first() {
            Some((program, arguments)) => {
                let mut command = std::process::Command::new(program);
                command.args(arguments).exec().to_string()
            }
            None => "no tool was named".to_owned(),
        },
        Err(reason) => reason,
    };
    anstream::eprintln!("{failed}");
    1
}

fn get_in(resident: &Resident, parent: u32) -> Result<(), String> {
    // The tool ends with the process that started it, whatever becomes of the pipe.
    prctl::set_pdeathsig(Signal::SIGKILL).map_err(|error| error.to_string())?;
    // One that died before that sends no signal: what it began must not happen after its reaper has looked.
    if parent_id() != parent {
        return Err("whoever started this has ended".to_owned());
    }
    // Opened first and looked at second: what is entered is what was looked at.
    let path = format!("/proc/{}/ns/net", resident.pid);
    let file = File::open(&path).map_err(|error| format!("{path}: {error}"))?;
    let metadata = file.metadata().map_err(|error| error.to_string())?;
    let opened = format!("{}:{}", metadata.dev(), metadata.ino());
    if opened != resident.namespace || !resident.is_there() {
        return Err(format!(
            "process {} is not the one that was resolved",
            resident.pid
        ));
    }
    setns(&file, CloneFlags::CLONE_NEWNET).map_err(|error| format!("cannot enter {path}: {error}"))
}

/// Removes a table of ours; `false` where it, or its namespace, is gone.
///
/// # Errors
/// It is there and cannot be removed.
pub async fn remove_table(
    pid: i32,
    pid_start: u64,
    namespace: &str,
    table: &str,
) -> Result<bool, FaultError> {
    let resident = Resident {
        pid,
        pid_start,
        namespace: namespace.to_owned(),
    };
    if !resident.is_there() || !has_table(&resident, table).await? {
        return Ok(false);
    }
    // A table with a living owner is the owner's: it goes with the process.
    resident
        .run(&["nft", "delete", "table", "inet", table])
        .await?;
    Ok(true)
}

/// Whether a table of ours is in a namespace.
///
/// # Errors
/// `nft` cannot be asked.
pub async fn has_table(resident: &Resident, table: &str) -> Result<bool, FaultError> {
    let tables = resident.run(&["nft", "list", "tables", "inet"]).await?;
    let wanted = format!("table inet {table}");
    Ok(tables.lines().any(|line| line.trim() == wanted))
}

fn namespace(process: &str) -> Result<String, String> {
    let path = format!("/proc/{process}/ns/net");
    let metadata = std::fs::metadata(&path).map_err(|error| format!("{path}: {error}"))?;
    Ok(format!("{}:{}", metadata.dev(), metadata.ino()))
}

fn start_time(pid: i32) -> Result<u64, String> {
    let path = format!("/proc/{pid}/stat");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    // The second field is a name in brackets that may hold anything; the 22nd is the 20th after it.
    let after = text.rsplit_once(')').map(|(_, after)| after);
    after
        .and_then(|after| after.split_whitespace().nth(19))
        .and_then(|word| word.parse().ok())
        .ok_or_else(|| format!("{path} cannot be read"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn our_own_namespace_is_refused() {
        let own = i32::try_from(std::process::id()).unwrap();
        let told = foreign(own).unwrap_err();
        assert!(told.contains("of the host"), "{told}");
    }

    #[test]
    fn a_process_that_is_gone_is_refused_and_needs_no_mending() {
        assert!(foreign(i32::MAX).is_err());
        let gone = Resident {
            pid: i32::MAX,
            pid_start: 1,
            namespace: "4:1".into(),
        };
        assert!(!gone.is_there());
        let told = get_in(&gone, parent_id()).unwrap_err();
        assert!(told.contains("No such file"), "{told}");
        let told = get_in(&gone, parent_id() + 1).unwrap_err();
        assert!(told.contains("has ended"), "{told}");
    }
}
