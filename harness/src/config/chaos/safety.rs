//! `safety`: what must be so before anything is broken.

use super::time::{self, DURATION};
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::shape::{Record, Rule, Shape, optional, required};
use crate::model::chaos::{AbortWhen, Safety};
use crate::model::place::{Place, Problem};
use std::time::Duration;

const NAME: Shape = Shape::Text(Form::Name);
/// Longest that one fault may last, where nothing is written.
const MAX_DURATION: Duration = Duration::from_secs(60);

/// The guards.
pub static SAFETY: Record = Record {
    name: "safety_section",
    doc: "What must be so before anything is broken.",
    fields: &[
        optional(
            "environment_check",
            Shape::Boolean,
            "true",
            "Refuse when `ENVIRONMENT`, ours or a target's, is `production`; default true.",
        ),
        optional(
            "require_explicit_enable",
            Shape::Boolean,
            "true",
            "Refuse without `CHAOS_ENABLED=true` or `--enable-chaos`; default true.",
        ),
        optional(
            "isolation",
            Shape::Record(&ISOLATION),
            "{docker_network: chaos-net, docker_profile: chaos}",
            "The network and the compose profile of everything that may be broken.",
        ),
        optional(
            "network",
            NAME,
            "chaos-net",
            "The only network whose containers may be touched; default `chaos-net`.",
        ),
        optional(
            "profile",
            NAME,
            "chaos",
            "The compose profile that targets were started with; default `chaos`.",
        ),
        optional(
            "max_targets",
            Shape::Whole(1, 100),
            "1",
            "Most containers that may be broken in one scenario; default 1.",
        ),
        optional(
            "max_duration",
            DURATION,
            "60s",
            "Longest that one fault may last; default `60s`.",
        ),
        optional(
            "abort_when",
            Shape::List(&Shape::Record(&ABORT), 1),
            "[{probe: api, bad_for: 20s}]",
            "Heal at once when one of these probes is bad for too long.",
        ),
    ],
    rules: &[
        Rule::AtMostOne(&["isolation", "network"]),
        Rule::AtMostOne(&["isolation", "profile"]),
    ],
};

static ISOLATION: Record = Record {
    name: "isolation",
    doc: "Where everything that may be broken runs.",
    fields: &[
        optional(
            "docker_network",
            NAME,
            "chaos-net",
            "The only network whose containers may be touched.",
        ),
        optional(
            "docker_profile",
            NAME,
            "chaos",
            "The compose profile that targets were started with.",
        ),
    ],
    rules: &[],
};

static ABORT: Record = Record {
    name: "abort_condition",
    doc: "A probe that ends the scenario early when it is bad for so long.",
    fields: &[
        required("probe", NAME, "api", "A probe of this scenario."),
        required(
            "bad_for",
            DURATION,
            "20s",
            "How long every attempt must have been bad.",
        ),
    ],
    rules: &[],
};

/// Reads the section; what is not written has its default. `place` is shown when there is none.
pub fn safety(node: Option<&Node>, place: &Place, problems: &mut Vec<Problem>) -> Safety {
    let truth = |key: &str| node.and_then(|node| node.get(key)?.boolean());
    let word = |isolated: &str, key: &str| {
        let isolation = node.and_then(|node| node.get("isolation")?.get(isolated));
        let written = isolation.or_else(|| node.and_then(|node| node.get(key)));
        written.and_then(Node::text).map(str::to_owned)
    };
    let longest = node.and_then(|node| longest(node, problems));
    Safety {
        environment_check: truth("environment_check").unwrap_or(true),
        require_explicit_enable: truth("require_explicit_enable").unwrap_or(true),
        network: word("docker_network", "network").unwrap_or_else(|| "chaos-net".to_owned()),
        profile: word("docker_profile", "profile").unwrap_or_else(|| "chaos".to_owned()),
        max_targets: node
            .and_then(|node| node.get("max_targets")?.unsigned())
            .unwrap_or(1),
        max_duration: longest.unwrap_or(MAX_DURATION),
        abort_when: node.map(aborts).unwrap_or_default(),
        place: node.map_or_else(|| place.clone(), time::first_key),
    }
}

fn longest(node: &Node, problems: &mut Vec<Problem>) -> Option<Duration> {
    let written = time::duration(node, "max_duration")?;
    if written.is_zero() {
        let place = &node.get("max_duration")?.place;
        problems.push(Problem::at(place, "`max_duration` allows no fault at all"));
    }
    Some(written)
}

fn aborts(node: &Node) -> Vec<AbortWhen> {
    let items = node.get("abort_when").map(Node::items).unwrap_or_default();
    let read = items.iter().filter_map(|item| {
        let probe = item.get("probe")?;
        Some(AbortWhen {
            probe: probe.text()?.to_owned(),
            bad_for: time::duration(item, "bad_for")?,
            place: probe.place.clone(),
        })
    });
    read.collect()
}
