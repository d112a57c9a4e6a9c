//! A table of packet rules in a target's network namespace, owned by a process that we hold:
//! the kernel removes the table when that process ends, and each rule's element when its time is over.

use super::dialogue::{Dialogue, PATIENCE};
use super::{Between, FaultError, Undo};
use crate::runners::chaos::netns::{self, Resident};
use std::time::{Duration, Instant};

/// What the rules of a table look at.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    /// Whether packets that the target would receive are looked at.
    pub(super) inward: bool,
    /// Whether packets that it would send are.
    pub(super) outward: bool,
    /// Chance that a packet is dropped, in ten-thousandths.
    pub(super) drop_in_10_000: u16,
    /// IPv4 addresses of the other side; empty for everybody.
    pub(super) peers: Vec<String>,
}

/// A table that is there, and so far drops nothing.
#[derive(Debug)]
pub(super) struct Table {
    resident: Resident,
    name: String,
    peers: Vec<String>,
    dialogue: Dialogue,
}

impl Table {
    /// Makes the table with empty sets: its rules match nothing yet.
    pub(super) async fn make(
        resident: &Resident,
        name: &str,
        rules: &Rules,
    ) -> Result<Self, FaultError> {
        let mut table = Self {
            resident: resident.clone(),
            name: name.to_owned(),
            peers: rules.peers.clone(),
            dialogue: Dialogue::start(resident, "nft", &["nft", "-i"])?,
        };
        table.dialogue.say(&setup(name, rules)).await?;
        // The answer says that every line before it was carried out.
        table.packets().await?;
        Ok(table)
    }

    /// Lets the rules match for so long; the kernel ends it, whatever becomes of us.
    pub(super) async fn fill(&mut self, lasts: Duration) -> Result<(), FaultError> {
        let text = elements("add", &self.name, &self.peers, Some(lasts));
        self.dialogue.say(&text).await
    }

    /// Packets that the rules have caught so far; waits until everything said before was carried out.
    pub(super) async fn packets(&mut self) -> Result<u64, FaultError> {
        let ask = format!("list counters table inet {}\n", self.name);
        self.dialogue.say(&ask).await?;
        let answer = tokio::time::timeout(PATIENCE, self.answer()).await;
        match answer {
            Ok(Ok(lines)) => Ok(caught(&lines)),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(self.dialogue.late()),
        }
    }

    /// Ends the owner; answers when the table is seen to be gone.
    pub(super) async fn drop_it(&mut self) -> Result<Between, FaultError> {
        let from = Instant::now();
        // The kernel takes the table away before the process can be waited for.
        self.dialogue.kill().await;
        let to = Instant::now();
        gone(&self.resident, &self.name).await?;
        Ok(Between { from, to })
    }

    /// Waits until the table is gone though nobody dropped it; says why.
    pub(super) async fn vanished(&mut self) -> String {
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if !self.resident.is_there() {
                return "the container was started anew, and its rules are gone".to_owned();
            }
            if let Some(status) = self.dialogue.ended() {
                return format!("the owner of the rules ended ({status})");
            }
        }
    }

    /// One answer: the lines from `table` to the brace that closes it.
    async fn answer(&mut self) -> Result<Vec<String>, FaultError> {
        let mut lines = Vec::new();
        loop {
            match self.dialogue.line().await? {
                line if line == "}" => return Ok(lines),
                line => lines.push(line),
            }
        }
    }
}

/// What takes a table of a container away when nobody owns it any more.
pub(super) fn undo(container: &str, resident: &Resident, table: &str) -> Undo {
    Undo::RemoveTable {
        container: container.to_owned(),
        pid: resident.pid,
        pid_start: resident.pid_start,
        namespace: resident.namespace.clone(),
        table: table.to_owned(),
    }
}

