//! Files with cases: what is said, what must follow from it, and what must not.

pub use super::case_tables::GRAPH_CASES;
use crate::config::node::Node;
use crate::config::source::SourceText;
use crate::config::{check, yaml};
use crate::model::place::{Placed, Problem};
use crate::model::trial::reasoning::Reading;
use crate::model::trial::reasoning::case::{
    CaseAnswer, CaseProfile, CaseQuestion, CaseStep, GraphCase,
};
use std::collections::BTreeMap;

/// How the ids of the catalogue begin: cases of others have ids of their own.
const TAKEN: [&str; 4] = ["RQ-", "RS-", "RM-", "SN-"];

/// The cases that ship with the suite: compiled in, so that a program without its repository has them.
const SHIPPED: [(&str, &str); 4] = [
    (
        "fixtures/graphs/quick_start.yaml",
        include_str!("../../../../../fixtures/graphs/quick_start.yaml"),
    ),
    (
        "fixtures/graphs/rules.yaml",
        include_str!("../../../../../fixtures/graphs/rules.yaml"),
    ),
    (
        "fixtures/graphs/must_not.yaml",
        include_str!("../../../../../fixtures/graphs/must_not.yaml"),
    ),
    (
        "fixtures/graphs/changes.yaml",
        include_str!("../../../../../fixtures/graphs/changes.yaml"),
    ),
];

/// Reads the cases that ship with the suite.
pub(super) fn shipped(problems: &mut Vec<Problem>) -> Vec<GraphCase> {
    let mut all = Vec::new();
    for (name, text) in SHIPPED {
        let source = match SourceText::from_bytes(name, text.as_bytes().to_vec()) {
            Ok(source) => source,
            Err(problem) => {
                problems.push(*problem);
                continue;
            }
        };
        if let Some(node) = yaml::parse(&source, problems) {
            check::document(&node, &GRAPH_CASES, problems);
            all.extend(cases(&node));
        }
    }
    all
}

/// Reads the cases of a file that was written for one suite.
pub(in crate::config) fn own(node: &Node, problems: &mut Vec<Problem>) -> Vec<GraphCase> {
    let read = cases(node);
    let mut known: Vec<&str> = Vec::new();
    for case in &read {
        if TAKEN.iter().any(|prefix| case.check.starts_with(prefix)) {
            let message = format!("`{}` is an id of the catalogue", case.check);
            let help = "give cases of your own ids of their own: `PETS-1`";
            problems.push(Problem::at(&case.place, message).help(help));
        } else if case.meaning.is_none() && !known.contains(&case.check.as_str()) {
            let message = format!("nothing says what `{}` means", case.check);
            let help = "write `meaning: cats are animals` in its first case";
            problems.push(Problem::at(&case.place, message).help(help));
        }
        known.push(&case.check);
    }
    read
}

fn cases(node: &Node) -> Vec<GraphCase> {
    let prefixes = node.get("prefixes").map(Node::entries).unwrap_or_default();
    let prefixes: BTreeMap<String, String> = prefixes
        .iter()
        .filter_map(|entry| Some((entry.key.clone(), entry.value.text()?.to_owned())))
        .collect();
    let items = node.get("cases").map(Node::items).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| case(item, &prefixes))
        .collect()
}

fn case(node: &Node, prefixes: &BTreeMap<String, String>) -> Option<GraphCase> {
    let text = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let mut first = step(node);
    first.insert = node.get("given").and_then(placed);
    let then = node.get("then").map(Node::items).unwrap_or_default();
    Some(GraphCase {
        check: text("check")?,
        case: text("case")?,
        meaning: text("meaning"),
        profile: match text("profile").as_deref() {
            Some("none") => CaseProfile::None,
            Some("rdfs_full") => CaseProfile::RdfsFull,
            _ => CaseProfile::Rdfs,
        },
        readings: readings(node.get("readings")),
        exact: node.get("exact").and_then(Node::boolean).unwrap_or(false),
        prefixes: prefixes.clone(),
        steps: std::iter::once(first)
            .chain(then.iter().map(step))
            .collect(),
        place: node.entry("check")?.place.clone(),
    })
}

