//! A small process that outlives nobody: it holds one service, and ends it
//! when the harness closes the pipe, whether by intent or because it was killed.
//!
//! A destructor cannot do this, because nothing runs after SIGKILL. The kernel
//! closes the dead harness's end of the pipe, and the keeper reads end of file.
//! Should the keeper itself be killed, the service's parent-death signal ends it.

use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

enum Message {
    PipeClosed,
    ChildEnded(std::io::Result<ExitStatus>),
}

/// Runs the keeper: starts the program, prints `pid N` on standard output,
/// and `ended STATUS` when the program ended by itself. Returns the exit code.
///
/// Standard input is the pipe that the harness holds; when it closes, the
/// program and everything that it started get SIGTERM and, after `grace`, SIGKILL.
pub fn keep(program: &[OsString], grace: Duration) -> u8 {
    // Processes that the service leaves behind become the keeper's children, so they are found.
    let _ = prctl::set_child_subreaper(true);
    let mut child = match start(program) {
        Ok(child) => child,
        Err(error) => {
            say(&format!("failed {error}"));
            return 1;
        }
    };
    let pid = child_pid(&child);
    say(&format!("pid {pid}"));
    let (sender, messages) = channel();
    watch_pipe(sender.clone());
    std::thread::spawn(move || sender.send(Message::ChildEnded(child.wait())));
    wait_for_end(&messages, pid, grace);
    end_descendants(grace);
    0
}

fn start(program: &[OsString]) -> std::io::Result<Child> {
    let (name, arguments) = program
        .split_first()
        .ok_or_else(|| std::io::Error::other("no program was named"))?;
    let mut command = Command::new(name);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::from(log()?))
        .process_group(0);
    end_with_parent(&mut command);
    command.spawn()
}

/// The service writes where the keeper's standard error goes: its log.
fn log() -> std::io::Result<std::os::fd::OwnedFd> {
    use std::os::fd::AsFd;
    std::io::stderr().as_fd().try_clone_to_owned()
}

#[allow(unsafe_code)]
fn end_with_parent(command: &mut Command) {
    // SAFETY: between fork and exec only `prctl` is called, which is async-signal-safe.
    unsafe {
        command.pre_exec(|| prctl::set_pdeathsig(Signal::SIGKILL).map_err(std::io::Error::from));
    }
}

fn child_pid(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).unwrap_or(i32::MAX))
}

fn watch_pipe(sender: Sender<Message>) {
    std::thread::spawn(move || {
        let mut byte = [0_u8; 64];
        while matches!(std::io::stdin().read(&mut byte), Ok(n) if n > 0) {}
        sender.send(Message::PipeClosed)
    });
}

fn wait_for_end(messages: &Receiver<Message>, pid: Pid, grace: Duration) {
    match messages.recv() {
        Ok(Message::ChildEnded(status)) => say(&format!("ended {}", describe(status))),
        Ok(Message::PipeClosed) | Err(_) => {
            signal_group(pid, Signal::SIGTERM);
            if matches!(messages.recv_timeout(grace), Err(RecvTimeoutError::Timeout)) {
                signal_group(pid, Signal::SIGKILL);
                let _ = messages.recv();
            }
        }
    }
}

/// The whole group, so that a shell between us and the service does not hide it.
fn signal_group(pid: Pid, signal: Signal) {
    // The group is gone when everything in it has ended, which is what is wanted.
    let _ = nix::sys::signal::killpg(pid, signal);
}

fn describe(status: std::io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) => match (status.code(), status.signal()) {
            (Some(code), _) => format!("exit status {code}"),
            (None, Some(signal)) => format!("killed by signal {signal}"),
            (None, None) => "ended".to_owned(),
        },
        Err(error) => error.to_string(),
    }
}

/// Ends what the service left behind: everything that became a child of ours.
fn end_descendants(grace: Duration) {
    let deadline = Instant::now() + grace;
    let mut signal = Signal::SIGTERM;
    loop {
        let left = children();
        if left.is_empty() {
            return;
        }
        if Instant::now() > deadline {
            signal = Signal::SIGKILL;
        }
        for pid in left {
            let _ = kill(pid, signal);
        }
        reap();
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn reap() {
    while matches!(
        waitpid(None, Some(WaitPidFlag::WNOHANG)),
        Ok(status) if status != WaitStatus::StillAlive
    ) {}
}

fn children() -> Vec<Pid> {
    let own = std::process::id();
    let text =
        std::fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
    reap();
    text.split_whitespace()
        .filter_map(|word| word.parse().ok())
        .map(Pid::from_raw)
        .filter(|pid| kill(*pid, None).is_ok())
        .collect()
}

/// One line to the harness; when it is gone there is nobody left to tell.
fn say(line: &str) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}
