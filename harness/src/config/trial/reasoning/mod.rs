//! The section `reasoning`: how a knowledge graph takes data and questions, and what it declares.

mod case_tables;
pub mod cases;
mod request;
mod tables;

use crate::config::node::{Entry, Node};
use crate::config::shape::{Field, Shape, required};
use crate::config::source::SourceText;
use crate::config::step;
use crate::config::{time, yaml};
use crate::model::load::StatusRange;
use crate::model::place::{Placed, Problem};
use crate::model::template::Template;
use crate::model::trial::reasoning::{
    AskAdapter, Declared, InferredWrites, Limits, Profiles, Reading, ReasoningPlan, RequestPlan,
    Scope, Told, WriteAdapter,
};
use request::{request, template};
use std::collections::BTreeMap;
use std::time::Duration;

/// The section `reasoning`.
pub(super) const FIELD: Field = required(
    "reasoning",
    Shape::Record(&tables::REASONING),
    "{}",
    "How a knowledge graph takes data and questions; `{}` for one that speaks like the reference platform's.",
);

/// How the reference platform is spoken to.
const REFERENCE: &str = include_str!("reference.yaml");
const WRITE_HOLES: [&str; 3] = ["graph", "name", "data"];
const ASK_HOLES: [&str; 5] = ["query", "profile", "graph", "name", "inferred_graph"];

/// Reads the section.
pub(super) fn reasoning(node: &Node, problems: &mut Vec<Problem>) -> Option<ReasoningPlan> {
    let reference = reference()?;
    let own_ask = node.get("ask").is_some();
    // Who describes the questions describes the answers, too.
    let told = |key| match node.get(key) {
        None if !own_ask => reference.get(key),
        written => written,
    };
    let graph = node.get("graph").or_else(|| reference.get("graph"))?;
    let inferred = told("inferred_graph").filter(|node| node.text() != Some("none"));
    let write = node.get("write").or_else(|| reference.get("write"))?;
    let ask = node.get("ask").or_else(|| reference.get("ask"))?;
    Some(ReasoningPlan {
        write: write_adapter(write, problems)?,
        ask: ask_adapter(ask, problems)?,
        graph: named(graph, &["name"], problems)?,
        inferred_graph: match inferred {
            Some(node) => Some(template(node, &["graph", "name", "profile"], problems)?),
            None => None,
        },
        metadata: metadata(told("metadata")),
        declares: declared(node.get("declares")),
        limits: limits(node.get("limits"))?,
        case_files: case_files(node),
        cases: cases::shipped(problems),
        seed: node.get("seed").and_then(Node::unsigned),
        random_graphs: node
            .get("random_graphs")
            .map_or(Some(500), Node::unsigned)?,
    })
}

fn case_files(section: &Node) -> Vec<Placed<String>> {
    let items = section.get("cases").map(Node::items).unwrap_or_default();
    items.iter().filter_map(cases::placed).collect()
}

fn reference() -> Option<Node> {
    let source = SourceText::from_bytes("reference.yaml", REFERENCE.as_bytes().to_vec()).ok()?;
    yaml::parse(&source, &mut Vec::new())
}

/// A graph's IRI; without `${name}` all checks would share one graph.
fn named(node: &Node, offered: &[&str], problems: &mut Vec<Problem>) -> Option<Template> {
    let read = template(node, offered, problems)?;
    if read.holes().next().is_none() {
        let help = "checks use graphs of their own: `urn:graph:${name}`";
        let message = format!("`{}` does not hold `${{name}}`", node.key());
        problems.push(Problem::at(&node.place, message).help(help));
    }
    Some(read)
}

fn write_adapter(node: &Node, problems: &mut Vec<Problem>) -> Option<WriteAdapter> {
    let insert = needing(node.entry("insert")?, &WRITE_HOLES, &["data"], problems)?;
    let replace = maybe(node.entry("replace"), &WRITE_HOLES, &["data"], problems)?;
    let delete = maybe(node.entry("delete"), &WRITE_HOLES, &["data"], problems)?;
    let clear = maybe(node.entry("clear"), &WRITE_HOLES, &[], problems)?;
    Some(WriteAdapter {
        insert,
        replace,
        delete,
        clear,
        refused_status: statuses(node.get("refused_status"), &[403, 409])?,
    })
}

fn ask_adapter(node: &Node, problems: &mut Vec<Problem>) -> Option<AskAdapter> {
    let query = needing(node.entry("query")?, &ASK_HOLES, &["query"], problems)?;
    let without = node.entry("query_without_profile");
    let without = maybe(without, &ASK_HOLES, &["query"], problems)?;
    let marked = maybe(
        node.entry("query_with_marks"),
        &ASK_HOLES,
        &["query"],
        problems,
    )?;
    let words = node.entry("profiles")?;
    let word = |key: &str| words.value.get(key).and_then(Node::text).map(str::to_owned);
    let profiles = Profiles {
        none: word("none"),
        rdfs: word("rdfs")?,
        rdfs_full: word("rdfs_full"),
    };
    if profiles.none.is_none() && without.is_none() {
        let help = "name its word, or write how the question is put: `query_without_profile`";
        let message = "nothing says how to ask without inference";
        problems.push(Problem::at(&words.place, message).help(help));
    }
    Some(AskAdapter {
        query,
        query_without_profile: without,
        query_with_marks: marked,
        results: node
            .get("results")
            .and_then(Node::text)
            .unwrap_or_default()
            .to_owned(),
        profiles,
        unknown_profile_status: statuses(node.get("unknown_profile_status"), &[400])?,
    })
}

