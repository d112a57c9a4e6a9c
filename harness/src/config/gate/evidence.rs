//! `required` and `optional`: the evidence that a release needs.

use crate::config::form::Form;
use crate::config::node::{Entry, Node};
use crate::config::shape::{Record, Rule, Shape, optional, required};
use crate::model::place::{Place, Problem};
use crate::model::policy::{Optional, Required, RequiredJUnit, RequiredSuite};

const COUNT: Shape = Shape::Whole(1, 1_000_000);
const GLOB: Shape = Shape::Text(Form::Line);
const GLOBS: Shape = Shape::List(&GLOB, 1);
/// The families that reports name.
const KIND: Shape = Shape::Word(
    "kind of reports",
    &[
        "performance",
        "chaos",
        "contract",
        "reasoning",
        "drift",
        "guard",
    ],
);
/// Keys that only suites have, and keys that only JUnit files have.
const SUITE_KEYS: [&str; 7] = [
    "kind",
    "min_suites",
    "min_sessions",
    "sessions_max",
    "checks",
    "may_skip",
    "min_confidence",
];
const JUNIT_KEYS: [&str; 4] = [
    "min_files",
    "commit_property",
    "allow_unbound",
    "allow_undated",
];
/// A key that other gates have, and what a report would have to carry for it.
const NOT_CARRIED: (&str, &str) = ("min_confidence", "how sure it is");

