//! The quick-start case, and one check for each rule of RDF and RDFS.

use crate::model::trial::check::Check;

const SECTION_8: &str = "RDF 1.1 Semantics section 8";
const SECTION_9: &str = "RDF 1.1 Semantics section 9.2.1";

/// `RQ-1` and `RQ-2`.
pub(super) const QUICK: &[Check] = &[
    Check::must(
        "RQ-1",
        "cats and their people: what follows, and nothing else",
        "written by hand from RDF 1.1 Semantics",
    ),
    Check::must(
        "RQ-2",
        "a deletion takes back what lost its support, and leaves what has another",
        "written by hand from RDF 1.1 Semantics",
    ),
];

/// `RS-1` to `RS-19`.
pub(super) const RULES: &[Check] = &[
    Check::must(
        "RS-1",
        "rdfD2: what is a predicate is a property",
        SECTION_8,
    ),
    Check::must(
        "RS-2",
        "rdfs1: a datatype that is used is a datatype",
        SECTION_9,
    ),
    Check::must("RS-3", "rdfs2: a domain types subjects", SECTION_9)
        .catching(&["graph-domain-range-swapped"]),
    Check::must(
        "RS-4",
        "rdfs3: a range types objects, IRIs and blank nodes",
        SECTION_9,
    ),
    Check::must(
        "RS-5",
        "rdfs3 with a literal object: no row, and no error",
        "RDF 1.1 Concepts section 3.1: a literal is no subject",
    )
    .catching(&["graph-literal-subject-panics"]),
    Check::offered(
        "RS-6",
        "rdfs4a and rdfs4b: everything is a resource, under the full profile only",
        SECTION_9,
    ),
    Check::must("RS-7", "rdfs5: subproperties are transitive", SECTION_9),
    Check::must(
        "RS-8",
        "rdfs6: a property is its own subproperty",
        SECTION_9,
    ),
    Check::must(
        "RS-9",
        "rdfs7: statements are inherited by superproperties, with literals too",
        SECTION_9,
    )
    .catching(&["graph-rdfs7-skips-literals"]),
    Check::must("RS-10", "rdfs8: a class is below rdfs:Resource", SECTION_9),
    Check::must("RS-11", "rdfs9: types are inherited", SECTION_9)
        .catching(&["graph-rdfs9-missing"]),
    Check::must("RS-12", "rdfs10: a class is its own subclass", SECTION_9),
    Check::must("RS-13", "rdfs11: subclasses are transitive", SECTION_9)
        .catching(&["graph-rdfs11-one-step"]),
    Check::must(
        "RS-14",
        "rdfs12: membership properties are below rdfs:member",
        SECTION_9,
    ),
    Check::must(
        "RS-15",
        "rdfs13: datatypes are below rdfs:Literal",
        SECTION_9,
    ),
    Check::offered(
        "RS-16",
        "the axiomatic triples, and of rdf:_n only those of the n that occur",
        "RDF 1.1 Semantics sections 8 and 9",
    )
    .catching(&["graph-axioms-missing", "graph-container-unbounded"]),
    Check::must(
        "RS-17",
        "the domain of a superproperty reaches through rdfs7, rdfs2 and rdfs9",
        SECTION_9,
    ),
    Check::must(
        "RS-18",
        "subproperties of rdf:type, rdfs:subClassOf and rdfs:domain mean what those mean",
        SECTION_9,
    ),
    Check::must(
        "RS-19",
        "a subproperty statement about rdfs:label is followed",
        SECTION_9,
    ),
];
