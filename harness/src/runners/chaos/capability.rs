//! What this machine can do to containers, tried out in a namespace that holds nothing else.

use crate::model::chaos::{Action, FaultKind, PartitionMode};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

const PATIENCE: Duration = Duration::from_secs(5);

/// One thing that faults need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capability {
    /// Its name.
    pub name: &'static str,
    /// Whether this machine has it.
    pub available: bool,
    /// What was seen.
    pub detail: String,
    /// What to do where it is missing.
    pub help: Option<&'static str>,
}

/// Asks after all of them.
pub async fn all() -> Vec<Capability> {
    vec![engine().await, packet_rules().await, shaping()]
}

/// What a scenario needs and this machine cannot do, in words.
pub async fn missing(actions: &[Action]) -> Vec<String> {
    let wants = |wanted: fn(&FaultKind) -> bool| actions.iter().any(|action| wanted(&action.fault));
    let mut missing = Vec::new();
    if wants(needs_rules) {
        missing.push(packet_rules().await);
    }
    if wants(needs_shaping) {
        missing.push(shaping());
    }
    let missing = missing.into_iter().filter(|one| !one.available);
    missing
        .map(|one| format!("{}: {}", one.name, one.detail))
        .collect()
}

fn needs_rules(fault: &FaultKind) -> bool {
    match fault {
        FaultKind::NetworkPartition { mode, .. } => *mode == PartitionMode::Drop,
        FaultKind::Loss { .. } => true,
        _ => false,
    }
}

fn needs_shaping(fault: &FaultKind) -> bool {
    matches!(
        fault,
        FaultKind::Latency { .. } | FaultKind::Bandwidth { .. }
    )
}

async fn engine() -> Capability {
    let outcome = super::docker::Docker::connect().await;
    Capability {
        name: "container_engine",
        available: outcome.is_ok(),
        detail: match outcome {
            Ok(_) => {
                "answers: restart_container, stall, network_partition with mode detach".to_owned()
            }
            Err(error) => error.to_string(),
        },
        help: Some("start the Docker daemon, or set DOCKER_HOST"),
    }
}

/// A table that belongs to a process, made and filled: all that a partition needs.
async fn packet_rules() -> Capability {
    let outcome = try_rules().await;
    Capability {
        name: "packet_rules",
        available: outcome.is_ok(),
        detail: match outcome {
            Ok(()) => {
                "owned tables and elements with a time limit: network_partition, loss".to_owned()
            }
            Err(reason) => reason,
        },
        help: Some(
            "run as root on the engine's own machine with `nft` (package nftables) and `unshare` (util-linux)",
        ),
    }
}

async fn try_rules() -> Result<(), String> {
    let mut child = Command::new("unshare")
        .args(["--net", "nft", "-i"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("unshare: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // Closed at the end of this block: nft ends by itself.
        let told = input.write_all(TRIAL).await;
        told.map_err(|error| format!("nft: {error}"))?;
    }
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let output = output
        .map_err(|_| format!("nft did not end within {PATIENCE:?}"))?
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    if said.contains("timeout 1m") {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(format!("the kernel or nft refuses: {}", told.trim()))
}

const TRIAL: &[u8] = b"add table inet proofhouse_trial { flags owner; }
add set inet proofhouse_trial peers { type ipv4_addr; flags timeout, interval; }
add chain inet proofhouse_trial inward { type filter hook prerouting priority -300; policy accept; }
add rule inet proofhouse_trial inward ip saddr @peers numgen random mod 10000 < 1 counter drop
add element inet proofhouse_trial peers { 192.0.2.0/24 timeout 60s }
list table inet proofhouse_trial
";

/// Said loudly, so that nobody takes a scenario with them for one that ran.
fn shaping() -> Capability {
    Capability {
        name: "traffic_shaping",
        available: false,
        detail: "the faults `latency` and `bandwidth` are not built yet".to_owned(),
        help: None,
    }
}
