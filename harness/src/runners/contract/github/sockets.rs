//! Where a process and its children have connections to, as Linux tells it.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often is looked.
const LOOK: Duration = Duration::from_millis(5);

/// Looks again and again, on a thread of its own: the kernel's tables may be slow to read.
pub(super) struct Watch {
    over: Arc<AtomicBool>,
    looking: JoinHandle<Option<BTreeSet<IpAddr>>>,
}

impl Watch {
    /// Begins to look at a process tree.
    pub(super) fn start(root: u32) -> Self {
        let over = Arc::<AtomicBool>::default();
        let ends = Arc::clone(&over);
        let looking = std::thread::spawn(move || {
            let mut seen = strangers(root)?;
            while !ends.load(Ordering::Relaxed) {
                std::thread::sleep(LOOK);
                seen.extend(strangers(root).unwrap_or_default());
            }
            Some(seen)
        });
        Self { over, looking }
    }

    /// Every address beyond this machine that was seen; `None` where the system does not tell.
    pub(super) fn stop(self) -> Option<BTreeSet<IpAddr>> {
        self.over.store(true, Ordering::Relaxed);
        self.looking.join().ok().flatten()
    }
}

/// Addresses beyond this machine that the process tree has sockets to at this moment.
/// `None` where the system does not tell.
fn strangers(root: u32) -> Option<BTreeSet<IpAddr>> {
    // One that ended meanwhile has no sockets.
    let inodes: HashSet<String> = tree(root)?
        .into_iter()
        .flat_map(|pid| inodes(pid).unwrap_or_default())
        .collect();
    let mut found = BTreeSet::new();
    for table in TABLES {
        let rows = fs::read_to_string(format!("/proc/{root}/net/{table}")).unwrap_or_default();
        found.extend(remote(&rows, &inodes));
    }
    Some(found)
}

const TABLES: [&str; 4] = ["tcp", "tcp6", "udp", "udp6"];

/// A process and everything below it.
fn tree(root: u32) -> Option<Vec<u32>> {
    let mut all = vec![root];
    let mut at = 0;
    while let Some(pid) = all.get(at).copied() {
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).ok();
        if at == 0 && tasks.is_none() {
            return None;
        }
        for task in tasks.into_iter().flatten().flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            all.extend(
                children
                    .split_whitespace()
                    .filter_map(|pid| pid.parse::<u32>().ok()),
            );
        }
        at += 1;
    }
    Some(all)
}

/// Numbers of the sockets that a process has open.
fn inodes(pid: u32) -> Option<HashSet<String>> {
    let open = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    let links = open
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok());
    let number = |link: std::path::PathBuf| {
        let text = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
        Some(text.to_owned())
    };
    Some(links.filter_map(number).collect())
}

/// The other ends in a table of the kernel that are not on this machine.
fn remote(table: &str, inodes: &HashSet<String>) -> Vec<IpAddr> {
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ours = inodes.contains(*words.get(9)?);
        let address = address(words.get(2)?.split(':').next()?)?;
        (ours && !address.is_loopback() && !address.is_unspecified()).then_some(address)
    };
    table.lines().skip(1).filter_map(row).collect()
}

/// An address as the kernel writes it: words of 32 bits, each in the order of the machine.
fn address(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| u32::from_str_radix(hex.get(at..at + 8)?, 16).ok();
    if hex.len() == 8 {
        return Some(Ipv4Addr::from(word(0)?.to_ne_bytes()).into());
    }
    let mut bytes = [0; 16];
    for at in 0..4 {
        bytes[at * 4..at * 4 + 4].copy_from_slice(&word(at * 8)?.to_ne_bytes());
    }
    let six = Ipv6Addr::from(bytes);
    Some(six.to_ipv4_mapped().map_or(six.into(), IpAddr::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn rows_of_the_kernel_are_read() {
        let table = "  sl  local_address rem_address   st\n   0: 0100007F:1F90 0101A8C0:01BB 01 0:0 0:0 0 0 0 77 1\n   1: 0100007F:1F90 0100007F:01BB 01 0:0 0:0 0 0 0 78 1\n";
        let ours = HashSet::from(["77".to_owned(), "78".to_owned()]);
        assert_eq!(remote(table, &ours), [IpAddr::from([192, 168, 1, 1])]);
        assert!(remote(table, &HashSet::new()).is_empty());
        let mapped = "0000000000000000FFFF00000100007F";
        assert!(address(mapped).is_some_and(|address| address.is_loopback()));
    }
}
