//! The section `reasoning`: How a knowledge graph takes data and questions.

use crate::config::node::Node;
use crate::config::shape::{Field, Record, Shape, required};
use crate::model::place::Problem;
use crate::model::trial::reasoning::ReasoningPlan;

/// The section `reasoning`.
pub(super) const FIELD: Field = required(
    "reasoning",
    Shape::Record(&REASONING),
    "{}",
    "What is asked, and what the target declares of itself.",
);

static REASONING: Record = Record {
    name: "reasoning",
    doc: "How a knowledge graph takes data and questions.",
    fields: &[],
    rules: &[],
};

/// Reads the section.
#[allow(clippy::unnecessary_wraps)]
pub(super) fn reasoning(_node: &Node, _problems: &mut Vec<Problem>) -> Option<ReasoningPlan> {
    Some(ReasoningPlan::default())
}
