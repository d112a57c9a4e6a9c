//! What is right of a proposal, of gaps and of names: pure, so that it can be tested without a target.

use crate::runners::contract::fake::github::git::Files;
use std::collections::BTreeMap;

/// How much longer than the one before a gap between tries has to be.
const GROWTH: f64 = 1.5;
/// How much longer it may be; what is beyond is no exponential back-off.
const MOST_GROWTH: f64 = 6.0;
/// So much may a loaded machine add to a gap, in seconds.
const SLACK_S: f64 = 0.5;

/// What a file has to hold after the change: its bytes, or nothing at all.
pub(super) type Wanted = BTreeMap<String, Option<Vec<u8>>>;

/// Where a tree is not the base with exactly the files that were asked for; `None` when it is.
///
/// `content` answers the bytes of a file of the new tree.
pub(super) fn tree_problem<'a>(
    base: &Files,
    head: &Files,
    wanted: &Wanted,
    content: impl Fn(&str) -> Option<&'a [u8]>,
) -> Option<String> {
    for (path, bytes) in wanted {
        let there = head.contains_key(path).then(|| content(path)).flatten();
        if there != bytes.as_deref() {
            return Some(format!("{path}: {}", differs(bytes.as_deref(), there)));
        }
    }
    let others = base.keys().chain(head.keys());
    let mut others = others.filter(|path| !wanted.contains_key(*path));
    let changed = others.find(|path| base.get(*path) != head.get(*path))?;
    Some(match (base.get(changed), head.get(changed)) {
        (Some(_), None) => format!("{changed} is gone, nobody asked for that"),
        (None, _) => format!("{changed} is new, nobody asked for it"),
        _ => format!("{changed} changed, nobody asked for that"),
    })
}

fn differs(wanted: Option<&[u8]>, there: Option<&[u8]>) -> String {
    match (wanted, there) {
        (None, _) => "is still there".to_owned(),
        (_, None) => "is missing".to_owned(),
        (Some(wanted), Some(there)) => {
            let pairs = wanted.iter().zip(there);
            let at = pairs.take_while(|(a, b)| a == b).count();
            let (long, short) = (there.len(), wanted.len());
            format!("{long} bytes, {short} wanted; the first other one is number {at}")
        }
    }
}

/// Why gaps between tries, in seconds, are no exponential back-off; `None` when they are.
///
/// Each is at least one and a half times the one before, less the declared jitter, and not more than six times.
pub(super) fn gaps_problem(gaps: &[f64], jitter: f64) -> Option<String> {
    for pair in gaps.windows(2) {
        let least = pair[0] * GROWTH * (1.0 - jitter);
        let most = pair[0] * MOST_GROWTH + SLACK_S;
        if pair[1] < least || pair[1] > most {
            let shown: Vec<String> = gaps.iter().map(|gap| format!("{gap:.3}")).collect();
            return Some(format!(
                "{} s: after {:.3} s come {:.3} s, and {least:.3} s to {most:.3} s are right",
                shown.join(", "),
                pair[0],
                pair[1],
            ));
        }
    }
    None
}

/// Whether git takes this for the name of a branch (`git check-ref-format --branch`).
pub(super) fn branch_is_legal(branch: &str) -> bool {
    let odd = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    let legal = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    !branch.contains(odd)
        && !branch.contains("..")
        && !branch.contains("@{")
        && !branch.ends_with('.')
        && !branch.starts_with('-')
        && branch != "@"
        && branch.split('/').all(legal)
}

/// What GitHub would make of a text: mentions, references and hidden comments outside of code.
pub(super) fn lively(text: &str) -> Vec<&'static str> {
    let plain = outside_code(text);
    let known = [
        ("@team", "a mention"),
        ("#1", "a reference"),
        ("<!--", "a hidden comment"),
    ];
    let found = known.iter().filter(|(sign, _)| plain.contains(sign));
    found.map(|(_, what)| *what).collect()
}

