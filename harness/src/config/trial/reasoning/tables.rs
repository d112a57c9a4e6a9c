//! What may be written in the section `reasoning`.

use super::request::REQUEST;
use crate::config::form::Form;
use crate::config::shape::{Field, Record, Rule, SECONDS, Shape, optional, required};
use crate::config::step::STATUSES;

const READINGS: [&str; 3] = ["core", "rules", "full"];
const ADAPTER: Shape = Shape::Record(&REQUEST);
const POINTER: Shape = Shape::Text(Form::Pointer);

const fn request(key: &'static str, doc: &'static str) -> Field {
    optional(
        key,
        ADAPTER,
        "{method: PUT, path: \"/graphs/${name}\"}",
        doc,
    )
}

const fn pointer(key: &'static str, doc: &'static str) -> Field {
    optional(key, POINTER, "/metadata/complete", doc)
}

/// The section.
pub(super) static REASONING: Record = Record {
    name: "reasoning",
    doc: "How a knowledge graph takes data and questions, and what it declares of itself.",
    fields: &[
        optional(
            "graph",
            Shape::Text(Form::Template),
            "http://example.com/${name}",
            "IRI of the explicit graph called `${name}`; default `urn:graph:${name}`.",
        ),
        optional(
            "inferred_graph",
            Shape::Text(Form::Template),
            "urn:x-inferred:${profile}:${name}",
            "IRI of what is inferred from `${graph}` under `${profile}`; `none` where that has no graph of its own; default that of the reference platform, and `none` where `ask` is written.",
        ),
        optional(
            "write",
            Shape::Record(&WRITE),
            "{insert: {path: \"/graphs/${name}\"}, clear: {method: DELETE, path: \"/graphs/${name}\"}}",
            "How data comes in; default: the reference platform's `/graphs/{graph}`.",
        ),
        optional(
            "ask",
            Shape::Record(&ASK),
            "{query: {path: /sparql, body: {form: {query: \"${query}\"}}}, profiles: {rdfs: rdfs}}",
            "How questions are put; default: the reference platform's `POST /query`.",
        ),
        optional(
            "metadata",
            Shape::Either(
                "`none` or a mapping",
                &[
                    Shape::Record(&METADATA),
                    Shape::Word("declaration", &["none"]),
                ],
            ),
            "none",
            "Where an answer tells what of itself; default that of the reference platform, and `none` where `ask` is written.",
        ),
        optional(
            "declares",
            Shape::Record(&DECLARES),
            "{rows: full}",
            "Which of several right readings the target follows.",
        ),
        optional(
            "limits",
            Shape::Record(&LIMITS),
            "{answer_seconds: 10}",
            "How long things may take.",
        ),
        optional(
            "cases",
            Shape::List(&Shape::Text(Form::Filled), 1),
            "[graphs/pets.yaml]",
            "Files with cases of your own, as paths from the working directory; asked after those that ship with the suite.",
        ),
        optional(
            "random_graphs",
            Shape::Whole(1, 100_000),
            "500",
            "How many random graphs are held against the oracle; default 500.",
        ),
        optional(
            "seed",
            Shape::Whole(0, i64::MAX),
            "47",
            "Seed of the random graphs; default: another one for every run, told in the report.",
        ),
    ],
    rules: &[],
};

/// How data comes in.
static WRITE: Record = Record {
    name: "write",
    doc: "Requests that change a graph; holes: `${graph}`, `${name}`, `${data}`.",
    fields: &[
        required(
            "insert",
            ADAPTER,
            "{path: \"/graphs/${name}\", body: {text: \"${data}\", content_type: text/turtle}}",
            "Adds triples; `${data}` is lines of N-Triples, which are Turtle and may stand in `INSERT DATA`.",
        ),
        request(
            "replace",
            "Makes the triples the whole graph; default: `clear`, then `insert`.",
        ),
        request(
            "delete",
            "Takes triples out; default: the rest is written anew.",
        ),
        request(
            "clear",
            "Empties the graph, also one that is not there; default: `replace` with nothing.",
        ),
        optional(
            "refused_status",
            STATUSES,
            "[403, 409]",
            "Statuses of a write into an inferred graph that is refused; default 403 and 409.",
        ),
    ],
    rules: &[Rule::AtLeastOne(&["replace", "clear"])],
};