/// Waits until a table whose owner has ended is gone.
pub(super) async fn gone(resident: &Resident, name: &str) -> Result<(), FaultError> {
    let until = Instant::now() + PATIENCE;
    // With the container's process its namespace is gone, and all rules with it.
    while resident.is_there() && netns::has_table(resident, name).await? {
        if Instant::now() >= until {
            return Err(FaultError::Kernel(format!("the table {name} does not go")));
        }
    }
    Ok(())
}

/// Everything but the elements. `-300` is before connection tracking: packets of
/// connections that are open are caught like all others.
fn setup(name: &str, rules: &Rules) -> String {
    let mut lines = vec![
        format!("add table inet {name} {{ flags owner; }}"),
        format!("add set inet {name} peers4 {{ type ipv4_addr; flags timeout, interval; }}"),
        format!("add set inet {name} peers6 {{ type ipv6_addr; flags timeout, interval; }}"),
    ];
    let chance = match rules.drop_in_10_000 {
        10_000 => String::new(),
        some => format!("numgen random mod 10000 < {some} "),
    };
    let sides = [
        (rules.inward, "inward", "prerouting", "iifname", "saddr"),
        (rules.outward, "outward", "output", "oifname", "daddr"),
    ];
    for (wanted, chain, hook, interface, address) in sides {
        if !wanted {
            continue;
        }
        lines.push(format!("add counter inet {name} {chain}"));
        lines.push(format!(
            "add chain inet {name} {chain} {{ type filter hook {hook} priority -300; policy accept; }}"
        ));
        for (family, set) in [("ip", "peers4"), ("ip6", "peers6")] {
            lines.push(format!(
                "add rule inet {name} {chain} {interface} != \"lo\" {family} {address} @{set} {chance}counter name {chain} drop"
            ));
        }
    }
    lines.join("\n") + "\n"
}

/// The elements that make the rules match.
fn elements(act: &str, name: &str, peers: &[String], lasts: Option<Duration>) -> String {
    let timeout = lasts
        .map(|lasts| format!(" timeout {}ms", lasts.as_millis().max(1)))
        .unwrap_or_default();
    let line = |set: &str, address: &str| {
        format!("{act} element inet {name} {set} {{ {address}{timeout} }}\n")
    };
    if peers.is_empty() {
        // Two halves: not every kernel takes one interval over everything.
        let four = ["0.0.0.0/1", "128.0.0.0/1"].map(|half| line("peers4", half));
        let six = ["::/1", "8000::/1"].map(|half| line("peers6", half));
        return four.into_iter().chain(six).collect();
    }
    peers.iter().map(|peer| line("peers4", peer)).collect()
}

/// The sum over the counters of an answer.
fn caught(lines: &[String]) -> u64 {
    lines
        .iter()
        .filter_map(|line| line.trim().strip_prefix("packets "))
        .filter_map(|rest| rest.split(' ').next()?.parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        Rules {
            inward: true,
            outward: false,
            drop_in_10_000: 2000,
            peers: vec!["172.28.0.11".to_owned()],
        }
    }

    #[test]
    fn one_way_rules_look_one_way() {
        let text = setup("t", &rules());
        assert!(text.contains("hook prerouting priority -300"), "{text}");
        assert!(!text.contains("hook output"), "{text}");
        assert!(text.contains("numgen random mod 10000 < 2000 counter name inward drop"));
    }

    #[test]
    fn elements_end_by_themselves() {
        let text = elements(
            "add",
            "t",
            &rules().peers,
            Some(Duration::from_millis(1500)),
        );
        assert_eq!(
            text,
            "add element inet t peers4 { 172.28.0.11 timeout 1500ms }\n"
        );
        let everybody = elements("add", "t", &[], Some(Duration::from_secs(1)));
        assert_eq!(everybody.lines().count(), 4);
    }

    #[test]
    fn the_packets_of_all_counters_are_added() {
        let lines = [
            "table inet t {",
            "\tcounter a {",
            "\t\tpackets 14 bytes 90",
            "\t}",
            "\t\tpackets 3 bytes 1",
        ];
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(caught(&lines), 17);
    }
}
