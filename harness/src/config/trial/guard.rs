//! The section `guard`: which variables a production process must have right.

use crate::config::form::Form;
use crate::config::node::{Entry, Node};
use crate::config::shape::{Field, Record, SECONDS, Shape, optional, required};
use crate::config::step::texts;
use crate::config::time;
use crate::model::place::Problem;
use crate::model::trial::guard::{
    Bypass, CacheTtl, GuardPlan, Protected, ProviderVariable, RollbackInProduction, Secrets,
    TtlReaction, VerifySwitch,
};
use std::time::Duration;

const VARIABLE: Shape = Shape::Text(Form::Variable);
const LINE: Shape = Shape::Text(Form::Line);
const VALUES: Shape = Shape::List(&Shape::Text(Form::Any), 1);
const VARIABLES: Shape = Shape::List(&VARIABLE, 1);
const STATUSES: Shape = Shape::List(&Shape::Whole(100, 599), 1);
const METHODS: Shape = Shape::Word("method", &["GET", "POST", "PUT", "PATCH", "DELETE"]);

/// Longest time that a start takes to be refused, where nothing is said.
const EXIT_WITHIN: Duration = Duration::from_secs(10);

/// The section `guard`.
pub(super) const FIELD: Field = required(
    "guard",
    Shape::Record(&GUARD),
    "{protected: {path: /api/me}, provider: {variable: AUTH_PROVIDER}}",
    "Names of the target's own variables; what is left out is not asked.",
);

/// The section's table, for suites of services that verify JWTs as well.
pub(in crate::config) static GUARD: Record = Record {
    name: "guard",
    doc: "Which variables a production process must have right.",
    fields: &[
        required(
            "protected",
            Shape::Record(&PROTECTED),
            "{path: /api/me}",
            "A request that only a good token opens.",
        ),
        optional(
            "provider",
            Shape::Record(&PROVIDER),
            "{variable: AUTH_PROVIDER, refused: [none, mock, jwt]}",
            "The variable that says how callers are authenticated (CF-1).",
        ),
        optional(
            "issuer_variable",
            VARIABLE,
            "OIDC_ISSUER_URL",
            "The variable with the issuer of tokens (CF-2, CF-6).",
        ),
        optional(
            "client_id_variable",
            VARIABLE,
            "OIDC_CLIENT_ID",
            "The variable with the client id (CF-3).",
        ),
        optional(
            "audience_variable",
            VARIABLE,
            "OIDC_AUDIENCE",
            "The variable with the audience of tokens (CF-4).",
        ),
        optional(
            "verify_switch",
            Shape::Record(&VERIFY_SWITCH),
            "{variable: AUTH_VERIFY_SIGNATURE}",
            "The emergency switch of the signature check (CF-7 to CF-10).",
        ),
        optional(
            "cache_ttl",
            Shape::Record(&CACHE_TTL),
            "{variable: JWKS_CACHE_TTL}",
            "For how long fetched keys are fresh (CF-11).",
        ),
        optional(
            "secrets",
            Shape::Record(&SECRETS),
            "{files: [CLIENT_SECRET_FILE]}",
            "Where canaries are put, and looked for besides output and metrics (CF-12).",
        ),
        optional(
            "bypasses",
            Shape::List(&Shape::Record(&BYPASS), 1),
            "[{variable: AUTH_PROVIDER, value: mock, announced: every token is believed}]",
            "Ways around authentication, for development (CF-13).",
        ),
        optional(
            "exit_within_seconds",
            SECONDS,
            "10",
            "Longest time that a start takes to be refused; default 10.",
        ),
    ],
    rules: &[],
};

static PROTECTED: Record = Record {
    name: "protected_request",
    doc: "A request that only a good token opens.",
    fields: &[
        optional("method", METHODS, "GET", "Method; default GET."),
        required(
            "path",
            Shape::Text(Form::PlainPath),
            "/api/me",
            "Path and query.",
        ),
        optional(
            "accepts",
            STATUSES,
            "[200]",
            "Statuses of a token that is accepted; default 200.",
        ),
        optional(
            "refuses",
            STATUSES,
            "[401]",
            "Statuses of a token that is refused; default 401.",
        ),
        optional(
            "claims",
            Shape::Names(Form::Filled, &Shape::Json, 1),
            "{scope: read}",
            "Claims of every token, beside `iss`, `sub`, `aud`, `exp`, `iat`, `jti` and `client_id`.",
        ),
    ],
    rules: &[],
};

