//! Latency and bandwidth on a real container: they are there, they are gone, and a run that is
//! killed leaves nothing of them behind.

use crate::container::{IMAGE, daemon, docker, image};
use crate::support::{Project, Running, until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

/// Bytes of the page that is fetched slowly.
const PAGE_KIB: u64 = 128;
const BITS_PER_SECOND: u64 = 2_000_000;
const FILE: &str = "scenarios/chaos/shape.yaml";

/// A container that may be broken, on a network of its own; both go with the test.
struct Target {
    name: String,
    address: SocketAddr,
    pid: String,
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = docker(&["rm", "--force", "--volumes", &self.name]);
        let _ = docker(&["network", "rm", &self.name]);
    }
}

impl Target {
    fn up() -> Self {
        image();
        let name = format!("proofhouse-test-shape-{}", std::process::id());
        let mut target = Self {
            name: name.clone(),
            address: SocketAddr::from(([127, 0, 0, 1], 8080)),
            pid: String::new(),
        };
        docker(&["network", "create", &name]).unwrap();
        let run = [
            "run",
            "--detach",
            "--name",
            &name,
            "--network",
            &name,
            "--label",
            "proofhouse.chaos=target",
            IMAGE,
        ];
        let serve = ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"];
        docker(&[&run[..], &serve].concat()).unwrap();
        let ask = |format: &str| docker(&["inspect", "--format", format, &name]).unwrap();
        let ip = ask("{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");
        target.address = format!("{ip}:8080").parse().unwrap();
        target.pid = ask("{{.State.Pid}}");
        let count = format!("count={PAGE_KIB}");
        let page = ["of=/www/page", "if=/dev/zero", "bs=1024", &count];
        docker(&[&["exec", &name, "/bin/busybox", "dd"][..], &page].concat()).unwrap();
        until("the container answers", || {
            TcpStream::connect(target.address).is_ok()
        });
        target
    }

