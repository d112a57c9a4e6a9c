//! The section `guard`: Which variables a production process must have right.

use crate::config::node::Node;
use crate::config::shape::{Field, Record, Shape, required};
use crate::model::place::Problem;
use crate::model::trial::guard::GuardPlan;

/// The section `guard`.
pub(super) const FIELD: Field = required(
    "guard",
    Shape::Record(&GUARD),
    "{}",
    "What is asked, and what the target declares of itself.",
);

static GUARD: Record = Record {
    name: "guard",
    doc: "Which variables a production process must have right.",
    fields: &[],
    rules: &[],
};

/// Reads the section.
#[allow(clippy::unnecessary_wraps)]
pub(super) fn guard(_node: &Node, _problems: &mut Vec<Problem>) -> Option<GuardPlan> {
    Some(GuardPlan::default())
}