/// One entry of `required`.
pub static REQUIRED: Record = Record {
    name: "required_evidence",
    doc: "Evidence that must be there: missing, empty, unreadable, stale or unbound closes the gate.",
    fields: &[
        optional(
            "suite",
            GLOB,
            "performance",
            "Names of suites; `*` is any text, `?` any character.",
        ),
        optional(
            "junit",
            GLOB,
            "\"target/nextest/*/junit.xml\"",
            "Paths of JUnit files of other tools, from the working directory; `*` stays in one folder, `**` does not.",
        ),
        optional(
            "kind",
            KIND,
            "performance",
            "Only reports of this kind: performance, chaos, contract, reasoning, drift, guard.",
        ),
        optional(
            "min_suites",
            COUNT,
            "3",
            "Fewest suites that match; default 1.",
        ),
        optional(
            "min_files",
            COUNT,
            "2",
            "Fewest JUnit files that match; default 1.",
        ),
        optional(
            "min_tests",
            COUNT,
            "40",
            "Fewest decided checks in each suite, or executed tests over all JUnit files; default 1.",
        ),
        optional(
            "min_sessions",
            COUNT,
            "3",
            "Sessions of each suite: so many complete runs of this commit, each as fresh and fit as the latest must be. None of the latest so many may have failed. Default 1.",
        ),
        optional(
            "sessions_max",
            COUNT,
            "5",
            "Most complete runs of each suite on this commit; one more closes the gate, because what is run until it passes has not passed. Not limited by default.",
        ),
        optional(
            "checks",
            GLOBS,
            "[\"*/p95/*\"]",
            "Checks that must be there and decided, by id with `*` and `?`.",
        ),
        optional(
            "may_skip",
            GLOBS,
            "[\"*/memory/*\"]",
            "Checks that may be skipped, by id with `*` and `?`.",
        ),
        optional(
            "commit_property",
            Shape::Text(Form::Line),
            "git.commit",
            "Property of a JUnit file that holds the commit it was made from.",
        ),
        optional(
            "allow_unbound",
            Shape::Boolean,
            "true",
            "JUnit files count although they name no commit; the decision says so. Default false.",
        ),
        optional(
            "allow_undated",
            Shape::Boolean,
            "true",
            "JUnit files count although they have no `timestamp`; the decision says so. Default false.",
        ),
        optional(
            "min_confidence",
            Shape::Text(Form::Name),
            "medium",
            "Not judged yet: reports do not carry how sure they are, so a policy that asks for it is refused.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["suite", "junit"])],
};

/// One entry of `optional`.
pub static OPTIONAL: Record = Record {
    name: "optional_evidence",
    doc: "Evidence that may be missing; where it is there it counts like any other.",
    fields: &[
        required(
            "suite",
            GLOB,
            "lighthouse",
            "Names of suites; `*` is any text, `?` any character.",
        ),
        optional("kind", KIND, "performance", "Only reports of this kind."),
        optional(
            "on_missing",
            Shape::Word("outcome", &["warn", "pass"]),
            "warn",
            "Whether its absence is told; default `warn`.",
        ),
    ],
    rules: &[],
};

/// Reads one entry of `required`.
pub(super) fn required_evidence(node: &Node, problems: &mut Vec<Problem>) -> Option<Required> {
    let (key, what) = NOT_CARRIED;
    problems.extend(node.entry(key).map(|entry| not_carried(entry, what)));
    match node.entry("junit") {
        Some(entry) => junit(node, entry, problems).map(Required::JUnit),
        None => suite(node, problems).map(Required::Suite),
    }
}

fn not_carried(entry: &Entry, what: &str) -> Problem {
    let message = format!(
        "`{}` cannot be judged: a report does not say {what}",
        entry.key
    );
    Problem::at(&entry.place, message)
        .help("take it out; a condition that nothing can meet or break is not silently true")
}

fn suite(node: &Node, problems: &mut Vec<Problem>) -> Option<RequiredSuite> {
    refuse(node, "suite", &JUNIT_KEYS, problems);
    problems.extend(too_few_allowed(node));
    let suite = node.entry("suite")?;
    let name = suite.value.text()?;
    problems.extend(no_suite(&suite.value));
    several(node, name, "min_suites", problems);
    Some(RequiredSuite {
        suite: name.to_owned(),
        kind: text(node, "kind"),
        min_suites: count(node, "min_suites"),
        min_tests: count(node, "min_tests"),
        min_sessions: count(node, "min_sessions"),
        sessions_max: node.get("sessions_max").and_then(Node::unsigned),
        checks: texts(node, "checks"),
        may_skip: texts(node, "may_skip"),
        place: suite.place.clone(),
    })
}

/// Sessions that are asked for and forbidden at once.
fn too_few_allowed(node: &Node) -> Option<Problem> {
    let (least, entry) = (count(node, "min_sessions"), node.entry("sessions_max")?);
    let most: u64 = entry.value.unsigned()?;
    (most < least).then(|| {
        let message =
            format!("`sessions_max` allows fewer runs than `min_sessions: {least}` needs");
        let help = format!("allow at least as many: `sessions_max: {least}`");
        Problem::at(&entry.value.place, message).help(help)
    })
}

fn junit(node: &Node, entry: &Entry, problems: &mut Vec<Problem>) -> Option<RequiredJUnit> {
    refuse(node, "junit", &SUITE_KEYS, problems);
    let path = entry.value.text()?;
    if leaves_folder(path) {
        let message = "the path leaves the working directory";
        let help = "JUnit files are found from the working directory down: `target/**/junit.xml`";
        problems.push(Problem::at(&entry.value.place, message).help(help));
    }
    several(node, path, "min_files", problems);
    let truth = |key: &str| node.get(key).and_then(Node::boolean).unwrap_or(false);
    let read = RequiredJUnit {
        path: path.to_owned(),
        min_files: count(node, "min_files"),
        min_tests: count(node, "min_tests"),
        commit_property: text(node, "commit_property"),
        allow_unbound: truth("allow_unbound"),
        allow_undated: truth("allow_undated"),
        place: entry.place.clone(),
    };
    problems.extend(unbound(&read));
    Some(read)
}

/// A name that no suite can have: suites are named by their files, whose folders are no part of it.
pub(super) fn no_suite(written: &Node) -> Option<Problem> {
    let name = written.text()?;
    let last = name.rsplit('/').next().filter(|_| name.contains('/'))?;
    let message = format!("`{name}` matches no suite: no name of a suite has a `/`");
    let help = match last {
        "" | "*" => "all suites of one kind are `suite: \"*\"` with their `kind`".to_owned(),
        last => format!("write the name without its folder: `{last}`"),
    };
    Some(Problem::at(&written.place, message).help(help))
}

/// One name, and several things wanted of that name.
fn several(node: &Node, name: &str, key: &str, problems: &mut Vec<Problem>) {
    let wanted = count(node, key);
    if wanted > 1
        && !name.contains(['*', '?'])
        && let Some(entry) = node.entry(key)
    {
        let message = format!("`{name}` is one name, and cannot be {wanted}");
        let help = format!("take `{key}` out, or match several with `*` and `?`");
        problems.push(Problem::at(&entry.value.place, message).help(help));
    }
}

fn unbound(read: &RequiredJUnit) -> Option<Problem> {
    let message = match (&read.commit_property, read.allow_unbound) {
        (None, false) => "nothing binds these JUnit files to a commit",
        (Some(_), true) => "`commit_property` and `allow_unbound` exclude each other",
        _ => return None,
    };
    let help = "name the property that holds the commit: `commit_property: git.commit`;\n\
                or say that any commit will do: `allow_unbound: true`";
    Some(Problem::at(&read.place, message).help(help))
}

/// Whether a path is absolute or climbs.
fn leaves_folder(path: &str) -> bool {
    path.starts_with('/') || path.split('/').any(|part| part == "..")
}

fn refuse(node: &Node, what: &str, keys: &[&str], problems: &mut Vec<Problem>) {
    for entry in keys.iter().filter_map(|key| node.entry(key)) {
        let message = format!("`{}` says nothing of `{what}`", entry.key);
        problems.push(Problem::at(&entry.place, message).help("take it out"));
    }
}

/// Reads one entry of `optional`.
pub(super) fn optional_evidence(node: &Node, problems: &mut Vec<Problem>) -> Option<Optional> {
    let suite = node.entry("suite")?;
    problems.extend(no_suite(&suite.value));
    Some(Optional {
        suite: suite.value.text()?.to_owned(),
        kind: text(node, "kind"),
        warn_missing: text(node, "on_missing").as_deref() != Some("pass"),
        place: suite.place.clone(),
    })
}

pub(super) fn text(node: &Node, key: &str) -> Option<String> {
    Some(node.get(key)?.text()?.to_owned())
}

/// The texts of a list.
pub(super) fn texts(node: &Node, key: &str) -> Vec<String> {
    let items = node.get(key).map(Node::items).unwrap_or_default();
    let texts = items.iter().filter_map(Node::text);
    texts.map(str::to_owned).collect()
}

fn count(node: &Node, key: &str) -> u64 {
    node.get(key).and_then(Node::unsigned).unwrap_or(1)
}

/// A second name in a list where names are unique, shown at its place.
pub(super) fn second<'a>(
    what: &str,
    names: impl Iterator<Item = (&'a str, &'a Place)>,
    problems: &mut Vec<Problem>,
) {
    let mut seen = std::collections::BTreeMap::new();
    for (name, place) in names {
        if let Some(earlier) = seen.insert(name, place) {
            let message = format!("a second {what} named `{name}`");
            let help = format!("the first stands in line {}", earlier.line);
            problems.push(Problem::at(place, message).help(help));
        }
    }
}
