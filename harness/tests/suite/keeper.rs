//! Nothing that a suite starts outlives the harness, however it ends.

use crate::support::{Project, until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::path::Path;

/// A service that needs no building: a shell that leaves a process behind in
/// another session, and then becomes a long sleep. It is never ready.
fn stubborn(project: &Project) -> String {
    let script = "trap '' TERM; echo $PORT > port; setsid sleep 600 & echo $! > orphan.pid; echo $$ > shell.pid; sleep 600 & wait; sleep 600";
    project.write("service.sh", script);
    "environment:
  services:
    stubborn:
      command: [sh, service.sh]
      port_variable: PORT
      ready: {path: /ready, timeout_seconds: 60}
      stop_grace_seconds: 1
targets:
  stubborn:
    service: stubborn
    journeys: [{name: a, steps: [{path: /}]}]
slos: {stubborn: {p95_latency_ms: 100}}
scenarios: [{name: short, duration_seconds: 3, concurrent_users: 1}]
metrics: [p95_latency_ms]
"
    .to_owned()
}

fn pid(project: &Project, file: &str) -> Option<i32> {
    std::fs::read_to_string(project.path().join(file))
        .ok()?
        .trim()
        .parse()
        .ok()
}

fn alive(pid: i32) -> bool {
    // A zombie still answers to signal 0, but runs no more.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat
        .rsplit(')')
        .next()
        .and_then(|rest| rest.split_whitespace().next());
    state.is_some_and(|state| state != "Z" && state != "X")
}

fn start(project: &Project) -> (crate::support::Running, [i32; 2]) {
    let text = stubborn(project);
    project.write("suites/s.yaml", &text);
    let running = project.start(&["run", "s"]);
    until("the service runs", || {
        pid(project, "orphan.pid").is_some() && pid(project, "shell.pid").is_some()
    });
    let pids = [
        pid(project, "orphan.pid").unwrap(),
        pid(project, "shell.pid").unwrap(),
    ];
    assert!(pids.iter().all(|pid| alive(*pid)));
    (running, pids)
}

#[test]
fn kill_9_of_the_harness_ends_every_service_and_what_it_left_behind() {
    let project = Project::new();
    let (mut running, pids) = start(&project);
    running.kill_9();
    until("everything has ended", || {
        !pids.iter().any(|pid| alive(*pid))
    });
}

#[test]
fn an_interrupt_ends_every_service() {
    let project = Project::new();
    let (mut running, pids) = start(&project);
    running.signal(Signal::SIGTERM);
    assert_eq!(running.wait(), 130);
    assert!(
        !pids.iter().any(|pid| alive(*pid)),
        "the harness ended before its services"
    );
}

#[test]
fn kill_9_of_the_keeper_ends_the_service_itself() {
    let project = Project::new();
    let (_running, [_, shell]) = start(&project);
    // Once the harness asks whether the service is ready, it knows whom its keeper holds.
    let port = u16::try_from(pid(&project, "port").unwrap()).unwrap();
    let asked = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    asked.set_nonblocking(true).unwrap();
    until("the harness asks", || asked.accept().is_ok());
    let keeper = parent(shell);
    kill(Pid::from_raw(keeper), Signal::SIGKILL).unwrap();
    until("the service and its group have ended", || {
        !alive(shell) && nix::sys::signal::killpg(Pid::from_raw(shell), None).is_err()
    });
    // What the shell left behind is out of everybody's reach now; the test ends it itself.
    let _ = kill(
        Pid::from_raw(pid(&project, "orphan.pid").unwrap()),
        Signal::SIGKILL,
    );
}

fn parent(pid: i32) -> i32 {
    let stat =
        std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).unwrap();
    let after = stat.rsplit(')').next().unwrap();
    after.split_whitespace().nth(1).unwrap().parse().unwrap()
}
