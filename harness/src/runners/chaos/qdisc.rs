//! Queueing disciplines on interfaces of a container, by `ip` and `tc` run inside its network namespace.

use super::fault::FaultError;
use super::netns::Resident;
use std::time::{Duration, Instant};

/// The handle of every discipline that we make: what has another one is somebody else's.
pub const HANDLE: &str = "8f01:";
/// The handle of what the kernel puts there by itself.
const OF_THE_KERNEL: &str = "0:";
const PAUSE: Duration = Duration::from_millis(20);

/// An interface, as it was before anything was done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its name in the namespace.
    pub name: String,
    /// Length of its queue in packets. A discipline on an interface without a queue
    /// gives it one, and leaves it behind.
    pub queue_length: u32,
}

/// What a discipline of ours has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shaped {
    /// Bytes that went.
    pub sent_bytes: u64,
    /// How often a packet had to wait.
    pub held_back: u64,
    /// Bytes that wait now.
    pub waiting_bytes: u64,
}

/// The interface with a hardware address.
///
/// # Errors
/// There is none, or `ip` cannot be asked.
pub async fn find(resident: &Resident, mac: &str) -> Result<Link, FaultError> {
    let told = resident.run(&["ip", "-oneline", "link", "show"]).await?;
    let mut links = told.lines().filter(|line| has_mac(line, mac));
    let link = links.next().and_then(link);
    link.ok_or_else(|| FaultError::Kernel(format!("no interface has the address `{mac}`")))
}

fn has_mac(line: &str, mac: &str) -> bool {
    !mac.is_empty() && after(line, "link/ether") == Some(mac)
}

/// `7: eth0@if8: <UP> mtu 1500 ... qlen 1000\ link/ether 02:42:...`
fn link(line: &str) -> Option<Link> {
    let name = line.split_whitespace().nth(1)?;
    let name = name.trim_end_matches(':').split('@').next()?;
    let queue_length = match after(line, "qlen") {
        Some(length) => length.trim_end_matches('\\').parse().ok()?,
        None => 0,
    };
    Some(Link {
        name: name.to_owned(),
        queue_length,
    })
}

fn after<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let mut words = line.split_whitespace();
    words.find(|word| *word == key)?;
    words.next()
}

/// Makes sure that nobody else shapes an interface.
///
/// # Errors
/// Somebody does, or `tc` cannot be asked.
pub async fn unclaimed(resident: &Resident, interface: &str) -> Result<(), FaultError> {
    let told = show(resident, interface).await?;
    match root(&told) {
        Some((_, OF_THE_KERNEL)) | None => Ok(()),
        Some((kind, handle)) => Err(FaultError::Kernel(format!(
            "{interface} has a queueing discipline that is not ours ({kind} {handle}); it is left alone"
        ))),
    }
}

/// Kind and handle of the discipline that everything passes.
fn root(told: &str) -> Option<(&str, &str)> {
    told.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let (head, kind, handle) = (words.next()?, words.next()?, words.next()?);
        (head == "qdisc" && words.any(|word| word == "root")).then_some((kind, handle))
    })
}

/// What our discipline has done; `None` where there is none of ours.
///
/// # Errors
/// `tc` cannot be asked.
pub async fn look(resident: &Resident, interface: &str) -> Result<Option<Shaped>, FaultError> {
    let tool = ["tc", "-statistics", "qdisc", "show", "dev", interface];
    Ok(shaped(&resident.run(&tool).await?))
}

/// The numbers below the line of our discipline.
fn shaped(told: &str) -> Option<Shaped> {
    let mut lines = told.lines();
    lines.find(|line| line.split_whitespace().nth(2) == Some(HANDLE))?;
    let (sent, backlog) = (lines.next()?, lines.next()?);
    Some(Shaped {
        sent_bytes: after(sent, "Sent")?.parse().ok()?,
        held_back: after(sent, "overlimits")?.parse().ok()?,
        waiting_bytes: bytes(after(backlog, "backlog")?)?,
    })
}

/// `1514b`, `12Kb`, `3Mb`.
fn bytes(text: &str) -> Option<u64> {
    let text = text.strip_suffix('b')?;
    let (digits, factor) = match text.strip_suffix('K') {
        Some(digits) => (digits, 1 << 10),
        None => match text.strip_suffix('M') {
            Some(digits) => (digits, 1 << 20),
            None => (text, 1),
        },
    };
    digits.parse::<u64>().ok().map(|number| number * factor)
}