/// A request that is of no use without some hole.
fn needing(
    entry: &Entry,
    offered: &[&str],
    needed: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<RequestPlan> {
    let read = request(entry, offered, problems)?;
    for hole in needed {
        if !read.holes().any(|there| there == *hole) {
            let message = format!("`{}` does not hold `${{{hole}}}`", entry.key);
            problems.push(Problem::at(&entry.place, message));
        }
    }
    Some(read)
}

/// A request that may be missing; the outer `None` is one that could not be read.
#[allow(clippy::option_option)]
fn maybe(
    entry: Option<&Entry>,
    offered: &[&str],
    needed: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<Option<RequestPlan>> {
    match entry {
        Some(entry) => needing(entry, offered, needed, problems).map(Some),
        None => Some(None),
    }
}

fn statuses(node: Option<&Node>, default: &[u16]) -> Option<Vec<StatusRange>> {
    let one = |status: &u16| StatusRange {
        first: *status,
        last: *status,
    };
    match node {
        Some(_) => step::statuses(node),
        None => Some(default.iter().map(one).collect()),
    }
}

fn metadata(node: Option<&Node>) -> BTreeMap<Told, String> {
    let pointer = |told: &Told| {
        let pointer = node?.get(told.key())?.text()?;
        Some((*told, pointer.to_owned()))
    };
    Told::ALL.iter().filter_map(pointer).collect()
}

fn declared(node: Option<&Node>) -> Declared {
    let word = |key: &str| node.and_then(|node| node.get(key)).and_then(Node::text);
    Declared {
        rows: word("rows").map_or(Reading::Rules, reading),
        scope: match word("scope") {
            Some("dataset") => Scope::Dataset,
            _ => Scope::Graph,
        },
        repeats_explicit: node
            .and_then(|node| node.get("repeats_explicit"))
            .and_then(Node::boolean)
            .unwrap_or(false),
        inferred_writes: match word("inferred_writes") {
            Some("rebuilt") => InferredWrites::Rebuilt,
            _ => InferredWrites::Refused,
        },
    }
}

/// A reading by its word; what is no such word was told before.
fn reading(word: &str) -> Reading {
    match word {
        "core" => Reading::Core,
        "full" => Reading::Full,
        _ => Reading::Rules,
    }
}

fn limits(node: Option<&Node>) -> Option<Limits> {
    let seconds = |key: &str, default: u64| match node.and_then(|node| node.get(key)) {
        Some(node) => time::seconds(node),
        None => Some(Duration::from_secs(default)),
    };
    Some(Limits {
        answer: seconds("answer_seconds", 10)?,
        chain: seconds("chain_seconds", 60)?,
        explosion: seconds("explosion_seconds", 60)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::check;

    fn read(text: &str) -> (Option<ReasoningPlan>, Vec<String>) {
        let source = SourceText::from_bytes("a.yaml", text.as_bytes().to_vec()).unwrap();
        let mut problems = Vec::new();
        let node = yaml::parse(&source, &mut problems).unwrap();
        check::document(&node, &tables::REASONING, &mut problems);
        let plan = reasoning(&node, &mut problems);
        (plan, problems.into_iter().map(|p| p.message).collect())
    }

    #[test]
    fn nothing_written_is_the_reference() {
        let (plan, problems) = read("{}");
        assert_eq!(problems, Vec::<String>::new());
        let plan = plan.unwrap();
        assert_eq!(plan.metadata.len(), 21, "all but the support");
        assert!(plan.write.replace.is_some() && plan.write.delete.is_none());
        assert!(plan.inferred_graph.is_some() && plan.cases.len() > 35);
        assert_eq!((plan.random_graphs, plan.seed), (500, None));
        let reference = reference().unwrap();
        let mut problems = Vec::new();
        check::document(&reference, &tables::REASONING, &mut problems);
        assert_eq!(problems, []);
    }

    #[test]
    fn who_writes_the_questions_writes_the_answers_too() {
        let ask = "ask: {query: {path: '/q?query=${query}&r=${profile}'}, profiles: {none: 'off', rdfs: 'on'}}\n";
        let (plan, problems) = read(ask);
        assert_eq!(problems, Vec::<String>::new());
        let plan = plan.unwrap();
        assert!(plan.metadata.is_empty() && plan.inferred_graph.is_none());
        assert_eq!(plan.ask.results, "");
        let (plan, _) = read(&format!(
            "{ask}metadata: {{stale: /s}}\ninferred_graph: 'urn:i:${{name}}'"
        ));
        let plan = plan.unwrap();
        assert_eq!(plan.metadata.len(), 1);
        assert!(plan.inferred_graph.is_some());
    }

    #[test]
    fn holes_that_nothing_fills_and_holes_that_are_missing_are_told() {
        let (_, problems) = read(
            "ask: {query: {path: '/q?p=${profil}'}, profiles: {rdfs: r}}\nwrite: {insert: {path: /i}}\ngraph: urn:g\n",
        );
        for part in [
            "one of these keys is missing in a write",
            "nothing fills `${profil}` in `query`",
            "`query` does not hold `${query}`",
            "nothing says how to ask without inference",
            "`insert` does not hold `${data}`",
            "`graph` does not hold `${name}`",
        ] {
            assert!(problems.iter().any(|p| p == part), "{part}: {problems:#?}");
        }
    }
}
