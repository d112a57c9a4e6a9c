//! Who, how many, how long: scenarios inside a suite and in files of their own.

use super::form::Form;
use super::node::Node;
use super::shape::{Field, Record, SECONDS, SECONDS_OR_NONE, Shape, optional, required};
use super::time::{self, PAUSE};
use crate::model::load::{Scenario, Stage};
use crate::model::place::{Place, Placed, Problem};
use std::time::Duration;

static ONE_STAGE: Shape = Shape::Record(&STAGE);
const USERS: Shape = Shape::Whole(1, 100_000);

const NAME: Field = required(
    "name",
    Shape::Text(Form::Name),
    "typical_load",
    "Name, unique in a suite; in a file of its own, the file's name.",
);
const DURATION: Field = optional(
    "duration_seconds",
    SECONDS,
    "60",
    "Length without the ramp, the warm-up included.",
);
const CONCURRENT_USERS: Field = optional(
    "concurrent_users",
    USERS,
    "10",
    "Users of each target, at the same time.",
);
const RAMP: Field = optional(
    "ramp_seconds",
    SECONDS_OR_NONE,
    "5",
    "Time in which the users are started, evenly; default 0.",
);
const WARMUP: Field = optional(
    "warmup_seconds",
    SECONDS_OR_NONE,
    "3",
    "Cut from judging, counted from the end of the ramp; default 5 % of the duration, at most 10.",
);
const THINK_TIME: Field = optional(
    "think_time",
    Shape::Record(&PAUSE),
    "{min_ms: 50, max_ms: 150}",
    "Overrides the targets' pauses between journeys.",
);
const STAGES: Field = optional(
    "stages",
    Shape::List(&ONE_STAGE, 1),
    "[{users: 10, duration_seconds: 30}]",
    "Instead of `concurrent_users`, `duration_seconds` and `ramp_seconds`: one stage after the other.",
);

/// One entry of `scenarios` in a suite.
pub static SCENARIO: Record = Record {
    name: "scenario",
    doc: "Who loads the targets, and for how long; with only a `name` it is read from `scenarios/load/<name>.yaml`.",
    fields: &[
        NAME,
        CONCURRENT_USERS,
        DURATION,
        RAMP,
        WARMUP,
        THINK_TIME,
        STAGES,
    ],
    rules: &[],
};

/// A file below `scenarios/load`.
pub static SCENARIO_FILE: Record = Record {
    name: "scenario_file",
    doc: "Who loads the targets, and for how long.",
    fields: &[
        optional(
            "kind",
            Shape::Word("kind", &["load"]),
            "load",
            "What the file is; may be left out.",
        ),
        NAME,
        CONCURRENT_USERS,
        DURATION,
        RAMP,
        WARMUP,
        THINK_TIME,
        STAGES,
    ],
    rules: &[],
};

static STAGE: Record = Record {
    name: "stage",
    doc: "One step of a staged scenario: move to so many users, in a straight line.",
    fields: &[
        required(
            "users",
            USERS,
            "10",
            "Users of each target at the end of the stage.",
        ),
        required("duration_seconds", SECONDS, "30", "Length of the stage."),
    ],
    rules: &[],
};

/// An entry of `scenarios`.
#[derive(Debug, Clone, PartialEq)]
pub enum ScenarioEntry {
    /// Only a name: the scenario stands in a file of its own.
    Named(Placed<String>),
    /// Written out.
    Written(Box<Scenario>),
}

impl ScenarioEntry {
    /// The name and where it was written.
    pub fn name(&self) -> (&str, &Place) {
        match self {
            ScenarioEntry::Named(name) => (&name.value, &name.place),
            ScenarioEntry::Written(scenario) => (&scenario.name, &scenario.place),
        }
    }
}

/// Reads an entry of `scenarios`.
pub fn entry(node: &Node, problems: &mut Vec<Problem>) -> Option<ScenarioEntry> {
    if let ([only], Some(name)) = (node.entries(), node.get("name")) {
        let value = only.value.text()?.to_owned();
        return Some(ScenarioEntry::Named(Placed {
            value,
            place: name.place.clone(),
        }));
    }
    scenario(node, problems).map(|scenario| ScenarioEntry::Written(Box::new(scenario)))
}

/// Reads a scenario that is written out.
pub fn scenario(node: &Node, problems: &mut Vec<Problem>) -> Option<Scenario> {
    let name = node.get("name")?;
    let steady = match node.get("stages") {
        Some(list) => staged(node, list, problems),
        None => flat(node, problems),
    };
    let think_time = match node.get("think_time") {
        Some(pause) => Some(time::pause(pause, problems)?),
        None => None,
    };
    let (users, duration, stages) = steady?;
    Some(Scenario {
        name: name.text()?.to_owned(),
        users,
        duration,
        ramp: node
            .get("ramp_seconds")
            .map_or(Some(Duration::ZERO), time::seconds)?,
        warmup: warmup(node, duration, problems)?,
        stages,
        think_time,
        place: name.place.clone(),
    })
}

type Steady = (u32, Duration, Vec<Stage>);

fn flat(node: &Node, problems: &mut Vec<Problem>) -> Option<Steady> {
    let name = node.get("name")?;
    let mut missing = false;
    for field in [CONCURRENT_USERS, DURATION] {
        let unknown = |key: &str| SCENARIO_FILE.field(key).is_none();
        if node.get(field.key).is_none() && !node.entries().iter().any(|e| unknown(&e.key)) {
            let message = format!("`{}` is missing in a scenario", field.key);
            let help = format!("{}\nwrite `{}: {}`", field.doc, field.key, field.example);
            problems.push(Problem::at(&name.place, message).help(help));
            missing = true;
        }
    }
    if missing {
        return None;
    }
    let users = node.get("concurrent_users")?.unsigned()?;
    Some((
        users,
        time::seconds(node.get("duration_seconds")?)?,
        Vec::new(),
    ))
}

fn staged(node: &Node, list: &Node, problems: &mut Vec<Problem>) -> Option<Steady> {
    for key in ["concurrent_users", "duration_seconds", "ramp_seconds"] {
        if let Some(entry) = node.entry(key) {
            let message = format!("`{key}` beside `stages`");
            let help = "the stages say how many users there are and how long; take the key out";
            problems.push(Problem::at(&entry.place, message).help(help));
        }
    }
    let stage = |node: &Node| {
        Some(Stage {
            users: node.get("users")?.unsigned()?,
            duration: time::seconds(node.get("duration_seconds")?)?,
        })
    };
    let stages: Vec<Stage> = list.items().iter().map(stage).collect::<Option<_>>()?;
    let users = stages.iter().map(|stage| stage.users).max()?;
    Some((
        users,
        stages.iter().map(|stage| stage.duration).sum(),
        stages,
    ))
}

fn warmup(node: &Node, duration: Duration, problems: &mut Vec<Problem>) -> Option<Duration> {
    let Some(written) = node.get("warmup_seconds") else {
        return Some((duration / 20).min(Duration::from_secs(10)));
    };
    let warmup = time::seconds(written)?;
    if warmup >= duration {
        let message = format!(
            "`warmup_seconds` leaves nothing of {} s",
            duration.as_secs_f64()
        );
        let help = "the warm-up is a part of the duration; make it shorter";
        problems.push(Problem::at(&written.place, message).help(help));
    }
    Some(warmup)
}