/// Removes a discipline of ours, and gives the interface the queue that it had; `false` where
/// there was nothing to do. `late` is how long a call of a dead run may still take effect.
///
/// # Errors
/// It is there and cannot be removed.
pub async fn remove(
    resident: &Resident,
    link: &Link,
    handle: &str,
    late: Duration,
) -> Result<bool, FaultError> {
    let until = Instant::now() + late;
    loop {
        // With the container's process its namespace is gone, and the interface with it.
        if !resident.is_there() {
            return Ok(false);
        }
        let removed = is_there(resident, &link.name, handle).await?;
        if removed {
            let interface = link.name.as_str();
            let tool = [
                "tc", "qdisc", "del", "dev", interface, "root", "handle", handle,
            ];
            resident.run(&tool).await?;
        }
        let restored = restore(resident, link).await?;
        if removed || restored {
            return whole(resident, link, handle).await.map(|()| true);
        }
        if Instant::now() >= until {
            return Ok(false);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn whole(resident: &Resident, link: &Link, handle: &str) -> Result<(), FaultError> {
    let name = &link.name;
    if is_there(resident, name, handle).await? {
        let what = format!("the queueing discipline {handle} on {name} does not go");
        return Err(FaultError::Kernel(what));
    }
    Ok(())
}

async fn restore(resident: &Resident, link: &Link) -> Result<bool, FaultError> {
    // Under somebody else's discipline the queue is theirs, however old our note of it is.
    if !matches!(
        root(&show(resident, &link.name).await?),
        None | Some((_, OF_THE_KERNEL))
    ) {
        return Ok(false);
    }
    let tool = ["ip", "-oneline", "link", "show", "dev", &link.name];
    let told = resident.run(&tool).await?;
    let now = told.lines().find_map(self::link);
    if now.is_none_or(|now| now.queue_length == link.queue_length) {
        return Ok(false);
    }
    let length = link.queue_length.to_string();
    let tool = [
        "ip",
        "link",
        "set",
        "dev",
        &link.name,
        "txqueuelen",
        &length,
    ];
    resident.run(&tool).await?;
    Ok(true)
}

async fn is_there(resident: &Resident, interface: &str, handle: &str) -> Result<bool, FaultError> {
    let told = show(resident, interface).await?;
    Ok(told
        .lines()
        .any(|line| line.split_whitespace().nth(2) == Some(handle)))
}

async fn show(resident: &Resident, interface: &str) -> Result<String, FaultError> {
    let tool = ["tc", "qdisc", "show", "dev", interface];
    resident.run(&tool).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LINKS: &str = "1: lo: <LOOPBACK,UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
7: eth1@if8: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default \\    link/ether 02:42:ac:1c:00:0a brd ff:ff:ff:ff:ff:ff link-netnsid 0
9: eth2@if10: <BROADCAST,UP> mtu 1500 qdisc tbf state UP mode DEFAULT group default qlen 1000\\    link/ether 02:42:ac:1c:00:0b brd ff:ff:ff:ff:ff:ff link-netnsid 0
";

    fn by_mac(mac: &str) -> Option<Link> {
        LINKS.lines().find(|line| has_mac(line, mac)).and_then(link)
    }

    #[test]
    fn an_interface_is_known_by_its_hardware_address() {
        let one = by_mac("02:42:ac:1c:00:0a").unwrap();
        assert_eq!((one.name.as_str(), one.queue_length), ("eth1", 0));
        let two = by_mac("02:42:ac:1c:00:0b").unwrap();
        assert_eq!((two.name.as_str(), two.queue_length), ("eth2", 1000));
        assert_eq!(by_mac(""), None);
        assert_eq!(by_mac("00:00:00:00:00:00"), None, "loopback is never meant");
    }

    #[test]
    fn only_what_the_kernel_put_there_is_nobodys() {
        let kernel = "qdisc noqueue 0: dev eth0 root refcnt 2\n";
        assert_eq!(root(kernel), Some(("noqueue", OF_THE_KERNEL)));
        let foreign = "qdisc clsact ffff: parent ffff:fff1\nqdisc htb 1: root refcnt 2 r2q 10\n";
        assert_eq!(root(foreign), Some(("htb", "1:")));
    }

    #[test]
    fn what_was_held_back_is_read_below_our_own_line() {
        let told = "qdisc tbf 8f01: root refcnt 2 rate 2Mbit burst 3200b lat 192ms
 Sent 1234 bytes 10 pkt (dropped 0, overlimits 5 requeues 0)
 backlog 12Kb 9p requeues 0\n";
        assert_eq!(
            shaped(told),
            Some(Shaped {
                sent_bytes: 1234,
                held_back: 5,
                waiting_bytes: 12_288
            })
        );
        assert_eq!(shaped(&told.replace("8f01:", "8f02:")), None);
        assert_eq!(bytes("1514b"), Some(1514));
    }
}
