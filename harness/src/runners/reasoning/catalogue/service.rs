//! How the service behaves: profiles, graphs, changes, readers beside writers, the oracle.

use crate::model::trial::check::Check;

const DECLARED: &str = "what the target declares";
const SEMANTICS: &str = "RDF 1.1 Semantics: what follows depends on the graph alone";
const ROBUST: &str = "robustness";

/// `RS-34` to `RS-47`.
pub(super) const CHECKS: &[Check] = &[
    Check::must("RS-34", "without a profile no row is inferred", DECLARED)
        .catching(&["graph-profile-ignored"]),
    Check::must(
        "RS-35",
        "an unknown profile is refused with the known ones named",
        DECLARED,
    )
    .catching(&["graph-unknown-profile-none"]),
    Check::must(
        "RS-36",
        "inferences live in their own graph only, and the explicit graph stays as it is",
        DECLARED,
    )
    .catching(&["graph-writes-explicit"]),
    Check::must(
        "RS-37",
        "what is said and what is inferred are one graph, every triple once",
        "SPARQL 1.1 Query section 13.1: the RDF merge of the default graphs",
    ),
    Check::must("RS-38", "an insert shows its inferences at once", SEMANTICS),
    Check::must(
        "RS-39",
        "a deletion takes back what lost its last support, and nothing else",
        SEMANTICS,
    )
    .catching(&["graph-no-retraction", "graph-over-deletes"]),
    Check::must(
        "RS-40",
        "a cut chain loses what went over the cut",
        SEMANTICS,
    ),
    Check::must("RS-41", "the order of inserts does not matter", SEMANTICS),
    Check::must("RS-42", "what is there already adds nothing", SEMANTICS)
        .catching(&["graph-blank-relabelled"]),
    Check::must(
        "RS-43",
        "readers beside writers see the closure of some content that was committed",
        ROBUST,
    ),
    Check::must("RS-44", "nobody writes what is inferred", DECLARED),
    Check::must(
        "RS-45",
        "a contradiction is told, and the query is answered",
        "RDF 1.1 Semantics sections 7.2 and 9.2",
    ),
    Check::must(
        "RS-46",
        "an explosion is stopped and told, never half an answer",
        ROBUST,
    ),
    Check::must(
        "RS-47",
        "random graphs have the closure that an independent oracle computes",
        "thirteen rules written down a second time",
    ),
];
