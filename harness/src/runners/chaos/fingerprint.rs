//! What must be the same after a scenario as before it: the host's links, routes and rules, and every container.

use super::docker::Docker;
use super::guard::LABEL;
use super::netns;
use bollard::models::ContainerInspectResponse;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::process::Command;

use crate::model::chaos::UNREAD;

const PATIENCE: Duration = Duration::from_secs(5);

/// What the host says of itself. Counters are left out: they change by themselves.
const HOST: [(&str, &[&str]); 7] = [
    ("links", &["ip", "-oneline", "link", "show"]),
    ("addresses", &["ip", "-oneline", "address", "show"]),
    ("routes", &["ip", "-4", "route", "show", "table", "all"]),
    ("routes6", &["ip", "-6", "route", "show", "table", "all"]),
    ("rules", &["ip", "rule", "show"]),
    ("nft", &["nft", "--stateless", "list", "ruleset"]),
    ("iptables", &["iptables-save"]),
];

/// Looks at everything. What cannot be looked at is said, so that it is the same both times or told.
pub async fn take(docker: &Docker) -> BTreeMap<String, String> {
    let mut items = BTreeMap::new();
    for (name, command) in HOST {
        let text = output(command).await;
        items.insert(format!("host/{name}"), plain(name, &text));
    }
    containers(docker, &mut items).await;
    items
}

/// What of the host cannot be looked at, in words: then nobody could say afterwards that it is as before.
pub async fn unread() -> Vec<String> {
    let mut unread = Vec::new();
    for (name, command) in HOST {
        let text = output(command).await;
        if let Some(why) = text.strip_prefix(UNREAD) {
            unread.push(format!("{name} ({}):{why}", command.join(" ")));
        }
    }
    unread
}

async fn output(command: &[&str]) -> String {
    let Some((program, arguments)) = command.split_first() else {
        return String::new();
    };
    let call = Command::new(program)
        .args(arguments)
        .kill_on_drop(true)
        .output();
    match tokio::time::timeout(PATIENCE, call).await {
        Ok(Ok(output)) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).into_owned()
        }
        Ok(Ok(output)) => format!("{UNREAD} exit {:?}", output.status.code()),
        // A program that is not there says nothing, and the same nothing twice is not equal:
        // the engine changes rules of the host, whatever we can read.
        Ok(Err(error)) => format!("{UNREAD} {program}: {error}"),
        Err(_) => format!("{UNREAD} no answer within {PATIENCE:?}"),
    }
}

/// Without what changes by itself. A container that is started again gets a new
/// virtual cable: those are the engine's, and are left to the containers' own entries.
fn plain(name: &str, text: &str) -> String {
    let lines = text.lines().map(str::trim_end);
    let mut kept: Vec<String> = match name {
        "links" => lines
            .filter(|line| !line.contains(": veth"))
            .map(link)
            .collect(),
        "addresses" => lines
            .filter(|line| !line.contains(": veth") && !line.contains(" inet6 fe80:"))
            .map(without_lifetimes)
            .collect(),
        "routes" | "routes6" => lines
            .filter(|line| !line.contains("dev veth") && !is_link_local(line))
            .map(without_expiry)
            .collect(),
        "iptables" => lines
            .filter(|line| !line.starts_with('#'))
            .map(without_counters)
            .collect(),
        _ => lines.map(str::to_owned).collect(),
    };
    // A set of lines: the engine writes a container's rules anew, and last, when it is started again.
    kept.sort();
    kept.join("\n")
}

/// Name, kind and addresses of a link; a bridge without running members goes down by itself.
fn link(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let name = words.get(1).copied().unwrap_or_default();
    let flags = words.get(2).copied().unwrap_or_default();
    let mut flags = flags.trim_matches(['<', '>']).split(',');
    let admin = if flags.any(|flag| flag == "UP") {
        "up"
    } else {
        "down"
    };
    let [mtu, qdisc, mac] = ["mtu", "qdisc", "link/ether"].map(|key| after(line, key));
    format!("{name} {admin} mtu {mtu} {qdisc} {mac}")
}