static PROVIDER: Record = Record {
    name: "provider_variable",
    doc: "The variable that says how callers are authenticated.",
    fields: &[
        required("variable", VARIABLE, "AUTH_PROVIDER", "Its name."),
        optional(
            "refused",
            VALUES,
            "[none, mock, jwt]",
            "Values that production refuses, besides no value and the empty one; default none, mock, jwt.",
        ),
    ],
    rules: &[],
};

static VERIFY_SWITCH: Record = Record {
    name: "verify_switch",
    doc: "The emergency switch of the signature check.",
    fields: &[
        required("variable", VARIABLE, "AUTH_VERIFY_SIGNATURE", "Its name."),
        optional(
            "off",
            Shape::Text(Form::Filled),
            "\"false\"",
            "The only value that switches verification off; default `false`.",
        ),
        optional(
            "on",
            Shape::Text(Form::Filled),
            "\"true\"",
            "The value that switches it on; default `true`.",
        ),
        optional(
            "still_on",
            VALUES,
            "[\"TRUE\", \"1\", \"0\", \"no\", \"off\", flase]",
            "Values that leave it on, besides no value, the empty one and `on`; default those of the example.",
        ),
        optional(
            "warning",
            LINE,
            "SIGNATURE VERIFICATION IS OFF",
            "What the output says while it is off; default the variable's name.",
        ),
        optional(
            "gauge",
            Shape::Text(Form::Name),
            "auth_signature_verification_disabled",
            "The metric that is 1 while it is off.",
        ),
        optional(
            "in_production",
            Shape::Word("reaction", &["refuse", "warn"]),
            "refuse",
            "In production it keeps the service from starting, or is warned of; default refuse.",
        ),
    ],
    rules: &[],
};

static CACHE_TTL: Record = Record {
    name: "cache_ttl",
    doc: "For how long fetched keys are fresh.",
    fields: &[
        required("variable", VARIABLE, "JWKS_CACHE_TTL", "Its name."),
        optional(
            "senseless",
            VALUES,
            "[\"0\", \"-1\", abc, \"1e99\"]",
            "Values that make no sense; default those of the example.",
        ),
        optional(
            "reaction",
            Shape::Word("reaction", &["exit", "limit"]),
            "exit",
            "Such a value keeps the service from starting, or a documented limit is taken; default exit.",
        ),
    ],
    rules: &[],
};

static SECRETS: Record = Record {
    name: "secrets",
    doc: "Where canaries are put, and where they are looked for besides output and metrics.",
    fields: &[
        optional(
            "variables",
            VARIABLES,
            "[CLIENT_SECRET]",
            "Variables whose value is a secret.",
        ),
        optional(
            "files",
            VARIABLES,
            "[CLIENT_SECRET_FILE]",
            "Variables with the path of a file that holds a secret.",
        ),
        optional(
            "routes",
            Shape::List(&Shape::Text(Form::PlainPath), 1),
            "[/config]",
            "Routes whose answers are searched.",
        ),
    ],
    rules: &[],
};

static BYPASS: Record = Record {
    name: "bypass",
    doc: "A way around authentication, for development.",
    fields: &[
        required("variable", VARIABLE, "AUTH_PROVIDER", "The variable."),
        required(
            "value",
            Shape::Text(Form::Filled),
            "mock",
            "The value that opens it.",
        ),
        optional(
            "announced",
            LINE,
            "every token is believed",
            "What the output says when it is open; without it only the refusal is asked.",
        ),
    ],
    rules: &[],
};

