//! What the reader of YAML makes of good files, of mistakes, and of files that are made to be dear.
#![allow(clippy::unwrap_used)]

use super::*;
use std::time::{Duration, Instant};

fn read(text: &str) -> (Option<Node>, Vec<Problem>) {
    let source = SourceText::from_bytes("a.yaml", text.as_bytes().to_vec()).unwrap();
    let mut problems = Vec::new();
    let node = parse(&source, &mut problems);
    (node, problems)
}

fn place(node: &Node) -> (u32, u32, u32) {
    (node.place.line, node.place.column, node.place.length)
}

#[test]
fn every_value_has_its_place() {
    let (node, problems) = read("a: 1\nb:\n  - \"äö\"\n  - {c: yes}\nd:\n");
    let node = node.unwrap();
    assert!(problems.is_empty());
    assert_eq!(place(node.get("a").unwrap()), (1, 4, 1));
    let list = node.get("b").unwrap().items();
    assert_eq!(place(&list[0]), (3, 5, 4));
    assert_eq!(list[1].get("c").unwrap().place.key_path, "b[1].c");
    assert_eq!(place(list[1].get("c").unwrap()), (4, 9, 3));
    assert_eq!(place(node.get("d").unwrap()), (5, 1, 1));
}

#[test]
fn aliases_are_read_and_bombs_are_not() {
    let (node, problems) = read("a: &x [1, 2]\nb: *x\n");
    assert!(problems.is_empty());
    assert_eq!(node.unwrap().get("b").unwrap().items().len(), 2);
    let mut bomb = String::from("a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
    for level in 1..9 {
        let alias = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{alias}]\n"));
    }
    let (node, problems) = read(&bomb);
    assert!(node.is_none());
    assert!(problems[0].message.contains("more than"));
}

#[test]
fn aliases_of_aliases_grow_no_tower() {
    let mut tower = String::from("a0: &a0 x\n");
    for level in 1..40 {
        let (open, close) = ("[".repeat(50), "]".repeat(50));
        tower.push_str(&format!(
            "a{level}: &a{level} {open}*a{}{close}\n",
            level - 1
        ));
    }
    let (node, problems) = read(&tower);
    assert!(node.is_none());
    assert_eq!(problems[0].message, "nested too deep, aliases counted");
    assert_eq!(problems[0].place.as_ref().unwrap().line, 4);
}

#[test]
fn a_long_key_is_not_kept_for_every_value_below_it() {
    let text = format!("? {}\n: [1, 2, 3]\n", "k".repeat(100_000));
    let (node, problems) = read(&text);
    assert!(node.is_none());
    assert!(problems[0].message.contains("more than 2048 bytes"));
}

fn foreign(text: String) -> (Option<Node>, Vec<Problem>) {
    let source = SourceText::from_bytes("a.yaml", text.into_bytes()).unwrap();
    let mut problems = Vec::new();
    let node = parse_foreign(&source, &mut problems);
    (node, problems)
}

/// Neither is looked for among all keys before it, nor is its whole line counted for its place.
#[test]
fn a_hundred_thousand_keys_of_one_mapping_take_no_minutes() {
    let mut keys: Vec<String> = (0..100_000).map(|n| format!("k{n}: {n}")).collect();
    keys.push("k7: again".to_owned());
    for (text, at, line) in [
        (keys.join("\n"), "a.yaml:100001:1", 8),
        (format!("{{{}}}", keys.join(", ")), "a.yaml:1:1477782", 1),
    ] {
        let began = Instant::now();
        let (node, problems) = foreign(text);
        let took = began.elapsed();
        let node = node.unwrap();
        assert_eq!(node.entries().len(), 100_000);
        assert_eq!(node.entries()[7].value.value, Value::Number("7".to_owned()));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].message, "`k7` is written twice");
        assert_eq!(problems[0].place.as_ref().unwrap().to_string(), at);
        let help = format!("it stands in line {line} already; keep one of them");
        assert_eq!(problems[0].help.as_ref(), Some(&help));
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    // Files of our own have fewer, and say so where there is one too many.
    let (node, problems) = read(&keys.join("\n"));
    assert!(node.is_none());
    let last = problems.last().unwrap();
    assert_eq!(last.message, "more than 20000 values in one file");
    assert_eq!(last.place.as_ref().unwrap().line, 20_000);
}

/// Each of them would keep all that lies in it, which is what the one below it keeps.
#[test]
fn anchors_in_anchors_keep_no_more_than_a_file_may_have() {
    let open: String = (0..30).map(|level| format!("&a{level} [")).collect();
    let text = format!("{open}{}{}\n", "1, ".repeat(10_000), "]".repeat(30));
    let (node, problems) = read(&text);
    assert!(node.is_none());
    assert_eq!(problems[0].message, "anchors keep more than 20000 values");
    let (node, problems) = read("a: &a [1, 2]\nb: &b [*a, *a]\nc: *b\n");
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(node.unwrap().get("c").unwrap().items().len(), 2);
}

#[test]
fn long_keys_above_many_values_are_bounded_together() {
    let text = format!("{}: [{}]\n", "k".repeat(1_000), "1, ".repeat(100_000));
    let (node, problems) = foreign(text);
    assert!(node.is_none());
    assert!(problems[0].message.contains("more than 64 MiB together"));
}

#[test]
fn other_formats_may_have_numbers_as_keys() {
    let source = SourceText::from_bytes("a.yaml", b"200: {a: 1}\n".to_vec()).unwrap();
    let mut problems = Vec::new();
    let node = parse_foreign(&source, &mut problems).unwrap();
    assert!(problems.is_empty());
    assert!(node.get("200").is_some());
}

#[test]
fn mistakes_are_told_with_places() {
    for (text, wanted, at) in [
        ("a: 1\na: 2\n", "`a` is written twice", "a.yaml:2:1"),
        ("1: x\n", "the key `1` is not text", "a.yaml:1:1"),
        ("a: .nan\n", "`.nan` is not a finite number", "a.yaml:1:4"),
        (
            "a: 1\n---\nb: 1\n",
            "a second document in one file",
            "a.yaml:2:1",
        ),
        ("<<: {}\n", "merge keys `<<` are not read", "a.yaml:1:1"),
        ("# nothing\n", "the file is empty", "a.yaml:1:1"),
        ("a: !!str 5\n", "the tag `!!str` is not read", "a.yaml:1:4"),
    ] {
        let (_, problems) = read(text);
        assert_eq!(problems[0].message, wanted);
        assert_eq!(problems[0].place.as_ref().unwrap().to_string(), at);
    }
}

#[test]
fn nesting_is_limited() {
    let (node, problems) = read(&"[".repeat(10_000));
    assert!(node.is_none());
    assert_eq!(problems.len(), 1);
}
