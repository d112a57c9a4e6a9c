//! What no scenario may change, looked at from outside of the runner: the host's links, addresses,
//! routes and rules, and every container that is no target, down to its own network namespace.

use crate::chaos_engine::{docker, inspect};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// One look at it; two looks are the same or tell where they differ.
#[derive(Debug, PartialEq, Eq)]
pub struct World(BTreeMap<String, String>);

impl World {
    /// Looks at everything. What cannot be read fails the test: the same nothing twice proves nothing.
    pub fn now() -> Self {
        let mut items = BTreeMap::new();
        let mut cables = BTreeSet::new();
        for name in docker(&["ps", "--all", "--format", "{{.Names}}"]).lines() {
            container(name, &mut items, &mut cables);
        }
        let links = json(&["ip", "-j", "link"]);
        let foreign = foreign(&links, &cables);
        let ours = |link: &Value| !foreign.contains(&text(&link["ifname"]));
        let kept = links.iter().filter(|link| ours(link)).map(link);
        put(&mut items, "host/links", kept.collect());
        let addresses = json(&["ip", "-j", "address"]);
        let kept = addresses.iter().filter(|link| ours(link)).map(addresses_of);
        put(&mut items, "host/addresses", kept.collect());
        for family in ["-4", "-6"] {
            let routes = json(&["ip", "-j", family, "route", "show", "table", "all"]);
            let kept = routes
                .iter()
                .filter(|route| !foreign.contains(&text(&route["dev"])))
                .filter(|route| {
                    !["fe80:", "ff00:"]
                        .iter()
                        .any(|far| text(&route["dst"]).starts_with(far))
                });
            let name = format!("host/routes{family}");
            put(&mut items, &name, kept.map(route).collect());
            let rules = json(&["ip", "-j", family, "rule"]);
            let rules = rules.iter().map(ToString::to_string).collect();
            put(&mut items, &format!("host/rules{family}"), rules);
        }
        let ruleset = read(&["nft", "--stateless", "list", "ruleset"]);
        let ruleset = ruleset.lines().map(|line| line.trim().to_owned());
        put(&mut items, "host/nft", ruleset.collect());
        for program in ["iptables-save", "ip6tables-save"] {
            let saved = read(&[program]);
            let rules = saved.lines().filter(|line| !line.starts_with('#'));
            let rules = rules.map(|line| line.split(" [").next().unwrap_or(line).to_owned());
            put(&mut items, &format!("host/{program}"), rules.collect());
        }
        Self(items)
    }

    /// The test ends here when anything is not as it was.
    #[track_caller]
    pub fn expect_same(&self, now: &Self, after: &str) {
        let names: BTreeSet<&String> = self.0.keys().chain(now.0.keys()).collect();
        let differ = names
            .into_iter()
            .filter(|name| self.0.get(*name) != now.0.get(*name));
        let told: Vec<String> = differ
            .map(|name| {
                format!(
                    "{name}: {:?} became {:?}",
                    self.0.get(name),
                    now.0.get(name)
                )
            })
            .collect();
        assert!(told.is_empty(), "changed by {after}:\n{}", told.join("\n"));
    }
}

/// The lines as a set: the engine writes the rules of a target anew, and last, when it is started again.
fn put(items: &mut BTreeMap<String, String>, name: &str, mut lines: Vec<String>) {
    lines.sort();
    items.insert(name.to_owned(), lines.join("\n"));
}

#[track_caller]
fn read(command: &[&str]) -> String {
    let output = Command::new(command[0]).args(&command[1..]).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn json(command: &[&str]) -> Vec<Value> {
    serde_json::from_str(&read(command)).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Cables of targets: the engine makes new ones when it starts them again. Those of all others must stay.
fn foreign(links: &[Value], cables: &BTreeSet<u64>) -> BTreeSet<String> {
    let of_targets = links.iter().filter(|link| {
        let index = link["ifindex"].as_u64().unwrap();
        text(&link["ifname"]).starts_with("veth") && !cables.contains(&index)
    });
    of_targets.map(|link| text(&link["ifname"])).collect()
}

fn link(link: &Value) -> String {
    let keys = ["ifindex", "ifname", "address", "mtu", "qdisc", "master"];
    let mut words: Vec<String> = keys.map(|key| link[key].to_string()).to_vec();
    let flags = link["flags"].as_array().unwrap();
    words.push(format!("up: {}", flags.iter().any(|flag| flag == "UP")));
    words.join(" ")
}

fn addresses_of(link: &Value) -> String {
    let addresses = link["addr_info"].as_array().into_iter().flatten();
    // The kernel gives a bridge its link-local address some time after the first member runs.
    let addresses = addresses.filter(|one| one["scope"] != "link");
    let words = addresses.map(|one| format!("{}/{}", one["local"], one["prefixlen"]));
    let words: Vec<String> = words.collect();
    format!("{} {}", link["ifname"], words.join(" "))
}

/// Without the time that is left, and without `linkdown`, which comes and goes with a bridge's members.
fn route(route: &Value) -> String {
    let mut route = route.clone();
    let fields = route.as_object_mut().unwrap();
    fields.remove("expires");
    fields.remove("flags");
    route.to_string()
}

/// A target may be started again by its scenario; nobody else may, and nothing inside them may change.
fn container(name: &str, items: &mut BTreeMap<String, String>, cables: &mut BTreeSet<u64>) {
    let seen = inspect(name);
    let mut put = |key: &str, value: String| {
        items.insert(format!("container/{name}/{key}"), value);
    };
    put("id", text(&seen["Id"]));
    put("status", text(&seen["State"]["Status"]));
    put("labels", seen["Config"]["Labels"].to_string());
    for (network, endpoint) in seen["NetworkSettings"]["Networks"].as_object().unwrap() {
        let (address, mac) = (&endpoint["IPAddress"], &endpoint["MacAddress"]);
        put(&format!("network/{network}"), format!("{address} {mac}"));
    }
    let pid = seen["State"]["Pid"].as_u64().unwrap();
    let is_target = seen["Config"]["Labels"]["proofhouse.chaos"] == "target";
    if pid == 0 || is_target {
        return;
    }
    put("pid", pid.to_string());
    put("started_at", text(&seen["State"]["StartedAt"]));
    put("restarts", seen["RestartCount"].to_string());
    let pid = pid.to_string();
    let inside =
        |tool: &[&str]| read(&[&["nsenter", "--net", "--target", &pid][..], tool].concat());
    let links: Vec<Value> = serde_json::from_str(&inside(&["ip", "-j", "link"])).unwrap();
    cables.extend(links.iter().filter_map(|link| link["link_index"].as_u64()));
    put(
        "links",
        links.iter().map(link).collect::<Vec<_>>().join("\n"),
    );
    put("routes", inside(&["ip", "route"]));
    put("nft", inside(&["nft", "--stateless", "list", "ruleset"]));
    put("queues", inside(&["tc", "qdisc", "show"]));
}
