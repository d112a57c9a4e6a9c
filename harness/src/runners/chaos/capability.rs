//! What this machine can do to containers, tried out in a namespace that holds nothing else.

use super::delay::Order;
use super::fingerprint;
use super::qdisc::HANDLE;
use crate::model::chaos::{Action, FaultKind, PartitionMode};
use std::path::Path;
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
    vec![
        engine().await,
        host_comparison().await,
        packet_rules().await,
        packet_delay().await,
        traffic_shaping().await,
    ]
}

/// What a scenario needs and this machine cannot do, in words.
pub async fn missing(actions: &[Action]) -> Vec<String> {
    let wants = |wanted: fn(&FaultKind) -> bool| actions.iter().any(|action| wanted(&action.fault));
    let mut missing = vec![host_comparison().await];
    if wants(needs_rules) {
        missing.push(packet_rules().await);
    }
    if wants(|fault| matches!(fault, FaultKind::Latency { .. })) {
        missing.push(packet_delay().await);
    }
    if wants(|fault| matches!(fault, FaultKind::Bandwidth { .. })) {
        missing.push(traffic_shaping().await);
    }
    let missing = missing.into_iter().filter(|one| !one.available);
    missing
        .map(|one| format!("{}: {}", one.name, one.detail))
        .collect()
}

fn needs_rules(fault: &FaultKind) -> bool {
    match fault {
        FaultKind::NetworkPartition { mode, .. } => *mode == PartitionMode::Drop,
        // `nft` is also what sees that a table of ours is gone.
        FaultKind::Loss { .. } | FaultKind::Latency { .. } => true,
        _ => false,
    }
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

/// Every scenario compares the host before and after: told before the first blow, not after the last.
async fn host_comparison() -> Capability {
    let unread = fingerprint::unread().await;
    Capability {
        name: "host_comparison",
        available: unread.is_empty(),
        detail: match unread.is_empty() {
            true => "links, routes and rules of the host can be read before and after".to_owned(),
            false => format!("cannot be read: {}", unread.join("; ")),
        },
        help: Some(
            "run as root with `ip` (iproute2), `nft` (nftables) and `iptables-save` (iptables)",
        ),
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
    alone(&["nft", "-i"], TRIAL, "timeout 1m").await
}

const TRIAL: &[u8] = b"add table inet proofhouse_trial { flags owner; }
add set inet proofhouse_trial peers { type ipv4_addr; flags timeout, interval; }
add chain inet proofhouse_trial inward { type filter hook prerouting priority -300; policy accept; }
add rule inet proofhouse_trial inward ip saddr @peers numgen random mod 10000 < 1 counter drop
add element inet proofhouse_trial peers { 192.0.2.0/24 timeout 60s }
list table inet proofhouse_trial
";

/// A process of ours with a queue of packets and a rule that fills it: all that latency needs.
async fn packet_delay() -> Capability {
    let outcome = try_delay().await;
    Capability {
        name: "packet_delay",
        available: outcome.is_ok(),
        detail: match outcome {
            Ok(()) => "a queue of packets and an owned table that fills it: latency".to_owned(),
            Err(reason) => reason,
        },
        help: Some(
            "run as root on the engine's own machine; the kernel needs NFQUEUE (nft_queue, or nft_compat and xt_NFQUEUE)",
        ),
    }
}

async fn try_delay() -> Result<(), String> {
    let order = Order {
        table: "proofhouse_trial".to_owned(),
        inward: true,
        outward: true,
        delay_us: 1000,
        jitter_us: 0,
        seed: 1,
        peers: Vec::new(),
    };
    let order = serde_json::to_string(&order).map_err(|error| error.to_string())?;
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let program: &str = &program.to_string_lossy();
    let tool = [program, "delay-packets", "--order", &order];
    alone(&tool, b"begin 1000\nend\n", "ready\nbegun\nended\n").await
}

/// A token bucket, put on an interface: all that a limit needs.
async fn traffic_shaping() -> Capability {
    let outcome = try_shaping().await;
    Capability {
        name: "traffic_shaping",
        available: outcome.is_ok(),
        detail: match outcome {
            Ok(()) => {
                "a token bucket on an interface: bandwidth, of what a target sends".to_owned()
            }
            Err(reason) => reason,
        },
        help: Some(
            "run as root on the engine's own machine with `ip` and `tc` (package iproute2); the kernel needs sch_tbf",
        ),
    }
}

async fn try_shaping() -> Result<(), String> {
    alone(&["ip", "-oneline", "link", "show"], b"", "lo:").await?;
    let bucket = ["tbf", "rate", "1mbit", "burst", "3200", "limit", "32768"];
    let add = ["tc", "qdisc", "add", "dev", "lo", "root", "handle", HANDLE];
    alone(&[&add[..], &bucket].concat(), b"", "").await
}

/// Runs a tool in a network namespace of its own, which ends with it. It must end well, and have said so.
async fn alone(tool: &[&str], input: &[u8], sign: &str) -> Result<(), String> {
    let mut child = Command::new("unshare")
        .arg("--net")
        .args(tool)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("unshare: {error}"))?;
    if let Some(mut pipe) = child.stdin.take() {
        // Closed at the end of this block. A tool that has failed does not read: it says why itself.
        let _ = pipe.write_all(input).await;
    }
    let name = Path::new(tool.first().unwrap_or(&"")).file_name();
    let name = name.unwrap_or_default().to_string_lossy();
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let output = output
        .map_err(|_| format!("{name} did not end within {PATIENCE:?}"))?
        .map_err(|error| error.to_string())?;
    if output.status.success() && String::from_utf8_lossy(&output.stdout).contains(sign) {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(format!("the kernel or {name} refuses: {}", told.trim()))
}
