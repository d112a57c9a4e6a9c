//! The reference platform in containers, for the tests that break it.

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

fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "docker {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

impl Environment {
    /// Starts it, with a seeded fault or none; `None` where there is no daemon.
    pub fn up(test: &str, fault: &str) -> Option<Self> {
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
            ours.trim().is_empty(),
            "the chaos environment is there already; `just chaos-down` first"
        );
        let environment = Self;
        let output = script("up", fault).output().unwrap();
        assert!(
            output.status.success(),
            "compose/up: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Some(environment)
    }

    /// Host rules and every container, without what a restart of a target changes.
    pub fn world(&self) -> String {
        let names = docker(&["ps", "--all", "--format", "{{.Names}}"]);
        let mut names: Vec<&str> = names.lines().collect();
        names.sort_unstable();
        let mut seen: Vec<String> = names.iter().map(|name| state(name)).collect();
        let rules = Command::new("iptables-save").output();
        let rules = rules
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
            .unwrap_or_default();
        let mut rules: Vec<String> = rules
            .lines()
            .filter(|line| line.starts_with("-A"))
            .map(str::to_owned)
            .collect();
        rules.sort();
        seen.extend(rules);
        seen.join("\n")
    }

    /// State and networks of one service's container, and the tables in its network namespace.
    pub fn inner(&self, service: &str) -> String {
        let name = format!("{PREFIX}{service}");
        let pid = docker(&["inspect", "--format", "{{.State.Pid}}", &name]);
        let tables = Command::new("nsenter")
            .args(["--net", "--target", pid.trim(), "nft", "list", "tables"])
            .output();
        let tables = tables
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
            .unwrap_or_default();
        let ours: Vec<&str> = tables
            .lines()
            .filter(|line| line.contains("proofhouse"))
            .collect();
        // A prepared table drops nothing; it counts all the same, because it must go, too.
        format!("{} {}", state(&name), ours.join(" "))
    }

    /// Waits until something is broken, then lets so many milliseconds pass: the moment of the kill is arbitrary.
    pub fn until_broken_or(&self, service: &str, before: &str, more_ms: u64) {
        until("the fault bites", || self.inner(service) != before);
        std::thread::park_timeout(std::time::Duration::from_millis(more_ms));
    }

    /// Waits until all is as it was.
    pub fn until_as(&self, service: &str, before: &str) {
        until("all is as before", || self.inner(service) == before);
    }
}

fn state(name: &str) -> String {
    let format = "{{.Name}} {{.Id}} {{.State.Status}} {{range $n, $e := .NetworkSettings.Networks}}{{$n}}={{$e.IPAddress}} {{end}}";
    docker(&["inspect", "--format", format, name])
        .trim()
        .to_owned()
}

impl Drop for Environment {
    fn drop(&mut self) {
        let _ = script("down", "").output();
    }
}