fn readings(node: Option<&Node>) -> Vec<Reading> {
    match node {
        Some(node) => {
            let words = node.items().iter().filter_map(Node::text);
            words.map(super::reading).collect()
        }
        None => vec![Reading::Core, Reading::Rules, Reading::Full],
    }
}

fn step(node: &Node) -> CaseStep {
    let turtle = |key: &str| node.get(key).and_then(placed);
    let questions = node.get("questions").map(Node::items).unwrap_or_default();
    CaseStep {
        insert: turtle("insert"),
        delete: turtle("delete"),
        follows: turtle("follows"),
        follows_by_rules: turtle("follows_by_rules"),
        absent: turtle("absent"),
        twin: turtle("twin"),
        questions: questions.iter().filter_map(question).collect(),
    }
}

fn question(node: &Node) -> Option<CaseQuestion> {
    let boolean = node.get("boolean").and_then(Node::boolean);
    let number = node.get("number").and_then(Node::whole);
    let rows = node
        .get("rows")
        .map(|rows| rows.items().iter().map(row).collect());
    let answer = boolean.map(CaseAnswer::Boolean);
    let answer = answer.or(number.map(CaseAnswer::Number));
    Some(CaseQuestion {
        query: node.get("query").and_then(placed)?,
        answer: answer.or(rows.map(CaseAnswer::Rows))?,
    })
}

fn row(node: &Node) -> BTreeMap<String, String> {
    let cells = node.entries().iter();
    cells
        .filter_map(|cell| Some((cell.key.clone(), cell.value.text()?.to_owned())))
        .collect()
}

/// A text and where it stands.
pub(super) fn placed(node: &Node) -> Option<Placed<String>> {
    Some(Placed {
        value: node.text()?.to_owned(),
        place: node.place.clone(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::document;

    #[test]
    fn what_ships_is_read_without_a_problem() {
        let mut problems = Vec::new();
        let cases = shipped(&mut problems);
        assert_eq!(problems, []);
        let of = |id: &str| cases.iter().filter(|case| case.check == id).count();
        for n in (1..=30).filter(|n| ![5, 28].contains(n)) {
            assert!(of(&format!("RS-{n}")) > 0, "RS-{n} has no case");
        }
        assert!(cases.iter().all(|case| !case.steps.is_empty()));
        let quick = cases.iter().find(|case| case.check == "RQ-1").unwrap();
        assert!(quick.exact && quick.steps.len() == 1);
    }

    #[test]
    fn own_cases_have_ids_and_meanings_of_their_own() {
        let text = "cases:\n\
            - {check: RS-3, case: a, given: ''}\n\
            - {check: PETS-1, case: b, given: ''}\n\
            - {check: PETS-2, case: c, meaning: it holds, given: '', then: [{absent: ':x a :y .'}]}\n\
            - {check: PETS-2, case: d, given: '', questions: [{query: 'ASK {}'}]}\n";
        let source = SourceText::from_bytes("own.yaml", text.as_bytes().to_vec()).unwrap();
        let mut problems = Vec::new();
        let cases = document::graph_cases(&source, &mut problems);
        let told: Vec<(u32, &str)> = problems
            .iter()
            .map(|p| (p.place.as_ref().unwrap().line, p.message.as_str()))
            .collect();
        assert_eq!(cases.len(), 4);
        for wanted in [
            (2, "`RS-3` is an id of the catalogue"),
            (3, "nothing says what `PETS-1` means"),
            (4, "one of these keys is missing in a graph change"),
            (5, "one of these keys is missing in a graph question"),
        ] {
            assert!(told.contains(&wanted), "{wanted:?} in {told:?}");
        }
        assert_eq!(told.len(), 4, "{told:?}");
    }
}
