//! `proofhouse doctor`: what this machine can and cannot do.

use super::exit;
use crate::environment::{docker, facts, port};
use nix::sys::resource::{Resource, getrlimit};
use std::io::Write;
use std::process::Command;

/// Fewest open files for a load of a thousand users with room to spare.
const OPEN_FILES_WANTED: u64 = 4096;

enum State {
    Good,
    /// Something is missing that only some suites need.
    Limited,
    /// Nothing can be run without it.
    Bad,
}

struct Finding {
    state: State,
    what: &'static str,
    saw: String,
    next: Option<&'static str>,
}

/// Looks at everything and prints one line each; 0 where performance suites can run, else 3.
///
/// # Errors
/// The screen cannot be written.
pub async fn run(out: &mut dyn Write) -> std::io::Result<u8> {
    let findings = [
        machine(),
        proc_files(),
        ports(),
        open_files(),
        git(),
        cargo(),
        docker_daemon().await,
    ];
    let mut code = exit::PASS;
    for finding in findings {
        let word = match finding.state {
            State::Good => "ok      ",
            State::Limited => "limited ",
            State::Bad => "missing ",
        };
        if matches!(finding.state, State::Bad) {
            code = exit::ERROR;
        }
        writeln!(out, "{word} {:<14} {}", finding.what, finding.saw)?;
        if let Some(next) = finding.next {
            writeln!(out, "                        {next}")?;
        }
    }
    Ok(code)
}

fn finding(
    good: bool,
    otherwise: State,
    what: &'static str,
    saw: String,
    next: &'static str,
) -> Finding {
    Finding {
        state: if good { State::Good } else { otherwise },
        what,
        saw,
        next: (!good).then_some(next),
    }
}

fn machine() -> Finding {
    let machine = facts::machine();
    let saw = format!(
        "{} cores of {}, {} GiB, kernel {}",
        machine.cores, machine.cpu_model, machine.memory_gib, machine.kernel
    );
    let next = "with one core the load and the service share it: expect `generator saturated`";
    finding(machine.cores >= 2, State::Limited, "machine", saw, next)
}

fn proc_files() -> Finding {
    let good = std::fs::read_to_string("/proc/self/stat").is_ok();
    let saw = if good {
        "/proc is readable: CPU and memory of local processes can be sampled"
    } else {
        "/proc cannot be read"
    };
    finding(
        good,
        State::Bad,
        "procfs",
        saw.to_owned(),
        "CPU and memory of processes need Linux with /proc mounted",
    )
}

fn ports() -> Finding {
    match port::free() {
        Ok(port) => finding(
            true,
            State::Bad,
            "loopback",
            format!("free ports can be had (just now {port})"),
            "",
        ),
        Err(error) => finding(
            false,
            State::Bad,
            "loopback",
            error.to_string(),
            "services are started on free ports of 127.0.0.1",
        ),
    }
}

fn open_files() -> Finding {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((0, 0));
    let next = "raise it with `ulimit -n 65536`: each user needs a connection";
    finding(
        hard >= OPEN_FILES_WANTED,
        State::Limited,
        "open files",
        format!("{soft}, can be raised to {hard}"),
        next,
    )
}

fn git() -> Finding {
    let subject = facts::subject();
    let saw = match (&subject.commit, subject.dirty) {
        (Some(commit), false) => format!("commit {}", &commit[..commit.len().min(12)]),
        (Some(commit), true) => format!(
            "commit {} with changed files: reports are not fit for release",
            &commit[..commit.len().min(12)]
        ),
        (None, _) => "no commit here".to_owned(),
    };
    let next = "reports and baselines are bound to a commit; without one none is fit for release";
    finding(subject.commit.is_some(), State::Limited, "git", saw, next)
}

fn cargo() -> Finding {
    let answer = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .arg("--version")
        .output();
    let saw = answer.as_ref().map_or_else(ToString::to_string, |o| {
        String::from_utf8_lossy(&o.stdout).trim().to_owned()
    });
    let good = answer.is_ok_and(|output| output.status.success());
    finding(
        good,
        State::Limited,
        "cargo",
        saw,
        "only services launched with `cargo:` need it",
    )
}

async fn docker_daemon() -> Finding {
    match docker::facts().await {
        Ok(facts) => {
            let saw = format!(
                "engine {}, API {}, cgroup v{}",
                facts.version, facts.api_version, facts.cgroup_version
            );
            finding(true, State::Limited, "docker", saw, "")
        }
        Err(why) => finding(
            false,
            State::Limited,
            "docker",
            why,
            "only containers as targets need it; start the daemon or set DOCKER_HOST",
        ),
    }
}
