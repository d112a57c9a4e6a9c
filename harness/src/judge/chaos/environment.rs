//! The environment is left as it was found: links, routes, rules and every container.

use super::scene::Scene;
use crate::judge::outcome::Outcome;
use crate::judge::words;
use crate::model::chaos::{FaultKind, UNREAD};
use std::collections::{BTreeMap, BTreeSet};

/// Differences that are told.
const TOLD: usize = 8;
/// What changes when a container is started again, and nothing else does.
const OF_A_START: [&str; 3] = ["started_at", "pid", "finished_at"];

/// A fault left behind is a failure; a container that someone else started anew is
/// nobody's leak, but nothing measured across it is believed.
pub(super) fn decide(scene: &Scene<'_>) -> Outcome {
    let found = |when: &str| scene.fingerprints.get(when).copied();
    let (Some(before), Some(after)) = (found("before"), found("after")) else {
        let text = "the environment was not looked at both before and after";
        return Outcome::error("NO_FINGERPRINT", text).next("run the scenario again");
    };
    if before.is_empty() {
        let text = "there was nothing to look at before";
        return Outcome::error("NO_FINGERPRINT", text).next("run the scenario again");
    }
    let unread = before
        .iter()
        .chain(after)
        .find(|(_, value)| value.starts_with(UNREAD));
    if let Some((name, value)) = unread {
        let text = format!("{name} {value}");
        return Outcome::error("NO_FINGERPRINT", text).next("run it where this can be read");
    }
    let differences: Vec<Difference<'_>> = differences(before, after)
        .into_iter()
        .filter(|difference| !is_expected(scene, difference.name))
        .collect();
    let told = told(&differences);
    if differences.is_empty() {
        let seen = words::counted(before.len() as u64, "item");
        Outcome::pass(format!("{seen} looked at, all as before"))
    } else if differences.iter().all(|d| part(d.name).is_some()) {
        Outcome::error("CONTAINER_RESTARTED", told)
            .next("find what restarted it, then run the scenario again")
    } else {
        Outcome::fail("ENVIRONMENT_CHANGED", told).next("proofhouse chaos recover")
    }
}

struct Difference<'a> {
    name: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
}

fn differences<'a>(
    before: &'a BTreeMap<String, String>,
    after: &'a BTreeMap<String, String>,
) -> Vec<Difference<'a>> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let all = names.into_iter().map(|name| Difference {
        name,
        before: before.get(name).map(String::as_str),
        after: after.get(name).map(String::as_str),
    });
    all.filter(|difference| difference.before != difference.after)
        .collect()
}

/// `container/NAME/started_at` and the like: the name, where it is one that a start changes.
fn part(item: &str) -> Option<&str> {
    let (container, what) = item.strip_prefix("container/")?.rsplit_once('/')?;
    OF_A_START.contains(&what).then_some(container)
}

/// Whether it belongs to a target that the plan itself restarts.
fn is_expected(scene: &Scene<'_>, item: &str) -> bool {
    let Some(container) = part(item) else {
        return false;
    };
    let restarts = |kind: &FaultKind| matches!(kind, FaultKind::RestartContainer { .. });
    let mut blows = scene.blows.iter().filter(|b| restarts(&b.action.fault));
    blows.any(|blow| {
        let target = &blow.action.target;
        let service = scene.plan.system.services.get(target);
        let id = blow.container();
        match service.and_then(|service| service.container.as_deref()) {
            Some(name) => container == name,
            None => is_instance(container, target) || id == Some(container),
        }
    })
}

/// Compose names a container after its project, service and number: `proofhouse-nats-1`.
fn is_instance(container: &str, service: &str) -> bool {
    let base = container.trim_end_matches(|c: char| c.is_ascii_digit());
    let base = base.strip_suffix(['-', '_']).unwrap_or(container);
    let ends = |name: &str| {
        name == service
            || name
                .strip_suffix(service)
                .is_some_and(|rest| rest.ends_with(['-', '_']))
    };
    ends(container) || ends(base)
}

fn told(differences: &[Difference<'_>]) -> String {
    let one = |d: &Difference<'_>| {
        let shown = |value: Option<&str>| value.map_or("absent".to_owned(), |v| format!("{v:.60}"));
        format!("{}: {} became {}", d.name, shown(d.before), shown(d.after))
    };
    let told: Vec<String> = differences.iter().take(TOLD).map(one).collect();
    match differences.len().saturating_sub(TOLD) {
        0 => told.join("; "),
        more => format!("{}; and {more} more", told.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composes_names_are_known() {
        for name in [
            "nats",
            "proofhouse-nats-1",
            "proofhouse_nats_12",
            "chaos-nats",
        ] {
            assert!(is_instance(name, "nats"), "{name}");
        }
        for name in ["nats-box", "gnats", "proofhouse-gnats-1", "nats-1-copy"] {
            assert!(!is_instance(name, "nats"), "{name}");
        }
    }

    #[test]
    fn only_what_a_start_changes_is_one() {
        assert_eq!(part("container/nats/started_at"), Some("nats"));
        assert_eq!(part("container/nats/state"), None);
        assert_eq!(part("host/routes/started_at"), None);
    }
}
