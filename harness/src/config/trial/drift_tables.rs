//! The tables of the section `drift`.

use crate::config::form::Form;
use crate::config::shape::{Record, Rule, SECONDS, Shape, optional, required};

/// What templates of this section can name.
pub(super) const WORDS: [&str; 2] = ["nonce", "env.NAME"];

const PATH: Shape = Shape::Text(Form::Path);
const PLAIN_PATH: Shape = Shape::Text(Form::PlainPath);
const POINTER: Shape = Shape::Text(Form::Pointer);
const LINE: Shape = Shape::Text(Form::Line);
const FILE: Shape = Shape::Text(Form::Filled);
const NAME: Shape = Shape::Text(Form::Name);
const METHODS: Shape = Shape::Word(
    "method",
    &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
);
const HEADERS: Shape = Shape::Names(Form::Header, &Shape::Text(Form::HeaderValue), 1);

/// The section `drift`.
pub(super) static DRIFT: Record = Record {
    name: "drift_gate",
    doc: "Where behaviour is declared, and where it is observed.",
    fields: &[
        required(
            "declared",
            Shape::Record(&DECLARED),
            "{openapi: api.yaml}",
            "The promises.",
        ),
        required(
            "observed",
            Shape::Record(&OBSERVED),
            "{requests: [{path: /items}]}",
            "How what the API does is seen.",
        ),
        required(
            "liveness",
            Shape::Record(&LIVENESS),
            "{method: POST, path: /items, json: {id: \"${nonce}\"}, at: /id}",
            "What shows that a living API answers, and no copy of its answers; sent first.",
        ),
        optional(
            "headers",
            HEADERS,
            "{authorization: \"Bearer ${env.API_TOKEN}\"}",
            "Header fields of every request; may hold `${nonce}` and `${env.NAME}`.",
        ),
        optional(
            "timeout_seconds",
            SECONDS,
            "10",
            "Longest time of one request; default 10.",
        ),
        optional(
            "additive",
            Shape::Word("class", &["info", "warn", "fail"]),
            "warn",
            "What a change means that breaks nobody: a new field or behaviour; default warn.",
        ),
        optional(
            "ignore",
            Shape::List(&Shape::Record(&IGNORE), 1),
            "[{behavior: get-items, pointer: /responses/200/properties/etag, reason: announced}]",
            "Differences that are allowed; a rule that is not needed is reported.",
        ),
        optional(
            "not_observed",
            Shape::List(&Shape::Record(&EXCUSE), 1),
            "[{behavior: delete-items-id, reason: it would delete something}]",
            "Declared behaviours that nobody can observe here.",
        ),
        optional(
            "fixture",
            FILE,
            "fixtures/observed.json",
            "Recorded observations for runs that are not strict: `{\"items\": [behaviours]}`.",
        ),
        optional(
            "remediation",
            Shape::Record(&REMEDIATION),
            "{detect: /drift/detect, path: /drift/remediate}",
            "Where `proofhouse drift --remediate` sends findings.",
        ),
    ],
    rules: &[],
};

