//! The section `drift`: Where behaviour is declared, and where it is observed.

use crate::config::node::Node;
use crate::config::shape::{Field, Record, Shape, required};
use crate::model::place::Problem;
use crate::model::trial::drift::DriftPlan;

/// The section `drift`.
pub(super) const FIELD: Field = required(
    "drift",
    Shape::Record(&DRIFT),
    "{}",
    "What is asked, and what the target declares of itself.",
);

static DRIFT: Record = Record {
    name: "drift",
    doc: "Where behaviour is declared, and where it is observed.",
    fields: &[],
    rules: &[],
};

/// Reads the section.
#[allow(clippy::unnecessary_wraps)]
pub(super) fn drift(_node: &Node, _problems: &mut Vec<Problem>) -> Option<DriftPlan> {
    Some(DriftPlan::default())
}
