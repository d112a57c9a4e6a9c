//! The names are git's, and git reads what is exported.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use super::*;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "core.quotePath=false", "-c", "safe.directory=*"])
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "git {arguments:?}: {told}");
    assert_eq!(told, "", "git {arguments:?} complains");
    String::from_utf8(output.stdout).unwrap()
}

fn somebody(at: i64) -> Signature {
    Signature {
        name: "N".into(),
        email: "e@x".into(),
        at,
        offset: 0,
    }
}

fn commit(tree: Id, parents: Vec<Id>, at: i64) -> Object {
    Object::Commit(Commit {
        tree,
        parents,
        author: somebody(at),
        committer: somebody(at),
        message: "m\n".into(),
        signature: None,
    })
}

#[test]
fn names_are_those_of_git() {
    let mut store = Store::default();
    let name = |id: Id| id.to_string();
    assert_eq!(
        name(store.insert_blob(b"")),
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    );
    let empty = store.insert_tree(&Files::new());
    assert_eq!(name(empty), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    // The same as `git write-tree` and `git commit-tree` say.
    let mut files = Files::new();
    for (path, content) in [("a/hello", "hello\n"), ("a-b/e", ""), ("a.txt", "x")] {
        let id = store.insert_blob(content.as_bytes());
        place(
            &mut files,
            path,
            Some(File {
                mode: Mode::File,
                id,
            }),
        );
    }
    let tree = store.insert_tree(&files);
    assert_eq!(name(tree), "2fcadf931a0a610756e9c817b5217434f5af5da0");
    assert_eq!(store.files(tree), files);
    let id = store.insert(commit(tree, Vec::new(), 7));
    assert_eq!(name(id), "c5f2e30367ec3899a7a7aacfc3adf2ac0d178280");
    assert_eq!(Id::parse(&name(id)), Some(id));
    assert_eq!(Id::parse("c5f2"), None);
}

/// One random change: a path with what it shall hold, `None` to take it away.
type Change = (String, Option<(Mode, Vec<u8>)>);

fn random_changes(random: &mut SmallRng, files: &Files) -> Vec<Change> {
    let count = random.random_range(1..6);
    (0..count).map(|_| random_change(random, files)).collect()
}

fn random_change(random: &mut SmallRng, files: &Files) -> Change {
    const PARTS: [&str; 9] = ["a", "b", "a-b", "a.b", "ä ?", "x\ty", "ß\"q", "Z", "0"];
    if !files.is_empty() && random.random_bool(0.3) {
        let at = random.random_range(0..files.len());
        let path = files.keys().nth(at).unwrap().clone();
        return (path, None);
    }
    let depth = random.random_range(1..4);
    let part = |random: &mut SmallRng| PARTS[random.random_range(0..PARTS.len())];
    let path: Vec<&str> = (0..depth).map(|_| part(random)).collect();
    let mode = match random.random_range(0..10) {
        0 => Mode::Link,
        1 | 2 => Mode::Executable,
        _ => Mode::File,
    };
    let length = if mode == Mode::Link {
        8
    } else {
        random.random_range(0..200)
    };
    let content = match mode {
        Mode::Link => vec![b'x'; length],
        _ => (0..length).map(|_| random.random()).collect(),
    };
    (path.join("/"), Some((mode, content)))
}

/// `git diff-tree -r -z` as path → new mode and name, nothing for a path that is gone.
fn told_by_git(folder: &Path, old: Id, new: Id) -> BTreeMap<String, Option<(String, String)>> {
    let (old, new) = (old.to_string(), new.to_string());
    let text = git(
        folder,
        &["diff-tree", "-r", "-z", "--no-renames", &old, &new],
    );
    let mut words = text.split_terminator('\0');
    let mut told = BTreeMap::new();
    while let (Some(head), Some(path)) = (words.next(), words.next()) {
        let columns: Vec<&str> = head.split(' ').collect();
        let new = (columns[1].to_owned(), columns[3].to_owned());
        told.insert(path.to_owned(), (columns[4] != "D").then_some(new));
    }
    told
}

#[test]
fn git_reads_a_hundred_random_change_sets() {
    let seed: u64 = rand::random();
    eprintln!("seed {seed}");
    let mut random = SmallRng::seed_from_u64(seed);
    let mut store = Store::default();
    let mut files = Files::new();
    let root = store.insert_tree(&files);
    let mut tips = vec![store.insert(commit(root, Vec::new(), 1_700_000_000))];
    let mut asked = Vec::new();
    for round in 0..100 {
        let before = files.clone();
        for (path, change) in random_changes(&mut random, &files) {
            let file = change.map(|(mode, content)| File {
                mode,
                id: store.insert_blob(&content),
            });
            place(&mut files, &path, file);
        }
        let tree = store.insert_tree(&files);
        assert_eq!(store.files(tree), files, "seed {seed}, round {round}");
        let parent = *tips.last().unwrap();
        tips.push(store.insert(commit(tree, vec![parent], 1_700_000_001 + round)));
        asked.push(differences(&before, &files));
    }
    let references = BTreeMap::from([("refs/heads/trunk".to_owned(), *tips.last().unwrap())]);
    let folder = tempfile::tempdir().unwrap();
    let export = Export {
        store: &store,
        references: &references,
        default_branch: "trunk",
    };
    export.write(folder.path()).unwrap();
    let told = git(
        folder.path(),
        &["fsck", "--strict", "--no-dangling", "--no-progress"],
    );
    assert_eq!(told, "", "seed {seed}");
    assert_eq!(
        git(folder.path(), &["rev-list", "--count", "HEAD"]),
        "101\n"
    );
    for (round, wanted) in asked.iter().enumerate() {
        let told = told_by_git(folder.path(), tips[round], tips[round + 1]);
        let wanted = wanted.iter().map(|change| {
            let new = change
                .new
                .map(|file| (file.mode.word().to_owned(), file.id.to_string()));
            (change.path.clone(), new)
        });
        let wanted: BTreeMap<_, _> = wanted.collect();
        assert_eq!(told, wanted, "seed {seed}, round {round}");
    }
    assert!(matches!(
        export.write(folder.path()),
        Err(ExportError::NotEmpty(_))
    ));
}

#[test]
fn history_knows_forks_and_merges() {
    let mut store = Store::default();
    let tree = store.insert_tree(&Files::new());
    let a = store.insert(commit(tree, vec![], 1));
    let b = store.insert(commit(tree, vec![a], 2));
    let c = store.insert(commit(tree, vec![a], 3));
    let merge = store.insert(commit(tree, vec![b, c], 4));
    let stranger = store.insert(commit(tree, vec![], 5));
    assert!(store.builds_on(merge, a) && !store.builds_on(b, c));
    assert_eq!(store.merge_base(b, c), Some(a));
    assert_eq!(store.merge_base(merge, c), Some(c));
    assert_eq!(store.merge_base(a, stranger), None);
    assert_eq!(store.between(b, merge).last(), Some(&merge));
    assert_eq!(store.between(b, merge).len(), 2);
}