static DECLARED: Record = Record {
    name: "declared_behavior",
    doc: "The promises: files relative to the working directory.",
    fields: &[
        optional(
            "behaviors",
            Shape::List(&FILE, 1),
            "[behaviors]",
            "Files of behaviours, or folders with them (`*.yaml`).",
        ),
        optional(
            "openapi",
            FILE,
            "api.yaml",
            "An OpenAPI 3.0 or 3.1 document.",
        ),
        optional(
            "max_age_days",
            Shape::Whole(1, 36_500),
            "180",
            "How old the youngest of them may be: by its last commit, or else its time of change; default any age.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["behaviors", "openapi"])],
};

static OBSERVED: Record = Record {
    name: "observed_behavior",
    doc: "How what the API does is seen.",
    fields: &[
        optional(
            "requests",
            Shape::List(&Shape::Record(&REQUEST), 1),
            "[{path: /items}]",
            "Requests whose answers are looked into, sent in this order.",
        ),
        optional(
            "behaviors",
            Shape::Record(&LISTING),
            "{path: /behaviors/observed, items: /items}",
            "A route that lists what the API was seen to do; asked last.",
        ),
        optional(
            "openapi",
            PLAIN_PATH,
            "/openapi.json",
            "A route with the API's own OpenAPI document, as JSON.",
        ),
    ],
    rules: &[Rule::AtLeastOne(&["requests", "behaviors", "openapi"])],
};

static REQUEST: Record = Record {
    name: "drift_request",
    doc: "A request whose answer is looked into.",
    fields: &[
        optional("method", METHODS, "GET", "Method; default GET."),
        required(
            "path",
            PATH,
            "/items/${nonce}",
            "Path and query; may hold `${nonce}` and `${env.NAME}`.",
        ),
        optional(
            "route",
            PLAIN_PATH,
            "/items/{id}",
            "The declared route that this shows; default the path without its query.",
        ),
        optional(
            "json",
            Shape::Json,
            "{id: \"${nonce}\"}",
            "JSON body; its texts may hold `${nonce}` and `${env.NAME}`.",
        ),
        optional(
            "headers",
            HEADERS,
            "{if-match: old}",
            "Header fields of this request alone.",
        ),
        optional(
            "statuses",
            Shape::List(&Shape::Whole(100, 599), 1),
            "[201]",
            "Statuses that it is meant to get; default every 2xx.",
        ),
        optional(
            "pages",
            Shape::Record(&PAGES),
            "{next: /next_cursor, parameter: cursor}",
            "How its pages are followed.",
        ),
    ],
    rules: &[],
};

static PAGES: Record = Record {
    name: "pages",
    doc: "How pages are followed.",
    fields: &[
        required(
            "next",
            POINTER,
            "/next_cursor",
            "JSON pointer to what the next page is asked with; null on the last one.",
        ),
        required(
            "parameter",
            NAME,
            "cursor",
            "The query parameter that it goes into.",
        ),
        optional(
            "at_least",
            Shape::Whole(1, 1000),
            "2",
            "Fewer pages show too little; default 1.",
        ),
    ],
    rules: &[],
};

static LISTING: Record = Record {
    name: "behavior_listing",
    doc: "A route that lists behaviours.",
    fields: &[
        required("path", PLAIN_PATH, "/behaviors/observed", "Path and query."),
        optional(
            "items",
            POINTER,
            "/items",
            "JSON pointer to the rows; default the whole answer.",
        ),
        optional(
            "pages",
            Shape::Record(&PAGES),
            "{next: /next_cursor, parameter: cursor}",
            "How its pages are followed.",
        ),
    ],
    rules: &[],
};

static LIVENESS: Record = Record {
    name: "liveness",
    doc: "What shows that a living API answers: the nonce of this run comes back, or `Date` moves.",
    fields: &[
        optional("method", METHODS, "GET", "Method; default GET."),
        required("path", PATH, "/echo/${nonce}", "Path and query."),
        optional(
            "json",
            Shape::Json,
            "{id: \"${nonce}\"}",
            "JSON body; its texts may hold `${nonce}` and `${env.NAME}`.",
        ),
        optional(
            "at",
            POINTER,
            "/id",
            "JSON pointer at which the answer holds the nonce.",
        ),
        optional(
            "in_header",
            Shape::Text(Form::Header),
            "x-request-id",
            "Header field in which the answer holds the nonce.",
        ),
        optional(
            "date_moves",
            Shape::True,
            "true",
            "The `Date` of answers moves on; takes up to 2.5 s.",
        ),
    ],
    rules: &[Rule::AtLeastOne(&["at", "in_header", "date_moves"])],
};

static IGNORE: Record = Record {
    name: "ignore_rule",
    doc: "A difference that is allowed.",
    fields: &[
        optional(
            "behavior",
            NAME,
            "get-items",
            "Id of the behaviour; default every one.",
        ),
        required(
            "pointer",
            POINTER,
            "/responses/200/properties/etag",
            "JSON pointer of the finding, or of something around it.",
        ),
        required("reason", LINE, "announced for May", "Why."),
    ],
    rules: &[],
};

static EXCUSE: Record = Record {
    name: "not_observed",
    doc: "A declared behaviour that nobody can observe here.",
    fields: &[
        required("behavior", NAME, "delete-items-id", "Its id."),
        required("reason", LINE, "it would delete something", "Why."),
    ],
    rules: &[],
};

static REMEDIATION: Record = Record {
    name: "remediation",
    doc: "Where findings are sent.",
    fields: &[
        required(
            "detect",
            PLAIN_PATH,
            "/drift/detect",
            "Asked first, with POST: the platform's own detection, whose findings have ids.",
        ),
        optional(
            "findings",
            POINTER,
            "/findings",
            "JSON pointer to its findings, each with `id`, `behavior` and `pointer`; default `/findings`.",
        ),
        required(
            "path",
            PLAIN_PATH,
            "/drift/remediate",
            "Asked with POST and `{\"drift_id\": ID}` for each finding.",
        ),
        optional(
            "pull_request",
            POINTER,
            "/pr_url",
            "JSON pointer to the pull request's address; default `/pr_url`.",
        ),
    ],
    rules: &[],
};
