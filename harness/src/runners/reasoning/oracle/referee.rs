//! The second oracle: each rule as a SPARQL update over oxigraph, repeated until nothing is added.
//!
//! It is slow, and asked only where the target and the naive closure disagree: what both oracles
//! say is what the target is held against; where they differ, the mistake is ours.

use crate::model::trial::reasoning::Reading;
use crate::runners::reasoning::turtle::{Prefixes, Row, Rows, document};
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::Triple;
use oxigraph::sparql::SparqlEvaluator;
use oxigraph::store::Store;

const CORE: [&str; 6] = [
    "INSERT { ?x a ?c } WHERE { ?p rdfs:domain ?c . ?x ?p ?y }",
    "INSERT { ?y a ?c } WHERE { ?p rdfs:range ?c . ?x ?p ?y FILTER(!isLiteral(?y)) }",
    "INSERT { ?p rdfs:subPropertyOf ?r } WHERE { ?p rdfs:subPropertyOf ?q . ?q rdfs:subPropertyOf ?r }",
    "INSERT { ?x ?q ?y } WHERE { ?p rdfs:subPropertyOf ?q . ?x ?p ?y FILTER(isIRI(?q)) }",
    "INSERT { ?x a ?d } WHERE { ?c rdfs:subClassOf ?d . ?x a ?c }",
    "INSERT { ?c rdfs:subClassOf ?e } WHERE { ?c rdfs:subClassOf ?d . ?d rdfs:subClassOf ?e }",
];
const RULES: [&str; 7] = [
    "INSERT { ?p a rdf:Property } WHERE { ?x ?p ?y }",
    "INSERT { ?d a rdfs:Datatype } WHERE { ?x ?p ?y FILTER(isLiteral(?y)) BIND(DATATYPE(?y) AS ?d) }",
    "INSERT { ?p rdfs:subPropertyOf ?p } WHERE { ?p a rdf:Property }",
    "INSERT { ?c rdfs:subClassOf rdfs:Resource } WHERE { ?c a rdfs:Class }",
    "INSERT { ?c rdfs:subClassOf ?c } WHERE { ?c a rdfs:Class }",
    "INSERT { ?p rdfs:subPropertyOf rdfs:member } WHERE { ?p a rdfs:ContainerMembershipProperty }",
    "INSERT { ?d rdfs:subClassOf rdfs:Literal } WHERE { ?d a rdfs:Datatype }",
];

/// The closure in the readings `core` and `rules`, explicit triples included.
///
/// # Errors
/// oxigraph's own, in words; and the reading `full`, which it does not know.
pub(in crate::runners::reasoning) fn closure(
    explicit: &Rows,
    reading: Reading,
) -> Result<Rows, String> {
    let updates: Vec<&str> = match reading {
        Reading::Core => CORE.to_vec(),
        Reading::Rules => CORE.iter().chain(&RULES).copied().collect(),
        Reading::Full => return Err("no second oracle for the full reading".to_owned()),
    };
    let store = Store::new().map_err(|error| error.to_string())?;
    let text = document(explicit);
    store
        .load_from_slice(RdfParser::from_format(RdfFormat::NTriples), &text)
        .map_err(|error| error.to_string())?;
    loop {
        let before = store.len().map_err(|error| error.to_string())?;
        for update in &updates {
            run(&store, update)?;
        }
        if store.len().map_err(|error| error.to_string())? == before {
            return rows(&store);
        }
    }
}

fn run(store: &Store, update: &str) -> Result<(), String> {
    let text = Prefixes::known().query(update);
    let prepared = SparqlEvaluator::new().parse_update(&text);
    let prepared = prepared.map_err(|error| error.to_string())?;
    let run = prepared.on_store(store).execute();
    run.map_err(|error| error.to_string())
}

fn rows(store: &Store) -> Result<Rows, String> {
    let row = |triple: Triple| -> Row {
        [
            triple.subject.to_string(),
            triple.predicate.to_string(),
            triple.object.to_string(),
        ]
    };
    let quads = store.iter().map(|quad| quad.map(|quad| row(quad.into())));
    quads
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::runners::reasoning::isomorphism::compare;
    use crate::runners::reasoning::oracle::closure as naive;
    use crate::runners::reasoning::random;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn the_two_oracles_agree_on_random_graphs() {
        let mut rng = StdRng::seed_from_u64(7);
        for round in 0..40 {
            let explicit = random::graph(&mut rng);
            for reading in [Reading::Core, Reading::Rules] {
                let cells = |rows: Rows| rows.into_iter().map(Vec::from).collect::<Vec<_>>();
                let one = cells(naive::closure(&explicit, reading));
                let two = cells(closure(&explicit, reading).unwrap());
                let difference = compare(one, two).expect("decided");
                assert!(
                    difference.is_nothing(),
                    "round {round}: {}\n{}",
                    difference.told(),
                    document(&explicit)
                );
            }
        }
    }
}
