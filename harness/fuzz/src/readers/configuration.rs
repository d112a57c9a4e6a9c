//! The readers of files that people write: every refusal has its place, and reading is no gamble.

use super::comes_back;
use super::places::{Lines, well_told};
use jiff::{Timestamp, ToSpan};
use proofhouse::config::document::{self, Kind};
use proofhouse::config::node::{Node, Value};
use proofhouse::config::source::SourceText;
use proofhouse::config::trial::TrialKind;
use proofhouse::config::yaml;
use proofhouse::gate::{Case, decide};
use proofhouse::model::decision::{Question, Waivers};
use proofhouse::model::place::Problem;
use proofhouse::model::policy::Policy;
use proofhouse::model::trial::drift::behavior::Behavior;
use proofhouse::model::trial::drift::{behavior, openapi};
use std::collections::BTreeSet;
use std::fmt::Debug;

/// Deepest tree: blocks, brackets and aliases together, and the word at its end.
const DEEPEST: usize = 129;
/// Deepest tree that can be written with brackets alone.
const DEEPEST_IN_BRACKETS: usize = 60;
/// Longest text of a key that can be written on its line.
const LONGEST_KEY: usize = 500;

/// Reads a file; what comes back was read without a problem.
fn read<T: PartialEq + Debug>(
    name: &str,
    bytes: &[u8],
    reader: impl Fn(&SourceText, &mut Vec<Problem>) -> Option<T>,
) -> Option<T> {
    let source = match SourceText::from_bytes(name, bytes.to_vec()) {
        Ok(source) => source,
        Err(problem) => {
            let shown = String::from_utf8_lossy(bytes);
            well_told(&problem, name, &Lines::of(&shown));
            return None;
        }
    };
    let mut problems = Vec::new();
    let value = reader(&source, &mut problems);
    let lines = Lines::of(&source.text);
    for problem in &problems {
        well_told(problem, name, &lines);
    }
    let silent = value.is_none() && problems.is_empty();
    assert!(!silent, "nothing was read, and nothing is wrong");
    let mut again = Vec::new();
    assert_eq!(reader(&source, &mut again), value, "read a second time");
    assert_eq!(again, problems, "told a second time");
    value.filter(|_| problems.is_empty())
}

/// A policy without problems is closed as long as there is no evidence.
pub fn policy(bytes: &[u8]) -> bool {
    let policy = read("suites/release.gate.yaml", bytes, document::policy);
    policy.as_ref().inspect(|policy| closed(policy)).is_some()
}

fn closed(policy: &Policy) {
    let question = Question {
        commit: "a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4".to_owned(),
        artifact: None,
        now: Timestamp::UNIX_EPOCH,
    };
    let case = Case {
        question,
        inputs: Vec::new(),
        waivers: Waivers::default(),
    };
    let decision = decide(policy, case);
    assert_ne!(decision.exit_code, 0, "open for nothing: {policy:?}");
}

/// Waivers have an owner, a reason, an issue, a name of their own, and thirty days at most.
pub fn waivers(bytes: &[u8]) -> bool {
    let Some(waivers) = read("suites/release.waivers.yaml", bytes, document::waivers) else {
        return false;
    };
    comes_back(&waivers);
    for waiver in &waivers {
        for text in [
            &waiver.id,
            &waiver.check,
            &waiver.reason,
            &waiver.owner,
            &waiver.issue,
        ] {
            assert!(!text.trim().is_empty(), "{waiver:?}");
        }
        let last = waiver.created.saturating_add(30.days());
        assert!(
            waiver.created <= waiver.expires && waiver.expires <= last,
            "{waiver:?}"
        );
    }
    let names: BTreeSet<&str> = waivers.iter().map(|waiver| waiver.id.as_str()).collect();
    assert_eq!(names.len(), waivers.len(), "two waivers of one name");
    true
}

/// A performance suite.
pub fn suite(bytes: &[u8]) -> bool {
    read("suites/performance.yaml", bytes, document::suite).is_some()
}

/// A load scenario; the file's name is its own.
pub fn scenario(bytes: &[u8]) -> bool {
    read(
        "scenarios/load/typical_load.yaml",
        bytes,
        document::scenario,
    )
    .is_some()
}

/// Targets of a suite.
pub fn targets(bytes: &[u8]) -> bool {
    read("suites/performance.targets.yaml", bytes, document::targets).is_some()
}

