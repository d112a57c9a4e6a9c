//! Sets of rows compared up to the labels of blank nodes.

use super::turtle::{is_blank, shown};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Pairs of rows that are tried before the search is given up.
const WORK: u32 = 200_000;
/// Most rows with blank nodes that are compared: the search goes one call deeper for each.
const DEEPEST: usize = 2000;
/// Rounds in which blank nodes are told apart by what stands around them.
const ROUNDS: usize = 4;

/// A row of any width.
pub(super) type Cells = Vec<String>;

/// What two sets of rows do not share; both empty when they are equal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// Wanted, and not there.
    pub missing: Vec<String>,
    /// There, and not wanted.
    pub extra: Vec<String>,
}

impl Difference {
    /// Whether the sets are equal.
    pub(super) fn is_nothing(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty()
    }

    /// In words, the first few rows of each side.
    pub(super) fn told(&self) -> String {
        let side = |word: &str, rows: &[String]| match rows {
            [] => None,
            rows => Some(format!("{word} {}: {}", rows.len(), first(rows))),
        };
        let sides = [
            side("missing", &self.missing),
            side("too many", &self.extra),
        ];
        let sides: Vec<String> = sides.into_iter().flatten().collect();
        if sides.is_empty() {
            return "the same rows".to_owned();
        }
        sides.join("; ")
    }
}

/// The first few of some rows.
pub(super) fn first(rows: &[String]) -> String {
    let some: Vec<&str> = rows.iter().take(4).map(String::as_str).collect();
    let more = if rows.len() > some.len() {
        " | …"
    } else {
        ""
    };
    format!("`{}`{more}", some.join(" | "))
}

/// Compares two sets of rows; `None` when blank nodes are too much alike to decide within reason.
pub(super) fn compare(
    want: impl IntoIterator<Item = Cells>,
    saw: impl IntoIterator<Item = Cells>,
) -> Option<Difference> {
    let (want, saw): (BTreeSet<Cells>, BTreeSet<Cells>) =
        (want.into_iter().collect(), saw.into_iter().collect());
    let ground = |row: &&Cells| !row.iter().any(|cell| is_blank(cell));
    let only = |of: &BTreeSet<Cells>, other: &BTreeSet<Cells>| {
        let rows = of.difference(other).filter(ground);
        rows.map(|row| shown(row)).collect::<Vec<_>>()
    };
    let mut difference = Difference {
        missing: only(&want, &saw),
        extra: only(&saw, &want),
    };
    let blank = |rows: &BTreeSet<Cells>| {
        let rows = rows.iter().filter(|row| !ground(row));
        rows.cloned().collect::<Vec<_>>()
    };
    let (want, saw) = (blank(&want), blank(&saw));
    if !difference.is_nothing() {
        return Some(difference);
    }
    if want.len() == saw.len() && want.len() > DEEPEST {
        return None;
    }
    if want.len() != saw.len() || !Search::new(&want, &saw).matches()? {
        difference.missing = want.iter().map(|row| shown(row)).collect();
        difference.extra = saw.iter().map(|row| shown(row)).collect();
    }
    Some(difference)
}

/// The search for a one-to-one map of blank nodes that makes the rows equal.
struct Search<'a> {
    want: &'a [Cells],
    saw: &'a [Cells],
    colours: [BTreeMap<&'a str, u64>; 2],
    there: BTreeMap<&'a str, &'a str>,
    back: BTreeMap<&'a str, &'a str>,
    used: Vec<bool>,
    work: u32,
}

impl<'a> Search<'a> {
    fn new(want: &'a [Cells], saw: &'a [Cells]) -> Self {
        Self {
            want,
            saw,
            colours: [colours(want), colours(saw)],
            there: BTreeMap::new(),
            back: BTreeMap::new(),
            used: vec![false; saw.len()],
            work: 0,
        }
    }

    /// `None` when the work was too much.
    fn matches(&mut self) -> Option<bool> {
        self.from(0)
    }

    fn from(&mut self, at: usize) -> Option<bool> {
        let want: &'a [Cells] = self.want;
        let Some(row) = want.get(at) else {
            return Some(true);
        };
        for candidate in 0..self.saw.len() {
            if self.used[candidate] {
                continue;
            }
            self.work += 1;
            if self.work > WORK {
                return None;
            }
            let Some(bound) = self.unify(row, candidate) else {
                continue;
            };
            self.used[candidate] = true;
            if self.from(at + 1)? {
                return Some(true);
            }
            self.used[candidate] = false;
            self.forget(&bound);
        }
        Some(false)
    }

