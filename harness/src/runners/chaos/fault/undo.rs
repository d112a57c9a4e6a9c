//! What undoes a fault: written to the journal before the blow, read by the reaper and by `chaos recover`.

use serde::{Deserialize, Serialize};

/// A recipe that is safe to follow twice, and before the fault was made.
///
/// Every recipe names the container by id; it does nothing to a container that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "undo", rename_all = "snake_case")]
pub enum Undo {
    /// Resume a container that is paused.
    Unpause {
        /// Container id.
        container: String,
    },
    /// Start a container that does not run.
    Start {
        /// Container id.
        container: String,
        /// How long, in milliseconds, a stop that was asked for may still take effect.
        dying_ms: u64,
    },
    /// Connect a container again as it was.
    Connect {
        /// Container id.
        container: String,
        /// Network id or name.
        network: String,
        /// IPv4 address it had.
        ipv4: Option<String>,
        /// Aliases it had.
        aliases: Vec<String>,
    },
    /// Remove our table from the network namespace of a container, if the kernel has not done so.
    RemoveTable {
        /// Container id.
        container: String,
        /// Process in the namespace.
        pid: i32,
        /// Start time of that process in clock ticks since boot: a number given again is not taken for it.
        pid_start: u64,
        /// `dev:inode` of the namespace.
        namespace: String,
        /// Name of the table, family `inet`.
        table: String,
    },
    /// Remove our queueing discipline from an interface in the network namespace of a container.
    RemoveQdisc {
        /// Container id.
        container: String,
        /// Process in the namespace.
        pid: i32,
        /// Start time of that process in clock ticks since boot.
        pid_start: u64,
        /// `dev:inode` of the namespace.
        namespace: String,
        /// Interface in that namespace.
        interface: String,
        /// Handle of the discipline that we made, `8f01:`.
        handle: String,
        /// Length of the interface's queue before, in packets.
        queue_length: u32,
    },
}

impl Undo {
    /// The recipe in words.
    pub fn words(&self) -> String {
        match self {
            Undo::Unpause { .. } => "unpause the container".to_owned(),
            Undo::Start { .. } => "start the container".to_owned(),
            Undo::Connect { network, ipv4, .. } => format!(
                "connect it to {network} again as {}",
                ipv4.as_deref().unwrap_or("any address")
            ),
            Undo::RemoveTable { table, .. } => {
                format!("remove the table `{table}` from its network namespace")
            }
            Undo::RemoveQdisc {
                interface, handle, ..
            } => {
                format!("remove the queueing discipline {handle} from its {interface}")
            }
        }
    }
}