/// `3: br0    inet 10.0.0.1/8 scope global br0\       valid_lft 86385sec ...` without the time that is left.
fn without_lifetimes(line: &str) -> String {
    line.split('\\')
        .next()
        .unwrap_or(line)
        .trim_end()
        .to_owned()
}

/// `default via fe80::1 dev eth0 metric 1024 expires 1799sec` without the time that is left. A bridge without
/// running members is `linkdown`, which comes and goes with them.
fn without_expiry(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let left = words.iter().position(|word| *word == "expires");
    let kept = words.iter().enumerate().filter(|(at, word)| {
        left.is_none_or(|left| *at != left && *at != left + 1) && **word != "linkdown"
    });
    kept.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
}

/// Whether a route leads to link-local addresses only: the kernel gives them to a bridge, with
/// their routes, some time after its first member runs (RFC 4862), and nobody reaches far by them.
fn is_link_local(route: &str) -> bool {
    let mut words = route.split_whitespace();
    let kinds = ["local", "anycast", "multicast", "unicast"];
    let to = words.find(|word| !kinds.contains(word)).unwrap_or_default();
    to.starts_with("fe80:") || to.starts_with("ff00:")
}

/// The word behind a word; empty where it is not there.
fn after<'a>(line: &'a str, key: &str) -> &'a str {
    let mut words = line.split_whitespace();
    match words.any(|word| word == key) {
        true => words.next().unwrap_or_default(),
        false => "",
    }
}

/// `:INPUT ACCEPT [12:345]` without its numbers.
fn without_counters(line: &str) -> String {
    match line.split_once(" [") {
        Some((head, _)) if line.starts_with(':') => head.to_owned(),
        _ => line.to_owned(),
    }
}

async fn containers(docker: &Docker, items: &mut BTreeMap<String, String>) {
    let all = match docker.all().await {
        Ok(all) => all,
        Err(error) => {
            items.insert("containers".to_owned(), format!("{UNREAD} {error}"));
            return;
        }
    };
    for summary in all {
        let Some(id) = summary.id else { continue };
        match docker.inspect(&id).await {
            Ok(seen) => {
                inside(&seen, items).await;
                container(seen, items);
            }
            Err(error) => {
                items.insert(format!("container/{id}"), format!("{UNREAD} {error}"));
            }
        }
    }
}

/// The interfaces inside a container that may be broken: a discipline that was left on one, or a
/// queue that it was given, is seen nowhere else. Tables in there go with their owners.
async fn inside(seen: &ContainerInspectResponse, items: &mut BTreeMap<String, String>) {
    let labels = seen
        .config
        .as_ref()
        .and_then(|config| config.labels.as_ref());
    let label = labels.and_then(|labels| labels.get(LABEL));
    let pid = seen.state.as_ref().and_then(|state| state.pid);
    let pid = pid.and_then(|pid| i32::try_from(pid).ok());
    let (Some("target"), Some(pid @ 1..)) = (label.map(String::as_str), pid) else {
        return;
    };
    let links = match netns::foreign(pid) {
        Ok(resident) => {
            let links = resident.run(&["ip", "-oneline", "link", "show"]).await;
            links.map_or_else(
                |error| format!("{UNREAD} {error}"),
                |text| interfaces(&text),
            )
        }
        // No fault enters it either: guards refuse it, or the machine cannot.
        Err(reason) => reason,
    };
    let name = seen.name.as_deref().unwrap_or_default();
    let name = name.trim_start_matches('/');
    items.insert(format!("container/{name}/links"), links);
}

/// Size, discipline and queue of each interface but loopback, without its name: that is another
/// one after a container was connected again.
fn interfaces(text: &str) -> String {
    let mut lines: Vec<String> = text
        .lines()
        .filter(|line| !line.contains(": lo: "))
        .map(|line| {
            let [mtu, qdisc, queue] = ["mtu", "qdisc", "qlen"].map(|key| after(line, key));
            let queue = queue.trim_end_matches('\\');
            format!("mtu {mtu} {qdisc} {queue}").trim_end().to_owned()
        })
        .collect();
    lines.sort();
    lines.join("\n")
}

