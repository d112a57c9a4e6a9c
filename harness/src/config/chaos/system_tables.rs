//! The keys of a system: one table a section.

use crate::config::form::Form;
use crate::config::shape::{Record, Rule, Shape, optional, required};

const NAME: Shape = Shape::Text(Form::Name);
const URL: Shape = Shape::Text(Form::Endpoint);
const SQL: Shape = Shape::Text(Form::Filled);
const POINTER: Shape = Shape::Text(Form::Pointer);
const FILE: Shape = Shape::Text(Form::Line);
const HEADERS: Shape = Shape::Names(Form::Header, &Shape::Text(Form::Line), 1);

/// A system file, or the section `system` of a scenario.
pub static SYSTEM: Record = Record {
    name: "system",
    doc: "Where the system under test answers and how its data is read.",
    fields: &[
        required(
            "services",
            Shape::Either(
                "a list of names, or a mapping",
                &[
                    Shape::List(&NAME, 1),
                    Shape::Names(Form::Name, &Shape::Record(&SERVICE), 1),
                ],
            ),
            "[nats, postgres]",
            "What can be a target or a host of `service://NAME:PORT`: compose services, or containers by name.",
        ),
        optional(
            "nats",
            Shape::Record(&NATS),
            "{url: \"service://nats:4222\", stream: EVENTS, consumer: projector}",
            "The NATS server with JetStream.",
        ),
        optional(
            "database",
            Shape::Record(&DATABASE),
            "{url: \"service://postgres:5432/shop\", user: shop, password_file: password}",
            "The PostgreSQL database.",
        ),
        optional(
            "events",
            Shape::Record(&EVENTS),
            "{url: \"service://api:8000/events\", body: {id: \"${id}\", key: \"${key}\"}}",
            "How events are written, and where they are found afterwards.",
        ),
        optional(
            "outbox",
            Shape::Record(&OUTBOX),
            "{statements: [\"insert into outbox (id, key, n) values ($1, $2, $3)\"]}",
            "How an `outbox_writer` writes an event by itself.",
        ),
        optional(
            "policy",
            Shape::Record(&POLICY),
            "{decide_url: \"service://gateway:8020/decide\", question: {}, decision_pointer: /allow, allowed: true, denied: false}",
            "Where decisions are asked for.",
        ),
        optional(
            "telemetry",
            Shape::Record(&TELEMETRY),
            "{producers: [\"service://api:8000/metrics\"], produced_metric: made_total, sent_metric: sent_total, dropped_metric: dropped_total}",
            "Who makes telemetry, and where it is counted.",
        ),
    ],
    rules: &[],
};

static SERVICE: Record = Record {
    name: "service_container",
    doc: "One service in a container.",
    fields: &[optional(
        "container",
        FILE,
        "shop-nats-1",
        "The container's name; default the container of the compose service of this name in the safety network.",
    )],
    rules: &[],
};

static NATS: Record = Record {
    name: "nats",
    doc: "A NATS server with JetStream.",
    fields: &[
        required(
            "url",
            Shape::Text(Form::NatsUrl),
            "service://nats:4222",
            "Where it answers.",
        ),
        required("stream", NAME, "EVENTS", "The stream that events end in."),
        optional(
            "consumer",
            NAME,
            "projector",
            "The durable consumer that applies them.",
        ),
    ],
    rules: &[],
};

static DATABASE: Record = Record {
    name: "database",
    doc: "A PostgreSQL database.",
    fields: &[
        required(
            "url",
            Shape::Text(Form::DatabaseUrl),
            "service://postgres:5432/shop",
            "Where it answers, with the database's name and without a password.",
        ),
        optional("user", FILE, "shop", "User; default the one in `url`."),
        optional(
            "password_file",
            FILE,
            "secrets/password",
            "File with the password, relative to this file.",
        ),
        optional(
            "password_env",
            Shape::Text(Form::Variable),
            "PGPASSWORD",
            "Environment variable with the password.",
        ),
    ],
    rules: &[Rule::AtMostOne(&["password_file", "password_env"])],
};

