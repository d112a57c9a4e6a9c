//! Random graphs up to 30 triples, of few names, so that rules meet; and the smallest that still fails.

use super::turtle::{Prefixes, Row, Rows};
use rand::Rng;
use rand::rngs::StdRng;

/// Most triples of a random graph.
pub(super) const LARGEST: usize = 30;
/// Attempts at a smaller graph before the search ends.
const ATTEMPTS: usize = 250;

const NAMES: [&str; 8] = [":a", ":b", ":c", ":p", ":q", ":r", "rdf:_1", "_:n"];
/// Vocabulary in the place of a subject is rare in life, and the hardest for an engine.
const ODD: [&str; 3] = ["rdf:type", "rdfs:subClassOf", "rdfs:Class"];
const PREDICATES: [&str; 12] = [
    ":p",
    ":q",
    ":r",
    "rdf:type",
    "rdf:type",
    "rdfs:subClassOf",
    "rdfs:subClassOf",
    "rdfs:subPropertyOf",
    "rdfs:subPropertyOf",
    "rdfs:domain",
    "rdfs:range",
    "rdf:_1",
];
const OBJECTS: [&str; 20] = [
    ":a",
    ":b",
    ":c",
    ":p",
    ":q",
    ":r",
    "_:n",
    "rdfs:Class",
    "rdf:Property",
    "rdfs:Datatype",
    "rdfs:Literal",
    "rdfs:ContainerMembershipProperty",
    "rdf:type",
    "rdfs:subClassOf",
    "rdfs:subPropertyOf",
    "rdfs:domain",
    "\"text\"",
    "\"text\"@en",
    "1",
    "\"odd\"^^:d",
];

/// The next graph.
pub(super) fn graph(rng: &mut StdRng) -> Rows {
    let size = rng.random_range(0..=LARGEST);
    let text: String = (0..size).map(|_| triple(rng)).collect();
    // Every text that the lists can give is Turtle: a test tries them all.
    Prefixes::known().triples(&text).unwrap_or_default()
}

fn triple(rng: &mut StdRng) -> String {
    let subject = match rng.random_bool(0.12) {
        true => pick(rng, &ODD),
        false => pick(rng, &NAMES),
    };
    let (predicate, object) = (pick(rng, &PREDICATES), pick(rng, &OBJECTS));
    format!("{subject} {predicate} {object} .\n")
}

fn pick<'a>(rng: &mut StdRng, from: &[&'a str]) -> &'a str {
    from[rng.random_range(0..from.len())]
}

/// A change of a graph: the rows that go and the rows that come.
pub(super) fn change(rng: &mut StdRng, rows: &Rows) -> (Rows, Rows) {
    let gone: Rows = rows
        .iter()
        .filter(|_| rng.random_bool(0.12))
        .cloned()
        .collect();
    let some = graph(rng);
    let few = rng.random_range(0..5);
    let room = LARGEST.saturating_sub(rows.len());
    // A blank node of another document would be another node: changes have none.
    let named = |row: &&Row| !row.iter().any(|term| term.starts_with("_:"));
    let came = some.iter().filter(named).filter(|row| !rows.contains(*row));
    let came = came.take(few.min(room)).cloned().collect();
    (gone, came)
}

/// The smallest part of a graph that still fails, by taking away ever smaller parts
/// (Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002).
pub(super) async fn smallest(rows: Rows, mut fails: impl AsyncFnMut(&Rows) -> bool) -> Rows {
    let mut rows: Vec<Row> = rows.into_iter().collect();
    let mut parts = 2;
    let mut attempts = 0;
    while rows.len() > 1 && attempts < ATTEMPTS {
        let length = rows.len().div_ceil(parts);
        let mut smaller = None;
        for start in (0..rows.len()).step_by(length) {
            let end = (start + length).min(rows.len());
            let rest: Rows = rows[..start].iter().chain(&rows[end..]).cloned().collect();
            attempts += 1;
            if fails(&rest).await {
                smaller = Some(rest);
                break;
            }
        }
        match smaller {
            Some(rest) => {
                rows = rest.into_iter().collect();
                parts = (parts - 1).max(2);
            }
            None if length == 1 => break,
            None => parts = (parts * 2).min(rows.len()),
        }
    }
    rows.into_iter().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn every_name_is_turtle_and_one_seed_gives_one_graph() {
        let known = Prefixes::known();
        for subject in NAMES.iter().chain(&ODD) {
            for predicate in PREDICATES {
                for object in OBJECTS {
                    assert_eq!(
                        known
                            .triples(&format!("{subject} {predicate} {object} ."))
                            .unwrap()
                            .len(),
                        1
                    );
                }
            }
        }
        let named = |seed| {
            let graph = graph(&mut StdRng::seed_from_u64(seed));
            let named = graph.into_iter().filter(|row| !row.concat().contains("_:"));
            named.collect::<Rows>()
        };
        assert_eq!(named(5), named(5));
        assert_ne!(named(5), named(6));
    }

    #[tokio::test]
    async fn the_smallest_failing_part_is_found() {
        let mut rng = StdRng::seed_from_u64(3);
        let all = loop {
            let graph = graph(&mut rng);
            if graph.len() > 20 {
                break graph;
            }
        };
        let culprits: Rows = all.iter().step_by(7).take(2).cloned().collect();
        let found = smallest(all, async |rows: &Rows| culprits.is_subset(rows)).await;
        assert_eq!(found, culprits);
    }
}
