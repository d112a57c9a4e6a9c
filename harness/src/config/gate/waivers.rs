//! The waivers file: who answers for which failed check, until when.

use super::condition::condition;
use super::evidence::{second, text};
use crate::config::form::Form;
use crate::config::node::{Entry, Node};
use crate::config::shape::{Record, Shape, optional, required};
use crate::model::place::Problem;
use crate::model::policy::{CommitRange, LONGEST_WAIVER_DAYS, Waiver};
use jiff::civil::Date;

/// Version of the waivers' format.
pub const API_VERSION: &str = "proofhouse/waivers/v1";

/// A file of waivers.
pub static WAIVERS: Record = Record {
    name: "waivers",
    doc: "Failed checks that somebody answers for, for a while.",
    fields: &[
        required(
            "apiVersion",
            Shape::Word("version of waivers", &[API_VERSION]),
            API_VERSION,
            "Version of the format.",
        ),
        required(
            "waivers",
            Shape::List(&Shape::Record(&WAIVER), 0),
            "[]",
            "The waivers; may be empty.",
        ),
    ],
    rules: &[],
};

static WAIVER: Record = Record {
    name: "waiver",
    doc: "One failed check that somebody answers for.",
    fields: &[
        required("id", Shape::Text(Form::Name), "W-7", "Its name."),
        required(
            "check",
            Shape::Text(Form::Line),
            "search/typical_load/p95/regression",
            "The exact id of the check.",
        ),
        optional(
            "suite",
            Shape::Text(Form::Line),
            "performance",
            "The exact name of the suite; default every suite.",
        ),
        required(
            "reason",
            Shape::Text(Form::Line),
            "the new index is built on first use",
            "Why it is forgiven.",
        ),
        required(
            "owner",
            Shape::Text(Form::Line),
            "ada",
            "Who answers for it; must be among the policy's `waiver_owners`.",
        ),
        required(
            "issue",
            Shape::Text(Form::Line),
            "PLAT-118",
            "Where the mending is followed.",
        ),
        required(
            "created",
            Shape::Text(Form::Line),
            "2026-11-03",
            "First day, in UTC.",
        ),
        required(
            "expires",
            Shape::Text(Form::Line),
            "2026-11-24",
            "Last day, in UTC; at most 30 days after `created`.",
        ),
        required(
            "limit",
            Shape::Text(Form::Line),
            "\"ratio <= 1.35\"",
            "The largest failure that is forgiven, in the language of rules.",
        ),
        optional(
            "commits",
            Shape::Text(Form::Line),
            "4f2c1e0..9b1d7aa",
            "Commits that it holds for, `a..b` as git reads it: after `a`, up to and including `b`.",
        ),
    ],
    rules: &[],
};

/// Reads a file of waivers whose shape was checked.
pub fn waivers(node: &Node, problems: &mut Vec<Problem>) -> Vec<Waiver> {
    let items = node.get("waivers").map(Node::items).unwrap_or_default();
    let read = items.iter().filter_map(|item| waiver(item, problems));
    let read: Vec<Waiver> = read.collect();
    let names = read
        .iter()
        .map(|waiver| (waiver.id.as_str(), &waiver.place));
    second("waiver", names, problems);
    read
}

fn waiver(node: &Node, problems: &mut Vec<Problem>) -> Option<Waiver> {
    let (created, expires) = (node.entry("created"), node.entry("expires"));
    let created = created.and_then(|entry| day(entry, problems));
    let expires_on = expires.and_then(|entry| day(entry, problems));
    if let (Some(created), Some(last), Some(entry)) = (created, expires_on, expires) {
        problems.extend(too_long(created, last, entry));
    }
    problems.extend(node.get("check").and_then(several));
    let limit = condition(node, "limit", problems);
    let commits = match node.entry("commits") {
        Some(entry) => Some(range(entry, problems)?),
        None => None,
    };
    let id = node.get("id")?;
    Some(Waiver {
        id: id.text()?.to_owned(),
        check: text(node, "check")?,
        suite: text(node, "suite"),
        reason: text(node, "reason")?,
        owner: text(node, "owner")?,
        issue: text(node, "issue")?,
        created: created?,
        expires: expires_on?,
        limit: limit?,
        commits,
        place: id.place.clone(),
    })
}

fn day(entry: &Entry, problems: &mut Vec<Problem>) -> Option<Date> {
    let text = entry.value.text()?;
    let day = text
        .parse()
        .ok()
        .filter(|day: &Date| day.to_string() == text);
    if day.is_none() {
        let message = format!("`{text}` is not a day");
        let help = format!("write year, month and day: `{}: 2026-11-24`", entry.key);
        problems.push(Problem::at(&entry.value.place, message).help(help));
    }
    day
}

/// A waiver is about one check: a pattern in its place would match nothing, because ids are compared as they are.
fn several(written: &Node) -> Option<Problem> {
    let id = written.text().filter(|text| text.contains(['*', '?']))?;
    let message = format!("`{id}` is a pattern; a waiver names one check");
    let help = "write the id as the report has it, and one waiver for each check";
    Some(Problem::at(&written.place, message).help(help))
}

fn too_long(created: Date, last: Date, entry: &Entry) -> Option<Problem> {
    let days = (last - created).get_days();
    let (message, help) = if days < 0 {
        let message = format!("the waiver ends before it begins ({created})");
        (message, "write the later day as `expires`")
    } else if i64::from(days) > LONGEST_WAIVER_DAYS {
        (
            format!("the waiver holds for {days} days; at most {LONGEST_WAIVER_DAYS} are allowed"),
            "mend what it excuses, or renew it by hand with a new `created` and a new reason",
        )
    } else {
        return None;
    };
    Some(Problem::at(&entry.value.place, message).help(help))
}

fn range(entry: &Entry, problems: &mut Vec<Problem>) -> Option<CommitRange> {
    let text = entry.value.text()?;
    let hex =
        |part: &str| (7..=64).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_hexdigit());
    match text.split_once("..").filter(|(a, b)| hex(a) && hex(b)) {
        Some((after, up_to)) => Some(CommitRange {
            after: after.to_owned(),
            up_to: up_to.to_owned(),
        }),
        None => {
            let message = format!("`{text}` is not a range of commits");
            let help = "write two ids of at least seven hex digits: `4f2c1e0..9b1d7aa`";
            problems.push(Problem::at(&entry.value.place, message).help(help));
            None
        }
    }
}
