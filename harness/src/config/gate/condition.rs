//! Conditions inside YAML: a fault is shown at its own column.

use crate::config::hint;
use crate::config::node::Node;
use crate::model::expression::{BadCondition, Condition};
use crate::model::place::{Place, Problem};

/// Reads the condition behind a key, where there is one.
pub(super) fn condition(node: &Node, key: &str, problems: &mut Vec<Problem>) -> Option<Condition> {
    let written = node.get(key)?;
    // A blank text was told already, as one that must not be empty.
    let text = written.text().filter(|text| !text.trim().is_empty())?;
    match Condition::parse(text) {
        Ok(condition) => Some(condition),
        Err(bad) => {
            problems.push(problem(written, text, &bad));
            None
        }
    }
}

fn problem(node: &Node, text: &str, bad: &BadCondition) -> Problem {
    let mut problem = Problem::at(&inside(&node.place, text, bad), bad.message.clone());
    problem.help = bad.help.clone();
    if !bad.known.is_empty() {
        let written: String = text.chars().skip(bad.at).take(bad.length).collect();
        let near = hint::for_word(&written, bad.known.iter().copied());
        problem = problem.known(bad.known.iter().copied());
        problem.help = problem.help.or(near);
    }
    problem
}

/// The place of the fault, where the text stands on its line as it was read;
/// text with escapes is shown as a whole.
fn inside(whole: &Place, text: &str, bad: &BadCondition) -> Place {
    let quotes = match (whole.length as usize).checked_sub(text.chars().count()) {
        Some(0) => 0,
        Some(2) => 1,
        _ => return whole.clone(),
    };
    let at = u32::try_from(bad.at + quotes).unwrap_or(0);
    Place {
        column: whole.column + at,
        length: u32::try_from(bad.length).unwrap_or(1),
        ..whole.clone()
    }
}