/// How questions are put.
static ASK: Record = Record {
    name: "ask",
    doc: "Requests with a question; holes: `${query}`, `${profile}`, `${graph}`, `${name}`, `${inferred_graph}`.",
    fields: &[
        required(
            "query",
            ADAPTER,
            "{path: /sparql, body: {form: {query: \"${query}\", profile: \"${profile}\"}}}",
            "A question whose default graph is `${graph}` and what follows from it under `${profile}`.",
        ),
        request(
            "query_without_profile",
            "The same without inference; needed where `profiles` has no `none`.",
        ),
        request(
            "query_with_marks",
            "The same as `query`, with every row marked as said or inferred.",
        ),
        optional(
            "results",
            POINTER,
            "/results",
            "Where the SPARQL 1.1 Query Results JSON document stands in the answer; default: it is the answer.",
        ),
        required(
            "profiles",
            Shape::Record(&PROFILES),
            "{none: none, rdfs: rdfs}",
            "The target's words for the profiles, put for `${profile}`.",
        ),
        optional(
            "unknown_profile_status",
            STATUSES,
            "400",
            "Statuses of a question with an unknown profile; default 400.",
        ),
    ],
    rules: &[],
};

static PROFILES: Record = Record {
    name: "profiles",
    doc: "The target's words for the profiles.",
    fields: &[
        optional("none", Shape::Text(Form::Any), "none", "No inference."),
        required(
            "rdfs",
            Shape::Text(Form::Any),
            "rdfs",
            "RDFS, with the rows that `declares` names.",
        ),
        optional(
            "rdfs_full",
            Shape::Text(Form::Any),
            "rdfs-full",
            "RDFS with axiomatic triples, rdfs4a and rdfs4b, where there is such a profile.",
        ),
    ],
    rules: &[],
};

static METADATA: Record = Record {
    name: "answer_metadata",
    doc: "Where an answer tells what of itself: JSON pointers; what is left out is not told.",
    fields: &[
        pointer("profile", "The profile that was asked for."),
        pointer("applied", "Whether it was applied."),
        pointer("engine", "What inferred."),
        pointer("version", "The version of what inferred."),
        pointer("ruleset_hash", "A hash of rules and axioms."),
        pointer("inferred_graph", "IRI of the inferred graph."),
        pointer("inferred_count", "Triples that are inferred."),
        pointer("explicit_count", "Triples that are said."),
        pointer("complete", "Whether nothing that follows is missing."),
        pointer("error", "Why it is not complete."),
        pointer("inconsistencies", "Contradictions, as a list."),
        pointer("duration_ms", "How long inferring took, in ms."),
        pointer("iterations", "Rounds that inferring took."),
        pointer(
            "rows",
            "A list with an entry for each row, in their order; asked for with `query_with_marks`.",
        ),
        pointer(
            "row_inferred",
            "Within such an entry: whether the row needs what is inferred; default: the entry itself.",
        ),
        pointer("support", "Rules or premises behind the rows."),
        pointer("snapshot_id", "Id of the explicit content."),
        pointer(
            "snapshot_created_at",
            "When that content came to be, RFC 3339.",
        ),
        pointer("snapshot_parent", "Id of the content before."),
        pointer("delta_added", "Triples that came since then."),
        pointer("delta_removed", "Triples that went since then."),
        pointer(
            "stale",
            "Whether what is inferred follows from older content.",
        ),
    ],
    rules: &[],
};

static DECLARES: Record = Record {
    name: "reasoning_declarations",
    doc: "Which of several right readings the target follows.",
    fields: &[
        optional(
            "rows",
            Shape::Word("reading", &READINGS),
            "rules",
            "What the profile `rdfs` adds: `core` (rdfs2, 3, 5, 7, 9, 11), `rules` (also rdfD2, rdfs1, 6, 8, 10, 12, 13) or `full` (everything); default `rules`.",
        ),
        optional(
            "scope",
            Shape::Word("scope", &["graph", "dataset"]),
            "graph",
            "What the premises of an inference are: the triples of one `graph`, or of the whole `dataset`; default `graph`.",
        ),
        optional(
            "repeats_explicit",
            Shape::Boolean,
            "false",
            "Whether a triple that is said may stand in the inferred graph, too; default false.",
        ),
        optional(
            "inferred_writes",
            Shape::Word("declaration", &["refused", "rebuilt"]),
            "refused",
            "What becomes of a write into an inferred graph: `refused`, or `rebuilt` with the next change; default `refused`.",
        ),
    ],
    rules: &[],
};

static LIMITS: Record = Record {
    name: "reasoning_limits",
    doc: "How long things may take.",
    fields: &[
        optional("answer_seconds", SECONDS, "10", "One answer; default 10."),
        optional(
            "chain_seconds",
            SECONDS,
            "60",
            "The closure of a chain of a thousand classes; default 60.",
        ),
        optional(
            "explosion_seconds",
            SECONDS,
            "60",
            "Until an explosion is stopped and told; default 60.",
        ),
    ],
    rules: &[],
};
