//! The container that is broken: this program as an echo, on the network of the chaos scenarios.

use std::net::Ipv4Addr;
use std::process::{Command, Output};

pub const NETWORK: &str = "chaos-net";
pub const NAME: &str = "proofhouse-onsets";

/// Removed when it is let go of, and its network where it made that.
pub struct Container {
    address: Ipv4Addr,
    own_network: bool,
}

impl Container {
    pub fn start() -> Self {
        let there = docker(&["network", "inspect", NETWORK]).status.success();
        if !there {
            good(&["network", "create", NETWORK]);
        }
        let _ = docker(&["rm", "--force", NAME]);
        let program = std::env::current_exe().expect("this program has a path");
        let mount = format!("{}:/onsets:ro", program.display());
        let image = std::env::var("PROOFHOUSE_BASE_IMAGE");
        let image = image.unwrap_or_else(|_| "debian:bookworm-slim".to_owned());
        good(&[
            "run",
            "--detach",
            "--name",
            NAME,
            "--network",
            NETWORK,
            "--label",
            "proofhouse.chaos=target",
            "--volume",
            &mount,
            &image,
            "/onsets",
            "echo",
        ]);
        let format = format!("{{{{(index .NetworkSettings.Networks \"{NETWORK}\").IPAddress}}}}");
        let address = good(&["inspect", "--format", &format, NAME]);
        Self {
            address: address.trim().parse().expect("it has an address"),
            own_network: !there,
        }
    }

    pub fn address(&self) -> Ipv4Addr {
        self.address
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = docker(&["rm", "--force", NAME]);
        if self.own_network {
            let _ = docker(&["network", "rm", NETWORK]);
        }
    }
}

fn docker(words: &[&str]) -> Output {
    let output = Command::new("docker").args(words).output();
    output.expect("docker can be called")
}

fn good(words: &[&str]) -> String {
    let output = docker(words);
    assert!(
        output.status.success(),
        "docker {words:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