fn container(seen: ContainerInspectResponse, items: &mut BTreeMap<String, String>) {
    let name = seen.name.unwrap_or_default();
    let name = name.trim_start_matches('/');
    let state = seen.state.unwrap_or_default();
    let mut put = |key: &str, value: String| {
        items.insert(format!("container/{name}/{key}"), value);
    };
    put("id", seen.id.unwrap_or_default());
    put("started_at", state.started_at.unwrap_or_default());
    put("pid", state.pid.unwrap_or_default().to_string());
    let status = state.status.map(|status| status.to_string());
    put("state", status.unwrap_or_default());
    let networks = seen
        .network_settings
        .and_then(|settings| settings.networks)
        .unwrap_or_default();
    let sorted: BTreeMap<_, _> = networks.into_iter().collect();
    for (network, endpoint) in sorted {
        let address = endpoint.ip_address.unwrap_or_default();
        let mut aliases = endpoint.aliases.unwrap_or_default();
        aliases.sort();
        aliases.dedup();
        let mac = endpoint.mac_address.unwrap_or_default();
        put(
            &format!("network/{network}"),
            format!("{address} {mac} {}", aliases.join(" ")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_by_itself_is_left_out() {
        let saved = "# Generated on Tue\n*filter\n:INPUT ACCEPT [12:3456]\n-A INPUT -j DROP\n";
        assert_eq!(
            plain("iptables", saved),
            "*filter\n-A INPUT -j DROP\n:INPUT ACCEPT"
        );
        let links = "2: eth0: <UP> mtu 1500 qdisc noqueue state UP\\    link/ether 02:42 brd ff\n\
                     9: veth12@if8: <UP> mtu 1500 qdisc noqueue\n";
        assert_eq!(plain("links", links), "eth0: up mtu 1500 noqueue 02:42");
    }

    #[test]
    fn times_that_run_off_are_left_out() {
        let address = "3: br0    inet 10.0.0.1/8 scope global br0\\       valid_lft 86385sec\n\
                       3: br0    inet6 fe80::2/64 scope link \\       valid_lft forever\n\
                       7: veth1@if6    inet6 fe80::1/64 scope link \\       valid_lft forever\n";
        assert_eq!(
            plain("addresses", address),
            "3: br0    inet 10.0.0.1/8 scope global br0"
        );
        let routes = "default via fe80::1 dev eth0 metric 1024 expires 1799sec pref medium\n\
                      10.0.0.0/8 dev br0 proto kernel linkdown\nfe80::/64 dev veth1 proto kernel\n\
                      fe80::/64 dev br0 proto kernel\nlocal fe80::2 dev br0 table local\n\
                      multicast ff00::/8 dev br0 table local\n";
        assert_eq!(
            plain("routes6", routes),
            "10.0.0.0/8 dev br0 proto kernel\ndefault via fe80::1 dev eth0 metric 1024 pref medium"
        );
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_unread_and_not_the_same() {
        let text = output(&["no-such-program-anywhere"]).await;
        assert!(text.starts_with(UNREAD), "{text}");
        let text = output(&["false"]).await;
        assert!(text.starts_with(UNREAD), "{text}");
    }

    #[test]
    fn a_discipline_or_a_queue_left_in_a_container_shows_and_another_name_does_not() {
        let seen = |name: &str, qdisc: &str, queue: &str| {
            interfaces(&format!(
                "1: lo: <UP> mtu 65536 qdisc noqueue qlen 1000\\    link/loopback 00\n\
                 7: {name}@if8: <UP> mtu 1500 qdisc {qdisc} state UP group default {queue}\\    link/ether 02:42\n"
            ))
        };
        let before = seen("eth0", "noqueue", "");
        assert_eq!(before, "mtu 1500 noqueue");
        assert_eq!(seen("eth1", "noqueue", ""), before);
        assert_eq!(
            seen("eth0", "noqueue", "qlen 1000"),
            "mtu 1500 noqueue 1000"
        );
        assert_ne!(seen("eth0", "tbf", ""), before);
    }

    #[test]
    fn a_rule_that_was_added_shows() {
        let before = plain("iptables", ":INPUT ACCEPT [1:2]\n");
        let after = plain(
            "iptables",
            ":INPUT ACCEPT [3:4]\n-A INPUT -s 1.2.3.4 -j DROP\n",
        );
        assert_ne!(before, after);
    }
}
