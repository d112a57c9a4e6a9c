//! The reference platform in containers, for the tests that break it.

use crate::chaos_engine::{docker, inspect};
use crate::support::until;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Away from the ports of an environment that somebody works with.
const OFFSET: &str = "21000";
const PREFIX: &str = "proofhouse-chaos-";

/// The environment; taken down when the test lets go of it.
pub struct Environment;

/// The repository.
pub fn repository() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    root.canonicalize().unwrap()
}

#[allow(clippy::print_stderr)]
fn daemon(test: &str) -> bool {
    let answer = Command::new("docker")
        .args(["version", "--format", "{{.Server.Version}}"])
        .output();
    let good = answer.is_ok_and(|output| output.status.success());
    if !good {
        let required = std::env::var_os("PROOFHOUSE_REQUIRE_DOCKER").is_some();
        assert!(!required, "Docker is required here, and there is none");
        eprintln!("skipped {test}: no Docker daemon");
    }
    good
}

fn script(name: &str, fault: &str) -> Command {
    // The platform's program lies beside the one that is tested.
    let own = Path::new(env!("CARGO_BIN_EXE_proofhouse"));
    let binary = if fault.is_empty() {
        "platform"
    } else {
        "platform-seeded"
    };
    let binary = own.with_file_name(binary);
    assert!(
        binary.exists(),
        "{} is not built: `cargo build --workspace`",
        binary.display()
    );
    let mut command = Command::new(repository().join("compose").join(name));
    command
        .env("PROOFHOUSE_PLATFORM_BINARY", binary)
        .env("PROOFHOUSE_PORT_OFFSET", OFFSET)
        .env("PLATFORM_FAULT", fault);
    command
}

impl Environment {
    /// Starts it, with a seeded fault or none; `None` where there is no daemon.
    pub fn up(test: &str, fault: &str) -> Option<Self> {
        Self::up_with(test, fault, None)
    }

    /// The same, with a disk of so many bytes to spill telemetry to.
    pub fn up_with(test: &str, fault: &str, spill: Option<&str>) -> Option<Self> {
        if !daemon(test) {
            return None;
        }
        let ours = docker(&[
            "ps",
            "--all",
            "--quiet",
            "--filter",
            "label=com.docker.compose.project=proofhouse-chaos",
        ]);
        assert!(
            ours.is_empty(),
            "the chaos environment is there already; `just chaos-down` first"
        );
        let environment = Self;
        let mut up = script("up", fault);
        if let Some(size) = spill {
            up.env("PROOFHOUSE_SPILL_SIZE", size);
        }
        let output = up.output().unwrap();
        assert!(
            output.status.success(),
            "compose/up: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Some(environment)
    }

    /// The name of a service's container.
    pub fn container(&self, service: &str) -> String {
        format!("{PREFIX}{service}")
    }

    /// State, networks and health of one service's container, and the tables and queues in its network namespace.
    pub fn inner(&self, service: &str) -> String {
        let seen = inspect(&self.container(service));
        let mut words = vec![seen["State"]["Status"].to_string()];
        let networks = seen["NetworkSettings"]["Networks"].as_object();
        for (network, endpoint) in networks.into_iter().flatten() {
            words.push(format!("{network}={}", endpoint["IPAddress"]));
            let aliases = endpoint["Aliases"].as_array().into_iter().flatten();
            let mut aliases: Vec<String> = aliases.map(ToString::to_string).collect();
            aliases.sort();
            aliases.dedup();
            words.extend(aliases);
        }
        // A prepared table drops nothing; it counts all the same, because it must go, too.
        let ours = |line: &String| {
            let table = line.starts_with("table") && line.contains("proofhouse");
            // The kernel's own queue of a virtual cable, whose name is another one after every connect.
            table || line.starts_with("qdisc") && !line.contains("noqueue")
        };
        words.extend(rules(&seen).into_iter().filter(ours));
        words.join(" ")
    }

    /// Whether a fault is in effect, and not only prepared.
    pub fn is_struck(&self, service: &str) -> bool {
        let seen = inspect(&self.container(service));
        let runs = seen["State"]["Status"] == "running";
        !runs || rules(&seen).iter().any(|line| line.contains("elements = "))
    }

    /// Waits until a service is healthy.
    pub fn until_healthy(&self, service: &str) {
        until("the container is healthy", || {
            inspect(&self.container(service))["State"]["Health"]["Status"] == "healthy"
        });
    }
}

/// Packet rules and queues in a container's network namespace; none where it does not run.
fn rules(seen: &serde_json::Value) -> Vec<String> {
    let pid = seen["State"]["Pid"].as_u64().unwrap();
    if pid == 0 {
        return Vec::new();
    }
    let look = Command::new("nsenter")
        .args(["--net", "--target", &pid.to_string()])
        .args(["sh", "-c", "nft list ruleset && tc qdisc show"])
        .output()
        .unwrap();
    // The process may have ended since: then there is no namespace to look into.
    // The kernel knows it earlier than the engine.
    let gone = !Path::new(&format!("/proc/{pid}/ns/net")).exists()
        || inspect(seen["Id"].as_str().unwrap())["State"]["Pid"] != pid;
    assert!(
        look.status.success() || gone,
        "rules cannot be read: {look:?}"
    );
    let text = String::from_utf8_lossy(&look.stdout).into_owned();
    text.lines().map(|line| line.trim().to_owned()).collect()
}

impl Drop for Environment {
    fn drop(&mut self) {
        let _ = script("down", "").output();
    }
}
