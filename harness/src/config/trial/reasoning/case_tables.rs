//! What may be written in a file with cases.

use crate::config::form::Form;
use crate::config::shape::{Field, Record, Rule, Shape, optional, required};

const TURTLE: Shape = Shape::Text(Form::Filled);
const fn turtle(key: &'static str, example: &'static str, doc: &'static str) -> Field {
    optional(key, TURTLE, example, doc)
}

const FOLLOWS: Field = turtle(
    "follows",
    "\":x a :D .\"",
    "Triples that must follow, in Turtle.",
);
const BY_RULES: Field = turtle(
    "follows_by_rules",
    "\":p a rdf:Property .\"",
    "Triples that must follow where the profile declares the rows `rules` or `full`.",
);
const ABSENT: Field = turtle("absent", "\":y a :D .\"", "Triples that must not follow.");
const TWIN: Field = turtle(
    "twin",
    "\":z a :D .\"",
    "Triples that must follow, or else the absence of others proves nothing and the check is undecided.",
);
const ONE_QUESTION: Shape = Shape::Record(&QUESTION);
const QUESTIONS: Field = optional(
    "questions",
    Shape::List(&ONE_QUESTION, 1),
    "[{query: \"ASK { :x a :D }\", boolean: true}]",
    "Queries with their answers.",
);

/// A file with cases.
pub static GRAPH_CASES: Record = Record {
    name: "graph_cases",
    doc: "Cases of a reasoning suite.",
    fields: &[
        optional(
            "prefixes",
            Shape::Names(Form::Name, &Shape::Text(Form::Filled), 1),
            "{ex: \"http://example.com/\"}",
            "Prefixes beside `:` (`urn:x:`), `rdf:`, `rdfs:`, `xsd:` and `owl:`.",
        ),
        required(
            "cases",
            Shape::List(&Shape::Record(&CASE), 1),
            "[{check: PETS-1, case: cats, meaning: cats are animals, given: \":tom a :Cat .\"}]",
            "The cases, in the order in which they are asked.",
        ),
    ],
    rules: &[],
};

static CASE: Record = Record {
    name: "graph_case",
    doc: "One graph, what must follow from it, and what must not.",
    fields: &[
        required(
            "check",
            Shape::Text(Form::Name),
            "PETS-1",
            "Id of its check; several cases may share one.",
        ),
        required(
            "case",
            Shape::Text(Form::Line),
            "a cat is an animal",
            "What the case is about.",
        ),
        optional(
            "meaning",
            Shape::Text(Form::Line),
            "cats are animals",
            "What the check means; needed in the first case of a check of your own.",
        ),
        optional(
            "profile",
            Shape::Word("profile", &["none", "rdfs", "rdfs_full"]),
            "rdfs",
            "What it is asked under; default `rdfs`.",
        ),
        optional(
            "readings",
            Shape::List(&Shape::Word("reading", &["core", "rules", "full"]), 1),
            "[rules, full]",
            "The declared rows of the profile `rdfs` for which the case is asked; default: all.",
        ),
        optional(
            "exact",
            Shape::Boolean,
            "true",
            "Whether nothing else may follow; only for the rows `core` and `rules`.",
        ),
        required(
            "given",
            Shape::Text(Form::Any),
            "\":C rdfs:subClassOf :D . :x a :C .\"",
            "The graph, in Turtle.",
        ),
        FOLLOWS,
        BY_RULES,
        ABSENT,
        TWIN,
        QUESTIONS,
        optional(
            "then",
            Shape::List(&Shape::Record(&STEP), 1),
            "[{delete: \":x a :C .\", absent: \":x a :D .\"}]",
            "Changes of the graph, one after another, and what must hold after each.",
        ),
    ],
    rules: &[],
};

static STEP: Record = Record {
    name: "graph_change",
    doc: "A change of the graph, and what must hold after it.",
    fields: &[
        turtle(
            "delete",
            "\":x a :C .\"",
            "Triples that are taken out first.",
        ),
        turtle("insert", "\":x a :E .\"", "Triples that are added."),
        FOLLOWS,
        BY_RULES,
        ABSENT,
        TWIN,
        QUESTIONS,
    ],
    rules: &[Rule::AtLeastOne(&["delete", "insert"])],
};

static QUESTION: Record = Record {
    name: "graph_question",
    doc: "A query and its answer.",
    fields: &[
        required(
            "query",
            Shape::Text(Form::Filled),
            "\"ASK { :x a :D }\"",
            "SPARQL, without prefixes.",
        ),
        optional("boolean", Shape::Boolean, "true", "The answer of an `ASK`."),
        optional(
            "number",
            Shape::Whole(i64::MIN, i64::MAX),
            "1",
            "The number in the only column of the only row.",
        ),
        optional(
            "rows",
            Shape::List(&Shape::Names(Form::Name, &Shape::Text(Form::Filled), 0), 0),
            "[{c: \":D\"}]",
            "The rows as a set, up to the labels of blank nodes: variable and Turtle term.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["boolean", "number", "rows"])],
};