    /// Runs a tool in the container's network namespace.
    fn inside(&self, tool: &[&str]) -> String {
        let entered = ["--net", "--target", &self.pid];
        let output = Command::new("nsenter").args(entered).args(tool).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{tool:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Everything in there that a fault changes: interfaces with their queues, disciplines, tables, queues of packets.
    fn fingerprint(&self) -> String {
        [
            self.inside(&["ip", "-oneline", "link", "show"]),
            self.inside(&["tc", "qdisc", "show"]),
            self.inside(&["nft", "list", "tables"]),
            self.inside(&["cat", "/proc/self/net/netfilter/nfnetlink_queue"]),
        ]
        .concat()
    }

    /// How long a connection takes: one round trip.
    fn round_trip(&self) -> Duration {
        let began = Instant::now();
        TcpStream::connect(self.address).unwrap();
        began.elapsed()
    }

    fn scenario(&self, actions: &str) -> String {
        let (name, address) = (&self.name, self.address);
        format!(
            "name: shape
hypothesis: what is late or slow is as before when it ends
system: {{services: {{box: {{container: {name}}}}}}}
safety: {{network: {name}, max_targets: 1, max_duration: 20s}}
probes:
  - {{id: api, kind: http, url: \"http://{address}/search\", every: 50ms, timeout: 2s, connection: fresh}}
  - {{id: page, kind: http, url: \"http://{address}/page\", every: 500ms, timeout: 5s, connection: fresh}}
steady_state:
  - {{probe: api, expect: {{status: 200}}}}
  - {{probe: page, expect: {{status: 200}}, when: [pre, post]}}
actions:
{actions}
validation:
  recovery_time_max_seconds: {{api: 5, hold_for: 1s}}
pre: 2s
post: 10s
"
        )
    }
}

fn host() -> String {
    let said = |tool: &[&str]| {
        let output = Command::new(tool[0]).args(&tool[1..]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let rules = said(&["iptables-save"]);
    let rules = rules.lines().filter(|line| line.starts_with("-A"));
    let links = said(&["ip", "-oneline", "link", "show"]);
    let rules: Vec<&str> = rules.chain(links.lines()).collect();
    rules.join("\n") + &said(&["tc", "qdisc", "show"])
}

const RUN: [&str; 6] = ["chaos", "run", "shape", "--file", FILE, "--enable-chaos"];

/// The events of the newest run.
fn events(project: &Project) -> Vec<Value> {
    let text = std::fs::read_to_string(project.latest().join("evidence.jsonl")).unwrap();
    let events = text.lines().map(|line| {
        let mut event: Value = serde_json::from_str(line).unwrap();
        event["event"].take()
    });
    events.collect()
}

/// When a fault was seen to bite and until when it is sure to have lasted, in microseconds: the
/// kernel ends it by itself when its time is over, and a busy run calls for mending only later.
fn window(events: &[Value], action: &str, lasts_us: u64) -> (u64, u64) {
    let of = |step: &str, key: &str| {
        let event = events
            .iter()
            .find(|event| event["action"] == action && event["step"]["step"] == step);
        event.unwrap()["step"][key].as_u64().unwrap()
    };
    let over = of("called", "at_us") + lasts_us - 10_000;
    let to = over.min(of("heal_called", "at_us"));
    (of("witnessed", "onset_to_us"), to)
}

/// How long the answered attempts took that lie within a time, in milliseconds, sorted.
fn attempts(events: &[Value], probe: &str, from_us: u64, to_us: u64) -> Vec<f64> {
    let mut found: Vec<f64> = events
        .iter()
        .filter(|event| event["what"] == "attempt" && event["probe"] == probe)
        .filter(|event| event["outcome"] == "ok")
        .map(|event| ["invoke_us", "complete_us"].map(|key| event[key].as_u64().unwrap()))
        .filter(|[began, ended]| *began >= from_us && *ended <= to_us)
        .map(|[began, ended]| (ended - began) as f64 / 1000.0)
        .collect();
    found.sort_by(f64::total_cmp);
    found
}

fn median(sorted: &[f64]) -> f64 {
    assert!(!sorted.is_empty(), "nothing was measured");
    sorted[sorted.len() / 2]
}

/// The process that heals after its run is dead.
fn reaper(run: &Running) -> Pid {
    let children = format!("/proc/{0}/task/{0}/children", run.pid());
    let children = std::fs::read_to_string(children).unwrap();
    let is_reaper = |pid: &&str| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == b"reap")
    };
    let pid = children.split_whitespace().find(is_reaper).unwrap();
    Pid::from_raw(pid.parse().unwrap())
}

#[test]
fn latency_and_bandwidth_are_there_and_then_they_are_gone() {
    if !daemon("latency_and_bandwidth_are_there_and_then_they_are_gone") {
        return;
    }
    let target = Target::up();
    let project = Project::new();
    let text = target.scenario(&format!(
        "  - {{id: late, latency: {{target: box, delay: 30ms, jitter: 5ms}}, for: 1500ms}}
  - {{id: slow, bandwidth: {{target: box, bits_per_second: {BITS_PER_SECOND}}}, for: 2500ms}}"
    ));
    project.write(FILE, &text);
    let (before, host_before) = (target.fingerprint(), host());
    let plan = project.run(&["chaos", "plan", "shape", "--file", FILE, "--enable-chaos"]);
    plan.expect_code(0).expect(&["our table", "8f01:"]);
    assert_eq!(target.fingerprint(), before, "a plan changes nothing");
    // A machine without the tools is refused before anything is changed.
    let bare = project.command(&RUN).env("PATH", "").output().unwrap();
    let told = String::from_utf8_lossy(&bare.stdout);
    assert_eq!(bare.status.code(), Some(2), "{told}");
    assert!(told.contains("traffic_shaping"), "{told}");

    project
        .run(&RUN)
        .expect_code(0)
        .expect(&["PASS", "healed, and verified"]);
    assert_eq!(target.fingerprint(), before);
    assert_eq!(host(), host_before, "the host is left alone");
    let events = events(&project);
    let (late_from, late_to) = window(&events, "late", 1_500_000);
    let (slow_from, slow_to) = window(&events, "slow", 2_500_000);
    // A request over a fresh connection is two round trips, each late both ways.
    let late = attempts(&events, "api", late_from, late_to);
    assert!(late.len() > 5, "{late:?}");
    assert!(late[0] >= 4.0 * 25.0, "earlier than can be: {late:?}");
    let typical = median(&late);
    assert!((110.0..170.0).contains(&typical), "{late:?}");
    for calm in [
        attempts(&events, "api", 0, late_from),
        attempts(&events, "api", slow_to, u64::MAX),
    ] {
        assert!(median(&calm) < 30.0, "{calm:?}");
    }
    // The page takes as long as its bits do, but for what the bucket lets pass at once.
    let slow = attempts(&events, "page", slow_from, slow_to);
    let least = PAGE_KIB as f64 * 1024.0 * 8.0 / BITS_PER_SECOND as f64 * 1000.0;
    assert!(!slow.is_empty() && slow[0] >= least * 0.95, "{slow:?}");
    assert!(median(&slow) < least * 2.0, "{slow:?}");
    let calm = attempts(&events, "page", 0, late_from);
    assert!(median(&calm) < 100.0, "{calm:?}");
}

#[test]
fn a_shaping_run_that_is_killed_leaves_nothing_behind() {
    if !daemon("a_shaping_run_that_is_killed_leaves_nothing_behind") {
        return;
    }
    let target = Target::up();
    let project = Project::new();
    let slow = format!("bandwidth: {{target: box, bits_per_second: {BITS_PER_SECOND}}}, for: 15s");
    let both = target.scenario(&format!(
        "  - {{id: late, at: 0s, latency: {{target: box, delay: 60ms, jitter: 5ms}}, for: 15s}}
  - {{id: slow, at: 0s, {slow}}}"
    ));
    project.write(FILE, &both);
    let (before, host_before) = (target.fingerprint(), host());
    let bites = || {
        let there = target.fingerprint().contains("8f01:");
        there && target.round_trip() > Duration::from_millis(110)
    };
    let calm = || target.fingerprint() == before && target.round_trip() < Duration::from_millis(50);

    // The run alone: the kernel ends the latency, the reaper the bandwidth.
    let mut run = project.start(&RUN);
    until("both faults bite", bites);
    run.kill_9();
    until("all is as before", calm);
    project
        .run(&["chaos", "recover"])
        .expect_code(0)
        .expect(&["nothing to heal"]);

    // The run and its reaper: the bandwidth stays, and is healed by hand.
    let mut run = project.start(&RUN);
    until("both faults bite", bites);
    kill(reaper(&run), Signal::SIGKILL).unwrap();
    run.kill_9();
    until("packets are not late any more", || {
        target.round_trip() < Duration::from_millis(50)
    });
    assert!(target.fingerprint().contains("8f01:"), "who healed it?");
    project
        .run(&["chaos", "recover"])
        .expect_code(0)
        .expect(&["healed", "queueing discipline 8f01:"]);
    assert!(calm(), "{} is not {before}", target.fingerprint());

    // What somebody else put there is neither replaced nor removed.
    project.write(FILE, &target.scenario(&format!("  - {{id: slow, {slow}}}")));
    let theirs = ["tc", "qdisc", "add", "dev", "eth0", "root", "handle", "7:"];
    let bucket = ["tbf", "rate", "1gbit", "burst", "100000", "limit", "100000"];
    target.inside(&[&theirs[..], &bucket].concat());
    let claimed = target.fingerprint();
    let refused = project.run(&RUN);
    refused.expect(&["tbf 7:", "left alone"]);
    assert_ne!(refused.code, 0);
    assert_eq!(target.fingerprint(), claimed);
    assert_eq!(host(), host_before, "the host is left alone");
}
