//! What must not follow, and graphs that break naive engines.

use crate::model::trial::check::Check;

const EXTENSIONAL: &str = "RDF 1.1 Semantics section 9: the intensional reading";
const ROBUST: &str = "robustness";

/// `RS-20` to `RS-33`.
pub(super) const CHECKS: &[Check] = &[
    Check::must(
        "RS-20",
        "domains and ranges are not inherited by superclasses",
        EXTENSIONAL,
    )
    .catching(&["graph-domain-extensional"]),
    Check::must("RS-21", "equal instances make no subclass", EXTENSIONAL),
    Check::must(
        "RS-22",
        "rdfs:member gives no rdf:_1",
        "RDF 1.1 Semantics section 9: rdf:_n is below rdfs:member, not above",
    ),
    Check::must(
        "RS-23",
        "a statement does not follow from its reification, nor the other way",
        "RDF 1.1 Semantics appendix D.1",
    ),
    Check::must(
        "RS-24",
        "nothing of OWL is applied under rdfs",
        "the declared profile",
    )
    .catching(&["graph-owl-leaks"]),
    Check::must(
        "RS-25",
        "nothing follows against the direction of a hierarchy",
        EXTENSIONAL,
    ),
    Check::must(
        "RS-26",
        "a percent-escaped IRI is another IRI",
        "RDF 1.1 Concepts section 3.2: simple string comparison",
    ),
    Check::must("RS-27", "cycles end, and hold in both directions", ROBUST)
        .catching(&["graph-cycle-loops"]),
    Check::must(
        "RS-28",
        "a chain of a thousand classes is closed: 500 500 pairs, in time",
        ROBUST,
    ),
    Check::must(
        "RS-29",
        "a diamond gives no row twice",
        "SPARQL 1.1 Query section 18: a graph is a set",
    ),
    Check::must(
        "RS-30",
        "blank nodes stay the nodes they are, and no others come up",
        "RDF 1.1 Concepts section 3.4",
    ),
    Check::must(
        "RS-31",
        "premises come from where the declared scope says, and from nowhere else",
        "what the target declares",
    )
    .catching(&["graph-foreign-tbox"]),
    Check::must(
        "RS-32",
        "an empty graph is answered, and implies nothing but axioms",
        ROBUST,
    ),
    Check::must(
        "RS-33",
        "what is said is not inferred as well, or as declared",
        "what the target declares",
    )
    .catching(&["graph-explicit-repeated"]),
];