/// Chaos scenarios.
pub fn chaos(bytes: &[u8]) -> bool {
    read("scenarios/chaos/scenario.yaml", bytes, document::chaos).is_some()
}

/// The system under test of chaos scenarios.
pub fn system(bytes: &[u8]) -> bool {
    read("scenarios/chaos/system.yaml", bytes, document::system).is_some()
}

/// A black-box suite of the kind that it says it is.
pub fn trial(bytes: &[u8]) -> bool {
    let trial = read("suites/trial.yaml", bytes, |source, problems| {
        let kind = match document::kind(source) {
            Some(Kind::Trial(kind)) => kind,
            _ => TrialKind::ProductionGuard,
        };
        document::trial(source, kind, problems)
    });
    trial.is_some()
}

/// Cases of a reasoning suite.
pub fn graph_cases(bytes: &[u8]) -> bool {
    let cases = read("graphs/pets.yaml", bytes, |source, problems| {
        Some(document::graph_cases(source, problems))
    });
    cases.is_some()
}

/// Declared behaviours, in our own format or as OpenAPI.
pub fn declared(bytes: &[u8]) -> bool {
    let behaviors = read("behaviors/api.yaml", bytes, behaviors);
    behaviors
        .as_ref()
        .inspect(|read| comes_back(*read))
        .is_some()
}

fn behaviors(source: &SourceText, problems: &mut Vec<Problem>) -> Option<Vec<Behavior>> {
    let node = yaml::parse_foreign(source, problems)?;
    let value = match node.json() {
        Ok(value) => value,
        Err(bad) => {
            problems.push(Problem::at(&bad.place, "a number that JSON cannot carry"));
            return None;
        }
    };
    let read = match value.get("openapi") {
        Some(_) => openapi::document(&value),
        None => behavior::document(&value),
    };
    // An error without a word is found where the problems are looked at.
    read.map_err(|why| problems.push(Problem::at(&source.start(), why)))
        .ok()
}

/// The tree of a YAML file: every value in its place, not too deep, and the same in brackets.
pub fn tree(bytes: &[u8]) -> bool {
    let tree = read("tree.yaml", bytes, |source, problems| {
        let tree = yaml::parse(source, problems)?;
        in_place(&tree, &Lines::of(&source.text), 1);
        Some(tree)
    });
    let Some(tree) = tree else {
        return false;
    };
    if let Some(text) = in_brackets(&tree, DEEPEST_IN_BRACKETS) {
        let source = SourceText::from_bytes("again.yaml", text.into_bytes()).expect("text");
        let mut problems = Vec::new();
        let again = yaml::parse(&source, &mut problems);
        assert_eq!(problems, [], "{}", source.text);
        assert!(
            again.is_some_and(|again| same(&again, &tree)),
            "{}",
            source.text
        );
    }
    true
}

fn in_place(node: &Node, lines: &Lines, depth: usize) {
    assert!(depth <= DEEPEST, "a tree too deep");
    lines.hold(&node.place);
    for entry in node.entries() {
        lines.hold(&entry.place);
        in_place(&entry.value, lines, depth + 1);
    }
    for item in node.items() {
        in_place(item, lines, depth + 1);
    }
}

/// A tree as one line, the way JSON has it; `None` where it needs more than ASCII and brackets.
fn in_brackets(node: &Node, deepest: usize) -> Option<String> {
    let below = deepest.checked_sub(1)?;
    Some(match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(text) => text.clone(),
        Value::Text(text) => quoted(text)?,
        Value::List(items) => {
            let items = items.iter().map(|item| in_brackets(item, below));
            format!("[{}]", items.collect::<Option<Vec<_>>>()?.join(", "))
        }
        Value::Map(entries) => {
            let entries = entries.iter().map(|entry| {
                let key = quoted(&entry.key).filter(|key| key.len() <= LONGEST_KEY)?;
                Some(format!("{key}: {}", in_brackets(&entry.value, below)?))
            });
            format!("{{{}}}", entries.collect::<Option<Vec<_>>>()?.join(", "))
        }
    })
}

fn quoted(text: &str) -> Option<String> {
    let plain = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    plain.then(|| serde_json::Value::from(text).to_string())
}

/// The same values, wherever they stand.
fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            let pairs = || a.iter().zip(b);
            a.len() == b.len() && pairs().all(|(a, b)| a.key == b.key && same(&a.value, &b.value))
        }
        (a, b) => a == b,
    }
}
