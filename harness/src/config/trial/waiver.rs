//! Waivers: failures that are known and allowed for a time.

use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::shape::{Record, Shape, required};
use crate::model::place::Problem;
use crate::model::trial::plan::Waiver;
use jiff::civil::Date;

/// One waiver.
pub(super) static WAIVER: Record = Record {
    name: "waiver",
    doc: "A failure that is known and allowed for a time.",
    fields: &[
        required(
            "check",
            Shape::Text(Form::Line),
            "JB-10",
            "Id of exactly one check.",
        ),
        required(
            "reason",
            Shape::Text(Form::Line),
            "refresh ahead is planned",
            "Why it is allowed.",
        ),
        required(
            "expires",
            Shape::Text(Form::Line),
            "2027-01-31",
            "The last day on which it counts, in UTC.",
        ),
    ],
    rules: &[],
};

/// Reads the waivers; a second one for the same check is a problem.
pub(super) fn waivers(node: Option<&Node>, problems: &mut Vec<Problem>) -> Vec<Waiver> {
    let mut read: Vec<Waiver> = Vec::new();
    for item in node.map(Node::items).unwrap_or_default() {
        let Some(waiver) = waiver(item, problems) else {
            continue;
        };
        match read.iter().find(|earlier| earlier.check == waiver.check) {
            Some(earlier) => {
                let message = format!("a second waiver for `{}`", waiver.check);
                let help = format!("the first stands in line {}", earlier.place.line);
                problems.push(Problem::at(&waiver.place, message).help(help));
            }
            None => read.push(waiver),
        }
    }
    read
}

fn waiver(node: &Node, problems: &mut Vec<Problem>) -> Option<Waiver> {
    let check = node.get("check")?;
    let expires = node.get("expires")?;
    let Ok(day) = expires.text()?.parse::<Date>() else {
        let message = format!("`{}` is not a day", expires.text().unwrap_or_default());
        problems.push(Problem::at(&expires.place, message).help("write it as `2027-01-31`"));
        return None;
    };
    Some(Waiver {
        check: check.text()?.to_owned(),
        reason: node.get("reason")?.text()?.to_owned(),
        expires: day,
        place: check.place.clone(),
    })
}