/// Reads the section.
pub(in crate::config) fn guard(node: &Node, problems: &mut Vec<Problem>) -> Option<GuardPlan> {
    let variable = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let exit_within = node.get("exit_within_seconds").map(time::seconds);
    let plan = GuardPlan {
        provider: node.get("provider").and_then(provider),
        issuer: variable("issuer_variable"),
        client_id: variable("client_id_variable"),
        audience: variable("audience_variable"),
        verify_switch: node.get("verify_switch").and_then(verify_switch),
        cache_ttl: node.get("cache_ttl").and_then(cache_ttl),
        secrets: node.get("secrets").map(secrets).unwrap_or_default(),
        bypasses: bypasses(node.get("bypasses")),
        protected: protected(node.get("protected")?)?,
        exit_within: exit_within.unwrap_or(Some(EXIT_WITHIN))?,
    };
    if asks_nothing(&plan) {
        let help = "name at least one variable, such as `provider: {variable: AUTH_PROVIDER}`";
        problems.push(Problem::at(&node.place, "the guard declares no variable").help(help));
    }
    Some(plan)
}

fn asks_nothing(plan: &GuardPlan) -> bool {
    let variables = [&plan.issuer, &plan.client_id, &plan.audience];
    plan.provider.is_none()
        && variables.iter().all(|variable| variable.is_none())
        && plan.verify_switch.is_none()
        && plan.cache_ttl.is_none()
        && plan.bypasses.is_empty()
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::text).map(str::to_owned)
}

/// The texts of a list, or the ones that hold where it is left out.
fn values(node: &Node, key: &str, default: &[&str]) -> Vec<String> {
    match node.get(key) {
        Some(list) => texts(Some(list)),
        None => default.iter().map(|value| (*value).to_owned()).collect(),
    }
}

fn provider(node: &Node) -> Option<ProviderVariable> {
    Some(ProviderVariable {
        variable: text(node, "variable")?,
        refused: values(node, "refused", &["none", "mock", "jwt"]),
    })
}

fn verify_switch(node: &Node) -> Option<VerifySwitch> {
    let variable = text(node, "variable")?;
    Some(VerifySwitch {
        off: text(node, "off").unwrap_or_else(|| "false".to_owned()),
        on: text(node, "on").unwrap_or_else(|| "true".to_owned()),
        still_on: values(node, "still_on", &["TRUE", "1", "0", "no", "off", "flase"]),
        warning: text(node, "warning").unwrap_or_else(|| variable.clone()),
        gauge: text(node, "gauge"),
        in_production: match text(node, "in_production").as_deref() {
            Some("warn") => RollbackInProduction::Warn,
            _ => RollbackInProduction::Refuse,
        },
        variable,
    })
}

fn cache_ttl(node: &Node) -> Option<CacheTtl> {
    Some(CacheTtl {
        variable: text(node, "variable")?,
        senseless: values(node, "senseless", &["0", "-1", "abc", "1e99"]),
        reaction: match text(node, "reaction").as_deref() {
            Some("limit") => TtlReaction::Limit,
            _ => TtlReaction::Exit,
        },
    })
}

fn secrets(node: &Node) -> Secrets {
    Secrets {
        variables: texts(node.get("variables")),
        files: texts(node.get("files")),
        routes: texts(node.get("routes")),
    }
}

fn bypasses(node: Option<&Node>) -> Vec<Bypass> {
    let read = node.map(Node::items).unwrap_or_default().iter();
    let bypass = |node: &Node| {
        Some(Bypass {
            variable: text(node, "variable")?,
            value: text(node, "value")?,
            announced: text(node, "announced"),
        })
    };
    read.filter_map(bypass).collect()
}

fn protected(node: &Node) -> Option<Protected> {
    let statuses = |key: &str, default: u16| match node.get(key) {
        Some(list) => list.items().iter().filter_map(Node::unsigned).collect(),
        None => vec![default],
    };
    let claims = node.get("claims").map(Node::entries).unwrap_or_default();
    let claim = |claim: &Entry| Some((claim.key.clone(), claim.value.json().ok()?));
    Some(Protected {
        claims: claims.iter().filter_map(claim).collect(),
        method: text(node, "method").unwrap_or_else(|| "GET".to_owned()),
        path: text(node, "path")?,
        accepts: statuses("accepts", 200),
        refuses: statuses("refuses", 401),
    })
}