    /// The nodes that were bound to make the rows equal; `None` where they cannot be.
    fn unify(&mut self, row: &'a [String], candidate: usize) -> Option<Vec<&'a str>> {
        let mut bound = Vec::new();
        let all: &'a [Cells] = self.saw;
        let saw = &all[candidate];
        let equal = row.len() == saw.len()
            && row
                .iter()
                .zip(saw)
                .all(|(want, saw)| self.same(want, saw, &mut bound));
        if equal {
            return Some(bound);
        }
        self.forget(&bound);
        None
    }

    fn same(&mut self, want: &'a str, saw: &'a str, bound: &mut Vec<&'a str>) -> bool {
        if !is_blank(want) || !is_blank(saw) {
            return want == saw;
        }
        match (self.there.get(want), self.back.get(saw)) {
            (Some(there), Some(back)) => *there == saw && *back == want,
            (None, None) if self.colours[0].get(want) == self.colours[1].get(saw) => {
                self.there.insert(want, saw);
                self.back.insert(saw, want);
                bound.push(want);
                true
            }
            _ => false,
        }
    }

    fn forget(&mut self, bound: &[&'a str]) {
        for node in bound {
            if let Some(there) = self.there.remove(node) {
                self.back.remove(there);
            }
        }
    }
}

/// A number for each blank node that depends on what stands around it, not on its label.
fn colours(rows: &[Cells]) -> BTreeMap<&str, u64> {
    let nodes = rows.iter().flatten().filter(|cell| is_blank(cell));
    let mut colours: BTreeMap<&str, u64> = nodes.map(|cell| (cell.as_str(), 0)).collect();
    for _ in 0..ROUNDS {
        let next = colours
            .keys()
            .map(|node| (*node, around(node, rows, &colours)));
        colours = next.collect();
    }
    colours
}

fn around(node: &str, rows: &[Cells], colours: &BTreeMap<&str, u64>) -> u64 {
    let mut seen: Vec<Vec<String>> = rows
        .iter()
        .filter(|row| row.iter().any(|cell| cell == node))
        .map(|row| {
            let cells = row.iter().map(|cell| match colours.get(cell.as_str()) {
                Some(_) if cell == node => "_".to_owned(),
                Some(colour) => format!("_{colour}"),
                None => cell.clone(),
            });
            cells.collect()
        })
        .collect();
    seen.sort();
    let mut hasher = DefaultHasher::new();
    (colours.get(node), seen).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rows(texts: &[&str]) -> Vec<Cells> {
        let cells = |text: &&str| text.split(' ').map(str::to_owned).collect();
        texts.iter().map(cells).collect()
    }

    fn equal(want: &[&str], saw: &[&str]) -> bool {
        compare(rows(want), rows(saw)).unwrap().is_nothing()
    }

    #[test]
    fn labels_and_order_do_not_matter_and_structure_does() {
        assert!(equal(&["_:a p _:b", "_:b p c"], &["_:y p c", "_:x p _:y"]));
        assert!(equal(&["a", "a"], &["a"]), "a set");
        assert!(!equal(&["_:a p _:b"], &["_:a p _:a"]));
        assert!(!equal(&["_:a p _:a"], &["_:a p _:b"]));
        assert!(!equal(&["_:a p c"], &["x p c"]));
        assert!(!equal(&["a p c"], &["a p c", "a p d"]));
        // Two triangles are no hexagon, although every node looks alike.
        let ring = |names: &[&str]| -> Vec<String> {
            let next = names.iter().cycle().skip(1);
            names
                .iter()
                .zip(next)
                .map(|(a, b)| format!("_:{a} p _:{b}"))
                .collect()
        };
        let mut two = ring(&["a", "b", "c"]);
        two.extend(ring(&["d", "e", "f"]));
        let six = ring(&["a", "b", "c", "d", "e", "f"]);
        let split = |texts: &[String]| rows(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(!compare(split(&two), split(&six)).unwrap().is_nothing());
        assert!(compare(split(&six), split(&six)).unwrap().is_nothing());
    }

    #[test]
    fn differences_are_told_and_endless_searches_are_given_up() {
        let told = compare(rows(&["a b c"]), rows(&["a b d"])).unwrap().told();
        assert_eq!(told, "missing 1: `a b c`; too many 1: `a b d`");
        // Small rings, and one larger that nothing nearby tells from them.
        let rings = |sizes: &[usize]| {
            let mut rows = Vec::new();
            for (ring, size) in sizes.iter().enumerate() {
                let node = |n: usize| format!("_:r{ring}n{}", n % size);
                rows.extend((0..*size).map(|n| vec![node(n), "p".to_owned(), node(n + 1)]));
            }
            rows
        };
        assert_eq!(compare(rings(&[3, 3, 3, 3, 3, 3, 6]), rings(&[3; 8])), None);
    }
}