static EVENTS: Record = Record {
    name: "events",
    doc: "How events are written, and where they are found afterwards. Queries answer rows of events whose id begins with `$1`: `id text, key text, position bigint, at timestamptz`.",
    fields: &[
        required(
            "url",
            URL,
            "service://api:8000/events",
            "Where events are posted.",
        ),
        optional(
            "headers",
            HEADERS,
            "{authorization: Bearer chaos}",
            "Header fields.",
        ),
        required(
            "body",
            Shape::Json,
            "{id: \"${id}\", key: \"${key}\"}",
            "JSON body; `${id}`, `${key}` and `${counter}` are replaced in its texts.",
        ),
        optional(
            "business_query",
            SQL,
            "select id, key, null::bigint, at from orders where starts_with(id, $1)",
            "SQL for the business rows.",
        ),
        optional(
            "outbox_query",
            SQL,
            "select id, key, position, at, sent_at is not null from outbox where starts_with(id, $1)",
            "SQL for the outbox rows; a fifth column says whether the row is marked as sent.",
        ),
        optional(
            "unsent_query",
            SQL,
            "select count(*) from outbox where sent_at is null",
            "SQL for the number of outbox rows that wait.",
        ),
        optional(
            "effects_query",
            SQL,
            "select id, key, position, at, 1::bigint from effects where starts_with(id, $1)",
            "SQL for the effects; a fifth column says how often each was applied.",
        ),
        optional(
            "message_id_pointer",
            POINTER,
            "/id",
            "JSON pointer to the event's id in a message of the stream; default the header `Nats-Msg-Id`.",
        ),
        optional(
            "message_key_pointer",
            POINTER,
            "/key",
            "JSON pointer to the aggregate key in a message of the stream.",
        ),
    ],
    rules: &[],
};

static OUTBOX: Record = Record {
    name: "outbox",
    doc: "How an `outbox_writer` writes an event by itself.",
    fields: &[required(
        "statements",
        Shape::List(&SQL, 1),
        "[\"insert into outbox (id, key, n) values ($1, $2, $3)\"]",
        "SQL statements of one transaction; `$1` is the id, `$2` the key, `$3` a counter (bigint).",
    )],
    rules: &[],
};

static POLICY: Record = Record {
    name: "policy",
    doc: "Where decisions are asked for.",
    fields: &[
        optional(
            "health_url",
            URL,
            "service://opa:8181/health",
            "Health of the policy engine.",
        ),
        optional(
            "policies_url",
            URL,
            "service://opa:8181/v1/policies",
            "Lists the policies that are loaded.",
        ),
        optional(
            "policies_pointer",
            POINTER,
            "/result",
            "JSON pointer to that list, which must not be empty; default the whole answer.",
        ),
        required(
            "decide_url",
            URL,
            "service://gateway:8020/decide",
            "Where a question is posted.",
        ),
        optional("headers", HEADERS, "{x-tenant: chaos}", "Header fields."),
        required(
            "question",
            Shape::Json,
            "{subject: ann, action: read, resource: doc}",
            "A question that is allowed while all is well.",
        ),
        required(
            "decision_pointer",
            POINTER,
            "/allow",
            "JSON pointer to the decision in the answer.",
        ),
        required("allowed", Shape::Json, "true", "Its value when allowed."),
        required("denied", Shape::Json, "false", "Its value when denied."),
    ],
    rules: &[],
};

static TELEMETRY: Record = Record {
    name: "telemetry",
    doc: "Who makes telemetry, and where it is counted.",
    fields: &[
        required(
            "producers",
            Shape::List(&URL, 1),
            "[\"service://api:8000/metrics\"]",
            "Prometheus pages of those who make it.",
        ),
        required(
            "produced_metric",
            FILE,
            "made_total",
            "Counter of records made.",
        ),
        optional(
            "recovered_metric",
            FILE,
            "recovered_total",
            "Counter of records found from an earlier run.",
        ),
        required(
            "sent_metric",
            FILE,
            "sent_total",
            "Counter of records that the backend took.",
        ),
        required(
            "dropped_metric",
            FILE,
            "dropped_total",
            "Counter of records dropped.",
        ),
        optional(
            "waiting_metrics",
            Shape::List(&FILE, 1),
            "[buffered, spilled]",
            "Gauges of records that wait.",
        ),
        optional(
            "arrived_url",
            URL,
            "service://backend:5080/ledger",
            "The backend's own account of what arrived.",
        ),
        optional(
            "arrived_pointer",
            POINTER,
            "/streams/*/distinct",
            "JSON pointer into it, whose numbers add up to distinct records; `*` matches every element.",
        ),
        optional(
            "arrived_user",
            FILE,
            "reader",
            "User of HTTP Basic authentication for the account.",
        ),
        optional(
            "arrived_password_file",
            FILE,
            "secrets/reader",
            "File with that user's password, relative to this file.",
        ),
    ],
    rules: &[],
};