/// A text without its fenced blocks and code spans (`CommonMark`, sections 4.5 and 6.1).
fn outside_code(text: &str) -> String {
    let mut plain = String::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let start = line.trim_start();
        let ticks: String = start
            .chars()
            .take_while(|c| {
                start.starts_with('`') && *c == '`' || start.starts_with('~') && *c == '~'
            })
            .collect();
        match &fence {
            Some(open) => {
                let closes = ticks.starts_with(open.as_str()) && start.trim_end() == ticks;
                if closes {
                    fence = None;
                }
            }
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                // Every second piece between single back-ticks is code.
                let pieces = line.split('`').step_by(2);
                plain.extend(pieces.flat_map(|piece| [piece, " "]));
                plain.push('\n');
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runners::contract::fake::github::git::{File, Mode, Store};

    fn files(store: &mut Store, all: &[(&str, &[u8])]) -> Files {
        let file = |(path, content): &(&str, &[u8])| {
            let id = store.insert_blob(content);
            let mode = Mode::File;
            ((*path).to_owned(), File { mode, id })
        };
        all.iter().map(file).collect()
    }

    fn judged(base: &[(&str, &[u8])], head: &[(&str, &[u8])]) -> Option<String> {
        let mut store = Store::default();
        let base = files(&mut store, base);
        let head = files(&mut store, head);
        let wanted = Wanted::from([
            ("new".to_owned(), Some(b"1".to_vec())),
            ("old".to_owned(), None),
        ]);
        let content = |path: &str| store.blob(head.get(path)?.id);
        tree_problem(&base, &head, &wanted, content)
    }

    #[test]
    fn a_tree_is_its_base_with_the_files_that_were_asked_for() {
        let base: &[(&str, &[u8])] = &[("kept", b"k"), ("old", b"o")];
        assert_eq!(judged(base, &[("kept", b"k"), ("new", b"1")]), None);
        let told = |head: &[(&str, &[u8])]| judged(base, head).unwrap_or_default();
        assert!(told(&[("new", b"1")]).contains("kept is gone"));
        assert!(told(&[("kept", b"x"), ("new", b"1")]).contains("kept changed"));
        assert!(told(&[("kept", b"k"), ("new", b"1\n")]).contains("2 bytes, 1 wanted"));
        assert!(told(&[("kept", b"k")]).contains("new: is missing"));
        assert!(told(&[("kept", b"k"), ("new", b"1"), ("old", b"o")]).contains("still there"));
        assert!(told(&[("kept", b"k"), ("new", b"1"), ("x", b"")]).contains("x is new"));
    }

    #[test]
    fn gaps_grow_by_half_and_are_no_leap() {
        let exact = [0.25, 0.375, 0.5625];
        assert_eq!(gaps_problem(&exact, 0.0), None);
        assert_eq!(gaps_problem(&[0.25, 0.5, 1.0], 0.0), None);
        // 15 % too short, constant, linear, tenfold.
        let short = [0.25, 0.375 * 0.85, 0.5625 * 0.85];
        assert!(gaps_problem(&short, 0.0).is_some());
        assert_eq!(gaps_problem(&short, 0.16), None, "jitter that is declared");
        for wrong in [
            [0.5, 0.5, 0.5],
            [0.25, 0.3, 0.35],
            [0.5, 1.0, 1.4],
            [0.25, 2.5, 25.0],
        ] {
            assert!(gaps_problem(&wrong, 0.0).is_some(), "{wrong:?}");
        }
        let linear = [1.0, 2.0, 3.0, 4.0];
        assert!(gaps_problem(&linear, 0.0).is_some());
    }

    #[test]
    fn branches_keep_the_rules_of_git() {
        for good in ["a", "fix/a-b#1", "\u{fc}", "remediation/x.y"] {
            assert!(branch_is_legal(good), "{good}");
        }
        for bad in [
            "", "a..b", "a b", "a~b", "a^b", "a:b", "a.lock", "-a", ".a", "a/", "a.", "@",
        ] {
            assert!(!branch_is_legal(bad), "{bad}");
        }
    }

    #[test]
    fn what_stands_in_code_calls_nobody() {
        assert_eq!(lively("hello @team"), ["a mention"]);
        assert_eq!(
            lively("fixes #1 <!-- x"),
            ["a reference", "a hidden comment"]
        );
        assert!(lively("```json\n@team #1 <!--\n```\nend").is_empty());
        assert!(lively("`@team` and @\u{200b}team").is_empty());
        assert_eq!(lively("```\n```\n@team"), ["a mention"]);
        assert_eq!(lively("````\n```\n@team\n````\n#1"), ["a reference"]);
    }
}
