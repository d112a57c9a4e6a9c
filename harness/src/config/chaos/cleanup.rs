//! `cleanup`: what is looked at once more at the end; healing itself cannot be written away.

use crate::config::node::Node;
use crate::config::shape::Shape;
use crate::model::place::{Placed, Problem};

const WORDS: [&str; 5] = [
    "restore_network",
    "verify_steady_state",
    "verify_db_healthy",
    "verify_outbox_drained",
    "verify_opa_policies_loaded",
];

/// `always`, or further steps.
pub const CLEANUP: Shape = Shape::Either(
    "`always` or a list of steps",
    &[
        Shape::Word("cleanup", &["always"]),
        Shape::List(&Shape::Word("cleanup step", &WORDS), 0),
    ],
);

/// A step at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleanup {
    /// Faults are healed: always done, and verified.
    RestoreNetwork,
    /// The whole steady state holds again.
    VerifySteadyState,
    /// The database answers.
    VerifyDbHealthy,
    /// No outbox row waits.
    VerifyOutboxDrained,
    /// The policy engine has policies.
    VerifyOpaPoliciesLoaded,
}

impl Cleanup {
    /// All steps.
    pub const ALL: [Cleanup; 5] = [
        Cleanup::RestoreNetwork,
        Cleanup::VerifySteadyState,
        Cleanup::VerifyDbHealthy,
        Cleanup::VerifyOutboxDrained,
        Cleanup::VerifyOpaPoliciesLoaded,
    ];

    /// The word in YAML.
    pub fn word(self) -> &'static str {
        match self {
            Cleanup::RestoreNetwork => "restore_network",
            Cleanup::VerifySteadyState => "verify_steady_state",
            Cleanup::VerifyDbHealthy => "verify_db_healthy",
            Cleanup::VerifyOutboxDrained => "verify_outbox_drained",
            Cleanup::VerifyOpaPoliciesLoaded => "verify_opa_policies_loaded",
        }
    }
}

/// Why healing cannot be written away.
const ALWAYS: &str = "faults are healed whatever happens and whatever is written here\n\
                      write `cleanup: always`, or a list of further steps";

/// Reads the steps; `always` adds none.
pub fn cleanup(node: &Node, problems: &mut [Problem]) -> Vec<Placed<Cleanup>> {
    let written = node.get("cleanup").filter(|it| it.text().is_some());
    for problem in problems.iter_mut() {
        if written.is_some_and(|it| problem.place.as_ref() == Some(&it.place)) {
            problem.help = Some(ALWAYS.to_owned());
        }
    }
    let items = node.get("cleanup").map(Node::items).unwrap_or_default();
    let steps = items.iter().filter_map(|item| {
        let word = item.text()?;
        let value = Cleanup::ALL.into_iter().find(|step| step.word() == word)?;
        let place = item.place.clone();
        Some(Placed { value, place })
    });
    steps.collect()
}
