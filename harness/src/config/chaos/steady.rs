//! `steady_state`: the seed's words, and expectations of probes.

use super::expect::{self, EXPECT};
use super::time::{self, DURATION};
use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::shape::{Range, Record, Rule, Shape, optional};
use crate::model::chaos::{Condition, Endpoint, Phase};
use crate::model::place::{Place, Placed, Problem};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a steady state must hold, where nothing is written.
pub const HOLD: Duration = Duration::from_secs(2);

/// A phase's word.
pub const PHASE: Shape = Shape::Word("phase", &["pre", "during", "post"]);
const COUNT: Shape = Shape::Number(Range {
    least: 0.0,
    above: true,
    most: 1e15,
    noun: "a number above 0",
});
const BELOW_ONE: Shape = Shape::Number(Range {
    least: 0.0,
    above: false,
    most: 0.999_999,
    noun: "a ratio from 0 to below 1",
});

/// The words of the seed's format.
const WORDS: [&str; 6] = [
    "http_200_from",
    "nats_messages_flowing",
    "db_connection",
    "outbox_queue_size_lt",
    "opa_health",
    "policy_decisions_success_rate_gt",
];

/// One thing that must hold.
pub static STEADY: Record = Record {
    name: "steady_state_item",
    doc: "One thing that must hold before the first blow and again after the last: a word, or a probe with what is expected of it.",
    fields: &[
        optional(
            "http_200_from",
            Shape::Text(Form::Endpoint),
            "http://localhost:8000/health",
            "This address answers 200, on fresh and on kept connections.",
        ),
        optional(
            "nats_messages_flowing",
            Shape::True,
            "true",
            "The last sequence of the system's stream grows.",
        ),
        optional(
            "db_connection",
            Shape::True,
            "true",
            "A fresh connection to the database answers a query.",
        ),
        optional(
            "outbox_queue_size_lt",
            COUNT,
            "1000",
            "Fewer outbox rows than this wait to be sent.",
        ),
        optional(
            "opa_health",
            Shape::True,
            "true",
            "The policy engine says that it is healthy.",
        ),
        optional(
            "policy_decisions_success_rate_gt",
            BELOW_ONE,
            "0.99",
            "More than this share of decisions is answered, and every answer is the allow that is due.",
        ),
        optional(
            "probe",
            Shape::Text(Form::Name),
            "api",
            "A probe of this scenario.",
        ),
        optional(
            "expect",
            Shape::Record(&EXPECT),
            "{status: 200, latency_p99: \"<250ms\"}",
            "What must hold of `probe`; default that every attempt is good.",
        ),
        optional(
            "hold_for",
            DURATION,
            "2s",
            "How long at the end of a phase, `0s` for the whole of it; default `2s`, and the whole phase `during`.",
        ),
        optional(
            "when",
            Shape::List(&PHASE, 1),
            "[pre, post]",
            "Phases; default all for `probe`, and `[pre, post]` for words.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&[
        "probe",
        "http_200_from",
        "nats_messages_flowing",
        "db_connection",
        "outbox_queue_size_lt",
        "opa_health",
        "policy_decisions_success_rate_gt",
    ])],
};

/// One thing that must hold, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Steady {
    /// What.
    pub what: SteadyWord,
    /// For how long at the end of a phase, where that is written.
    pub hold_for: Option<Duration>,
    /// In these phases.
    pub phases: BTreeSet<Phase>,
    /// Where the word, or `probe`, stands.
    pub place: Place,
}

/// What must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum SteadyWord {
    /// `http_200_from`.
    Http200From(Endpoint),
    /// `nats_messages_flowing`.
    NatsMessagesFlowing,
    /// `db_connection`.
    DbConnection,
    /// `outbox_queue_size_lt`.
    OutboxQueueSizeLt(f64),
    /// `opa_health`.
    OpaHealth,
    /// `policy_decisions_success_rate_gt`.
    PolicyDecisionsSuccessRateGt(f64),
    /// `probe` with `expect`.
    Probe(Placed<String>, Vec<Condition>),
}

/// Reads the steady state of a scenario.
pub fn steady(node: &Node, problems: &mut Vec<Problem>) -> Vec<Steady> {
    let items = node
        .get("steady_state")
        .map(Node::items)
        .unwrap_or_default();
    items
        .iter()
        .filter_map(|item| one(item, problems))
        .collect()
}

fn one(node: &Node, problems: &mut Vec<Problem>) -> Option<Steady> {
    let key = WORDS.iter().chain(["probe"].iter());
    let entry = key.filter_map(|key| node.entry(key)).next()?;
    if let (Some(expect), true) = (node.entry("expect"), entry.key != "probe") {
        let message = format!("`expect` beside `{}`, which says it all", entry.key);
        let help = "write `probe: NAME` instead of the word, or leave `expect` out";
        problems.push(Problem::at(&expect.place, message).help(help));
    }
    let value = &entry.value;
    let what = match entry.key.as_str() {
        "http_200_from" => SteadyWord::Http200From(Endpoint(value.text()?.to_owned())),
        "nats_messages_flowing" => SteadyWord::NatsMessagesFlowing,
        "db_connection" => SteadyWord::DbConnection,
        "outbox_queue_size_lt" => SteadyWord::OutboxQueueSizeLt(value.number()?),
        "opa_health" => SteadyWord::OpaHealth,
        "policy_decisions_success_rate_gt" => {
            SteadyWord::PolicyDecisionsSuccessRateGt(value.number()?)
        }
        _ => {
            let expect = node.get("expect");
            let conditions = expect.map(|expect| expect::conditions(expect, problems));
            SteadyWord::Probe(time::placed(value)?, conditions.unwrap_or_default())
        }
    };
    let word = !matches!(what, SteadyWord::Probe(..));
    Some(Steady {
        what,
        hold_for: time::duration(node, "hold_for"),
        phases: phases(node.get("when"), word),
        place: entry.place.clone(),
    })
}

fn phases(node: Option<&Node>, word: bool) -> BTreeSet<Phase> {
    match node {
        Some(list) => list.items().iter().filter_map(phase).collect(),
        // Under a fault the system of the seed's words may well be away: that it comes
        // back is what `validation` asks.
        None if word => BTreeSet::from([Phase::Pre, Phase::Post]),
        None => Phase::ALL.into(),
    }
}

/// Reads a phase.
pub fn phase(node: &Node) -> Option<Phase> {
    let word = node.text()?;
    Phase::ALL.into_iter().find(|phase| phase.word() == word)
}
